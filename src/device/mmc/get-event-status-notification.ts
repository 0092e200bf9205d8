import { strictContext } from "../../codec/codec.js";
import { u8, u16be } from "../../codec/integers.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, reserved } from "../../codec/text.js";
import type { Command } from "./command.js";
import { command } from "./command.js";

interface GetEventStatusNotification {
  /** The answer comes at once. Drives know no other way. */
  polled: boolean;
  /** One bit for each class of {@link eventClasses}: 2 to the power of its number. */
  classRequest: number;
  allocationLength: number;
}

const clause = "MMC-6 GET EVENT STATUS NOTIFICATION command";

/** Asks what happened since it was last asked. MMC-6 "GET EVENT STATUS NOTIFICATION command". */
export const getEventStatusNotification: Command<GetEventStatusNotification> = command<GetEventStatusNotification>(
  "GET EVENT STATUS NOTIFICATION",
  0x4a,
  10,
  30_000,
  {
    _reserved1: reservedBits(1, 7, 1, clause),
    polled: bit(1, 0, clause),
    _reserved2: byte(2, 2, reserved(2), clause),
    classRequest: byte(4, 1, u8, clause),
    _reserved5: byte(5, 2, reserved(2), clause),
    allocationLength: byte(7, 2, u16be, clause),
    _control: byte(9, 1, reserved(1), clause),
  },
);

/** MMC-6 "Notification class definitions". */
export const eventClasses: {
  readonly operationalChange: 1;
  readonly powerManagement: 2;
  readonly externalRequest: 3;
  readonly media: 4;
  readonly multiHost: 5;
  readonly deviceBusy: 6;
} = { operationalChange: 1, powerManagement: 2, externalRequest: 3, media: 4, multiHost: 5, deviceBusy: 6 };

/** What a drive answers, whatever the class. */
export interface EventReply {
  /** Bytes that follow this field. */
  eventDataLength: number;
  /** None of the classes that were asked for is supported. */
  noEventAvailable: boolean;
  /** The class that the event is of. */
  notificationClass: number;
  /** One bit for each class that the drive knows. */
  supportedClasses: number;
  /** Four bytes whose meaning is the class's; absent where there is no event. */
  event?: Uint8Array;
}

const reply = "MMC-6 Event status notification response";

const eventReply: StructCodec<EventReply> = struct<EventReply>(
  "EventStatusNotification",
  8,
  {
    eventDataLength: byte(0, 2, u16be, reply),
    noEventAvailable: bit(2, 7, reply),
    _reserved2: reservedBits(2, 6, 3, reply),
    notificationClass: bits(2, 2, 0, reply),
    supportedClasses: byte(3, 1, u8, reply),
    event: byte(4, 4, rawBytes(4), reply),
  },
  { mayEndEarly: true },
);

const eventHeaderBytes = 4;

/** Writes a reply; without an event, the header alone. */
export function encodeEventReply(value: Omit<EventReply, "eventDataLength">): Uint8Array {
  const { event } = value;
  const target = new Uint8Array(eventReply.size);
  const bytes = event === undefined ? eventHeaderBytes : eventReply.size;
  eventReply.write({ ...value, eventDataLength: bytes - 2, event: event ?? new Uint8Array(4) }, target, 0);
  return target.slice(0, bytes);
}

/** Reads a reply. */
export function decodeEventReply(bytes: Uint8Array): EventReply {
  return eventReply.read(bytes, 0, strictContext);
}

/** An event of class 4. */
export interface MediaEvent {
  /** 0 nothing, 1 eject is requested, 2 new medium, 3 medium removed, 4 medium changed, 5 background format completed. */
  eventCode: number;
  mediaPresent: boolean;
  trayOpen: boolean;
  startSlot: number;
  endSlot: number;
}

const media = "MMC-6 Media status event descriptor";

/** MMC-6 "Media status event descriptor". */
export const mediaEvent: StructCodec<MediaEvent> = struct<MediaEvent>("MediaEvent", 4, {
  _reserved0: reservedBits(0, 7, 4, media),
  eventCode: bits(0, 3, 0, media),
  _reserved1: reservedBits(1, 7, 2, media),
  mediaPresent: bit(1, 1, media),
  trayOpen: bit(1, 0, media),
  startSlot: byte(2, 1, u8, media),
  endSlot: byte(3, 1, u8, media),
});

/** An event of class 6. */
export interface DeviceBusyEvent {
  /** 0 nothing, 1 the drive became busy or is so no more. */
  eventCode: number;
  /** 0 not busy, 1 busy with a command, 2 busy with a command that came before. */
  busyStatus: number;
  /** How long it is expected to take, in units of 100 ms. */
  remainingTime: number;
}

const busy = "MMC-6 Device busy event descriptor";

/** MMC-6 "Device busy event descriptor". */
export const deviceBusyEvent: StructCodec<DeviceBusyEvent> = struct<DeviceBusyEvent>("DeviceBusyEvent", 4, {
  _reserved0: reservedBits(0, 7, 4, busy),
  eventCode: bits(0, 3, 0, busy),
  busyStatus: byte(1, 1, u8, busy),
  remainingTime: byte(2, 2, u16be, busy),
});
