import type { BlockRun, OverwritableMedium } from "./medium.js";

/** Whether all blocks of a run can be read: they were formatted, or written before formatting came that far. */
export function isReadable(state: OverwritableMedium, { firstLba, blocks }: BlockRun): boolean {
  const end = firstLba + blocks;
  if (end <= state.formattedBlocks) return true;
  const from = Math.max(firstLba, state.formattedBlocks);
  return state.written.some((run) => run.firstLba <= from && end <= run.firstLba + run.blocks);
}

/** The disc with a run of blocks written. */
export function withWritten(state: OverwritableMedium, { firstLba, blocks }: BlockRun): OverwritableMedium {
  const end = firstLba + blocks;
  const recordedBlocks = Math.max(state.recordedBlocks, end);
  if (end <= state.formattedBlocks) {
    return recordedBlocks === state.recordedBlocks ? state : { ...state, recordedBlocks };
  }
  // The new run swallows those it touches.
  let first = firstLba;
  let last = end;
  const apart: BlockRun[] = [];
  for (const run of state.written) {
    const runEnd = run.firstLba + run.blocks;
    if (runEnd < first || last < run.firstLba) {
      apart.push(run);
    } else {
      first = Math.min(first, run.firstLba);
      last = Math.max(last, runEnd);
    }
  }
  if (first <= state.formattedBlocks) return { ...state, recordedBlocks, formattedBlocks: last, written: apart };
  const written = [...apart, { firstLba: first, blocks: last - first }].sort((a, b) => a.firstLba - b.firstLba);
  return { ...state, recordedBlocks, written };
}

/** The disc with so many further blocks formatted, and those behind that were written already. */
export function withFormattedFurther(state: OverwritableMedium, blocks: number): OverwritableMedium {
  let end = Math.min(state.userBlocks, state.formattedBlocks + blocks);
  const written: BlockRun[] = [];
  for (const run of state.written) {
    if (run.firstLba <= end) end = Math.max(end, run.firstLba + run.blocks);
    else written.push(run);
  }
  const backgroundFormat = end === state.userBlocks ? "complete" : state.backgroundFormat;
  return { ...state, formattedBlocks: end, written, backgroundFormat };
}

/** First block behind all that can be read. */
export function writtenEnd(state: OverwritableMedium): number {
  const last = state.written.at(-1);
  return last === undefined ? state.formattedBlocks : last.firstLba + last.blocks;
}

/** The disc with formatting in the background stopped: what lies between written blocks is formatted before. */
export function withFormattingStopped(state: OverwritableMedium): OverwritableMedium {
  if (state.backgroundFormat !== "running") return state;
  const whole = withFormattedFurther(state, writtenEnd(state) - state.formattedBlocks);
  return { ...whole, backgroundFormat: whole.backgroundFormat === "complete" ? "complete" : "suspended" };
}

/** Whether the disc was ever formatted. */
export function isFormatted(state: OverwritableMedium): boolean {
  return state.userBlocks > 0;
}

/**
 * Blocks that READ CAPACITY tells of. A DVD-RW has those up to its border-out; other media have all that were asked
 * for when they were formatted, whether or not formatting has come that far.
 */
export function capacityBlocksOf(state: OverwritableMedium): number {
  return state.media.sequential === null ? state.userBlocks : state.formattedBlocks;
}
