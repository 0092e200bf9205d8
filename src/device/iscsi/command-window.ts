import { nextNumber } from "./pdu.js";

/** How many commands a session may have open. */
export const windowCommands = 16;

/**
 * Which commands of a session may come. They are numbered; a session has one connection, so they come in order.
 * RFC 7143 4.2.2.1.
 */
export class CommandWindow {
  #expCmdSn: number;
  #open = 0;

  constructor(cmdSn: number) {
    this.#expCmdSn = cmdSn;
  }

  /** The number that the next command has to have. */
  get expCmdSn(): number {
    return this.#expCmdSn;
  }

  /** The last number that may come. */
  get maxCmdSn(): number {
    return nextNumber(this.#expCmdSn, windowCommands - this.#open - 1);
  }

  /**
   * Takes the number of a command that is not immediate.
   *
   * @returns "accepted"; "ignored" for a number outside of the window, which RFC 7143 says to pass over in silence; "gap"
   *   where one before it never came.
   */
  take(cmdSn: number): "accepted" | "ignored" | "gap" {
    const ahead = nextNumber(cmdSn, -this.#expCmdSn);
    if (ahead >= windowCommands - this.#open) return "ignored";
    if (ahead > 0) return "gap";
    this.#expCmdSn = nextNumber(cmdSn);
    return "accepted";
  }

  /** A numbered command stays open for a while. */
  opened(): void {
    this.#open++;
  }

  /** It ended. */
  ended(): void {
    this.#open--;
  }
}
