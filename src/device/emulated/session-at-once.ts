import { blockBytes } from "../../units.js";
import { lbaFromMsf } from "../mmc/minute-second-frame.js";
import type { CueSheetEntry } from "../mmc/send-cue-sheet.js";
import type { LoadedDisc } from "./loaded-disc.js";
import type { BlockRun, MediumTrack, SequentialMedium } from "./medium.js";
import { checkCondition } from "./refusal.js";
import {
  dataEnd,
  nextTrackStart,
  openSessionTracks,
  recordingTrack,
  usableBlocks,
  withSessionClosed,
  withTrack,
  withTrackBegun,
} from "./sequential.js";

/** The session that a cue sheet describes. */
export interface SessionPlan {
  /** Runs of blocks that the host sends, in order; the drive makes those between them. The first may begin below 0. */
  readonly sent: readonly BlockRun[];
  /** Where each track begins; the first of them is where the session's data begin. */
  readonly trackStarts: readonly number[];
  readonly leadOutLba: number;
  /** The block that comes next; the lead-out once all were sent. */
  readonly nextLba: number;
}

const leadOutTrack = 0xaa;
const lastTrackNumber = 99;
/** Blocks of the pause before a session's first track. */
const pregapBlocks = 150;
/** Forms of data in a cue sheet: mode 1, sent by the host or made by the drive. MMC-6 "Data form of main channel". */
const dataForms = { mode1: 0x10, mode1MadeByDrive: 0x14 } as const;
const positionAdr = 1;

/**
 * Checks a cue sheet against the disc. MMC-6 "SEND CUE SHEET command".
 *
 * @throws Refusal 5/26/00 for a sheet that makes no sense on this disc, 5/26/02 for what this drive doesn't write,
 *   5/63/00 for one that is longer than the disc.
 */
function planSession(state: SequentialMedium, entries: readonly CueSheetEntry[]): SessionPlan {
  const lines = entries.map((entry) => ({ ...entry, lba: lbaFromMsf(entry.absoluteTime) }));
  const leadOut = lines.at(-1);
  const positions = lines.filter(
    ({ adr, trackNumber }) => adr === positionAdr && trackNumber >= 1 && trackNumber <= lastTrackNumber,
  );
  const starts = positions.filter(({ index }) => index === 1);
  const first = starts[0];
  const isComplete = first !== undefined && leadOut?.trackNumber === leadOutTrack;
  if (!isComplete || first.lba !== nextTrackStart(state)) throw checkCondition(5, 0x26, 0x00);
  if (starts.some(({ trackNumber }, at) => trackNumber !== state.tracks.length + 1 + at)) {
    throw checkCondition(5, 0x26, 0x00);
  }
  if (leadOut.lba > usableBlocks(state)) throw checkCondition(5, 0x63, 0x00);
  const sent: BlockRun[] = [];
  for (const [at, { lba, dataForm }] of positions.entries()) {
    const blocks = (positions[at + 1]?.lba ?? leadOut.lba) - lba;
    if (blocks < 1 || (at === 0 && lba < first.lba - pregapBlocks)) throw checkCondition(5, 0x26, 0x00);
    if (dataForm === dataForms.mode1) sent.push({ firstLba: lba, blocks });
    else if (dataForm !== dataForms.mode1MadeByDrive) throw checkCondition(5, 0x26, 0x02);
  }
  const trackStarts = starts.map(({ lba }) => lba);
  return { sent, trackStarts, leadOutLba: leadOut.lba, nextLba: sent[0]?.firstLba ?? leadOut.lba };
}

/**
 * Takes a cue sheet for the session that is written next.
 *
 * @throws Refusal 5/2C/00 while another session is open; as {@link planSession}.
 */
export function beginSession(disc: LoadedDisc, state: SequentialMedium, entries: readonly CueSheetEntry[]): void {
  if (state.finalised) throw checkCondition(5, 0x30, 0x05);
  if (openSessionTracks(state).length > 0) throw checkCondition(5, 0x2c, 0x00);
  disc.sessionPlan = planSession(state, entries);
}

/** What comes behind a block that was sent. */
function following(plan: SessionPlan, lba: number): number {
  const run = plan.sent.find(({ firstLba, blocks }) => firstLba <= lba && lba < firstLba + blocks);
  if (run !== undefined) return lba;
  return plan.sent.find(({ firstLba }) => firstLba > lba)?.firstLba ?? plan.leadOutLba;
}

/**
 * Writes blocks of a session whose cue sheet was taken.
 *
 * @throws Refusal 5/21/02 for blocks that don't come next, 5/63/00 for more than the sheet has.
 */
export async function writeOfSession(
  disc: LoadedDisc,
  state: SequentialMedium,
  plan: SessionPlan,
  { firstLba, blocks }: BlockRun,
  data: Uint8Array,
): Promise<void> {
  if (plan.nextLba === plan.leadOutLba) throw checkCondition(5, 0x63, 0x00);
  if (firstLba !== plan.nextLba) throw checkCondition(5, 0x21, 0x02);
  const end = firstLba + blocks;
  const run = plan.sent.find((sent) => sent.firstLba <= firstLba && firstLba < sent.firstLba + sent.blocks)!;
  // The end of one run may touch the begin of the next.
  const last = plan.sent.reduce((to, sent) => (sent.firstLba === to ? to + sent.blocks : to), run.firstLba);
  if (end > last) throw checkCondition(5, 0x63, 0x00);
  const start = plan.trackStarts[0]!;
  const pause = Math.min(blocks, Math.max(0, start - firstLba));
  if (pause < blocks) {
    const begun = recordingTrack(state) === undefined ? withTrackBegun(state, "sessionAtOnce") : state;
    if (begun !== state) {
      await disc.truncate(start);
      await disc.save(begun);
    }
    await disc.writeBlocks(firstLba + pause, data.subarray(pause * blockBytes));
    disc.keep(withTrack(begun, begun.tracks.length, { blocks: end - start }));
  }
  disc.sessionPlan = { ...plan, nextLba: following(plan, end) };
}

/**
 * Ends a session of which all blocks were sent: its lead-in and lead-out are written.
 *
 * @param keepOpen Whether another session may follow.
 */
export async function endSession(
  disc: LoadedDisc,
  state: SequentialMedium,
  plan: SessionPlan,
  keepOpen: boolean,
): Promise<void> {
  const recording = recordingTrack(state);
  const reached = recording === undefined ? plan.trackStarts[0]! : dataEnd(recording);
  await disc.writeZeros(reached, plan.leadOutLba - reached);
  await disc.sync();
  const before = recording === undefined ? state.tracks : state.tracks.slice(0, -1);
  const tracks = plan.trackStarts.map(
    (startLba, at): MediumTrack => ({
      number: before.length + 1 + at,
      session: state.closedSessions + 1,
      startLba,
      blocks: (plan.trackStarts[at + 1] ?? plan.leadOutLba) - startLba,
      reservedBlocks: null,
      state: "complete",
      damaged: false,
      content: "mode1",
      writing: "sessionAtOnce",
    }),
  );
  disc.sessionPlan = null;
  await disc.save(withSessionClosed({ ...state, tracks: [...before, ...tracks] }, !keepOpen));
}
