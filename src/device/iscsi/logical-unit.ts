import { strictContext } from "../../codec/codec.js";
import { encode } from "../../codec/struct.js";
import { blockBytes } from "../../units.js";
import { getConfiguration } from "../mmc/get-configuration.js";
import { inquiry, standardInquiryData } from "../mmc/inquiry.js";
import { preventAllowMediumRemoval } from "../mmc/prevent-allow-medium-removal.js";
import { requestSense } from "../mmc/request-sense.js";
import type { Sense } from "../mmc/sense.js";
import { decodeSense, encodeSense, senseBytes } from "../mmc/sense.js";
import type { CommandResult, Transfer, Transport } from "../transport.js";
import { Claims } from "./claims.js";
import { blockTransferOf, cdbBytes, isChangingMedium, timeoutOf } from "./command-kinds.js";
import type { CommandOutcome } from "./command-outcome.js";
import { checkCondition, good, statuses } from "./command-outcome.js";
import { joinPieces } from "./pdu.js";
import { logicalUnitList, reportLuns } from "./report-luns.js";
import type { DriveIdentity } from "./vital-product-data.js";
import { vitalProductDataPage } from "./vital-product-data.js";

/** One session of an initiator, as the drive sees it. */
export interface Nexus {
  /** Gives up what the initiator has asked for and the drive has not begun. */
  dropWaiting(): void;
}

/** A command on its way to the drive. */
export interface QueuedCommand {
  readonly nexus: Nexus;
  /** The first two bytes of the number of the logical unit. */
  readonly logicalUnitNumber: Uint8Array;
  /** 16 bytes. */
  readonly commandDescriptorBlock: Uint8Array;
  readonly transfer: Transfer;
  /** Called when it has ended, unless it was given up. */
  done(outcome: CommandOutcome): void;
}

/** What went wrong below, for people. */
export type FailureListener = (message: string) => void;

const nothing = new Uint8Array(0);
const resetOccurred: Sense = { key: 6, asc: 0x29, ascq: 0x00 };
const mediumMayHaveChanged: Sense = { key: 6, asc: 0x28, ascq: 0x00 };
const commandsCleared: Sense = { key: 6, asc: 0x2f, ascq: 0x00 };
const getEventStatusNotification = 0x4a;

/** Whether a number is that of the one logical unit, in peripheral or flat addressing. SAM-5 "Logical unit numbers". */
export function isLogicalUnit0(logicalUnitNumber: Uint8Array): boolean {
  const [method = 0, ...rest] = logicalUnitNumber;
  return (method === 0x00 || method === 0x40) && rest.every((octet) => octet === 0);
}

/**
 * The drive as the one logical unit of a target: commands of all initiators, one after the other, and what every
 * initiator has to be told of the others' doings.
 *
 * Answers by itself what a drive on a bus never hears or does not know: REPORT LUNS, and the pages of vital product data
 * that the drive refuses. Everything else is the drive's to answer.
 */
export class LogicalUnit {
  readonly #transport: Transport;
  readonly #identity: Omit<DriveIdentity, "vendor">;
  readonly #onFailure: FailureListener;
  readonly #claims = new Claims<Nexus>();
  /** Unit attentions that each initiator has still to be told. */
  readonly #attentions = new Map<Nexus, Sense[]>();
  #queue: QueuedCommand[] = [];
  /** Commands that were begun before somebody gave them up. */
  readonly #givenUp = new Set<QueuedCommand>();
  #running: { readonly command: QueuedCommand; readonly ended: Promise<void> } | undefined;

  constructor(transport: Transport, identity: Omit<DriveIdentity, "vendor">, onFailure: FailureListener) {
    this.#transport = transport;
    this.#identity = identity;
    this.#onFailure = onFailure;
  }

  /** Lets an initiator in: to it, the drive was just switched on. */
  attach(nexus: Nexus): void {
    this.#attentions.set(nexus, [resetOccurred]);
  }

  /** Forgets an initiator, once what the drive does for it has ended. */
  async detach(nexus: Nexus): Promise<void> {
    await this.abort((command) => command.nexus === nexus);
    this.#attentions.delete(nexus);
    if (this.#claims.leave(nexus)) await this.#allowRemoval();
  }

  /** Puts a command behind those that wait. */
  submit(command: QueuedCommand): void {
    this.#queue.push(command);
    if (this.#running === undefined) this.#runNext();
  }

  /**
   * Gives up commands. One that the drive has begun cannot be stopped; its end is waited for, and not told.
   *
   * @returns How many there were.
   */
  async abort(isMeant: (command: QueuedCommand) => boolean): Promise<number> {
    const waiting = this.#queue.filter((command) => !isMeant(command));
    let count = this.#queue.length - waiting.length;
    this.#queue = waiting;
    const running = this.#running;
    if (running !== undefined && isMeant(running.command)) {
      this.#givenUp.add(running.command);
      count++;
      await running.ended;
    }
    return count;
  }

  /** CLEAR TASK SET: gives up the commands of all initiators, and tells the others. SAM-5 "CLEAR TASK SET". */
  async clearTaskSet(by: Nexus): Promise<void> {
    this.#dropWaiting();
    this.#tell(commandsCleared, by);
    await this.abort(() => true);
  }

  /** LOGICAL UNIT RESET. SAM-5 "LOGICAL UNIT RESET". */
  async reset(): Promise<void> {
    this.#dropWaiting();
    await this.abort(() => true);
    this.#tell(resetOccurred);
    if (this.#claims.reset()) await this.#allowRemoval();
  }

  #dropWaiting(): void {
    for (const nexus of this.#attentions.keys()) nexus.dropWaiting();
  }

  /** Leaves a unit attention for every initiator but one. */
  #tell(sense: Sense, except?: Nexus): void {
    for (const [nexus, attentions] of this.#attentions) {
      const isTold = attentions.some(({ asc, ascq }) => asc === sense.asc && ascq === sense.ascq);
      if (nexus !== except && !isTold) attentions.push(sense);
    }
  }

  #runNext(): void {
    const command = this.#queue.shift();
    if (command === undefined) {
      this.#running = undefined;
      return;
    }
    this.#running = { command, ended: this.#run(command).then(() => this.#runNext()) };
  }

  async #run(command: QueuedCommand): Promise<void> {
    const outcome = await this.#answerSafely(command);
    if (!this.#givenUp.delete(command)) command.done(outcome);
  }

  /** A fault of this program ends one command, not the service. */
  async #answerSafely(command: QueuedCommand): Promise<CommandOutcome> {
    try {
      return await this.#answer(command);
    } catch (error) {
      this.#onFailure(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return checkCondition({ key: 4, asc: 0x44, ascq: 0x00 });
    }
  }

  async #answer(command: QueuedCommand): Promise<CommandOutcome> {
    const { nexus, logicalUnitNumber, commandDescriptorBlock } = command;
    const operationCode = commandDescriptorBlock[0]!;
    if (operationCode === reportLuns.operationCode) return reportOneUnit(commandDescriptorBlock);
    if (!isLogicalUnit0(logicalUnitNumber)) return answerForNoUnit(commandDescriptorBlock);
    const bytes = cdbBytes(operationCode);
    if (bytes === undefined) return checkCondition({ key: 5, asc: 0x20, ascq: 0x00 });
    const cdb = commandDescriptorBlock.subarray(0, bytes);
    if (this.#claims.conflicts(nexus, cdb)) return { ...good(nothing), status: statuses.reservationConflict };
    const attention = this.#attentionFor(nexus, operationCode);
    if (attention !== undefined) {
      return operationCode === requestSense.operationCode ? good(encodeSense(attention)) : checkCondition(attention);
    }
    if (this.#claims.isHeldLocked(nexus, cdb)) {
      this.#claims.done(nexus, cdb);
      return good(nothing);
    }
    const outcome = await this.#send(cdb, command.transfer);
    this.#takeNote(nexus, cdb, outcome);
    return operationCode === inquiry.operationCode ? await this.#withOwnPages(cdb, outcome) : outcome;
  }

  /** What an initiator has to be told before its command is done. SPC-4 "Unit attention condition". */
  #attentionFor(nexus: Nexus, operationCode: number): Sense | undefined {
    const unconditional = [inquiry.operationCode, getConfiguration.operationCode, getEventStatusNotification];
    if (unconditional.includes(operationCode)) return undefined;
    return this.#attentions.get(nexus)?.shift();
  }

  /** What follows from a command for the other initiators. */
  #takeNote(nexus: Nexus, cdb: Uint8Array, { status, sense }: CommandOutcome): void {
    if (status === statuses.good) {
      this.#claims.done(nexus, cdb);
      if (isChangingMedium(cdb)) this.#tell(mediumMayHaveChanged, nexus);
      return;
    }
    // The drive tells it once, to whoever asks first.
    const told = decodeSense(sense);
    if (told?.key === mediumMayHaveChanged.key) this.#tell(told, nexus);
  }

  async #send(cdb: Uint8Array, transfer: Transfer): Promise<CommandOutcome> {
    const blocks = blockTransferOf(cdb);
    if (blocks === undefined || transfer.direction === "none") return await this.#execute(cdb, transfer);
    const offered = transfer.direction === "in" ? transfer.allocationBytes : transfer.data.length;
    // Less data than the command is about: a drive would wait for the rest.
    if (transfer.direction === "out" && offered < blocks.bytes)
      return checkCondition({ key: 5, asc: 0x24, ascq: 0x00 });
    const bytes = Math.min(offered, blocks.bytes);
    const most = Math.floor(this.#transport.maximumTransferBytes / blockBytes) * blockBytes;
    const whole = Math.ceil(bytes / blockBytes) * blockBytes;
    if (blocks.bytes <= most) {
      const outcome = await this.#execute(cdb, limited(transfer, 0, blocks.bytes));
      return outcome.status === statuses.good ? { ...outcome, transferBytes: blocks.bytes } : outcome;
    }
    // More than the way to the drive takes at once: in parts, of which the first that fails is the last.
    const data: Uint8Array[] = [];
    let transferBytes = 0;
    let outcome = good(nothing);
    for (let done = 0; done < whole && outcome.status === statuses.good; done += most) {
      const part = Math.min(most, whole - done);
      outcome = await this.#execute(blocks.part(done / blockBytes, part / blockBytes), limited(transfer, done, part));
      data.push(...outcome.data);
      transferBytes += outcome.transferBytes;
    }
    return { ...outcome, data, transferBytes: outcome.status === statuses.good ? blocks.bytes : transferBytes };
  }

  async #execute(cdb: Uint8Array, transfer: Transfer): Promise<CommandOutcome> {
    const result = await this.#transport.execute(cdb, transfer, timeoutOf(cdb));
    if (result.status === "ok") {
      const sent = transfer.direction === "out" ? transfer.data.length : result.data.length;
      return { ...good(result.data), transferBytes: sent };
    }
    if (result.status === "failed") {
      this.#onFailure(`command ${cdb[0]!.toString(16).padStart(2, "0")}h did not get through: ${result.errno}`);
      return checkCondition({ key: 4, asc: 0x44, ascq: 0x00 });
    }
    const sense = await this.#senseOf(result);
    const sent = transfer.direction === "out" ? transfer.data.length : result.data.length;
    return { status: statuses.checkCondition, sense, data: [result.data], transferBytes: sent };
  }

  /** The sense of a refused command: initiators get it with the status, so one that was lost is asked for. */
  async #senseOf({ rawSense, sense }: Extract<CommandResult, { status: "check" }>): Promise<Uint8Array> {
    if (rawSense.length > 0) return rawSense;
    if (sense !== null) return encodeSense(sense);
    const cdb = encode(requestSense.cdb, { allocationLength: senseBytes });
    const transfer: Transfer = { direction: "in", allocationBytes: senseBytes };
    const result = await this.#transport.execute(cdb, transfer, requestSense.timeoutMs);
    return result.status === "ok" ? result.data : nothing;
  }

  /** Pages of vital product data that the drive does not have. */
  async #withOwnPages(cdb: Uint8Array, outcome: CommandOutcome): Promise<CommandOutcome> {
    const { vitalProductData, pageCode, allocationLength } = inquiry.cdb.read(cdb, 0, strictContext);
    if (outcome.status === statuses.good || !vitalProductData) return outcome;
    const page = vitalProductDataPage(pageCode, { vendor: await this.#vendor(), ...this.#identity });
    return page === undefined ? outcome : good(page.subarray(0, allocationLength));
  }

  async #vendor(): Promise<string> {
    const fields = { vitalProductData: false, pageCode: 0, allocationLength: standardInquiryData.size };
    const transfer: Transfer = { direction: "in", allocationBytes: standardInquiryData.size };
    const { data } = await this.#execute(encode(inquiry.cdb, fields), transfer);
    return standardInquiryData.read(joinPieces(data), 0, strictContext).vendorIdentification ?? "";
  }

  async #allowRemoval(): Promise<void> {
    const cdb = encode(preventAllowMediumRemoval.cdb, { prevent: 0 });
    await this.#transport.execute(cdb, { direction: "none" }, preventAllowMediumRemoval.timeoutMs);
  }
}

/** The part of a transfer that begins after `done` bytes. */
function limited(transfer: Transfer, done: number, bytes: number): Transfer {
  if (transfer.direction === "out") return { direction: "out", data: transfer.data.subarray(done, done + bytes) };
  return transfer.direction === "in" ? { direction: "in", allocationBytes: bytes } : transfer;
}

function reportOneUnit(commandDescriptorBlock: Uint8Array): CommandOutcome {
  const { selectReport, allocationLength } = reportLuns.cdb.read(commandDescriptorBlock, 0, strictContext);
  // 1 asks for well known logical units alone, of which there are none. SPC-4 "SELECT REPORT field".
  if (selectReport > 2 || allocationLength < 16) return checkCondition({ key: 5, asc: 0x24, ascq: 0x00 });
  const unit = encode(logicalUnitList, {
    lunListLength: selectReport === 1 ? 0 : 8,
    logicalUnitNumber: new Uint8Array(8),
  });
  return good(unit.subarray(0, selectReport === 1 ? 8 : unit.length));
}

/** INQUIRY data of no logical unit. */
function nobody(): Uint8Array {
  const data = encode(standardInquiryData, {
    peripheralDeviceType: 0x1f,
    removableMedium: false,
    version: 5,
    responseDataFormat: 2,
    additionalLength: standardInquiryData.size - 5,
    vendorIdentification: "",
    productIdentification: "",
    productRevisionLevel: "",
  });
  // Peripheral qualifier 3: nothing can be connected here.
  data[0] = 0x7f;
  return data;
}

/** What is answered where there is no logical unit. SPC-4 "INQUIRY command" and "REQUEST SENSE command". */
function answerForNoUnit(commandDescriptorBlock: Uint8Array): CommandOutcome {
  if (commandDescriptorBlock[0] === inquiry.operationCode) {
    const { allocationLength, vitalProductData } = inquiry.cdb.read(commandDescriptorBlock, 0, strictContext);
    if (vitalProductData) return checkCondition({ key: 5, asc: 0x24, ascq: 0x00 });
    return good(nobody().subarray(0, allocationLength));
  }
  const sense: Sense = { key: 5, asc: 0x25, ascq: 0x00 };
  return commandDescriptorBlock[0] === requestSense.operationCode ? good(encodeSense(sense)) : checkCondition(sense);
}
