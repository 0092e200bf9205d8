import { u8, u24be } from "../../codec/integers.js";
import { bits, byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";
import { decodeItems, encodeItems } from "./items.js";

interface SendCueSheet {
  /** In bytes. */
  cueSheetSize: number;
}

const clause = "MMC-6 SEND CUE SHEET command";

/** Tells the drive all tracks of a CD session that is written at once. MMC-6 "SEND CUE SHEET command". */
export const sendCueSheet: Command<SendCueSheet> = command<SendCueSheet>("SEND CUE SHEET", 0x5d, 10, 200_000, {
  _reserved1: byte(1, 5, reserved(5), clause),
  cueSheetSize: byte(6, 3, u24be, clause),
  _control: byte(9, 1, reserved(1), clause),
});

/** One line of a cue sheet: from when on what is recorded. */
export interface CueSheetEntry {
  /** 4: data track; 0: audio. */
  control: number;
  /** 1: the line is about a position. */
  adr: number;
  /** 0 the lead-in, AAh the lead-out. */
  trackNumber: number;
  /** 0 the pause before the track, 1 its begin. */
  index: number;
  /** 10h mode 1, data of 2,048 bytes; 14h mode 1, blocks that the drive makes; 00h audio; 01h audio that it makes. */
  dataForm: number;
  serialCopyManagement: number;
  /** Minute, second, frame. */
  absoluteTime: number;
}

const entry = "MMC-6 Cue sheet";

/** One line of a cue sheet. MMC-6 "Cue sheet". */
export const cueSheetEntry: StructCodec<CueSheetEntry> = struct<CueSheetEntry>("CueSheetEntry", 8, {
  control: bits(0, 7, 4, entry),
  adr: bits(0, 3, 0, entry),
  trackNumber: byte(1, 1, u8, entry),
  index: byte(2, 1, u8, entry),
  dataForm: byte(3, 1, u8, entry),
  serialCopyManagement: byte(4, 1, u8, entry),
  absoluteTime: byte(5, 3, u24be, entry),
});

/** Writes a cue sheet. */
export function encodeCueSheet(entries: readonly CueSheetEntry[]): Uint8Array {
  const target = new Uint8Array(entries.length * cueSheetEntry.size);
  encodeItems(cueSheetEntry, entries, target, 0);
  return target;
}

/** Reads a cue sheet. */
export function decodeCueSheet(bytes: Uint8Array): CueSheetEntry[] {
  return decodeItems(cueSheetEntry, bytes, 0, bytes.length);
}
