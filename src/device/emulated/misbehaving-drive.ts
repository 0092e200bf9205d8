import type { FileAccess } from "../../medium/file-access.js";
import type { CommandResult, Transfer, Transport } from "../transport.js";
import type { EmulatedDriveOptions } from "./drive.js";
import { EmulatedDrive } from "./drive.js";
import { faultsBehaviour, slowDriveBehaviour } from "./faults.js";
import type { Misbehaviour } from "./misbehaviour.js";
import type { Behaviour, Pass } from "./quirk.js";
import { quirksNamed } from "./quirks.js";

/**
 * Puts the disc at `path` into a drive that misbehaves as the disc's sidecar and the options say.
 *
 * @throws {@link DiscError} E_SIDECAR, E_HOST, E_NOT_SUPPORTED, E_OPTION_INVALID.
 */
export async function openEmulatedDrive(
  files: FileAccess,
  path: string,
  options: EmulatedDriveOptions,
): Promise<Transport> {
  const drive = await EmulatedDrive.open(files, path, options);
  const { quirks = [], ...others } = drive.medium.misbehaviour;
  return misbehaving(drive, { ...others, quirks: [...quirks, ...(options.quirks ?? [])] });
}

/**
 * Lets a drive misbehave.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for a quirk that there is none of.
 */
export function misbehaving(drive: Transport, { quirks = [], faults = [], slow }: Misbehaviour): Transport {
  const bare: Pass = ({ cdb, transfer, timeoutMs }) => drive.execute(cdb, transfer, timeoutMs);
  // Next to the host, in the order of the table: quirks of the way to the drive; then the drive itself.
  const behaviours = [
    ...(faults.length === 0 ? [] : [faultsBehaviour(faults)]),
    ...quirksNamed(quirks).map((quirk) => quirk.behave(bare)),
    ...(slow === undefined ? [] : [slowDriveBehaviour(slow)]),
  ];
  return behaviours.length === 0 ? drive : new MisbehavingDrive(drive, behaviours);
}

/** A transport that stands before another one, and changes what passes. */
class MisbehavingDrive implements Transport {
  readonly name: string;
  readonly kind: "emulated" | "drive";
  readonly maximumTransferBytes: number;
  readonly #drive: Transport;
  readonly #behaviours: readonly Behaviour[];
  #queue: Promise<unknown> = Promise.resolve();

  constructor(drive: Transport, behaviours: readonly Behaviour[]) {
    this.name = drive.name;
    this.kind = drive.kind;
    this.maximumTransferBytes = drive.maximumTransferBytes;
    this.#drive = drive;
    this.#behaviours = behaviours;
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
}
