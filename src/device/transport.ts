import type { Sense } from "./mmc/sense.js";

/** What a command brings to the drive, or fetches from it. */
export type Transfer =
  | { readonly direction: "none" }
  /** Fetches at most this many bytes. */
  | { readonly direction: "in"; readonly allocationBytes: number }
  | { readonly direction: "out"; readonly data: Uint8Array };

/** How a command ended. A drive that refuses is an answer like any other, so nothing here is thrown. */
export type CommandResult =
  | { readonly status: "ok"; readonly data: Uint8Array }
  /** CHECK CONDITION. `sense` is `null` where the way to the drive lost it; then REQUEST SENSE may still have it. */
  | {
      readonly status: "check";
      readonly sense: Sense | null;
      readonly rawSense: Uint8Array;
      readonly data: Uint8Array;
    }
  /** The command did not reach the drive, or its answer did not come back. */
  | { readonly status: "failed"; readonly errno: string; readonly cause?: unknown };

/**
 * The way to one drive: the seam below which drives differ. What is above it knows commands and replies only, and
 * cannot tell an emulated drive from a real one.
 *
 * One command is under way at a time; an implementation queues those that come meanwhile. A command cannot be stopped
 * once it was sent: callers cancel between commands.
 */
export interface Transport extends AsyncDisposable {
  /** For messages: "backup.disc", "/dev/sr0". */
  readonly name: string;
  /** For people only; nothing may depend on it. */
  readonly kind: "emulated" | "drive";
  /** The most bytes that one command may carry. */
  readonly maximumTransferBytes: number;
  /** Sends one command. Never throws for what a drive, its driver or its medium says. */
  execute(cdb: Uint8Array, transfer: Transfer, timeoutMs: number): Promise<CommandResult>;
  /**
   * Takes the drive for exclusive use until {@link Transport.release}. Where its medium was changed by someone else
   * since the last command, the next command gets the unit attention 6/28/00.
   *
   * @throws {@link DiscError} E_DISC_BUSY while someone else has it.
   */
  reserve(): Promise<void>;
  release(): Promise<void>;
}
