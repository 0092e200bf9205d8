import { u8, u16be, u32be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface SetStreaming {
  /** 0: a performance descriptor follows. */
  type: number;
  /** In bytes: 28. */
  parameterListLength: number;
}

const clause = "MMC-6 SET STREAMING command";

/** Sets the speed on DVD and BD. MMC-6 "SET STREAMING command". */
export const setStreaming: Command<SetStreaming> = command<SetStreaming>("SET STREAMING", 0xb6, 12, 30_000, {
  _reserved1: byte(1, 7, reserved(7), clause),
  type: byte(8, 1, u8, clause),
  parameterListLength: byte(9, 2, u16be, clause),
  _control: byte(11, 1, reserved(1), clause),
});

/** The speeds that are wanted: so much in so many milliseconds. */
export interface StreamingPerformance {
  /** 0 the medium's own way, 1 pure CAV. */
  writeRotationControl: number;
  restoreDefaults: boolean;
  /** Fail rather than take another speed. */
  exact: boolean;
  randomAccess: boolean;
  startBlock: number;
  endBlock: number;
  /** In 1,000 bytes. */
  readSize: number;
  readTimeMs: number;
  /** In 1,000 bytes. */
  writeSize: number;
  writeTimeMs: number;
}

const descriptor = "MMC-6 SET STREAMING, performance descriptor";

/** MMC-6 "SET STREAMING, performance descriptor". */
export const streamingPerformance: StructCodec<StreamingPerformance> = struct<StreamingPerformance>(
  "StreamingPerformance",
  28,
  {
    _reserved0: reservedBits(0, 7, 5, descriptor),
    writeRotationControl: bits(0, 4, 3, descriptor),
    restoreDefaults: bit(0, 2, descriptor),
    exact: bit(0, 1, descriptor),
    randomAccess: bit(0, 0, descriptor),
    _reserved1: byte(1, 3, reserved(3), descriptor),
    startBlock: byte(4, 4, u32be, descriptor),
    endBlock: byte(8, 4, u32be, descriptor),
    readSize: byte(12, 4, u32be, descriptor),
    readTimeMs: byte(16, 4, u32be, descriptor),
    writeSize: byte(20, 4, u32be, descriptor),
    writeTimeMs: byte(24, 4, u32be, descriptor),
  },
);
