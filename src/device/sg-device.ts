import type { CommandReply, NativeBinding, NativeSgDevice, OpenReply, SgReply } from "../native-binding.js";

/** The addon's drive with promises: as it is stated there, but for the form of its answers. */
export class SgDevice {
  readonly #native: NativeSgDevice;
  /** Who waits for the replies to come, in their order. */
  readonly #waiting: ((reply: SgReply) => void)[];

  constructor(binding: NativeBinding) {
    const waiting: ((reply: SgReply) => void)[] = [];
    this.#waiting = waiting;
    // Without `this`: what the addon holds must not keep the drive that nobody else holds.
    this.#native = new binding.SgDevice((reply) => waiting.shift()?.(reply));
  }

  async open(path: Uint8Array, exclusive: boolean): Promise<OpenReply> {
    const refusal = { operation: "open", writable: false, transferLimitBytes: 0, lockOwner: 0 };
    return await this.#begun(this.#native.open(path, exclusive), (error): OpenReply => ({ error, ...refusal }));
  }

  async send(cdb: Uint8Array, data: Uint8Array | number, timeoutMs: number): Promise<CommandReply> {
    const nothing = { status: 0, hostStatus: 0, driverStatus: 0, residualBytes: 0, durationMs: 0 };
    const refusal = { ...nothing, sense: new Uint8Array(0), data: new Uint8Array(0) };
    return await this.#begun(this.#native.send(cdb, data, timeoutMs), (error): CommandReply => ({ error, ...refusal }));
  }

  async close(): Promise<number> {
    return await this.#begun(this.#native.close(), (error) => error);
  }

  /** The reply to what was begun; where it was not, one that says so. */
  #begun<T extends SgReply>(error: number, refusal: (error: number) => T): Promise<T> | T {
    if (error !== 0) return refusal(error);
    return new Promise((resolve) => this.#waiting.push(resolve as (reply: SgReply) => void));
  }
}
