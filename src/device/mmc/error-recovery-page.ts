import { u8, u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";

/** How hard a drive tries, and what it tells of it. Older drives end the page behind the retries of reading. */
export interface ErrorRecoveryPage {
  parametersSaveable: boolean;
  pageCode: number;
  /** Bytes that follow this field: 10. */
  pageLength: number;
  automaticWriteReallocation: boolean;
  automaticReadReallocation: boolean;
  transferBlock: boolean;
  readContinuous: boolean;
  postError: boolean;
  disableTransferOnError: boolean;
  disableCorrection: boolean;
  readRetryCount: number;
  /** Enhanced media certification and defect reporting. */
  enhancedDefectReporting?: number;
  writeRetryCount?: number;
  /** How soon reading has to give up, in milliseconds. */
  recoveryTimeLimit?: number;
}

const clause = "MMC-6 Read/write error recovery mode page (01h)";

/** MMC-6 "Read/write error recovery mode page (01h)". */
export const errorRecoveryPage: StructCodec<ErrorRecoveryPage> = struct<ErrorRecoveryPage>(
  "ErrorRecoveryPage",
  12,
  {
    parametersSaveable: bit(0, 7, clause),
    _reserved0: reservedBits(0, 6, 6, clause),
    pageCode: bits(0, 5, 0, clause),
    pageLength: byte(1, 1, u8, clause),
    automaticWriteReallocation: bit(2, 7, clause),
    automaticReadReallocation: bit(2, 6, clause),
    transferBlock: bit(2, 5, clause),
    readContinuous: bit(2, 4, clause),
    _reserved2: reservedBits(2, 3, 3, clause),
    postError: bit(2, 2, clause),
    disableTransferOnError: bit(2, 1, clause),
    disableCorrection: bit(2, 0, clause),
    readRetryCount: byte(3, 1, u8, clause),
    _reserved4: byte(4, 3, reserved(3), clause),
    _reserved7: reservedBits(7, 7, 2, clause),
    enhancedDefectReporting: bits(7, 1, 0, clause),
    writeRetryCount: byte(8, 1, u8, clause),
    _reserved9: byte(9, 1, reserved(1), clause),
    recoveryTimeLimit: byte(10, 2, u16be, clause),
  },
  { mayEndEarly: true },
);
