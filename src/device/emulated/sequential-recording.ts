import { alignUp, blockBytes } from "../../units.js";
import { closeFunctions } from "../mmc/close-track-session.js";
import type { WriteParameters } from "../mmc/write-parameters-page.js";
import { multisessionFields, writeTypes } from "../mmc/write-parameters-page.js";
import type { LoadedDisc } from "./loaded-disc.js";
import type { BlockRun, MediumTrack, SequentialMedium } from "./medium.js";
import { rulesOfSequence } from "./medium.js";
import { dataBlockTypes, isData } from "./mode-pages.js";
import { usualWriting } from "./ready-made.js";
import { checkCondition } from "./refusal.js";
import {
  dataEnd,
  filledBlocks,
  hasNextTrack,
  isBlank,
  nextTrackStart,
  openSessionTracks,
  openTracks,
  recordingTrack,
  usableBlocks,
  withSessionClosed,
  withTrack,
  withTrackBegun,
} from "./sequential.js";
import { endSession, writeOfSession } from "./session-at-once.js";

/** In CLOSE TRACK/SESSION and READ TRACK INFORMATION: the track that is written next, on media that have that name. */
export const invisibleTrack = 0xff;

/** Whether the write parameters ask for a whole session, or disc, in one go. */
function isAtOnce(state: SequentialMedium, { writeType }: WriteParameters): boolean {
  return rulesOfSequence(state).obeysWriteParameters && writeType === writeTypes.sessionAtOnce;
}

/** Refuses a way of writing that the disc, or the track, is not for. MMC-6 "Write parameters mode page". */
function requireWriteType(state: SequentialMedium, parameters: WriteParameters, track: MediumTrack | undefined): void {
  if (!rulesOfSequence(state).obeysWriteParameters) return;
  if (state.media.family === "cd") {
    // A session at once begins with its cue sheet.
    if (parameters.writeType === writeTypes.sessionAtOnce) throw checkCondition(5, 0x2c, 0x00);
    if (track?.writing === "sessionAtOnce" || !isData(parameters)) throw checkCondition(5, 0x64, 0x00);
    return;
  }
  if (parameters.writeType === writeTypes.sessionAtOnce) {
    // A disc at once begins with the reservation of its size.
    if (track?.writing !== "sessionAtOnce") throw checkCondition(5, 0x2c, 0x00);
    return;
  }
  if (state.atOnceOnly || track?.writing === "sessionAtOnce") throw checkCondition(5, 0x64, 0x00);
}

/** Where in a track the next block goes. */
function isWritableAt(track: MediumTrack, lba: number): boolean {
  const isFull = track.reservedBlocks !== null && track.blocks >= track.reservedBlocks;
  return !isFull && dataEnd(track) === lba;
}

/**
 * WRITE, at a next writable address.
 *
 * @throws Refusal 5/30/05 on a finalised disc, 5/21/00 behind its end, 5/21/02 elsewhere than where it goes on, 5/63/00
 *   for more than the track has, 5/2C/00 and 5/64/00 where the write parameters are not those for it.
 */
export async function writeInSequence(
  disc: LoadedDisc,
  state: SequentialMedium,
  run: BlockRun,
  data: Uint8Array,
  parameters: WriteParameters,
): Promise<void> {
  const { firstLba: lba, blocks } = run;
  if (state.finalised) throw checkCondition(5, 0x30, 0x05);
  if (disc.sessionPlan !== null) {
    await writeOfSession(disc, state, disc.sessionPlan, run, data);
    return;
  }
  if (lba >= usableBlocks(state)) throw checkCondition(5, 0x21, 0x00);
  const track = openTracks(state).find((candidate) => isWritableAt(candidate, lba));
  if (track === undefined && !(hasNextTrack(state) && lba === nextTrackStart(state))) {
    await writeAgain(disc, state, run, data);
    return;
  }
  const end = track?.reservedBlocks == null ? usableBlocks(state) : track.startLba + track.reservedBlocks;
  if (lba + blocks > end) throw checkCondition(5, 0x63, 0x00);
  requireWriteType(state, parameters, track);
  if (blocks === 0) return;
  const begun = track === undefined ? await beginTrack(disc, state, parameters) : state;
  const number = track?.number ?? begun.tracks.length;
  await disc.writeBlocks(lba, data);
  const recorded = begun.tracks[number - 1]!.blocks + blocks;
  disc.keep(withTrack(begun, number, { blocks: recorded }));
}

async function beginTrack(
  disc: LoadedDisc,
  state: SequentialMedium,
  { dataBlockType }: WriteParameters,
): Promise<SequentialMedium> {
  const rules = rulesOfSequence(state);
  if (state.tracks.length >= rules.maximumTracks) throw checkCondition(5, 0x72, 0x05);
  // The first write formats a BD-R: without spares, and so that nothing can be written again.
  const isBdR = state.media.family === "bd-r";
  const format = isBdR ? (state.format ?? { spareBlocks: 0, pseudoOverwrite: false, replacedBlocks: 0 }) : null;
  const isMode2 = state.media.family === "cd" && dataBlockType === dataBlockTypes.mode2Form1;
  const empty = withTrackBegun({ ...state, format }, usualWriting(state));
  const begun = withTrack(empty, empty.tracks.length, { content: isMode2 ? "mode2" : "mode1" });
  await saveBegun(disc, state, begun);
  return begun;
}

/** Says that a track is there before anything is written to it. */
async function saveBegun(disc: LoadedDisc, before: SequentialMedium, begun: SequentialMedium): Promise<void> {
  // What the sidecar says of the other tracks has to be on the disc.
  if (openTracks(before).some(({ blocks }) => blocks > 0)) await disc.sync();
  // What lies behind would be taken for blocks of this track, if power failed.
  await disc.truncate(begun.tracks.at(-1)!.startLba);
  await disc.save(begun);
}

/** Writes over what was written: a BD-R formatted for it uses up other blocks in their place. */
async function writeAgain(disc: LoadedDisc, state: SequentialMedium, run: BlockRun, data: Uint8Array): Promise<void> {
  const { firstLba, blocks } = run;
  const { format, media } = state;
  const end = firstLba + blocks;
  const isRecorded = state.tracks.some((track) => firstLba >= track.startLba && end <= dataEnd(track));
  if (format === null || !format.pseudoOverwrite || !isRecorded) throw checkCondition(5, 0x21, 0x02);
  const { unitBlocks } = media;
  const units = Math.ceil(end / unitBlocks) - Math.floor(firstLba / unitBlocks);
  const replacedBlocks = format.replacedBlocks + units * unitBlocks;
  const after = { ...state, format: { ...format, replacedBlocks } };
  if (usableBlocks(after) < nextTrackStart(after)) throw checkCondition(5, 0x63, 0x00);
  if (blocks === 0) return;
  await disc.writeBlocks(firstLba, data);
  disc.keep(after);
}

/**
 * RESERVE TRACK: gives the track that is written next a size.
 *
 * @throws Refusal 5/30/05 on a finalised disc, 5/64/00 on a CD, 5/2C/00 where a track is being written, or the disc is to
 *   be written at once and isn't blank, 5/72/05 for one more than may be reserved, 5/63/00 for more than is free.
 */
export async function reserveTrack(
  disc: LoadedDisc,
  state: SequentialMedium,
  blocks: number,
  parameters: WriteParameters,
): Promise<void> {
  const rules = rulesOfSequence(state);
  if (state.finalised) throw checkCondition(5, 0x30, 0x05);
  if (rules.maximumReservations === 0) throw checkCondition(5, 0x64, 0x00);
  const atOnce = isAtOnce(state, parameters);
  if (!hasNextTrack(state) || (atOnce && !isBlank(state))) throw checkCondition(5, 0x2c, 0x00);
  if (!atOnce && state.atOnceOnly) throw checkCondition(5, 0x64, 0x00);
  const reserved = state.tracks.filter((track) => track.state === "recording").length;
  if (reserved >= rules.maximumReservations) throw checkCondition(5, 0x72, 0x05);
  if (blocks === 0) throw checkCondition(5, 0x24, 0x00);
  const size = alignUp(blocks, state.media.unitBlocks);
  if (nextTrackStart(state) + size > usableBlocks(state)) throw checkCondition(5, 0x63, 0x00);
  const begun = withTrackBegun(state, atOnce ? "sessionAtOnce" : usualWriting(state), size);
  await saveBegun(disc, state, begun);
}

/**
 * SYNCHRONIZE CACHE: what was written is on the disc then. It ends a track that is written at once, and what is written
 * at once as a whole when all of it was sent.
 */
export async function synchronizeSequence(
  disc: LoadedDisc,
  state: SequentialMedium,
  parameters: WriteParameters,
): Promise<void> {
  const { sessionPlan } = disc;
  if (sessionPlan !== null) {
    const keepOpen = parameters.multisession === multisessionFields.keepOpen;
    if (sessionPlan.nextLba === sessionPlan.leadOutLba) await endSession(disc, state, sessionPlan, keepOpen);
    else await disc.sync();
    return;
  }
  const track = recordingTrack(state);
  if (track?.writing === "trackAtOnce") {
    await closeTrack(disc, state, track);
    return;
  }
  const whole = track === undefined ? state : await filled(disc, state, track);
  await disc.sync();
  const ended = await withFullTracksClosed(disc, whole);
  const isDiscAtOnce = ended !== whole && ended.tracks.some(({ writing }) => writing === "sessionAtOnce");
  if (isDiscAtOnce) await disc.save(withSessionClosed(ended, true));
  else if (openTracks(ended).length > 0 || ended.format !== null) await disc.save(ended);
}

/** A track is complete once all that was reserved for it is written: nobody has to close it. */
async function withFullTracksClosed(disc: LoadedDisc, state: SequentialMedium): Promise<SequentialMedium> {
  let closed = state;
  for (const track of openTracks(state)) {
    const blocks = alignUp(track.blocks, state.media.unitBlocks);
    if (track.reservedBlocks !== null && blocks >= track.reservedBlocks) closed = await closeTrack(disc, closed, track);
  }
  return closed;
}

/** Fills a track that is being recorded up to whole units. */
async function filled(disc: LoadedDisc, state: SequentialMedium, track: MediumTrack): Promise<SequentialMedium> {
  const blocks = filledBlocks(state, track);
  await disc.writeZeros(dataEnd(track), blocks - track.blocks);
  return withTrack(state, track.number, { blocks });
}

async function closeTrack(disc: LoadedDisc, state: SequentialMedium, track: MediumTrack): Promise<SequentialMedium> {
  // A unit that power failed in ends where the file does: its last blocks are written, so that the file is whole.
  if (track.damaged) await fillTornUnit(disc, state, track);
  const whole = await filled(disc, state, track);
  await disc.sync();
  const closed = withTrack(whole, track.number, { state: "complete" });
  await disc.save(closed);
  return closed;
}

async function fillTornUnit(disc: LoadedDisc, state: SequentialMedium, track: MediumTrack): Promise<void> {
  const from = Math.max(track.startLba, dataEnd(track) - state.media.unitBlocks);
  for (let lba = from; lba < dataEnd(track); lba++) {
    const block = new Uint8Array(blockBytes);
    if ((await disc.readBlocks(lba, block)) < blockBytes) await disc.writeBlocks(lba, block);
  }
}

/**
 * CLOSE TRACK/SESSION.
 *
 * @throws Refusal 5/24/00 for a function that the medium hasn't, or a track that there isn't, 5/30/05 on a finalised
 *   disc, 5/72/03 where a track of the session is still being recorded, 5/72/04 where a reserved one isn't full.
 */
export async function closeInSequence(
  disc: LoadedDisc,
  state: SequentialMedium,
  closeFunction: number,
  trackNumber: number,
  parameters: WriteParameters,
): Promise<void> {
  const rules = rulesOfSequence(state);
  if (closeFunction === closeFunctions.track) {
    await closeTrackNumbered(disc, state, trackNumber);
    return;
  }
  const finalise = rules.finaliseFunctions.includes(closeFunction);
  if (closeFunction !== closeFunctions.session && !finalise) throw checkCondition(5, 0x24, 0x00);
  if (state.finalised) throw checkCondition(5, 0x30, 0x05);
  if (recordingTrack(state) !== undefined) throw checkCondition(5, 0x72, 0x03);
  const whole = await withFullTracksClosed(disc, state);
  if (openTracks(whole).length > 0) throw checkCondition(5, 0x72, 0x04);
  const keepOpen = rules.obeysWriteParameters ? parameters.multisession === multisessionFields.keepOpen : !finalise;
  if (keepOpen && openSessionTracks(whole).length === 0) return;
  await disc.save(withSessionClosed(whole, !keepOpen));
  // Nothing was recorded; the disc is what it was.
  disc.endSimulation();
}

async function closeTrackNumbered(disc: LoadedDisc, state: SequentialMedium, trackNumber: number): Promise<void> {
  const open = openTracks(state);
  if (open.length === 0) return;
  const isNext = trackNumber === invisibleTrack && rulesOfSequence(state).hasInvisibleTrackNumber;
  const track = isNext ? recordingTrack(state) : state.tracks.find(({ number }) => number === trackNumber);
  if (track === undefined) throw checkCondition(5, 0x24, 0x00);
  if (track.state === "recording") await closeTrack(disc, state, track);
}

/**
 * READ: blocks that were recorded.
 *
 * @throws Refusal 5/64/00 for audio, 5/21/00 and 3/11/xx for what wasn't recorded: drives of the families say it
 *   differently.
 */
export function requireRecorded(state: SequentialMedium, { firstLba, blocks }: BlockRun): void {
  const isCd = state.media.family === "cd";
  const end = firstLba + blocks;
  const last = state.tracks.at(-1);
  const endOf = (track: MediumTrack): number =>
    dataEnd(track) +
    (track.state === "complete" && track.writing === "trackAtOnce" ? rulesOfSequence(state).runOutBlocks : 0);
  if (last === undefined || end > endOf(last)) throw checkCondition(5, 0x21, 0x00);
  for (let at = firstLba; at < end; ) {
    const track = state.tracks.find((candidate) => at >= candidate.startLba && at < endOf(candidate));
    // Between tracks there is nothing to read.
    if (track === undefined) throw isCd ? checkCondition(3, 0x11, 0x00) : checkCondition(5, 0x21, 0x00);
    if (track.content === "audio") throw checkCondition(5, 0x64, 0x00);
    // The run-out.
    if (at >= dataEnd(track)) throw checkCondition(3, 0x11, 0x05);
    at = Math.min(end, dataEnd(track));
  }
}
