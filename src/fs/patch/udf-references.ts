/** Finds the file entries that lead to some bytes of an image. ECMA-167, 3rd edition, 4/8.6, 4/14.9; OSTA UDF 2.3. */
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { Extent } from "../tree/content.js";
import { joinPath } from "../tree/path.js";
import { extentsOfRuns } from "../udf/contents-reader.js";
import { readDirectory } from "../udf/directory-reader.js";
import type { UdfFileEntry } from "../udf/file-entry-reader.js";
import { FileEntryReader } from "../udf/file-entry-reader.js";
import { allocationForms, fileTypes, strategies } from "../udf/icb.js";
import { identifierName, isNamed } from "../udf/identifier-name.js";
import type { UdfVolume } from "../udf/volume-reader.js";
import { allottedRanges, overlapsAny } from "./byte-range.js";
import { embeddedLimitOf, fileEntryPatches } from "./file-entry-patches.js";
import type { ReferenceSearch } from "./iso-references.js";
import type { FileReference } from "./reference.js";

interface OpenDirectory {
  readonly path: string;
  readonly entry: UdfFileEntry;
}

/** File types of directories, whose contents are names of others. */
const directoryTypes: ReadonlySet<number> = new Set([fileTypes.directory, fileTypes.streamDirectory]);

/** Walks the tree of one volume, with the streams of its items. */
class VolumeSearch {
  readonly #search: ReferenceSearch;
  readonly #volume: UdfVolume;
  readonly #entries: FileEntryReader;
  readonly #entered = new Set<number>();
  readonly #open: OpenDirectory[] = [];

  constructor(search: ReferenceSearch, volume: UdfVolume) {
    this.#search = search;
    this.#volume = volume;
    this.#entries = new FileEntryReader(volume.reading);
  }

  async *run(): AsyncGenerator<FileReference> {
    const { reading } = this.#volume;
    const { signal } = this.#search;
    await this.#enter("/", await this.#entries.read(reading.rootDirectoryIcb, signal));
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      const isStreams = next.entry.head.fileType === fileTypes.streamDirectory;
      const { identifiers } = await readDirectory(reading, await this.#extentsOf(next.entry), signal);
      for (const { identifier } of identifiers) {
        throwIfCancelled(signal, "looking for the names of a file");
        if (!isNamed(identifier)) continue;
        const name = identifierName(identifier, reading.context);
        const path = isStreams ? `${next.path}:${name}` : joinPath(next.path, name);
        yield* this.#item(path, await this.#entries.read(identifier.icb, signal), isStreams);
      }
    }
  }

  async #extentsOf(entry: UdfFileEntry): Promise<Extent[]> {
    const { runs } = await this.#entries.contents(entry, this.#search.signal);
    return extentsOfRuns(runs);
  }

  #hasWanted(extents: readonly Extent[]): boolean {
    const { wanted, unitBytes } = this.#search;
    return allottedRanges(extents, unitBytes).some(({ start, end }) => overlapsAny(wanted, start, end));
  }

  async #enter(path: string, entry: UdfFileEntry): Promise<void> {
    if (this.#entered.has(entry.address)) return;
    this.#entered.add(entry.address);
    if (entry.head.flags % 8 !== allocationForms.embedded && this.#hasWanted(await this.#extentsOf(entry))) {
      const what = `the directory "${path}" lies in the blocks of a file`;
      throw new DiscError("E_DAMAGED", what, { what, path });
    }
    this.#open.push({ path, entry });
    await this.#enterStreams(path, entry);
  }

  async #enterStreams(path: string, { head: { streamDirectoryIcb: icb } }: UdfFileEntry): Promise<void> {
    if (icb === undefined || icb.extentLength === 0) return;
    await this.#enter(path, await this.#entries.read(icb, this.#search.signal));
  }

  async *#item(path: string, entry: UdfFileEntry, isStream: boolean): AsyncGenerator<FileReference> {
    if (directoryTypes.has(entry.head.fileType)) return await this.#enter(path, entry);
    await this.#enterStreams(path, entry);
    const extents = await this.#extentsOf(entry);
    if (!this.#hasWanted(extents)) return;
    const { reading } = this.#volume;
    yield {
      session: this.#search.session,
      fileSystem: "udf",
      path,
      extents,
      bytes: extents.reduce((sum, { bytes }) => sum + bytes, 0),
      address: entry.address,
      embeddedLimit: embeddedLimitOf(entry, reading.blockBytes),
      sumIndex: undefined,
      refusal: refusalOf(entry, extents, isStream),
      patches: (change) => fileEntryPatches(entry, reading, this.#entries, change, this.#search.signal),
    };
  }
}

/** Why contents cannot be changed in their places. */
function refusalOf({ head }: UdfFileEntry, extents: readonly Extent[], isStream: boolean): string | undefined {
  if (isStream) return "it is a stream of another file";
  if (head.strategyType === strategies.chained) return "its file entries form a chain, for media written once";
  return extents.some(({ lba }) => lba === null) ? "it has holes in UDF" : undefined;
}

/**
 * The file entries of a volume whose files have bytes in the wanted ranges, once for each of their names.
 *
 * @throws {@link DiscError} E_DAMAGED where a directory has; E_READ_FAILED, E_FIELD_INVALID, E_NOT_SUPPORTED, E_CANCELLED.
 */
export async function* udfReferences(volume: UdfVolume, search: ReferenceSearch): AsyncGenerator<FileReference> {
  yield* new VolumeSearch(search, volume).run();
}
