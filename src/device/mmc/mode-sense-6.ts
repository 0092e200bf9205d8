import { strictContext } from "../../codec/codec.js";
import { u8 } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";
import { findPageFrom, setPages } from "./mode-parameters.js";

interface ModeSense6 {
  disableBlockDescriptors: boolean;
  /** 0 current values, 1 changeable, 2 default, 3 saved. */
  pageControl: number;
  pageCode: number;
  allocationLength: number;
}

const senseClause = "SPC-4 MODE SENSE (6) command";

/** The older way to ask for a page of parameters; some hosts know no other. SPC-4 "MODE SENSE (6) command". */
export const modeSense6: Command<ModeSense6> = command<ModeSense6>("MODE SENSE (6)", 0x1a, 6, 30_000, {
  _reserved1: reservedBits(1, 7, 4, senseClause),
  disableBlockDescriptors: bit(1, 3, senseClause),
  _reserved1low: reservedBits(1, 2, 0, senseClause),
  pageControl: bits(2, 7, 6, senseClause),
  pageCode: bits(2, 5, 0, senseClause),
  _subpage: byte(3, 1, reserved(1), senseClause),
  allocationLength: byte(4, 1, u8, senseClause),
  _control: byte(5, 1, reserved(1), senseClause),
});

interface ModeSelect6 {
  pageFormat: boolean;
  savePages: boolean;
  parameterListLength: number;
}

const selectClause = "SPC-4 MODE SELECT (6) command";

/** The older way to set a page of parameters. SPC-4 "MODE SELECT (6) command". */
export const modeSelect6: Command<ModeSelect6> = command<ModeSelect6>("MODE SELECT (6)", 0x15, 6, 30_000, {
  _reserved1: reservedBits(1, 7, 5, selectClause),
  pageFormat: bit(1, 4, selectClause),
  _reserved1low: reservedBits(1, 3, 1, selectClause),
  savePages: bit(1, 0, selectClause),
  _reserved2: byte(2, 2, reserved(2), selectClause),
  parameterListLength: byte(4, 1, u8, selectClause),
  _control: byte(5, 1, reserved(1), selectClause),
});

interface ModeParameterHeader6 {
  /** Bytes that follow this field; reserved in MODE SELECT. */
  modeDataLength: number;
  mediumType: number;
  deviceSpecificParameter: number;
  blockDescriptorLength: number;
}

const headerClause = "SPC-4 Mode parameter header (6)";

/** SPC-4 "Mode parameter header (6)". */
export const modeParameterHeader6: StructCodec<ModeParameterHeader6> = struct<ModeParameterHeader6>(
  "ModeParameterHeader6",
  4,
  {
    modeDataLength: byte(0, 1, u8, headerClause),
    mediumType: byte(1, 1, u8, headerClause),
    deviceSpecificParameter: byte(2, 1, u8, headerClause),
    blockDescriptorLength: byte(3, 1, u8, headerClause),
  },
);

/** Writes a reply to MODE SENSE (6), without block descriptors. Beyond 255 bytes the length says 255. */
export function encodeModePages6(pages: readonly Uint8Array[]): Uint8Array {
  const bytes = pages.reduce((sum, page) => sum + page.length, modeParameterHeader6.size);
  const target = new Uint8Array(bytes);
  const modeDataLength = Math.min(0xff, bytes - 1);
  modeParameterHeader6.write(
    { modeDataLength, mediumType: 0, deviceSpecificParameter: 0, blockDescriptorLength: 0 },
    target,
    0,
  );
  setPages(pages, target, modeParameterHeader6.size);
  return target;
}

/** Finds a page in a reply to MODE SENSE (6), or in the data of MODE SELECT (6), as far as it is there. */
export function findModePage6(bytes: Uint8Array, pageCode: number): Uint8Array | undefined {
  if (bytes.length < modeParameterHeader6.size) return undefined;
  const { blockDescriptorLength } = modeParameterHeader6.read(bytes, 0, strictContext);
  return findPageFrom(bytes, modeParameterHeader6.size + blockDescriptorLength, pageCode);
}
