import { alignUp, blockBytes } from "../../units.js";
import type { MediumState, MediumTrack, OverwritableMedium, SequentialMedium } from "./medium.js";
import { usableBlocks, withTrack } from "./sequential.js";

/**
 * The disc as it is when its sidecar is older than its file: power failed, or another process is writing at this
 * moment. What the sidecar cannot know is read off the length of the file.
 *
 * @param fileBytes Length of the disc's file.
 * @param torn Whether nobody is writing any more: what was under way is damaged then, or has ended.
 * @returns The same value where the file says nothing new.
 */
export function withFileContent(state: MediumState, fileBytes: number, torn: boolean): MediumState {
  // A disc that has to be blanked or formatted again holds nothing.
  if (state.interrupted !== null) return state;
  return state.model === "sequential" ? withTornTracks(state, fileBytes, torn) : withTornFormat(state, fileBytes, torn);
}

function withTornTracks(state: SequentialMedium, fileBytes: number, torn: boolean): SequentialMedium {
  const fileBlocks = Math.ceil(fileBytes / blockBytes);
  let found = state;
  for (const track of state.tracks) {
    if (track.state === "complete") continue;
    const blocks = foundBlocks(state, track, fileBlocks);
    if (blocks !== track.blocks) found = withTrack(found, track.number, { blocks, damaged: track.damaged || torn });
  }
  const last = found.tracks.at(-1);
  // Nothing of it reached the disc: the track was never begun.
  const unbegun = last?.state === "recording" && last.blocks === 0 && last.reservedBlocks === null;
  return unbegun ? { ...found, tracks: found.tracks.slice(0, -1) } : found;
}

/** How many blocks of a track were recorded, in whole units: a unit that power failed in is there, but damaged. */
function foundBlocks(state: SequentialMedium, track: MediumTrack, fileBlocks: number): number {
  const room = track.reservedBlocks ?? usableBlocks(state) - track.startLba;
  const reached = fileBlocks - track.startLba;
  // Behind a track that the file passes, nothing tells how far it was recorded; so it is as far as it was synced.
  if (reached > room) return track.reservedBlocks === null ? room : track.blocks;
  return Math.max(track.blocks, Math.min(room, alignUp(Math.max(0, reached), state.media.unitBlocks)));
}

function withTornFormat(state: OverwritableMedium, fileBytes: number, torn: boolean): OverwritableMedium {
  if (!torn) return state;
  let found = state;
  // Nobody goes on formatting a disc that lies in a drawer.
  if (state.backgroundFormat === "running") found = { ...found, backgroundFormat: "suspended" };
  const { unitBlocks } = state.media;
  const whole = Math.min(state.userBlocks, Math.floor(fileBytes / (unitBlocks * blockBytes)) * unitBlocks);
  // An open border grows as it is written; its last unit may have been torn.
  if (state.borderOpen && whole > state.formattedBlocks) found = { ...found, formattedBlocks: whole };
  const recordedBlocks = Math.min(state.userBlocks, Math.ceil(fileBytes / blockBytes));
  return recordedBlocks > state.recordedBlocks ? { ...found, recordedBlocks } : found;
}
