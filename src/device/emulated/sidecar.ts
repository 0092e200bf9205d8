import { DiscError } from "../../errors.js";
import { emulatedMediaOf } from "./media.js";
import type { Damage, MediumState, MediumTrack } from "./medium.js";

/** Version of the sidecar's schema; another one is not read. */
const schemaVersion = 1;

/** Where the sidecar of an emulated disc lies. */
export function sidecarPath(path: string): string {
  return `${path}.mmc.json`;
}

/** What keeps an emulated disc from being used. */
export function sidecarError(path: string, reason: string, cause?: unknown): DiscError<"E_SIDECAR"> {
  const sidecar = sidecarPath(path);
  return new DiscError("E_SIDECAR", `${sidecar}: ${reason}`, { path: sidecar, reason }, { cause });
}

/** The sidecar of a disc: JSON, for people too. */
export function encodeSidecar(state: MediumState): Uint8Array {
  const openNumber = state.closedSessions + 1;
  const sessions = [...new Set(state.tracks.map(({ session }) => session))].map((number) => ({
    number,
    state: number === openNumber ? "open" : "complete",
  }));
  const sidecar = {
    schema: schemaVersion,
    media: state.media.media,
    profile: state.media.profile,
    capacityBlocks: state.capacityBlocks,
    discId: state.discIdentification.toString(16).padStart(8, "0"),
    finalised: state.finalised,
    sessions,
    tracks: state.tracks,
    damage: state.damage,
    acceptedBytes: state.acceptedBytes,
  };
  return new TextEncoder().encode(`${JSON.stringify(sidecar, null, 2)}\n`);
}

/**
 * Reads a sidecar.
 *
 * @param path Of the disc, for messages.
 * @throws {@link DiscError} E_SIDECAR when it is not one, or contradicts itself.
 */
export function decodeSidecar(path: string, bytes: Uint8Array): MediumState {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw sidecarError(path, "is not JSON", error);
  }
  const check = new SidecarReader(path);
  const root = check.object(value, "it");
  if (root.schema !== schemaVersion) {
    throw sidecarError(path, `has schema ${JSON.stringify(root.schema)}, expected ${schemaVersion}`);
  }
  const media = emulatedMediaOf(String(root.media));
  if (media === undefined) throw sidecarError(path, `media is ${JSON.stringify(root.media)}`);
  if (root.profile !== media.profile) throw sidecarError(path, `profile does not belong to ${media.media}`);
  const discId = String(root.discId);
  if (!/^[0-9a-f]{8}$/.test(discId)) throw sidecarError(path, "discId is not eight hexadecimal digits");
  const state: MediumState = {
    media,
    capacityBlocks: check.count(root.capacityBlocks, "capacityBlocks"),
    discIdentification: Number.parseInt(discId, 16),
    closedSessions: closedSessions(check, root.sessions),
    finalised: check.boolean(root.finalised, "finalised"),
    tracks: check.array(root.tracks, "tracks").map((track, index) => readTrack(check, track, index)),
    damage: check.array(root.damage, "damage").map((damage, index) => readDamage(check, damage, index)),
    acceptedBytes: check.count(root.acceptedBytes ?? 0, "acceptedBytes"),
  };
  checkTracks(path, state);
  return state;
}

/** Reads members of a parsed sidecar, naming what is wrong. */
class SidecarReader {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  object(value: unknown, name: string): Record<string, unknown> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw sidecarError(this.path, `${name} is not an object`);
  }

  array(value: unknown, name: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw sidecarError(this.path, `${name} is not a list`);
  }

  count(value: unknown, name: string): number {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw sidecarError(this.path, `${name} is ${JSON.stringify(value)}, expected a number of blocks`);
  }

  boolean(value: unknown, name: string): boolean {
    if (typeof value === "boolean") return value;
    throw sidecarError(this.path, `${name} is ${JSON.stringify(value)}, expected true or false`);
  }

  oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw sidecarError(this.path, `${name} is ${JSON.stringify(value)}, expected ${allowed.join(" or ")}`);
  }
}

function closedSessions(check: SidecarReader, value: unknown): number {
  const states = check.array(value, "sessions").map((session, index) => {
    const name = `sessions[${index}]`;
    const members = check.object(session, name);
    if (members.number !== index + 1) throw sidecarError(check.path, `${name} is not numbered ${index + 1}`);
    return check.oneOf(members.state, `${name}.state`, ["complete", "open"]);
  });
  const open = states.indexOf("open");
  if (open >= 0 && open !== states.length - 1) throw sidecarError(check.path, "a session before the last is open");
  return open < 0 ? states.length : open;
}

function readTrack(check: SidecarReader, value: unknown, index: number): MediumTrack {
  const name = `tracks[${index}]`;
  const members = check.object(value, name);
  return {
    number: check.count(members.number, `${name}.number`),
    session: check.count(members.session, `${name}.session`),
    startLba: check.count(members.startLba, `${name}.startLba`),
    blocks: check.count(members.blocks, `${name}.blocks`),
    state: check.oneOf(members.state, `${name}.state`, ["recording", "complete"]),
    damaged: check.boolean(members.damaged, `${name}.damaged`),
  };
}

function readDamage(check: SidecarReader, value: unknown, index: number): Damage {
  const name = `damage[${index}]`;
  const members = check.object(value, name);
  return {
    firstLba: check.count(members.firstLba, `${name}.firstLba`),
    blocks: check.count(members.blocks, `${name}.blocks`),
    fails: check.oneOf(members.fails, `${name}.fails`, ["read", "write"]),
  };
}

/** The invariants of {@link MediumState}. */
function checkTracks(path: string, state: MediumState): void {
  let end = 0;
  let session = 0;
  for (const [index, track] of state.tracks.entries()) {
    const name = `track ${index + 1}`;
    if (track.number !== index + 1) throw sidecarError(path, `${name} has number ${track.number}`);
    if (track.session !== session && track.session !== session + 1) {
      throw sidecarError(path, `${name} is in session ${track.session}, the one before in ${session}`);
    }
    if (track.startLba < end) throw sidecarError(path, `${name} starts at ${track.startLba}, before block ${end}`);
    if (track.state === "recording" && index !== state.tracks.length - 1) {
      throw sidecarError(path, `${name} is being recorded, but is not the last`);
    }
    session = track.session;
    end = track.startLba + track.blocks;
  }
  if (end > state.capacityBlocks)
    throw sidecarError(path, `tracks end at ${end}, beyond ${state.capacityBlocks} blocks`);
  const listed = Math.max(session, state.closedSessions);
  if (listed !== session || session > state.closedSessions + 1) {
    throw sidecarError(path, `tracks are of ${session} sessions, ${state.closedSessions} are said to be complete`);
  }
  const last = state.tracks.at(-1);
  if (last?.state === "recording" && last.session <= state.closedSessions) {
    throw sidecarError(path, "a complete session has a track that is being recorded");
  }
}
