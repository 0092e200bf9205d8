import { describeData } from "./mmc/command-registry.js";
import { inquiry } from "./mmc/inquiry.js";
import { dataFromTrace } from "./trace-data.js";
import type { TracedCommand, TracedStep } from "./trace-reader.js";
import type { AnswerLine, TracedData, TracedDrive } from "./trace-record.js";
import { bytesFromHex } from "./trace-record.js";

/** One row of a trace for people. */
export interface TraceRow {
  /** "12", or "12-40" where several commands are one row; empty for an event. */
  readonly numbers: string;
  /** Milliseconds from the start of the recording. */
  readonly atMs: number;
  /** How long it took, all commands together; `null` for an event and for a command that was never answered. */
  readonly ms: number | null;
  /** "WRITE (10)", with how often where it is more than once. */
  readonly command: string;
  readonly fields: string;
  readonly result: string;
  /** CDB, data and what they mean, of the first command. */
  readonly details: readonly string[];
}

/** Who made the drive, where this is the step that tells: an INQUIRY that was answered. */
export function driveOfStep(step: TracedStep): TracedDrive | undefined {
  if ("event" in step || step.sent.command !== inquiry.name || step.answer?.data?.hex === undefined) return undefined;
  const { data, bytes = 0 } = step.answer;
  const fields = describeData(bytesFromHex(step.sent.cdb), dataFromTrace(data, bytes));
  const { vendorIdentification: vendor, productIdentification: product, productRevisionLevel: revision } = fields ?? {};
  return vendor === undefined || product === undefined || revision === undefined
    ? undefined
    : { vendor: String(vendor), product: String(product), revision: String(revision) };
}

/** Fields that say what the length of the data says already. */
const lengthFields = ["allocationLength", "parameterListLength"];

function textOfFields(fields: Readonly<Record<string, string | number | boolean>>): string {
  const shown = Object.entries(fields).filter(([name, value]) => value !== false && !lengthFields.includes(name));
  return shown.map(([name, value]) => (value === true ? name : `${name} ${value}`)).join(", ");
}

function textOfResult({ answer, sent }: TracedCommand): string {
  if (answer === null) return "no answer: the trace ends here";
  if (answer.status === "failed") return `failed: ${answer.errno}`;
  const { bytes = 0, residualBytes = 0 } = answer;
  const came = sent.direction !== "in" ? "" : residualBytes > 0 ? `${bytes} of ${sent.bytes} bytes` : `${bytes} bytes`;
  if (answer.status === "ok") return came === "" ? "ok" : `ok, ${came}`;
  const sense = answer.sense?.text ?? "no sense";
  return bytes > 0 ? `${sense}, ${came}` : sense;
}

function dataLines(name: string, data: TracedData | undefined): string[] {
  if (data === undefined) return [];
  const { hex, base64, sha256, kept = [], redacted = [] } = data;
  return [
    ...(hex === undefined ? [] : [`${name}: ${hex}`]),
    ...(base64 === undefined ? [] : [`${name}, base64: ${base64}`]),
    ...(sha256 === undefined ? [] : [`${name}, SHA-256: ${sha256}`]),
    ...kept.map(({ at, hex: part }) => `${name}, from byte ${at} on: ${part}`),
    ...redacted.map(([at, bytes]) => `${name}: ${bytes} bytes from byte ${at} on were a serial number`),
  ];
}

/** What data mean; nothing where no codec reads them. */
function meaningLines(cdb: string, bytes: number, data: TracedData | undefined): string[] {
  if (data?.hex === undefined) return [];
  const fields = describeData(bytesFromHex(cdb), dataFromTrace(data, bytes));
  return fields === null ? [] : [textOfFields(fields)];
}

function detailsOf({ sent, answer }: TracedCommand): string[] {
  return [
    `CDB: ${sent.cdb}`,
    ...dataLines("sent", sent.data),
    ...meaningLines(sent.cdb, sent.bytes, sent.data),
    ...dataLines("received", answer?.data),
    ...meaningLines(sent.cdb, answer?.bytes ?? 0, answer?.data),
    ...(answer?.rawSense === undefined ? [] : [`sense: ${answer.rawSense}`]),
  ];
}

/** Blocks that a command reads or writes; `undefined` for another command. */
function blocksOf({ sent }: TracedCommand): { first: number; count: number } | undefined {
  const { logicalBlockAddress: first, transferBlocks: count } = sent.fields;
  return typeof first === "number" && typeof count === "number" ? { first, count } : undefined;
}

/** Commands that follow each other and are one row. */
class Run {
  readonly #first: TracedCommand;
  #last: TracedCommand;
  #count = 1;
  #ms: number | null;

  constructor(command: TracedCommand) {
    this.#first = command;
    this.#last = command;
    this.#ms = command.answer?.ms ?? null;
  }

  /** Takes a command that is the same again, or goes on where the one before ended. */
  take(command: TracedCommand): boolean {
    const { sent } = command;
    if (this.#last.answer === null || command.answer === null) return false;
    if (sent.command === null || sent.command !== this.#last.sent.command) return false;
    if (textOfResult(command) !== textOfResult(this.#last) && !this.#isShorterEnd(command)) return false;
    const blocks = blocksOf(command);
    const before = blocksOf(this.#last);
    const isNext = blocks !== undefined && before !== undefined && blocks.first === before.first + before.count;
    if (!isNext && sent.cdb !== this.#last.sent.cdb) return false;
    this.#last = command;
    this.#count++;
    this.#ms = (this.#ms ?? 0) + command.answer.ms;
    return true;
  }

  row(): TraceRow {
    const { sent } = this.#first;
    const numbers = this.#count === 1 ? String(sent.send) : `${sent.send}-${this.#last.sent.send}`;
    const name = sent.command ?? `operation code ${sent.cdb.slice(0, 2)}h`;
    return {
      numbers,
      atMs: sent.atMs,
      ms: this.#ms,
      command: this.#count === 1 ? name : `${name} × ${this.#count}`,
      fields: this.#fields(),
      result: textOfResult(this.#first),
      details: detailsOf(this.#first),
    };
  }

  /** The last piece of a run may be shorter: then fewer bytes come in. */
  #isShorterEnd(command: TracedCommand): boolean {
    const { answer: one } = this.#last;
    const { answer: other } = command;
    const isWhole = (answer: AnswerLine | null): boolean =>
      answer?.status === "ok" && (answer.residualBytes ?? 0) === 0;
    return isWhole(one) && isWhole(other);
  }

  #fields(): string {
    const { sent } = this.#first;
    const first = blocksOf(this.#first);
    const last = blocksOf(this.#last);
    if (first === undefined || last === undefined) return textOfFields(sent.fields);
    const { logicalBlockAddress: _first, transferBlocks: _count, ...others } = sent.fields;
    const end = last.first + last.count - 1;
    const step = this.#count === 1 ? "" : `, ${first.count} at a time`;
    const blocks = end === first.first ? `block ${end}` : `blocks ${first.first} to ${end}${step}`;
    const rest = textOfFields(others);
    return rest === "" ? blocks : `${blocks}, ${rest}`;
  }
}

/** Makes rows of the steps of a trace. What is sent again, or goes on where the command before ended, is one row. */
export class TraceTable {
  readonly #isEach: boolean;
  #run: Run | undefined;

  /** @param isEach Whether each command has a row of its own. */
  constructor(isEach: boolean) {
    this.#isEach = isEach;
  }

  /** Takes the next step and gives the rows that are finished. */
  take(step: TracedStep): TraceRow[] {
    if ("event" in step) {
      const { event, atMs, result } = step.event;
      return [...this.end(), { numbers: "", atMs, ms: null, command: event, fields: "", result, details: [] }];
    }
    if (!this.#isEach && this.#run?.take(step) === true) return [];
    const finished = this.end();
    this.#run = new Run(step);
    return finished;
  }

  /** The last rows. */
  end(): TraceRow[] {
    const run = this.#run;
    this.#run = undefined;
    return run === undefined ? [] : [run.row()];
  }
}
