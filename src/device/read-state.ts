import { strictContext } from "../codec/codec.js";
import { DeviceError, DiscError } from "../errors.js";
import { blockBytes } from "../units.js";
import type { CommandChannel } from "./command-channel.js";
import { decodeConfiguration, featureHeader, getConfiguration } from "./mmc/get-configuration.js";
import { lbaFromMsf } from "./mmc/minute-second-frame.js";
import { profileOf } from "./mmc/profiles.js";
import { read10 } from "./mmc/read-10.js";
import { capacityReply, readCapacity } from "./mmc/read-capacity.js";
import type { DiscInformation } from "./mmc/read-disc-information.js";
import { discInformation, readDiscInformation } from "./mmc/read-disc-information.js";
import { decodeTocItems, leadOutTrackNumber, rawTocItem, readToc, tocHeader, tocTrack } from "./mmc/read-toc.js";
import type { TrackInformation } from "./mmc/read-track-information.js";
import { invisibleTrackNumber, readTrackInformation, trackInformation } from "./mmc/read-track-information.js";
import { startStopUnit } from "./mmc/start-stop-unit.js";
import { testUnitReady } from "./mmc/test-unit-ready.js";
import type { DiscSnapshot, DriveReplies } from "./snapshot.js";
import { fingerprint, snapshotOf } from "./snapshot.js";

/** Descriptors begin 16 blocks after the start of a session. ECMA-119 6.2.1. */
const descriptorsAt = 16;
const readingAttempts = 4;
/** More than that no drive has; an announced length beyond it is nonsense. */
const longestConfigurationBytes = 4096;
const statusComplete = 2;
const allTrackBlocks = 0x20_0000;

/**
 * Waits until the medium can be used.
 *
 * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
 */
export async function becomeReady(channel: CommandChannel): Promise<void> {
  let outcome = await channel.attempt(testUnitReady, {}, { direction: "none" });
  if ("error" in outcome && outcome.sense?.key === 2 && outcome.sense.asc === 0x04 && outcome.sense.ascq === 0x02) {
    await channel.send(startStopUnit, { immediate: false, loadEject: false, start: true }, { direction: "none" });
    outcome = await channel.attempt(testUnitReady, {}, { direction: "none" });
  }
  if (!("error" in outcome)) return;
  if (outcome.sense?.key !== 2 || outcome.sense.asc !== 0x3a) throw outcome.error;
  const device = channel.transport.name;
  throw new DiscError("E_NO_MEDIUM", `${device}: there is no disc`, { device }, { cause: outcome.error });
}

/**
 * Reads the state of the disc. Begins again when the medium changes meanwhile.
 *
 * @throws {@link DiscError} E_NO_MEDIUM; {@link DeviceError}.
 */
export async function readState(channel: CommandChannel): Promise<DiscSnapshot> {
  for (let attempt = 1; ; attempt++) {
    await becomeReady(channel);
    const before = channel.unitAttentions;
    const replies = await readReplies(channel);
    if (channel.unitAttentions === before || attempt === readingAttempts) return snapshotOf(replies);
  }
}

async function readReplies(channel: CommandChannel): Promise<DriveReplies> {
  const configuration = await readConfiguration(channel);
  const lastReadableLba = await readLastReadable(channel);
  const information = await channel.attempt(
    readDiscInformation,
    { dataType: 0, allocationLength: discInformation.size },
    { direction: "in", allocationBytes: discInformation.size },
  );
  const profileNumber = configuration?.currentProfile ?? 0;
  const currentFeatures =
    configuration === null ? null : configuration.features.filter(({ current }) => current).map(({ code }) => code);
  const known = { profileNumber, currentFeatures, lastReadableLba, contentMark: "" };
  let replies: DriveReplies;
  if ("error" in information) {
    // Drives that only read know nothing but the table of contents.
    if (information.sense?.asc !== 0x20) throw information.error;
    replies = { ...known, ...(await readFromToc(channel, lastReadableLba)) };
  } else {
    const disc = discInformation.read(information.data, 0, strictContext);
    replies = { ...known, disc, tracks: await walkTracks(channel, disc, profileNumber) };
  }
  const last = snapshotOf(replies).lastDataSession;
  return last === null ? replies : { ...replies, contentMark: await readContentMark(channel, last.startLba) };
}

async function readConfiguration(channel: CommandChannel) {
  const ask = async (allocationLength: number) =>
    await channel.attempt(
      getConfiguration,
      { requestedType: 0, startingFeatureNumber: 0, allocationLength },
      { direction: "in", allocationBytes: allocationLength },
    );
  // Two steps: some bridges hang when more is asked for than there is.
  const head = await ask(featureHeader.size);
  if ("error" in head) {
    if (head.sense?.key === 5) return null;
    throw head.error;
  }
  const bytes = featureHeader.read(head.data, 0, strictContext).dataLength + 4;
  if (bytes > longestConfigurationBytes || bytes <= featureHeader.size) return decodeConfiguration(head.data);
  const whole = await ask(bytes);
  return "error" in whole ? decodeConfiguration(head.data) : decodeConfiguration(whole.data);
}

async function readLastReadable(channel: CommandChannel): Promise<number | null> {
  const outcome = await channel.attempt(readCapacity, {}, { direction: "in", allocationBytes: capacityReply.size });
  if ("error" in outcome) {
    // A drive may refuse that of a blank disc; one that can't be reached is another matter.
    if (outcome.sense === null) throw outcome.error;
    return null;
  }
  return outcome.data.length < 4 ? null : capacityReply.read(outcome.data, 0, strictContext).lastBlockAddress;
}

/** Asks for every track, and for the one that is written next. */
async function walkTracks(
  channel: CommandChannel,
  disc: DiscInformation,
  profileNumber: number,
): Promise<TrackInformation[]> {
  const tracks: TrackInformation[] = [];
  const profile = profileOf(profileNumber);
  const open = disc.discStatus !== statusComplete && profile.model !== "readOnly";
  for (let number = Math.max(1, disc.numberOfFirstTrack); number <= disc.lastTrackInLastSession; number++) {
    const last = number === disc.lastTrackInLastSession;
    const byInvisible = last && open && profile.procedure?.hasInvisibleTrackNumber === true;
    const track =
      (byInvisible ? await askTrack(channel, invisibleTrackNumber) : undefined) ?? (await askTrack(channel, number));
    // A drive that has nothing to say of the last track has no next writable address.
    if (track === undefined && last) break;
    if (track === undefined) continue;
    // Asked by the other name, some drives answer with that name.
    tracks.push({ ...track, trackNumber: number });
  }
  return tracks;
}

async function askTrack(channel: CommandChannel, address: number): Promise<TrackInformation | undefined> {
  const outcome = await channel.attempt(
    readTrackInformation,
    { addressType: 1, address, allocationLength: trackInformation.size },
    { direction: "in", allocationBytes: trackInformation.size },
  );
  if (!("error" in outcome)) return trackInformation.read(outcome.data, 0, strictContext);
  if (outcome.sense?.key === 5) return undefined;
  throw outcome.error;
}

async function askToc(channel: CommandChannel, format: number): Promise<Uint8Array> {
  const ask = async (allocationLength: number): Promise<Uint8Array> =>
    await channel.send(
      readToc,
      { msf: format === 2, format, trackSessionNumber: format === 2 ? 1 : 0, allocationLength, legacyFormat: 0 },
      { direction: "in", allocationBytes: allocationLength },
    );
  const head = await ask(tocHeader.size);
  return await ask(tocHeader.read(head, 0, strictContext).dataLength + 2);
}

/** What the table of contents tells, put as the replies that it stands for: a finished disc. */
async function readFromToc(
  channel: CommandChannel,
  lastReadableLba: number | null,
): Promise<Pick<DriveReplies, "disc" | "tracks">> {
  const toc = decodeTocItems(await askToc(channel, 0), tocTrack);
  const sessionOf = await sessionsFromToc(channel);
  const tracks = toc.filter(({ trackNumber }) => trackNumber !== leadOutTrackNumber);
  const leadOut = toc.find(({ trackNumber }) => trackNumber === leadOutTrackNumber)?.startAddress;
  const end = leadOut ?? (lastReadableLba ?? -1) + 1;
  const described = tracks.map(
    ({ trackNumber, startAddress, adrControl }, index): TrackInformation => ({
      dataLength: trackInformation.size - 2,
      trackNumber,
      sessionNumber: sessionOf(trackNumber),
      layerJumpRecordingStatus: 0,
      damage: false,
      copy: false,
      trackMode: adrControl % 0x10,
      reservedTrack: false,
      blank: false,
      packet: false,
      fixedPacket: false,
      dataMode: 1,
      lastRecordedAddressValid: false,
      nextWritableAddressValid: false,
      trackStartAddress: startAddress,
      trackSize: (tracks[index + 1]?.startAddress ?? end) - startAddress,
    }),
  );
  const disc: DiscInformation = {
    discInformationLength: discInformation.size - 2,
    erasable: false,
    stateOfLastSession: 3,
    discStatus: statusComplete,
    numberOfFirstTrack: tracks[0]?.trackNumber ?? 1,
    numberOfSessions: sessionOf(tracks.at(-1)?.trackNumber ?? 1),
    firstTrackInLastSession: 1,
    lastTrackInLastSession: tracks.at(-1)?.trackNumber ?? 1,
    discIdentificationValid: false,
    barCodeValid: false,
    unrestrictedUse: false,
    applicationCodeValid: false,
    dirty: false,
    backgroundFormatStatus: 0,
  };
  return { disc, tracks: described };
}

/** Which session a track is in: format 2 tells it of CDs, format 1 of the last session of other discs. */
async function sessionsFromToc(channel: CommandChannel): Promise<(trackNumber: number) => number> {
  try {
    const items = decodeTocItems(await askToc(channel, 2), rawTocItem);
    const sessions = new Map(items.map(({ point, sessionNumber }) => [point, sessionNumber]));
    // An item whose time lies before the disc's end belongs to a track.
    const valid = items.some(({ point, pointedMsf }) => point < 100 && lbaFromMsf(pointedMsf) < allTrackBlocks);
    if (valid) return (trackNumber) => sessions.get(trackNumber) ?? 1;
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
  }
  const last = decodeTocItems(await askToc(channel, 1), tocTrack)[0];
  return (trackNumber) => (last !== undefined && last.trackNumber > 1 && trackNumber >= last.trackNumber ? 2 : 1);
}

async function readContentMark(channel: CommandChannel, sessionStart: number): Promise<string> {
  const outcome = await channel.attempt(
    read10,
    { logicalBlockAddress: sessionStart + descriptorsAt, transferBlocks: 1 },
    { direction: "in", allocationBytes: blockBytes },
  );
  if (!("error" in outcome)) return fingerprint(outcome.data, 0x811c_9dc5).toString(16);
  if (outcome.sense === null) throw outcome.error;
  return "";
}
