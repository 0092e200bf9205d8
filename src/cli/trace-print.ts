import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import type { TracedDrive, TracedStep, TraceHeader, TraceRow } from "../device.js";
import { driveOfStep, TraceReader, TraceTable } from "../device.js";
import { hostError } from "../host/host-error.js";
import { hostPath } from "../host/host-path.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import type { Output } from "./output.js";
import { printTable } from "./table.js";
import { usageError } from "./usage.js";

/** The lines of a stream; the last one has no line feed where the stream ends without one. */
async function* linesOf(stream: Readable, path: string): AsyncGenerator<{ text: string; isEnded: boolean }> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) yield { text: line, isEnded: true };
    }
  } catch (error) {
    throw hostError(path, "read", error);
  }
  if (rest !== "") yield { text: rest, isEnded: false };
}

/** The steps of a trace, as they are read. */
async function* stepsOf(reader: TraceReader, stream: Readable, path: string): AsyncGenerator<TracedStep> {
  for await (const { text, isEnded } of linesOf(stream, path)) {
    const step = reader.read(text, !isEnded);
    if (step !== undefined) yield step;
  }
  const unanswered = reader.end();
  if (unanswered !== undefined) yield unanswered;
}

function headLines(
  path: string,
  { device, kind, program, started, blocks, serialNumbers }: TraceHeader,
  drive: TracedDrive | null,
): string[] {
  const maker = drive === null ? "" : `, ${drive.vendor} ${drive.product} ${drive.revision}`;
  const by = program === null ? "" : ` by ${program}`;
  const what = blocks === "whole" ? "blocks of the disc whole" : "blocks of the disc as digests";
  return [
    `${path}: ${kind === "drive" ? "drive" : "emulated disc"} ${device}${maker}, recorded on ${started}${by}`,
    `${what}, serial numbers ${serialNumbers}`,
  ];
}

function cellsOf({ numbers, atMs, ms, command, fields, result }: TraceRow, isBare: boolean): string[] {
  const times = [(atMs / 1000).toFixed(3), ms === null ? "" : ms.toFixed(1)];
  return [numbers, ...(isBare ? [] : times), command, fields, result];
}

async function printRows(output: Output, rows: readonly TraceRow[], isBare: boolean, isLong: boolean): Promise<void> {
  const head = ["number", ...(isBare ? [] : ["at s", "ms"]), "command", "fields", "result"];
  if (!isLong) return await printTable(output, [head, ...rows.map((row) => cellsOf(row, isBare))]);
  for (const row of rows) {
    await output.line(
      cellsOf(row, isBare)
        .filter((cell) => cell !== "")
        .join("  "),
    );
    for (const detail of row.details) await output.line(`    ${detail}`);
  }
}

/** `discsmith trace --print`. */
export async function printTrace({ arguments: words, options, output, input }: CommandContext): Promise<number> {
  const [path = "", another] = words;
  if (another !== undefined) throw usageError(`trace: "${another}" is one too many: --print shows one trace`);
  const stream = path === "-" ? input : createReadStream(hostPath(path));
  const reader = new TraceReader(path);
  const isBare = options.has("bare");
  const steps: TracedStep[] = [];
  const rows: TraceRow[] = [];
  const table = new TraceTable(options.has("all"));
  let drive: TracedDrive | undefined;
  for await (const step of stepsOf(reader, stream, path)) {
    drive ??= driveOfStep(step);
    if (options.has("json")) steps.push(step);
    else rows.push(...table.take(step));
  }
  rows.push(...table.end());
  const { header, isComplete } = reader;
  if (options.has("json")) {
    await output.json({ header, isComplete, steps });
    return exitCodes.done;
  }
  if (!isBare) for (const line of headLines(path, header, drive ?? header.drive)) await output.line(line);
  await printRows(output, rows, isBare, options.has("long"));
  if (!isComplete) await output.line("the trace ends before the drive was closed");
  return exitCodes.done;
}
