import type {
  DetectedFileSystem,
  ImageSession,
  MultisessionInterface,
  Session,
  UdfPartition,
  UdfVolumeInformation,
} from "../node.js";
import { DiscError, readSessions, revisionName } from "../node.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { printInfo, printSessions } from "./info-text.js";
import type { OpenedDisc } from "./opened-disc.js";
import { openDisc } from "./opened-disc.js";
import { readingOptionsOf } from "./reading.js";

/** A session, as `info --json` shows it. */
export interface SessionInfo {
  readonly number: number;
  readonly startLba: number;
  readonly blocks: number | null;
  readonly state: Session["state"];
  readonly fileSystems: readonly DetectedFileSystem[];
  readonly volumeName: string | null;
  /** `null` where there is no UDF. */
  readonly udf: UdfInfo | null;
}

/** A UDF volume, as `info --json` shows it. */
export interface UdfInfo {
  /** "2.01". */
  readonly revision: string;
  readonly partitions: readonly UdfPartition["kind"][];
  readonly integrity: "closed" | "open" | "missing";
  /** Block of the table of a virtual partition. */
  readonly vatLba: number | null;
  readonly volumeName: string;
  readonly volumeSetIdentifier: string;
  /** Bytes. */
  readonly blockBytes: number;
  readonly writeProtected: boolean;
}

/** Multisession data, as `info --json` shows it. */
export interface MultisessionInfo {
  readonly type: MultisessionInterface["type"] | null;
  readonly isSupportedOnCurrentMediaState: boolean | null;
  readonly isFirstDataSession: boolean | null;
  readonly startAddressOfPreviousSession: number | null;
  readonly lastWrittenAddressOfPreviousSession: number | null;
  readonly nextWritableAddress: number | null;
  readonly freeSectorsOnMedia: number | null;
  readonly writeUnitSize: number | null;
  readonly totalSectorsOnMedia: number | null;
}

/** What `info --json` prints, without the warnings. */
export interface DiscInfo {
  readonly kind: "emulated" | "image" | "drive";
  readonly media: string | null;
  readonly profile: number | null;
  readonly state: string;
  readonly capacityBlocks: number | null;
  readonly freeBlocks: number | null;
  readonly discId: string | null;
  readonly sessions: readonly SessionInfo[];
  readonly multisession: MultisessionInfo;
}

const noMultisession: MultisessionInfo = {
  type: null,
  isSupportedOnCurrentMediaState: null,
  isFirstDataSession: null,
  startAddressOfPreviousSession: null,
  lastWrittenAddressOfPreviousSession: null,
  nextWritableAddress: null,
  freeSectorsOnMedia: null,
  writeUnitSize: null,
  totalSectorsOnMedia: null,
};

/** The reference API says -1 where there is no such number. */
function known(value: number): number | null {
  return value < 0 ? null : value;
}

/** Multisession data of the interface that serves, or of the first that was offered. */
function multisessionInfo(offered: readonly MultisessionInterface[]): MultisessionInfo {
  const shown = offered.find(({ isSupportedOnCurrentMediaState }) => isSupportedOnCurrentMediaState) ?? offered[0];
  if (shown === undefined) return noMultisession;
  const { type, isSupportedOnCurrentMediaState, writeUnitSize } = shown;
  const common = { ...noMultisession, type, isSupportedOnCurrentMediaState, writeUnitSize };
  if (shown.type === "randomWrite") {
    return {
      ...common,
      lastWrittenAddressOfPreviousSession: known(shown.lastWrittenAddress),
      totalSectorsOnMedia: known(shown.totalSectorsOnMedia),
    };
  }
  return {
    ...common,
    isFirstDataSession: shown.isFirstDataSession,
    startAddressOfPreviousSession: known(shown.startAddressOfPreviousSession),
    lastWrittenAddressOfPreviousSession: known(shown.lastWrittenAddressOfPreviousSession),
    nextWritableAddress: known(shown.nextWritableAddress),
    freeSectorsOnMedia: known(shown.freeSectorsOnMedia),
  };
}

function udfInfo(information: UdfVolumeInformation | undefined): UdfInfo | null {
  if (information === undefined) return null;
  const { udfRevision, partitions, integrity, vat, logicalVolumeIdentifier, volumeSetIdentifier } = information;
  return {
    revision: revisionName(udfRevision),
    partitions: partitions.map(({ kind }) => kind),
    integrity: integrity?.type ?? "missing",
    vatLba: vat?.icbLba ?? null,
    volumeName: logicalVolumeIdentifier,
    volumeSetIdentifier,
    blockBytes: information.blockBytes,
    writeProtected: information.hardWriteProtected || information.softWriteProtected,
  };
}

function sessionInfo({ udf, volumeName, ...session }: Omit<ImageSession, "endLba">): SessionInfo {
  return { ...session, volumeName: session.fileSystems.length === 0 ? null : volumeName, udf: udfInfo(udf) };
}

/** All sessions of the table of contents, with what was found in those of data. */
function joinSessions(recorded: readonly Session[], found: readonly ImageSession[]): SessionInfo[] {
  return recorded.map(({ number, startLba, blocks, state }) => {
    const own = found.find((session) => session.number === number);
    const { fileSystems = [], volumeName = "", udf } = own ?? {};
    // The drive knows of tracks alone; whether a closed one holds all that its descriptors say, the blocks tell.
    const known = state === "complete" ? (own?.state ?? state) : state;
    return sessionInfo({ number, startLba, blocks, state: known, fileSystems, volumeName, udf });
  });
}

function pick(sessions: readonly SessionInfo[], wanted: number | undefined): readonly SessionInfo[] {
  if (wanted === undefined) return sessions;
  const found = wanted < 0 ? sessions.at(wanted - 1) : sessions.find(({ number }) => number === wanted);
  if (found !== undefined) return [found];
  const last = sessions.at(-1)?.number ?? 0;
  const message = `there is no session ${wanted}; the last one is ${last}`;
  throw new DiscError("E_SESSION_NOT_FOUND", message, { session: wanted, sessions: last });
}

function imageInfo(sessions: readonly SessionInfo[], isDamaged: boolean): DiscInfo {
  return {
    kind: "image",
    media: null,
    profile: null,
    state: isDamaged ? "damaged" : "complete",
    capacityBlocks: null,
    freeBlocks: null,
    discId: null,
    sessions,
    multisession: noMultisession,
  };
}

async function gather(disc: OpenedDisc, context: CommandContext): Promise<DiscInfo> {
  const options = readingOptionsOf(context);
  const { session, start, scan, fileSystem } = options;
  const isBlank = disc.kind === "recorder" && disc.recorder.state.blank;
  // A drive knows no sessions of a medium that can be overwritten; its blocks tell, as those of an image.
  const isOverwritable = disc.kind === "recorder" && disc.recorder.state.state === "overwritable";
  const found = isBlank ? [] : await readSessions(disc.source, options);
  const plain = found.map(({ endLba: _endLba, ...each }) => sessionInfo(each));
  const listed =
    disc.kind === "recorder" && !isOverwritable && start === undefined && scan !== true
      ? joinSessions(disc.recorder.state.sessions, found)
      : plain;
  const sessions = pick(listed, session).filter(
    ({ fileSystems }) => fileSystem === undefined || fileSystems.includes(fileSystem),
  );
  if (disc.kind === "image") {
    const readable = sessions.filter(({ fileSystems }) => fileSystems.length > 0);
    if (readable.length > 0) return imageInfo(sessions, disc.kind === "image" && disc.fault !== undefined);
    const startLba = sessions[0]?.startLba ?? start ?? 0;
    throw new DiscError("E_NO_FILE_SYSTEM", `${disc.source.name}: no file system at block ${startLba}`, { startLba });
  }
  const { recorder } = disc;
  const multisession = multisessionInfo(await recorder.multisessionInterfaces());
  const { kind, media, profile, state, capacityBlocks, freeBlocks, discId } = recorder.state;
  return { kind, media, profile, state, capacityBlocks, freeBlocks, discId, sessions, multisession };
}

/** What is known of the DISC that a command line names. */
async function gatherNamed(context: CommandContext): Promise<DiscInfo> {
  await using disc = await openDisc(context.arguments[0] ?? "", context);
  const found = await gather(disc, context);
  if (disc.kind === "recorder") for (const warning of disc.recorder.state.warnings) context.reporter.onWarning(warning);
  return found;
}

/** `discsmith sessions`. */
export async function sessions(context: CommandContext): Promise<number> {
  const { options, output, reporter } = context;
  const { sessions: found } = await gatherNamed(context);
  if (options.has("json")) await output.json({ sessions: found, warnings: reporter.takeWarnings() });
  else if (found.length === 0) reporter.note(`${context.arguments[0]} has no sessions`);
  else await printSessions(output, found);
  return exitCodes.done;
}

/** `discsmith info`. */
export async function info(context: CommandContext): Promise<number> {
  const { arguments: words, options, output, reporter } = context;
  const found = await gatherNamed(context);
  if (options.has("json")) await output.json({ ...found, warnings: reporter.takeWarnings() });
  else await printInfo(output, words[0] ?? "", found);
  return exitCodes.done;
}
