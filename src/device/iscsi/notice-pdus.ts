/** Signs of life, messages and refusals. RFC 7143 11.9 and 11.17 to 11.19. */
import { fixedU32be, u8, u16be, u32be } from "../../codec/integers.js";
import { byte, fixedBit, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { CommandNumbers, RequestHead, ResponseHead, StatusNumbers } from "./pdu.js";
import {
  commandNumbers,
  headerBytes,
  noTag,
  operationCodes,
  requestCode,
  requestLengths,
  responseCode,
  responseLengths,
  statusNumbers,
} from "./pdu.js";

/** Asks whether the target is there, or answers where it asked. RFC 7143 11.18. */
export interface NopOutPdu extends RequestHead, CommandNumbers {
  logicalUnitNumber: Uint8Array;
  targetTransferTag: number;
}

const nopOut = "RFC 7143 11.18";

export const nopOutPdu: StructCodec<NopOutPdu> = struct<NopOutPdu>("NopOut", headerBytes, {
  ...requestCode(operationCodes.nopOut, nopOut),
  _final: fixedBit(1, 7, nopOut),
  _reserved1: reservedBits(1, 6, 0, nopOut),
  _reserved2: byte(2, 2, reserved(2), nopOut),
  ...requestLengths(nopOut),
  logicalUnitNumber: byte(8, 8, rawBytes(8), nopOut),
  initiatorTaskTag: byte(16, 4, u32be, nopOut),
  targetTransferTag: byte(20, 4, u32be, nopOut),
  ...commandNumbers(nopOut),
  _reserved32: byte(32, 16, reserved(16), nopOut),
});

/** Answers it. RFC 7143 11.19. */
export interface NopInPdu extends ResponseHead, StatusNumbers {
  logicalUnitNumber: Uint8Array;
  initiatorTaskTag: number;
  targetTransferTag: number;
}

const nopIn = "RFC 7143 11.19";

export const nopInPdu: StructCodec<NopInPdu> = struct<NopInPdu>("NopIn", headerBytes, {
  ...responseCode(operationCodes.nopIn, nopIn),
  _final: fixedBit(1, 7, nopIn),
  _reserved1: reservedBits(1, 6, 0, nopIn),
  _reserved2: byte(2, 2, reserved(2), nopIn),
  ...responseLengths(nopIn),
  logicalUnitNumber: byte(8, 8, rawBytes(8), nopIn),
  initiatorTaskTag: byte(16, 4, u32be, nopIn),
  targetTransferTag: byte(20, 4, u32be, nopIn),
  ...statusNumbers(nopIn),
  _reserved36: byte(36, 12, reserved(12), nopIn),
});

/** What a target says unasked. RFC 7143 11.9. */
export interface AsynchronousMessagePdu extends ResponseHead, StatusNumbers {
  logicalUnitNumber: Uint8Array;
  /** One of {@link asynchronousEvents}. */
  asyncEvent: number;
  asyncVCode: number;
  parameter1: number;
  parameter2: number;
  parameter3: number;
}

const message = "RFC 7143 11.9";

export const asynchronousMessagePdu: StructCodec<AsynchronousMessagePdu> = struct<AsynchronousMessagePdu>(
  "AsynchronousMessage",
  headerBytes,
  {
    ...responseCode(operationCodes.asynchronousMessage, message),
    _final: fixedBit(1, 7, message),
    _reserved1: reservedBits(1, 6, 0, message),
    _reserved2: byte(2, 2, reserved(2), message),
    ...responseLengths(message),
    logicalUnitNumber: byte(8, 8, rawBytes(8), message),
    _initiatorTaskTag: byte(16, 4, fixedU32be(noTag), message),
    _reserved20: byte(20, 4, reserved(4), message),
    ...statusNumbers(message),
    asyncEvent: byte(36, 1, u8, message),
    asyncVCode: byte(37, 1, u8, message),
    parameter1: byte(38, 2, u16be, message),
    parameter2: byte(40, 2, u16be, message),
    parameter3: byte(42, 2, u16be, message),
    _reserved44: byte(44, 4, reserved(4), message),
  },
);

/** RFC 7143 11.9.1. */
export const asynchronousEvents = { logoutRequested: 1 } as const;

/** Says that a PDU was not taken; its header is in the data segment. RFC 7143 11.17. */
export interface RejectPdu extends ResponseHead, StatusNumbers {
  /** One of {@link rejectReasons}. */
  reason: number;
  dataSn: number;
}

const reject = "RFC 7143 11.17";

export const rejectPdu: StructCodec<RejectPdu> = struct<RejectPdu>("Reject", headerBytes, {
  ...responseCode(operationCodes.reject, reject),
  _final: fixedBit(1, 7, reject),
  _reserved1: reservedBits(1, 6, 0, reject),
  reason: byte(2, 1, u8, reject),
  _reserved3: byte(3, 1, reserved(1), reject),
  ...responseLengths(reject),
  _reserved8: byte(8, 8, reserved(8), reject),
  _initiatorTaskTag: byte(16, 4, fixedU32be(noTag), reject),
  _reserved20: byte(20, 4, reserved(4), reject),
  ...statusNumbers(reject),
  dataSn: byte(36, 4, u32be, reject),
  _reserved40: byte(40, 8, reserved(8), reject),
});

/** RFC 7143 11.17.1. */
export const rejectReasons = {
  dataDigestError: 0x02,
  snackReject: 0x03,
  protocolError: 0x04,
  commandNotSupported: 0x05,
  immediateCommandReject: 0x06,
  invalidPduField: 0x09,
} as const;
