/** Commands of SCSI, and what manages them. RFC 7143 11.3 to 11.6. */
import { u8, u32be } from "../../codec/integers.js";
import { bit, bits, byte, fixedBit, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { CommandNumbers, RequestHead, ResponseHead, StatusNumbers } from "./pdu.js";
import {
  commandNumbers,
  headerBytes,
  operationCodes,
  requestCode,
  requestLengths,
  responseCode,
  responseLengths,
  statusNumbers,
} from "./pdu.js";

/** A command for the drive. RFC 7143 11.3. */
export interface ScsiCommandPdu extends RequestHead, CommandNumbers {
  /** Whether no unsolicited data follow in PDUs of their own. */
  final: boolean;
  read: boolean;
  write: boolean;
  taskAttributes: number;
  logicalUnitNumber: Uint8Array;
  /** Bytes that the initiator means to transfer. */
  expectedDataTransferLength: number;
  /** Filled up to 16 bytes. */
  commandDescriptorBlock: Uint8Array;
}

const command = "RFC 7143 11.3";

export const scsiCommandPdu: StructCodec<ScsiCommandPdu> = struct<ScsiCommandPdu>("ScsiCommand", headerBytes, {
  ...requestCode(operationCodes.scsiCommand, command),
  final: bit(1, 7, command),
  read: bit(1, 6, command),
  write: bit(1, 5, command),
  _reserved1: reservedBits(1, 4, 3, command),
  taskAttributes: bits(1, 2, 0, command),
  _reserved2: byte(2, 2, reserved(2), command),
  ...requestLengths(command),
  logicalUnitNumber: byte(8, 8, rawBytes(8), command),
  initiatorTaskTag: byte(16, 4, u32be, command),
  expectedDataTransferLength: byte(20, 4, u32be, command),
  ...commandNumbers(command),
  commandDescriptorBlock: byte(32, 16, rawBytes(16), command),
});

/** How a command ended. Sense data are in the data segment. RFC 7143 11.4. */
export interface ScsiResponsePdu extends ResponseHead, StatusNumbers {
  bidirectionalOverflow: boolean;
  bidirectionalUnderflow: boolean;
  overflow: boolean;
  underflow: boolean;
  /** 0: the command was completed at the target; 1: the target failed. */
  response: number;
  status: number;
  initiatorTaskTag: number;
  snackTag: number;
  expDataSn: number;
  bidirectionalReadResidualCount: number;
  residualCount: number;
}

const response = "RFC 7143 11.4";

export const scsiResponsePdu: StructCodec<ScsiResponsePdu> = struct<ScsiResponsePdu>("ScsiResponse", headerBytes, {
  ...responseCode(operationCodes.scsiResponse, response),
  _final: fixedBit(1, 7, response),
  _reserved1: reservedBits(1, 6, 5, response),
  bidirectionalOverflow: bit(1, 4, response),
  bidirectionalUnderflow: bit(1, 3, response),
  overflow: bit(1, 2, response),
  underflow: bit(1, 1, response),
  _reserved1low: reservedBits(1, 0, 0, response),
  response: byte(2, 1, u8, response),
  status: byte(3, 1, u8, response),
  ...responseLengths(response),
  _reserved8: byte(8, 8, reserved(8), response),
  initiatorTaskTag: byte(16, 4, u32be, response),
  snackTag: byte(20, 4, u32be, response),
  ...statusNumbers(response),
  expDataSn: byte(36, 4, u32be, response),
  bidirectionalReadResidualCount: byte(40, 4, u32be, response),
  residualCount: byte(44, 4, u32be, response),
});

/** Asks for commands to be given up. RFC 7143 11.5. */
export interface TaskManagementRequestPdu extends RequestHead, CommandNumbers {
  /** One of {@link taskManagementFunctions}. */
  function: number;
  logicalUnitNumber: Uint8Array;
  referencedTaskTag: number;
  refCmdSn: number;
  expDataSn: number;
}

const managementRequest = "RFC 7143 11.5";

export const taskManagementRequestPdu: StructCodec<TaskManagementRequestPdu> = struct<TaskManagementRequestPdu>(
  "TaskManagementFunctionRequest",
  headerBytes,
  {
    ...requestCode(operationCodes.taskManagementRequest, managementRequest),
    _final: fixedBit(1, 7, managementRequest),
    function: bits(1, 6, 0, managementRequest),
    _reserved2: byte(2, 2, reserved(2), managementRequest),
    ...requestLengths(managementRequest),
    logicalUnitNumber: byte(8, 8, rawBytes(8), managementRequest),
    initiatorTaskTag: byte(16, 4, u32be, managementRequest),
    referencedTaskTag: byte(20, 4, u32be, managementRequest),
    ...commandNumbers(managementRequest),
    refCmdSn: byte(32, 4, u32be, managementRequest),
    expDataSn: byte(36, 4, u32be, managementRequest),
    _reserved40: byte(40, 8, reserved(8), managementRequest),
  },
);

/** RFC 7143 11.5.1. */
export const taskManagementFunctions = {
  abortTask: 1,
  abortTaskSet: 2,
  clearAca: 3,
  clearTaskSet: 4,
  logicalUnitReset: 5,
  targetWarmReset: 6,
  targetColdReset: 7,
  taskReassign: 8,
} as const;

/** Says what became of it. RFC 7143 11.6. */
export interface TaskManagementResponsePdu extends ResponseHead, StatusNumbers {
  /** One of {@link taskManagementResponses}. */
  response: number;
  initiatorTaskTag: number;
}

const managementResponse = "RFC 7143 11.6";

export const taskManagementResponsePdu: StructCodec<TaskManagementResponsePdu> = struct<TaskManagementResponsePdu>(
  "TaskManagementFunctionResponse",
  headerBytes,
  {
    ...responseCode(operationCodes.taskManagementResponse, managementResponse),
    _final: fixedBit(1, 7, managementResponse),
    _reserved1: reservedBits(1, 6, 0, managementResponse),
    response: byte(2, 1, u8, managementResponse),
    _reserved3: byte(3, 1, reserved(1), managementResponse),
    ...responseLengths(managementResponse),
    _reserved8: byte(8, 8, reserved(8), managementResponse),
    initiatorTaskTag: byte(16, 4, u32be, managementResponse),
    _reserved20: byte(20, 4, reserved(4), managementResponse),
    ...statusNumbers(managementResponse),
    _reserved36: byte(36, 12, reserved(12), managementResponse),
  },
);

/** RFC 7143 11.6.1. */
export const taskManagementResponses = {
  complete: 0,
  noSuchTask: 1,
  noSuchLogicalUnit: 2,
  reassignmentNotSupported: 4,
  notSupported: 5,
} as const;
