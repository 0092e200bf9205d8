/** Structures of a disc with their places, and which structure a tag or a descriptor's type stands for. */
import type { DumpedField, DumpedStructure, DumpedValue } from "../../codec/dump.js";
import { dump } from "../../codec/dump.js";
import { part } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { Structure } from "../../codec/structure.js";
import { rawBytes, textFromBytes } from "../../codec/text.js";
import { blockBytes } from "../../units.js";
import { bootRecord, isBootRecord } from "../eltorito/boot-record.js";
import { otherIdentifiers } from "../iso9660/descriptor-set.js";
import {
  bootRecordStructure,
  describingCodec,
  volumeDescriptorSetTerminator,
  volumeDescriptorTypes,
} from "../iso9660/volume-descriptors.js";
import { allocationExtent } from "../udf/allocation-extent.js";
import { extendedFileEntry, fileEntry } from "../udf/file-entry-parts.js";
import { fileIdentifierDescriptor } from "../udf/file-identifier.js";
import { fileSetDescriptor } from "../udf/file-set.js";
import { indirectEntry, terminalEntry } from "../udf/icb.js";
import { logicalVolumeDescriptor, logicalVolumeIntegrityDescriptor } from "../udf/logical-volume.js";
import { partitionDescriptor } from "../udf/partition.js";
import { spaceBitmapHead, unallocatedSpaceEntry } from "../udf/space-sets.js";
import { sparingTable } from "../udf/sparing-table.js";
import { tagIdentifiers } from "../udf/tag.js";
import * as volume from "../udf/volume.js";
import { volumeStructureDescriptor } from "../udf/volume-recognition.js";

/** A structure with its place on the disc. */
export interface PlacedStructure extends DumpedStructure {
  /** What it is there: "anchor", "main volume descriptor sequence", "/docs/a.txt". */
  readonly role: string;
  /** The block in which it starts, and the byte in that block. */
  readonly block: number;
  readonly offset: number;
}

/** Structures by the identifiers of their tags. */
const byTag: ReadonlyMap<number, Structure> = new Map<number, Structure>([
  [tagIdentifiers.sparingTable, sparingTable],
  [tagIdentifiers.primaryVolumeDescriptor, volume.primaryVolumeDescriptor],
  [tagIdentifiers.anchorVolumeDescriptorPointer, volume.anchorVolumeDescriptorPointer],
  [tagIdentifiers.volumeDescriptorPointer, volume.volumeDescriptorPointer],
  [tagIdentifiers.implementationUseVolumeDescriptor, volume.implementationUseVolumeDescriptor],
  [tagIdentifiers.partitionDescriptor, partitionDescriptor],
  [tagIdentifiers.logicalVolumeDescriptor, logicalVolumeDescriptor],
  [tagIdentifiers.unallocatedSpaceDescriptor, volume.unallocatedSpaceDescriptor],
  [tagIdentifiers.terminatingDescriptor, volume.terminatingDescriptor],
  [tagIdentifiers.logicalVolumeIntegrityDescriptor, logicalVolumeIntegrityDescriptor],
  [tagIdentifiers.fileSetDescriptor, fileSetDescriptor],
  [tagIdentifiers.fileIdentifierDescriptor, fileIdentifierDescriptor],
  [tagIdentifiers.allocationExtentDescriptor, allocationExtent()],
  [tagIdentifiers.indirectEntry, indirectEntry],
  [tagIdentifiers.terminalEntry, terminalEntry],
  [tagIdentifiers.fileEntry, fileEntry],
  [tagIdentifiers.unallocatedSpaceEntry, unallocatedSpaceEntry],
  [tagIdentifiers.spaceBitmapDescriptor, spaceBitmapHead],
  [tagIdentifiers.extendedFileEntry, extendedFileEntry],
]);

/** The structure that a tag of this identifier stands before. */
export function structureOfTag(tagIdentifier: number): Structure | undefined {
  return byTag.get(tagIdentifier);
}

/** The descriptor of a volume recognition sequence that stands at `source[at]`: of ISO 9660 or of UDF. */
export function recognitionStructureAt(source: Uint8Array, at: number): Structure | undefined {
  const identifier = textFromBytes(source, at + 1, 5);
  if (otherIdentifiers.has(identifier)) return volumeStructureDescriptor;
  if (identifier !== "CD001") return undefined;
  const type = source[at]!;
  if (type === volumeDescriptorTypes.boot) return isBootRecord(source, at) ? bootRecord : bootRecordStructure;
  if (type === volumeDescriptorTypes.terminator) return volumeDescriptorSetTerminator;
  return describingCodec(source.subarray(at)) ?? volumeStructureDescriptor;
}

/** Bytes that nothing is known of. */
function unrecognised(bytes: number): Structure {
  return {
    name: "Unrecognised",
    parts: () => [part("bytes", rbp(0, bytes, rawBytes(bytes), ""))],
  };
}

/** Gives a structure its place. */
export function placed(
  role: string,
  address: number,
  { name, bytes, faults, fields }: DumpedStructure,
): PlacedStructure {
  return { name, role, block: Math.floor(address / blockBytes), offset: address % blockBytes, bytes, faults, fields };
}

/** Bytes that nothing is known of, with their place. */
export function placedBytes(role: string, address: number, source: Uint8Array): PlacedStructure {
  return placed(role, address, dump(unrecognised(source.length), source, 0));
}

/** What could not be read. */
export function unreadable(role: string, address: number, reason: string): PlacedStructure {
  return placed(role, address, { name: "Unreadable", bytes: 0, faults: [reason], fields: [] });
}

/** The field of that name, in the field of the name before it. */
function fieldOf(dumped: DumpedStructure, keys: readonly string[]): DumpedField | undefined {
  let fields = dumped.fields;
  let found: DumpedField | undefined;
  for (const key of keys) {
    found = fields.find(({ field }) => field === key);
    fields = found?.fields ?? [];
  }
  return found;
}

/** The value of a field; `null` for one that is not there. */
export function dumpedValue(dumped: DumpedStructure, ...keys: readonly string[]): DumpedValue {
  return fieldOf(dumped, keys)?.value ?? null;
}

/** The number in a field: 0 where there is none, so that what is damaged leads nowhere. */
export function numberOf(dumped: DumpedStructure, ...keys: readonly string[]): number {
  const value = dumpedValue(dumped, ...keys);
  return typeof value === "number" ? value : 0;
}

/** Whether the tag of a descriptor is without a fault. */
export function hasSoundTag(dumped: DumpedStructure): boolean {
  const tag = fieldOf(dumped, ["_tag"]);
  return tag?.fields.every(({ faults }) => faults.length === 0) ?? false;
}
