import { DiscError } from "../../errors.js";
import type { FileAccess, FileLock } from "../../medium/file-access.js";
import { blockBytes } from "../../units.js";
import { closeFunctions } from "../mmc/close-track-session.js";
import { getConfiguration } from "../mmc/get-configuration.js";
import { inquiry } from "../mmc/inquiry.js";
import { requestSense } from "../mmc/request-sense.js";
import type { Sense } from "../mmc/sense.js";
import { encodeSense } from "../mmc/sense.js";
import { testUnitReady } from "../mmc/test-unit-ready.js";
import type { WriteParameters } from "../mmc/write-parameters-page.js";
import { writeParametersFor } from "../mmc/write-parameters-page.js";
import type { CommandResult, Transfer, Transport } from "../transport.js";
import { handlers } from "./commands.js";
import type { MediumState } from "./medium.js";
import {
  dataEnd,
  filledBlocks,
  nextWritableLba,
  openSessionTracks,
  recordingTrack,
  trackEnd,
  withLastTrack,
  withSessionClosed,
  withTrackBegun,
} from "./medium.js";
import { checkCondition, Refusal } from "./refusal.js";
import type { StoreOptions } from "./store.js";
import { DiscStore } from "./store.js";

const noSense: Sense = { key: 0, asc: 0, ascq: 0 };
const mediumMayHaveChanged: Sense = { key: 6, asc: 0x28, ascq: 0x00 };
const reset: Sense = { key: 6, asc: 0x29, ascq: 0x00 };
const maximumTransferBytes = 1_048_576;

/**
 * A drive that keeps its disc in a file and answers the commands of MMC-6 as a well-behaved one does.
 *
 * Commands run one after the other. {@link EmulatedDrive.medium} is what the files say; after a failure of the host's
 * files it is read again before the next command, which gets the unit attention of a reset: the drive was, so to say,
 * switched off and on.
 */
export class EmulatedDrive implements Transport {
  readonly name: string;
  readonly kind = "emulated";
  readonly maximumTransferBytes: number = maximumTransferBytes;
  /** Write parameters mode page, lost with the power. */
  writeParameters: WriteParameters = writeParametersFor("cdTrackAtOnce", { keepDiscOpen: false });
  readonly #files: FileAccess;
  readonly #store: DiscStore;
  #medium: MediumState;
  #sidecar: Uint8Array;
  #lock: FileLock | undefined;
  #attention: Sense | undefined;
  #lastSense: Sense = noSense;
  #failed = false;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(files: FileAccess, store: DiscStore, medium: MediumState, sidecar: Uint8Array) {
    this.name = store.path;
    this.#files = files;
    this.#store = store;
    this.#medium = medium;
    this.#sidecar = sidecar;
  }

  /**
   * Puts the disc at `path` into a drive.
   *
   * @throws {@link DiscError} E_SIDECAR, E_HOST, E_NOT_SUPPORTED.
   */
  static async open(files: FileAccess, path: string, options: StoreOptions): Promise<EmulatedDrive> {
    const store = new DiscStore(files, path, options);
    try {
      const { state, sidecar } = await store.load(false);
      return new EmulatedDrive(files, store, state, sidecar);
    } catch (error) {
      await store.closeFiles();
      throw error;
    }
  }

  /** The disc as it is now. */
  get medium(): MediumState {
    return this.#medium;
  }

  async execute(cdb: Uint8Array, transfer: Transfer, _timeoutMs: number): Promise<CommandResult> {
    return await this.#inTurn(() => this.#execute(cdb, transfer));
  }

  async reserve(): Promise<void> {
    if (this.#lock !== undefined) {
      const owner = "this process";
      throw new DiscError("E_DISC_BUSY", `${this.name} is in use by ${owner}`, { device: this.name, owner });
    }
    this.#lock = await this.#files.lock(this.name);
    try {
      await this.#inTurn(() => this.#lookForChange());
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  async release(): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    await lock?.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inTurn(() => this.#store.closeFiles());
    await this.release();
  }

  /** The sense of the command before, or what the drive wants to tell. Asking clears it. */
  takeSense(): Sense {
    const sense = this.#attention ?? this.#lastSense;
    this.#attention = undefined;
    this.#lastSense = noSense;
    return sense;
  }

  /** READ (10). */
  async read(lba: number, blocks: number): Promise<Uint8Array> {
    const { media, damage, tracks } = this.#medium;
    const target = new Uint8Array(blocks * blockBytes);
    const end = lba + blocks;
    const last = tracks.at(-1);
    if (last === undefined || end > trackEnd(this.#medium, last)) throw checkCondition(5, 0x21, 0x00);
    for (let at = lba; at < end; ) {
      const track = tracks.find((candidate) => at >= candidate.startLba && at < trackEnd(this.#medium, candidate));
      // Between tracks and in the run-out there is nothing to read; drives of the two families say it differently.
      if (track === undefined) throw media.cd ? checkCondition(3, 0x11, 0x00) : checkCondition(5, 0x21, 0x00);
      if (at >= dataEnd(track)) throw checkCondition(3, 0x11, 0x05);
      at = Math.min(end, dataEnd(track));
    }
    const failing = (from: number, count: number): boolean => lba < from + count && from < end;
    if (damage.some(({ firstLba, blocks: count, fails }) => fails === "read" && failing(firstLba, count))) {
      throw checkCondition(3, 0x11, 0x00);
    }
    // A unit that power failed in: the file ends before it does.
    if (blocks > 0 && (await this.#store.read(lba, target)) < target.length) throw checkCondition(3, 0x11, 0x00);
    return target;
  }

  /** WRITE (10): only at the next writable address. */
  async write(lba: number, blocks: number, data: Uint8Array): Promise<void> {
    const { capacityBlocks, damage } = this.#medium;
    if (this.#lock === undefined) throw checkCondition(7, 0x27, 0x00);
    if (this.#medium.finalised) throw checkCondition(5, 0x30, 0x05);
    if (lba >= capacityBlocks) throw checkCondition(5, 0x21, 0x00);
    if (lba !== nextWritableLba(this.#medium)) throw checkCondition(5, 0x21, 0x02);
    if (lba + blocks > capacityBlocks) throw checkCondition(5, 0x63, 0x00);
    if (data.length !== blocks * blockBytes) throw checkCondition(5, 0x24, 0x00);
    if (blocks === 0) return;
    const failing = damage.some(
      ({ firstLba, blocks: count, fails }) => fails === "write" && lba < firstLba + count && firstLba < lba + blocks,
    );
    if (failing) throw checkCondition(3, 0x0c, 0x00);
    if (recordingTrack(this.#medium) === undefined) await this.#save(withTrackBegun(this.#medium));
    await this.#store.write(lba, data);
    const track = recordingTrack(this.#medium)!;
    this.#medium = withLastTrack(this.#medium, { blocks: track.blocks + blocks });
  }

  /** SYNCHRONIZE CACHE: what was written is on the disc then. In track-at-once writing it ends the track. */
  async synchronize(): Promise<void> {
    const track = recordingTrack(this.#medium);
    if (track === undefined || this.#lock === undefined) return;
    if (this.#medium.media.cd) {
      await this.#closeTrack();
      return;
    }
    await this.#fill();
    await this.#store.sync();
    await this.#save(this.#medium);
  }

  /** CLOSE TRACK/SESSION. */
  async close(closeFunction: number, trackNumber: number): Promise<void> {
    const { media, finalised } = this.#medium;
    if (this.#lock === undefined) throw checkCondition(7, 0x27, 0x00);
    const track = recordingTrack(this.#medium);
    if (closeFunction === closeFunctions.track) {
      if (track === undefined) return;
      if (trackNumber !== track.number) throw checkCondition(5, 0x24, 0x00);
      await this.#closeTrack();
      return;
    }
    const plusOnly = closeFunction === closeFunctions.finaliseMinimalRadius && media.media === "dvd+r";
    const finalise = closeFunction === closeFunctions.finalise && !media.cd;
    if (closeFunction !== closeFunctions.session && !plusOnly && !finalise) throw checkCondition(5, 0x24, 0x00);
    if (finalised) throw checkCondition(5, 0x30, 0x05);
    if (track !== undefined) throw checkCondition(5, 0x72, 0x03);
    const keepOpen = media.cd ? this.writeParameters.multisession === 3 : !plusOnly && !finalise;
    if (keepOpen && openSessionTracks(this.#medium).length === 0) return;
    await this.#save(withSessionClosed(this.#medium, !keepOpen));
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(task);
    this.#queue = turn.catch(() => undefined);
    return await turn;
  }

  async #execute(cdb: Uint8Array, transfer: Transfer): Promise<CommandResult> {
    try {
      return { status: "ok", data: await this.#answer(cdb, transfer) };
    } catch (error) {
      if (error instanceof Refusal) {
        this.#lastSense = error.sense;
        const rawSense = encodeSense(error.sense);
        return { status: "check", sense: error.sense, rawSense, data: new Uint8Array(0) };
      }
      this.#failed = true;
      return { status: "failed", errno: errnoOf(error), cause: error };
    }
  }

  async #answer(cdb: Uint8Array, transfer: Transfer): Promise<Uint8Array> {
    const operationCode = cdb[0]!;
    const handler = handlers.get(operationCode);
    if (this.#failed) {
      await this.#reload();
      this.#failed = false;
      this.#attention = reset;
    } else if (operationCode === testUnitReady.operationCode && this.#lock === undefined) {
      await this.#lookForChange();
    }
    // These three are answered whatever the drive has to tell. SPC-4 "Unit attention condition".
    const unconditional = [inquiry, requestSense, getConfiguration].some(
      (command) => command.operationCode === operationCode,
    );
    if (this.#attention !== undefined && !unconditional) throw new Refusal(this.takeSense());
    if (handler === undefined) throw checkCondition(5, 0x20, 0x00);
    const data = await handler(this, cdb, transfer.direction === "out" ? transfer.data : new Uint8Array(0));
    return transfer.direction === "in" ? data.subarray(0, transfer.allocationBytes) : new Uint8Array(0);
  }

  /** Reads the disc's files again when another process has changed them. */
  async #lookForChange(): Promise<void> {
    const sidecar = await this.#store.sidecar();
    const same =
      sidecar !== undefined &&
      sidecar.length === this.#sidecar.length &&
      sidecar.every((octet, index) => octet === this.#sidecar[index]);
    if (same && recordingTrack(this.#medium) === undefined) return;
    await this.#reload();
    // A track that grows while another process writes it is no change of medium: only what a sidecar says is.
    if (!same) this.#attention = mediumMayHaveChanged;
  }

  async #reload(): Promise<void> {
    const { state, sidecar } = await this.#store.load(this.#lock !== undefined);
    this.#medium = state;
    this.#sidecar = sidecar;
    this.writeParameters = writeParametersFor("cdTrackAtOnce", { keepDiscOpen: false });
  }

  async #save(medium: MediumState): Promise<void> {
    this.#sidecar = await this.#store.save(medium);
    this.#medium = medium;
  }

  /** Fills the track that is being recorded up to whole units. */
  async #fill(): Promise<void> {
    const track = recordingTrack(this.#medium)!;
    const { media, capacityBlocks } = this.#medium;
    const blocks = Math.min(filledBlocks(media, track.blocks), capacityBlocks - track.startLba);
    const missing = blocks - track.blocks;
    if (missing > 0) await this.#store.write(dataEnd(track), new Uint8Array(missing * blockBytes));
    this.#medium = withLastTrack(this.#medium, { blocks });
  }

  async #closeTrack(): Promise<void> {
    const torn = recordingTrack(this.#medium)!;
    // A unit that power failed in ends where the file does: its last block is written, so that the file is whole.
    if (torn.damaged) await this.#fillTornUnit();
    await this.#fill();
    await this.#store.sync();
    await this.#save(withLastTrack(this.#medium, { state: "complete" }));
  }

  async #fillTornUnit(): Promise<void> {
    const track = recordingTrack(this.#medium)!;
    const { unitBlocks } = this.#medium.media;
    for (let lba = dataEnd(track) - unitBlocks; lba < dataEnd(track); lba++) {
      const block = new Uint8Array(blockBytes);
      const there = await this.#store.read(lba, block);
      if (there < blockBytes) await this.#store.write(lba, block);
    }
  }
}

/** The operating system's name of a failure. */
function errnoOf(error: unknown): string {
  if (error instanceof DiscError && error.code === "E_HOST") return (error as DiscError<"E_HOST">).detail.errno;
  return error instanceof DiscError ? error.code : "EIO";
}
