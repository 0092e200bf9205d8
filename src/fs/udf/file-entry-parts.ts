/** File entries as dumps show them, with what follows on their heads. ECMA-167, 3rd edition, 4/14.9, 4/14.17. */
import { readU32le } from "../../codec/integers.js";
import { embedded, headedParts, part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { textFromBytes } from "../../codec/text.js";
import { allocationParts } from "./allocation.js";
import { extendedAttributes } from "./extended-attribute-parts.js";
import type { FileEntryHead } from "./file-entry.js";
import { extendedFileEntryHead, fileEntryHead } from "./file-entry.js";
import { directoryContents } from "./file-identifier.js";
import { allocationForms, fileTypes } from "./icb.js";
import { pathComponents } from "./path-components.js";
import {
  virtualAllocationTable,
  virtualAllocationTable150,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "./virtual-allocation-table.js";

/** Where the ICB tag's file type and flags stand in every entry. */
const fileTypeAt = 16 + 11;
const icbFlagsAt = 16 + 18;

/** The structure of a file's contents, where its type says that they have one. */
export function contentsStructure(fileType: number, contents: Uint8Array): Structure | undefined {
  if (fileType === fileTypes.directory || fileType === fileTypes.streamDirectory) return directoryContents;
  if (fileType === fileTypes.symlink) return pathComponents;
  if (fileType === fileTypes.virtualAllocationTable) return virtualAllocationTable;
  const identifierAt = contents.length - virtualAllocationTableTail.size + 1;
  const identifier = identifierAt < 0 ? "" : textFromBytes(contents, identifierAt, 23).replace(/\0+$/, "");
  return fileType === fileTypes.none && identifier === virtualAllocationTableIdentifier
    ? virtualAllocationTable150
    : undefined;
}

function embeddedParts(source: Uint8Array, at: number, first: number, length: number, clause: string): StructField[] {
  const contents = source.subarray(at + first, at + first + length);
  const structure = length > 0 ? contentsStructure(source[at + fileTypeAt]!, contents) : undefined;
  if (structure === undefined) return rawPart("embeddedData", first, length, clause);
  return [part("embeddedData", rbp(first, length, embedded(structure), clause))];
}

function fileEntryStructure(
  head: StructCodec<FileEntryHead>,
  attributesClause: string,
  allocationClause: string,
): Structure {
  const lengthsAt = head.size - 8;
  return {
    name: head.name,
    parts: headedParts(head, (source, at, end) => {
      const attributeBytes = readU32le(source, at + lengthsAt);
      const allocationAt = head.size + attributeBytes;
      const length = Math.min(readU32le(source, at + lengthsAt + 4), Math.max(0, end - at - allocationAt));
      const row = rbp(head.size, attributeBytes, embedded(extendedAttributes), attributesClause);
      const attributes = attributeBytes === 0 ? [] : [part("extendedAttributes", row)];
      const form = source[at + icbFlagsAt]! % 8;
      if (form === allocationForms.short || form === allocationForms.long) {
        const isLong = form === allocationForms.long;
        return [...attributes, ...allocationParts(isLong, allocationAt, length, allocationClause)];
      }
      if (form === allocationForms.embedded) {
        return [...attributes, ...embeddedParts(source, at, allocationAt, length, allocationClause)];
      }
      return [...attributes, ...rawPart("allocationDescriptors", allocationAt, length, allocationClause)];
    }),
    check: (source, at, end, _location, fault) => {
      const attributeBytes = readU32le(source, at + lengthsAt);
      const length = readU32le(source, at + lengthsAt + 4);
      if (at + head.size + attributeBytes + length > end) {
        fault("lengthOfAllocationDescriptors", `is ${length}, more than there is`);
      }
    },
  };
}

/** File Entry as a whole. */
export const fileEntry: Structure = fileEntryStructure(fileEntryHead, "4/14.9.21", "4/14.9.22");

/** Extended File Entry as a whole. */
export const extendedFileEntry: Structure = fileEntryStructure(extendedFileEntryHead, "4/14.17.25", "4/14.17.26");
