/** Quirks of the tray, of the medium in it, and of the way from the host to the drive. */
import { encode } from "../../codec/struct.js";
import {
  decodeEventReply,
  encodeEventReply,
  eventClasses,
  getEventStatusNotification,
  mediaEvent,
} from "../mmc/get-event-status-notification.js";
import { encodeModeSelectData, modeSelect10 } from "../mmc/mode-parameters.js";
import { preventAllowMediumRemoval } from "../mmc/prevent-allow-medium-removal.js";
import { read10 } from "../mmc/read-10.js";
import { read12 } from "../mmc/read-12.js";
import { requestSense } from "../mmc/request-sense.js";
import { encodeSense, senseBytes } from "../mmc/sense.js";
import { startStopUnit } from "../mmc/start-stop-unit.js";
import { writeParametersFor, writeParametersPage } from "../mmc/write-parameters-page.js";
import type { CommandResult } from "../transport.js";
import type { Behaviour, Call, Pass, Quirk } from "./quirk.js";
import { allMedia, callOf, cdMedia, check, cutTo, fieldsOf, isCommand, onReply } from "./quirk.js";
import { needsNoMedium, writeOf } from "./quirk-commands.js";

/** More than that some ways to a drive do not carry at once. */
const narrowBytes = 65_536;
/** Every so many commands one gets lost. */
const softErrorInterval = 7;

const isLoading = (call: Call): boolean =>
  isCommand(call, startStopUnit) && fieldsOf(startStopUnit, call).loadEject && fieldsOf(startStopUnit, call).start;
const isEjecting = (call: Call): boolean =>
  isCommand(call, startStopUnit) && fieldsOf(startStopUnit, call).loadEject && !fieldsOf(startStopUnit, call).start;

/** After loading: the unit attention, and then some time of becoming ready. */
function changesAfterLoad(): Behaviour {
  let answers: CommandResult[] = [];
  return async (call, pass) => {
    const answer = needsNoMedium(call) ? undefined : answers.shift();
    if (answer !== undefined) return answer;
    const result = await pass(call);
    if (isLoading(call) && result.status === "ok") {
      const becomingReady = check(2, 0x04, 0x01);
      answers = [check(6, 0x28, 0), becomingReady, becomingReady, becomingReady];
    }
    return result;
  };
}

/** Once, at the third WRITE. What was written stays; what was set is lost. */
function resetMidBurn(drive: Pass): Behaviour {
  let writes = 0;
  return async (call, pass) => {
    if (writeOf(call) === undefined) return await pass(call);
    writes++;
    if (writes !== 3) return await pass(call);
    const initial = writeParametersFor("cdTrackAtOnce", { keepDiscOpen: false });
    const data = encodeModeSelectData([encode(writeParametersPage, initial)]);
    const fields = { pageFormat: true, savePages: false, parameterListLength: data.length };
    // Media that have no write parameters refuse them, and have lost nothing.
    await drive(callOf(modeSelect10, fields, { direction: "out", data }));
    return check(6, 0x29, 0);
  };
}

function trayOpen(): Behaviour {
  let isOpen = true;
  return async (call, pass) => {
    if (isLoading(call)) isOpen = false;
    if (isEjecting(call)) isOpen = true;
    return isOpen && !needsNoMedium(call) && !isCommand(call, startStopUnit) ? check(2, 0x3a, 0x02) : await pass(call);
  };
}

/** Locked when it is switched on, as by a jumper. */
function lockedAtFirst(): Behaviour {
  let isLocked = true;
  return async (call, pass) => {
    if (isCommand(call, preventAllowMediumRemoval)) isLocked = fieldsOf(preventAllowMediumRemoval, call).prevent !== 0;
    return isLocked && isEjecting(call) ? check(5, 0x53, 0x02) : await pass(call);
  };
}

/** Someone pushes the button while something is written: once. */
function ejectButton(): Behaviour {
  let isPushed = false;
  let wasTold = false;
  const events = onReply(getEventStatusNotification, (data) => {
    const reply = decodeEventReply(data);
    if (!isPushed || wasTold || reply.notificationClass !== eventClasses.media) return data;
    wasTold = true;
    const request = { eventCode: 1, mediaPresent: true, trayOpen: false, startSlot: 0, endSlot: 0 };
    return encodeEventReply({ ...reply, event: encode(mediaEvent, request) });
  });
  return async (call, pass) => {
    if (writeOf(call) !== undefined) isPushed = true;
    return await events(call, pass);
  };
}

/** The sense does not come with its status; it has to be asked for. */
function senseLost(): Behaviour {
  let lost: CommandResult | undefined;
  return async (call, pass) => {
    if (isCommand(call, requestSense) && lost?.status === "check") {
      const { sense } = lost;
      lost = undefined;
      const bytes = encodeSense(sense!).slice(0, fieldsOf(requestSense, call).allocationLength || senseBytes);
      return cutTo(call, bytes);
    }
    const result = await pass(call);
    lost = result.status === "check" && result.sense !== null ? result : undefined;
    return lost === undefined
      ? result
      : ({ ...result, status: "check", sense: null, rawSense: new Uint8Array(0) } as CommandResult);
  };
}

/** The operation codes that Linux lets through without CAP_SYS_RAWIO, on a device that is open for writing. */
const unfilteredOperationCodes: ReadonlySet<number> = new Set([
  0x00, 0x03, 0x04, 0x12, 0x15, 0x1a, 0x1b, 0x1e, 0x23, 0x25, 0x28, 0x2a, 0x2b, 0x2e, 0x2f, 0x35, 0x3c, 0x42, 0x43,
  0x44, 0x45, 0x46, 0x47, 0x4a, 0x4b, 0x4e, 0x51, 0x52, 0x53, 0x54, 0x55, 0x58, 0x5a, 0x5b, 0x5c, 0x5d, 0x9e, 0xa0,
  0xa1, 0xa2, 0xa3, 0xa4, 0xa6, 0xa8, 0xaa, 0xac, 0xad, 0xb6, 0xb9, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf,
]);

/** How much a command carries, either way. */
function carriedBytes({ transfer }: Call): number {
  if (transfer.direction === "out") return transfer.data.length;
  return transfer.direction === "in" ? transfer.allocationBytes : 0;
}

function fails(errno: string): CommandResult {
  return { status: "failed", errno };
}

/** Every few commands one gets lost before it reached the drive. */
function softErrors(): Behaviour {
  let commands = 0;
  return async (call, pass) => (++commands % softErrorInterval === 0 ? fails("EAGAIN") : await pass(call));
}

/** A host adapter gives up once, at the third WRITE; the drive tells it with the next command. */
function busReset(): Behaviour {
  let writes = 0;
  let isTold = true;
  return async (call, pass) => {
    if (!isTold && !needsNoMedium(call)) {
      isTold = true;
      return check(6, 0x29, 0x02);
    }
    if (writeOf(call) === undefined || ++writes !== 3) return await pass(call);
    isTold = false;
    return fails("ECONNRESET");
  };
}

/** The reply is as long as was asked for: zeros stand behind what the drive sent. */
const padded: Behaviour = async (call, pass) => {
  const result = await pass(call);
  if (result.status !== "ok" || call.transfer.direction !== "in") return result;
  const data = new Uint8Array(call.transfer.allocationBytes);
  data.set(result.data);
  return { status: "ok", data };
};

/** A bridge that waits for bytes which do not come. */
const hangs: Behaviour = async (call, pass) => {
  const result = await pass(call);
  const { transfer } = call;
  const isOver = transfer.direction === "in" && result.status === "ok" && result.data.length < transfer.allocationBytes;
  return isOver ? fails("ETIMEDOUT") : result;
};

/** The quirks of the tray and of the medium in it: groups 14, 15 and 17. */
export const mediumQuirks: readonly Quirk[] = [
  {
    name: "mediumChangeAfterLoad",
    group: "medium",
    media: allMedia,
    drive: "After loading comes the unit attention 6/28/00, and then three times 2/04/01.",
    recorder: "Waits until the medium is ready, and reads the state anew.",
    behave: changesAfterLoad,
  },
  {
    name: "resetMidBurn",
    group: "medium",
    media: allMedia,
    drive: "At the third WRITE the drive was reset (6/29/00): what was written stays, what was set is lost.",
    recorder: "Fails, or sets everything again and goes on; the session can be closed.",
    endsWith: "E_COMMAND_FAILED",
    behave: resetMidBurn,
  },
  {
    name: "trayOpen",
    group: "medium",
    media: allMedia,
    drive: "The tray is open (2/3A/02) until it is loaded.",
    recorder: "Says that there is no disc; loading cures it.",
    endsWith: "E_NO_MEDIUM",
    behave: trayOpen,
  },
  {
    name: "noMedium",
    group: "medium",
    media: allMedia,
    drive: "The tray is closed, and empty (2/3A/01).",
    recorder: "Says that there is no disc.",
    endsWith: "E_NO_MEDIUM",
    behave: () => async (call, pass) => (needsNoMedium(call) ? await pass(call) : check(2, 0x3a, 0x01)),
  },
  {
    name: "lockedAtFirst",
    group: "medium",
    media: allMedia,
    drive: "The tray is locked from the beginning on: ejecting fails with 5/53/02 until it is unlocked.",
    recorder: "Unlocks before it ejects.",
    behave: lockedAtFirst,
  },
  {
    name: "ejectButtonPressed",
    group: "medium",
    media: allMedia,
    drive: "Someone presses the button while a session is written: an event says so.",
    recorder: "Keeps the tray locked, and goes on.",
    behave: ejectButton,
  },
  {
    name: "runOutIllegalMode",
    group: "medium",
    media: cdMedia,
    drive: "The unreadable blocks at the end of a track answer 5/64/00 instead of 3/11/05.",
    recorder: "Never reads them.",
    behave: () => async (call, pass) => {
      const result = await pass(call);
      const isRead = isCommand(call, read10) || isCommand(call, read12);
      const isRunOut = result.status === "check" && result.sense?.asc === 0x11 && result.sense.ascq === 0x05;
      return isRead && isRunOut ? check(5, 0x64, 0) : result;
    },
  },
];

/** The quirks of the way to the drive: group 16. */
export const hostQuirks: readonly Quirk[] = [
  {
    name: "commandsFiltered",
    group: "host",
    media: allMedia,
    drive: "The host lets only the usual commands through; others, such as READ MEDIA SERIAL NUMBER, fail with EPERM.",
    recorder: "Does without what such a command would tell.",
    behave: () => async (call, pass) =>
      unfilteredOperationCodes.has(call.cdb[0]!) ? await pass(call) : fails("EPERM"),
  },
  {
    name: "narrowTransport",
    group: "host",
    media: allMedia,
    drive: "A command that carries more than 64 KiB fails with EIO.",
    recorder: "Never sends one.",
    behave: () => async (call, pass) => (carriedBytes(call) > narrowBytes ? fails("EIO") : await pass(call)),
  },
  {
    name: "softErrors",
    group: "host",
    media: allMedia,
    drive: "Every seventh command gets lost on the way, with EAGAIN: a soft error of the host adapter.",
    recorder: "Sends it again.",
    behave: softErrors,
  },
  {
    name: "busReset",
    group: "host",
    media: allMedia,
    drive: "The host adapter resets the bus at the third WRITE: ECONNRESET, and then the unit attention 6/29/02.",
    recorder: "Fails; the session can be closed.",
    endsWith: "E_TRANSPORT_FAILED",
    behave: busReset,
  },
  {
    name: "repliesPadded",
    group: "host",
    media: allMedia,
    drive: "Every reply is as long as was asked for, zeros behind what the drive sent.",
    recorder: "Goes by the lengths in the replies.",
    behave: () => padded,
  },
  {
    name: "longAllocationsHang",
    group: "host",
    media: allMedia,
    drive: "A command that asks for more than the drive sends is never answered (ETIMEDOUT).",
    recorder: "Asks for the head of a reply first, then for what the head announces.",
    behave: () => hangs,
  },
  {
    name: "senseLost",
    group: "host",
    media: allMedia,
    drive: "Sense data do not come with their status.",
    recorder: "Asks for them with REQUEST SENSE.",
    behave: senseLost,
  },
];
