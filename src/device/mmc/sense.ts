import { strictContext } from "../../codec/codec.js";
import { readU16be, readU32be, u8, u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { encode, struct } from "../../codec/struct.js";

/** Why a drive ended a command with CHECK CONDITION. */
export interface Sense {
  readonly key: number;
  /** Additional sense code. */
  readonly asc: number;
  /** Additional sense code qualifier. */
  readonly ascq: number;
  /** How far a long operation is, in 65,536ths. SPC-4 "Progress indication sense key specific data". */
  readonly progress?: number;
  /** A block address as a rule: where a read failed. */
  readonly information?: number;
}

/** Fixed format sense data. SPC-4 "Fixed format sense data". */
interface FixedSenseData {
  informationValid: boolean;
  responseCode: number;
  filemark: boolean;
  endOfMedium: boolean;
  incorrectLength: boolean;
  senseKey: number;
  information?: number;
  additionalSenseLength?: number;
  commandSpecificInformation?: number;
  additionalSenseCode?: number;
  additionalSenseCodeQualifier?: number;
  fieldReplaceableUnitCode?: number;
  senseKeySpecificValid?: boolean;
  senseKeySpecificBits?: number;
  senseKeySpecific?: number;
}

const clause = "SPC-4 Fixed format sense data";
const obsolete = "SPC-4 Fixed format sense data, obsolete";

const fixedSenseData: StructCodec<FixedSenseData> = struct<FixedSenseData>(
  "FixedSenseData",
  18,
  {
    informationValid: bit(0, 7, clause),
    responseCode: bits(0, 6, 0, clause),
    _segmentNumber: reservedBits(1, 7, 0, obsolete),
    filemark: bit(2, 7, clause),
    endOfMedium: bit(2, 6, clause),
    incorrectLength: bit(2, 5, clause),
    _reserved2: reservedBits(2, 4, 4, clause),
    senseKey: bits(2, 3, 0, clause),
    information: byte(3, 4, u32be, clause),
    additionalSenseLength: byte(7, 1, u8, clause),
    commandSpecificInformation: byte(8, 4, u32be, clause),
    additionalSenseCode: byte(12, 1, u8, clause),
    additionalSenseCodeQualifier: byte(13, 1, u8, clause),
    fieldReplaceableUnitCode: byte(14, 1, u8, clause),
    senseKeySpecificValid: bit(15, 7, clause),
    senseKeySpecificBits: bits(15, 6, 0, clause),
    senseKeySpecific: byte(16, 2, u16be, clause),
  },
  { mayEndEarly: true },
);

/** Bytes of fixed format sense data, to be asked for with REQUEST SENSE. */
export const senseBytes: number = fixedSenseData.size;

/** Sense data of a current error, as a drive returns it. */
export function encodeSense(sense: Sense): Uint8Array {
  return encode(fixedSenseData, {
    informationValid: sense.information !== undefined,
    responseCode: 0x70,
    filemark: false,
    endOfMedium: false,
    incorrectLength: false,
    senseKey: sense.key,
    information: sense.information ?? 0,
    additionalSenseLength: 10,
    commandSpecificInformation: 0,
    additionalSenseCode: sense.asc,
    additionalSenseCodeQualifier: sense.ascq,
    fieldReplaceableUnitCode: 0,
    senseKeySpecificValid: sense.progress !== undefined,
    senseKeySpecificBits: 0,
    senseKeySpecific: sense.progress ?? 0,
  });
}

/** Reads sense data in fixed or descriptor format; `null` where there is none. SPC-4 "Sense data". */
export function decodeSense(bytes: Uint8Array): Sense | null {
  if (bytes.length < 3) return null;
  const responseCode = bytes[0]! % 0x80;
  // Descriptor format (72h, 73h) has the same three numbers in other places; some bridges convert to it.
  if (responseCode === 0x72 || responseCode === 0x73) return decodeDescriptorSense(bytes);
  const sense = fixedSenseData.read(bytes, 0, strictContext);
  return {
    key: sense.senseKey,
    asc: sense.additionalSenseCode ?? 0,
    ascq: sense.additionalSenseCodeQualifier ?? 0,
    ...(sense.senseKeySpecificValid && sense.senseKeySpecific !== undefined
      ? progressOf(sense.senseKey, sense.senseKeySpecific)
      : {}),
    ...(sense.informationValid && sense.information !== undefined ? { information: sense.information } : {}),
  };
}

/** The sense-key specific field is progress with these keys alone; with others it points at what was wrong. */
function progressOf(key: number, progress: number): { progress?: number } {
  return key === 0 || key === 2 ? { progress } : {};
}

const descriptorsAt = 8;
const informationDescriptor = 0x00;
const senseKeySpecificDescriptor = 0x02;

/** SPC-4 "Descriptor format sense data". */
function decodeDescriptorSense(bytes: Uint8Array): Sense {
  const key = bytes[1]! % 0x10;
  let found: Sense = { key, asc: bytes[2]!, ascq: bytes[3] ?? 0 };
  const end = Math.min(bytes.length, descriptorsAt + (bytes[descriptorsAt - 1] ?? 0));
  for (let at = descriptorsAt; at + 2 <= end; at += 2 + bytes[at + 1]!) {
    const isWhole = at + 2 + bytes[at + 1]! <= end;
    const isValid = (flagAt: number): boolean => isWhole && (bytes[at + flagAt] ?? 0) >= 0x80;
    if (bytes[at] === senseKeySpecificDescriptor && isValid(4)) {
      found = { ...found, ...progressOf(key, readU16be(bytes, at + 5)) };
    }
    // The field has eight bytes; no disc needs more than the lower four.
    if (bytes[at] === informationDescriptor && isValid(2)) found = { ...found, information: readU32be(bytes, at + 8) };
  }
  return found;
}

const keyTexts = [
  "no sense",
  "recovered error",
  "not ready",
  "medium error",
  "hardware error",
  "illegal request",
  "unit attention",
  "data protect",
  "blank check",
  "vendor specific",
  "copy aborted",
  "aborted command",
  "reserved",
  "volume overflow",
  "miscompare",
  "completed",
];

/** Texts by additional sense code and qualifier, from MMC-6 "Sense key, ASC and ASCQ assignments". */
const texts: Readonly<Record<string, string>> = {
  "00/00": "no additional sense information",
  "00/16": "operation in progress",
  "02/00": "no seek complete",
  "03/00": "peripheral device write fault",
  "04/00": "not ready, cause not reportable",
  "04/01": "becoming ready",
  "04/02": "initialising command required",
  "04/03": "manual intervention required",
  "04/04": "format in progress",
  "04/07": "operation in progress",
  "04/08": "long write in progress",
  "06/00": "no reference position found",
  "08/00": "communication failure",
  "08/01": "communication time-out",
  "08/02": "communication parity error",
  "08/03": "communication CRC error",
  "09/00": "track following error",
  "09/01": "tracking servo failure",
  "09/02": "focus servo failure",
  "09/03": "spindle servo failure",
  "09/04": "head select fault",
  "0C/00": "write error",
  "0C/01": "write error, recovered with auto reallocation",
  "0C/02": "write error, auto reallocation failed",
  "0C/07": "write error, recovery needed",
  "0C/08": "write error, recovery failed",
  "0C/09": "write error, loss of streaming",
  "0C/0F": "defects in error window",
  "11/00": "unrecovered read error",
  "11/01": "read retries exhausted",
  "11/02": "error too long to correct",
  "11/05": "L-EC uncorrectable error",
  "11/06": "CIRC unrecovered error",
  "11/0F": "error reading UPC/EAN number",
  "11/10": "error reading ISRC number",
  "15/00": "random positioning error",
  "1A/00": "parameter list length error",
  "20/00": "invalid command operation code",
  "21/00": "logical block address out of range",
  "21/01": "invalid element address",
  "21/02": "invalid address for write",
  "21/03": "invalid write crossing layer jump",
  "24/00": "invalid field in CDB",
  "26/00": "invalid field in parameter list",
  "26/01": "parameter not supported",
  "26/02": "parameter value invalid",
  "27/00": "write protected",
  "28/00": "not ready to ready change, medium may have changed",
  "28/01": "import or export element accessed",
  "29/00": "power on, reset, or bus device reset occurred",
  "29/01": "power on occurred",
  "29/02": "bus reset occurred",
  "29/03": "bus device reset occurred",
  "29/04": "device internal reset",
  "2A/01": "mode parameters changed",
  "2C/00": "command sequence error",
  "2E/00": "insufficient time for operation",
  "30/00": "incompatible medium installed",
  "30/01": "cannot read medium, unknown format",
  "30/02": "cannot read medium, incompatible format",
  "30/03": "cleaning cartridge installed",
  "30/04": "cannot write medium, unknown format",
  "30/05": "cannot write medium, incompatible format",
  "30/06": "cannot format medium, incompatible medium",
  "30/07": "cleaning failure",
  "30/08": "cannot write, application code mismatch",
  "30/09": "current session not fixated for append",
  "30/10": "medium not formatted",
  "31/00": "medium format corrupted",
  "31/01": "format command failed",
  "3A/00": "medium not present",
  "3A/01": "medium not present, tray closed",
  "3A/02": "medium not present, tray open",
  "3A/03": "medium not present, loadable",
  "3E/01": "logical unit failure",
  "3E/02": "time-out on logical unit",
  "44/00": "internal target failure",
  "51/00": "erase failure",
  "51/01": "erase failure, incomplete erase operation detected",
  "53/00": "media load or eject failed",
  "53/02": "medium removal prevented",
  "55/00": "system resource failure",
  "57/00": "unable to recover table of contents",
  "63/00": "end of user area encountered on this track",
  "63/01": "packet does not fit in available space",
  "64/00": "illegal mode for this track",
  "64/01": "invalid packet size",
  "6F/00": "copy protection key exchange failure",
  "72/00": "session fixation error",
  "72/01": "session fixation error writing lead-in",
  "72/02": "session fixation error writing lead-out",
  "72/03": "session fixation error, incomplete track in session",
  "72/04": "empty or partially written reserved track",
  "72/05": "no more track reservations allowed",
  "72/06": "RMZ extension is not allowed",
  "72/07": "no more test zone extensions are allowed",
  "73/00": "CD control error",
  "73/01": "power calibration area almost full",
  "73/02": "power calibration area is full",
  "73/03": "power calibration area error",
  "73/04": "program memory area update failure",
  "73/05": "program memory area is full",
  "73/06": "program memory area is almost full",
};

function hex2(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, "0");
}

/** Sense in words: "illegal request: invalid address for write (5/21/02)". */
export function senseText(sense: Sense): string {
  const { key, asc, ascq } = sense;
  const text = texts[`${hex2(asc)}/${hex2(ascq)}`] ?? "unknown additional sense code";
  return `${keyTexts[key] ?? "?"}: ${text} (${key.toString(16).toUpperCase()}/${hex2(asc)}/${hex2(ascq)})`;
}
