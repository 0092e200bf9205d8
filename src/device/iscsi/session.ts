import { strictContext } from "../../codec/codec.js";
import { CommandWindow } from "./command-window.js";
import type { KeyValue } from "./key-value-text.js";
import { readKeyValues, writeKeyValues } from "./key-value-text.js";
import type { LogicalUnit } from "./logical-unit.js";
import type { LoggedIn } from "./login.js";
import {
  logoutReasons,
  logoutRequestPdu,
  logoutResponsePdu,
  logoutResponses,
  textRequestPdu,
  textResponsePdu,
} from "./login-pdus.js";
import type { SessionParameters } from "./negotiation.js";
import { declaredSegmentLength } from "./negotiation.js";
import {
  asynchronousEvents,
  asynchronousMessagePdu,
  nopInPdu,
  nopOutPdu,
  rejectPdu,
  rejectReasons,
} from "./notice-pdus.js";
import { joinPieces, noTag, numberedRequest, operationCodeOf, operationCodes } from "./pdu.js";
import type { ReceivedPdu } from "./pdu-reader.js";
import type { PduWriter } from "./pdu-writer.js";
import { ProtocolFault, protocolFaultOf } from "./protocol-fault.js";
import { SessionTasks } from "./session-tasks.js";

/** What a session tells of its target. */
export interface Portal {
  readonly targetName: string;
  /** Where the initiator reached it, with the number of the portal group: "127.0.0.1:3260,1". RFC 7143 13.8. */
  readonly targetAddress: string;
}

/** Text of one request that goes on over several PDUs. */
const longestText = 65_536;
const noUnit = new Uint8Array(8);

/** A session in the full feature phase, on its one connection. */
export class Session {
  readonly loggedIn: LoggedIn;
  readonly window: CommandWindow;
  readonly #writer: PduWriter;
  readonly #unit: LogicalUnit;
  readonly #portal: Portal;
  readonly #tasks: SessionTasks;
  #parameters: SessionParameters;
  #text: Uint8Array[] = [];
  #hasLoggedOut = false;

  constructor(loggedIn: LoggedIn, writer: PduWriter, unit: LogicalUnit, portal: Portal) {
    this.loggedIn = loggedIn;
    this.window = new CommandWindow(loggedIn.cmdSn);
    this.#writer = writer;
    this.#unit = unit;
    this.#portal = portal;
    this.#parameters = loggedIn.parameters;
    this.#tasks = new SessionTasks(unit, writer, this.window, loggedIn.parameters);
    if (!loggedIn.discovery) unit.attach(this.#tasks);
  }

  /** Whether the initiator said goodbye. */
  get hasLoggedOut(): boolean {
    return this.#hasLoggedOut;
  }

  /**
   * Takes one PDU.
   *
   * @throws {@link ProtocolFault} for what ends the connection.
   */
  async take(pdu: ReceivedPdu): Promise<void> {
    try {
      await this.#take(pdu);
    } catch (error) {
      throw protocolFaultOf(error, pdu.header) ?? error;
    }
  }

  async #take(pdu: ReceivedPdu): Promise<void> {
    const operationCode = operationCodeOf(pdu.header);
    if (operationCode === operationCodes.dataOut) {
      this.#tasks.takeData(pdu);
      return;
    }
    if (operationCode === operationCodes.snackRequest) {
      this.#reject(pdu.header, rejectReasons.snackReject);
      return;
    }
    if (!this.#isInOrder(pdu.header)) return;
    await this.#takeRequest(operationCode, pdu);
  }

  /** Asks the initiator to leave. RFC 7143 11.9.1. */
  requestLogout(seconds: number): void {
    this.#writer.send(asynchronousMessagePdu, {
      logicalUnitNumber: noUnit,
      asyncEvent: asynchronousEvents.logoutRequested,
      asyncVCode: 0,
      parameter1: 0,
      parameter2: 0,
      parameter3: seconds,
    });
  }

  /** Tells the initiator why its connection ends. */
  refuse(fault: ProtocolFault): void {
    if (fault.header !== undefined) this.#reject(fault.header, fault.reason);
  }

  /** Gives up everything that was asked for; resolves when the drive does nothing for this session any more. */
  async end(): Promise<void> {
    this.#tasks.dropWaiting();
    if (!this.loggedIn.discovery) await this.#unit.detach(this.#tasks);
  }

  #isInOrder(header: Uint8Array): boolean {
    const { immediate, cmdSn } = numberedRequest.read(header, 0, strictContext);
    if (immediate) return true;
    const taken = this.window.take(cmdSn);
    if (taken === "gap") throw new ProtocolFault(`command number ${cmdSn}, expected ${this.window.expCmdSn}`, header);
    return taken === "accepted";
  }

  async #takeRequest(operationCode: number, pdu: ReceivedPdu): Promise<void> {
    const { nopOut, scsiCommand, taskManagementRequest, textRequest, logoutRequest } = operationCodes;
    if (operationCode === nopOut) this.#takeNop(pdu);
    else if (operationCode === textRequest) this.#takeText(pdu);
    else if (operationCode === logoutRequest) await this.#takeLogout(pdu);
    else if (this.loggedIn.discovery) this.#reject(pdu.header, rejectReasons.protocolError);
    else if (operationCode === scsiCommand) this.#tasks.begin(pdu);
    // A drive may take its time to end a command; meanwhile other requests are answered.
    else if (operationCode === taskManagementRequest) this.#tasks.manage(pdu);
    else this.#reject(pdu.header, rejectReasons.commandNotSupported);
  }

  #takeNop({ header, data }: ReceivedPdu): void {
    const { initiatorTaskTag } = nopOutPdu.read(header, 0, strictContext);
    if (initiatorTaskTag === noTag) return;
    const echo = data.subarray(0, this.#parameters.maxRecvDataSegmentLength);
    const fields = { logicalUnitNumber: noUnit, initiatorTaskTag, targetTransferTag: noTag };
    this.#writer.send(nopInPdu, fields, echo);
  }

  #takeText({ header, data }: ReceivedPdu): void {
    const { continues, initiatorTaskTag } = textRequestPdu.read(header, 0, strictContext);
    this.#text.push(data);
    if (this.#text.reduce((sum, { length }) => sum + length, 0) > longestText) {
      throw new ProtocolFault("more text than a request may have", header);
    }
    const answer = { continues: false, logicalUnitNumber: noUnit, initiatorTaskTag };
    if (continues) {
      this.#writer.send(textResponsePdu, { ...answer, final: false, targetTransferTag: 1 });
      return;
    }
    const pairs = readKeyValues(joinPieces(this.#text));
    this.#text = [];
    if (pairs === undefined) throw new ProtocolFault("text that is not keys and values", header);
    const text = writeKeyValues(pairs.flatMap((pair) => this.#textAnswer(pair)));
    if (text.length > this.#parameters.maxRecvDataSegmentLength) {
      throw new ProtocolFault("more keys than can be answered", header);
    }
    this.#writer.send(textResponsePdu, { ...answer, final: true, targetTransferTag: noTag }, text);
  }

  #textAnswer([key, value]: KeyValue): KeyValue[] {
    if (key === "SendTargets") {
      const { targetName, targetAddress } = this.#portal;
      // In a session with a target, only that one may be asked for. RFC 7143 13.3.
      const isAll = value === "All" && this.loggedIn.discovery;
      if (!isAll && value !== targetName && !(value === "" && !this.loggedIn.discovery)) {
        return value === "All" ? [[key, "Reject"]] : [];
      }
      return [
        ["TargetName", targetName],
        ["TargetAddress", targetAddress],
      ];
    }
    if (key !== "MaxRecvDataSegmentLength") return [[key, "NotUnderstood"]];
    const length = declaredSegmentLength(value);
    if (length === undefined) return [[key, "Reject"]];
    this.#parameters = { ...this.#parameters, maxRecvDataSegmentLength: length };
    this.#tasks.parameters = this.#parameters;
    return [];
  }

  async #takeLogout({ header }: ReceivedPdu): Promise<void> {
    const { reason, connectionId, initiatorTaskTag } = logoutRequestPdu.read(header, 0, strictContext);
    const answer = (response: number): void => {
      this.#writer.send(logoutResponsePdu, { response, initiatorTaskTag, time2Wait: 0, time2Retain: 0 });
    };
    if (reason > logoutReasons.removeForRecovery) throw new ProtocolFault(`logout for reason ${reason}`, header);
    if (reason === logoutReasons.removeForRecovery) answer(logoutResponses.recoveryNotSupported);
    else if (reason === logoutReasons.closeConnection && connectionId !== this.loggedIn.connectionId) {
      answer(logoutResponses.noSuchConnection);
    } else {
      await this.end();
      this.#hasLoggedOut = true;
      answer(logoutResponses.closed);
    }
  }

  #reject(header: Uint8Array, reason: number): void {
    this.#writer.send(rejectPdu, { reason, dataSn: 0 }, header);
  }
}
