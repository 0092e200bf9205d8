/** Finds the directory records that lead to some bytes of an image. ECMA-119, 4th edition (June 2019), 6.5, 9.1. */
import type { ReadContext } from "../../codec/codec.js";
import { longTime, recordingTime } from "../../codec/time.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { DetectedVolume } from "../image/detect.js";
import { charsetOf } from "../image/detect.js";
import { rootLbaOf } from "../iso9660/descriptor-set.js";
import type { PlacedRecord } from "../iso9660/directory-reader.js";
import { readDirectoryRecords, recordKind } from "../iso9660/directory-reader.js";
import { directoryRecordHead, fileFlags, systemUseOffset } from "../iso9660/directory-record.js";
import { isoNaming } from "../iso9660/iso-reader.js";
import type { CollectedItem } from "../iso9660/record-collector.js";
import { hasFlag, RecordCollector } from "../iso9660/record-collector.js";
import type { PrimaryVolumeDescriptor } from "../iso9660/volume-descriptors.js";
import { jolietNaming } from "../joliet/joliet-reader.js";
import type { Charset, CharsetChoice } from "../names/charset.js";
import type { IdentifierNaming } from "../names/identifier-naming.js";
import { visitTimes } from "../rockridge/entries.js";
import type { RockRidgeUse } from "../rockridge/rock-ridge-reader.js";
import { rockRidgeProtocol } from "../rockridge/rock-ridge-reader.js";
import type { EntryVisitor, ExtendedAttributes } from "../susp/system-use-reader.js";
import { ContinuationReader, signatureOf, visitEntries } from "../susp/system-use-reader.js";
import type { Extent } from "../tree/content.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import { joinPath } from "../tree/path.js";
import { ArbitraryAttributes } from "./arbitrary-attributes.js";
import type { ByteRange } from "./byte-range.js";
import { allottedRanges, overlapsAny } from "./byte-range.js";
import { fieldPatch, valuePatch } from "./field-patch.js";
import type { FileChange, FileReference } from "./reference.js";

/** The largest length of one extent: 32 bits. ECMA-119 9.1.4. */
const maximumDataLength = 0xffff_ffff;

/** Entries that say that contents are stored in another form. RRIP 4.1.7; zisofs. */
const encodings: ReadonlyMap<number, string> = new Map([
  [signatureOf("ZF"), "compressed by zisofs"],
  [signatureOf("Z2"), "compressed by zisofs"],
  [signatureOf("SF"), "recorded as a sparse file"],
]);

const timesSignature = signatureOf("TF");

/** What is looked for. */
export interface ReferenceSearch {
  readonly source: BlockSource;
  /** Number of the session. */
  readonly session: number;
  /** Only what has bytes in these is given. */
  readonly wanted: readonly ByteRange[];
  /** Bytes in which files are allotted. */
  readonly unitBytes: number;
  readonly charset: CharsetChoice | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What the system use of a record says that counts when its contents change. */
interface SystemUseFacts {
  encoding: string | undefined;
  sumIndex: number | undefined;
  readonly times: { readonly address: number; readonly bytes: number }[];
}

/** One hierarchy of directories. */
interface Hierarchy {
  readonly fileSystem: FileSystemName;
  readonly root: Extent;
  readonly naming: IdentifierNaming;
  readonly rockRidge: RockRidgeUse | undefined;
  readonly charset: Charset | undefined;
}

interface OpenDirectory {
  readonly path: string;
  readonly extents: readonly Extent[];
}

function addressOf({ lba, offset }: PlacedRecord): number {
  return lba * blockBytes + offset;
}

/** The hierarchies of a session; the enhanced descriptor of many images has the root of the primary one. */
function hierarchiesOf(volume: DetectedVolume, choice: CharsetChoice | undefined): Hierarchy[] {
  const { descriptors, rockRidge } = volume;
  const { primary, joliet, enhanced } = descriptors;
  const hierarchies: Hierarchy[] = [];
  const add = (
    descriptor: Pick<PrimaryVolumeDescriptor, "rootDirectoryRecord"> | undefined,
    others: Omit<Hierarchy, "root">,
  ): void => {
    if (descriptor === undefined) return;
    const root = { lba: rootLbaOf(descriptor), bytes: descriptor.rootDirectoryRecord.dataLength };
    if (hierarchies.every((known) => known.root.lba !== root.lba)) hierarchies.push({ ...others, root });
  };
  const fileSystem = rockRidge === undefined ? "iso" : "rockridge";
  const charset = charsetOf(volume, fileSystem, choice);
  add(primary, { fileSystem, naming: isoNaming(charset), rockRidge, charset });
  add(joliet, { fileSystem: "joliet", naming: jolietNaming, rockRidge: undefined, charset: undefined });
  const ofEnhanced = charsetOf(volume, "iso", choice);
  add(enhanced, { fileSystem: "iso", naming: isoNaming(ofEnhanced), rockRidge: undefined, charset: ofEnhanced });
  return hierarchies;
}

/** Walks one hierarchy. */
class HierarchySearch {
  readonly #search: ReferenceSearch;
  readonly #hierarchy: Hierarchy;
  readonly #continuations: ContinuationReader;
  readonly #context: ReadContext = { tolerant: true, lba: null };
  readonly #entered = new Set<number>();
  readonly #open: OpenDirectory[] = [];

  constructor(search: ReferenceSearch, hierarchy: Hierarchy) {
    this.#search = search;
    this.#hierarchy = hierarchy;
    this.#continuations = new ContinuationReader(search.source);
  }

  async *run(): AsyncGenerator<FileReference> {
    const { source, signal } = this.#search;
    this.#enter("/", [this.#hierarchy.root]);
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      throwIfCancelled(signal, "looking for the names of a file");
      const collector = new RecordCollector();
      for await (const records of readDirectoryRecords(source, next.extents, this.#context, signal)) {
        for (const placed of records) {
          if (recordKind(placed.record) !== "item") continue;
          for (const item of collector.add(placed, this.#context)) yield* this.#item(item, next.path);
        }
      }
      for (const item of collector.end(this.#context)) yield* this.#item(item, next.path);
    }
  }

  #enter(path: string, extents: readonly Extent[]): void {
    const lba = extents[0]?.lba ?? null;
    if (lba === null || this.#entered.has(lba)) return;
    this.#entered.add(lba);
    const { wanted, unitBytes } = this.#search;
    if (allottedRanges(extents, unitBytes).some(({ start, end }) => overlapsAny(wanted, start, end))) {
      const what = `the directory "${path}" lies in the blocks of a file`;
      throw new DiscError("E_DAMAGED", what, { what, path, lba });
    }
    this.#open.push({ path, extents });
  }

  async *#item(item: CollectedItem, directory: string): AsyncGenerator<FileReference> {
    const { wanted, unitBytes } = this.#search;
    const { record } = item.placed;
    if (hasFlag(record, fileFlags.directory)) {
      this.#enter(joinPath(directory, await this.#nameOf(item)), item.extents);
      return;
    }
    const ranges = allottedRanges(item.extents, unitBytes);
    const isWanted = ranges.some(({ start, end }) => overlapsAny(wanted, start, end));
    // Of links and devices, some writers state the block of another file; nothing is read there.
    if (isWanted && (await this.#isFile(item))) yield await this.#reference(item, directory);
  }

  async #attributesOf({ placed: { record } }: CollectedItem): Promise<ExtendedAttributes | undefined> {
    const { rockRidge, charset } = this.#hierarchy;
    const { signal } = this.#search;
    if (rockRidge === undefined) return undefined;
    const protocol = rockRidgeProtocol(rockRidge, this.#continuations, charset);
    const attributes = protocol.attributes(record.systemUse, this.#context);
    if (attributes.continuation !== undefined) await protocol.complete(attributes, this.#context, signal);
    return attributes;
  }

  async #isFile(item: CollectedItem): Promise<boolean> {
    return ((await this.#attributesOf(item))?.type ?? "file") === "file";
  }

  async #nameOf(item: CollectedItem): Promise<string> {
    const { record } = item.placed;
    const decoded = this.#hierarchy.naming.decode(
      record.fileIdentifier,
      hasFlag(record, fileFlags.directory),
      () => {},
    );
    return (await this.#attributesOf(item))?.name ?? decoded.name;
  }

  async #reference(item: CollectedItem, directory: string): Promise<FileReference> {
    const { session } = this.#search;
    const { fileSystem } = this.#hierarchy;
    const records = [item.placed, ...(item.others ?? [])];
    const facts: SystemUseFacts[] = [];
    for (const placed of records) facts.push(await this.#factsOf(placed));
    const encoding = facts.find((found) => found.encoding !== undefined)?.encoding;
    const isAssociated = hasFlag(item.placed.record, fileFlags.associatedFile);
    return {
      session,
      fileSystem,
      path: joinPath(directory, await this.#nameOf(item)),
      extents: item.extents,
      bytes: item.bytes,
      address: addressOf(item.placed),
      embeddedLimit: undefined,
      sumIndex: facts[0]?.sumIndex,
      refusal: item.interleaved
        ? "it is recorded interleaved"
        : isAssociated
          ? "it is the associated file of another one"
          : encoding === undefined
            ? undefined
            : `its contents are ${encoding}`,
      patches: async (change) => recordPatches(records, facts, change),
    };
  }

  async #factsOf(placed: PlacedRecord): Promise<SystemUseFacts> {
    const facts: SystemUseFacts = { encoding: undefined, sumIndex: undefined, times: [] };
    const { rockRidge } = this.#hierarchy;
    if (rockRidge === undefined) return facts;
    const attributes = new ArbitraryAttributes();
    const visit: EntryVisitor = (signature, source, at, length, address) => {
      attributes.visit(signature, source, at, length, address);
      facts.encoding ??= encodings.get(signature);
      if (signature !== timesSignature) return;
      visitTimes(source, at, (key, position, bytes) => {
        if (key === "modify") facts.times.push({ address: address + position - at, bytes });
      });
    };
    const { fileIdentifier, systemUse } = placed.record;
    const skipped = rockRidge.bytesSkipped;
    const address = addressOf(placed) + systemUseOffset(fileIdentifier.length) + skipped;
    const continuation = visitEntries(systemUse.subarray(skipped), this.#context, visit, address);
    if (continuation !== undefined) {
      await this.#continuations.visit(continuation, this.#context, visit, this.#search.signal);
    }
    facts.sumIndex = attributes.number("cx");
    return facts;
  }
}

/** Which lengths the records of a file's extents get: all but the last one keep theirs. ECMA-119 6.5.1. */
function lengthsOf(records: readonly PlacedRecord[], bytes: number): number[] {
  const lengths = records.slice(0, -1).map(({ record }) => record.dataLength);
  const rest = bytes - lengths.reduce((sum, length) => sum + length, 0);
  if (rest < (lengths.length > 0 ? 1 : 0) || rest > maximumDataLength) {
    const what =
      rest > maximumDataLength
        ? `an extent of ${rest} bytes in ISO 9660`
        : `a content that ends before the last of the ${records.length} extents that the file has in ISO 9660`;
    throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
  }
  return [...lengths, rest];
}

function recordPatches(
  records: readonly PlacedRecord[],
  facts: readonly SystemUseFacts[],
  { bytes, mtimeMs }: FileChange,
): BytePatch[] {
  const lengths = lengthsOf(records, bytes);
  return records.flatMap((placed, index) => {
    const at = addressOf(placed);
    const patches = [fieldPatch(directoryRecordHead, "dataLength", lengths[index]!, at)];
    if (mtimeMs === undefined) return patches;
    if (placed.record.recordingDateAndTime !== null) {
      patches.push(fieldPatch(directoryRecordHead, "recordingDateAndTime", mtimeMs, at));
    }
    for (const time of facts[index]!.times) {
      const type = time.bytes === recordingTime.bytes ? recordingTime : longTime;
      patches.push(valuePatch(type, mtimeMs, time.address, time.bytes));
    }
    return patches;
  });
}

/**
 * The records, in all hierarchies of a session, of files that have bytes in the wanted ranges.
 *
 * @throws {@link DiscError} E_DAMAGED where a directory has; E_READ_FAILED, E_FIELD_INVALID, E_CANCELLED.
 */
export async function* isoReferences(volume: DetectedVolume, search: ReferenceSearch): AsyncGenerator<FileReference> {
  for (const hierarchy of hierarchiesOf(volume, search.charset)) yield* new HierarchySearch(search, hierarchy).run();
}
