/** Several initiators at one drive, and commands that are given up. */
import test from "ava";
import { refused, ScriptedDrive } from "../../support/scripted-drive.js";
import { blocksCommand, closedBy, read10, served, write10 } from "./support.js";

const testUnitReady = [0, 0, 0, 0, 0, 0];
const closeSession = [0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0];
const synchronize = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const prevent = [0x1e, 0, 0, 0, 1, 0];
const allow = [0x1e, 0, 0, 0, 0, 0];
const eject = [0x1b, 0, 0, 0, 2, 0];
const reservationConflict = 0x18;
const write = { write: Buffer.alloc(2048) };

const functions = { abortTask: 1, abortTaskSet: 2, clearAca: 3, clearTaskSet: 4, unitReset: 5, warmReset: 6, cold: 7 };

/** A drive of which a command, by its first byte, takes until it is let go. */
function slowDrive(slow: number): { drive: ScriptedDrive; begun: Promise<void>; finish: () => void } {
  let finish = (): void => {};
  let begin = (): void => {};
  const gate = new Promise<void>((done) => {
    finish = done;
  });
  const begun = new Promise<void>((done) => {
    begin = done;
  });
  const drive = new ScriptedDrive(async ({ cdb, transfer }) => {
    if (cdb[0] === slow) {
      begin();
      await gate;
    }
    return { status: "ok", data: new Uint8Array(transfer.direction === "in" ? transfer.allocationBytes : 0) };
  });
  return { drive, begun, finish };
}

test("to each initiator the drive was just switched on", async (t) => {
  const { connect, service } = await served(t, new ScriptedDrive());
  const initiator = await connect();
  await initiator.login({ target: service.targetName });
  // These are answered whatever there is to be told.
  t.is((await initiator.command([0x12, 0, 0, 0, 36, 0], { read: 36 })).status, 0);
  t.is((await initiator.command([0x46, 0, 0, 0, 0, 0, 0, 0, 8, 0], { read: 8 })).status, 0);
  t.is((await initiator.command([0x4a, 1, 0, 0, 16, 0, 0, 0, 8, 0], { read: 8 })).status, 0);
  t.is((await initiator.command([0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0], { read: 16 })).status, 0);
  // To be told is to be asked.
  const { data } = await initiator.command([3, 0, 0, 0, 18, 0], { read: 18 });
  t.deepEqual([data[2], data[12], data[13]], [6, 0x29, 0]);
  t.deepEqual(await initiator.settle(), []);
});

test("while one initiator writes, others may only read", async (t) => {
  const drive = new ScriptedDrive();
  const { enter } = await served(t, drive);
  const writer = await enter({ isid: 1 });
  const other = await enter({ isid: 2 });
  t.is((await other.command(synchronize)).status, 0, "nobody writes yet");
  t.is((await writer.command(blocksCommand(write10, 0, 1), write)).status, 0);
  for (const cdb of [synchronize, closeSession, eject, [0xa1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]) {
    t.is((await other.command(cdb)).status, reservationConflict);
  }
  t.is((await other.command(blocksCommand(write10, 1, 1), write)).status, reservationConflict);
  const modes = [0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0];
  t.is((await other.command(modes, { write: Buffer.alloc(60) })).status, reservationConflict);
  t.is((await other.command(blocksCommand(read10, 0, 1), { read: 2048 })).status, 0);
  t.is((await other.command([0x1b, 0, 0, 0, 1, 0])).status, 0, "to start the medium moves no tray");
  t.deepEqual(await writer.settle(), []);
  t.is((await writer.command([0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0])).status, 0, "closing a track is not the end");
  t.deepEqual(await other.settle(), ["6/28/00"], "others have to look again");
  t.is((await other.command(blocksCommand(write10, 1, 1), write)).status, reservationConflict);
  t.is((await writer.command(closeSession)).status, 0);
  t.deepEqual(await writer.settle(), []);
  t.deepEqual(await other.settle(), ["6/28/00"]);
  t.is((await other.command(blocksCommand(write10, 1, 1), write)).status, 0);
  t.is((await writer.command(blocksCommand(write10, 2, 1), write)).status, reservationConflict);
});

test("whoever leaves does not write any more", async (t) => {
  const { enter } = await served(t, new ScriptedDrive());
  const writer = await enter({ isid: 1 });
  const other = await enter({ isid: 2 });
  t.is((await writer.command(blocksCommand(write10, 0, 1), write)).status, 0);
  t.is((await other.command(synchronize)).status, reservationConflict);
  t.is(await writer.logout(), 0);
  t.is((await other.command(blocksCommand(write10, 1, 1), write)).status, 0);
});

test("a write that failed makes nobody the writer", async (t) => {
  const drive = new ScriptedDrive(({ cdb }) => (cdb[0] === write10 ? refused(7, 0x27, 0x00) : undefined));
  const { enter } = await served(t, drive);
  const first = await enter({ isid: 1 });
  const second = await enter({ isid: 2 });
  t.is((await first.command(blocksCommand(write10, 0, 1), write)).sense, "7/27/00");
  t.is((await second.command(synchronize)).status, 0);
});

test("what the drive tells one initiator, the others are told", async (t) => {
  let isChanged = false;
  const drive = new ScriptedDrive(() => {
    if (!isChanged) return undefined;
    isChanged = false;
    return refused(6, 0x28, 0x00);
  });
  const { enter } = await served(t, drive);
  const first = await enter({ isid: 1 });
  const second = await enter({ isid: 2 });
  isChanged = true;
  t.deepEqual(await first.settle(), ["6/28/00"]);
  t.deepEqual(await second.settle(), ["6/28/00"]);
  t.deepEqual(await first.settle(), []);
});

test("the tray is locked as long as anyone wants it locked", async (t) => {
  const drive = new ScriptedDrive();
  const { enter } = await served(t, drive);
  const [first, second, third] = [await enter({ isid: 1 }), await enter({ isid: 2 }), await enter({ isid: 3 })];
  const asked = (): string[] => drive.asked.filter(({ cdb }) => cdb[0] === 0x1e).map(({ cdb }) => `${cdb[4]}`);
  for (const initiator of [first, second, third]) t.is((await initiator.command(prevent)).status, 0);
  t.deepEqual(asked(), ["1", "1", "1"]);
  t.is((await first.command(allow)).status, 0);
  t.is(await second.logout(), 0);
  t.deepEqual(asked(), ["1", "1", "1"], "another one still wants it locked");
  third.socket.destroy();
  const last = await enter({ isid: 3 });
  t.deepEqual(asked(), ["1", "1", "1", "0"]);
  t.is((await last.command(allow)).status, 0);
  t.deepEqual(asked(), ["1", "1", "1", "0", "0"], "what nobody locked is the drive's to say");
});

test("a command that waits is given up", async (t) => {
  const { drive, begun, finish } = slowDrive(0x25);
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const slow = initiator.sendCommand([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 });
  await begun;
  const waiting = initiator.sendCommand(blocksCommand(read10, 0, 1), { read: 2048 });
  t.is(await initiator.manage(functions.abortTask, { of: waiting }), 0);
  t.is(await initiator.manage(functions.abortTask, { of: 4711 }), 1, "there is no such task");
  t.is(await initiator.manage(functions.abortTask, { of: slow, lun: 3 }), 2, "there is no such unit");
  finish();
  t.is((await initiator.ended(slow)).status, 0);
  t.deepEqual(await initiator.settle(), []);
  t.false(drive.codes.includes(read10));
});

test("a command that waits for its data is given up", async (t) => {
  const drive = new ScriptedDrive();
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const first = initiator.sendCommand(blocksCommand(write10, 0, 1), write);
  t.is((await initiator.receive()).code, 0x31);
  const second = initiator.sendCommand(blocksCommand(write10, 1, 1), write);
  const header = initiator.header(0x02, 0x80 + functions.abortTask, { immediate: true });
  header.writeUInt32BE(first, 20);
  initiator.send(header);
  const request = await initiator.receive();
  t.is(request.code, 0x31);
  t.is(request.tag, second, "the next one is asked for its data");
  t.is((await initiator.receive()).header[2], 0);
  initiator.sendData(second, request.header.readUInt32BE(20), write.write, 0, 2048);
  t.is((await initiator.ended(second)).status, 0);
  t.is(drive.codes.filter((code) => code === write10).length, 1);
});

test("a command that the drive has begun is ended before it is said to be given up", async (t) => {
  const { drive, begun, finish } = slowDrive(0x25);
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const slow = initiator.sendCommand([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 });
  await begun;
  initiator.sendManagement(functions.abortTask, { of: slow });
  await initiator.echo();
  finish();
  t.is(await initiator.managed(), 0, "and not the answer to the command");
  t.deepEqual(await initiator.settle(), []);
});

test("a task set is given up, or cleared with all the others", async (t) => {
  const { drive, begun, finish } = slowDrive(0x25);
  const { enter } = await served(t, drive);
  const first = await enter({ isid: 1 });
  const second = await enter({ isid: 2 });
  second.sendCommand([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 });
  await begun;
  for (let lba = 0; lba < 3; lba++) first.sendCommand(blocksCommand(read10, lba, 1), { read: 2048 });
  second.sendCommand(blocksCommand(read10, 9, 1), { read: 2048 });
  first.sendCommand(blocksCommand(write10, 0, 1), write);
  t.is((await first.receive()).code, 0x31);
  t.is(await first.manage(functions.abortTaskSet), 0);
  first.sendManagement(functions.clearTaskSet);
  await first.echo();
  finish();
  t.is(await first.managed(), 0);
  t.deepEqual(await first.settle(), []);
  t.deepEqual(await second.settle(), ["6/2f/00"], "the others are told that their commands are gone");
  t.false(drive.codes.includes(read10));
  t.is(await first.manage(functions.clearAca), 5);
  t.is(await first.manage(functions.cold), 5);
  t.is(await first.manage(8), 4, "tasks belong to their connection");
});

test("a reset is told to all, and forgets who wrote and who locked", async (t) => {
  const drive = new ScriptedDrive();
  const { enter } = await served(t, drive);
  const first = await enter({ isid: 1 });
  const second = await enter({ isid: 2 });
  t.is((await first.command(blocksCommand(write10, 0, 1), write)).status, 0);
  t.is((await first.command(prevent)).status, 0);
  for (const what of [functions.unitReset, functions.warmReset]) {
    t.is(await second.manage(what), 0);
    t.deepEqual(await first.settle(), ["6/29/00"]);
    t.deepEqual(await second.settle(), ["6/29/00"]);
  }
  t.is((await second.command(synchronize)).status, 0);
  t.deepEqual(
    drive.asked.filter(({ cdb }) => cdb[0] === 0x1e).map(({ cdb }) => cdb[4]),
    [1, 0],
  );
  t.is(await second.manage(functions.unitReset, { lun: 1 }), 2);
});

test("a session that breaks off leaves nothing behind", async (t) => {
  const { drive, begun, finish } = slowDrive(0x25);
  const { enter, events } = await served(t, drive);
  const lost = await enter({ isid: 1 });
  const other = await enter({ isid: 2 });
  lost.sendCommand([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 });
  await begun;
  for (let lba = 0; lba < 5; lba++) lost.sendCommand(blocksCommand(read10, lba, 1), { read: 2048 });
  const wanted = other.sendCommand(testUnitReady);
  lost.socket.destroy();
  finish();
  t.is((await other.ended(wanted)).status, 0);
  t.deepEqual(await other.settle(), []);
  t.false(drive.codes.slice(-2).includes(read10));
  t.deepEqual(events.at(-1), {
    type: "logout",
    initiator: "iqn.2020-01.test:initiator",
    discovery: false,
    reason: "connection lost",
  });
  await closedBy(lost);
});
