/** Quirks in what a drive tells of its disc, and of itself. */
import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";
import { encode } from "../../codec/struct.js";
import { closeFunctions, closeTrackSession } from "../mmc/close-track-session.js";
import { dvdRamStatus, writeProtection } from "../mmc/disc-structures.js";
import { featureCodes } from "../mmc/feature-codes.js";
import { formatUnit } from "../mmc/format-unit.js";
import { decodeConfiguration, encodeConfiguration, getConfiguration } from "../mmc/get-configuration.js";
import { msfFromLba } from "../mmc/minute-second-frame.js";
import { encodeModePages, findModePage, modePageCodes, modeSense10 } from "../mmc/mode-parameters.js";
import { capacityReply, readCapacity } from "../mmc/read-capacity.js";
import { discInformation, readDiscInformation } from "../mmc/read-disc-information.js";
import { decodeStructure, encodeStructure, readDiscStructure, structureFormats } from "../mmc/read-disc-structure.js";
import {
  capacityTypes,
  decodeFormatCapacities,
  encodeFormatCapacities,
  readFormatCapacities,
} from "../mmc/read-format-capacities.js";
import type { TocTrack } from "../mmc/read-toc.js";
import { decodeTocItems, encodeToc, leadOutTrackNumber, readToc, tocTrack } from "../mmc/read-toc.js";
import { startStopUnit } from "../mmc/start-stop-unit.js";
import { write10 } from "../mmc/write-10.js";
import { write12 } from "../mmc/write-12.js";
import type { CommandResult } from "../transport.js";
import type { Behaviour, Call, Pass, Quirk } from "./quirk.js";
import {
  allMedia,
  bdRMedia,
  callOf,
  cdMedia,
  chain,
  check,
  discIn,
  done,
  dvdMinusMedia,
  fieldsOf,
  isCommand,
  onFixedReply,
  onReply,
  onStructure,
  overwritableMedia,
  refuse,
  sequentialMedia,
} from "./quirk.js";

const unknownCommand = { key: 5, asc: 0x20, ascq: 0 };
const isProtected = { key: 7, asc: 0x27, ascq: 0 };
const runOutBlocks = 2;
const statusBlank = 0;
const statusAppendable = 1;
const lastSessionEmpty = 0;
const lastSessionOpen = 1;
const lastSessionComplete = 3;
/** Loading mechanism and speeds end here: what drives before MMC-3 send. */
const oldCapabilitiesBytes = 20;
const oddBlockBytes = 512;
const blocksOfOddLength = 4;
const nonDvdMinus = (media: readonly string[]): readonly string[] => media.filter((type) => !cdMedia.includes(type));

function cartridgeProtected(): Behaviour {
  const told = onReply(readDiscStructure, (data, { format }) => {
    const protect = <T extends { cartridge: boolean }>(codec: StructCodec<T>): Uint8Array => {
      const value = codec.read(decodeStructure(data), 0, strictContext);
      return encodeStructure(encode(codec, { ...value, cartridge: true }));
    };
    if (format === structureFormats.writeProtection) return protect(writeProtection);
    return format === structureFormats.mediumStatus ? protect(dvdRamStatus) : data;
  });
  return chain(told, ...[write10, write12, formatUnit].map((command) => refuse<unknown>(command, isProtected)));
}

/** What a table of contents says. The format may stand where MMC-1 had it. */
function tocFormat(call: Call): number {
  const { format, legacyFormat } = fieldsOf(readToc, call);
  return format === 0 ? legacyFormat : format;
}

interface Toc {
  readonly first: number;
  readonly last: number;
  readonly items: readonly TocTrack[];
}

/** Changes the items of format 0 or 1. */
function onTocItems(
  format: number,
  change: (items: readonly TocTrack[], isMsf: boolean) => Toc | Promise<Toc>,
): Behaviour {
  const changed = onReply(readToc, async (data, { msf }) => {
    const { first, last, items } = await change(decodeTocItems(data, tocTrack), msf);
    return encodeToc(first, last, tocTrack, items);
  });
  return async (call, pass) =>
    isCommand(call, readToc) && tocFormat(call) === format ? await changed(call, pass) : await pass(call);
}

/** Two tracks in two sessions, whatever there is: what MMC-3 wants of DVD. */
function shortToc(drive: Pass): Behaviour {
  const tracks = onTocItems(0, async (items, isMsf): Promise<Toc> => {
    const lastSession = await lastSessionIn(drive);
    const first = { ...items[0]!, trackNumber: 1 };
    const leadOut = items.filter(({ trackNumber }) => trackNumber === leadOutTrackNumber);
    if (lastSession === undefined || lastSession.trackNumber <= 1)
      return { first: 1, last: 1, items: [first, ...leadOut] };
    const startAddress = isMsf ? msfFromLba(lastSession.startAddress) : lastSession.startAddress;
    return { first: 1, last: 2, items: [first, { ...lastSession, trackNumber: 2, startAddress }, ...leadOut] };
  });
  const sessions = onTocItems(1, (items) => {
    const last = items[0]!.trackNumber > 1 ? 2 : 1;
    return { first: 1, last, items: [{ ...items[0]!, trackNumber: last }] };
  });
  return chain(tracks, sessions);
}

/** The track that the last complete session begins with, as format 1 tells it. */
async function lastSessionIn(drive: Pass): Promise<TocTrack | undefined> {
  const fields = { msf: false, format: 1, trackSessionNumber: 0, allocationLength: 12, legacyFormat: 0 };
  const result = await drive(callOf(readToc, fields, { direction: "in", allocationBytes: 12 }));
  return result.status === "ok" ? decodeTocItems(result.data, tocTrack)[0] : undefined;
}

/** Remembers answers from the time a medium was loaded, and goes on giving them. */
function stale(...operationCodes: readonly number[]): Behaviour {
  const remembered = new Map<string, CommandResult>();
  return async (call, pass) => {
    if (isCommand(call, startStopUnit) && fieldsOf(startStopUnit, call).loadEject) remembered.clear();
    if (!operationCodes.includes(call.cdb[0]!)) return await pass(call);
    const key = call.cdb.join();
    const found = remembered.get(key);
    if (found !== undefined) return found;
    const result = await pass(call);
    if (result.status === "ok") remembered.set(key, result);
    return result;
  };
}

function cutCapabilities(reply: Uint8Array): Uint8Array {
  const page = findModePage(reply, modePageCodes.capabilities);
  if (page === undefined) return reply;
  const short = page.slice(0, oldCapabilitiesBytes);
  short[1] = short.length - 2;
  return encodeModePages([short]);
}

function padCapabilities(reply: Uint8Array): Uint8Array {
  const page = findModePage(reply, modePageCodes.capabilities);
  if (page === undefined) return reply;
  const manySpeeds = page.slice();
  // The number of speeds.
  if (manySpeeds.length >= 32) manySpeeds.set([0, 99], 30);
  return encodeModePages([manySpeeds, new Uint8Array(8)]);
}

function openSessionLeft(): Behaviour {
  let isLeft = true;
  const told = onStructure(readDiscInformation, discInformation, (disc) =>
    isLeft && disc.discStatus <= statusAppendable
      ? { ...disc, discStatus: statusAppendable, stateOfLastSession: lastSessionOpen }
      : disc,
  );
  return async (call, pass) => {
    if (!isLeft) return await pass(call);
    if (isCommand(call, write10) || isCommand(call, write12)) return check(5, 0x2c, 0);
    if (!isCommand(call, closeTrackSession)) return await told(call, pass);
    const { closeFunction } = fieldsOf(closeTrackSession, call);
    if (closeFunction !== closeFunctions.session) return await pass(call);
    isLeft = false;
    return done;
  };
}

/** The quirks of groups 3 to 7. */
export const discQuirks: readonly Quirk[] = [
  {
    name: "readCapacityPlus2",
    group: "state",
    media: cdMedia,
    drive: "READ CAPACITY of a CD counts two blocks too many.",
    recorder: "Takes the end of the data from the tracks.",
    behave: () =>
      onFixedReply(readCapacity, capacityReply, (capacity) => ({
        ...capacity,
        lastBlockAddress: capacity.lastBlockAddress + runOutBlocks,
      })),
  },
  {
    name: "readCapacityLastSessionOnly",
    group: "state",
    media: sequentialMedia,
    drive: "READ CAPACITY counts the blocks of the last session alone.",
    recorder: "Takes the end of the data from the tracks.",
    behave: (drive) =>
      onFixedReply(readCapacity, capacityReply, async (capacity) => ({
        ...capacity,
        lastBlockAddress: Math.max(0, capacity.lastBlockAddress - ((await lastSessionIn(drive))?.startAddress ?? 0)),
      })),
  },
  {
    name: "readCapacityZero",
    group: "state",
    media: sequentialMedia,
    drive: "READ CAPACITY always answers 0.",
    recorder: "Takes the end of the data from the tracks.",
    behave: () => onFixedReply(readCapacity, capacityReply, (capacity) => ({ ...capacity, lastBlockAddress: 0 })),
  },
  {
    name: "staleUntilReload",
    group: "state",
    media: allMedia,
    drive: "READ CAPACITY and READ TOC go on answering what was true when the medium was loaded.",
    recorder: "Takes the state from the disc information and the tracks.",
    behave: () => stale(readCapacity.operationCode, readToc.operationCode),
  },
  {
    name: "toc1TwoSessions",
    group: "state",
    media: nonDvdMinus(sequentialMedia),
    drive: "The table of contents has two tracks and two sessions at most: all but the last session are one.",
    recorder: "Walks the tracks; needs of the table of contents only where the last session starts.",
    behave: shortToc,
  },
  {
    name: "toc1AlwaysTrack1",
    group: "state",
    media: sequentialMedia,
    drive: "The last session is always said to begin with track 1; kernels ignore where it starts then.",
    recorder: "Walks the tracks.",
    behave: () =>
      onTocItems(1, (items) => ({ first: 1, last: 1, items: items.map((item) => ({ ...item, trackNumber: 1 })) })),
  },
  {
    name: "toc1FailsOnOpenSession",
    group: "state",
    media: sequentialMedia,
    drive: "The start of the last session is not told as long as the disc can be appended to.",
    recorder: "Walks the tracks.",
    behave: (drive) => async (call, pass) => {
      const result = await pass(call);
      if (!isCommand(call, readToc) || tocFormat(call) !== 1 || result.status !== "ok") return result;
      const disc = await discIn(drive);
      return disc !== null && disc.stateOfLastSession !== lastSessionComplete ? check(5, 0x24, 0) : result;
    },
  },
  {
    name: "tocFullFails",
    group: "state",
    media: cdMedia,
    drive: "The full table of contents (format 2) is refused on CDs, as all drives refuse it on other media.",
    recorder: "Walks the tracks; where it can't, takes format 1.",
    behave: () => async (call, pass) =>
      isCommand(call, readToc) && tocFormat(call) === 2 ? check(5, 0x24, 0) : await pass(call),
  },
  {
    name: "toc0MissingLeadOut",
    group: "state",
    media: sequentialMedia,
    drive: "The table of contents has no item for the lead-out.",
    recorder: "Takes the end of the data from the tracks, or from READ CAPACITY.",
    behave: () =>
      onTocItems(0, (items) => {
        const tracks = items.filter(({ trackNumber }) => trackNumber !== leadOutTrackNumber);
        return { first: tracks[0]?.trackNumber ?? 1, last: tracks.at(-1)?.trackNumber ?? 1, items: tracks };
      }),
  },
  {
    name: "bdrFormattedClaimsAppendable",
    group: "state",
    media: bdRMedia,
    drive: "A formatted BD-R that was never written is said to be appendable, with one empty session and no capacity.",
    recorder: "Takes it for blank.",
    behave: (drive) =>
      chain(
        onStructure(readDiscInformation, discInformation, (disc) =>
          disc.discStatus === statusBlank
            ? { ...disc, discStatus: statusAppendable, stateOfLastSession: lastSessionEmpty, numberOfSessions: 1 }
            : disc,
        ),
        onFixedReply(readCapacity, capacityReply, async (capacity) =>
          (await discIn(drive))?.discStatus === statusBlank ? { ...capacity, lastBlockAddress: 0 } : capacity,
        ),
      ),
  },
  {
    name: "bdrOpenSessionLeft",
    group: "state",
    media: bdRMedia,
    drive: "Someone left a session open: nothing is written before it was closed.",
    recorder: "Closes it, as it closes every session that was never closed, and reads the state again.",
    behave: openSessionLeft,
  },
  {
    name: "erasableBitWrong",
    group: "state",
    media: allMedia,
    drive: "Media that can be erased are said to be write-once, and the other way round.",
    recorder: "Believes the profile.",
    behave: () => onStructure(readDiscInformation, discInformation, (disc) => ({ ...disc, erasable: !disc.erasable })),
  },
  {
    name: "rejectsReadDiscInformation",
    group: "state",
    media: sequentialMedia,
    drive: "READ DISC INFORMATION is unknown, as with drives that only read.",
    recorder: "Asks for one track after the other until there is none: they tell the state of the disc.",
    behave: () => refuse(readDiscInformation, unknownCommand),
  },
  {
    name: "rejectsReadDiscStructure",
    group: "state",
    media: allMedia.filter((type) => !cdMedia.includes(type)),
    drive: "READ DISC STRUCTURE is unknown.",
    recorder: "Takes nothing to forbid writing, and does without what else it tells.",
    behave: () => refuse(readDiscStructure, unknownCommand),
  },
  {
    name: "cartridgeProtected",
    group: "state",
    media: ["dvd-ram"],
    drive:
      "The tab of the cartridge forbids writing: it is told with the structures of the disc, and WRITE is refused.",
    recorder: "Writes nothing, and says why.",
    endsWith: "E_DISC_READ_ONLY",
    behave: cartridgeProtected,
  },
  {
    name: "rejectsGetConfiguration",
    group: "state",
    media: cdMedia,
    drive: "GET CONFIGURATION is unknown: the drive is older than MMC-2.",
    recorder: "Takes the medium for a CD-R, or a CD-RW where it can be erased.",
    behave: () => refuse(getConfiguration, unknownCommand),
  },
  {
    name: "featureLinkSizeGarbage",
    group: "state",
    media: dvdMinusMedia,
    drive: "The link sizes of incremental writing are rubbish, and there are said to be more than there are.",
    recorder: "Uses 16 blocks, and looks only at whether the feature is current.",
    behave: () =>
      onReply(getConfiguration, (data) => {
        const { currentProfile, features } = decodeConfiguration(data);
        const garbage = Uint8Array.of(0xff, 0xff, 0xff, 0xc8, 0x07, 0x00, 0xfe, 0x55);
        return encodeConfiguration({
          currentProfile,
          features: features.map((feature) =>
            feature.code === featureCodes.incrementalStreaming ? { ...feature, payload: garbage } : feature,
          ),
        });
      }),
  },
  {
    name: "mode2aShort",
    group: "state",
    media: allMedia,
    drive: "The page of capabilities ends behind the fastest speed of writing.",
    recorder: "Takes what is not there for unknown.",
    behave: () => onReply(modeSense10, cutCapabilities),
  },
  {
    name: "mode2aPadded",
    group: "state",
    media: allMedia,
    drive: "The page of capabilities lists more speeds than it has room for, and zeros stand behind it.",
    recorder: "Ends the page where it says that it ends, and the list with the page.",
    behave: () => onReply(modeSense10, padCapabilities),
  },
  {
    name: "formatCapacitiesUnknown",
    group: "state",
    media: ["dvd-rw"],
    drive: "The current size of a DVD-RW in restricted overwrite is of type 3, unknown.",
    recorder: "Takes it for formatted.",
    behave: () =>
      onReply(readFormatCapacities, (data) => {
        const { current, formats } = decodeFormatCapacities(data);
        return current?.descriptorType === capacityTypes.formatted
          ? encodeFormatCapacities({ current: { ...current, descriptorType: capacityTypes.unknown }, formats })
          : data;
      }),
  },
  {
    name: "formatCapacitiesOddBlocks",
    group: "state",
    media: overwritableMedia,
    drive: "READ FORMAT CAPACITIES counts in blocks of 512 bytes.",
    recorder: "Scales the numbers to blocks of 2,048 bytes.",
    behave: () =>
      onReply(readFormatCapacities, (data) => {
        const { current, formats } = decodeFormatCapacities(data);
        if (current === null) return data;
        const numberOfBlocks = current.numberOfBlocks * blocksOfOddLength;
        return encodeFormatCapacities({
          current: { ...current, numberOfBlocks, blockLengthBytes: oddBlockBytes },
          formats,
        });
      }),
  },
];
