import { strictContext } from "../../codec/codec.js";
import type { Sense } from "../mmc/sense.js";
import type { Transfer } from "../transport.js";
import type { CommandOutcome } from "./command-outcome.js";
import { checkCondition } from "./command-outcome.js";
import type { ScsiCommandPdu, TaskManagementRequestPdu } from "./command-pdus.js";
import {
  scsiCommandPdu,
  taskManagementFunctions,
  taskManagementRequestPdu,
  taskManagementResponsePdu,
  taskManagementResponses,
} from "./command-pdus.js";
import type { CommandWindow } from "./command-window.js";
import { windowCommands } from "./command-window.js";
import { dataOutPdu, readyToTransferPdu } from "./data-pdus.js";
import { IncomingData } from "./incoming-data.js";
import type { LogicalUnit, Nexus, QueuedCommand } from "./logical-unit.js";
import { isLogicalUnit0 } from "./logical-unit.js";
import type { SessionParameters } from "./negotiation.js";
import { rejectReasons } from "./notice-pdus.js";
import { nextNumber, noTag } from "./pdu.js";
import type { ReceivedPdu } from "./pdu-reader.js";
import type { PduWriter } from "./pdu-writer.js";
import { ProtocolFault } from "./protocol-fault.js";
import type { Task } from "./task.js";
import { answerTask } from "./task.js";

/** The most that one command may transfer: 2,048 blocks. */
const longestTransferBytes = 4_194_304;
/** How much data of commands that wait for the drive a session holds before it asks for more. */
const heldBytesLimit = 8_388_608;

const invalidField: Sense = { key: 5, asc: 0x24, ascq: 0x00 };

/**
 * The commands of one session: collects their data, hands them to the drive in their order, answers them.
 *
 * Data are asked for by one command at a time, so that a session holds no more than what came unasked, within its window
 * of commands, and a few megabytes.
 */
export class SessionTasks implements Nexus {
  parameters: SessionParameters;
  readonly #unit: LogicalUnit;
  readonly #writer: PduWriter;
  readonly #window: CommandWindow;
  /** All that were not answered yet, by their tag. */
  readonly #tasks = new Map<number, Task>();
  /** What the drive was given of them. */
  readonly #submitted = new Map<Task, QueuedCommand>();
  #transferTag = 0;
  #heldBytes = 0;

  constructor(unit: LogicalUnit, writer: PduWriter, window: CommandWindow, parameters: SessionParameters) {
    this.#unit = unit;
    this.#writer = writer;
    this.#window = window;
    this.parameters = parameters;
  }

  /**
   * Takes a command.
   *
   * @throws {@link ProtocolFault}.
   */
  begin({ header, additionalHeaders, data }: ReceivedPdu): void {
    const pdu = scsiCommandPdu.read(header, 0, strictContext);
    if (this.#tasks.has(pdu.initiatorTaskTag)) throw new ProtocolFault("the tag of a command under way", header);
    if (this.#tasks.size >= 2 * windowCommands) {
      throw new ProtocolFault("too many immediate commands", header, rejectReasons.immediateCommandReject);
    }
    if (data.length > 0 && !pdu.write) throw new ProtocolFault("data with a command that has none", header);
    const incoming = pdu.write
      ? new IncomingData(pdu.expectedDataTransferLength, this.parameters, data, pdu.final)
      : undefined;
    // Longer CDBs and transfers both ways are in additional headers; commands of drives have neither. RFC 7143 11.2.2.
    const isOdd = additionalHeaders.length > 0 || (pdu.read && pdu.write);
    const isTooLong = pdu.expectedDataTransferLength > longestTransferBytes;
    const refusal = isOdd || isTooLong ? checkCondition(invalidField) : undefined;
    const task: Task = { pdu, incoming, refusal };
    this.#tasks.set(pdu.initiatorTaskTag, task);
    if (!pdu.immediate) this.#window.opened();
    this.#proceed(task);
  }

  /**
   * Takes data of a command.
   *
   * @throws {@link ProtocolFault}.
   */
  takeData({ header, data }: ReceivedPdu): void {
    const pdu = dataOutPdu.read(header, 0, strictContext);
    const task = this.#tasks.get(pdu.initiatorTaskTag);
    // Data may still be on their way when their command was given up. RFC 7143 11.5.5.
    if (task?.incoming === undefined || this.#submitted.has(task)) return;
    task.incoming.take(pdu, data);
    this.#proceed(task);
  }

  /** Gives up commands as asked for. The answer comes when the drive has ended what it had begun of them. */
  manage({ header }: ReceivedPdu): void {
    const pdu = taskManagementRequestPdu.read(header, 0, strictContext);
    void this.#manage(pdu).then((response) => {
      this.#writer.send(taskManagementResponsePdu, { response, initiatorTaskTag: pdu.initiatorTaskTag });
    });
  }

  dropWaiting(): void {
    for (const task of [...this.#tasks.values()]) if (!this.#submitted.has(task)) this.#forget(task);
  }

  async #manage(pdu: TaskManagementRequestPdu): Promise<number> {
    const { abortTask, abortTaskSet, clearTaskSet, logicalUnitReset, targetWarmReset, taskReassign } =
      taskManagementFunctions;
    const asked = pdu.function;
    if (asked === taskReassign) return taskManagementResponses.reassignmentNotSupported;
    if (asked !== targetWarmReset && !isLogicalUnit0(pdu.logicalUnitNumber)) {
      return taskManagementResponses.noSuchLogicalUnit;
    }
    if (asked === abortTask) return await this.#abortTask(pdu.referencedTaskTag);
    if (asked === abortTaskSet) await this.abortAll();
    else if (asked === clearTaskSet) await this.#unit.clearTaskSet(this);
    else if (asked === logicalUnitReset || asked === targetWarmReset) await this.#unit.reset();
    else return taskManagementResponses.notSupported;
    return taskManagementResponses.complete;
  }

  async #abortTask(tag: number): Promise<number> {
    const task = this.#tasks.get(tag);
    if (task === undefined) return taskManagementResponses.noSuchTask;
    const command = this.#submitted.get(task);
    this.#forget(task);
    this.#goOn();
    await this.#unit.abort((candidate) => candidate === command);
    return taskManagementResponses.complete;
  }

  /** Gives up all commands of this session. */
  async abortAll(): Promise<void> {
    for (const task of [...this.#tasks.values()]) this.#forget(task);
    await this.#unit.abort(({ nexus }) => nexus === this);
  }

  /** Goes on with a command as far as its data allow. */
  #proceed(task: Task): void {
    const { incoming, refusal } = task;
    if (refusal !== undefined && incoming?.isQuiet !== false) this.#answer(task, refusal);
    this.#goOn();
  }

  /**
   * Hands commands to the drive in the order in which they came: one that has its data waits for those before it, since
   * what is written to a disc must come in order. Immediate ones wait for nobody. Then asks for the data that are
   * missing next.
   */
  #goOn(): void {
    let mustWait = false;
    for (const task of this.#tasks.values()) {
      if (this.#submitted.has(task)) continue;
      const { incoming, refusal, pdu } = task;
      const isReady = refusal === undefined && (incoming === undefined || incoming.isComplete);
      if (isReady && (pdu.immediate || !mustWait)) this.#submit(task);
      else if (!pdu.immediate) mustWait = true;
    }
    this.#askForData();
  }

  /** Asks for data of the first command that lacks some, unless it is still sending. */
  #askForData(): void {
    if (this.#heldBytes > heldBytesLimit) return;
    const isWaiting = (task: Task): boolean => task.incoming?.isComplete === false && task.refusal === undefined;
    const task = [...this.#tasks.values()].find(isWaiting);
    if (task === undefined || !task.incoming!.isQuiet) return;
    const tag = nextNumber(this.#transferTag);
    this.#transferTag = tag === noTag ? 0 : tag;
    const { initiatorTaskTag } = task.pdu;
    const request = task.incoming!.request(this.#transferTag);
    const fields = { logicalUnitNumber: new Uint8Array(8), initiatorTaskTag, ...request };
    this.#writer.sendUnnumbered(readyToTransferPdu, fields);
  }

  #submit(task: Task): void {
    const { pdu, incoming } = task;
    const command: QueuedCommand = {
      nexus: this,
      logicalUnitNumber: pdu.logicalUnitNumber,
      commandDescriptorBlock: pdu.commandDescriptorBlock,
      transfer: transferOf(pdu, incoming),
      done: (outcome) => {
        this.#answer(task, outcome);
        this.#goOn();
      },
    };
    this.#submitted.set(task, command);
    this.#heldBytes += incoming?.receivedBytes ?? 0;
    this.#unit.submit(command);
  }

  #answer(task: Task, outcome: CommandOutcome): void {
    this.#forget(task);
    answerTask(this.#writer, task, outcome, this.parameters);
  }

  #forget(task: Task): void {
    if (!this.#tasks.delete(task.pdu.initiatorTaskTag)) return;
    if (this.#submitted.delete(task)) this.#heldBytes -= task.incoming?.receivedBytes ?? 0;
    if (!task.pdu.immediate) this.#window.ended();
  }
}

function transferOf(pdu: ScsiCommandPdu, incoming: IncomingData | undefined): Transfer {
  if (incoming !== undefined && incoming.expectedBytes > 0) return { direction: "out", data: incoming.bytes() };
  if (pdu.read) return { direction: "in", allocationBytes: pdu.expectedDataTransferLength };
  return { direction: "none" };
}
