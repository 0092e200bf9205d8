import type { MediumState, MediumTrack, OverwritableMedium, SequentialMedium } from "./medium.js";
import { trackEnd } from "./sequential.js";

/** Says which invariant of {@link MediumState} a value breaks; `undefined` where it keeps them all. */
export function brokenInvariant(state: MediumState): string | undefined {
  return state.model === "sequential" ? brokenSequential(state) : brokenOverwritable(state);
}

function brokenSequential(state: SequentialMedium): string | undefined {
  let end = 0;
  let session = 0;
  for (const [index, track] of state.tracks.entries()) {
    const broken = brokenTrack(state, track, index, end, session);
    if (broken !== undefined) return broken;
    session = track.session;
    end = Math.max(trackEnd(state, track), track.startLba + track.blocks);
  }
  const dataEnd = state.tracks.reduce((most, { startLba, blocks }) => Math.max(most, startLba + blocks), 0);
  if (dataEnd > state.capacityBlocks) return `tracks end at ${dataEnd}, beyond ${state.capacityBlocks} blocks`;
  if (session !== state.closedSessions && session !== state.closedSessions + 1) {
    return `tracks are of ${session} sessions, ${state.closedSessions} are said to be complete`;
  }
  return undefined;
}

function brokenTrack(
  state: SequentialMedium,
  track: MediumTrack,
  index: number,
  end: number,
  session: number,
): string | undefined {
  const name = `track ${index + 1}`;
  if (track.number !== index + 1) return `${name} has number ${track.number}`;
  if (track.session !== session && track.session !== session + 1) {
    return `${name} is in session ${track.session}, the one before in ${session}`;
  }
  if (track.startLba < end) return `${name} starts at ${track.startLba}, before block ${end}`;
  if (track.reservedBlocks !== null && track.blocks > track.reservedBlocks) {
    return `${name} has ${track.blocks} blocks, reserved are ${track.reservedBlocks}`;
  }
  if (track.state === "complete") return undefined;
  if (track.session <= state.closedSessions) return "a complete session has a track that is being recorded";
  if (track.reservedBlocks === null && index !== state.tracks.length - 1) {
    return `${name} is being recorded, but is not the last`;
  }
  return undefined;
}

function brokenOverwritable(state: OverwritableMedium): string | undefined {
  const { userBlocks, spareBlocks, formattedBlocks, capacityBlocks, recordedBlocks } = state;
  if (userBlocks + spareBlocks > capacityBlocks) {
    return `${userBlocks} blocks and ${spareBlocks} spare ones are more than ${capacityBlocks}`;
  }
  if (formattedBlocks > userBlocks) return `${formattedBlocks} blocks are formatted, of ${userBlocks}`;
  if (recordedBlocks > userBlocks) return `${recordedBlocks} blocks are recorded, of ${userBlocks}`;
  let end = formattedBlocks;
  for (const { firstLba, blocks } of state.written) {
    if (firstLba <= end || blocks < 1) return `the run at block ${firstLba} does not lie behind block ${end}`;
    end = firstLba + blocks;
  }
  if (end > userBlocks) return `block ${end - 1} was written, of ${userBlocks}`;
  return undefined;
}
