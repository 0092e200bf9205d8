/** How a session begins and ends, and what is negotiated. RFC 7143 11.10 to 11.15. */
import { u8, u16be, u32be } from "../../codec/integers.js";
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

/** Asks to begin or go on with a login. RFC 7143 11.12. */
export interface LoginRequestPdu extends RequestHead, CommandNumbers {
  /** Whether the initiator is ready to go on to {@link LoginRequestPdu.nextStage}. */
  transit: boolean;
  /** Whether the text goes on in the next PDU. */
  continues: boolean;
  /** One of {@link loginStages}. */
  currentStage: number;
  nextStage: number;
  versionMax: number;
  versionMin: number;
  /** Tells sessions of one initiator apart. */
  initiatorSessionId: Uint8Array;
  /** 0 for a new session. */
  targetSessionIdentifyingHandle: number;
  connectionId: number;
}

const loginRequest = "RFC 7143 11.12";

export const loginRequestPdu: StructCodec<LoginRequestPdu> = struct<LoginRequestPdu>("LoginRequest", headerBytes, {
  ...requestCode(operationCodes.loginRequest, loginRequest),
  transit: bit(1, 7, loginRequest),
  continues: bit(1, 6, loginRequest),
  _reserved1: reservedBits(1, 5, 4, loginRequest),
  currentStage: bits(1, 3, 2, loginRequest),
  nextStage: bits(1, 1, 0, loginRequest),
  versionMax: byte(2, 1, u8, loginRequest),
  versionMin: byte(3, 1, u8, loginRequest),
  ...requestLengths(loginRequest),
  initiatorSessionId: byte(8, 6, rawBytes(6), loginRequest),
  targetSessionIdentifyingHandle: byte(14, 2, u16be, loginRequest),
  initiatorTaskTag: byte(16, 4, u32be, loginRequest),
  connectionId: byte(20, 2, u16be, loginRequest),
  _reserved22: byte(22, 2, reserved(2), loginRequest),
  ...commandNumbers(loginRequest),
  _reserved32: byte(32, 16, reserved(16), loginRequest),
});

/** RFC 7143 11.12.3. */
export const loginStages = { securityNegotiation: 0, loginOperationalNegotiation: 1, fullFeaturePhase: 3 } as const;

/** Answers a login request. RFC 7143 11.13. */
export interface LoginResponsePdu extends ResponseHead, StatusNumbers {
  transit: boolean;
  continues: boolean;
  currentStage: number;
  nextStage: number;
  versionMax: number;
  versionActive: number;
  initiatorSessionId: Uint8Array;
  targetSessionIdentifyingHandle: number;
  initiatorTaskTag: number;
  /** Class and detail, as in {@link loginStatuses}. */
  status: number;
}

const loginResponse = "RFC 7143 11.13";

export const loginResponsePdu: StructCodec<LoginResponsePdu> = struct<LoginResponsePdu>("LoginResponse", headerBytes, {
  ...responseCode(operationCodes.loginResponse, loginResponse),
  transit: bit(1, 7, loginResponse),
  continues: bit(1, 6, loginResponse),
  _reserved1: reservedBits(1, 5, 4, loginResponse),
  currentStage: bits(1, 3, 2, loginResponse),
  nextStage: bits(1, 1, 0, loginResponse),
  versionMax: byte(2, 1, u8, loginResponse),
  versionActive: byte(3, 1, u8, loginResponse),
  ...responseLengths(loginResponse),
  initiatorSessionId: byte(8, 6, rawBytes(6), loginResponse),
  targetSessionIdentifyingHandle: byte(14, 2, u16be, loginResponse),
  initiatorTaskTag: byte(16, 4, u32be, loginResponse),
  _reserved20: byte(20, 4, reserved(4), loginResponse),
  ...statusNumbers(loginResponse),
  status: byte(36, 2, u16be, loginResponse),
  _reserved38: byte(38, 10, reserved(10), loginResponse),
});

/** Status class in the high byte, detail in the low one. RFC 7143 11.13.5. */
export const loginStatuses = {
  success: 0x0000,
  initiatorError: 0x0200,
  authenticationFailure: 0x0201,
  targetNotFound: 0x0203,
  unsupportedVersion: 0x0205,
  tooManyConnections: 0x0206,
  missingParameter: 0x0207,
  sessionTypeNotSupported: 0x0209,
  sessionDoesNotExist: 0x020a,
  invalidDuringLogin: 0x020b,
  serviceUnavailable: 0x0301,
  outOfResources: 0x0302,
} as const;

/** Keys and values outside of a login. RFC 7143 11.10. */
export interface TextRequestPdu extends RequestHead, CommandNumbers {
  final: boolean;
  continues: boolean;
  logicalUnitNumber: Uint8Array;
  targetTransferTag: number;
}

const textRequest = "RFC 7143 11.10";

export const textRequestPdu: StructCodec<TextRequestPdu> = struct<TextRequestPdu>("TextRequest", headerBytes, {
  ...requestCode(operationCodes.textRequest, textRequest),
  final: bit(1, 7, textRequest),
  continues: bit(1, 6, textRequest),
  _reserved1: reservedBits(1, 5, 0, textRequest),
  _reserved2: byte(2, 2, reserved(2), textRequest),
  ...requestLengths(textRequest),
  logicalUnitNumber: byte(8, 8, rawBytes(8), textRequest),
  initiatorTaskTag: byte(16, 4, u32be, textRequest),
  targetTransferTag: byte(20, 4, u32be, textRequest),
  ...commandNumbers(textRequest),
  _reserved32: byte(32, 16, reserved(16), textRequest),
});

/** The answer to such. RFC 7143 11.11. */
export interface TextResponsePdu extends ResponseHead, StatusNumbers {
  final: boolean;
  continues: boolean;
  logicalUnitNumber: Uint8Array;
  initiatorTaskTag: number;
  targetTransferTag: number;
}

const textResponse = "RFC 7143 11.11";

export const textResponsePdu: StructCodec<TextResponsePdu> = struct<TextResponsePdu>("TextResponse", headerBytes, {
  ...responseCode(operationCodes.textResponse, textResponse),
  final: bit(1, 7, textResponse),
  continues: bit(1, 6, textResponse),
  _reserved1: reservedBits(1, 5, 0, textResponse),
  _reserved2: byte(2, 2, reserved(2), textResponse),
  ...responseLengths(textResponse),
  logicalUnitNumber: byte(8, 8, rawBytes(8), textResponse),
  initiatorTaskTag: byte(16, 4, u32be, textResponse),
  targetTransferTag: byte(20, 4, u32be, textResponse),
  ...statusNumbers(textResponse),
  _reserved36: byte(36, 12, reserved(12), textResponse),
});

/** Ends a session or a connection. RFC 7143 11.14. */
export interface LogoutRequestPdu extends RequestHead, CommandNumbers {
  /** One of {@link logoutReasons}. */
  reason: number;
  connectionId: number;
}

const logoutRequest = "RFC 7143 11.14";

export const logoutRequestPdu: StructCodec<LogoutRequestPdu> = struct<LogoutRequestPdu>("LogoutRequest", headerBytes, {
  ...requestCode(operationCodes.logoutRequest, logoutRequest),
  _final: fixedBit(1, 7, logoutRequest),
  reason: bits(1, 6, 0, logoutRequest),
  _reserved2: byte(2, 2, reserved(2), logoutRequest),
  ...requestLengths(logoutRequest),
  _reserved8: byte(8, 8, reserved(8), logoutRequest),
  initiatorTaskTag: byte(16, 4, u32be, logoutRequest),
  connectionId: byte(20, 2, u16be, logoutRequest),
  _reserved22: byte(22, 2, reserved(2), logoutRequest),
  ...commandNumbers(logoutRequest),
  _reserved32: byte(32, 16, reserved(16), logoutRequest),
});

/** RFC 7143 11.14.1. */
export const logoutReasons = { closeSession: 0, closeConnection: 1, removeForRecovery: 2 } as const;

/** The last PDU of a connection. RFC 7143 11.15. */
export interface LogoutResponsePdu extends ResponseHead, StatusNumbers {
  /** One of {@link logoutResponses}. */
  response: number;
  initiatorTaskTag: number;
  /** Seconds to wait before connecting again. */
  time2Wait: number;
  time2Retain: number;
}

const logoutResponse = "RFC 7143 11.15";

export const logoutResponsePdu: StructCodec<LogoutResponsePdu> = struct<LogoutResponsePdu>(
  "LogoutResponse",
  headerBytes,
  {
    ...responseCode(operationCodes.logoutResponse, logoutResponse),
    _final: fixedBit(1, 7, logoutResponse),
    _reserved1: reservedBits(1, 6, 0, logoutResponse),
    response: byte(2, 1, u8, logoutResponse),
    _reserved3: byte(3, 1, reserved(1), logoutResponse),
    ...responseLengths(logoutResponse),
    _reserved8: byte(8, 8, reserved(8), logoutResponse),
    initiatorTaskTag: byte(16, 4, u32be, logoutResponse),
    _reserved20: byte(20, 4, reserved(4), logoutResponse),
    ...statusNumbers(logoutResponse),
    _reserved36: byte(36, 4, reserved(4), logoutResponse),
    time2Wait: byte(40, 2, u16be, logoutResponse),
    time2Retain: byte(42, 2, u16be, logoutResponse),
    _reserved44: byte(44, 4, reserved(4), logoutResponse),
  },
);

/** RFC 7143 11.15.1. */
export const logoutResponses = { closed: 0, noSuchConnection: 1, recoveryNotSupported: 2 } as const;
