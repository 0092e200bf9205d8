import { u8 } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface RequestSense {
  allocationLength: number;
}

const clause = "SPC-4 REQUEST SENSE command";

/** Fetches the sense of the command before, where it did not come with its status. SPC-4 "REQUEST SENSE command". */
export const requestSense: Command<RequestSense> = command<RequestSense>("REQUEST SENSE", 0x03, 6, 30_000, {
  _reserved: byte(1, 3, reserved(3), clause),
  allocationLength: byte(4, 1, u8, clause),
  _control: byte(5, 1, reserved(1), clause),
});
