import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { DeviceBusyEvent, MediaEvent } from "../../../src/device/mmc/get-event-status-notification.js";
import {
  decodeEventReply,
  deviceBusyEvent,
  eventClasses,
  getEventStatusNotification,
  mediaEvent,
} from "../../../src/device/mmc/get-event-status-notification.js";
import { inquiry } from "../../../src/device/mmc/inquiry.js";
import { mechanismStatus, mechanismStatusHeader } from "../../../src/device/mmc/mechanism-status.js";
import { preventAllowMediumRemoval } from "../../../src/device/mmc/prevent-allow-medium-removal.js";
import { startStopUnit } from "../../../src/device/mmc/start-stop-unit.js";
import { createDisc } from "../../../src/device.js";
import type { Bench } from "./support.js";
import { benchWith, openBench, senseOf } from "./support.js";

const eject = { immediate: false, loadEject: true, start: false };
const load = { immediate: false, loadEject: true, start: true };
const start = { immediate: false, loadEject: false, start: true };

async function event(bench: Bench, ...classes: readonly number[]) {
  const classRequest = classes.reduce((sum, number) => sum + 2 ** number, 0);
  const fields = { polled: true, classRequest, allocationLength: 8 };
  return decodeEventReply(await bench.fetch(getEventStatusNotification, fields));
}

async function media(bench: Bench): Promise<MediaEvent> {
  return mediaEvent.read((await event(bench, eventClasses.media)).event!, 0, strictContext);
}

async function busy(bench: Bench): Promise<DeviceBusyEvent> {
  return deviceBusyEvent.read((await event(bench, eventClasses.deviceBusy)).event!, 0, strictContext);
}

test("the tray opens and closes; what is known of the medium ends with it", async (t) => {
  const bench = await benchWith(t, "dvd+r");
  t.like(await media(bench), { eventCode: 0, mediaPresent: true, trayOpen: false });
  t.is(await bench.run(startStopUnit, start), "ok");
  t.is(await bench.run(preventAllowMediumRemoval, { prevent: 1 }), "ok");
  t.is(await bench.run(startStopUnit, eject), "5/53/02");
  t.is(await bench.ready(), "ok");
  // The button asks the host, who then lets go.
  await bench.drive.pressEjectButton();
  t.like(await media(bench), { eventCode: 1, trayOpen: false });
  t.like(await media(bench), { eventCode: 0 });
  t.is(await bench.run(preventAllowMediumRemoval, { prevent: 0 }), "ok");
  t.is(await bench.run(startStopUnit, eject), "ok");
  t.like(await media(bench), { eventCode: 3, mediaPresent: false, trayOpen: true });
  t.is(await bench.ready(), "2/3A/02");
  t.is(await bench.read(0, 1), "2/3A/02");
  t.is(await bench.write(0, 16), "2/3A/02");
  t.is(await bench.run(startStopUnit, start), "2/3A/02");
  t.is((await bench.configuration(1)).currentProfile, 0);
  t.like((await bench.formats()).current, { descriptorType: 3 });
  const mechanism = { allocationLength: mechanismStatusHeader.size };
  t.true((await bench.value(mechanismStatus, mechanism, mechanismStatusHeader)).doorOpen);
  t.is(await bench.run(startStopUnit, load), "ok");
  t.like(await media(bench), { eventCode: 2, mediaPresent: true, trayOpen: false });
  t.is((await bench.configuration(1)).currentProfile, 0x1b);
  t.is(await bench.ready(), "6/28/00");
  t.is(await bench.ready(), "ok");
  t.is(await bench.run(startStopUnit, load), "ok");
  t.is(await bench.ready(), "ok");
  t.false((await bench.value(mechanismStatus, mechanism, mechanismStatusHeader)).doorOpen);
  await bench.drive.pressEjectButton();
  t.is(await bench.ready(), "2/3A/02");
});

test("another disc in the same file is a new medium", async (t) => {
  const bench = await benchWith(t, "dvd+r");
  await bench.drive.release();
  await createDisc(bench.path, { media: "bd-r", force: true });
  t.is(await bench.ready(), "6/28/00");
  t.like(await media(bench), { eventCode: 2 });
  t.is((await bench.configuration(1)).currentProfile, 0x41);
  t.is(await bench.write(0, 32), "7/27/00");
});

test("events of classes that the drive doesn't know", async (t) => {
  const bench = await benchWith(t, "dvd+r");
  const none = await event(bench, eventClasses.powerManagement);
  t.like(none, { noEventAvailable: true, supportedClasses: 0x50 });
  t.is(none.event, undefined);
  const fields = { polled: false, classRequest: 16, allocationLength: 8 };
  t.is(await bench.run(getEventStatusNotification, fields), "5/24/00");
});

test("with the Immed bit the drive is busy for some commands, and then is done", async (t) => {
  const bench = await benchWith(t, "dvd+r");
  await bench.write(0, 16);
  t.is(await bench.sync(true), "ok");
  t.like(await busy(bench), { eventCode: 1, busyStatus: 2 });
  t.like(await event(bench, eventClasses.media, eventClasses.deviceBusy), {
    notificationClass: eventClasses.deviceBusy,
  });
  t.is(await bench.ready(), "2/04/07");
  t.is(await bench.ready(), "ok");
  t.like(await busy(bench), { eventCode: 0, busyStatus: 0 });
  t.like(await event(bench, eventClasses.media, eventClasses.deviceBusy), { notificationClass: eventClasses.media });
  t.is(await bench.close(1, 1, true), "ok");
  // What is always answered, is so now.
  t.is((await bench.fetch(inquiry, { vitalProductData: false, pageCode: 0, allocationLength: 36 })).length, 36);
  t.is(senseOf(await bench.sense()), "2/04/07");
  t.is(await bench.close(2), "2/04/07");
  t.is(await bench.close(2, 0, true), "ok");
  t.is(await bench.read(0, 1), "2/04/07");
  t.is(await bench.read(0, 1), "ok");
  t.like(await bench.disc(), { numberOfSessions: 2 });
  // A refusal comes at once.
  t.is(await bench.close(4, 0, true), "5/24/00");
  t.is(await bench.ready(), "ok");
});

test("how long it is busy can be chosen", async (t) => {
  const { drive, path } = await benchWith(t, "cd-rw");
  await drive[Symbol.asyncDispose]();
  const bench = await openBench(t, path, { polls: { closing: 0, preparing: 2 } });
  await bench.write(0, 300);
  t.is(await bench.sync(true), "ok");
  t.is(await bench.read(0, 1), "ok");
  t.is(await bench.blank(0, true), "ok");
  const progress: (number | undefined)[] = [];
  while (senseOf(await bench.sense()) === "2/04/07") {
    progress.push((await bench.sense()).progress);
    await bench.ready();
  }
  t.deepEqual(progress, [0, 21_845, 43_690]);
  t.like(await bench.disc(), { discStatus: 0 });
});

test("what goes on behind the host's back is ended before the disc is given back", async (t) => {
  const bench = await benchWith(t, "bd-re", 40_000);
  await bench.format(0x30, 0xffff_ffff, { immediate: true });
  await bench.drive.release();
  t.is(await bench.ready(), "ok");
  const other = await openBench(t, bench.path);
  t.is(await other.octet(0), 0);
});
