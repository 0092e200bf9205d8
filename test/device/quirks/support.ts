import type { ExecutionContext } from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { StructCodec } from "../../../src/codec/struct.js";
import { encode } from "../../../src/codec/struct.js";
import type { Clock } from "../../../src/device/clock.js";
import { misbehaving, openEmulatedDrive } from "../../../src/device/emulated/misbehaving-drive.js";
import type { Misbehaviour } from "../../../src/device/emulated/misbehaviour.js";
import type { Command } from "../../../src/device/mmc/command.js";
import { decodeConfiguration, getConfiguration } from "../../../src/device/mmc/get-configuration.js";
import { capacityReply, readCapacity } from "../../../src/device/mmc/read-capacity.js";
import type { DiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import { discInformation, readDiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import type { TocTrack } from "../../../src/device/mmc/read-toc.js";
import { decodeTocItems, readToc, tocTrack } from "../../../src/device/mmc/read-toc.js";
import type { TrackInformation } from "../../../src/device/mmc/read-track-information.js";
import { readTrackInformation, trackInformation } from "../../../src/device/mmc/read-track-information.js";
import { write10 } from "../../../src/device/mmc/write-10.js";
import { Recorder } from "../../../src/device/recorder.js";
import type { CommandResult, Transfer, Transport } from "../../../src/device/transport.js";
import { createDiscOn } from "../../../src/device.js";
import { DiscError } from "../../../src/errors.js";
import type { FileAccess } from "../../../src/medium/file-access.js";
import { blockBytes } from "../../../src/units.js";
import { memoryFiles } from "../memory-files.js";
import { sessionOf } from "../support.js";

/** Blocks of each session that a disc is prepared with. */
export const sessionBlocks = 320;

/** A disc, and where its files are. */
export interface TestDisc {
  readonly files: FileAccess;
  readonly path: string;
}

/** A blank disc, in memory. */
export async function blankDisc(media: string): Promise<TestDisc> {
  const disc = { files: memoryFiles(), path: "disc" };
  await createDiscOn(disc.files, disc.path, { media });
  return disc;
}

/** A disc with some sessions, in memory. */
export async function discWith(media: string, sessions: number, finalise = false): Promise<TestDisc> {
  const disc = await blankDisc(media);
  await using recorder = await recorderWith(disc);
  for (let session = 1; session <= sessions; session++) {
    const first = recorder.state.nextWritableAddress!;
    const data = sessionOf(session, first, sessionBlocks, recorder.identity);
    await recorder.write(data, { close: finalise && session === sessions });
  }
  return disc;
}

/** A drive with a disc in it, that misbehaves. */
export async function driveOf(disc: TestDisc, how: Misbehaviour = {}): Promise<Transport> {
  const { quirks = [], ...others } = how;
  return misbehaving(await openEmulatedDrive(disc.files, disc.path, { quirks }), others);
}

/** The same, taken for exclusive use; it ends with the test. */
export async function driveWith(t: ExecutionContext, disc: TestDisc, how: Misbehaviour = {}): Promise<Transport> {
  const drive = await driveOf(disc, how);
  t.teardown(() => drive[Symbol.asyncDispose]());
  await drive.reserve();
  return drive;
}

/** A recorder with a disc, that waits for nobody. */
export async function recorderWith(disc: TestDisc, how: Misbehaviour = {}): Promise<Recorder> {
  return await Recorder.on(await driveOf(disc, how), { clock: instantClock() });
}

/** A DVD-R DL takes a single session. */
export function sessionsOn(media: string): number {
  return media === "dvd-r-dl" ? 1 : 3;
}

/** Where the next session goes: on media that can be overwritten, behind what was written. */
function nextStart(recorder: Recorder, starts: readonly number[]): number {
  return recorder.state.state === "overwritable" ? starts.length * sessionBlocks : recorder.state.nextWritableAddress!;
}

/** Writes the next session; tells where it begins. */
export async function writeNext(recorder: Recorder, starts: readonly number[]): Promise<number> {
  const start = nextStart(recorder, starts);
  await recorder.write(sessionOf(starts.length + 1, start, sessionBlocks, recorder.identity));
  return start;
}

/** A clock whose time goes by only while it is waited for, and then at once. */
export function instantClock(): Clock {
  let now = 0;
  return {
    now: () => now,
    wait: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

/** Writes sessions until there are so many, as far as it gets; `starts` tells where those begin that there are. */
export async function course(
  drive: Transport,
  sessions: number,
  starts: number[] = [],
): Promise<{ starts: number[]; error?: DiscError }> {
  try {
    await using recorder = await Recorder.on(drive, { clock: instantClock() });
    while (starts.length < sessions) {
      // What a session that someone left open needs.
      if (recorder.state.needsRepair) await recorder.repair();
      starts.push(await writeNext(recorder, starts));
    }
    return { starts };
  } catch (error) {
    if (!(error instanceof DiscError)) throw error;
    return { starts, error };
  }
}

/** Sends commands to a drive, and reads what it answers. */
export class Asker {
  readonly drive: Transport;

  constructor(drive: Transport) {
    this.drive = drive;
  }

  async send<F>(command: Command<F>, fields: F, transfer: Transfer = { direction: "none" }): Promise<CommandResult> {
    return await this.drive.execute(encode(command.cdb, fields), transfer, command.timeoutMs);
  }

  /** Sends a command; tells how it ended: "ok", "5/24/00", "EIO". */
  async ends<F>(command: Command<F>, fields: F, transfer: Transfer = { direction: "none" }): Promise<string> {
    return ending(await this.send(command, fields, transfer));
  }

  async ask<F extends { allocationLength: number }>(
    command: Command<F>,
    fields: Omit<F, "allocationLength">,
    bytes: number,
  ): Promise<CommandResult> {
    const whole = { ...fields, allocationLength: bytes } as unknown as F;
    return await this.send(command, whole, { direction: "in", allocationBytes: bytes });
  }

  async track(address: number): Promise<TrackInformation> {
    const result = await this.ask(readTrackInformation, { addressType: 1, address }, trackInformation.size);
    return valueIn(trackInformation, result);
  }

  async trackEnds(address: number): Promise<string> {
    return ending(await this.ask(readTrackInformation, { addressType: 1, address }, trackInformation.size));
  }

  async disc(): Promise<DiscInformation> {
    return valueIn(discInformation, await this.ask(readDiscInformation, { dataType: 0 }, discInformation.size));
  }

  async toc(format: number): Promise<TocTrack[]> {
    return decodeTocItems(dataIn(await this.tocReply(format)), tocTrack);
  }

  async tocReply(format: number): Promise<CommandResult> {
    return await this.ask(readToc, { msf: false, format, trackSessionNumber: 0, legacyFormat: 0 }, 804);
  }

  async lastBlock(): Promise<number> {
    const result = await this.send(readCapacity, {}, { direction: "in", allocationBytes: capacityReply.size });
    return valueIn(capacityReply, result).lastBlockAddress;
  }

  async isCurrent(featureCode: number): Promise<boolean> {
    const result = await this.ask(getConfiguration, { requestedType: 0, startingFeatureNumber: 0 }, 4096);
    const { features } = decodeConfiguration(dataIn(result));
    return features.some(({ code, current }) => code === featureCode && current);
  }

  /** Writes blocks of zeros; tells how it ended. */
  async write(lba: number, blocks: number): Promise<string> {
    const data = new Uint8Array(blocks * blockBytes);
    return await this.ends(write10, { logicalBlockAddress: lba, transferBlocks: blocks }, { direction: "out", data });
  }
}

/** How a command ended: "ok", the three numbers of its sense, or what the host says. */
export function ending(result: CommandResult): string {
  if (result.status === "ok") return "ok";
  if (result.status === "failed") return result.errno;
  if (result.sense === null) return "no sense";
  const { key, asc, ascq } = result.sense;
  return [key.toString(16), ...[asc, ascq].map((code) => code.toString(16).padStart(2, "0"))].join("/").toUpperCase();
}

export function dataIn(result: CommandResult): Uint8Array {
  if (result.status === "ok") return result.data;
  throw new Error(`the command ended with ${ending(result)}`);
}

function valueIn<T>(codec: StructCodec<T>, result: CommandResult): T {
  return codec.read(dataIn(result), 0, strictContext);
}
