import { encode } from "../../codec/struct.js";
import {
  deviceBusyEvent,
  encodeEventReply,
  eventClasses,
  getEventStatusNotification,
  mediaEvent,
} from "../mmc/get-event-status-notification.js";
import { mechanismStatus, mechanismStatusHeader } from "../mmc/mechanism-status.js";
import { preventAllowMediumRemoval } from "../mmc/prevent-allow-medium-removal.js";
import { requestSense } from "../mmc/request-sense.js";
import { encodeSense } from "../mmc/sense.js";
import { startStopUnit } from "../mmc/start-stop-unit.js";
import { testUnitReady } from "../mmc/test-unit-ready.js";
import type { Handler } from "./command-handler.js";
import { answer, perform } from "./command-handler.js";
import type { DriveState } from "./drive-state.js";
import { checkCondition } from "./refusal.js";

/** Bits of the classes of events that this drive knows. */
const supportedClasses = 2 ** eventClasses.media + 2 ** eventClasses.deviceBusy;
const busy = { no: 0, byEarlierCommand: 2 } as const;
const mechanismStates = { idle: 0, none: 7 } as const;

/** The answer to GET EVENT STATUS NOTIFICATION: an event of the first class asked for that has one. */
function eventReply(drive: DriveState, classRequest: number): Uint8Array {
  const isAsked = (eventClass: number): boolean => Math.floor(classRequest / 2 ** eventClass) % 2 === 1;
  const asksMedia = isAsked(eventClasses.media);
  const asksBusy = isAsked(eventClasses.deviceBusy);
  const reply = (notificationClass: number, event: Uint8Array): Uint8Array =>
    encodeEventReply({ noEventAvailable: false, notificationClass, supportedClasses, event });
  const busyEvent = {
    eventCode: drive.isBusy ? 1 : 0,
    busyStatus: drive.isBusy ? busy.byEarlierCommand : busy.no,
    remainingTime: drive.isBusy ? 1 : 0,
  };
  if (asksMedia && !(asksBusy && drive.isBusy)) {
    return reply(eventClasses.media, encode(mediaEvent, drive.mechanism.takeEvent()));
  }
  if (asksBusy) return reply(eventClasses.deviceBusy, encode(deviceBusyEvent, busyEvent));
  return encodeEventReply({ noEventAvailable: true, notificationClass: 0, supportedClasses });
}

/** Commands about the drive itself, by operation code. */
export const mechanismCommands: readonly (readonly [number, Handler])[] = [
  perform(testUnitReady, async (drive) => {
    drive.requireMedium();
    await drive.formatInBackground();
  }),
  answer(requestSense, async (drive, { allocationLength }) => {
    await drive.formatInBackground();
    return encodeSense(drive.takeSense()).slice(0, allocationLength);
  }),
  answer(getEventStatusNotification, async (drive, { polled, classRequest, allocationLength }) => {
    if (!polled) throw checkCondition(5, 0x24, 0x00);
    await drive.formatInBackground();
    return eventReply(drive, classRequest).slice(0, allocationLength);
  }),
  answer(mechanismStatus, (drive, { allocationLength }) => {
    const { isOpen } = drive.mechanism;
    return encode(mechanismStatusHeader, {
      fault: false,
      changerState: 0,
      currentSlot: 0,
      mechanismState: isOpen ? mechanismStates.none : mechanismStates.idle,
      doorOpen: isOpen,
      currentBlock: 0,
      numberOfSlots: 1,
      lengthOfSlotTable: 0,
    }).slice(0, allocationLength);
  }),
  perform(preventAllowMediumRemoval, (drive, { prevent }) => {
    drive.mechanism.lock(prevent % 2 === 1);
  }),
  perform(startStopUnit, async (drive, { loadEject, start }) => {
    if (!loadEject) {
      // The drive spins up by itself when it is asked for blocks.
      if (start) drive.requireMedium();
      return;
    }
    if (!start) {
      drive.mechanism.open();
      drive.disc.endSimulation();
      return;
    }
    if (drive.mechanism.close()) {
      await drive.disc.reload(drive.isReserved);
      drive.mediumArrived();
    }
  }),
];
