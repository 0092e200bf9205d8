/** Reads the named streams of items. ECMA-167, 3rd edition, 4/9.2; OSTA UDF 3.3.5. */
import type { ReadContext } from "../../codec/codec.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { Extent } from "../tree/content.js";
import type { DiscStream } from "../tree/disc-entry.js";
import { byteAddressOf } from "../tree/disc-entry.js";
import { extentsOfRuns } from "./contents-reader.js";
import { readDirectory, reportIdentifierFaults } from "./directory-reader.js";
import type { EntryReading, FileEntryReader, UdfFileEntry } from "./file-entry-reader.js";
import { fileTypes } from "./icb.js";
import { identifierName, isNamed } from "./identifier-name.js";
import { isReadFailure } from "./volume-bytes.js";

/** From so many streams on, those of one directory are kept: other entries may lead to it. */
const keptStreams = 8;

/** Reads the streams of a volume's items. */
export class StreamReader {
  readonly #entries: FileEntryReader;
  readonly #reading: EntryReading;
  /** By the entry of their directory. */
  readonly #known: Map<number, readonly DiscStream[]> = new Map();
  /** Of where a directory's identifiers lie, its entry: they cannot be those of a second one. */
  readonly #owners: Map<number, number> = new Map();

  constructor(entries: FileEntryReader, reading: EntryReading) {
    this.#entries = entries;
    this.#reading = reading;
  }

  /** The streams of an item; those that cannot be read are left out and reported. */
  async read(item: UdfFileEntry, path: string, signal: AbortSignal | undefined): Promise<readonly DiscStream[]> {
    const icb = item.head.streamDirectoryIcb;
    if (icb === undefined || icb.extentLength === 0) return [];
    try {
      const directory = await this.#entries.read(icb, signal);
      const known = this.#known.get(directory.address);
      if (known !== undefined) return known;
      const streams = await this.#list(directory, path, signal);
      if (streams.length >= keptStreams) this.#known.set(directory.address, streams);
      return streams;
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, `reading the streams of ${path}`);
      this.#skip(`${path}:*`, error.message, error);
      return [];
    }
  }

  async #list(directory: UdfFileEntry, path: string, signal: AbortSignal | undefined): Promise<DiscStream[]> {
    const { fileType } = directory.head;
    if (fileType !== fileTypes.streamDirectory && fileType !== fileTypes.directory) {
      throw new DiscError("E_DAMAGED", `the directory of its streams is of file type ${fileType}`, { what: path });
    }
    const extents = await this.#extentsOf(directory, signal);
    const identity = byteAddressOf(extents[0]);
    if (identity !== undefined && (this.#owners.get(identity) ?? directory.address) !== directory.address) {
      throw new DiscError("E_DAMAGED", "the directory of its streams is that of another item, too", { what: path });
    }
    if (identity !== undefined) this.#owners.set(identity, directory.address);
    const read = await readDirectory(this.#reading, extents, signal);
    reportIdentifierFaults(read, `${path}:*`, this.#reading.context);
    const streams = new Map<string, DiscStream>();
    for (const { identifier, lba } of read.identifiers) {
      if (!isNamed(identifier)) continue;
      const context: ReadContext = { ...this.#reading.context, lba };
      const name = identifierName(identifier, context);
      try {
        if (name === "" || streams.has(name)) throw new DiscError("E_DAMAGED", "its name is none", { what: path });
        const contents = await this.#entries.contents(await this.#entries.read(identifier.icb, signal), signal);
        streams.set(name, { name, bytes: contents.bytes, extents: extentsOfRuns(contents.runs) });
      } catch (error) {
        if (!isReadFailure(error)) throw error;
        throwIfCancelled(signal, `reading the streams of ${path}`);
        this.#skip(`${path}:${name}`, error.message, error);
      }
    }
    return [...streams.values()];
  }

  async #extentsOf(directory: UdfFileEntry, signal: AbortSignal | undefined): Promise<readonly Extent[]> {
    const { runs } = await this.#entries.contents(directory, signal);
    return extentsOfRuns(runs.filter(({ address }) => address !== null));
  }

  #skip(path: string, reason: string, cause: unknown): void {
    const message = `the stream "${path}" is left out: ${reason}`;
    this.#reading.context.onWarning?.(new DiscError("W_SKIPPED", message, { path, reason }, { cause }));
  }
}
