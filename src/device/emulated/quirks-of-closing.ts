/** Quirks in how a drive ends what was written, and in how long it takes. */
import { encode } from "../../codec/struct.js";
import { blank } from "../mmc/blank.js";
import { closeFunctions, closeTrackSession } from "../mmc/close-track-session.js";
import { formatUnit } from "../mmc/format-unit.js";
import { encodeModePages, modePageCodes, modeSense10 } from "../mmc/mode-parameters.js";
import { requestSense } from "../mmc/request-sense.js";
import type { Sense } from "../mmc/sense.js";
import { encodeSense } from "../mmc/sense.js";
import { startStopUnit } from "../mmc/start-stop-unit.js";
import { testUnitReady } from "../mmc/test-unit-ready.js";
import { multisessionFields, writeParametersFor, writeParametersPage } from "../mmc/write-parameters-page.js";
import type { Behaviour, Quirk } from "./quirk.js";
import {
  allMedia,
  bdReMedia,
  bdRMedia,
  cdMedia,
  check,
  checkWith,
  cutTo,
  done,
  dvdPlusRMedia,
  dvdPlusRwMedia,
  fieldsOf,
  isCommand,
  refuse,
  sequentialMedia,
  withFields,
} from "./quirk.js";
import { busyAfter, needsNoMedium, selectedPage } from "./quirk-commands.js";

const invalidField: Sense = { key: 5, asc: 0x24, ascq: 0 };
const noWriteParametersMedia = [...dvdPlusRMedia, ...dvdPlusRwMedia, ...bdRMedia, ...bdReMedia];

/** Refuses CLOSE TRACK/SESSION with one function. */
function refuseClose(closeFunction: number): Behaviour {
  return refuse(closeTrackSession, invalidField, (fields) => fields.closeFunction === closeFunction);
}

function multisessionBitsCount(): Behaviour {
  let page = writeParametersFor("multisessionOnly", { keepDiscOpen: false });
  return async (call, pass) => {
    const selected = selectedPage(call);
    if (selected !== undefined) {
      page = selected;
      return done;
    }
    if (isCommand(call, modeSense10) && fieldsOf(modeSense10, call).pageCode === modePageCodes.writeParameters) {
      return cutTo(call, encodeModePages([encode(writeParametersPage, page)]));
    }
    const isSession =
      isCommand(call, closeTrackSession) && fieldsOf(closeTrackSession, call).closeFunction === closeFunctions.session;
    if (!isSession || page.multisession !== multisessionFields.finalise) return await pass(call);
    return await pass(withFields(closeTrackSession, call, { closeFunction: closeFunctions.finalise }));
  };
}

/** TEST UNIT READY tells no progress; REQUEST SENSE does. */
function progressElsewhere(): Behaviour {
  let told: Sense | undefined;
  return async (call, pass) => {
    if (isCommand(call, requestSense) && told !== undefined) {
      const sense = told;
      told = undefined;
      return cutTo(call, encodeSense(sense).slice(0, fieldsOf(requestSense, call).allocationLength));
    }
    const result = await pass(call);
    const sense = result.status === "check" && isCommand(call, testUnitReady) ? result.sense : null;
    if (sense?.progress === undefined) return result;
    told = sense;
    const { key, asc, ascq } = sense;
    return check(key, asc, ascq);
  };
}

/** The quirks of groups 10 and 11. */
export const closingQuirks: readonly Quirk[] = [
  {
    name: "closeBusyThoughReady",
    group: "writing",
    media: sequentialMedia,
    drive: "After CLOSE TRACK/SESSION the drive says that it is ready; the next three commands find it busy (2/04/07).",
    recorder: "Waits, and sends the command again.",
    behave: () =>
      busyAfter(
        { key: 2, asc: 0x04, ascq: 0x07 },
        (call) => isCommand(call, closeTrackSession),
        (call) => !needsNoMedium(call) && !isCommand(call, testUnitReady),
      ),
  },
  {
    name: "readyTooEarly",
    group: "writing",
    media: allMedia,
    drive: "After loading, formatting and blanking the drive says that it is ready, and is not yet (2/04/01).",
    recorder: "Waits, and sends the command again.",
    behave: () =>
      busyAfter(
        { key: 2, asc: 0x04, ascq: 0x01 },
        (call) =>
          isCommand(call, formatUnit) ||
          isCommand(call, blank) ||
          (isCommand(call, startStopUnit) && fieldsOf(startStopUnit, call).start),
        (call) => !needsNoMedium(call) && !isCommand(call, testUnitReady),
      ),
  },
  {
    name: "progressMissingFromTur",
    group: "writing",
    media: allMedia,
    drive: "How far blanking, formatting or closing is, REQUEST SENSE tells, and TEST UNIT READY does not.",
    recorder: "Asks with REQUEST SENSE where TEST UNIT READY told no progress.",
    behave: progressElsewhere,
  },
  {
    name: "closeTrackFailsOnCd",
    group: "writing",
    media: cdMedia,
    drive: "CLOSE TRACK is refused after track-at-once writing.",
    recorder: "Ends tracks of a CD with SYNCHRONIZE CACHE.",
    behave: () => refuseClose(closeFunctions.track),
  },
  {
    name: "closeSessionNeedsTrack",
    group: "writing",
    media: sequentialMedia,
    drive: "CLOSE SESSION is refused without the number of the last track.",
    recorder: "Sends it again with that number.",
    behave: () =>
      refuse(
        closeTrackSession,
        invalidField,
        ({ closeFunction, trackNumber }) => closeFunction >= closeFunctions.session && trackNumber === 0,
      ),
  },
  {
    name: "finaliseOnlyMinimalRadius",
    group: "writing",
    media: dvdPlusRMedia,
    drive: "Of the functions that finalise a disc, the drive knows 101b alone.",
    recorder: "Tries the one, then the other.",
    behave: () => refuseClose(closeFunctions.finalise),
  },
  {
    name: "finaliseOnlyPlain",
    group: "writing",
    media: dvdPlusRMedia,
    drive: "Of the functions that finalise a disc, the drive knows 110b alone.",
    recorder: "Tries the one, then the other.",
    behave: () => refuseClose(closeFunctions.finaliseMinimalRadius),
  },
  {
    name: "multisessionBitsOnDvdPlusR",
    group: "writing",
    media: dvdPlusRMedia,
    drive: "Closing a session finalises the disc unless the write parameters say that another may follow.",
    recorder: "Sets write parameters on DVD+R, too, though the standard has none there.",
    behave: multisessionBitsCount,
  },
  {
    name: "page05RefusedOnPlus",
    group: "writing",
    media: noWriteParametersMedia,
    drive: "Write parameters are refused on media that have none.",
    recorder: "Goes on without.",
    behave: () => async (call, pass) => {
      if (selectedPage(call) !== undefined) return check(5, 0x26, 0);
      const isAsked =
        isCommand(call, modeSense10) && fieldsOf(modeSense10, call).pageCode === modePageCodes.writeParameters;
      return isAsked ? checkWith(invalidField) : await pass(call);
    },
  },
];
