import type { WarningListener } from "../errors.js";
import { DiscError } from "../errors.js";
import type { DescribedCommand } from "./mmc/command-registry.js";
import { describeCommand } from "./mmc/command-registry.js";
import { senseText } from "./mmc/sense.js";
import type { TraceContents } from "./trace-data.js";
import { traceData } from "./trace-data.js";
import type { AnswerLine, EventLine, SentLine, TracedDrive, TraceHeader, TraceLine } from "./trace-record.js";
import { hexFromBytes, traceVersion } from "./trace-record.js";
import type { CommandResult, Transfer, Transport } from "./transport.js";

/** Where a trace goes, line by line. */
export interface TraceSink {
  /** For messages: "burn.trace". */
  readonly name: string;
  /**
   * Takes a line with its line feed. What it was given shall survive the end of the process: the next command is sent
   * when it has returned, or its promise is fulfilled. What it throws ends the trace, and nothing else.
   */
  write(line: string): void | Promise<void>;
  close(): void | Promise<void>;
}

/** What is recorded of a conversation. */
export interface TraceOptions extends Partial<TraceContents> {
  /** Name and version of the program. */
  readonly program?: string | undefined;
  /** Who made the drive, where that is known beforehand. */
  readonly drive?: TracedDrive | undefined;
  /** Hears, once, that the trace cannot be written. */
  readonly onWarning?: WarningListener | undefined;
  /** The clock, in milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/** Thousandths of a millisecond are more than clocks tell. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

/** The last name of a path: the folders are nobody's business. */
function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function codeOf(error: unknown): string {
  return error instanceof DiscError ? error.code : "error";
}

function errnoOf(error: unknown): string {
  if (error instanceof DiscError && error.code === "E_HOST") return (error as DiscError<"E_HOST">).detail.errno;
  return error instanceof Error ? error.message : String(error);
}

/**
 * A transport that writes down what goes through another one, and changes nothing of it.
 *
 * Commands go one after the other, as the transport below does it too: so the lines are in the order in which the drive
 * got the commands. Only one line is in memory at a time. A trace that cannot be written ends there; the conversation
 * goes on.
 */
class TraceTransport implements Transport {
  readonly name: string;
  readonly kind: Transport["kind"];
  readonly maximumTransferBytes: number;
  readonly #inner: Transport;
  readonly #sink: TraceSink;
  readonly #contents: TraceContents;
  readonly #options: TraceOptions;
  readonly #startMs: number;
  #commands = 0;
  #isLost = false;
  #queue: Promise<unknown>;

  constructor(inner: Transport, sink: TraceSink, options: TraceOptions) {
    this.name = inner.name;
    this.kind = inner.kind;
    this.maximumTransferBytes = inner.maximumTransferBytes;
    this.#inner = inner;
    this.#sink = sink;
    this.#options = options;
    this.#contents = { wholeBlocks: options.wholeBlocks ?? false, serialNumbers: options.serialNumbers ?? false };
    this.#startMs = this.#now();
    this.#queue = this.#write(this.#header());
  }

  async execute(cdb: Uint8Array, transfer: Transfer, timeoutMs: number): Promise<CommandResult> {
    return await this.#inTurn(async () => {
      const number = ++this.#commands;
      const described = describeCommand(cdb);
      await this.#write(await this.#sent(number, cdb, described, transfer, timeoutMs));
      const started = this.#now();
      const result = await this.#inner.execute(cdb, transfer, timeoutMs);
      const ms = rounded(this.#now() - started);
      if (!this.#isLost) await this.#write({ answer: number, ms, ...(await this.#ended(described, transfer, result)) });
      return result;
    });
  }

  async reserve(): Promise<void> {
    await this.#inTurn(() => this.#event("reserve", () => this.#inner.reserve()));
  }

  async release(): Promise<void> {
    await this.#inTurn(() => this.#event("release", () => this.#inner.release()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(async () => {
      try {
        await this.#event("close", async () => await this.#inner[Symbol.asyncDispose]());
      } finally {
        await this.#close();
      }
    });
  }

  #now(): number {
    return this.#options.now === undefined ? performance.timeOrigin + performance.now() : this.#options.now();
  }

  #header(): TraceHeader {
    const { program = null, drive = null } = this.#options;
    return {
      trace: traceVersion,
      device: this.kind === "emulated" ? fileName(this.name) : this.name,
      kind: this.kind,
      maximumTransferBytes: this.maximumTransferBytes,
      drive,
      program,
      started: new Date(this.#startMs).toISOString(),
      blocks: this.#contents.wholeBlocks ? "whole" : "digest",
      serialNumbers: this.#contents.serialNumbers ? "kept" : "redacted",
    };
  }

  async #sent(
    number: number,
    cdb: Uint8Array,
    described: DescribedCommand | undefined,
    transfer: Transfer,
    timeoutMs: number,
  ): Promise<SentLine> {
    const { direction } = transfer;
    const data = direction === "out" ? transfer.data : new Uint8Array(0);
    const traced = this.#isLost ? undefined : await traceData(described, "out", data, this.#contents);
    return {
      send: number,
      atMs: this.#elapsedMs(),
      command: described?.name ?? null,
      cdb: hexFromBytes(cdb, " "),
      fields: described?.fields ?? {},
      direction,
      bytes: direction === "in" ? transfer.allocationBytes : data.length,
      timeoutMs,
      ...(traced === undefined ? {} : { data: traced }),
    };
  }

  async #ended(
    described: DescribedCommand | undefined,
    transfer: Transfer,
    result: CommandResult,
  ): Promise<Omit<AnswerLine, "answer" | "ms">> {
    const { status } = result;
    // Its cause may hold anything, such as paths of the host.
    if (result.status === "failed") return { status, errno: result.errno };
    const traced = await traceData(described, "in", result.data, this.#contents);
    const bytes = result.data.length;
    const residualBytes = transfer.direction === "in" ? transfer.allocationBytes - bytes : 0;
    const came = {
      ...(transfer.direction === "in" ? { bytes } : {}),
      ...(residualBytes > 0 ? { residualBytes } : {}),
      ...(traced === undefined ? {} : { data: traced }),
    };
    if (result.status === "ok") return { status, ...came };
    const { sense } = result;
    const { key, asc, ascq } = sense ?? { key: 0, asc: 0, ascq: 0 };
    const shown = sense === null ? null : { key, asc, ascq, text: senseText(sense) };
    return { status, sense: shown, rawSense: hexFromBytes(result.rawSense), ...came };
  }

  async #event(event: EventLine["event"], run: () => Promise<void>): Promise<void> {
    const atMs = this.#elapsedMs();
    try {
      await run();
    } catch (error) {
      await this.#write({ event, atMs, result: codeOf(error) });
      throw error;
    }
    await this.#write({ event, atMs, result: "ok" });
  }

  #elapsedMs(): number {
    return rounded(this.#now() - this.#startMs);
  }

  async #write(line: TraceLine): Promise<void> {
    if (this.#isLost) return;
    try {
      await this.#sink.write(`${JSON.stringify(line)}\n`);
    } catch (error) {
      this.#lose(error);
    }
  }

  async #close(): Promise<void> {
    try {
      await this.#sink.close();
    } catch (error) {
      this.#lose(error);
    }
  }

  /** Nothing that happens to a trace may harm the disc: it is told, once. */
  #lose(error: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    const { name: path } = this.#sink;
    const errno = errnoOf(error);
    const message = `${path}: the trace ends here, it cannot be written: ${errno}`;
    const detail = { path, operation: "write", errno };
    this.#options.onWarning?.(new DiscError("E_HOST", message, detail, { cause: error }));
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(task);
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }
}

/**
 * Records all that goes through a transport.
 *
 * @param transport Belongs to the transport that is returned, and is closed with it.
 * @param sink Is closed with it, too.
 * @returns The transport to use in its place.
 *
 * @example
 * const lines: string[] = [];
 * const sink = { name: "memory", write: (line: string) => void lines.push(line), close: () => {} };
 * await using recorder = await Recorder.on(recordTrace(transport, sink));
 */
export function recordTrace(transport: Transport, sink: TraceSink, options: TraceOptions = {}): Transport {
  return new TraceTransport(transport, sink, options);
}
