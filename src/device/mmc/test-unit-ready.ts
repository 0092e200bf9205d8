import { byte } from "../../codec/rows.js";
import { reserved } from "../../codec/text.js";
import type { Command, NoFields } from "./command.js";
import { command } from "./command.js";

/** Asks whether the medium can be used. SPC-4 "TEST UNIT READY command". */
export const testUnitReady: Command<NoFields> = command<NoFields>("TEST UNIT READY", 0x00, 6, 30_000, {
  _reserved: byte(1, 5, reserved(5), "SPC-4 TEST UNIT READY command"),
});
