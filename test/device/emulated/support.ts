import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { StructCodec } from "../../../src/codec/struct.js";
import { encode } from "../../../src/codec/struct.js";
import type { EmulatedDriveOptions } from "../../../src/device/emulated/drive.js";
import { EmulatedDrive } from "../../../src/device/emulated/drive.js";
import { blank } from "../../../src/device/mmc/blank.js";
import { closeTrackSession } from "../../../src/device/mmc/close-track-session.js";
import type { Command } from "../../../src/device/mmc/command.js";
import type { FormatParameters } from "../../../src/device/mmc/format-unit.js";
import { formatParameters, formatUnit } from "../../../src/device/mmc/format-unit.js";
import type { Configuration } from "../../../src/device/mmc/get-configuration.js";
import { decodeConfiguration, getConfiguration } from "../../../src/device/mmc/get-configuration.js";
import { encodeModeSelectData, modeSelect10 } from "../../../src/device/mmc/mode-parameters.js";
import { read10 } from "../../../src/device/mmc/read-10.js";
import { capacityReply, readCapacity } from "../../../src/device/mmc/read-capacity.js";
import type { DiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import { discInformation, readDiscInformation } from "../../../src/device/mmc/read-disc-information.js";
import type { FormatCapacities } from "../../../src/device/mmc/read-format-capacities.js";
import { decodeFormatCapacities, readFormatCapacities } from "../../../src/device/mmc/read-format-capacities.js";
import { readToc } from "../../../src/device/mmc/read-toc.js";
import type { TrackInformation } from "../../../src/device/mmc/read-track-information.js";
import { readTrackInformation, trackInformation } from "../../../src/device/mmc/read-track-information.js";
import { requestSense } from "../../../src/device/mmc/request-sense.js";
import { reserveTrack } from "../../../src/device/mmc/reserve-track.js";
import type { Sense } from "../../../src/device/mmc/sense.js";
import { decodeSense, senseBytes } from "../../../src/device/mmc/sense.js";
import { synchronizeCache } from "../../../src/device/mmc/synchronize-cache.js";
import { testUnitReady } from "../../../src/device/mmc/test-unit-ready.js";
import { write10 } from "../../../src/device/mmc/write-10.js";
import type { WriteParameters } from "../../../src/device/mmc/write-parameters-page.js";
import { writeParametersPage } from "../../../src/device/mmc/write-parameters-page.js";
import type { CommandResult, Transfer } from "../../../src/device/transport.js";
import type { CreateDiscOptions } from "../../../src/device.js";
import { createDisc } from "../../../src/device.js";
import { nodeFileAccess } from "../../../src/host/node-file-access.js";
import type { FileAccess } from "../../../src/medium/file-access.js";
import { blockBytes } from "../../../src/units.js";
import { temporaryFolder } from "../support.js";

/** How a command ended: "ok", key/asc/ascq in hexadecimal, or what the host's files said. */
export function outcomeOf(result: CommandResult): string {
  if (result.status === "failed") return result.errno;
  if (result.status === "ok" || result.sense === null) return result.status;
  return senseOf(result.sense);
}

export function senseOf({ key, asc, ascq }: Sense): string {
  const hex2 = (value: number): string => value.toString(16).toUpperCase().padStart(2, "0");
  return `${key.toString(16).toUpperCase()}/${hex2(asc)}/${hex2(ascq)}`;
}

/** A drive, and commands sent to it by their codecs. */
export class Bench {
  readonly drive: EmulatedDrive;
  readonly path: string;

  constructor(drive: EmulatedDrive, path: string) {
    this.drive = drive;
    this.path = path;
  }

  async send<F>(command: Command<F>, fields: F, transfer: Transfer = { direction: "none" }): Promise<CommandResult> {
    return await this.drive.execute(encode(command.cdb, fields), transfer, 1000);
  }

  async run<F>(command: Command<F>, fields: F, transfer: Transfer = { direction: "none" }): Promise<string> {
    return outcomeOf(await this.send(command, fields, transfer));
  }

  /** Fetches a reply; throws where the command was refused. */
  async fetch<F>(command: Command<F>, fields: F, bytes = 4096): Promise<Uint8Array> {
    const result = await this.send(command, fields, { direction: "in", allocationBytes: bytes });
    if (result.status === "ok") return result.data;
    throw new Error(`${command.name}: ${outcomeOf(result)}`);
  }

  async value<F, T>(command: Command<F>, fields: F, reply: StructCodec<T>): Promise<T> {
    return reply.read(await this.fetch(command, fields, reply.size), 0, strictContext);
  }

  async write(lba: number, blocks: number, octet = 1): Promise<string> {
    const data = new Uint8Array(blocks * blockBytes).fill(octet);
    const logicalBlockAddress = lba < 0 ? lba + 2 ** 32 : lba;
    return await this.run(write10, { logicalBlockAddress, transferBlocks: blocks }, { direction: "out", data });
  }

  async read(lba: number, blocks: number): Promise<string> {
    const transfer: Transfer = { direction: "in", allocationBytes: blocks * blockBytes };
    return await this.run(read10, { logicalBlockAddress: lba, transferBlocks: blocks }, transfer);
  }

  /** The first byte of a block. */
  async octet(lba: number): Promise<number> {
    return (await this.fetch(read10, { logicalBlockAddress: lba, transferBlocks: 1 }, blockBytes))[0]!;
  }

  async sync(immediate = false): Promise<string> {
    return await this.run(synchronizeCache, { immediate });
  }

  async close(closeFunction: number, trackNumber = 0, immediate = false): Promise<string> {
    return await this.run(closeTrackSession, { immediate, closeFunction, trackNumber });
  }

  async reserve(reservationSize: number): Promise<string> {
    return await this.run(reserveTrack, { addressSpecified: false, reservationSize });
  }

  async blank(blankingType: number, immediate = false): Promise<string> {
    return await this.run(blank, { immediate, blankingType, startAddressOrTrackNumber: 0 });
  }

  async format(formatType: number, numberOfBlocks: number, changes: Partial<FormatParameters> = {}): Promise<string> {
    const data = encode(formatParameters, {
      formatOptionsValid: false,
      disablePrimary: false,
      disableCertification: false,
      stopFormat: false,
      initializationPattern: false,
      tryOut: false,
      immediate: false,
      vendorSpecific: false,
      numberOfBlocks,
      formatType,
      formatSubtype: 0,
      typeDependentParameter: 0,
      ...changes,
    });
    return await this.run(
      formatUnit,
      { formatData: true, completeList: false, formatCode: 1 },
      { direction: "out", data },
    );
  }

  async select(parameters: WriteParameters): Promise<string> {
    const data = encodeModeSelectData([encode(writeParametersPage, parameters)]);
    const fields = { pageFormat: true, savePages: false, parameterListLength: data.length };
    return await this.run(modeSelect10, fields, { direction: "out", data });
  }

  async ready(): Promise<string> {
    return await this.run(testUnitReady, {});
  }

  async sense(): Promise<Sense> {
    return decodeSense(await this.fetch(requestSense, { allocationLength: senseBytes }, senseBytes))!;
  }

  async disc(): Promise<DiscInformation> {
    return await this.value(
      readDiscInformation,
      { dataType: 0, allocationLength: discInformation.size },
      discInformation,
    );
  }

  async track(address: number, addressType = 1): Promise<TrackInformation> {
    const fields = { addressType, address, allocationLength: trackInformation.size };
    return await this.value(readTrackInformation, fields, trackInformation);
  }

  async lastBlock(): Promise<number> {
    return (await this.value(readCapacity, {}, capacityReply)).lastBlockAddress;
  }

  async formats(): Promise<FormatCapacities> {
    return decodeFormatCapacities(await this.fetch(readFormatCapacities, { allocationLength: 252 }));
  }

  async configuration(requestedType = 0, startingFeatureNumber = 0): Promise<Configuration> {
    const fields = { requestedType, startingFeatureNumber, allocationLength: 4096 };
    return decodeConfiguration(await this.fetch(getConfiguration, fields));
  }

  async hasFeature(code: number): Promise<boolean> {
    return (await this.configuration(1)).features.some((feature) => feature.code === code);
  }

  /** A table of contents in hexadecimal, or why there is none. */
  async toc(format: number, changes: { msf?: boolean; from?: number } = {}): Promise<string> {
    const { msf = false, from = 0 } = changes;
    const fields = { msf, format, trackSessionNumber: from, allocationLength: 804, legacyFormat: 0 };
    const result = await this.send(readToc, fields, { direction: "in", allocationBytes: 804 });
    return result.status === "ok" ? Buffer.from(result.data).toString("hex") : outcomeOf(result);
  }

  /** Writes a track, or a session, and closes it. */
  async session(lba: number, blocks: number, track: number, octet = 1): Promise<readonly string[]> {
    return [await this.write(lba, blocks, octet), await this.sync(), await this.close(1, track), await this.close(2)];
  }
}

/** What {@link Bench.session} says when all goes well. */
export const allWell: readonly string[] = ["ok", "ok", "ok", "ok"];

/** Puts a disc that is there into a drive, taken for exclusive use. */
export async function openBench(
  t: ExecutionContext,
  path: string,
  options: EmulatedDriveOptions = {},
  files: FileAccess = nodeFileAccess,
): Promise<Bench> {
  const drive = await EmulatedDrive.open(files, path, options);
  t.teardown(() => drive[Symbol.asyncDispose]());
  await drive.reserve();
  return new Bench(drive, path);
}

/** A blank disc in a drive, taken for exclusive use; `null` for a disc of the usual size. */
export async function benchWith(
  t: ExecutionContext,
  media: string,
  capacityBlocks: number | null = 80_000,
  options: Partial<CreateDiscOptions> = {},
): Promise<Bench> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media, capacityBlocks: capacityBlocks ?? undefined, ...options });
  return await openBench(t, path);
}

/** The same disc after its process ended and another one opened it. */
export async function reopened(t: ExecutionContext, bench: Bench): Promise<Bench> {
  await bench.drive[Symbol.asyncDispose]();
  return await openBench(t, bench.path);
}
