/** Reads and checks the file identifiers of directories. ECMA-167, 3rd edition, 4/8.6, 4/14.4; OSTA UDF 2.3.4. */
import { crc16 } from "../../codec/checksum.js";
import { strictContext } from "../../codec/codec.js";
import { readU16le } from "../../codec/integers.js";
import { textFromBytes } from "../../codec/text.js";
import { extentTypes } from "../udf/allocation.js";
import { readCompressedUnicode } from "../udf/compressed-unicode.js";
import type { FileIdentifierDescriptor } from "../udf/file-identifier.js";
import {
  fileCharacteristics,
  fileIdentifierBytesAt,
  fileIdentifierDescriptor,
  fileIdentifierHeadBytes,
} from "../udf/file-identifier.js";
import { hasCharacteristic } from "../udf/identifier-name.js";
import { tagBytes, tagIdentifierAt, tagIdentifiers } from "../udf/tag.js";
import type { CheckedExtent } from "./udf-allocations.js";
import { isZero } from "./udf-checking.js";
import type { CheckedEntry } from "./udf-entries.js";
import { checkIcbExtent } from "./udf-extents.js";
import { textFault } from "./udf-fields.js";
import { checkIdentifier } from "./udf-identifiers.js";
import type { UdfVolumeModel } from "./udf-model.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag } from "./udf-tags.js";

/** Bytes of a directory that are read at once. */
const pieceBytes = 128 * 1024;

/** File identifiers lie at multiples of it. */
const alignment = 4;

/** Bits of the characteristics that mean something. ECMA-167 4/14.4.3. */
const knownCharacteristics = 0x1f;

/** A file identifier that was found. */
export interface FoundIdentifier {
  readonly identifier: FileIdentifierDescriptor;
  /** As it can be shown; "" for the parent. */
  readonly name: string;
  readonly place: UdfPlace;
  /** Whether its ICB leads somewhere. */
  readonly hasIcb: boolean;
}

/** A run of a directory. */
interface DirectoryRun {
  readonly offset: number;
  readonly bytes: number;
  readonly address: number;
}

function runsOf({ extents, embedded }: CheckedEntry): readonly DirectoryRun[] {
  if (embedded !== undefined) return [{ offset: 0, bytes: embedded.bytes, address: embedded.address ?? 0 }];
  const runs: DirectoryRun[] = [];
  for (const { offset, bytes, type, runs: own } of extents) {
    let done = 0;
    for (const { address, bytes: length } of type === extentTypes.recorded ? own : []) {
      const count = Math.min(length, bytes - done);
      if (address !== null && count > 0) runs.push({ offset: offset + done, bytes: count, address });
      done += count;
    }
  }
  return runs;
}

/** Finds the piece that has a byte, for offsets that ascend. */
function ascending<T extends { readonly offset: number; readonly bytes: number }>(
  pieces: readonly T[],
): (offset: number) => T | undefined {
  let index = 0;
  return (offset) => {
    while (index < pieces.length && offset >= pieces[index]!.offset + pieces[index]!.bytes) index++;
    return pieces[index];
  };
}

/** Where the zeros begin with which bytes end. */
function endOfContents(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}

/** Reads one directory. */
export class DirectoryCheck {
  readonly #model: UdfVolumeModel;
  readonly #entry: CheckedEntry;
  readonly #runs: readonly DirectoryRun[];
  readonly #names: Set<string> = new Set();
  readonly #runAt: (offset: number) => DirectoryRun | undefined;
  readonly #extentAt: (offset: number) => CheckedExtent | undefined;
  #identifiers = 0;

  constructor(model: UdfVolumeModel, entry: CheckedEntry) {
    this.#model = model;
    this.#entry = entry;
    this.#runs = runsOf(entry);
    this.#runAt = ascending(this.#runs);
    this.#extentAt = ascending(entry.extents);
  }

  /** Where the directory's bytes lie. */
  get runs(): readonly DirectoryRun[] {
    return this.#runs;
  }

  /** The identifiers, each checked by itself; what is damaged is passed over. */
  async *identifiers(): AsyncGenerator<FoundIdentifier> {
    const { record } = this.#entry;
    let rest: Uint8Array = new Uint8Array(0);
    let restAt = 0;
    let isLost = false;
    for await (const piece of this.#pieces()) {
      const bytes = new Uint8Array(rest.length + piece.length);
      bytes.set(rest);
      bytes.set(piece, rest.length);
      const isLast = restAt + bytes.length >= record.bytes;
      const zerosFrom = isLast ? endOfContents(bytes) : bytes.length;
      let at = 0;
      while (at + fileIdentifierHeadBytes <= bytes.length) {
        const length = this.#lengthAt(bytes, at, isLast);
        if (length === "cut off") break;
        if (length === undefined) {
          if (at >= zerosFrom) break;
          if (!isLost) this.#lose(restAt + at);
          isLost = true;
          at += alignment;
          continue;
        }
        isLost = false;
        yield this.#identifierAt(bytes, at, length, restAt + at);
        at += length;
      }
      rest = bytes.slice(at);
      restAt += at;
    }
    this.#checkEnd(rest, restAt, isLost);
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    const { checking } = this.#model;
    const { path, bytes: total } = this.#entry.record;
    let done = 0;
    for (const { offset, bytes, address } of this.#runs) {
      if (offset !== done) break;
      for (let at = 0; at < bytes; at += pieceBytes) {
        checking.throwIfCancelled();
        const piece = await checking.read(address + at, Math.min(pieceBytes, bytes - at), "directory", path);
        if (piece === undefined) return;
        yield piece;
      }
      done += bytes;
    }
    if (done >= total || this.#runs.length === 0) return;
    const place = { address: this.#entry.record.address, path };
    checking.report("UDF_DIRECTORY_LENGTH", place, `${total - done} of the directory's bytes are not recorded`);
  }

  /** Length of the identifier at a place; `undefined` where there is none. */
  #lengthAt(bytes: Uint8Array, at: number, isLast: boolean): number | "cut off" | undefined {
    if (readU16le(bytes, at) !== tagIdentifiers.fileIdentifierDescriptor) return undefined;
    const length = fileIdentifierBytesAt(bytes, at);
    if (at + length > bytes.length) return isLast ? undefined : "cut off";
    // A tag whose checksum is wrong is one nevertheless where its CRC fits the bytes behind it.
    const crcLength = readU16le(bytes, at + 10);
    const isCovered = crcLength > 0 && crcLength + tagBytes <= length;
    const isSealed = isCovered && crc16(bytes, at + tagBytes, crcLength) === readU16le(bytes, at + 8);
    const isTag = tagIdentifierAt(bytes, at) !== undefined || isSealed;
    return isTag ? length : undefined;
  }

  #lose(offset: number): void {
    const { path } = this.#entry.record;
    const place = { address: this.#addressOf(offset), path };
    this.#model.checking.report("UDF_FID_DAMAGED", place, `no file identifier at byte ${offset} of "${path}"`);
  }

  #checkEnd(rest: Uint8Array, restAt: number, isLost: boolean): void {
    const { path, bytes, address } = this.#entry.record;
    if (isLost) return;
    if (this.#identifiers === 0) {
      this.#model.checking.report("UDF_FID_PARENT", { address, path }, `"${path}" does not name its parent`);
    }
    if (rest.length === 0) return;
    const message = `${bytes - restAt} bytes of "${path}" behind the last identifier hold none`;
    this.#model.checking.report("UDF_DIRECTORY_LENGTH", { address, path }, message);
  }

  #addressOf(offset: number): number {
    const run = this.#runAt(offset);
    return run === undefined ? this.#entry.record.address : run.address + offset - run.offset;
  }

  /** The block that the tag of an identifier has to name: the one in which it starts. */
  #locationOf(offset: number): number {
    const { blockBytes } = this.#model.checking;
    const extent = this.#extentAt(offset);
    if (extent === undefined) return this.#entry.record.block;
    return extent.block + Math.floor((offset - extent.offset) / blockBytes);
  }

  #identifierAt(bytes: Uint8Array, at: number, length: number, offset: number): FoundIdentifier {
    const { checking, icbRules } = this.#model;
    const data = bytes.subarray(at, at + length);
    const { path: directory } = this.#entry.record;
    const identifier = fileIdentifierDescriptor.read(data, 0, strictContext);
    const { fileIdentifier: nameBytes } = identifier;
    const name = shownName(nameBytes);
    const path = name === "" ? directory : `${directory === "/" ? "" : directory}/${name}`;
    const place = { address: this.#addressOf(offset), path };
    const { tagIdentifier, name: structure } = fileIdentifierDescriptor;
    const location = this.#locationOf(offset);
    checkDescriptorTag(checking, { name: structure, tagIdentifier, location, data, at: 0, bytes: length, place });
    const hasIcb = checkIcbExtent(checking, identifier.icb, icbRules, place, `the ICB of "${path}"`);
    this.#checkFields(identifier, data, offset, place);
    this.#checkName(identifier, name, place);
    this.#identifiers++;
    return { identifier, name, place, hasIcb };
  }

  #checkFields(identifier: FileIdentifierDescriptor, data: Uint8Array, offset: number, place: UdfPlace): void {
    const { checking, isSequential } = this.#model;
    const { report, blockBytes } = checking;
    const { fileVersionNumber, fileCharacteristics: bits, icb, implementationUse: use } = identifier;
    if (fileVersionNumber !== 1) report("UDF_FID_VERSION", place, `the file version is ${fileVersionNumber}`);
    if (bits > knownCharacteristics) report("UDF_FID_BITS", place, `the characteristics are ${bits}`);
    const isDeleted = hasCharacteristic(identifier, fileCharacteristics.deleted);
    const isIcbZero = isZero(data, 20, 36);
    if (icb.extentLength === 0 && !(isDeleted && isIcbZero)) {
      report("UDF_FID_DELETED", place, isDeleted ? "half an ICB is left" : "no ICB, and not deleted");
    }
    if (use.length % 4 !== 0 || (use.length > 0 && use.length < 32)) {
      report("UDF_FID_USE", place, `the implementation's part has ${use.length} bytes`);
    } else if (use.length > 0) {
      const at = fileIdentifierHeadBytes;
      checkIdentifier(checking, "ImplementationIdentifier", { data, at, place }, "implementation use", undefined);
    }
    const nameEnd = fileIdentifierHeadBytes + use.length + identifier.fileIdentifier.length;
    if (!isZero(data, nameEnd, data.length)) report("UDF_FID_PADDING", place, "bytes behind the name are not 0");
    const isSplit = (offset % blockBytes) + tagBytes > blockBytes;
    if (isSplit && isSequential && checking.isThirdEdition && this.#entry.embedded === undefined) {
      report("UDF_FID_SPLIT", place, `the tag at byte ${offset} crosses the end of a block`);
    }
  }

  #checkName(identifier: FileIdentifierDescriptor, name: string, place: UdfPlace): void {
    const { report } = this.#model.checking;
    const isParent = hasCharacteristic(identifier, fileCharacteristics.parent);
    const isDeleted = hasCharacteristic(identifier, fileCharacteristics.deleted);
    const { fileIdentifier: bytes } = identifier;
    if (isParent !== (this.#identifiers === 0)) {
      const message = isParent ? "the parent is named behind others" : "the first identifier does not name the parent";
      report("UDF_FID_PARENT", place, message);
    }
    if (isParent) {
      if (bytes.length > 0) report("UDF_FID_NAME", place, "the parent has a name");
      return;
    }
    const fault = textFault(bytes, 0, bytes.length, isDeleted);
    if (fault !== undefined) report("UDF_FID_NAME", place, `the name ${fault}`);
    if (isDeleted || name === "") return;
    if (this.#names.has(name)) report("UDF_FID_NAME_TWICE", place, `"${name}" stands there twice`);
    this.#names.add(name);
  }
}

function shownName(bytes: Uint8Array): string {
  return readCompressedUnicode(bytes, 0, bytes.length) ?? textFromBytes(bytes, 0, bytes.length);
}
