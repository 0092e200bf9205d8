/** A drive that answers as a test says, and keeps account of what it was asked. */
import type { CommandResult, Transfer, Transport } from "../../src/device/transport.js";

/** A command as it reached the drive. */
export interface Asked {
  readonly cdb: Uint8Array;
  readonly transfer: Transfer;
  readonly timeoutMs: number;
}

/** What a test's drive answers; `undefined` for the usual: done, with zeros where data are fetched. */
type Answering = (asked: Asked) => CommandResult | undefined | Promise<CommandResult | undefined>;

export class ScriptedDrive implements Transport {
  readonly name = "scripted.disc";
  readonly kind = "drive";
  readonly maximumTransferBytes: number;
  readonly asked: Asked[] = [];
  reserved = false;
  disposed = false;
  readonly #answer: Answering;

  constructor(answer: Answering = () => undefined, maximumTransferBytes = 1_048_576) {
    this.#answer = answer;
    this.maximumTransferBytes = maximumTransferBytes;
  }

  async execute(cdb: Uint8Array, transfer: Transfer, timeoutMs: number): Promise<CommandResult> {
    const asked = { cdb: Uint8Array.from(cdb), transfer, timeoutMs };
    this.asked.push(asked);
    const bytes = transfer.direction === "in" ? transfer.allocationBytes : 0;
    return (await this.#answer(asked)) ?? { status: "ok", data: new Uint8Array(bytes) };
  }

  async reserve(): Promise<void> {
    this.reserved = true;
  }

  async release(): Promise<void> {
    this.reserved = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  /** The operation codes that it was asked. */
  get codes(): number[] {
    return this.asked.map(({ cdb }) => cdb[0]!);
  }
}

/** A command that was refused. */
export function refused(key: number, asc: number, ascq: number): CommandResult {
  const rawSense = Uint8Array.of(0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0);
  return { status: "check", sense: { key, asc, ascq }, rawSense, data: new Uint8Array(0) };
}
