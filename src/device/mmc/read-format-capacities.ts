import { strictContext } from "../../codec/codec.js";
import { u8, u16be, u24be, u32be } from "../../codec/integers.js";
import { bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";
import { decodeItems, encodeItems } from "./items.js";

interface ReadFormatCapacities {
  allocationLength: number;
}

const clause = "MMC-6 READ FORMAT CAPACITIES command";

/** Asks which sizes the medium has, and can be given. MMC-6 "READ FORMAT CAPACITIES command". */
export const readFormatCapacities: Command<ReadFormatCapacities> = command<ReadFormatCapacities>(
  "READ FORMAT CAPACITIES",
  0x23,
  10,
  30_000,
  {
    _reserved1: byte(1, 6, reserved(6), clause),
    allocationLength: byte(7, 2, u16be, clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);

interface CapacityListHeader {
  /** Bytes that follow this field. */
  capacityListLength: number;
}

const header = "MMC-6 Capacity list header";

/** The head of the reply. MMC-6 "Capacity list header". */
export const capacityListHeader: StructCodec<CapacityListHeader> = struct<CapacityListHeader>("CapacityListHeader", 4, {
  _reserved0: byte(0, 3, reserved(3), header),
  capacityListLength: byte(3, 1, u8, header),
});

/** The size that the medium has, or may have. */
export interface CurrentCapacity {
  numberOfBlocks: number;
  /** One of {@link capacityTypes}. */
  descriptorType: number;
  blockLengthBytes: number;
}

/** MMC-6 "Current/maximum capacity descriptor, descriptor types". */
export const capacityTypes: {
  /** The blocks are those that formatting gives. */
  readonly unformatted: 1;
  readonly formatted: 2;
  /** No medium; or, with one, a DVD-RW whose border is still open. */
  readonly unknown: 3;
} = { unformatted: 1, formatted: 2, unknown: 3 };

const current = "MMC-6 Current/maximum capacity descriptor";

const currentCapacity: StructCodec<CurrentCapacity> = struct<CurrentCapacity>("CurrentMaximumCapacityDescriptor", 8, {
  numberOfBlocks: byte(0, 4, u32be, current),
  _reserved4: reservedBits(4, 7, 2, current),
  descriptorType: bits(4, 1, 0, current),
  blockLengthBytes: byte(5, 3, u24be, current),
});

/** One way the medium can be formatted. */
export interface FormattableCapacity {
  numberOfBlocks: number;
  /** 00h full, 10h DVD-RW full, 13h quick grow, 15h quick, 26h DVD+RW, 30h to 32h BD … */
  formatType: number;
  formatSubtype: number;
  /** A block length in bytes, a number of blocks, or flags: the type says which. */
  typeDependentParameter: number;
}

const formattable = "MMC-6 Formattable capacity descriptor";

const formattableCapacity: StructCodec<FormattableCapacity> = struct<FormattableCapacity>(
  "FormattableCapacityDescriptor",
  8,
  {
    numberOfBlocks: byte(0, 4, u32be, formattable),
    formatType: bits(4, 7, 2, formattable),
    formatSubtype: bits(4, 1, 0, formattable),
    typeDependentParameter: byte(5, 3, u24be, formattable),
  },
);

/** The reply as a whole. */
export interface FormatCapacities {
  /** `null` where the reply ends before it. */
  readonly current: CurrentCapacity | null;
  readonly formats: readonly FormattableCapacity[];
}

/** Writes a whole reply. */
export function encodeFormatCapacities(value: {
  readonly current: CurrentCapacity;
  readonly formats: readonly FormattableCapacity[];
}): Uint8Array {
  const head = capacityListHeader.size + currentCapacity.size;
  const target = new Uint8Array(head + value.formats.length * formattableCapacity.size);
  capacityListHeader.write({ capacityListLength: target.length - capacityListHeader.size }, target, 0);
  currentCapacity.write(value.current, target, capacityListHeader.size);
  encodeItems(formattableCapacity, value.formats, target, head);
  return target;
}

/** Reads a whole reply; a descriptor that is cut off is left out. */
export function decodeFormatCapacities(bytes: Uint8Array): FormatCapacities {
  const { capacityListLength } = capacityListHeader.read(bytes, 0, strictContext);
  const list = bytes.subarray(capacityListHeader.size, capacityListHeader.size + capacityListLength);
  if (list.length < currentCapacity.size) return { current: null, formats: [] };
  return {
    current: currentCapacity.read(list, 0, strictContext),
    formats: decodeItems(formattableCapacity, list, currentCapacity.size, list.length),
  };
}
