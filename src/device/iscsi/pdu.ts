/** What all Protocol Data Units have in common. Layouts are those of RFC 7143, section 11. */
import { u8, u24be, u32be } from "../../codec/integers.js";
import type { Row } from "../../codec/rows.js";
import { bit, bits, byte, fixedBits, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { reserved } from "../../codec/text.js";

/** Bytes of the basic header segment, with which every PDU begins. RFC 7143 11.2.1. */
export const headerBytes = 48;

/** What each PDU is. RFC 7143 11.2.1.2. */
export const operationCodes = {
  nopOut: 0x00,
  scsiCommand: 0x01,
  taskManagementRequest: 0x02,
  loginRequest: 0x03,
  textRequest: 0x04,
  dataOut: 0x05,
  logoutRequest: 0x06,
  snackRequest: 0x10,
  nopIn: 0x20,
  scsiResponse: 0x21,
  taskManagementResponse: 0x22,
  loginResponse: 0x23,
  textResponse: 0x24,
  dataIn: 0x25,
  logoutResponse: 0x26,
  readyToTransfer: 0x31,
  asynchronousMessage: 0x32,
  reject: 0x3f,
} as const;

/** The tag that stands for none. RFC 7143 11.2.1.8. */
export const noTag = 0xffff_ffff;

/** The operation code of a header. */
export function operationCodeOf(header: Uint8Array): number {
  return header[0]! % 0x40;
}

/** What begins every request of an initiator. */
export interface RequestHead {
  /** Whether it is to be done at once: it has no place in the order of commands. */
  immediate: boolean;
  /** Length of the additional header segments, in units of four bytes. */
  totalAhsLength: number;
  /** Bytes of data, without padding. */
  dataSegmentLength: number;
  initiatorTaskTag: number;
}

/** The place of a request among those of its session, and what the initiator has seen. */
export interface CommandNumbers {
  cmdSn: number;
  expStatSn: number;
}

/** Any request that has a place in the order of commands. */
interface NumberedRequest extends CommandNumbers {
  immediate: boolean;
  operationCode: number;
}

const anyRequest = "RFC 7143 11.2.1";

/** What such requests have in common, whatever they ask for. RFC 7143 11.2.1. */
export const numberedRequest: StructCodec<NumberedRequest> = struct<NumberedRequest>("NumberedRequest", headerBytes, {
  _reserved0: reservedBits(0, 7, 7, anyRequest),
  immediate: bit(0, 6, anyRequest),
  operationCode: bits(0, 5, 0, anyRequest),
  _specific1: byte(1, 23, reserved(23), anyRequest),
  ...commandNumbers(anyRequest),
  _specific32: byte(32, 16, reserved(16), anyRequest),
});

/** What begins every answer of a target. */
export interface ResponseHead {
  dataSegmentLength: number;
}

/** What an answer tells of the order of commands and answers. */
export interface StatusNumbers {
  statSn: number;
  expCmdSn: number;
  maxCmdSn: number;
}

/** Byte 0 of a request. */
export function requestCode(
  operationCode: number,
  clause: string,
): {
  readonly _reserved0: Row<void>;
  readonly immediate: Row<boolean>;
  readonly _operationCode: Row<number>;
} {
  return {
    _reserved0: reservedBits(0, 7, 7, clause),
    immediate: bit(0, 6, clause),
    _operationCode: fixedBits(0, 5, 0, operationCode, clause),
  };
}

/** Byte 0 of an answer. */
export function responseCode(operationCode: number, clause: string): { readonly _operationCode: Row<number> } {
  return { _operationCode: fixedBits(0, 7, 0, operationCode, clause) };
}

/** Bytes 4 to 7 of a request. */
export function requestLengths(clause: string): {
  readonly totalAhsLength: Row<number>;
  readonly dataSegmentLength: Row<number>;
} {
  return { totalAhsLength: byte(4, 1, u8, clause), dataSegmentLength: byte(5, 3, u24be, clause) };
}

/** Bytes 4 to 7 of an answer. */
export function responseLengths(clause: string): {
  readonly _totalAhsLength: Row<void>;
  readonly dataSegmentLength: Row<number>;
} {
  return { _totalAhsLength: byte(4, 1, reserved(1), clause), dataSegmentLength: byte(5, 3, u24be, clause) };
}

/** Bytes 24 to 31 of a request. */
export function commandNumbers(clause: string): { readonly cmdSn: Row<number>; readonly expStatSn: Row<number> } {
  return { cmdSn: byte(24, 4, u32be, clause), expStatSn: byte(28, 4, u32be, clause) };
}

/** Bytes 24 to 35 of an answer. */
export function statusNumbers(clause: string): {
  readonly statSn: Row<number>;
  readonly expCmdSn: Row<number>;
  readonly maxCmdSn: Row<number>;
} {
  return {
    statSn: byte(24, 4, u32be, clause),
    expCmdSn: byte(28, 4, u32be, clause),
    maxCmdSn: byte(32, 4, u32be, clause),
  };
}

/** Pieces as one. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const target = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    target.set(piece, at);
    at += piece.length;
  }
  return target;
}

/** A length with its padding. RFC 7143 11.1. */
export function paddedBytes(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** The number after a sequence number: they wrap around. RFC 7143 4.2.2. */
export function nextNumber(number: number, step = 1): number {
  return (((number + step) % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000;
}
