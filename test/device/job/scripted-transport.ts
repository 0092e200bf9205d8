import type { CommandResult, Transfer, Transport } from "../../../src/device/transport.js";

/** What a drive answers; `undefined` for "good, and nothing to tell". */
export type Script = (cdb: Uint8Array, transfer: Transfer) => CommandResult | undefined;

const noData = new Uint8Array(0);

/** CHECK CONDITION. */
export function check(key: number, asc: number, ascq: number, progress?: number): CommandResult {
  const sense = { key, asc, ascq, ...(progress === undefined ? {} : { progress }) };
  return { status: "check", sense, rawSense: noData, data: noData };
}

export function ok(data: Uint8Array = noData): CommandResult {
  return { status: "ok", data };
}

/** A drive that answers by a script, and remembers what it was sent. */
export class ScriptedTransport implements Transport {
  readonly name = "scripted";
  readonly kind = "drive";
  readonly maximumTransferBytes = 65_536;
  readonly sent: Uint8Array[] = [];
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async execute(cdb: Uint8Array, transfer: Transfer): Promise<CommandResult> {
    this.sent.push(cdb);
    return this.#script(cdb, transfer) ?? ok();
  }

  /** Operation codes in the order of the commands, as hexadecimal digits. */
  get codes(): string {
    return this.sent.map(([code]) => code!.toString(16).padStart(2, "0")).join(" ");
  }

  async reserve(): Promise<void> {}
  async release(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}
