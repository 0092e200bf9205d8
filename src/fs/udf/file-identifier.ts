/** File Identifier Descriptors, of which directories consist. ECMA-167, 3rd edition, 4/14.4; OSTA UDF 2.3.4. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { flagged } from "../../codec/explained.js";
import { readU16le, u8, u16le, writeU16le, writeU32le } from "../../codec/integers.js";
import { embedded, headedParts, part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { zeros } from "../../codec/text.js";
import { alignUp, blockBytes } from "../../units.js";
import type { LongAllocationDescriptor } from "./allocation.js";
import { longAllocationDescriptor, readLongAllocation } from "./allocation.js";
import { compressedUnicode, compressedUnicodeBytes, writeCompressedUnicode } from "./compressed-unicode.js";
import type { IcbAddress } from "./file-entry-form.js";
import type { DescriptorCodec, TagContext } from "./tag.js";
import { sealDescriptor, sealedTag, tagBytes, tagIdentifiers } from "./tag.js";

/** Bits of the file characteristics. ECMA-167 4/14.4.3. */
export const fileCharacteristics = { hidden: 1, directory: 2, deleted: 4, parent: 8, metadata: 16 } as const;

/** Bytes of a descriptor before its implementation use. */
export const fileIdentifierHeadBytes = 38;

/** The fixed part of a File Identifier Descriptor. */
export interface FileIdentifierHead {
  readonly fileVersionNumber: number;
  /** Sum of {@link fileCharacteristics}. */
  readonly fileCharacteristics: number;
  /** Bytes of the name. */
  readonly lengthOfFileIdentifier: number;
  readonly icb: LongAllocationDescriptor;
  /** Bytes. */
  readonly lengthOfImplementationUse: number;
}

/** File Identifier Descriptor up to its variable part. ECMA-167 4/14.4. */
export const fileIdentifierHead: StructCodec<FileIdentifierHead> = struct<FileIdentifierHead>(
  "FileIdentifierDescriptor",
  fileIdentifierHeadBytes,
  {
    _tag: rbp(0, 16, sealedTag, "4/14.4.1"),
    fileVersionNumber: rbp(16, 2, u16le, "4/14.4.2"),
    fileCharacteristics: rbp(18, 1, flagged(u8, fileCharacteristics), "4/14.4.3"),
    lengthOfFileIdentifier: rbp(19, 1, u8, "4/14.4.4"),
    icb: rbp(20, 16, nested(longAllocationDescriptor), "4/14.4.5"),
    lengthOfImplementationUse: rbp(36, 2, u16le, "4/14.4.6"),
  },
);

/** Reads the fixed part straight line: every file has one. Equal to what the rows read, as a property test shows. */
export function readFileIdentifierHead(source: Uint8Array, at: number): FileIdentifierHead {
  return {
    fileVersionNumber: readU16le(source, at + 16),
    fileCharacteristics: source[at + 18]!,
    lengthOfFileIdentifier: source[at + 19]!,
    icb: readLongAllocation(source, at + 20),
    lengthOfImplementationUse: readU16le(source, at + 36),
  };
}

/** File Identifier Descriptor. Lengths follow from its parts. */
export interface FileIdentifierDescriptor
  extends Omit<FileIdentifierHead, "lengthOfFileIdentifier" | "lengthOfImplementationUse"> {
  readonly implementationUse: Uint8Array;
  /** The name's bytes, in CS0; none for the parent. */
  readonly fileIdentifier: Uint8Array;
}

/** Length of a descriptor, filled to a multiple of 4. ECMA-167 4/14.4.9. */
export function fileIdentifierBytes(nameBytes: number, implementationUseBytes = 0): number {
  return alignUp(fileIdentifierHeadBytes + implementationUseBytes + nameBytes, 4);
}

/** Length of the descriptor whose head stands at `source[at]`. */
export function fileIdentifierBytesAt(source: Uint8Array, at: number): number {
  return fileIdentifierBytes(source[at + 19]!, readU16le(source, at + 36));
}

/** File Identifier Descriptor. ECMA-167 4/14.4. */
export const fileIdentifierDescriptor: DescriptorCodec<FileIdentifierDescriptor> = {
  name: "FileIdentifierDescriptor",
  tagIdentifier: tagIdentifiers.fileIdentifierDescriptor,
  bytes: (value) => fileIdentifierBytes(value.fileIdentifier.length, value.implementationUse.length),
  write: (value, target, at) => {
    const { implementationUse, fileIdentifier, ...head } = value;
    const lengthOfFileIdentifier = fileIdentifier.length;
    const lengthOfImplementationUse = implementationUse.length;
    target.fill(0, at, at + fileIdentifierDescriptor.bytes(value));
    fileIdentifierHead.write({ ...head, lengthOfFileIdentifier, lengthOfImplementationUse }, target, at);
    target.set(implementationUse, at + fileIdentifierHeadBytes); // RBP 38, 4/14.4.7
    target.set(fileIdentifier, at + fileIdentifierHeadBytes + lengthOfImplementationUse); // 4/14.4.8
  },
  read: (source, at, context: ReadContext) => {
    const isWhole = at + fileIdentifierHeadBytes <= source.length;
    const head = isWhole ? readFileIdentifierHead(source, at) : fileIdentifierHead.read(source, at, context);
    const { lengthOfFileIdentifier, lengthOfImplementationUse } = head;
    const useAt = at + fileIdentifierHeadBytes;
    const nameAt = useAt + lengthOfImplementationUse;
    if (nameAt + lengthOfFileIdentifier > source.length) {
      const reason = `of ${lengthOfFileIdentifier} bytes, behind ${lengthOfImplementationUse}, passes the directory's end`;
      reportFault(context, "FileIdentifierDescriptor", "fileIdentifier", "4/14.4.8", reason);
    }
    return {
      fileVersionNumber: head.fileVersionNumber,
      fileCharacteristics: head.fileCharacteristics,
      icb: head.icb,
      implementationUse: source.slice(useAt, nameAt),
      fileIdentifier: source.slice(nameAt, nameAt + lengthOfFileIdentifier),
    };
  },
  parts: headedParts(fileIdentifierHead, (source, at) => {
    const nameBytes = source[at + 19]!;
    const nameAt = fileIdentifierHeadBytes + readU16le(source, at + 36);
    const padding = fileIdentifierBytesAt(source, at) - nameAt - nameBytes;
    return [
      ...rawPart("implementationUse", fileIdentifierHeadBytes, nameAt - fileIdentifierHeadBytes, "4/14.4.7"),
      ...(nameBytes === 0
        ? []
        : [part("fileIdentifier", rbp(nameAt, nameBytes, compressedUnicode(nameBytes), "4/14.4.8"))]),
      ...(padding === 0 ? [] : [part("_padding", rbp(nameAt + nameBytes, padding, zeros(padding), "4/14.4.9"))]),
    ];
  }),
};

/** A directory's descriptors one behind the other, for dumps: as they stand embedded in its file entry. */
export const directoryContents: Structure = {
  name: "Directory",
  parts: (source, at, end) => {
    const parts: StructField[] = [];
    let position = at;
    while (position + fileIdentifierHeadBytes <= end) {
      const bytes = fileIdentifierBytesAt(source, position);
      const isDescriptor = readU16le(source, position) === tagIdentifiers.fileIdentifierDescriptor;
      if (!isDescriptor || position + bytes > end) break;
      const row = rbp(position - at, bytes, embedded(fileIdentifierDescriptor), "4/14.4");
      parts.push(part(`descriptors[${parts.length}]`, row));
      position += bytes;
    }
    return [...parts, ...rawPart("rest", position - at, end - position, "4/14.4")];
  },
};

/** What a directory says of one of its entries. */
export interface WrittenIdentifier {
  /** "" for the parent. */
  readonly name: string;
  /** Sum of {@link fileCharacteristics}. */
  readonly characteristics: number;
  readonly icb: IcbAddress;
  /** 0 where the revision has none. */
  readonly udfUniqueId: number;
}

/**
 * Writes a descriptor and its tag, into bytes that are zero. Straight line, because every file has one; a property test
 * holds it equal to the rows.
 *
 * @param implementationUse Filling before the name: none, or an implementation's identifier.
 * @returns Its length.
 */
export function writeFileIdentifier(
  { name, characteristics, icb, udfUniqueId }: WrittenIdentifier,
  implementationUse: Uint8Array,
  target: Uint8Array,
  at: number,
  context: TagContext,
): number {
  const nameBytes = compressedUnicodeBytes(name);
  const bytes = fileIdentifierBytes(nameBytes, implementationUse.length);
  target[at + 16] = 1; // 4/14.4.2, File Version Number
  target[at + 18] = characteristics; // 4/14.4.3
  target[at + 19] = nameBytes; // 4/14.4.4
  writeU32le(blockBytes, target, at + 20); // 4/14.4.5: the ICB's extent is one block
  writeU32le(icb.logicalBlockNumber, target, at + 24);
  writeU16le(icb.partitionReferenceNumber, target, at + 28);
  writeU32le(udfUniqueId, target, at + 32);
  writeU16le(implementationUse.length, target, at + 36); // 4/14.4.6
  target.set(implementationUse, at + fileIdentifierHeadBytes); // 4/14.4.7
  writeCompressedUnicode(name, target, at + fileIdentifierHeadBytes + implementationUse.length); // 4/14.4.8
  sealDescriptor(tagIdentifiers.fileIdentifierDescriptor, target, at, bytes - tagBytes, context);
  return bytes;
}
