import { DiscError } from "../errors.js";
import type { DescribedFields } from "./mmc/command-registry.js";
import type {
  AnswerLine,
  EventLine,
  KeptPart,
  SentLine,
  TracedData,
  TracedDrive,
  TracedSense,
  TraceHeader,
} from "./trace-record.js";
import { traceVersion } from "./trace-record.js";

type Members = Readonly<Record<string, unknown>>;

/** Reads members of a parsed line, naming what is wrong. */
class LineReader {
  readonly #fail: (reason: string) => never;
  /** What stands before the names of its members. */
  readonly #prefix: string;
  readonly members: Members;

  constructor(value: unknown, name: string, fail: (reason: string) => never) {
    if (typeof value !== "object" || value === null) fail(`${name === "" ? "it" : name} is not an object`);
    this.members = value as Members;
    this.#prefix = name === "" ? "" : `${name}.`;
    this.#fail = fail;
  }

  wrong(key: string, expected: string): never {
    return this.#fail(
      `${this.#prefix}${key} is ${JSON.stringify(this.members[key]) ?? "missing"}, expected ${expected}`,
    );
  }

  count(key: string): number {
    const value = this.members[key];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    return this.wrong(key, "a whole number from 0");
  }

  milliseconds(key: string): number {
    const value = this.members[key];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.wrong(key, "a number of milliseconds");
  }

  text(key: string): string {
    const value = this.members[key];
    return typeof value === "string" ? value : this.wrong(key, "a text");
  }

  textOrNull(key: string): string | null {
    return this.members[key] === null ? null : this.text(key);
  }

  hex(key: string): string {
    const value = this.text(key);
    return /^([0-9a-f]{2} ?)*$/.test(value) ? value : this.wrong(key, "pairs of hexadecimal digits");
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const value = this.members[key];
    return allowed.find((candidate) => candidate === value) ?? this.wrong(key, allowed.join(" or "));
  }

  inside(key: string): LineReader {
    return new LineReader(this.members[key], `${this.#prefix}${key}`, this.#fail);
  }

  list(key: string): readonly LineReader[] {
    const value = this.members[key];
    if (!Array.isArray(value)) return this.wrong(key, "a list");
    return value.map((item, index) => new LineReader(item, `${this.#prefix}${key}[${index}]`, this.#fail));
  }
}

function readDrive(reader: LineReader): TracedDrive | null {
  if (reader.members.drive === null) return null;
  const drive = reader.inside("drive");
  return { vendor: drive.text("vendor"), product: drive.text("product"), revision: drive.text("revision") };
}

function readHeader(reader: LineReader): TraceHeader {
  if (reader.members.trace !== traceVersion) reader.wrong("trace", `version ${traceVersion} of the format`);
  return {
    trace: traceVersion,
    device: reader.text("device"),
    kind: reader.oneOf("kind", ["emulated", "drive"]),
    maximumTransferBytes: reader.count("maximumTransferBytes"),
    drive: readDrive(reader),
    program: reader.textOrNull("program"),
    started: reader.text("started"),
    blocks: reader.oneOf("blocks", ["digest", "whole"]),
    serialNumbers: reader.oneOf("serialNumbers", ["redacted", "kept"]),
  };
}

function readFields(reader: LineReader): DescribedFields {
  const { members } = reader.inside("fields");
  const isPlain = Object.values(members).every((value) => ["string", "number", "boolean"].includes(typeof value));
  return isPlain ? (members as DescribedFields) : reader.wrong("fields", "texts, numbers and booleans");
}

/** @param bytes How long the data are. */
function readData(line: LineReader, bytes: number): TracedData | undefined {
  if (line.members.data === undefined) return undefined;
  const reader = line.inside("data");
  const { hex, base64, sha256, kept, redacted } = reader.members;
  const data = {
    ...(hex === undefined ? {} : { hex: reader.hex("hex") }),
    ...(base64 === undefined ? {} : { base64: reader.text("base64") }),
    ...(sha256 === undefined ? {} : { sha256: reader.hex("sha256") }),
    ...(kept === undefined ? {} : { kept: readKept(reader, bytes) }),
    ...(redacted === undefined ? {} : { redacted: readRanges(reader) }),
  };
  if (data.hex !== undefined && data.hex.length !== 2 * bytes) reader.wrong("hex", `${bytes} bytes`);
  if (data.base64 !== undefined && !isBase64(data.base64, bytes)) reader.wrong("base64", `${bytes} bytes`);
  const forms = [data.hex, data.base64, data.sha256].filter((form) => form !== undefined);
  return forms.length === 1 ? data : line.wrong("data", "one of hex, base64 and sha256");
}

function isBase64(text: string, bytes: number): boolean {
  return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length === 4 * Math.ceil(bytes / 3);
}

function readKept(reader: LineReader, bytes: number): KeptPart[] {
  return reader.list("kept").map((part) => {
    const at = part.count("at");
    const hex = part.hex("hex");
    return at + hex.length / 2 <= bytes ? { at, hex } : part.wrong("at", `a part of ${bytes} bytes`);
  });
}

function readRanges(reader: LineReader): [number, number][] {
  return reader.list("redacted").map((range) => [range.count("0"), range.count("1")]);
}

function readSent(reader: LineReader): SentLine {
  const bytes = reader.count("bytes");
  const direction = reader.oneOf("direction", ["none", "in", "out"]);
  const data = readData(reader, bytes);
  if (direction === "out" && bytes > 0 && data === undefined) reader.wrong("data", "what was sent");
  return {
    send: reader.count("send"),
    atMs: reader.milliseconds("atMs"),
    command: reader.textOrNull("command"),
    cdb: reader.hex("cdb"),
    fields: readFields(reader),
    direction,
    bytes,
    timeoutMs: reader.milliseconds("timeoutMs"),
    ...(data === undefined ? {} : { data }),
  };
}

function readSense(reader: LineReader): TracedSense | null {
  if (reader.members.sense === null) return null;
  const sense = reader.inside("sense");
  return { key: sense.count("key"), asc: sense.count("asc"), ascq: sense.count("ascq"), text: sense.text("text") };
}

function readAnswer(reader: LineReader): AnswerLine {
  const status = reader.oneOf("status", ["ok", "check", "failed"]);
  const head = { answer: reader.count("answer"), ms: reader.milliseconds("ms"), status };
  if (status === "failed") return { ...head, errno: reader.text("errno") };
  const bytes = reader.members.bytes === undefined ? undefined : reader.count("bytes");
  const residualBytes = reader.members.residualBytes === undefined ? undefined : reader.count("residualBytes");
  const data = readData(reader, bytes ?? 0);
  return {
    ...head,
    ...(status === "check" ? { sense: readSense(reader), rawSense: reader.hex("rawSense") } : {}),
    ...(bytes === undefined ? {} : { bytes }),
    ...(residualBytes === undefined ? {} : { residualBytes }),
    ...(data === undefined ? {} : { data }),
  };
}

function readEvent(reader: LineReader): EventLine {
  return {
    event: reader.oneOf("event", ["reserve", "release", "close"]),
    atMs: reader.milliseconds("atMs"),
    result: reader.text("result"),
  };
}

/** A command with its answer. */
export interface TracedCommand {
  /** The line that it stands in, from 1. */
  readonly line: number;
  readonly sent: SentLine;
  /** `null` where the trace ends before there was one. */
  readonly answer: AnswerLine | null;
}

/** Something else, with the line that it stands in. */
interface TracedEvent {
  readonly line: number;
  readonly event: EventLine;
}

/** What happened. */
export type TracedStep = TracedCommand | TracedEvent;

/**
 * Reads the lines of a trace one after the other, and holds them to their order: the header first, commands numbered
 * from 1, each answered before the next one is sent, nothing after the end.
 */
export class TraceReader {
  readonly #name: string;
  #header: TraceHeader | undefined;
  #line = 0;
  #commands = 0;
  #sent: SentLine | undefined;
  #isClosed = false;

  /** @param name For messages. */
  constructor(name: string) {
    this.#name = name;
  }

  /** What the first line says. @throws {@link DiscError} E_TRACE_INVALID where there is none. */
  get header(): TraceHeader {
    return this.#header ?? this.#fail("is empty, not a trace");
  }

  /** Whether the conversation was recorded to its end. */
  get isComplete(): boolean {
    return this.#isClosed;
  }

  /**
   * Reads the next line.
   *
   * @param text Without its line feed.
   * @param mayBeCutOff Whether the file ends behind it without a line feed.
   * @returns What it completes; `undefined` where that is nothing.
   * @throws {@link DiscError} E_TRACE_INVALID.
   */
  read(text: string, mayBeCutOff = false): TracedStep | undefined {
    this.#line++;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (mayBeCutOff && this.#line > 1) return undefined;
      return this.#fail("is not JSON", error);
    }
    const reader = new LineReader(value, "", (reason) => this.#fail(reason));
    if (this.#line === 1) {
      this.#header = readHeader(reader);
      return undefined;
    }
    if (this.#isClosed) this.#fail("follows the end of the conversation");
    const { send, answer, event } = reader.members;
    if (send !== undefined) return this.#take(readSent(reader));
    if (answer !== undefined) return this.#complete(readAnswer(reader));
    if (event === undefined) this.#fail("has neither send nor answer nor event");
    if (this.#sent !== undefined) this.#fail(`has an event before command ${this.#commands} was answered`);
    const happened = readEvent(reader);
    this.#isClosed = happened.event === "close";
    return { line: this.#line, event: happened };
  }

  /** To be called at the end: the command that was never answered. */
  end(): TracedCommand | undefined {
    return this.#sent === undefined ? undefined : { line: this.#line, sent: this.#sent, answer: null };
  }

  #take(line: SentLine): undefined {
    if (this.#sent !== undefined) this.#fail(`sends a command before command ${this.#commands} was answered`);
    if (line.send !== this.#commands + 1) this.#fail(`sends command ${line.send}, expected ${this.#commands + 1}`);
    this.#commands++;
    this.#sent = line;
  }

  #complete(answer: AnswerLine): TracedCommand {
    const sent = this.#sent;
    if (sent === undefined || answer.answer !== sent.send) {
      this.#fail(`answers command ${answer.answer}, which waits for no answer`);
    }
    this.#sent = undefined;
    return { line: this.#line - 1, sent: sent!, answer };
  }

  #fail(reason: string, cause?: unknown): never {
    const line = Math.max(1, this.#line);
    const detail = { trace: this.#name, line, reason };
    throw new DiscError("E_TRACE_INVALID", `${this.#name}, line ${line}: ${reason}`, detail, { cause });
  }
}

/** A conversation with a drive, as it was recorded. */
export interface Trace {
  /** For messages. */
  readonly name: string;
  readonly header: TraceHeader;
  /** Commands and events in their order. */
  readonly steps: readonly TracedStep[];
  /** Whether it was recorded to its end. */
  readonly isComplete: boolean;
}

/**
 * Reads a trace. One that ends early, as that of a program which was killed, is read as far as it goes.
 *
 * @param text All of it.
 * @param name For messages.
 * @throws {@link DiscError} E_TRACE_INVALID, with the line.
 */
export function readTrace(text: string, name: string): Trace {
  const reader = new TraceReader(name);
  const lines = text.split("\n");
  const rest = lines.pop()!;
  const steps = lines.map((line) => reader.read(line));
  if (rest !== "") steps.push(reader.read(rest, true));
  steps.push(reader.end());
  const { header, isComplete } = reader;
  return { name, header, steps: steps.filter((step) => step !== undefined), isComplete };
}
