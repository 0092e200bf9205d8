import { u8, u32be } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { Command } from "../mmc/command.js";
import { command } from "../mmc/command.js";

interface ReportLuns {
  selectReport: number;
  allocationLength: number;
}

const clause = "SPC-4 REPORT LUNS command";

/** Asks which logical units there are. SPC-4 "REPORT LUNS command". */
export const reportLuns: Command<ReportLuns> = command<ReportLuns>("REPORT LUNS", 0xa0, 12, 30_000, {
  _reserved1: byte(1, 1, reserved(1), clause),
  selectReport: byte(2, 1, u8, clause),
  _reserved3: byte(3, 3, reserved(3), clause),
  allocationLength: byte(6, 4, u32be, clause),
  _reserved10: byte(10, 1, reserved(1), clause),
  _control: byte(11, 1, reserved(1), clause),
});

/** A list of one logical unit. */
export interface LogicalUnitList {
  /** Bytes that follow the first eight. */
  lunListLength: number;
  logicalUnitNumber: Uint8Array;
}

const reply = "SPC-4 REPORT LUNS parameter data";

/** SPC-4 "REPORT LUNS parameter data", of one logical unit. */
export const logicalUnitList: StructCodec<LogicalUnitList> = struct<LogicalUnitList>("LogicalUnitList", 16, {
  lunListLength: byte(0, 4, u32be, reply),
  _reserved4: byte(4, 4, reserved(4), reply),
  logicalUnitNumber: byte(8, 8, rawBytes(8), reply),
});
