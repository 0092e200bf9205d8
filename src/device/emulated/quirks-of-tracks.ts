import { closeTrackSession } from "../mmc/close-track-session.js";
import { invisibleTrackNumber, readTrackInformation, trackInformation } from "../mmc/read-track-information.js";
import { startStopUnit } from "../mmc/start-stop-unit.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import type { Behaviour, Quirk } from "./quirk.js";
import {
  allMedia,
  cdMedia,
  check,
  discIn,
  dvdMinusMedia,
  dvdPlusRMedia,
  fieldsOf,
  isCommand,
  onReply,
  onStructure,
  refuse,
  sequentialMedia,
  wellBehaved,
} from "./quirk.js";
import { selectedPage } from "./quirk-commands.js";

const invalidField = { key: 5, asc: 0x24, ascq: 0 };
/** -150 in two's complement: where the pre-gap of the first track begins. */
const preGapAddress = 2 ** 32 - 150;
const shortTrackInformationBytes = 28;
const unknownDataMode = 0xf;
const statusComplete = 2;
const movedBlocks = 32;

/** Remembers whether sessions are written in test: the write parameters say it. */
function simulating(): { readonly watch: Behaviour; readonly is: () => boolean } {
  let isTest = false;
  return {
    is: () => isTest,
    watch: async (call, pass) => {
      const page = selectedPage(call);
      if (page !== undefined) isTest = page.testWrite;
      return await pass(call);
    },
  };
}

/** The quirks of groups 1, 2 and 8: what READ TRACK INFORMATION says. */
export const trackQuirks: readonly Quirk[] = [
  {
    name: "nwaMinus150OnBlank",
    group: "state",
    media: cdMedia,
    drive: "The next writable address of a blank CD is -150, where the pre-gap begins.",
    recorder: "Takes it for 0.",
    behave: () =>
      onStructure(readTrackInformation, trackInformation, (track) =>
        track.blank && track.nextWritableAddressValid && track.trackStartAddress === 0
          ? { ...track, nextWritableAddress: preGapAddress }
          : track,
      ),
  },
  {
    name: "nwaGarbageWhenInvalid",
    group: "state",
    media: sequentialMedia,
    drive: "Where the next writable address is not valid, its field holds a likely number.",
    recorder: "Believes the number only where the drive says that it is valid.",
    behave: () =>
      onStructure(readTrackInformation, trackInformation, (track) =>
        track.nextWritableAddressValid
          ? track
          : { ...track, nextWritableAddress: (track.trackStartAddress ?? 0) + (track.trackSize ?? 0) + 16 },
      ),
  },
  {
    name: "nwaZeroInSimulation",
    group: "state",
    media: [...cdMedia, ...dvdMinusMedia],
    drive: "After a track was closed in test writing, the next one is said to begin at 0.",
    recorder: "Does not look for the next writable address before the test is over.",
    behave: () => {
      const test = simulating();
      let isTrackOver = false;
      const zero = onStructure(readTrackInformation, trackInformation, (track) =>
        isTrackOver && track.nextWritableAddressValid ? { ...track, nextWritableAddress: 0 } : track,
      );
      return async (call, pass) => {
        const result = await test.watch(call, (next) => zero(next, pass));
        const ends = isCommand(call, synchronizeCache) || isCommand(call, closeTrackSession);
        isTrackOver = test.is() && (isTrackOver || ends);
        return result;
      };
    },
  },
  {
    name: "nwaMovesOnReread",
    group: "state",
    media: sequentialMedia,
    drive: "The next writable address is another one each time it is asked for.",
    recorder: "Asks once more before the first block, and writes nothing where the answer is another.",
    endsWith: "E_DISC_CHANGED",
    behave: () => {
      let times = 0;
      return onStructure(readTrackInformation, trackInformation, (track) =>
        track.nextWritableAddressValid
          ? { ...track, nextWritableAddress: (track.nextWritableAddress ?? 0) + movedBlocks * times++ }
          : track,
      );
    },
  },
  {
    name: "trackFFUnsupported",
    group: "state",
    media: [...cdMedia, ...dvdPlusRMedia],
    drive: "The track that is written next can't be asked for as number FFh.",
    recorder: "Asks for it by its number.",
    behave: () =>
      refuse(
        readTrackInformation,
        invalidField,
        ({ addressType, address }) => addressType === 1 && address === invisibleTrackNumber,
      ),
  },
  {
    name: "trackFFOnly",
    group: "state",
    media: [...cdMedia, ...dvdPlusRMedia],
    drive: "The track that is written next can be asked for as number FFh alone.",
    recorder: "Asks for FFh first.",
    behave: () =>
      onStructure(readTrackInformation, trackInformation, (track, { addressType, address }) =>
        track.nextWritableAddressValid && !(addressType === 1 && address === invisibleTrackNumber)
          ? check(5, 0x24, 0)
          : track,
      ),
  },
  {
    name: "lastRecordedMissing",
    group: "state",
    media: sequentialMedia,
    drive: "The last recorded address of a track is never valid.",
    recorder: "Computes it from the next writable address, or from start and size of the track.",
    behave: () =>
      onStructure(readTrackInformation, trackInformation, (track) => ({
        ...track,
        lastRecordedAddressValid: false,
        lastRecordedAddress: 0,
      })),
  },
  {
    name: "trackInformationShort",
    group: "state",
    media: allMedia,
    drive: "READ TRACK INFORMATION answers 28 bytes: no last recorded address, no high bytes.",
    recorder: "Takes what is not there for unknown.",
    behave: () =>
      onReply(readTrackInformation, (data) => {
        const short = data.slice(0, shortTrackInformationBytes);
        short.set([0, short.length - 2]);
        return short;
      }),
  },
  {
    name: "fullDiscHidesTracks",
    group: "state",
    media: sequentialMedia,
    drive: "READ TRACK INFORMATION of a finalised disc fails with 5/24/00.",
    recorder: "Finds the tracks in the table of contents.",
    behave: (drive) =>
      onReply(readTrackInformation, async (data) =>
        (await discIn(drive))?.discStatus === statusComplete ? check(5, 0x24, 0) : data,
      ),
  },
  {
    name: "dataModeUnknown",
    group: "state",
    media: allMedia,
    drive: "The data mode of tracks is F, unknown.",
    recorder: "Takes it for mode 1.",
    behave: () =>
      onStructure(readTrackInformation, trackInformation, (track) => ({ ...track, dataMode: unknownDataMode })),
  },
  {
    name: "page05BeforeNwa",
    group: "state",
    media: [...cdMedia, ...dvdMinusMedia],
    drive: "There is no next writable address before write parameters were set since the medium was loaded.",
    recorder: "Sets write parameters and asks again, where a disc that can be appended to has no such address.",
    behave: () => {
      let isSet = false;
      const hidden = onStructure(readTrackInformation, trackInformation, (track) =>
        isSet ? track : { ...track, nextWritableAddressValid: false, nextWritableAddress: 0 },
      );
      return async (call, pass) => {
        if (selectedPage(call) !== undefined) isSet = true;
        if (isCommand(call, startStopUnit) && fieldsOf(startStopUnit, call).loadEject) isSet = false;
        return await hidden(call, pass);
      };
    },
  },
  {
    name: "longSessionGaps",
    group: "medium",
    media: sequentialMedia.filter((type) => type !== "dvd-r-dl"),
    drive: "What lies between two sessions is three times as long as usual, and 32 blocks more.",
    recorder: "Takes the next writable address from the drive, and computes none.",
    behave: () => wellBehaved,
    changeRules: (media) =>
      media.sequential === null
        ? media
        : {
            ...media,
            sequential: {
              ...media.sequential,
              firstSessionGapBlocks: 3 * media.sequential.firstSessionGapBlocks + 32,
              laterSessionGapBlocks: 3 * media.sequential.laterSessionGapBlocks + 32,
            },
          },
  },
  {
    name: "sessionsExhausted",
    group: "medium",
    media: sequentialMedia.filter((type) => type !== "dvd-r-dl"),
    drive: "From the second session on there is no room for another one in the tables of the disc.",
    recorder: "Refuses a third session before its first block.",
    endsWith: "E_DISC_READ_ONLY",
    behave: (drive) =>
      onStructure(readTrackInformation, trackInformation, async (track) => {
        const sessions = track.nextWritableAddressValid ? ((await discIn(drive))?.numberOfSessions ?? 0) : 0;
        return sessions > 2
          ? { ...track, nextWritableAddressValid: false, nextWritableAddress: 0, freeBlocks: 0 }
          : track;
      }),
  },
];
