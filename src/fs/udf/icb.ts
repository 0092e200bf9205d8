/** Information control blocks: the tag in them, and those that only lead elsewhere. ECMA-167, 3rd edition, 4/14.6 to 4/14.8. */
import { explained, flagNames, named, nameOf } from "../../codec/explained.js";
import { fixedU8, u8, u16le, u32le } from "../../codec/integers.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested, struct } from "../../codec/struct.js";
import type { LogicalBlockAddress, LongAllocationDescriptor } from "./allocation.js";
import { logicalBlockAddress, longAllocationDescriptor } from "./allocation.js";
import type { DescriptorCodec } from "./tag.js";
import { descriptor, sealedTag, tagIdentifiers } from "./tag.js";

/** File types. ECMA-167 4/14.6.6, OSTA UDF 2.3.5.2. */
export const fileTypes = {
  /** Not specified; the virtual allocation table of 1.50. */
  none: 0,
  unallocatedSpace: 1,
  partitionIntegrity: 2,
  indirect: 3,
  directory: 4,
  file: 5,
  block: 6,
  character: 7,
  extendedAttributes: 8,
  fifo: 9,
  socket: 10,
  terminal: 11,
  symlink: 12,
  streamDirectory: 13,
  virtualAllocationTable: 248,
  realTime: 249,
  metadata: 250,
  metadataMirror: 251,
  metadataBitmap: 252,
} as const;

/** Strategies: one direct entry, or a chain of them on media that cannot be written twice. ECMA-167 4/A, OSTA UDF 6.6. */
export const strategies = { single: 4, chained: 4096 } as const;

/** How allocation descriptors are recorded: bits 0 to 2 of the flags. ECMA-167 4/14.6.8. */
export const allocationForms = { short: 0, long: 1, extended: 2, embedded: 3 } as const;

/** Bits of an ICB's flags that are written or looked at, as the powers of two they are. ECMA-167 4/14.6.8. */
export const icbFlags = {
  setUserId: 0x40,
  setGroupId: 0x80,
  sticky: 0x100,
  system: 0x400,
  transformed: 0x800,
  stream: 0x2000,
} as const;

/** The other bits, for dumps. Most of them are never set in UDF. ECMA-167 4/14.6.8. */
const foreignIcbFlags = { sorted: 8, nonRelocatable: 0x10, archive: 0x20, contiguous: 0x200, multipleVersions: 0x1000 };

function explainIcbFlags(flags: number): string {
  const form = flags % 8;
  const names = flagNames(flags - form, { ...icbFlags, ...foreignIcbFlags });
  return [`${nameOf(form, allocationForms) ?? form} allocation`, ...(names === undefined ? [] : [names])].join(", ");
}

/** ICB tag. */
export interface IcbTag {
  readonly priorRecordedNumberOfDirectEntries: number;
  /** One of {@link strategies}. */
  readonly strategyType: number;
  readonly strategyParameter: number;
  readonly maximumNumberOfEntries: number;
  /** One of {@link fileTypes}. */
  readonly fileType: number;
  readonly parentIcbLocation: LogicalBlockAddress;
  /** One of {@link allocationForms}, and {@link icbFlags}. */
  readonly flags: number;
}

/** ICB tag. ECMA-167 4/14.6. */
export const icbTag: StructCodec<IcbTag> = struct<IcbTag>("IcbTag", 20, {
  priorRecordedNumberOfDirectEntries: rbp(0, 4, u32le, "4/14.6.1"),
  strategyType: rbp(4, 2, named(u16le, strategies), "4/14.6.2"),
  strategyParameter: rbp(6, 2, u16le, "4/14.6.3"),
  maximumNumberOfEntries: rbp(8, 2, u16le, "4/14.6.4"),
  _reserved: rbp(10, 1, { ...fixedU8(0), read: () => 0 }, "4/14.6.5"),
  fileType: rbp(11, 1, named(u8, fileTypes), "4/14.6.6"),
  parentIcbLocation: rbp(12, 6, nested(logicalBlockAddress), "4/14.6.7"),
  flags: rbp(18, 2, explained(u16le, explainIcbFlags), "4/14.6.8"),
});

/** Indirect Entry: the newest entry of a chain is found at another ICB. */
export interface IndirectEntry {
  readonly icbTag: IcbTag;
  readonly indirectIcb: LongAllocationDescriptor;
}

/** Indirect Entry. ECMA-167 4/14.7. */
export const indirectEntry: DescriptorCodec<IndirectEntry> = descriptor(
  tagIdentifiers.indirectEntry,
  struct<IndirectEntry>("IndirectEntry", 52, {
    _tag: rbp(0, 16, sealedTag, "4/14.7.1"),
    icbTag: rbp(16, 20, nested(icbTag), "4/14.7.2"),
    indirectIcb: rbp(36, 16, nested(longAllocationDescriptor), "4/14.7.3"),
  }),
);

/** Terminal Entry. */
export interface TerminalEntry {
  readonly icbTag: IcbTag;
}

/** Terminal Entry: a chain of entries ends here. ECMA-167 4/14.8. */
export const terminalEntry: DescriptorCodec<TerminalEntry> = descriptor(
  tagIdentifiers.terminalEntry,
  struct<TerminalEntry>("TerminalEntry", 36, {
    _tag: rbp(0, 16, sealedTag, "4/14.8.1"),
    icbTag: rbp(16, 20, nested(icbTag), "4/14.8.2"),
  }),
);
