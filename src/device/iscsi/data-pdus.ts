/** Data of commands, both ways. RFC 7143 11.7 and 11.8. */
import { u8, u32be } from "../../codec/integers.js";
import { bit, byte, fixedBit, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { RequestHead, ResponseHead, StatusNumbers } from "./pdu.js";
import {
  headerBytes,
  operationCodes,
  requestCode,
  requestLengths,
  responseCode,
  responseLengths,
  statusNumbers,
} from "./pdu.js";

/** Data for the drive. RFC 7143 11.7. */
export interface DataOutPdu extends RequestHead {
  /** Whether it is the last one of its sequence. */
  final: boolean;
  logicalUnitNumber: Uint8Array;
  /** Which request of the target it answers; none for data that were not asked for. */
  targetTransferTag: number;
  expStatSn: number;
  dataSn: number;
  /** Where among the command's data it stands, in bytes. */
  bufferOffset: number;
}

const dataOut = "RFC 7143 11.7";

export const dataOutPdu: StructCodec<DataOutPdu> = struct<DataOutPdu>("ScsiDataOut", headerBytes, {
  ...requestCode(operationCodes.dataOut, dataOut),
  final: bit(1, 7, dataOut),
  _reserved1: reservedBits(1, 6, 0, dataOut),
  _reserved2: byte(2, 2, reserved(2), dataOut),
  ...requestLengths(dataOut),
  logicalUnitNumber: byte(8, 8, rawBytes(8), dataOut),
  initiatorTaskTag: byte(16, 4, u32be, dataOut),
  targetTransferTag: byte(20, 4, u32be, dataOut),
  _reserved24: byte(24, 4, reserved(4), dataOut),
  expStatSn: byte(28, 4, u32be, dataOut),
  _reserved32: byte(32, 4, reserved(4), dataOut),
  dataSn: byte(36, 4, u32be, dataOut),
  bufferOffset: byte(40, 4, u32be, dataOut),
  _reserved44: byte(44, 4, reserved(4), dataOut),
});

/** Data from the drive; the last PDU may bring the status of a command that was done well. RFC 7143 11.7. */
export interface DataInPdu extends ResponseHead, StatusNumbers {
  /** Whether it is the last one of its sequence. */
  final: boolean;
  acknowledge: boolean;
  overflow: boolean;
  underflow: boolean;
  /** Whether the status and its number are in it. */
  withStatus: boolean;
  status: number;
  logicalUnitNumber: Uint8Array;
  initiatorTaskTag: number;
  targetTransferTag: number;
  dataSn: number;
  bufferOffset: number;
  residualCount: number;
}

const dataIn = "RFC 7143 11.7";

export const dataInPdu: StructCodec<DataInPdu> = struct<DataInPdu>("ScsiDataIn", headerBytes, {
  ...responseCode(operationCodes.dataIn, dataIn),
  final: bit(1, 7, dataIn),
  acknowledge: bit(1, 6, dataIn),
  _reserved1: reservedBits(1, 5, 3, dataIn),
  overflow: bit(1, 2, dataIn),
  underflow: bit(1, 1, dataIn),
  withStatus: bit(1, 0, dataIn),
  _reserved2: byte(2, 1, reserved(1), dataIn),
  status: byte(3, 1, u8, dataIn),
  ...responseLengths(dataIn),
  logicalUnitNumber: byte(8, 8, rawBytes(8), dataIn),
  initiatorTaskTag: byte(16, 4, u32be, dataIn),
  targetTransferTag: byte(20, 4, u32be, dataIn),
  ...statusNumbers(dataIn),
  dataSn: byte(36, 4, u32be, dataIn),
  bufferOffset: byte(40, 4, u32be, dataIn),
  residualCount: byte(44, 4, u32be, dataIn),
});

/** Asks for data of a command. RFC 7143 11.8. */
export interface ReadyToTransferPdu extends ResponseHead, StatusNumbers {
  logicalUnitNumber: Uint8Array;
  initiatorTaskTag: number;
  targetTransferTag: number;
  r2tSn: number;
  bufferOffset: number;
  desiredDataTransferLength: number;
}

const readyToTransfer = "RFC 7143 11.8";

export const readyToTransferPdu: StructCodec<ReadyToTransferPdu> = struct<ReadyToTransferPdu>(
  "ReadyToTransfer",
  headerBytes,
  {
    ...responseCode(operationCodes.readyToTransfer, readyToTransfer),
    _final: fixedBit(1, 7, readyToTransfer),
    _reserved1: reservedBits(1, 6, 0, readyToTransfer),
    _reserved2: byte(2, 2, reserved(2), readyToTransfer),
    ...responseLengths(readyToTransfer),
    logicalUnitNumber: byte(8, 8, rawBytes(8), readyToTransfer),
    initiatorTaskTag: byte(16, 4, u32be, readyToTransfer),
    targetTransferTag: byte(20, 4, u32be, readyToTransfer),
    ...statusNumbers(readyToTransfer),
    r2tSn: byte(36, 4, u32be, readyToTransfer),
    bufferOffset: byte(40, 4, u32be, readyToTransfer),
    desiredDataTransferLength: byte(44, 4, u32be, readyToTransfer),
  },
);
