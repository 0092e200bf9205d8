import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Clock } from "../../src/device/clock.js";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import type { Sense } from "../../src/device/mmc/sense.js";
import { encodeSense } from "../../src/device/mmc/sense.js";
import { Recorder } from "../../src/device/recorder.js";
import type { TraceOptions, TraceSink } from "../../src/device/trace-transport.js";
import { recordTrace } from "../../src/device/trace-transport.js";
import type { CommandResult, Transfer, Transport } from "../../src/device/transport.js";
import { createDisc } from "../../src/device.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { sessionOf, temporaryFolder } from "./support.js";

/** Time that does not pass while somebody waits. */
export const instantly: { readonly clock: Clock } = { clock: { now: () => 0, wait: async () => {} } };

/** A trace in memory. */
export class MemorySink implements TraceSink {
  readonly name = "memory.trace";
  readonly lines: string[] = [];
  isClosed = false;

  get text(): string {
    return this.lines.join("");
  }

  write(line: string): void {
    if (this.isClosed) throw new Error("written after it was closed");
    this.lines.push(line);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** The same instant for ever: traces of equal conversations are equal. */
export const stoppedClock: Pick<TraceOptions, "now"> = { now: () => 1_700_000_000_000 };

/** A drive that answers what it is told to. */
export class ScriptedDrive implements Transport {
  readonly name = "/dev/scripted";
  readonly kind = "drive";
  readonly maximumTransferBytes = 65_536;
  readonly received: string[] = [];
  readonly #answer: (cdb: Uint8Array, transfer: Transfer) => CommandResult | Promise<CommandResult>;

  constructor(answer: (cdb: Uint8Array, transfer: Transfer) => CommandResult | Promise<CommandResult>) {
    this.#answer = answer;
  }

  async execute(cdb: Uint8Array, transfer: Transfer): Promise<CommandResult> {
    this.received.push(Buffer.from(cdb).toString("hex"));
    return await this.#answer(cdb, transfer);
  }

  async reserve(): Promise<void> {}
  async release(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** A command that worked. */
export function ok(data: Uint8Array = new Uint8Array(0)): CommandResult {
  return { status: "ok", data };
}

/** A command that the drive refused. */
export function refused(sense: Sense): CommandResult {
  return { status: "check", sense, rawSense: encodeSense(sense), data: new Uint8Array(0) };
}

/** A blank disc that is the same each time. */
export async function blankDisc(t: ExecutionContext, media: string): Promise<string> {
  const path = join(await temporaryFolder(t), `${media}.disc`);
  await createDisc(path, { media });
  const sidecar = `${path}.mmc.json`;
  const state = JSON.parse(await readFile(sidecar, "utf8")) as { discId: string };
  await writeFile(sidecar, JSON.stringify({ ...state, discId: "0d15c0de" }));
  return path;
}

/** A recorder whose conversation goes to a sink. */
export async function openTraced(path: string, sink: TraceSink, options: TraceOptions = {}): Promise<Recorder> {
  return await Recorder.on(recordTrace(await EmulatedDrive.open(nodeFileAccess, path, {}), sink, options), instantly);
}

/** Three sessions, the last of which finalises the disc. */
export async function threeSessions(recorder: Recorder): Promise<void> {
  for (const [index, blocks] of [40, 7, 19].entries()) {
    const firstBlock = recorder.state.nextWritableAddress!;
    await recorder.write(sessionOf(index + 1, firstBlock, blocks, recorder.identity), { close: index === 2 });
  }
}

/** As long as the longest unit of all media, so that addresses which follow are allowed everywhere. */
const unitBlocks = 64;

/**
 * The course of the traces in test/fixtures/traces, for any medium as it is sold: two sessions, of which the second one
 * finalises the disc, or writes to two places of one that can be overwritten; then the disc is blanked or formatted, where
 * that can be done.
 */
export async function wholeCourse(recorder: Recorder): Promise<void> {
  const isOverwritable = recorder.state.state === "overwritable";
  await recorder.write(sessionOf(1, recorder.state.nextWritableAddress!, unitBlocks, recorder.identity));
  const next = isOverwritable ? unitBlocks : recorder.state.nextWritableAddress;
  // A second session does not fit on every medium.
  if (next !== null) await recorder.write(sessionOf(2, next, 16, recorder.identity), { close: !isOverwritable });
  if (isOverwritable) await recorder.format({ type: "quick" });
  else if (recorder.state.media.endsWith("-rw")) await recorder.blank();
}
