/** A service as a whole: begin, end, the disc that it holds. */
import { once } from "node:events";
import { connect } from "node:net";
import test from "ava";
import { isTargetName, targetNameFor } from "../../../src/device/iscsi/target-name.js";
import { openRecorder, serveDisc } from "../../../src/device.js";
import { blockBytes } from "../../../src/units.js";
import { blankDisc } from "../../support/disc.js";
import { Initiator } from "../../support/iscsi-initiator.js";
import { ScriptedDrive } from "../../support/scripted-drive.js";
import { append, blockContent, sessionOf } from "../support.js";
import { blocksCommand, closedBy, read10, served, write10 } from "./support.js";

test("a disc is served as long as it is wanted, and is nobody else's to write meanwhile", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  const service = await serveDisc(path, { port: 0 });
  t.teardown(() => service.close());
  t.regex(service.url, /^iscsi:\/\/127\.0\.0\.1:\d+\/iqn\.1999-06\.localhost\.discsmith:test\.disc\.[0-9a-f]{8}\/0$/);
  await using recorder = await openRecorder(path);
  await t.throwsAsync(recorder.write(sessionOf(1, 0, 4)), { code: "E_DISC_BUSY" });
  await t.throwsAsync(serveDisc(path, { port: 0 }), { code: "E_DISC_BUSY" });
  await service.close();
  await service.closed;
  await append(recorder, 1, 4);
  t.is(recorder.state.sessions.length, 1);
});

test("what initiators write is on the disc", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  {
    await using service = await serveDisc(path, { port: 0 });
    const initiator = await Initiator.connect(t, service);
    await initiator.login({ target: service.targetName });
    await initiator.settle();
    for (let lba = 0; lba < 320; lba += 32) {
      const blocks = Array.from({ length: 32 }, (_unused, index) => blockContent(9, lba + index));
      const { status, sense } = await initiator.command(blocksCommand(write10, lba, 32), {
        write: Buffer.concat(blocks),
      });
      t.is(status, 0, sense);
    }
    t.is((await initiator.command([0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0])).status, 0);
    t.is((await initiator.command([0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0])).status, 0);
    t.is((await initiator.command([0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0])).status, 0);
    t.is((await initiator.command(blocksCommand(write10, 0, 1), { write: Buffer.alloc(blockBytes) })).sense, "5/21/02");
    const { data } = await initiator.command(blocksCommand(read10, 100, 2), { read: 2 * blockBytes });
    t.true(data.equals(Buffer.concat([blockContent(9, 100), blockContent(9, 101)])));
  }
  await using recorder = await openRecorder(path);
  t.deepEqual(
    recorder.sessions.map(({ startLba, blocks, state }) => [startLba, blocks, state]),
    [[0, 320, "complete"]],
  );
});

test("a shutdown in the middle of a track leaves a disc that can be gone on with", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  const service = await serveDisc(path, { port: 0 });
  const initiator = await Initiator.connect(t, service);
  await initiator.login({ target: service.targetName });
  await initiator.settle();
  const write = Buffer.alloc(16 * blockBytes, 3);
  t.is((await initiator.command(blocksCommand(write10, 0, 16), { write })).status, 0);
  initiator.socket.destroy();
  await service.close();
  await using recorder = await openRecorder(path);
  t.true(recorder.state.needsRepair);
  t.true(await recorder.repair());
  await append(recorder, 2, 8);
  t.is(recorder.sessions.length, 2);
});

test("initiators are asked to leave, and commands under way are ended", async (t) => {
  let finish = (): void => {};
  let begin = (): void => {};
  const gate = new Promise<void>((done) => {
    finish = done;
  });
  const begun = new Promise<void>((done) => {
    begin = done;
  });
  const drive = new ScriptedDrive(async ({ cdb }) => {
    if (cdb[0] !== 0x25) return undefined;
    begin();
    await gate;
    return { status: "ok", data: new Uint8Array(8) };
  });
  const { service, connect: idle, enter } = await served(t, drive);
  const silent = await idle();
  const initiator = await enter();
  const slow = initiator.sendCommand([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 });
  await begun;
  const closing = service.close();
  const message = await initiator.receive();
  t.is(message.code, 0x32);
  t.is(message.tag, 0xffff_ffff);
  t.is(message.header[36], 1, "a logout is asked for");
  t.is(message.header.readUInt16BE(42), 2, "within two seconds");
  await closedBy(silent);
  t.true(drive.reserved, "the drive is still at work");
  finish();
  t.is((await initiator.ended(slow)).status, 0);
  t.is(await initiator.logout(), 0);
  await closing;
  t.false(drive.reserved);
  t.false(drive.disposed, "it belongs to the caller");
  await t.throwsAsync(once(connect(service.port, service.host), "connect"), { code: "ECONNREFUSED" });
});

test("initiators that do not leave are left", async (t) => {
  const drive = new ScriptedDrive();
  const controller = new AbortController();
  const { service, enter } = await served(t, drive, { signal: controller.signal });
  const initiator = await enter();
  controller.abort();
  t.is((await initiator.receive()).code, 0x32);
  t.deepEqual(await initiator.settle(), [], "until then it may go on");
  t.is(await initiator.receiveOrEnd(), undefined);
  await service.closed;
  t.false(drive.reserved);
});

test("a signal that was given before ends the service at once", async (t) => {
  const drive = new ScriptedDrive();
  const { service } = await served(t, drive, { signal: AbortSignal.abort() });
  await service.closed;
  t.false(drive.reserved);
});

test("an address that cannot be had, and a name that is none, leave the drive free", async (t) => {
  const drive = new ScriptedDrive();
  const { service } = await served(t, new ScriptedDrive());
  const error = await t.throwsAsync(served(t, drive, { port: service.port }), { code: "E_HOST" });
  t.regex(error!.message, /EADDRINUSE/);
  t.false(drive.reserved);
  await t.throwsAsync(served(t, drive, { targetName: "burner" }), { code: "E_OPTION_INVALID" });
  await t.throwsAsync(served(t, drive, { port: 65_536 }), { code: "E_OPTION_INVALID" });
  t.false(drive.reserved);
});

test("IPv6 is served, too", async (t) => {
  const { service, enter } = await served(t, new ScriptedDrive(), { host: "::1" });
  t.regex(service.url, /^iscsi:\/\/\[::1\]:\d+\//);
  const initiator = await enter({ discovery: true, target: "" }).catch(() => undefined);
  t.is(initiator, undefined, "a discovery session does no commands");
  const other = await Initiator.connect(t, service);
  await other.login({ discovery: true });
  t.deepEqual((await other.text({ SendTargets: "All" }))[1], ["TargetAddress", `[::1]:${service.port},1`]);
});

test("names of targets are legal, stay the same and differ", (t) => {
  const places = ["/home/me/backup.disc", "/home/you/backup.disc", "C:\\Discs\\Mein Bäckup (2).disc", "/x/日本語", "/"];
  const names = places.map(targetNameFor);
  t.deepEqual(names, places.map(targetNameFor));
  t.is(new Set(names).size, places.length);
  for (const name of names) t.true(isTargetName(name), name);
  t.regex(names[2]!, /:mein-b-ckup-2-\.disc\.[0-9a-f]{8}$/);
  t.true(targetNameFor(`/${"x".repeat(400)}`).length <= 223);
  for (const name of ["eui.0123456789ABCDEF", "naa.3000000000000001", "iqn.2020-01.org.example"]) {
    t.true(isTargetName(name), name);
  }
  for (const name of ["iqn.2020-01.org.example:A", "iqn.20-1.org:x", "eui.12", `iqn.2020-01.a:${"x".repeat(220)}`]) {
    t.false(isTargetName(name), name);
  }
});
