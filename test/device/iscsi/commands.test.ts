/** Commands on their way through a session: data, residuals, order, ends. */
import test from "ava";
import { patternBytes } from "../../support/rich-tree.js";
import { refused, ScriptedDrive } from "../../support/scripted-drive.js";
import { blocksCommand, closedBy, read10, served, write10 } from "./support.js";

const testUnitReady = [0, 0, 0, 0, 0, 0];
const inquiry = (bytes: number, page?: number): number[] => [0x12, page === undefined ? 0 : 1, page ?? 0, 0, bytes, 0];

/** A drive whose blocks hold a pattern, and that keeps what is written. */
function patternDrive(written: Uint8Array[] = [], most?: number): ScriptedDrive {
  return new ScriptedDrive(({ cdb, transfer }) => {
    if (transfer.direction === "out") written.push(transfer.data);
    if (cdb[0] !== read10 || transfer.direction !== "in") return undefined;
    const lba = Buffer.from(cdb).readUInt32BE(2);
    const blocks = Buffer.from(cdb).readUInt16BE(7);
    const data = Buffer.concat(Array.from({ length: blocks }, (_unused, index) => patternBytes(2048, lba + index)));
    return { status: "ok", data: data.subarray(0, transfer.allocationBytes) };
  }, most);
}

function pattern(lba: number, blocks: number): Buffer {
  return Buffer.concat(Array.from({ length: blocks }, (_unused, index) => patternBytes(2048, lba + index)));
}

test("data come in segments and sequences as agreed upon", async (t) => {
  const { enter } = await served(t, patternDrive());
  const initiator = await enter({ keys: { MaxRecvDataSegmentLength: "1000", MaxBurstLength: "2500" } });
  const { status, data, segments, residual } = await initiator.command(blocksCommand(read10, 7, 3), { read: 6144 });
  t.is(status, 0);
  t.true(data.equals(pattern(7, 3)));
  t.is(residual, 0);
  t.deepEqual(
    segments.map(({ data: { length } }) => length),
    [1000, 1000, 500, 1000, 1000, 500, 1000, 144],
  );
  t.deepEqual(
    segments.map(({ header }) => header[1]! >= 0x80),
    [false, false, true, false, false, true, false, true],
    "the last one of each sequence says so",
  );
  t.deepEqual(
    segments.map(({ header }) => [header.readUInt32BE(36), header.readUInt32BE(40)]),
    [0, 1000, 2000, 2500, 3500, 4500, 5000, 6000].map((offset, index) => [index, offset]),
  );
});

test("the longest segment can be told anew in a session", async (t) => {
  const { enter } = await served(t, patternDrive());
  const initiator = await enter();
  t.is((await initiator.command(blocksCommand(read10, 0, 2), { read: 4096 })).segments.length, 1);
  t.deepEqual(await initiator.text({ MaxRecvDataSegmentLength: "512" }), []);
  t.is((await initiator.command(blocksCommand(read10, 0, 2), { read: 4096 })).segments.length, 8);
  t.deepEqual(await initiator.text({ MaxRecvDataSegmentLength: "many" }), [["MaxRecvDataSegmentLength", "Reject"]]);
});

test("residuals tell how much more or less there was", async (t) => {
  const { enter } = await served(t, patternDrive());
  const initiator = await enter();
  const less = await initiator.command(blocksCommand(read10, 1, 1), { read: 10_000 });
  t.true(less.data.equals(pattern(1, 1)));
  t.is(less.residual, 2048 - 10_000);
  const more = await initiator.command(blocksCommand(read10, 1, 4), { read: 3000 });
  t.true(more.data.equals(pattern(1, 4).subarray(0, 3000)));
  t.is(more.residual, 4 * 2048 - 3000);
  const none = await initiator.command(testUnitReady, { read: 100 });
  t.is(none.data.length, 100, "a drive that answers with data is believed");
  const luns = await initiator.command([0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0], { read: 64 });
  t.is(luns.residual, 16 - 64);
  t.is(luns.data.toString("hex"), "00000008000000000000000000000000");
  const extra = Buffer.alloc(3 * 2048, 1);
  const written = await initiator.command(blocksCommand(write10, 0, 2), { write: extra, immediate: extra.length });
  t.is(written.residual, -2048);
});

test("a write that brings less than it is about does not reach the drive", async (t) => {
  const written: Uint8Array[] = [];
  const { enter } = await served(t, patternDrive(written));
  const initiator = await enter();
  const { status, sense } = await initiator.command(blocksCommand(write10, 0, 2), { write: Buffer.alloc(2048) });
  t.is(status, 2);
  t.is(sense, "5/24/00");
  t.deepEqual(written, []);
});

for (const [what, keys, immediate, unsolicited, requests] of [
  ["asked for alone", { InitialR2T: "Yes", ImmediateData: "No" }, 0, 0, 2],
  ["with the command", { InitialR2T: "Yes", MaxBurstLength: "65536" }, 20_480, 0, 0],
  ["partly with the command", { InitialR2T: "Yes", ImmediateData: "Yes", FirstBurstLength: "4096" }, 4096, 0, 2],
  ["unasked", { InitialR2T: "No", ImmediateData: "No", FirstBurstLength: "10000" }, 0, 10_000, 2],
  ["in all ways", { InitialR2T: "No", ImmediateData: "Yes", FirstBurstLength: "10000" }, 3000, 7000, 2],
] as const) {
  test(`data to be written come ${what}`, async (t) => {
    const written: Uint8Array[] = [];
    const { enter } = await served(t, patternDrive(written));
    const initiator = await enter({ keys: { MaxBurstLength: "10240", ...keys } });
    initiator.segmentBytes = 3000;
    const write = Buffer.from(pattern(9, 10));
    const end = await initiator.command(blocksCommand(write10, 9, 10), { write, immediate, unsolicited });
    t.is(end.status, 0);
    t.is(end.residual, 0);
    t.is(end.requests.length, requests);
    t.deepEqual(
      end.requests.map(({ header }) => header.readUInt32BE(36)),
      Array.from({ length: requests }, (_unused, index) => index),
      "requests are numbered",
    );
    t.is(written.length, 1);
    t.true(write.equals(written[0]!));
  });
}

for (const [what, keys, change] of [
  ["immediate data that were excluded", { ImmediateData: "No" }, { immediate: 2048 }],
  ["more immediate data than agreed upon", { FirstBurstLength: "1024", InitialR2T: "No" }, { immediate: 2048 }],
  ["unasked data that were excluded", { InitialR2T: "Yes" }, { unsolicited: 2048 }],
  ["more unasked data than agreed upon", { InitialR2T: "No", FirstBurstLength: "1024" }, { unsolicited: 2048 }],
  ["more data than announced", { InitialR2T: "No" }, { unsolicited: 2048, expected: 1024 }],
] as const) {
  test(`a connection ends for ${what}`, async (t) => {
    const { enter, events } = await served(t, patternDrive());
    const initiator = await enter({ keys });
    initiator.sendCommand(blocksCommand(write10, 0, 1), { write: Buffer.alloc(2048), ...change });
    const reject = await initiator.receive();
    t.is(reject.code, 0x3f);
    t.is(reject.header[2], 4, "protocol error");
    t.is(reject.data.length, 48, "the header that was refused");
    t.is(await initiator.receiveOrEnd(), undefined);
    t.is(events.at(-1)?.type, "logout");
  });
}

test("data that were asked for come as asked for", async (t) => {
  const { enter } = await served(t, patternDrive());
  for (const [isid, change] of [
    (header: Buffer) => header.writeUInt32BE(1, 36), // another number
    (header: Buffer) => header.writeUInt32BE(512, 40), // another place
    (header: Buffer) => header.writeUInt32BE(99, 20), // another request
    (header: Buffer) => header.writeUInt32BE(0xffff_ffff, 20), // unasked
    (header: Buffer) => header.writeUInt8(0x80, 1), // the last, and yet not all
  ].entries()) {
    const initiator = await enter({ isid: isid + 1, keys: { InitialR2T: "Yes" } });
    const tag = initiator.sendCommand(blocksCommand(write10, 0, 1), { write: Buffer.alloc(2048) });
    const request = await initiator.receive();
    t.is(request.code, 0x31);
    const header = initiator.header(0x05, 0, { tag });
    header.writeUInt32BE(request.header.readUInt32BE(20), 20);
    change(header);
    initiator.send(header, Buffer.alloc(512));
    t.is((await initiator.receive()).code, 0x3f);
    t.is(await initiator.receiveOrEnd(), undefined);
  }
});

test("data of a command that is gone are passed over", async (t) => {
  const { enter } = await served(t, patternDrive());
  const initiator = await enter();
  initiator.sendData(4711, 5, Buffer.alloc(100), 0, 100);
  t.deepEqual(await initiator.settle(), []);
});

test("a command of too many bytes is refused once its unasked data are in", async (t) => {
  const drive = patternDrive();
  const { enter } = await served(t, drive);
  const initiator = await enter({ keys: { InitialR2T: "No" } });
  const write = Buffer.alloc(60_000);
  const options = { write, unsolicited: 60_000, expected: 64_000_000 };
  const end = await initiator.command(blocksCommand(write10, 0, 31_250), options);
  t.is(end.sense, "5/24/00");
  t.is(end.requests.length, 0);
  t.is((await initiator.command(blocksCommand(read10, 0, 65_535), { read: 5_000_000 })).sense, "5/24/00");
  t.false(drive.codes.includes(write10));
});

test("transfers both ways, and long CDBs, are refused", async (t) => {
  const { enter } = await served(t, patternDrive());
  const initiator = await enter();
  const both = await initiator.command(blocksCommand(write10, 0, 1), { write: Buffer.alloc(2048), read: 2048 });
  t.is(both.sense, "5/24/00");
  const header = initiator.header(0x01, 0x81);
  header[4] = 2;
  const tag = header.readUInt32BE(16);
  initiator.socket.write(Buffer.concat([header, Buffer.alloc(8)]));
  t.is((await initiator.ended(tag)).sense, "5/24/00");
  t.is((await initiator.command([0x7f, 0, 0, 0, 0, 0, 0, 24])).sense, "5/20/00");
});

test("commands reach the drive in their order, whatever their data", async (t) => {
  const drive = patternDrive();
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const before = drive.asked.length;
  const data = Buffer.alloc(2048, 7);
  const first = initiator.sendCommand(blocksCommand(write10, 1, 1), { write: data });
  const second = initiator.sendCommand(blocksCommand(write10, 2, 1), { write: data, immediate: 2048 });
  const third = initiator.sendCommand(blocksCommand(read10, 3, 1), { read: 2048 });
  const urgent = initiator.sendCommand(testUnitReady, { isImmediate: true });
  const request = await initiator.receive();
  t.is(request.code, 0x31);
  t.is(request.tag, first);
  t.is((await initiator.ended(urgent)).status, 0);
  initiator.sendData(first, request.header.readUInt32BE(20), data, 0, 2048);
  for (const tag of [first, second, third]) t.is((await initiator.ended(tag)).status, 0);
  t.deepEqual(drive.codes.slice(before), [0x00, write10, write10, read10]);
});

test("what was begun as a transfer longer than the drive takes is done in parts", async (t) => {
  const written: Uint8Array[] = [];
  const drive = patternDrive(written, 65_536 + 1000);
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const { data, status, residual } = await initiator.command(blocksCommand(read10, 100, 70), { read: 70 * 2048 });
  t.is(status, 0);
  t.is(residual, 0);
  t.is(data.length, 70 * 2048);
  t.true(data.equals(pattern(100, 70)));
  const parts = drive.asked.filter(({ cdb }) => cdb[0] === read10);
  t.deepEqual(
    parts.map(({ cdb }) => [Buffer.from(cdb).readUInt32BE(2), Buffer.from(cdb).readUInt16BE(7)]),
    [
      [100, 32],
      [132, 32],
      [164, 6],
    ],
  );
  const write = Buffer.from(pattern(5, 40));
  // WRITE (12) with its streaming bit, from a block of the pause before the first track.
  const cdb = [0xaa, 0, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 40, 0x80, 0];
  t.is((await initiator.command(cdb, { write })).status, 0);
  t.true(Buffer.concat(written).equals(write));
  t.deepEqual(
    drive.asked.slice(-2).map((asked) => Buffer.from(asked.cdb).toString("hex")),
    ["aa00fffffff0000000208000", "aa0000000010000000088000"],
  );
});

test("the first part that fails is the last", async (t) => {
  const drive = new ScriptedDrive(
    ({ cdb }) => (cdb[0] === read10 && cdb[5] === 32 ? refused(3, 0x11, 0x05) : undefined),
    65_536,
  );
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const { status, sense, data, residual } = await initiator.command(blocksCommand(read10, 0, 96), { read: 96 * 2048 });
  t.is(status, 2);
  t.is(sense, "3/11/05");
  t.is(data.length, 65_536);
  t.is(residual, -65_536 * 2);
  t.is(drive.codes.filter((code) => code === read10).length, 2);
});

test("a command that did not get through is a failure of the target", async (t) => {
  const drive = new ScriptedDrive(({ cdb }) => {
    if (cdb[0] === 0x25) return { status: "failed", errno: "ENODEV" };
    if (cdb[0] === 0x23) throw new Error("a fault of the program");
    return undefined;
  });
  const { enter, events } = await served(t, drive);
  const initiator = await enter();
  t.is((await initiator.command([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 })).sense, "4/44/00");
  t.deepEqual(events.at(-1), { type: "failure", reason: "command 25h did not get through: ENODEV" });
  t.is((await initiator.command([0x23, 0, 0, 0, 0, 0, 0, 0, 12, 0], { read: 12 })).sense, "4/44/00");
  t.regex(JSON.stringify(events.at(-1)), /a fault of the program/);
});

test("a sense that was lost on the way is asked for", async (t) => {
  const drive = new ScriptedDrive(({ cdb }) => {
    if (cdb[0] === 0x25) return { status: "check", sense: null, rawSense: new Uint8Array(0), data: new Uint8Array(0) };
    if (cdb[0] === 0x03) return { status: "ok", data: (refused(2, 0x3a, 0x01) as { rawSense: Uint8Array }).rawSense };
    return undefined;
  });
  const { enter } = await served(t, drive);
  const initiator = await enter();
  t.is((await initiator.command([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 })).sense, "2/3a/01");
});

test("commands get the time they need, and only their own bytes", async (t) => {
  const drive = new ScriptedDrive();
  const { enter } = await served(t, drive);
  const initiator = await enter();
  for (const cdb of [
    [0xa1, 0x11, ...new Array<number>(14).fill(9)],
    [0x5b, 0, 2, ...new Array<number>(13).fill(9)],
    [0x1b, 0, 0, 0, 1, 0, 9, 9, 9],
  ]) {
    t.is((await initiator.command(cdb)).status, 0);
  }
  const [blank, close, start] = drive.asked.slice(-3);
  t.deepEqual([blank?.cdb.length, close?.cdb.length, start?.cdb.length], [12, 10, 6]);
  t.deepEqual([blank?.timeoutMs, close?.timeoutMs, start?.timeoutMs], [18_000_000, 3_600_000, 300_000]);
});

test("what could change a drive itself is kept from it", async (t) => {
  const drive = new ScriptedDrive();
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const before = drive.asked.length;
  const write = Buffer.alloc(16);
  t.is((await initiator.command([0x3b, 5, 0, 0, 0, 0, 0, 0, 16, 0], { write })).sense, "5/20/00");
  t.is((await initiator.command([0xe9, 5, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0], { write })).sense, "5/20/00");
  t.is(drive.asked.length, before);
});

test("pages that the drive does not know are the target's", async (t) => {
  const drive = new ScriptedDrive(({ cdb }) => {
    if (cdb[0] !== 0x12) return undefined;
    if (cdb[1] === 1) return refused(5, 0x24, 0x00);
    const data = Buffer.alloc(36, 0x20);
    data[0] = 5;
    data.write("ACME", 8);
    return { status: "ok", data: data.subarray(0, Buffer.from(cdb).readUInt16BE(3)) };
  });
  const targetName = "iqn.2020-01.test:burner";
  const { enter } = await served(t, drive, { targetName });
  const initiator = await enter({ target: targetName });
  const page = async (code: number): Promise<Buffer> =>
    (await initiator.command(inquiry(255, code), { read: 255 })).data;
  t.is((await page(0x00)).toString("hex"), "050000030080" + "83");
  const serial = await page(0x80);
  t.is(serial.subarray(0, 4).toString("hex"), "05800008");
  const identity = await page(0x83);
  t.is(identity.readUInt16BE(2), identity.length - 4);
  t.is(identity.subarray(4, 8).toString("hex"), "02010010", "ASCII, of the vendor, 16 bytes");
  t.is(identity.subarray(8, 24).toString(), `ACME    ${serial.subarray(4).toString()}`);
  t.is(identity.subarray(24, 27).toString("hex"), "030800", "UTF-8, a name of SCSI");
  t.is(identity[27]! % 4, 0);
  t.is(identity.subarray(28).toString().replace(/\0+$/, ""), `${targetName},L,0x0000000000000000`);
  t.is((await initiator.command(inquiry(5, 0x83), { read: 255 })).data.length, 5);
  t.is((await initiator.command(inquiry(255, 0xb0), { read: 255 })).sense, "5/24/00");
  t.is((await initiator.command(inquiry(36), { read: 36 })).data.toString("latin1", 8, 12), "ACME");
});

test("there is one logical unit", async (t) => {
  const { enter } = await served(t, new ScriptedDrive());
  const initiator = await enter();
  const nobody = await initiator.command(inquiry(36), { read: 36, lun: 1 });
  t.is(nobody.status, 0);
  t.is(nobody.data[0], 0x7f);
  t.is((await initiator.command(inquiry(36, 0x83), { read: 36, lun: 1 })).sense, "5/24/00");
  t.is((await initiator.command(testUnitReady, { lun: 1 })).sense, "5/25/00");
  const sense = await initiator.command([3, 0, 0, 0, 18, 0], { read: 18, lun: 1 });
  t.is(sense.status, 0);
  t.is(sense.data[12], 0x25);
  const none = await initiator.command([0xa0, 0, 1, 0, 0, 0, 0, 0, 0, 64, 0, 0], { read: 64, lun: 1 });
  t.is(none.data.toString("hex"), "0000000000000000", "no well known logical units");
  t.is((await initiator.command([0xa0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0], { read: 8 })).sense, "5/24/00");
});

test("signs of life are echoed", async (t) => {
  const { enter } = await served(t, new ScriptedDrive());
  const initiator = await enter({ keys: { MaxRecvDataSegmentLength: "512" } });
  const header = initiator.header(0x00, 0x80, { tag: 77 });
  header.writeUInt32BE(0xffff_ffff, 20);
  initiator.send(header, Buffer.alloc(700, 5));
  const echo = await initiator.receive();
  t.is(echo.code, 0x20);
  t.is(echo.tag, 77);
  t.true(echo.data.equals(Buffer.alloc(512, 5)));
  const silent = initiator.header(0x00, 0x80, { tag: 0xffff_ffff, immediate: true });
  initiator.send(silent);
  t.deepEqual(await initiator.settle(), []);
});

test("command numbers outside of the window are passed over, a missing one ends the connection", async (t) => {
  const { enter } = await served(t, new ScriptedDrive());
  const initiator = await enter();
  const expected = initiator.cmdSn;
  for (const cmdSn of [expected - 1, expected + 16, expected + 2 ** 31]) {
    initiator.cmdSn = cmdSn;
    initiator.sendCommand(testUnitReady);
  }
  initiator.cmdSn = expected;
  const { segments, status } = await initiator.command(inquiry(36), { read: 36 });
  t.is(status, 0);
  t.is(segments[0]!.expCmdSn, expected + 1);
  t.is(segments[0]!.maxCmdSn, expected + 16);
  initiator.cmdSn += 1;
  initiator.sendCommand(testUnitReady);
  t.is((await initiator.receive()).code, 0x3f);
  t.is(await initiator.receiveOrEnd(), undefined);
});

test("command numbers wrap around", async (t) => {
  const { connect, service } = await served(t, new ScriptedDrive());
  const initiator = await connect();
  initiator.cmdSn = 0xffff_fffe;
  await initiator.login({ target: service.targetName });
  await initiator.settle();
  for (let count = 0; count < 4; count++) t.is((await initiator.command(testUnitReady)).status, 0);
  t.is(initiator.cmdSn, 4);
});

test("what is unknown is rejected, and the session goes on", async (t) => {
  const { enter } = await served(t, new ScriptedDrive());
  const initiator = await enter();
  initiator.send(initiator.header(0x10, 0x80, { immediate: true }));
  t.is((await initiator.receive()).header[2], 0x03, "nothing is sent again");
  initiator.send(initiator.header(0x1c, 0x80));
  t.is((await initiator.receive()).header[2], 0x05);
  initiator.send(initiator.header(0x03, 0x80));
  t.is((await initiator.receive()).header[2], 0x05, "a login within a session");
  t.deepEqual(await initiator.settle(), []);
});

test("a tag is for one command at a time", async (t) => {
  let release = (): void => {};
  const gate = new Promise<void>((done) => {
    release = done;
  });
  const drive = new ScriptedDrive(async ({ cdb }) => {
    if (cdb[0] === 0x25) await gate;
    return { status: "ok", data: new Uint8Array(8) };
  });
  const { enter } = await served(t, drive);
  const initiator = await enter();
  const header = (): Buffer => {
    const made = initiator.header(0x01, 0xc0, { tag: 500 });
    made.writeUInt32BE(8, 20);
    made[32] = 0x25;
    return made;
  };
  initiator.send(header());
  initiator.send(header());
  t.is((await initiator.receive()).code, 0x3f);
  release();
  t.is(await initiator.receiveOrEnd(), undefined);
});

test("more immediate commands than a session may have end it", async (t) => {
  let release = (): void => {};
  const gate = new Promise<void>((done) => {
    release = done;
  });
  const { enter } = await served(
    t,
    new ScriptedDrive(async ({ cdb }) => {
      if (cdb[0] === 0x25) await gate;
      return { status: "ok", data: new Uint8Array(0) };
    }),
  );
  const initiator = await enter();
  initiator.sendCommand([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 });
  for (let count = 0; count < 40; count++) initiator.sendCommand(testUnitReady, { isImmediate: true });
  const reject = await initiator.receive();
  t.is(reject.code, 0x3f);
  t.is(reject.header[2], 0x06);
  release();
  await closedBy(initiator);
});

test("logout ends a session, or its one connection", async (t) => {
  const { enter, events } = await served(t, new ScriptedDrive());
  const first = await enter({ isid: 1 });
  t.is(await first.logout(2), 2, "there is no recovery");
  t.is(await first.logout(1, 9), 1, "there is no such connection");
  t.is(await first.logout(1, 0), 0);
  await closedBy(first);
  const second = await enter({ isid: 2 });
  t.is(await second.logout(0), 0);
  await closedBy(second);
  t.deepEqual(
    events.filter((event) => event.type === "logout").map((event) => event.type === "logout" && event.reason),
    ["logged out", "logged out"],
  );
  const third = await enter({ isid: 3 });
  third.send(third.header(0x06, 0x80 + 5, { immediate: true }));
  t.is((await third.receive()).code, 0x3f);
  await closedBy(third);
});

test("whoever does not read is not read from", async (t) => {
  const drive = patternDrive();
  const { enter } = await served(t, drive);
  const initiator = await enter({ keys: { MaxRecvDataSegmentLength: "262144" } });
  initiator.socket.pause();
  const tags: number[] = [];
  // 64 MB, which no socket holds; the window counts as open what was not taken.
  for (let count = 0; count < 16; count++) {
    tags.push(initiator.sendCommand(blocksCommand(read10, 0, 2048), { read: 4_194_304 }));
  }
  initiator.socket.resume();
  for (const tag of tags) t.is((await initiator.ended(tag)).data.length, 4_194_304);
});
