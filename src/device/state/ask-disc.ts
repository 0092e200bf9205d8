import { strictContext } from "../../codec/codec.js";
import { blockBytes } from "../../units.js";
import { profileOf } from "../mmc/profiles.js";
import { read10 } from "../mmc/read-10.js";
import { capacityReply, readCapacity } from "../mmc/read-capacity.js";
import type { DiscInformation } from "../mmc/read-disc-information.js";
import { discInformation, readDiscInformation } from "../mmc/read-disc-information.js";
import type { FormatCapacities } from "../mmc/read-format-capacities.js";
import { capacityListHeader, decodeFormatCapacities, readFormatCapacities } from "../mmc/read-format-capacities.js";
import type { Sense } from "../mmc/sense.js";
import type { Answer, Asking } from "./ask.js";
import { ask, askSized, isAboutMedium } from "./ask.js";
import { askDiscByTracks } from "./ask-disc-by-tracks.js";
import { askCapabilities, askConfiguration, askInquiry } from "./ask-drive.js";
import { askStructures } from "./ask-structures.js";
import type { TocReplies } from "./ask-toc.js";
import { askToc, unknownDisc } from "./ask-toc.js";
import { askTracks } from "./ask-tracks.js";
import { fingerprint } from "./fingerprint.js";
import { needsFormat } from "./media.js";
import type { QuirkName } from "./quirks.js";
import type { DriveReplies, RecordedStart } from "./replies.js";
import { discStatuses, guessedProfile } from "./replies.js";
import { lastDataSessionOf } from "./sessions.js";
import { traitsOf } from "./traits.js";

const discInformationHeadBytes = 4;
/** Up to the background format status: what nothing can be made of without. */
const neededDiscInformationBytes = 8;
/** 34 bytes and 255 tables of eight. */
const longestDiscInformationBytes = 2_074;
const longestCapacityListBytes = 259;
/** Descriptors begin 16 blocks after the start of a session. ECMA-119 6.2.1. */
const startBlocks = 17;
const descriptorsAt = 16;

/** Asks for everything of which a snapshot is made. */
export function* askState(): Asking<DriveReplies> {
  const quirks = new Set<QuirkName>();
  const inquiry = yield* askInquiry();
  const configuration = yield* askConfiguration(quirks);
  const capabilities = yield* askCapabilities();
  const lastReadableLba = yield* askCapacity();
  const information = yield* askDiscInformation(quirks);
  const guessed = information === null ? 0 : guessedProfile(information.disc.erasable);
  const profileNumber = configuration?.currentProfile ?? guessed;
  const replies: DriveReplies = {
    profileNumber,
    inquiry,
    features: configuration === null || quirks.has("feature-list-nonsense") ? null : configuration.features,
    capabilities,
    ...(yield* askDiscAndTracks(information?.disc, profileNumber, lastReadableLba, quirks)),
    discInformationBytes: information?.bytes ?? 0,
    lastReadableLba,
    formatCapacities: yield* askFormatCapacities(profileNumber),
    structures: yield* askStructures(profileNumber),
    start: null,
    quirks,
  };
  return { ...replies, start: yield* askStart(replies) };
}

/** Of discs that are finished the table of contents tells as much, or it is all there is. */
function* askDiscAndTracks(
  disc: DiscInformation | undefined,
  profileNumber: number,
  lastReadableLba: number | null,
  quirks: Set<QuirkName>,
): Asking<TocReplies> {
  const finished = (toc: TocReplies): TocReplies => {
    const { discStatus, stateOfLastSession, numberOfSessions, lastTrackInLastSession, erasable } = toc.disc;
    const told = { discStatus, stateOfLastSession, numberOfSessions, lastTrackInLastSession };
    return { disc: { ...toc.disc, ...disc, ...told, erasable: disc?.erasable ?? erasable }, tracks: toc.tracks };
  };
  // Of media that can only be read, not all drives tell tracks dependably.
  const isReadOnly = profileOf(profileNumber).model === "readOnly";
  if (isReadOnly) {
    const toc = yield* askToc(lastReadableLba);
    if (toc !== null) return finished(toc);
  }
  if (disc === undefined) return yield* askWithoutDiscInformation(profileNumber, lastReadableLba, quirks);
  const tracks = yield* askTracks(disc, profileNumber, quirks);
  if (tracks.length > 0 || disc.discStatus !== discStatuses.complete) return { disc, tracks };
  const toc = yield* askToc(lastReadableLba);
  if (toc === null) return { disc, tracks };
  quirks.add("no-track-information");
  return finished(toc);
}

/** Where the drive does not tell the state of the disc, its tracks do; a table of contents does not say what can be added. */
function* askWithoutDiscInformation(
  profileNumber: number,
  lastReadableLba: number | null,
  quirks: Set<QuirkName>,
): Asking<TocReplies> {
  const told = yield* askDiscByTracks(profileNumber, quirks);
  if (told !== null) return told;
  const isReadOnly = profileOf(profileNumber).model === "readOnly";
  const toc = isReadOnly ? null : yield* askToc(lastReadableLba);
  if (toc === null) return { disc: unknownDisc, tracks: [] };
  return { disc: { ...toc.disc, discStatus: discStatuses.other }, tracks: toc.tracks };
}

function* askDiscInformation(quirks: Set<QuirkName>): Asking<{ disc: DiscInformation; bytes: number } | null> {
  const question = (allocationLength: number): Asking<Answer> =>
    ask(readDiscInformation, { dataType: 0, allocationLength }, allocationLength);
  const reply = yield* askSized(question, {
    headBytes: discInformationHeadBytes,
    bytesOf: (head) => (head.length < 2 ? 0 : head[0]! * 0x100 + head[1]! + 2),
    mostBytes: longestDiscInformationBytes,
  });
  if (reply === null || reply.length < neededDiscInformationBytes) {
    quirks.add("no-disc-information");
    return null;
  }
  if (reply.length < discInformation.size) quirks.add("short-disc-information");
  return { disc: discInformation.read(reply, 0, strictContext), bytes: reply.length };
}

/** A drive may refuse it of a blank disc. */
function* askCapacity(): Asking<number | null> {
  const answer = yield* ask(readCapacity, {}, capacityReply.size, { isAnswer: isAboutMedium });
  if (!("data" in answer) || answer.data.length < 4) return null;
  return capacityReply.read(answer.data, 0, strictContext).lastBlockAddress;
}

/** Sizes belong to media that are formatted. */
function* askFormatCapacities(profileNumber: number): Asking<FormatCapacities | null> {
  const traits = traitsOf(profileNumber);
  const isFormatted = traits !== undefined && traits.family !== "cd" && profileOf(profileNumber).model !== "writeOnce";
  if (!isFormatted && traits?.family !== "bd-r") return null;
  const question = (allocationLength: number): Asking<Answer> =>
    ask(readFormatCapacities, { allocationLength }, allocationLength, { isAnswer: isAboutMedium });
  const reply = yield* askSized(question, {
    headBytes: capacityListHeader.size,
    bytesOf: (head) =>
      head.length < capacityListHeader.size
        ? 0
        : capacityListHeader.read(head, 0, strictContext).capacityListLength + capacityListHeader.size,
    mostBytes: longestCapacityListBytes,
  });
  return reply === null || reply.length < capacityListHeader.size ? null : decodeFormatCapacities(reply);
}

/** Reads what the last session begins with, or the disc where all of it can be overwritten. */
function* askStart(replies: DriveReplies): Asking<RecordedStart | null> {
  if (profileOf(replies.profileNumber).model === "overwritable") {
    // Reading what was never formatted stalls some drives.
    return needsFormat(replies) ? null : yield* readStart(0, startBlocks);
  }
  const session = lastDataSessionOf(replies);
  return session === null ? null : yield* readStart(session.startLba + descriptorsAt, 1);
}

/** Blocks that were never recorded: blank check, or addresses that the drive does not have yet, or no sector found. */
function isNeverRecorded({ key, asc }: Sense): boolean {
  return key === 8 || (key === 5 && asc === 0x21) || (key === 3 && (asc === 0x02 || asc === 0x31));
}

function* readStart(lba: number, blocks: number): Asking<RecordedStart> {
  const fields = { logicalBlockAddress: lba, transferBlocks: blocks };
  const answer = yield* ask(read10, fields, blocks * blockBytes, { isAnswer: isAboutMedium });
  if (!("data" in answer)) return { mark: "", content: isNeverRecorded(answer.sense) ? "blank" : "unreadable" };
  const isBlank = answer.data.every((octet) => octet === 0);
  return { mark: fingerprint(answer.data), content: isBlank ? "blank" : "recorded" };
}
