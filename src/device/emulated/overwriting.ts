import { closeFunctions } from "../mmc/close-track-session.js";
import { closedOverwritable } from "./format.js";
import type { LoadedDisc } from "./loaded-disc.js";
import type { BlockRun, OverwritableMedium } from "./medium.js";
import { rulesOfOverwriting } from "./medium.js";
import { capacityBlocksOf, isFormatted, isReadable, withFormattingStopped, withWritten } from "./overwritable.js";
import { checkCondition } from "./refusal.js";

/**
 * WRITE, anywhere on a formatted disc.
 *
 * @throws Refusal 5/30/10 on one that isn't formatted, 5/21/00 behind its end, 5/21/02 where formatting hasn't come to
 *   and isn't under way, or where a DVD-RW can't be gone on with; 5/64/01 for what isn't whole ECC blocks there.
 */
export async function overwrite(
  disc: LoadedDisc,
  state: OverwritableMedium,
  run: BlockRun,
  data: Uint8Array,
): Promise<void> {
  const { firstLba, blocks } = run;
  const end = firstLba + blocks;
  const { writeUnitBlocks } = rulesOfOverwriting(state);
  if (!isFormatted(state)) throw checkCondition(5, 0x30, 0x10);
  if (end > state.userBlocks) throw checkCondition(5, 0x21, 0x00);
  if (firstLba % writeUnitBlocks !== 0) throw checkCondition(5, 0x21, 0x02);
  if (blocks % writeUnitBlocks !== 0) throw checkCondition(5, 0x64, 0x01);
  // An open border grows at its end only; formatting in the background goes round what was written before it came.
  const growsHere = state.borderOpen && firstLba <= state.formattedBlocks;
  const isAllowed = growsHere || state.backgroundFormat === "running" || isReadable(state, run);
  if (!isAllowed) throw checkCondition(5, 0x21, 0x02);
  if (blocks === 0) return;
  await disc.writeBlocks(firstLba, data);
  disc.keep(withWritten(state, run));
}

/** SYNCHRONIZE CACHE: what was written is on the disc then. */
export async function synchronizeOverwritten(disc: LoadedDisc, state: OverwritableMedium): Promise<void> {
  await disc.sync();
  await disc.save(state);
}

/**
 * CLOSE TRACK/SESSION: stops formatting in the background, or closes the border of a DVD-RW. There are no tracks and
 * sessions to close; burners try it all the same.
 *
 * @throws Refusal 5/24/00 for a function that the medium hasn't.
 */
export async function closeOverwritten(
  disc: LoadedDisc,
  state: OverwritableMedium,
  closeFunction: number,
): Promise<void> {
  const known: readonly number[] = [
    closeFunctions.stopBackgroundFormat,
    closeFunctions.track,
    closeFunctions.session,
    ...(state.media.sequential === null ? [] : [closeFunctions.finaliseRestrictedOverwrite]),
  ];
  if (!known.includes(closeFunction)) throw checkCondition(5, 0x24, 0x00);
  await disc.sync();
  if (closeFunction === closeFunctions.track) return;
  const stops = closeFunction === closeFunctions.stopBackgroundFormat;
  await disc.save(stops ? withFormattingStopped(state) : closedOverwritable(state));
}

/**
 * READ: blocks that are formatted.
 *
 * @throws Refusal 5/30/10 on a disc that isn't formatted, 5/21/00 behind its end, 3/02/00 where formatting hasn't come to.
 */
export function requireFormatted(state: OverwritableMedium, run: BlockRun): void {
  if (!isFormatted(state)) throw checkCondition(5, 0x30, 0x10);
  if (run.firstLba + run.blocks > capacityBlocksOf(state)) throw checkCondition(5, 0x21, 0x00);
  if (!isReadable(state, run)) throw checkCondition(3, 0x02, 0x00);
}
