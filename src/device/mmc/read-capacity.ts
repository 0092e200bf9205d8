import { u32be } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command, NoFields } from "./command.js";
import { command } from "./command.js";

const clause = "MMC-6 READ CAPACITY command";

/** Asks for the last block that can be read. MMC-6 "READ CAPACITY command". */
export const readCapacity: Command<NoFields> = command<NoFields>("READ CAPACITY", 0x25, 10, 30_000, {
  _reserved: byte(1, 9, reserved(9), clause),
});

interface Capacity {
  lastBlockAddress: number;
  blockLengthBytes: number;
}

const reply = "MMC-6 READ CAPACITY response data";

/** MMC-6 "READ CAPACITY response data". */
export const capacityReply: StructCodec<Capacity> = struct<Capacity>("ReadCapacityResponse", 8, {
  lastBlockAddress: byte(0, 4, u32be, reply),
  blockLengthBytes: byte(4, 4, u32be, reply),
});
