import { strictContext } from "../../codec/codec.js";
import type { KeyValue } from "./key-value-text.js";
import { readKeyValues, writeKeyValues } from "./key-value-text.js";
import type { LoginRequestPdu, LoginResponsePdu } from "./login-pdus.js";
import { loginRequestPdu, loginStages, loginStatuses } from "./login-pdus.js";
import type { SessionParameters } from "./negotiation.js";
import { defaultMaxRecvDataSegmentLength, Negotiation, ownMaxRecvDataSegmentLength } from "./negotiation.js";
import { joinPieces, operationCodeOf, operationCodes } from "./pdu.js";
import type { ReceivedPdu } from "./pdu-reader.js";
import { ProtocolFault } from "./protocol-fault.js";

/** Who logged in, and what for. */
export interface LoggedIn {
  readonly initiatorName: string;
  /** Whether the session only looks for targets. */
  readonly discovery: boolean;
  readonly initiatorSessionId: Uint8Array;
  readonly targetSessionIdentifyingHandle: number;
  readonly connectionId: number;
  readonly parameters: SessionParameters;
  /** The number that the session's first command has. */
  readonly cmdSn: number;
}

/** The answer to one login request. */
export interface LoginAnswer {
  readonly fields: Omit<LoginResponsePdu, "dataSegmentLength" | "statSn" | "expCmdSn" | "maxCmdSn">;
  /** The number that the request named for the next command. */
  readonly cmdSn: number;
  readonly text: Uint8Array;
  /** Set where the login is through. */
  readonly loggedIn?: LoggedIn;
  /** Set where it failed, with the reason: the connection ends after this answer. */
  readonly failed?: string;
}

/** What a login has to know of its target. */
export interface LoginTarget {
  readonly targetName: string;
  /** For people who choose among targets. */
  readonly targetAlias: string;
  /** The handle for a new session; `undefined` where there is no room for one more. */
  newHandle(initiatorName: string, initiatorSessionId: Uint8Array): number | undefined;
  hasSession(handle: number): boolean;
}

/** Text of one login request that goes on over several PDUs. */
const longestText = 65_536;
const longestName = 223;
const noText = new Uint8Array(0);

/** Refuses a login, inside of this file. */
class LoginFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * One login, from its first request to the full feature phase: no connection and no clock, only what is said.
 * RFC 7143 6.3 and 11.12.
 */
export class Login {
  readonly #target: LoginTarget;
  readonly #negotiation = new Negotiation();
  #first: LoginRequestPdu | undefined;
  #stage: number | undefined;
  #gathered: Uint8Array[] = [];
  #introduced = false;
  #declared = false;

  constructor(target: LoginTarget) {
    this.#target = target;
  }

  /**
   * Answers one PDU of an initiator that has not logged in yet.
   *
   * @throws {@link ProtocolFault} for anything but a login request.
   */
  answer(pdu: ReceivedPdu): LoginAnswer {
    if (operationCodeOf(pdu.header) !== operationCodes.loginRequest) {
      throw new ProtocolFault("a request before the login", pdu.header);
    }
    const request = loginRequestPdu.read(pdu.header, 0, strictContext);
    try {
      return this.#answer(request, pdu.data);
    } catch (error) {
      if (!(error instanceof LoginFailure)) throw error;
      const fields = { ...fieldsFor(request), status: error.status };
      return { fields, cmdSn: request.cmdSn, text: noText, failed: error.message };
    }
  }

  #answer(request: LoginRequestPdu, data: Uint8Array): LoginAnswer {
    this.#check(request);
    this.#gathered.push(data);
    const bytes = this.#gathered.reduce((sum, { length }) => sum + length, 0);
    if (bytes > longestText) throw new LoginFailure(loginStatuses.outOfResources, "more text than a login may have");
    const { cmdSn } = request;
    if (request.continues) return { fields: fieldsFor(request), cmdSn, text: noText };
    const offered = readKeyValues(joinPieces(this.#gathered));
    this.#gathered = [];
    if (offered === undefined) throw new LoginFailure(loginStatuses.initiatorError, "text that is not keys and values");
    const text = writeKeyValues(this.#negotiate(request, offered));
    if (text.length > defaultMaxRecvDataSegmentLength) {
      throw new LoginFailure(loginStatuses.outOfResources, "more keys than can be answered");
    }
    if (!request.transit) return { fields: fieldsFor(request), cmdSn, text };
    this.#stage = request.nextStage;
    const fields = { ...fieldsFor(request), transit: true, nextStage: request.nextStage };
    return request.nextStage === loginStages.fullFeaturePhase
      ? this.#finish(request, fields, text)
      : { fields, cmdSn, text };
  }

  /** The order of stages, and what may not change on the way. RFC 7143 11.12. */
  #check(request: LoginRequestPdu): void {
    const { initiatorError, unsupportedVersion, sessionDoesNotExist, tooManyConnections } = loginStatuses;
    const handle = request.targetSessionIdentifyingHandle;
    if (request.versionMin > 0) throw new LoginFailure(unsupportedVersion, "a version above 0");
    if (handle !== 0) {
      // One connection a session is what was negotiated; a second one would be needed to take over from a lost one, too.
      throw this.#target.hasSession(handle)
        ? new LoginFailure(tooManyConnections, "a second connection of a session")
        : new LoginFailure(sessionDoesNotExist, "a session that does not exist");
    }
    this.#first ??= request;
    this.#stage ??= request.currentStage;
    const first = this.#first;
    const stage = this.#stage;
    const isSame =
      request.connectionId === first.connectionId &&
      request.initiatorSessionId.every((octet, index) => octet === first.initiatorSessionId[index]);
    if (!isSame) throw new LoginFailure(initiatorError, "another identification than in the request before");
    if (request.currentStage !== stage || stage > loginStages.loginOperationalNegotiation) {
      throw new LoginFailure(initiatorError, `stage ${request.currentStage}, expected ${stage}`);
    }
    if (!request.transit) return;
    const isStage = request.nextStage === 1 || request.nextStage === loginStages.fullFeaturePhase;
    if (request.continues || !isStage || request.nextStage <= stage) {
      throw new LoginFailure(initiatorError, `a transit from stage ${stage} to ${request.nextStage}`);
    }
  }

  #negotiate(request: LoginRequestPdu, offered: readonly KeyValue[]): KeyValue[] {
    const discovery = new Map(offered).get("SessionType") === "Discovery" || this.#isDiscovery;
    const answer = this.#negotiation.take(offered, discovery);
    if (answer === undefined) throw new LoginFailure(loginStatuses.initiatorError, "a key that was negotiated before");
    if (answer.some(([key, value]) => key === "AuthMethod" && value === "Reject")) {
      throw new LoginFailure(
        loginStatuses.authenticationFailure,
        "no method of authentication that is supported: None",
      );
    }
    if (!this.#introduced) {
      this.#introduced = true;
      this.#checkIntroduction();
      if (!discovery) answer.push(["TargetPortalGroupTag", "1"], ["TargetAlias", this.#target.targetAlias]);
    }
    if (request.currentStage === loginStages.loginOperationalNegotiation && !this.#declared) {
      this.#declared = true;
      answer.push(["MaxRecvDataSegmentLength", String(ownMaxRecvDataSegmentLength)]);
    }
    return answer;
  }

  get #isDiscovery(): boolean {
    return this.#negotiation.value("SessionType") === "Discovery";
  }

  /** Who it is and where to: the first request has to say it. RFC 7143 13.4, 13.5 and 13.21. */
  #checkIntroduction(): void {
    const initiatorName = this.#negotiation.value("InitiatorName");
    const sessionType = this.#negotiation.value("SessionType");
    const targetName = this.#negotiation.value("TargetName");
    if (initiatorName === "") throw new LoginFailure(loginStatuses.missingParameter, "no InitiatorName");
    if (initiatorName.length > longestName || !/^[!-~\xa0-\xff]+$/.test(initiatorName)) {
      throw new LoginFailure(loginStatuses.initiatorError, "an InitiatorName that is no name");
    }
    if (sessionType !== "Normal" && sessionType !== "Discovery") {
      throw new LoginFailure(loginStatuses.sessionTypeNotSupported, "a SessionType other than Normal and Discovery");
    }
    if (sessionType === "Discovery") return;
    if (targetName === "") throw new LoginFailure(loginStatuses.missingParameter, "no TargetName");
    if (targetName !== this.#target.targetName) {
      throw new LoginFailure(loginStatuses.targetNotFound, "a target that is not served here");
    }
  }

  #finish(request: LoginRequestPdu, fields: LoginAnswer["fields"], text: Uint8Array): LoginAnswer {
    const initiatorName = this.#negotiation.value("InitiatorName");
    const { initiatorSessionId, connectionId, cmdSn } = request;
    const handle = this.#target.newHandle(initiatorName, initiatorSessionId);
    if (handle === undefined) throw new LoginFailure(loginStatuses.outOfResources, "too many sessions");
    const loggedIn: LoggedIn = {
      initiatorName,
      discovery: this.#isDiscovery,
      initiatorSessionId,
      targetSessionIdentifyingHandle: handle,
      connectionId,
      parameters: this.#negotiation.parameters(),
      cmdSn,
    };
    return { fields: { ...fields, targetSessionIdentifyingHandle: handle }, cmdSn, text, loggedIn };
  }
}

function fieldsFor(request: LoginRequestPdu): LoginAnswer["fields"] {
  const { currentStage, initiatorSessionId, initiatorTaskTag } = request;
  return {
    transit: false,
    continues: false,
    currentStage,
    nextStage: 0,
    versionMax: 0,
    versionActive: 0,
    initiatorSessionId,
    targetSessionIdentifyingHandle: 0,
    initiatorTaskTag,
    status: loginStatuses.success,
  };
}
