import { emulatedMediaOf } from "./media.js";
import type {
  BlockRun,
  Damage,
  MediumState,
  MediumTrack,
  OverwritableMedium,
  SequentialFormat,
  SequentialMedium,
} from "./medium.js";
import { asSequential, profileOfMedium, unformatted } from "./medium.js";
import { brokenInvariant } from "./medium-invariants.js";
import { readMisbehaviour } from "./misbehaviour.js";
import { SidecarReader, sidecarError } from "./sidecar-reader.js";
import { upgradeSchema1 } from "./sidecar-schema-1.js";

/** Version of the sidecar's schema that is written. */
const schemaVersion = 2;

/** The sidecar of a disc: JSON, for people too. */
export function encodeSidecar(state: MediumState): Uint8Array {
  const sidecar = {
    schema: schemaVersion,
    media: state.media.media,
    profile: profileOfMedium(state),
    model: state.model,
    capacityBlocks: state.capacityBlocks,
    discId: state.discIdentification.toString(16).padStart(8, "0"),
    interrupted: state.interrupted,
    ...(state.model === "sequential" ? sequentialMembers(state) : overwritableMembers(state)),
    damage: state.damage,
    acceptedBytes: state.acceptedBytes,
    ...state.misbehaviour,
  };
  return new TextEncoder().encode(`${JSON.stringify(sidecar, null, 2)}\n`);
}

function sequentialMembers(state: SequentialMedium): object {
  const openNumber = state.closedSessions + 1;
  const sessions = [...new Set(state.tracks.map(({ session }) => session))].map((number) => ({
    number,
    state: number === openNumber ? "open" : "complete",
  }));
  const { finalised, atOnceOnly, firstLayerBlocks, format, tracks } = state;
  return { finalised, atOnceOnly, firstLayerBlocks, format, sessions, tracks };
}

function overwritableMembers(state: OverwritableMedium): object {
  const { userBlocks, spareBlocks, formattedBlocks, written, backgroundFormat, borderOpen, recordedBlocks } = state;
  return { userBlocks, spareBlocks, formattedBlocks, written, backgroundFormat, borderOpen, recordedBlocks };
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
  const root = upgradeSchema1(check.object(value, "it"));
  if (root.schema !== schemaVersion) {
    throw sidecarError(path, `has schema ${JSON.stringify(root.schema)}, expected ${schemaVersion}`);
  }
  const state = readMedium(check, root);
  if (root.profile !== profileOfMedium(state)) {
    throw sidecarError(path, `profile does not belong to ${state.media.media}`);
  }
  const broken = brokenInvariant(state);
  if (broken !== undefined) throw sidecarError(path, broken);
  return state;
}

function readMedium(check: SidecarReader, root: Record<string, unknown>): MediumState {
  const media = emulatedMediaOf(String(root.media));
  if (media === undefined) throw sidecarError(check.path, `media is ${JSON.stringify(root.media)}`);
  const discId = String(root.discId);
  if (!/^[0-9a-f]{8}$/.test(discId)) throw sidecarError(check.path, "discId is not eight hexadecimal digits");
  const model = check.oneOf(root.model, "model", ["overwritable", "sequential"]);
  if (media[model] === null) throw sidecarError(check.path, `${media.media} is not ${model}`);
  const base = {
    media,
    capacityBlocks: check.count(root.capacityBlocks, "capacityBlocks"),
    discIdentification: Number.parseInt(discId, 16),
    damage: check.array(root.damage, "damage").map((damage, index) => readDamage(check, damage, index)),
    acceptedBytes: check.count(root.acceptedBytes ?? 0, "acceptedBytes"),
    misbehaviour: readMisbehaviour(check, root),
    interrupted: check.nullable(root.interrupted, (what) =>
      check.oneOf<"blank" | "format">(what, "interrupted", ["blank", "format"]),
    ),
  };
  return model === "sequential"
    ? { ...asSequential(base), ...base, ...readSequential(check, root) }
    : { ...unformatted(base), ...base, ...readOverwritable(check, root) };
}

type OwnMembers<T extends MediumState> = Omit<
  T,
  | "acceptedBytes"
  | "capacityBlocks"
  | "damage"
  | "discIdentification"
  | "interrupted"
  | "media"
  | "misbehaviour"
  | "model"
>;

function readSequential(check: SidecarReader, root: Record<string, unknown>): OwnMembers<SequentialMedium> {
  return {
    closedSessions: closedSessions(check, root.sessions),
    finalised: check.boolean(root.finalised, "finalised"),
    tracks: check.array(root.tracks, "tracks").map((track, index) => readTrack(check, track, index)),
    atOnceOnly: check.boolean(root.atOnceOnly, "atOnceOnly"),
    firstLayerBlocks: check.nullable(root.firstLayerBlocks, (blocks) => check.count(blocks, "firstLayerBlocks")),
    format: check.nullable(root.format, (format) => readFormat(check, format)),
  };
}

function readFormat(check: SidecarReader, value: unknown): SequentialFormat {
  const members = check.object(value, "format");
  return {
    spareBlocks: check.count(members.spareBlocks, "format.spareBlocks"),
    pseudoOverwrite: check.boolean(members.pseudoOverwrite, "format.pseudoOverwrite"),
    replacedBlocks: check.count(members.replacedBlocks, "format.replacedBlocks"),
  };
}

function readOverwritable(check: SidecarReader, root: Record<string, unknown>): OwnMembers<OverwritableMedium> {
  return {
    userBlocks: check.count(root.userBlocks, "userBlocks"),
    spareBlocks: check.count(root.spareBlocks, "spareBlocks"),
    formattedBlocks: check.count(root.formattedBlocks, "formattedBlocks"),
    written: check.array(root.written, "written").map((run, index) => readRun(check, run, `written[${index}]`)),
    backgroundFormat: check.oneOf(root.backgroundFormat, "backgroundFormat", [
      "complete",
      "none",
      "running",
      "suspended",
    ]),
    borderOpen: check.boolean(root.borderOpen, "borderOpen"),
    recordedBlocks: check.count(root.recordedBlocks, "recordedBlocks"),
  };
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
    reservedBlocks: check.nullable(members.reservedBlocks, (blocks) => check.count(blocks, `${name}.reservedBlocks`)),
    state: check.oneOf(members.state, `${name}.state`, ["recording", "complete"]),
    damaged: check.boolean(members.damaged, `${name}.damaged`),
    content: check.oneOf(members.content, `${name}.content`, ["audio", "mode1", "mode2"]),
    writing: check.oneOf(members.writing, `${name}.writing`, ["incremental", "sessionAtOnce", "trackAtOnce"]),
  };
}

function readRun(check: SidecarReader, value: unknown, name: string): BlockRun {
  const members = check.object(value, name);
  return {
    firstLba: check.count(members.firstLba, `${name}.firstLba`),
    blocks: check.count(members.blocks, `${name}.blocks`),
  };
}

function readDamage(check: SidecarReader, value: unknown, index: number): Damage {
  const name = `damage[${index}]`;
  const members = check.object(value, name);
  return { ...readRun(check, value, name), fails: check.oneOf(members.fails, `${name}.fails`, ["read", "write"]) };
}
