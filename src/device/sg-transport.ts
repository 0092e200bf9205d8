/**
 * The way to a real drive on Linux: SG_IO, by the native addon.
 *
 * The drive is opened without claiming it, so that a mounted disc can be read. {@link SgTransport.reserve} opens it anew,
 * exclusively and with a lock, as burning programs do. Who sends commands through another of the drive's device files
 * (/dev/sg0 beside /dev/sr0), or asks for no claim, is not kept out: the kernel has no means for that. So nothing here
 * relies on being alone, and sense data are those that came with the command.
 */
import { readFile, realpath } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { DiscError } from "../errors.js";
import type { OpenReply } from "../native-binding.js";
import { errnoName, loadNative } from "../native-binding.js";
import { blockBytes } from "../units.js";
import { SgDevice } from "./sg-device.js";
import { commandResultOf } from "./sg-reply.js";
import type { CommandResult, Transfer, Transport } from "./transport.js";

/** How a drive is opened. */
export interface SgTransportOptions {
  /** Refuses {@link SgTransport.reserve}, for runs that shall change nothing. */
  readonly readOnly?: boolean | undefined;
  /** The most bytes of one command: 65,536 unless the kernel takes less; 32,768 suits old USB bridges. */
  readonly maximumTransferBytes?: number | undefined;
}

/** What burning programs have found every adapter to take. */
const usualTransferBytes = 65_536;
const attempts = 5;
const firstDelayMs = 100;

/** What to do about an error of opening; what is not here speaks for itself. */
const openingFaults: Readonly<Record<string, string>> = {
  ENOENT: "there is no such device",
  ENXIO: "the drive is gone",
  ENODEV: "the drive is gone",
  EACCES: "this user may not use it; those in its group may, which is cdrom or optical on most systems",
  EPERM: "this user may not use it; those in its group may, which is cdrom or optical on most systems",
  ENOTTY: "it takes no SCSI commands, so it is no drive",
  EINVAL: "it takes no SCSI commands, so it is no drive",
  ENOSYS: "the kernel is too old",
};

/** A real drive. */
export class SgTransport implements Transport {
  readonly name: string;
  readonly kind = "drive";
  readonly maximumTransferBytes: number;
  readonly #device: SgDevice;
  readonly #path: Uint8Array;
  readonly #isReadOnly: boolean;
  /** What was asked for last: everything waits for its turn, retries and all. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, device: SgDevice, options: SgTransportOptions, limitBytes: number) {
    const { readOnly = false, maximumTransferBytes = usualTransferBytes } = options;
    this.name = path;
    this.#device = device;
    this.#path = Buffer.from(path);
    this.#isReadOnly = readOnly;
    const bytes = limitBytes === 0 ? maximumTransferBytes : Math.min(maximumTransferBytes, limitBytes);
    this.maximumTransferBytes = Math.max(blockBytes, bytes - (bytes % blockBytes));
  }

  /**
   * Opens a drive.
   *
   * @param path Of a block device (/dev/sr0) or a generic one (/dev/sg1), or of a link to one.
   * @throws {@link DiscError} E_NOT_SUPPORTED where the native addon is missing; E_HOST where the device cannot be
   *   opened or is no drive; E_OPTION_INVALID.
   */
  static async open(path: string, options: SgTransportOptions = {}): Promise<SgTransport> {
    requireTransferBytes(options.maximumTransferBytes);
    const native = loadNative();
    if ("reason" in native) {
      const what = `real drives: ${native.reason}`;
      throw new DiscError("E_NOT_SUPPORTED", `${path}: not supported: ${what}`, { what });
    }
    const device = new SgDevice(native.binding);
    const reply = await device.open(Buffer.from(path), false);
    if (reply.error === 0) return new SgTransport(path, device, options, reply.transferLimitBytes);
    await device.close();
    throw openingError(path, reply);
  }

  async execute(cdb: Uint8Array, transfer: Transfer, timeoutMs: number): Promise<CommandResult> {
    return await this.#inTurn(() => this.#send(cdb, transfer, timeoutMs));
  }

  /**
   * Claims the drive for writing.
   *
   * @throws {@link DiscError} E_DISC_BUSY while it is mounted, or someone else has claimed it; E_DISC_READ_ONLY where
   *   this user may only read; E_HOST where it can no longer be opened.
   */
  async reserve(): Promise<void> {
    if (this.#isReadOnly) throw this.#readOnly("it was opened for reading alone, as for a dry run");
    const reply = await this.#inTurn(() => this.#device.open(this.#path, true));
    if (reply.error === 0) return;
    const errno = errnoName(reply.error);
    const mayNot =
      "this user may only read it; those in its group may write, which is cdrom or optical on most systems";
    if (["EACCES", "EPERM", "EROFS"].includes(errno) && reply.operation === "open") throw this.#readOnly(mayNot);
    const owner = await this.#ownerOf(reply, errno);
    if (owner === undefined) throw openingError(this.name, reply);
    throw new DiscError("E_DISC_BUSY", `${this.name} is in use by ${owner}`, { device: this.name, owner });
  }

  /** Gives up the claim. Where that fails the drive is gone, which the next command will tell. */
  async release(): Promise<void> {
    await this.#inTurn(() => this.#device.open(this.#path, false));
  }

  /** Waits for what is under way, and closes the drive. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#device.close());
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    // A task that throws has told its caller; the next one shall run all the same.
    this.#last = turn.catch(() => undefined);
    return await turn;
  }

  async #send(cdb: Uint8Array, transfer: Transfer, timeoutMs: number): Promise<CommandResult> {
    const data =
      transfer.direction === "out" ? transfer.data : transfer.direction === "in" ? transfer.allocationBytes : 0;
    const started = performance.now();
    for (let tries = 1; ; tries++) {
      const reply = await this.#device.send(cdb, data, timeoutMs);
      const { result, mayRetry } = commandResultOf(reply, transfer);
      const waitMs = firstDelayMs * tries;
      if (!mayRetry || tries === attempts || performance.now() - started + waitMs > timeoutMs) return result;
      await delay(waitMs);
    }
  }

  #readOnly(reason: string): DiscError<"E_DISC_READ_ONLY"> {
    const message = `${this.name} cannot be written: ${reason}`;
    return new DiscError("E_DISC_READ_ONLY", message, { device: this.name, reason });
  }

  /** Who has claimed the drive; `undefined` where that is not what is wrong. */
  async #ownerOf({ operation, lockOwner }: OpenReply, errno: string): Promise<string | undefined> {
    if (operation === "lock" && (errno === "EAGAIN" || errno === "EACCES")) {
      return lockOwner > 0 ? `process ${lockOwner}` : "another program, which has locked it";
    }
    if (operation !== "open" || errno !== "EBUSY") return undefined;
    const folder = await mountPointOf(this.name);
    return folder === undefined ? "another program, which has claimed it" : `the file system mounted on ${folder}`;
  }
}

function openingError(path: string, { error, operation }: OpenReply): DiscError<"E_HOST"> {
  const errno = errnoName(error);
  const reason = openingFaults[errno];
  const message = `${operation} of "${path}" failed: ${errno}${reason === undefined ? "" : `: ${reason}`}`;
  return new DiscError("E_HOST", message, { path, operation, errno });
}

function requireTransferBytes(bytes: number | undefined): void {
  if (bytes === undefined || (Number.isInteger(bytes) && bytes >= blockBytes && bytes % blockBytes === 0)) return;
  const option = "maximumTransferBytes";
  const allowed = `a multiple of ${blockBytes}`;
  throw new DiscError("E_OPTION_INVALID", `${option} is ${bytes}, it must be ${allowed}`, {
    option,
    value: bytes,
    allowed,
  });
}

/** Where a device is mounted; `undefined` where it is not, or nobody can tell. */
async function mountPointOf(path: string): Promise<string | undefined> {
  try {
    const device = await realpath(path);
    const mounts = await readFile("/proc/self/mounts", "utf8");
    return mounts
      .split("\n")
      .map((line) => line.split(" "))
      .find(([source]) => source === device)?.[1];
  } catch {
    // It is but a help for the message of another error.
    return undefined;
  }
}
