import type { CommandResult, Transfer, Transport } from "../transport.js";
import type { Behaviour, Call, Pass, Quirk } from "./quirk.js";

/**
 * A drive with quirks: a transport that stands before another one. The first of the quirks stands next to the host, so
 * quirks of the host go first.
 */
export class QuirkTransport implements Transport {
  readonly name: string;
  readonly kind: "emulated" | "drive";
  readonly maximumTransferBytes: number;
  readonly #drive: Transport;
  readonly #behaviours: readonly Behaviour[];
  readonly #applied: Map<string, number>;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param quirks In the order of the table of quirks. */
  constructor(drive: Transport, quirks: readonly Quirk[]) {
    this.name = drive.name;
    this.kind = drive.kind;
    this.maximumTransferBytes = drive.maximumTransferBytes;
    this.#drive = drive;
    this.#applied = new Map(quirks.map(({ name }) => [name, 0]));
    const bare: Pass = ({ cdb, transfer, timeoutMs }) => drive.execute(cdb, transfer, timeoutMs);
    this.#behaviours = quirks.map((quirk) => this.#counted(quirk, bare));
  }

  /** How many answers each quirk has changed, by its name. */
  get applied(): ReadonlyMap<string, number> {
    return this.#applied;
  }

  async execute(cdb: Uint8Array, transfer: Transfer, timeoutMs: number): Promise<CommandResult> {
    // Some quirks ask the drive something of their own meanwhile: the host's commands wait for one another here.
    const result = this.#queue.then(() => this.#from(0)({ cdb, transfer, timeoutMs }));
    this.#queue = result.catch(() => undefined);
    return await result;
  }

  async reserve(): Promise<void> {
    await this.#drive.reserve();
  }

  async release(): Promise<void> {
    await this.#drive.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue;
    await this.#drive[Symbol.asyncDispose]();
  }

  #from(index: number): Pass {
    const behaviour = this.#behaviours[index];
    if (behaviour === undefined) return ({ cdb, transfer, timeoutMs }) => this.#drive.execute(cdb, transfer, timeoutMs);
    return (call) => behaviour(call, this.#from(index + 1));
  }

  /** A quirk was at work where the answer is not the one that it got. */
  #counted(quirk: Quirk, bare: Pass): Behaviour {
    const behaviour = quirk.behave(bare);
    return async (call, pass) => {
      let got: CommandResult | undefined;
      const watched = async (next: Call): Promise<CommandResult> => {
        got = await pass(next);
        return got;
      };
      const answer = await behaviour(call, watched);
      if (got === undefined || !isSame(answer, got, call.transfer)) {
        this.#applied.set(quirk.name, this.#applied.get(quirk.name)! + 1);
      }
      return answer;
    };
  }
}

function isSame(answer: CommandResult, got: CommandResult, transfer: Transfer): boolean {
  if (answer === got) return true;
  if (answer.status !== "ok" || got.status !== "ok" || transfer.direction !== "in") return false;
  // The quirk may have asked for more than the host did.
  const expected = got.data.subarray(0, transfer.allocationBytes);
  return answer.data.length === expected.length && answer.data.every((octet, at) => octet === expected[at]);
}
