/** Faults of an emulated drive: they strike when they are to, and no sooner. */
import test from "ava";
import { strictContext } from "../../src/codec/codec.js";
import type { Fault } from "../../src/device/emulated/faults.js";
import { bufferCapacity, readBufferCapacity } from "../../src/device/mmc/read-buffer-capacity.js";
import { readDiscInformation } from "../../src/device/mmc/read-disc-information.js";
import { synchronizeCache } from "../../src/device/mmc/synchronize-cache.js";
import { testUnitReady } from "../../src/device/mmc/test-unit-ready.js";
import { write10 } from "../../src/device/mmc/write-10.js";
import { Asker, dataIn, discWith, driveWith, ending, recorderWith, sessionBlocks } from "./quirks/support.js";

const writeError = { key: 3, asc: 0x0c, ascq: 0 };

async function readyEndings(drive: Asker, count: number): Promise<string> {
  const endings: string[] = [];
  for (let index = 0; index < count; index++) endings.push(await drive.ends(testUnitReady, {}));
  return endings.join(" ");
}

test("the n-th command fails, whichever it is; or only those of one code, several in a row", async (t) => {
  const faults: Fault[] = [
    { at: 2, effect: "check", sense: { key: 4, asc: 0x44, ascq: 0 } },
    { at: 2, times: 2, operationCode: write10.operationCode, effect: "check", sense: writeError },
  ];
  const drive = new Asker(await driveWith(t, await discWith("dvd+r", 0), { faults }));
  t.is(await readyEndings(drive, 3), "ok 4/44/00 ok");
  const endings = [];
  for (const lba of [0, 32, 32, 32, 64]) endings.push(await drive.write(lba, 32));
  t.deepEqual(endings, ["ok", "3/0C/00", "3/0C/00", "ok", "ok"]);
});

test("a command that was carried out fails all the same", async (t) => {
  const faults: Fault[] = [
    { at: 1, operationCode: write10.operationCode, effect: "check", sense: writeError, carriedOut: true },
    { at: 2, operationCode: write10.operationCode, effect: "lost", errno: "EIO", carriedOut: true },
    { at: 3, operationCode: write10.operationCode, effect: "lost", errno: "EIO" },
  ];
  const drive = new Asker(await driveWith(t, await discWith("dvd+r", 0), { faults }));
  t.is(await drive.write(0, 32), "3/0C/00");
  t.is(await drive.write(32, 32), "EIO");
  t.is(await drive.write(64, 32), "EIO");
  t.is((await drive.track(0xff)).nextWritableAddress, 64);
});

test("a reply arrives in part", async (t) => {
  const faults: Fault[] = [{ at: 2, operationCode: readDiscInformation.operationCode, effect: "short", bytes: 11 }];
  const drive = new Asker(await driveWith(t, await discWith("dvd+r", 1), { faults }));
  const lengths = [];
  for (let time = 1; time <= 3; time++) {
    lengths.push(dataIn(await drive.ask(readDiscInformation, { dataType: 0 }, 34)).length);
  }
  t.deepEqual(lengths, [34, 11, 34]);
});

test("another medium, and a reset", async (t) => {
  const faults: Fault[] = [
    { at: 2, effect: "mediumChange" },
    { at: 7, effect: "reset" },
  ];
  const drive = new Asker(await driveWith(t, await discWith("dvd+r", 1), { faults }));
  t.is(await readyEndings(drive, 8), "ok 6/28/00 2/04/01 2/04/01 2/04/01 ok 6/29/00 ok");
});

test("a medium that is taken out is gone; what was written before it is not", async (t) => {
  const disc = await discWith("dvd+r", 1);
  const faults: Fault[] = [{ at: 3, operationCode: write10.operationCode, effect: "mediumRemoval" }];
  const drive = new Asker(await driveWith(t, disc, { faults }));
  const start = (await drive.track(0xff)).nextWritableAddress!;
  const endings = [];
  for (let unit = 0; unit < 3; unit++) endings.push(await drive.write(start + 32 * unit, 32));
  t.deepEqual(endings, ["ok", "ok", "2/3A/02"]);
  t.is(await drive.ends(synchronizeCache, { immediate: false }), "2/3A/02");
  t.is(ending(await drive.ask(readDiscInformation, { dataType: 0 }, 34)), "2/3A/02");
});

test("power is lost after so many blocks, in the middle of a command", async (t) => {
  const disc = await discWith("dvd+r", 1);
  const faults: Fault[] = [{ afterBlocks: 80, effect: "powerLoss" }];
  const transport = await driveWith(t, disc, { faults });
  const drive = new Asker(transport);
  const start = (await drive.track(0xff)).nextWritableAddress!;
  const endings = [];
  for (let unit = 0; unit < 4; unit++) endings.push(await drive.write(start + 32 * unit, 32));
  t.deepEqual(endings, ["ok", "ok", "ENODEV", "ENODEV"]);
  t.is(await readyEndings(drive, 1), "ENODEV");
  await transport[Symbol.asyncDispose]();
  await using recorder = await recorderWith(disc);
  t.true(recorder.state.needsRepair);
  t.is(recorder.sessions[0]?.blocks, sessionBlocks);
  t.is(recorder.sessions[1]?.blocks, 80);
});

test("a slow drive's buffer fills, and empties", async (t) => {
  const slow = { bufferBytes: 160 * 2048, bytesBetweenCommands: 16 * 2048 };
  const drive = new Asker(await driveWith(t, await discWith("dvd+r", 0), { slow }));
  const free = async (): Promise<number> => {
    const reply = await drive.ask(readBufferCapacity, { block: false }, bufferCapacity.size);
    return bufferCapacity.read(dataIn(reply), 0, strictContext).availableLength / 2048;
  };
  t.is(await free(), 160);
  const endings = [];
  for (let unit = 0; unit < 9; unit++) endings.push(await drive.write(32 * unit, 32));
  t.deepEqual(endings, [...new Array<string>(9).fill("ok")]);
  t.is(await drive.write(288, 32), "2/04/08");
  t.is(await free(), 160 - 160 + 32);
  t.is(await drive.write(288, 32), "ok");
  await drive.send(synchronizeCache, { immediate: false });
  t.is(await free(), 160);
});
