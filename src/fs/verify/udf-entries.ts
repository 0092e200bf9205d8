/** Checks file entries. ECMA-167, 3rd edition, 4/14.9, 4/14.17; OSTA UDF 2.3.6, 3.3.5. */
import type { LongAllocationDescriptor } from "../udf/allocation.js";
import type { ExtendedFileEntryHead, FileEntryHead } from "../udf/file-entry.js";
import { extendedFileEntryHead, fileEntryHead, noOwner } from "../udf/file-entry.js";
import { allocationForms, fileTypes, strategies } from "../udf/icb.js";
import type { ByteRun } from "../udf/partition-space.js";
import { tagIdentifiers } from "../udf/tag.js";
import type { CheckedExtent } from "./udf-allocations.js";
import { checkAllocation } from "./udf-allocations.js";
import { checkAttributes } from "./udf-attributes.js";
import type { UdfChecking } from "./udf-checking.js";
import { checkIcbExtent } from "./udf-extents.js";
import { checkFields, isLaterThan, readRows, timeAt } from "./udf-fields.js";
import type { EntryRole } from "./udf-icb.js";
import { checkIcbTag } from "./udf-icb.js";
import { hasOwners } from "./udf-identifiers.js";
import type { UdfVolumeModel } from "./udf-model.js";
import { findBlocks, isMetadata } from "./udf-model.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag, claimedIdentifier } from "./udf-tags.js";

/** Bits of permissions that mean something. ECMA-167 4/14.9.5. */
const permissionBits = 15;

/** Directories above an entry that are looked at. */
const maximumLevels = 1000;

/** The largest area of attributes in a file of its own that is looked at. */
const maximumAttributeBytes = 1024 * 1024;

/** What is kept of an entry, until all that leads to it is known. */
export interface EntryRecord {
  readonly address: number;
  readonly reference: number;
  readonly block: number;
  readonly role: EntryRole;
  /** The first path that leads to it. */
  readonly path: string;
  readonly parent: EntryRecord | undefined;
  readonly fileType: number;
  readonly uniqueId: bigint;
  readonly statedLinks: number;
  /** Bytes of the file. */
  readonly bytes: number;
  /** Bytes with those of all streams; `undefined` of an entry that is not an extended one. */
  readonly objectSize: bigint | undefined;
  readonly streamDirectoryIcb: LongAllocationDescriptor | undefined;
  /** Blocks of its ICB: an entry, and where entries are chained, what leads to the next one. */
  readonly icbBlocks: number;
  /** Names found so far. */
  links: number;
}

/** An entry with where its contents lie. */
export interface CheckedEntry {
  readonly record: EntryRecord;
  readonly extents: readonly CheckedExtent[];
  /** Contents that stand in the entry itself. */
  readonly embedded: ByteRun | undefined;
}

/** What leads to an entry. */
export interface EntryLink {
  readonly icb: LongAllocationDescriptor;
  readonly role: EntryRole;
  readonly path: string;
  readonly parent: EntryRecord | undefined;
  /** Where it is named. */
  readonly place: UdfPlace;
  /** Whether its extents are those of another file: their space is counted there. */
  readonly isCopy?: boolean;
}

/** The bytes of an entry. */
interface EntrySource extends EntryLink {
  readonly reference: number;
  readonly block: number;
  readonly address: number;
  readonly data: Uint8Array;
}

type EntryHead = FileEntryHead & Partial<Pick<ExtendedFileEntryHead, "objectSize" | "streamDirectoryIcb">>;

/** Checks that what leads to an entry has the length of its ICB. ECMA-167 4/14.6.2, UDF 6.6. */
export function checkIcbLength(
  { report, blockBytes }: UdfChecking,
  { extentLength }: LongAllocationDescriptor,
  { icbBlocks, path }: EntryRecord,
  place: UdfPlace,
): void {
  if (extentLength !== icbBlocks * blockBytes) {
    report("UDF_ENTRY_ICB", place, `the ICB of "${path}" has ${extentLength} bytes`);
  }
}

/** Checks the entries of one volume, each once. */
export class EntryChecker {
  readonly #model: UdfVolumeModel;
  /** By address; `null` for what is none. */
  readonly #records: Map<number, EntryRecord | null> = new Map();
  readonly #overheadOwners: Map<number, number> = new Map();

  constructor(model: UdfVolumeModel) {
    this.#model = model;
  }

  get records(): Iterable<EntryRecord> {
    return [...this.#records.values()].filter((record) => record !== null);
  }

  /** What is known of the entry to which an ICB leads; `undefined` for one that was not looked at yet. */
  known(address: number): EntryRecord | null | undefined {
    return this.#records.get(address);
  }

  /** Follows a link to an entry that is seen for the first time. @returns `undefined` for none that can be read. */
  async check(link: EntryLink): Promise<CheckedEntry | undefined> {
    const source = await this.#read(link);
    if (source === undefined) return undefined;
    this.#records.set(source.address, null);
    return await this.#checkEntry(source);
  }

  async #read(link: EntryLink): Promise<EntrySource | undefined> {
    const { checking, spaces, entries } = this.#model;
    const { icb, path, place } = link;
    const { partitionReferenceNumber: reference, logicalBlockNumber } = icb;
    const found = findBlocks(this.#model, reference, logicalBlockNumber, checking.blockBytes);
    const address = "runs" in found ? found.runs[0]?.address : undefined;
    if (address === undefined || address === null) {
      const reason = "fault" in found ? found.fault : "its block lies nowhere";
      checking.report("UDF_ENTRY_UNREADABLE", place, `the file entry of "${path}": ${reason}`);
      return undefined;
    }
    const data = await this.#block(reference, address, path);
    if (data === undefined) return undefined;
    const source = { ...link, reference, block: logicalBlockNumber, address, data };
    const isChained = data[20]! + data[21]! * 0x100 === strategies.chained;
    if (claimedIdentifier(data) !== tagIdentifiers.indirectEntry && !isChained) return source;
    // The newest entry of a chain is the one that counts.
    const space = spaces[reference]!;
    const newest = await checking.attempt(
      () => entries.readAt(space, logicalBlockNumber, checking.signal),
      (reason) => checking.report("UDF_ENTRY_UNREADABLE", { address, path }, reason),
    );
    if (newest === undefined) return undefined;
    const newestData = await checking.read(newest.address, checking.blockBytes, "file entry", path);
    if (newestData === undefined) return undefined;
    const newestReference = Math.max(0, spaces.indexOf(newest.space));
    return { ...source, reference: newestReference, block: newest.block, address: newest.address, data: newestData };
  }

  /** A block; where it cannot be read and stands on the medium twice, its copy. */
  async #block(reference: number, address: number, path: string): Promise<Uint8Array | undefined> {
    const { checking, spaces } = this.#model;
    const data = await checking.read(address, checking.blockBytes, "file entry", path);
    const alternate = data === undefined ? spaces[reference]?.alternateOf?.(address) : undefined;
    if (alternate === undefined) return data;
    return await checking.read(alternate, checking.blockBytes, "copy of a file entry", path);
  }

  async #checkEntry(source: EntrySource): Promise<CheckedEntry | undefined> {
    const { checking } = this.#model;
    const { data, address, path, block } = source;
    const place = { address, path };
    const tagIdentifier = claimedIdentifier(data);
    const isExtended = tagIdentifier === tagIdentifiers.extendedFileEntry;
    if (!isExtended && tagIdentifier !== tagIdentifiers.fileEntry) {
      checking.report("UDF_ENTRY_UNREADABLE", place, `the tag at the file entry of "${path}" is ${tagIdentifier}`);
      return undefined;
    }
    const codec = isExtended ? extendedFileEntryHead : fileEntryHead;
    const head: EntryHead = readRows(codec as typeof fileEntryHead, data, 0);
    const { lengthOfExtendedAttributes: attributeBytes, lengthOfAllocationDescriptors: allocationBytes } = head;
    const bytes = codec.size + attributeBytes + allocationBytes;
    if (bytes > data.length) {
      const message = `${attributeBytes} bytes of attributes and ${allocationBytes} of descriptors do not fit`;
      checking.report("UDF_ENTRY_OVERFULL", place, message);
      return undefined;
    }
    const tag = { name: codec.name, tagIdentifier, location: block, data, at: 0, bytes, end: data.length, place };
    checkDescriptorTag(checking, tag);
    const record = recordOf(source, head);
    this.#records.set(address, record);
    this.#checkHead(source, record, head, isExtended);
    await this.#checkAttributes(source, head, codec.size);
    const allocation = data.subarray(codec.size + attributeBytes, bytes);
    const contents = { data: allocation, address: address + codec.size + attributeBytes };
    return await this.#checkContents(record, head, contents, source.isCopy === true);
  }

  #checkHead(source: EntrySource, record: EntryRecord, head: EntryHead, isExtended: boolean): void {
    const { checking } = this.#model;
    const { report } = checking;
    const { data, role, path, address, icb } = source;
    const place = { address, path };
    const { icbTag } = head;
    if (role !== "metadata" && role !== "table") {
      checkIcbLength(checking, icb, record, source.place);
    }
    if (isExtended && !checking.isThirdEdition) report("UDF_ENTRY_KIND", place, "an extended file entry");
    if (!isExtended && checking.isThirdEdition)
      report("UDF_ENTRY_OLD_KIND", place, "a file entry that is not extended");
    const isAbove = (reference: number, block: number): boolean => {
      let above: EntryRecord | undefined = record;
      for (let level = 0; above !== undefined && level < maximumLevels; level++, above = above.parent) {
        if (above.reference === reference && above.block === block) return true;
      }
      return false;
    };
    checkIcbTag(this.#model, { tag: icbTag, data: data.subarray(16, 36), role, place, isAbove });
    checkFields(checking, isExtended ? extendedFileEntryHead : fileEntryHead, { data, at: 0, place });
    this.#checkNumbers(head, place);
    if (isExtended) this.#checkCreation(data, place);
    for (const [name, other] of [
      ["extended attribute ICB", head.extendedAttributeIcb],
      ["stream directory ICB", head.streamDirectoryIcb],
    ] as const) {
      if (other !== undefined) checkIcbExtent(checking, other, this.#model.icbRules, place, name);
    }
  }

  #checkNumbers(head: EntryHead, place: UdfPlace): void {
    const { report } = this.#model.checking;
    const { implementationIdentifier: by, uid, gid, permissions } = head;
    if (!hasOwners(by.osClass, by.osIdentifier) && (uid !== noOwner || gid !== noOwner)) {
      report("UDF_ENTRY_OWNER", place, `owner ${uid}:${gid}, by operating system ${by.osClass}.${by.osIdentifier}`);
    }
    if (permissions >= 2 ** permissionBits) {
      report("UDF_ENTRY_PERMISSIONS", place, `the permissions are 0x${permissions.toString(16)}`);
    }
    const { recordFormat, recordDisplayAttributes, recordLength, checkpoint } = head;
    if (recordFormat !== 0 || recordDisplayAttributes !== 0 || recordLength !== 0) {
      const shown = `${recordFormat}, ${recordDisplayAttributes} and ${recordLength}`;
      report("UDF_ENTRY_RECORD", place, `record format, display attributes and length are ${shown}, expected 0`);
    }
    if (checkpoint === 0) report("UDF_ENTRY_CHECKPOINT", place, "the checkpoint is 0");
  }

  #checkCreation(data: Uint8Array, place: UdfPlace): void {
    const at = (key: string): number =>
      extendedFileEntryHead.fields.find((field) => field.key === key)!.row.firstBit / 8;
    const creation = timeAt(data, at("creationTime"));
    if (creation === undefined) return;
    for (const key of ["accessTime", "modificationTime", "attributeTime"]) {
      const time = timeAt(data, at(key));
      if (time === undefined || !isLaterThan(creation, time)) continue;
      const shown = `${new Date(time.ms).toISOString()}, before the creation at ${new Date(creation.ms).toISOString()}`;
      this.#model.checking.report("UDF_ENTRY_TIMES", place, `${key} is ${shown}`);
    }
  }

  /** The attributes in the entry, and those in a file of their own. */
  async #checkAttributes(source: EntrySource, head: EntryHead, headBytes: number): Promise<void> {
    const { checking } = this.#model;
    const { data, role, address, path, block } = source;
    const place = { address, path };
    const length = head.lengthOfExtendedAttributes;
    const hasFile = head.extendedAttributeIcb.extentLength > 0;
    const mayHave = role !== "stream" && role !== "streamDirectory" && role !== "systemStreamDirectory";
    if ((length > 0 || hasFile) && (!mayHave || role === "attributes")) {
      checking.report("UDF_EA_SPACE", place, "attributes of a stream, or of attributes");
      return;
    }
    if (length % 4 !== 0) checking.report("UDF_ENTRY_OVERFULL", place, `${length} bytes of attributes`);
    else if (length > 0) {
      const area = data.subarray(headBytes, headBytes + length);
      checkAttributes(checking, { data: area, location: block, place });
    }
    if (!hasFile || role === "metadata" || role === "table") return;
    const record = this.#records.get(address) ?? undefined;
    await this.#checkAttributeFile({ icb: head.extendedAttributeIcb, role: "attributes", path, parent: record, place });
  }

  async #checkAttributeFile(link: EntryLink): Promise<void> {
    const { checking } = this.#model;
    const { partitionReferenceNumber, logicalBlockNumber } = link.icb;
    const found = findBlocks(this.#model, partitionReferenceNumber, logicalBlockNumber, checking.blockBytes);
    const address = "runs" in found ? found.runs[0]?.address : undefined;
    if (typeof address === "number" && this.#records.has(address)) {
      checking.report(
        "UDF_DIRECTORY_LOOP",
        link.place,
        `the attributes of "${link.path}" are those of another item, too`,
      );
      return;
    }
    const file = await this.check(link);
    if (file === undefined) return;
    const runs = file.embedded === undefined ? file.extents.flatMap(({ runs: own }) => own) : [file.embedded];
    const length = Math.min(file.record.bytes, maximumAttributeBytes);
    const whole = new Uint8Array(length);
    let at = 0;
    for (const { address: from, bytes } of runs) {
      const count = Math.min(bytes, length - at);
      if (from === null || count === 0) break;
      const piece = await checking.read(from, count, "extended attributes", link.path);
      if (piece === undefined) return;
      whole.set(piece, at);
      at += count;
    }
    const location = file.embedded === undefined ? (file.extents[0]?.block ?? 0) : file.record.block;
    checkAttributes(checking, { data: whole, location, place: { address: file.record.address, path: link.path } });
  }

  async #checkContents(
    record: EntryRecord,
    head: EntryHead,
    { data, address }: { readonly data: Uint8Array; readonly address: number },
    isCopy: boolean,
  ): Promise<CheckedEntry> {
    const { checking, use } = this.#model;
    const { path, role, bytes, reference } = record;
    const place = { address: record.address, path };
    const form = head.icbTag.flags % 8;
    const inMetadata = isMetadata(this.#model, reference);
    const owned = { kind: "structure", path } as const;
    const own = { address: record.address, bytes: checking.blockBytes };
    use.add([own], { ...owned, owner: `the file entry of "${path}"` }, inMetadata);
    const recorded = head.logicalBlocksRecorded;
    if (form === allocationForms.embedded) {
      if (bytes !== data.length) {
        const message = `the information length is ${bytes}, and ${data.length} bytes are embedded`;
        checking.report("UDF_ENTRY_LENGTH", place, message);
      }
      if (recorded !== 0n) {
        checking.report("UDF_ENTRY_BLOCKS", place, `${recorded} blocks are counted, and the contents embedded`);
      }
      return { record, extents: [], embedded: { address, bytes: Math.min(bytes, data.length) } };
    }
    if (form !== allocationForms.short && form !== allocationForms.long) {
      return { record, extents: [], embedded: undefined };
    }
    const isDirectory = isDirectoryType(record.fileType);
    const isMetadataFile = role === "metadata";
    const allocation = await checkAllocation(
      this.#model,
      { data, form, reference, length: bytes, isDirectory, isMetadataFile, place },
      this.#overheadOwners,
    );
    if (recorded !== BigInt(allocation.recordedBlocks)) {
      const message = `${recorded} recorded blocks are counted, expected ${allocation.recordedBlocks}`;
      checking.report("UDF_ENTRY_BLOCKS", place, message);
    }
    const overheadInMetadata = this.#model.icbRules.metadataReference !== undefined && !isMetadataFile;
    use.add(allocation.overhead, { ...owned, owner: `descriptors of "${path}"` }, overheadInMetadata);
    const kind = isDirectory || isMetadataFile || role === "table" ? "structure" : "contents";
    for (const extent of isCopy ? [] : allocation.extents) {
      use.add(extent.runs, { kind, owner: `"${path}"`, path }, isMetadata(this.#model, extent.reference));
    }
    return { record, extents: allocation.extents, embedded: undefined };
  }
}

/** Whether a file type is that of something with names in it. */
function isDirectoryType(fileType: number): boolean {
  return fileType === fileTypes.directory || fileType === fileTypes.streamDirectory;
}

function recordOf(source: EntrySource, head: EntryHead): EntryRecord {
  const { address, reference, block, role, path, parent } = source;
  const { icbTag, uniqueId, fileLinkCount, informationLength, objectSize, streamDirectoryIcb } = head;
  return {
    address,
    reference,
    block,
    role,
    path,
    parent,
    fileType: icbTag.fileType,
    uniqueId,
    statedLinks: fileLinkCount,
    bytes: Number(informationLength),
    objectSize,
    streamDirectoryIcb: (streamDirectoryIcb?.extentLength ?? 0) > 0 ? streamDirectoryIcb : undefined,
    icbBlocks: icbTag.strategyType === strategies.chained ? 2 : 1,
    links: 0,
  };
}
