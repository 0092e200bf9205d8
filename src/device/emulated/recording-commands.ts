import { strictContext } from "../../codec/codec.js";
import { blockBytes } from "../../units.js";
import { blank } from "../mmc/blank.js";
import { closeTrackSession } from "../mmc/close-track-session.js";
import { discFormatCode, formatParameters, formatUnit } from "../mmc/format-unit.js";
import { modeParameterHeader, modeSelect10 } from "../mmc/mode-parameters.js";
import { modeParameterHeader6, modeSelect6 } from "../mmc/mode-sense-6.js";
import { read10 } from "../mmc/read-10.js";
import { read12 } from "../mmc/read-12.js";
import { reserveTrack } from "../mmc/reserve-track.js";
import { cueSheetEntry, decodeCueSheet, sendCueSheet } from "../mmc/send-cue-sheet.js";
import { sendDiscStructure } from "../mmc/send-disc-structure.js";
import { sendOpcInformation } from "../mmc/send-opc-information.js";
import { setCdSpeed } from "../mmc/set-cd-speed.js";
import { setStreaming } from "../mmc/set-streaming.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import { write10 } from "../mmc/write-10.js";
import { write12 } from "../mmc/write-12.js";
import { writeTypes } from "../mmc/write-parameters-page.js";
import type { Handler } from "./command-handler.js";
import { answer, perform } from "./command-handler.js";
import { withStructure } from "./disc-structures.js";
import type { DriveState } from "./drive-state.js";
import type { MediumState, SequentialMedium } from "./medium.js";
import { isDamaged, rulesOfSequence } from "./medium.js";
import { selectPages } from "./mode-pages.js";
import { closeOverwritten, overwrite, requireFormatted, synchronizeOverwritten } from "./overwriting.js";
import { withStreaming } from "./performance.js";
import { blanking, formatting } from "./preparing.js";
import { checkCondition } from "./refusal.js";
import {
  closeInSequence,
  requireRecorded,
  reserveTrack as reserveInSequence,
  synchronizeSequence,
  writeInSequence,
} from "./sequential-recording.js";
import { beginSession } from "./session-at-once.js";
import { nearestSpeed, writeSpeedsOf } from "./speeds.js";

/** Addresses from there on mean blocks before the disc's first one. */
const firstNegativeAddress = 2 ** 31;

function requireSound(medium: MediumState): void {
  if (medium.interrupted !== null) throw checkCondition(3, 0x31, 0x00);
}

async function read(drive: DriveState, lba: number, blocks: number): Promise<Uint8Array> {
  drive.requireMedium();
  // While writing is only tested, what is on the disc is what was there before.
  const medium = drive.disc.recorded;
  requireSound(medium);
  const run = { firstLba: lba, blocks };
  if (medium.model === "sequential") requireRecorded(medium, run);
  else requireFormatted(medium, run);
  if (isDamaged(medium, "read", lba, blocks)) throw checkCondition(3, 0x11, 0x00);
  const target = new Uint8Array(blocks * blockBytes);
  const bytes = blocks === 0 ? 0 : await drive.disc.readBlocks(lba, target);
  // A unit that power failed in: the file ends before it does. Of formatted blocks the file need have none.
  if (bytes < target.length && medium.model === "sequential") throw checkCondition(3, 0x11, 0x00);
  return target;
}

async function write(drive: DriveState, address: number, blocks: number, data: Uint8Array): Promise<void> {
  const { disc, settings } = drive;
  const medium = drive.requireWritable();
  requireSound(medium);
  const lba = address >= firstNegativeAddress ? address - 2 ** 32 : address;
  // The drive takes as many blocks as the command says, whatever more the host holds ready.
  if (data.length < blocks * blockBytes) throw checkCondition(5, 0x24, 0x00);
  if (isDamaged(medium, "write", lba, blocks)) throw checkCondition(3, 0x0c, 0x00);
  const run = { firstLba: lba, blocks };
  const content = data.subarray(0, blocks * blockBytes);
  if (medium.model === "overwritable") {
    await overwrite(disc, medium, run, content);
    return;
  }
  const { writeParameters } = settings;
  simulateIfAsked(drive, medium);
  await writeInSequence(disc, medium, run, content, writeParameters);
}

/** With the test write bit, what follows is not recorded. */
function simulateIfAsked({ disc, settings }: DriveState, medium: SequentialMedium): void {
  if (settings.writeParameters.testWrite && rulesOfSequence(medium).obeysWriteParameters) disc.beginSimulation();
}

async function synchronize(drive: DriveState): Promise<void> {
  const medium = drive.requireMedium();
  if (!drive.isReserved || medium.interrupted !== null) return;
  if (medium.model === "sequential") await synchronizeSequence(drive.disc, medium, drive.settings.writeParameters);
  else await synchronizeOverwritten(drive.disc, medium);
}

async function closeTrackOrSession(drive: DriveState, closeFunction: number, trackNumber: number): Promise<void> {
  const medium = drive.requireWritable();
  const { disc, settings } = drive;
  requireSound(medium);
  if (medium.model === "overwritable") await closeOverwritten(disc, medium, closeFunction);
  else await closeInSequence(disc, medium, closeFunction, trackNumber, settings.writeParameters);
}

function select(drive: DriveState, parameterListLength: number, data: Uint8Array, headerBytes: number): void {
  if (parameterListLength === 0) return;
  if (parameterListLength !== data.length || data.length < headerBytes) throw checkCondition(5, 0x1a, 0x00);
  drive.settings = selectPages(drive.settings, drive.medium, data.subarray(headerBytes));
  // From now on it is for real.
  if (!drive.settings.writeParameters.testWrite) drive.disc.endSimulation();
}

/** Commands that read, write and prepare, by operation code. */
export const recordingCommands: readonly (readonly [number, Handler])[] = [
  answer(read10, (drive, { logicalBlockAddress, transferBlocks }) => read(drive, logicalBlockAddress, transferBlocks)),
  answer(read12, (drive, { logicalBlockAddress, transferBlocks }) => read(drive, logicalBlockAddress, transferBlocks)),
  perform(write10, async (drive, { logicalBlockAddress, transferBlocks }, data) => {
    await write(drive, logicalBlockAddress, transferBlocks, data);
  }),
  perform(write12, async (drive, { logicalBlockAddress, transferBlocks }, data) => {
    await write(drive, logicalBlockAddress, transferBlocks, data);
  }),
  perform(synchronizeCache, async (drive, { immediate }) => {
    drive.requireMedium();
    await drive.close(immediate, () => synchronize(drive));
  }),
  perform(closeTrackSession, async (drive, { immediate, closeFunction, trackNumber }) => {
    await closeTrackOrSession(drive, closeFunction, trackNumber);
    await drive.close(immediate, async () => {});
  }),
  perform(reserveTrack, async (drive, { addressSpecified, reservationSize }) => {
    const medium = drive.requireWritable();
    requireSound(medium);
    if (addressSpecified) throw checkCondition(5, 0x24, 0x00);
    if (medium.model !== "sequential") throw checkCondition(5, 0x30, 0x05);
    simulateIfAsked(drive, medium);
    await reserveInSequence(drive.disc, medium, reservationSize, drive.settings.writeParameters);
  }),
  perform(sendCueSheet, (drive, { cueSheetSize }, data) => {
    const medium = drive.requireWritable();
    const { writeParameters } = drive.settings;
    requireSound(medium);
    if (medium.media.family !== "cd" || medium.model !== "sequential") throw checkCondition(5, 0x30, 0x05);
    if (writeParameters.writeType !== writeTypes.sessionAtOnce) throw checkCondition(5, 0x2c, 0x00);
    if (cueSheetSize !== data.length || data.length % cueSheetEntry.size !== 0) throw checkCondition(5, 0x1a, 0x00);
    simulateIfAsked(drive, medium);
    beginSession(drive.disc, medium, decodeCueSheet(data));
  }),
  perform(blank, async (drive, { immediate, blankingType }) => {
    drive.requireWritable();
    drive.disc.endSimulation();
    await drive.prepare(immediate, "other", blanking(drive.disc, blankingType));
  }),
  perform(formatUnit, async (drive, { formatData, formatCode }, data) => {
    drive.requireWritable();
    if (!formatData || formatCode !== discFormatCode) throw checkCondition(5, 0x24, 0x00);
    if (data.length < formatParameters.size) throw checkCondition(5, 0x1a, 0x00);
    const request = formatParameters.read(data, 0, strictContext);
    drive.disc.endSimulation();
    await drive.prepare(request.immediate, "formatting", formatting(drive.disc, request));
  }),
  perform(sendDiscStructure, async (drive, { mediaType, format, structureDataLength }, data) => {
    const medium = drive.requireWritable();
    if (structureDataLength !== data.length) throw checkCondition(5, 0x1a, 0x00);
    await drive.disc.save(withStructure(medium, mediaType, format, data));
  }),
  perform(sendOpcInformation, (drive) => {
    drive.requireWritable();
  }),
  perform(setCdSpeed, (drive, { readSpeed, writeSpeed, rotationalControl }) => {
    const speeds = writeSpeedsOf(drive.medium?.media.family);
    drive.settings = {
      ...drive.settings,
      readSpeed: nearestSpeed(speeds, readSpeed),
      writeSpeed: nearestSpeed(speeds, writeSpeed),
      rotationControl: rotationalControl,
    };
  }),
  perform(setStreaming, (drive, _fields, data) => {
    drive.settings = withStreaming(drive.settings, drive.requireMedium(), data);
  }),
  perform(modeSelect10, (drive, { pageFormat, parameterListLength }, data) => {
    if (!pageFormat) throw checkCondition(5, 0x24, 0x00);
    select(drive, parameterListLength, data, modeParameterHeader.size);
  }),
  perform(modeSelect6, (drive, { pageFormat, parameterListLength }, data) => {
    if (!pageFormat) throw checkCondition(5, 0x24, 0x00);
    select(drive, parameterListLength, data, modeParameterHeader6.size);
  }),
];
