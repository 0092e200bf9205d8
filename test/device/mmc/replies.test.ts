/** Replies of drives: whole, cut off, and longer or shorter than they say. */
import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { StructCodec } from "../../../src/codec/struct.js";
import { encode } from "../../../src/codec/struct.js";
import { atip } from "../../../src/device/mmc/atip.js";
import {
  decodeEventReply,
  deviceBusyEvent,
  encodeEventReply,
  eventClasses,
  mediaEvent,
} from "../../../src/device/mmc/get-event-status-notification.js";
import {
  decodePerformance,
  encodePerformance,
  nominalPerformance,
  writeSpeed,
} from "../../../src/device/mmc/get-performance.js";
import { mechanismStatusHeader } from "../../../src/device/mmc/mechanism-status.js";
import { lbaFromMsf } from "../../../src/device/mmc/minute-second-frame.js";
import { bufferCapacity } from "../../../src/device/mmc/read-buffer-capacity.js";
import {
  capacityTypes,
  decodeFormatCapacities,
  encodeFormatCapacities,
} from "../../../src/device/mmc/read-format-capacities.js";
import { decodeMediaSerialNumber, encodeMediaSerialNumber } from "../../../src/device/mmc/read-media-serial-number.js";
import { decodeTocItems, encodeToc, rawTocItem } from "../../../src/device/mmc/read-toc.js";
import { trackInformation } from "../../../src/device/mmc/read-track-information.js";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

function vector<T extends object>(what: string, codec: StructCodec<T>, value: T, hex: string): void {
  test(what, (t) => {
    t.is(hexOf(encode(codec, value)), hexOf(bytesOf(hex)));
    t.deepEqual(codec.read(bytesOf(hex), 0, strictContext), value);
  });
}

vector(
  "a medium was put in, and the tray is closed",
  mediaEvent,
  { eventCode: 2, mediaPresent: true, trayOpen: false, startSlot: 0, endSlot: 0 },
  "02 02 00 00",
);
vector("busy for two seconds yet", deviceBusyEvent, { eventCode: 1, busyStatus: 1, remainingTime: 20 }, "01 01 0014");
vector(
  "a buffer that is half full",
  bufferCapacity,
  { dataLength: 10, block: false, bufferLength: 0x20_0000, availableLength: 0x10_0000 },
  "000a 00 00 00200000 00100000",
);
vector(
  "a tray that is open",
  mechanismStatusHeader,
  {
    fault: false,
    changerState: 0,
    currentSlot: 0,
    mechanismState: 7,
    doorOpen: true,
    currentBlock: 0,
    numberOfSlots: 0,
    lengthOfSlotTable: 0,
  },
  "00 f0 000000 00 0000",
);
vector(
  "ATIP of a CD-RW",
  atip,
  {
    dataLength: 26,
    indicativeTargetWritingPower: 5,
    referenceSpeed: 2,
    unrestrictedUse: true,
    rewritable: true,
    discSubtype: 1,
    a1Valid: true,
    a2Valid: false,
    a3Valid: false,
    leadInStart: 0x61_1a_41,
    lastPossibleLeadOutStart: 0x4f_3b_4a,
    a1Values: Uint8Array.of(0x24, 0x13, 0x5c),
    a2Values: new Uint8Array(3),
    a3Values: new Uint8Array(3),
  },
  "001a 0000 d2 40 cc 00 611a41 00 4f3b4a 00 24135c 00 000000 00 000000 00",
);

test("ATIP that ends behind the lead-out still tells the capacity", (t) => {
  const short = atip.read(bytesOf("000e 0000 d0 00 a0 00 611a41 00 4f3b4a 00"), 0, strictContext);
  t.is(lbaFromMsf(short.lastPossibleLeadOutStart), 359_849);
  t.false(short.rewritable);
  t.false("a1Values" in short);
});

test("an event, and none", (t) => {
  const event = encode(mediaEvent, { eventCode: 1, mediaPresent: true, trayOpen: false, startSlot: 0, endSlot: 0 });
  const reply = encodeEventReply({
    noEventAvailable: false,
    notificationClass: eventClasses.media,
    supportedClasses: 0x50,
    event,
  });
  t.is(hexOf(reply), "0006" + "04" + "50" + "01020000");
  t.like(decodeEventReply(reply), { notificationClass: 4, supportedClasses: 0x50, event });
  const none = encodeEventReply({ noEventAvailable: true, notificationClass: 0, supportedClasses: 0x50 });
  t.is(hexOf(none), "0002" + "80" + "50");
  t.deepEqual(decodeEventReply(none), {
    eventDataLength: 2,
    noEventAvailable: true,
    notificationClass: 0,
    supportedClasses: 0x50,
  });
});

test("capacities a DVD+RW can be formatted to", (t) => {
  const value = {
    current: { numberOfBlocks: 2_295_104, descriptorType: capacityTypes.unformatted, blockLengthBytes: 2048 },
    formats: [
      { numberOfBlocks: 2_295_104, formatType: 0x26, formatSubtype: 0, typeDependentParameter: 0 },
      { numberOfBlocks: 2_295_104, formatType: 0x00, formatSubtype: 0, typeDependentParameter: 2048 },
    ],
  };
  const bytes = encodeFormatCapacities(value);
  t.is(hexOf(bytes), "00000018" + "0023054001000800" + "0023054098000000" + "0023054000000800");
  t.deepEqual(decodeFormatCapacities(bytes), value);
  t.deepEqual(decodeFormatCapacities(bytes.subarray(0, 27)).formats, value.formats.slice(0, 1));
  t.deepEqual(decodeFormatCapacities(bytes.subarray(0, 4)), { current: null, formats: [] });
  const longer = Uint8Array.from([...bytes, ...new Uint8Array(8)]);
  t.deepEqual(decodeFormatCapacities(longer), value, "what stands behind the list is not part of it");
});

test("speeds", (t) => {
  const speeds = [11_080, 5540].map((speed) => ({
    rotationControl: 1,
    restoreDefaults: false,
    exact: true,
    mixedReadWrite: false,
    endBlock: 2_295_103,
    readSpeed: 11_080,
    writeSpeed: speed,
  }));
  const bytes = encodePerformance(true, writeSpeed, speeds);
  t.is(hexOf(bytes.subarray(0, 24)), "00000024" + "02000000" + "0a000000" + "0023053f" + "00002b48" + "00002b48");
  t.deepEqual(decodePerformance(bytes, writeSpeed), speeds);
  t.deepEqual(decodePerformance(bytes.subarray(0, 39), writeSpeed), speeds.slice(0, 1));
  const stretches = [{ startBlock: 0, startSpeed: 4000, endBlock: 2_295_103, endSpeed: 11_080 }];
  const nominal = encodePerformance(false, nominalPerformance, stretches);
  t.is(hexOf(nominal), "00000014" + "00000000" + "00000000" + "00000fa0" + "0023053f" + "00002b48");
  t.deepEqual(decodePerformance(nominal, nominalPerformance), stretches);
});

test("a media serial number, whole and cut off", (t) => {
  const number = bytesOf("0102030405");
  t.is(hexOf(encodeMediaSerialNumber(number)), "00000005" + "0102030405");
  t.deepEqual(decodeMediaSerialNumber(encodeMediaSerialNumber(number)), number);
  t.deepEqual(decodeMediaSerialNumber(encodeMediaSerialNumber(number).subarray(0, 6)), number.subarray(0, 2));
});

test("the program memory area has the items of the full table of contents", (t) => {
  const items = [{ sessionNumber: 0, adrControl: 0x14, trackNumber: 0, point: 1, pointedMsf: 0x00_00_02_00 }];
  const bytes = encodeToc(0, 0, rawTocItem, items);
  t.is(hexOf(bytes), "000d0000" + "0014000100000000000200");
  t.deepEqual(decodeTocItems(bytes, rawTocItem), items);
});

test("track numbers beyond 255 use both bytes", (t) => {
  const reply = new Uint8Array(48);
  reply.set([0, 46, 0x2c, 0x02]);
  reply.set([1, 0], 32);
  t.like(trackInformation.read(reply, 0, strictContext), { trackNumber: 0x12c, sessionNumber: 2 });
  t.like(trackInformation.read(reply.subarray(0, 28), 0, strictContext), { trackNumber: 0x2c, sessionNumber: 2 });
});
