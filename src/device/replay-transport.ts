import { DiscError } from "../errors.js";
import { describeCommand } from "./mmc/command-registry.js";
import type { Sense } from "./mmc/sense.js";
import { decodeSense, encodeSense } from "./mmc/sense.js";
import { dataFromTrace, isTracedData } from "./trace-data.js";
import type { Trace, TracedCommand, TracedStep } from "./trace-reader.js";
import type { AnswerLine, EventLine, SentLine } from "./trace-record.js";
import { bytesFromHex, hexFromBytes } from "./trace-record.js";
import type { CommandResult, Transfer, Transport } from "./transport.js";

/** How a trace is replayed. */
export interface ReplayOptions {
  /**
   * - `strict`: what is sent must be what the trace has, in its order, events and data that go out included.
   * - `byCdb`: each CDB gets the answers that it got when it was recorded, one after the other, and the last one again
   *   after that; the order does not matter. For reading the state of a disc out of a bug report.
   */
  readonly mode: "strict" | "byCdb";
  /**
   * What becomes of a command that is not in the trace, with `byCdb`: `fail` ends the replay; `refuse` lets the drive say
   * that it does not know it, for programs that ask more than the one that recorded did. Default: `fail`.
   */
  readonly unknown?: "fail" | "refuse" | undefined;
}

/** A transport that answers from a trace. */
export interface ReplayTransport extends Transport {
  /**
   * Says that the replay is over.
   *
   * @throws {@link DiscError} E_TRACE_DIFFERENT where the trace goes on, or where something differed before.
   */
  finish(): void;
}

/** A command for messages: "READ (10) 28 00 …, in, 2048 bytes". */
function textOfCommand(command: string | null, cdb: string, direction: string, bytes: number): string {
  const data = direction === "none" ? "" : `, ${bytes} bytes ${direction}`;
  return `${command === null ? "" : `${command} `}[${cdb}]${data}`;
}

function textOfSent({ command, cdb, direction, bytes }: SentLine): string {
  return textOfCommand(command, cdb, direction, bytes);
}

function bytesOf(transfer: Transfer): number {
  return transfer.direction === "in"
    ? transfer.allocationBytes
    : transfer.direction === "out"
      ? transfer.data.length
      : 0;
}

function textOfExecuted(cdb: Uint8Array, transfer: Transfer): string {
  const name = describeCommand(cdb)?.name ?? null;
  return textOfCommand(name, hexFromBytes(cdb, " "), transfer.direction, bytesOf(transfer));
}

function senseOf({ sense = null }: AnswerLine, rawSense: Uint8Array): Sense | null {
  // The bytes may say more than the numbers do: how far something is.
  return sense === null ? null : (decodeSense(rawSense) ?? { key: sense.key, asc: sense.asc, ascq: sense.ascq });
}

/** What the drive answered, as the transport gave it. */
function resultOf(answer: AnswerLine): CommandResult {
  const { status, errno = "EIO", bytes = 0 } = answer;
  if (status === "failed") return { status, errno };
  const data = dataFromTrace(answer.data, bytes);
  if (status === "ok") return { status, data };
  const rawSense = bytesFromHex(answer.rawSense ?? "");
  return { status, sense: senseOf(answer, rawSense), rawSense, data };
}

function textOfStep(step: TracedStep | undefined): string {
  if (step === undefined) return "the end of the trace";
  return "event" in step ? step.event.event : textOfSent(step.sent);
}

abstract class Replay implements ReplayTransport {
  readonly name: string;
  readonly kind: Transport["kind"];
  readonly maximumTransferBytes: number;
  protected readonly trace: Trace;
  #difference: DiscError<"E_TRACE_DIFFERENT"> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(trace: Trace) {
    const { device, kind, maximumTransferBytes } = trace.header;
    this.name = device;
    this.kind = kind;
    this.maximumTransferBytes = maximumTransferBytes;
    this.trace = trace;
  }

  async execute(cdb: Uint8Array, transfer: Transfer, _timeoutMs: number): Promise<CommandResult> {
    const turn = this.#queue.then(async (): Promise<CommandResult> => {
      // It was told once. Whoever clears up after that error finds a drive that is gone, and not another error.
      const cause = this.#difference;
      return cause === undefined ? await this.answer(cdb, transfer) : { status: "failed", errno: cause.code, cause };
    });
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }

  async reserve(): Promise<void> {
    this.throwDifference();
    const result = this.event("reserve");
    if (result === "ok") return;
    const owner = "someone else, when the trace was recorded";
    throw new DiscError("E_DISC_BUSY", `${this.name} is in use by ${owner}`, { device: this.name, owner });
  }

  async release(): Promise<void> {
    if (this.#difference === undefined) this.event("release");
  }

  abstract [Symbol.asyncDispose](): Promise<void>;
  abstract finish(): void;
  protected abstract answer(cdb: Uint8Array, transfer: Transfer): Promise<CommandResult>;
  /** @returns How it ended. */
  protected abstract event(event: EventLine["event"]): string;

  protected throwDifference(): void {
    if (this.#difference !== undefined) throw this.#difference;
  }

  protected resultOf({ line, sent, answer }: TracedCommand): CommandResult {
    if (answer === null) return this.differs(line, `no answer to ${textOfSent(sent)}`, textOfSent(sent));
    return resultOf(answer);
  }

  protected differs(line: number, expected: string, actual: string): never {
    const { name } = this.trace;
    const detail = { trace: name, line, expected, actual };
    const message = `${name}, line ${line}: the trace has ${expected}, sent is ${actual}`;
    this.#difference = new DiscError("E_TRACE_DIFFERENT", message, detail);
    throw this.#difference;
  }
}

/** Every step is the next one of the trace. */
class StrictReplay extends Replay {
  #next = 0;

  async [Symbol.asyncDispose](): Promise<void> {
    const step = this.trace.steps[this.#next];
    if (step !== undefined && "event" in step && step.event.event === "close") this.#next++;
  }

  finish(): void {
    this.throwDifference();
    // Whoever asks may still have the drive open.
    const step = this.trace.steps.slice(this.#next).find((rest) => !("event" in rest) || rest.event.event !== "close");
    if (step !== undefined) this.differs(step.line, textOfStep(step), "nothing more");
  }

  protected async answer(cdb: Uint8Array, transfer: Transfer): Promise<CommandResult> {
    const step = this.trace.steps[this.#next];
    const actual = textOfExecuted(cdb, transfer);
    if (step === undefined || "event" in step) return this.differs(this.#line(), textOfStep(step), actual);
    const { sent } = step;
    const expected = textOfSent(sent);
    const isSame = sent.cdb === hexFromBytes(cdb, " ") && sent.direction === transfer.direction;
    if (!isSame || sent.bytes !== bytesOf(transfer)) this.differs(step.line, expected, actual);
    if (transfer.direction === "out" && !(await isTracedData(sent.data, transfer.data))) {
      this.differs(step.line, `${expected} with other data`, actual);
    }
    this.#next++;
    return this.resultOf(step);
  }

  protected event(event: EventLine["event"]): string {
    const step = this.trace.steps[this.#next];
    if (step === undefined || !("event" in step) || step.event.event !== event) {
      return this.differs(this.#line(), textOfStep(step), event);
    }
    this.#next++;
    return step.event.result;
  }

  #line(): number {
    const { steps } = this.trace;
    return steps[this.#next]?.line ?? (steps.at(-1)?.line ?? 1) + 1;
  }
}

/** A question: the CDB without the length of the answer, which is cut to what is asked for. */
function questionOf(cdb: string, direction: Transfer["direction"]): string {
  const described = direction === "in" ? describeCommand(bytesFromHex(cdb)) : undefined;
  if (described?.fields.allocationLength === undefined) return `${cdb} ${direction}`;
  const { allocationLength: _length, ...fields } = described.fields;
  return `${described.name} ${JSON.stringify(fields)}`;
}

const unknownOperationCode: Sense = { key: 5, asc: 0x20, ascq: 0x00 };
const invalidField: Sense = { key: 5, asc: 0x24, ascq: 0x00 };

/** Answers by CDB, whatever came before. */
class ReplayByCdb extends Replay {
  readonly #refuses: boolean;
  readonly #answers = new Map<string, TracedCommand[]>();
  readonly #questions = new Map<string, TracedCommand[]>();
  readonly #operationCodes = new Set<string>();

  constructor(trace: Trace, refuses: boolean) {
    super(trace);
    this.#refuses = refuses;
    const add = (to: Map<string, TracedCommand[]>, key: string, step: TracedCommand): void => {
      const same = to.get(key);
      if (same === undefined) to.set(key, [step]);
      else same.push(step);
    };
    for (const step of trace.steps) {
      if ("event" in step) continue;
      const { cdb, direction, bytes } = step.sent;
      add(this.#answers, `${cdb} ${direction} ${bytes}`, step);
      add(this.#questions, questionOf(cdb, direction), step);
      this.#operationCodes.add(cdb.slice(0, 2));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  finish(): void {
    this.throwDifference();
  }

  protected async answer(cdb: Uint8Array, transfer: Transfer): Promise<CommandResult> {
    const hex = hexFromBytes(cdb, " ");
    const same = this.#answers.get(`${hex} ${transfer.direction} ${bytesOf(transfer)}`);
    // Whoever asks more often than was recorded gets what was said last.
    if (same !== undefined) return this.resultOf(same.length > 1 ? same.shift()! : same[0]!);
    const longer = this.#longerAnswer(hex, transfer);
    if (longer !== undefined) return longer;
    if (!this.#refuses) return this.differs(1, "no such command", textOfExecuted(cdb, transfer));
    const sense = this.#operationCodes.has(hex.slice(0, 2)) ? invalidField : unknownOperationCode;
    return { status: "check", sense, rawSense: encodeSense(sense), data: new Uint8Array(0) };
  }

  protected event(): string {
    return "ok";
  }

  /** The answer to the same question, where it was asked for at another length and is long enough for this one. */
  #longerAnswer(cdb: string, transfer: Transfer): CommandResult | undefined {
    if (transfer.direction !== "in") return undefined;
    const { allocationBytes } = transfer;
    const isEnough = ({ sent, answer }: TracedCommand): boolean =>
      // One that was shorter than what was asked for was all that there is.
      answer?.status === "ok" && (sent.bytes >= allocationBytes || (answer.residualBytes ?? 0) > 0);
    const step = this.#questions.get(questionOf(cdb, transfer.direction))?.find(isEnough);
    if (step === undefined) return undefined;
    const result = this.resultOf(step);
    return result.status === "failed" ? result : { ...result, data: result.data.subarray(0, allocationBytes) };
  }
}

/**
 * A drive that answers from a trace.
 *
 * Blocks of the disc are zero where the trace holds a digest of them, but for volume descriptors.
 *
 * @throws {@link DiscError} E_TRACE_DIFFERENT when something is sent that is not in the trace. From then on commands do not
 *   get through.
 *
 * @example
 * const drive = replayTrace(readTrace(await readFile("burn.trace", "utf8"), "burn.trace"), { mode: "byCdb" });
 * await using recorder = await Recorder.on(drive);
 */
export function replayTrace(trace: Trace, { mode, unknown = "fail" }: ReplayOptions): ReplayTransport {
  return mode === "strict" ? new StrictReplay(trace) : new ReplayByCdb(trace, unknown === "refuse");
}
