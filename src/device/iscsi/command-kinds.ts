import { strictContext } from "../../codec/codec.js";
import { readU16be, readU32be, writeU16be, writeU32be } from "../../codec/integers.js";
import { blockBytes } from "../../units.js";
import { closeFunctions, closeTrackSession } from "../mmc/close-track-session.js";
import { startStopUnit } from "../mmc/start-stop-unit.js";
import { nextNumber } from "./pdu.js";

/** What a target that several initiators use has to know of a command. All else is between initiator and drive. */
interface CommandKind {
  readonly name: string;
  /** It changes the medium, so it is for one initiator at a time. */
  readonly writes?: true;
  /** It writes nothing, but would disturb another initiator that does. */
  readonly disturbs?: true;
  /** Afterwards the medium is not what other initiators know of it. */
  readonly endsSession?: true;
  /** How long it may take; {@link usualTimeoutMs} else. */
  readonly timeoutMs?: number;
}

const hourMs = 3_600_000;
const usualTimeoutMs = 300_000;

const kinds: ReadonlyMap<number, CommandKind> = new Map<number, CommandKind>([
  [0x04, { name: "FORMAT UNIT", writes: true, endsSession: true, timeoutMs: 5 * hourMs }],
  [0x15, { name: "MODE SELECT (6)", disturbs: true }],
  [0x2a, { name: "WRITE (10)", writes: true }],
  [0x2e, { name: "WRITE AND VERIFY (10)", writes: true }],
  [0x35, { name: "SYNCHRONIZE CACHE", disturbs: true, timeoutMs: hourMs }],
  [0x53, { name: "RESERVE TRACK", writes: true }],
  [0x54, { name: "SEND OPC INFORMATION", disturbs: true }],
  [0x55, { name: "MODE SELECT (10)", disturbs: true }],
  [0x58, { name: "REPAIR TRACK", writes: true }],
  [0x5b, { name: "CLOSE TRACK/SESSION", writes: true, endsSession: true, timeoutMs: hourMs }],
  [0x5d, { name: "SEND CUE SHEET", writes: true }],
  [0xa1, { name: "BLANK", writes: true, endsSession: true, timeoutMs: 5 * hourMs }],
  [0xaa, { name: "WRITE (12)", writes: true }],
  [0xbf, { name: "SEND DISC STRUCTURE", writes: true }],
]);

/** Loads another firmware into a drive: nothing that is to be done over a network. */
const writeBuffer = 0x3b;
/** From here on, every vendor has commands of its own. */
const firstVendorCommand = 0xc0;

/** Whether a command changes the medium. */
export function isWriting(cdb: Uint8Array): boolean {
  return kinds.get(cdb[0]!)?.writes === true;
}

/** Whether a command is in the way of another initiator that writes. */
export function isDisturbing(cdb: Uint8Array): boolean {
  const kind = kinds.get(cdb[0]!);
  return kind?.writes === true || kind?.disturbs === true || isTrayMoving(cdb);
}

/** Whether a command loads or ejects the medium. */
function isTrayMoving(cdb: Uint8Array): boolean {
  return cdb[0] === startStopUnit.operationCode && startStopUnit.cdb.read(cdb, 0, strictContext).loadEject;
}

/** Whether other initiators have to look at the medium anew after a command. */
export function isChangingMedium(cdb: Uint8Array): boolean {
  return kinds.get(cdb[0]!)?.endsSession === true || isTrayMoving(cdb);
}

/** Whether an initiator that wrote is through with it after a command. */
export function isEndOfWriting(cdb: Uint8Array): boolean {
  if (cdb[0] !== closeTrackSession.operationCode) return isTrayMoving(cdb);
  return closeTrackSession.cdb.read(cdb, 0, strictContext).closeFunction >= closeFunctions.session;
}

/** How long a drive may take for a command. */
export function timeoutOf(cdb: Uint8Array): number {
  return kinds.get(cdb[0]!)?.timeoutMs ?? usualTimeoutMs;
}

/** The length of a CDB, by its group; `undefined` for commands that are kept from the drive. SPC-4 "Operation code". */
export function cdbBytes(operationCode: number): number | undefined {
  if (operationCode === writeBuffer || operationCode >= firstVendorCommand) return undefined;
  const byGroup: readonly (number | undefined)[] = [6, 10, 10, undefined, 16, 12];
  return byGroup[Math.floor(operationCode / 0x20)];
}

/** What READ and WRITE transfer. */
interface BlockTransfer {
  readonly bytes: number;
  /** The same command for `blocks` blocks, the first of them `skipped` blocks behind. */
  part(skipped: number, blocks: number): Uint8Array;
}

/**
 * What READ and WRITE transfer, (10) and (12); `undefined` for all other commands. What else is in their CDBs is passed
 * on as it is. MMC-6 "READ (10) command", "READ (12) command", "WRITE (10) command", "WRITE (12) command".
 */
export function blockTransferOf(cdb: Uint8Array): BlockTransfer | undefined {
  const isLong = cdb[0] === 0xa8 || cdb[0] === 0xaa;
  if (!isLong && cdb[0] !== 0x28 && cdb[0] !== 0x2a) return undefined;
  const blocks = isLong ? readU32be(cdb, 6) : readU16be(cdb, 7);
  const part = (skipped: number, count: number): Uint8Array => {
    const changed = Uint8Array.from(cdb);
    // Blocks of a CD may lie before block 0, in two's complement.
    writeU32be(nextNumber(readU32be(cdb, 2), skipped), changed, 2);
    if (isLong) writeU32be(count, changed, 6);
    else writeU16be(count, changed, 7);
    return changed;
  };
  return { bytes: blocks * blockBytes, part };
}
