import { u16be, u32be } from "../../codec/integers.js";
import { bit, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface ReadBufferCapacity {
  /** Asks for blocks instead of bytes. */
  block: boolean;
  allocationLength: number;
}

const clause = "MMC-6 READ BUFFER CAPACITY command";

/** Asks how much of the drive's buffer is free. MMC-6 "READ BUFFER CAPACITY command". */
export const readBufferCapacity: Command<ReadBufferCapacity> = command<ReadBufferCapacity>(
  "READ BUFFER CAPACITY",
  0x5c,
  10,
  30_000,
  {
    _reserved1: reservedBits(1, 7, 1, clause),
    block: bit(1, 0, clause),
    _reserved2: byte(2, 5, reserved(5), clause),
    allocationLength: byte(7, 2, u16be, clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);

/** How full the buffer is. */
export interface BufferCapacity {
  /** Bytes that follow this field: 10. */
  dataLength: number;
  /** Whether the numbers are blocks, and not bytes. */
  block: boolean;
  bufferLength: number;
  availableLength: number;
}

const reply = "MMC-6 READ BUFFER CAPACITY response data";

/** MMC-6 "READ BUFFER CAPACITY response data". */
export const bufferCapacity: StructCodec<BufferCapacity> = struct<BufferCapacity>("BufferCapacity", 12, {
  dataLength: byte(0, 2, u16be, reply),
  _reserved2: byte(2, 1, reserved(1), reply),
  _reserved3: reservedBits(3, 7, 1, reply),
  block: bit(3, 0, reply),
  bufferLength: byte(4, 4, u32be, reply),
  availableLength: byte(8, 4, u32be, reply),
});
