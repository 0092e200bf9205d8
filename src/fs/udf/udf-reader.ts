/** Reads the tree of a UDF volume. ECMA-167, 3rd edition, part 4; OSTA UDF 2.3. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { DirectoryListing, DiscEntry, TreeReader } from "../tree/disc-entry.js";
import type { UnnamedEntry } from "../tree/listing-builder.js";
import { ListingBuilder } from "../tree/listing-builder.js";
import type { LongAllocationDescriptor } from "./allocation.js";
import { readDirectory, reportIdentifierFaults } from "./directory-reader.js";
import { EntryBuilder, unreadableEntry } from "./entry-builder.js";
import type { EntryReading } from "./file-entry-reader.js";
import { FileEntryReader } from "./file-entry-reader.js";
import type { FileIdentifierDescriptor } from "./file-identifier.js";
import { fileCharacteristics } from "./file-identifier.js";
import { hasCharacteristic, identifierName, isNamed } from "./identifier-name.js";
import { isReadFailure } from "./volume-bytes.js";

/** What names items, for messages. */
const naming = { structure: "FileIdentifierDescriptor", clause: "4/14.4.8" } as const;

/** What a tree is read from. */
export interface UdfTreeOptions extends EntryReading {
  readonly rootDirectoryIcb: LongAllocationDescriptor;
  /** Tags of the volume's descriptors have it. */
  readonly tagSerialNumber: number;
}

/** The name of a file of 1.50 that holds what cannot be used of the medium; later revisions have a stream. */
const nonAllocatableSpace = "Non-Allocatable Space";

/** The tree of a UDF volume. */
export class UdfTree implements TreeReader {
  readonly fileSystem = "udf";
  readonly #options: UdfTreeOptions;
  readonly #entries: FileEntryReader;
  readonly #builder: EntryBuilder;

  constructor(options: UdfTreeOptions) {
    this.#options = options;
    this.#entries = new FileEntryReader(options);
    this.#builder = new EntryBuilder(this.#entries, options);
  }

  async root(signal?: AbortSignal): Promise<DiscEntry> {
    const { rootDirectoryIcb, context } = this.#options;
    const entry = await this.#entries.read(rootDirectoryIcb, signal);
    const built = await this.#builder.build(entry, "/", signal);
    if (built.type !== "directory" || built.refusal !== null) {
      const reason = built.refusal ?? `is that of a ${built.type}`;
      reportFault(context, "FileSetDescriptor", "rootDirectoryIcb", "4/14.1.15", reason);
    }
    return { path: "/", name: "", ...built };
  }

  async list(directory: DiscEntry, signal?: AbortSignal): Promise<DirectoryListing> {
    const { path, refusal } = directory;
    if (refusal !== null) throw new DiscError("E_NOT_SUPPORTED", `"${path}": ${refusal}`, { what: refusal });
    const read = await readDirectory(this.#options, directory.extents, signal);
    const { tolerant, onWarning } = this.#options.context;
    reportIdentifierFaults(read, path, this.#options.context);
    const builder = new ListingBuilder(path, naming);
    /** Names of one file share what is read of it. */
    const known = new Map<number, UnnamedEntry>();
    for (const { identifier, lba } of read.identifiers) {
      throwIfCancelled(signal, `reading ${path}`);
      if (!isNamed(identifier)) continue;
      const context: ReadContext = { tolerant, lba, onWarning };
      const name = identifierName(identifier, context);
      const hidden = hasCharacteristic(identifier, fileCharacteristics.hidden);
      if (hidden && path === "/" && name === nonAllocatableSpace) continue;
      const entry =
        known.get(keyOf(identifier)) ??
        this.#sound(identifier, known) ??
        (await this.#entry(identifier, builder.pathOf(name), known, context, signal));
      builder.add(name, undefined, hidden ? { ...entry, hidden } : entry, context);
    }
    return builder.listing();
  }

  /** The item of a name, where nothing has to be read for it and nothing is odd; else `undefined`. */
  #sound(identifier: FileIdentifierDescriptor, known: Map<number, UnnamedEntry>): UnnamedEntry | undefined {
    try {
      const found = this.#entries.sound(identifier.icb);
      const entry = found && this.#builder.sound(found);
      if (entry === undefined || (entry.type === "directory") !== isNamedDirectory(identifier)) return undefined;
      known.set(keyOf(identifier), entry);
      return entry;
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      // What is wrong is found, and told, once more.
      return undefined;
    }
  }

  async #entry(
    identifier: FileIdentifierDescriptor,
    path: string,
    known: Map<number, UnnamedEntry>,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<UnnamedEntry> {
    const isDirectory = isNamedDirectory(identifier);
    try {
      const entry = await this.#builder.build(await this.#entries.read(identifier.icb, signal), path, signal);
      if (entry.refusal === null && (entry.type === "directory") !== isDirectory) {
        const reason = `of "${path}" is that of a ${isDirectory ? "directory" : "file"}, its entry a ${entry.type}'s`;
        reportFault(context, "FileIdentifierDescriptor", "directoryBit", "4/14.4.3", reason);
      }
      known.set(keyOf(identifier), entry);
      return entry;
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      throwIfCancelled(signal, `reading ${path}`);
      const refusal = `its file entry cannot be read: ${error.message}`;
      reportFault(
        context,
        "FileIdentifierDescriptor",
        "icb",
        "4/14.4.5",
        `of "${path}" is of no use: ${error.message}`,
      );
      return unreadableEntry(isDirectory ? "directory" : "file", refusal);
    }
  }
}

/** Tells the file entry that a name leads to from all others. */
function keyOf({ icb }: FileIdentifierDescriptor): number {
  return icb.partitionReferenceNumber * 0x1_0000_0000 + icb.logicalBlockNumber;
}

function isNamedDirectory(identifier: FileIdentifierDescriptor): boolean {
  return hasCharacteristic(identifier, fileCharacteristics.directory);
}
