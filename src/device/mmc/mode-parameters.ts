import { strictContext } from "../../codec/codec.js";
import { u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ModeSense10 {
  disableBlockDescriptors: boolean;
  /** 0 current values, 1 changeable, 2 default, 3 saved. */
  pageControl: number;
  pageCode: number;
  allocationLength: number;
}

const senseClause = "SPC-4 MODE SENSE (10) command";

/** Asks for a page of parameters. SPC-4 "MODE SENSE (10) command". */
export const modeSense10: Command<ModeSense10> = command<ModeSense10>("MODE SENSE (10)", 0x5a, 10, 30_000, {
  _reserved1: reservedBits(1, 7, 4, senseClause),
  disableBlockDescriptors: bit(1, 3, senseClause),
  _reserved1low: reservedBits(1, 2, 0, senseClause),
  pageControl: bits(2, 7, 6, senseClause),
  pageCode: bits(2, 5, 0, senseClause),
  _reserved3: byte(3, 4, reserved(4), senseClause),
  allocationLength: byte(7, 2, u16be, senseClause),
  _control: byte(9, 1, reserved(1), senseClause),
});

interface ModeSelect10 {
  pageFormat: boolean;
  savePages: boolean;
  parameterListLength: number;
}

const selectClause = "SPC-4 MODE SELECT (10) command";

/** Sets a page of parameters. SPC-4 "MODE SELECT (10) command". */
export const modeSelect10: Command<ModeSelect10> = command<ModeSelect10>("MODE SELECT (10)", 0x55, 10, 30_000, {
  _reserved1: reservedBits(1, 7, 5, selectClause),
  pageFormat: bit(1, 4, selectClause),
  _reserved1low: reservedBits(1, 3, 1, selectClause),
  savePages: bit(1, 0, selectClause),
  _reserved2: byte(2, 5, reserved(5), selectClause),
  parameterListLength: byte(7, 2, u16be, selectClause),
  _control: byte(9, 1, reserved(1), selectClause),
});

interface ModeParameterHeader {
  /** Bytes that follow this field; reserved in MODE SELECT. */
  modeDataLength: number;
  blockDescriptorLength: number;
}

const headerClause = "SPC-4 Mode parameter header (10)";

/** SPC-4 "Mode parameter header (10)". */
export const modeParameterHeader: StructCodec<ModeParameterHeader> = struct<ModeParameterHeader>(
  "ModeParameterHeader",
  8,
  {
    modeDataLength: byte(0, 2, u16be, headerClause),
    _reserved2: byte(2, 4, reserved(4), headerClause),
    blockDescriptorLength: byte(6, 2, u16be, headerClause),
  },
);

/** The pages that are used here, by name. MMC-6 "Mode parameters for multi-media devices". */
export const modePageCodes: {
  readonly errorRecovery: 0x01;
  readonly writeParameters: 0x05;
  readonly capabilities: 0x2a;
  readonly all: 0x3f;
} = { errorRecovery: 0x01, writeParameters: 0x05, capabilities: 0x2a, all: 0x3f };

/** Writes a reply to MODE SENSE (10), without block descriptors. */
export function encodeModePages(pages: readonly Uint8Array[]): Uint8Array {
  const target = encodeModeSelectData(pages);
  modeParameterHeader.write({ modeDataLength: target.length - 2, blockDescriptorLength: 0 }, target, 0);
  return target;
}

/** Writes the data of MODE SELECT (10): there the length of the whole is not told. */
export function encodeModeSelectData(pages: readonly Uint8Array[]): Uint8Array {
  const bytes = pages.reduce((sum, page) => sum + page.length, modeParameterHeader.size);
  const target = new Uint8Array(bytes);
  setPages(pages, target, modeParameterHeader.size);
  return target;
}

/** Puts mode pages one behind the other. */
export function setPages(pages: readonly Uint8Array[], target: Uint8Array, at: number): void {
  let position = at;
  for (const page of pages) {
    target.set(page, position);
    position += page.length;
  }
}

/**
 * Finds a page in a reply to MODE SENSE (10).
 *
 * @returns The page from its first byte on, as far as it is there; `undefined` where it is not.
 */
export function findModePage(bytes: Uint8Array, pageCode: number): Uint8Array | undefined {
  if (bytes.length < modeParameterHeader.size) return undefined;
  const { blockDescriptorLength } = modeParameterHeader.read(bytes, 0, strictContext);
  return findPageFrom(bytes, modeParameterHeader.size + blockDescriptorLength, pageCode);
}

/**
 * Finds a page among those that begin at a byte. The pages' own lengths count: some drives tell too small a length for
 * the whole.
 */
export function findPageFrom(bytes: Uint8Array, from: number, pageCode: number): Uint8Array | undefined {
  for (let at = from; at + 2 <= bytes.length; ) {
    const end = at + 2 + bytes[at + 1]!;
    if (bytes[at]! % 0x40 === pageCode) return bytes.subarray(at, Math.min(end, bytes.length));
    at = end;
  }
  return undefined;
}
