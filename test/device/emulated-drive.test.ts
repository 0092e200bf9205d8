import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { strictContext } from "../../src/codec/codec.js";
import { encode } from "../../src/codec/struct.js";
import { EmulatedDrive } from "../../src/device/emulated/drive.js";
import { closeTrackSession } from "../../src/device/mmc/close-track-session.js";
import type { Command } from "../../src/device/mmc/command.js";
import { read10 } from "../../src/device/mmc/read-10.js";
import { discInformation, readDiscInformation } from "../../src/device/mmc/read-disc-information.js";
import { readToc } from "../../src/device/mmc/read-toc.js";
import { readTrackInformation, trackInformation } from "../../src/device/mmc/read-track-information.js";
import { synchronizeCache } from "../../src/device/mmc/synchronize-cache.js";
import { testUnitReady } from "../../src/device/mmc/test-unit-ready.js";
import { write10 } from "../../src/device/mmc/write-10.js";
import type { CommandResult, Transfer } from "../../src/device/transport.js";
import { createDisc } from "../../src/device.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { blockBytes } from "../../src/units.js";
import { temporaryFolder } from "./support.js";

/** "ok", or the sense as key/asc/ascq. */
function outcome(result: CommandResult): string {
  if (result.status === "failed") return result.errno;
  if (result.status === "ok" || result.sense === null) return result.status;
  const { key, asc, ascq } = result.sense;
  return [key, asc, ascq].map((value) => value.toString(16).padStart(2, "0")).join("/");
}

async function driveWith(t: ExecutionContext, media: string, capacityBlocks = 40_000) {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media, capacityBlocks });
  const drive = await EmulatedDrive.open(nodeFileAccess, path, {});
  t.teardown(() => drive[Symbol.asyncDispose]());
  await drive.reserve();
  const run = async <F>(command: Command<F>, fields: F, transfer: Transfer = { direction: "none" }) =>
    await drive.execute(encode(command.cdb, fields), transfer, 1000);
  const fetch = async <F>(command: Command<F>, fields: F, bytes: number): Promise<Uint8Array> => {
    const result = await run(command, fields, { direction: "in", allocationBytes: bytes });
    return result.status === "ok" ? result.data : (t.fail(outcome(result)) as never);
  };
  const write = async (logicalBlockAddress: number, transferBlocks: number) =>
    outcome(
      await run(
        write10,
        { logicalBlockAddress, transferBlocks },
        {
          direction: "out",
          data: new Uint8Array(transferBlocks * blockBytes).fill(1),
        },
      ),
    );
  const read = async (logicalBlockAddress: number, transferBlocks: number) =>
    outcome(
      await run(
        read10,
        { logicalBlockAddress, transferBlocks },
        {
          direction: "in",
          allocationBytes: transferBlocks * blockBytes,
        },
      ),
    );
  const close = async (closeFunction: number, trackNumber = 0) =>
    outcome(await run(closeTrackSession, { immediate: false, closeFunction, trackNumber }));
  const sync = async () => outcome(await run(synchronizeCache, { immediate: false }));
  const disc = async () =>
    discInformation.read(await fetch(readDiscInformation, { dataType: 0, allocationLength: 34 }, 34), 0, strictContext);
  const track = async (address: number) =>
    trackInformation.read(
      await fetch(readTrackInformation, { addressType: 1, address, allocationLength: 48 }, 48),
      0,
      strictContext,
    );
  return { drive, path, run, write, read, close, sync, disc, track };
}

test("DVD+R: what is refused, and with which sense", async (t) => {
  const { drive, run, write, read, close, sync } = await driveWith(t, "dvd+r", 4_096);
  t.is(await read(0, 1), "05/21/00");
  t.is(await write(16, 16), "05/21/02");
  t.is(await write(4_096, 16), "05/21/00");
  t.is(await write(0, 16), "ok");
  t.is(await write(0, 16), "05/21/02");
  t.is(await write(32, 16), "05/21/02");
  t.is(await close(2), "05/72/03");
  t.is(await close(1, 9), "05/24/00");
  t.is(await close(4), "05/24/00");
  t.is(await sync(), "ok");
  t.is(await close(1, 1), "ok");
  t.is(await close(2), "ok");
  t.is(await read(0, 16), "ok");
  t.is(await read(8, 16), "05/21/00");
  // 16 blocks, and the gap of 2,048 behind them.
  t.is(await write(2_064, 4_096 - 2_064 + 16), "05/63/00");
  t.is(await close(6), "ok");
  t.is(await write(2_064, 16), "05/30/05");
  t.is(outcome(await drive.execute(Uint8Array.of(0xff, 0, 0, 0, 0, 0), { direction: "none" }, 1)), "05/20/00");
  t.is(
    outcome(await run(readToc, { msf: false, format: 2, trackSessionNumber: 0, allocationLength: 4, legacyFormat: 0 })),
    "05/24/00",
  );
});

test("a drive that nobody reserved takes no writes", async (t) => {
  const { drive, write } = await driveWith(t, "dvd+r");
  await drive.release();
  t.is(await write(0, 16), "07/27/00");
});

test("CD-R: a short track is filled, and ends in two blocks that cannot be read", async (t) => {
  const { write, read, close, sync, disc, track } = await driveWith(t, "cd-r");
  t.like(await disc(), { discStatus: 0, stateOfLastSession: 0, numberOfSessions: 1, lastTrackInLastSession: 1 });
  t.like(await track(0xff), { trackNumber: 1, blank: true, nextWritableAddressValid: true, nextWritableAddress: 0 });
  t.is(await write(0, 10), "ok");
  t.is(await sync(), "ok");
  t.like(await disc(), { discStatus: 1, stateOfLastSession: 1, numberOfSessions: 1, lastTrackInLastSession: 2 });
  t.like(await track(1), { trackSize: 302, trackStartAddress: 0, nextWritableAddressValid: false });
  // A second track of the same session: two blocks run-out and the pre-gap.
  t.like(await track(0xff), { trackNumber: 2, sessionNumber: 1, nextWritableAddress: 452 });
  t.is(await read(0, 300), "ok");
  t.is(await read(299, 2), "03/11/05");
  t.is(await read(302, 1), "05/21/00");
  // Write parameters are those after power-on: closing finalises.
  t.is(await close(2), "ok");
  t.like(await disc(), { discStatus: 2, stateOfLastSession: 3, numberOfSessions: 1, lastTrackInLastSession: 1 });
  t.is(await write(11_702, 1), "05/30/05");
});

test("the table of contents in its three formats, also where Linux asks for it", async (t) => {
  const { run, write, close, sync } = await driveWith(t, "dvd+r");
  const toc = async (fields: object) => {
    const result = await run(
      readToc,
      { msf: false, format: 0, trackSessionNumber: 0, allocationLength: 100, legacyFormat: 0, ...fields },
      { direction: "in", allocationBytes: 100 },
    );
    return result.status === "ok" ? Buffer.from(result.data).toString("hex") : outcome(result);
  };
  t.is(await toc({}), "05/24/00");
  await write(0, 16);
  await sync();
  await close(1, 1);
  await close(2);
  await write(2_064, 16);
  await sync();
  await close(1, 2);
  await close(2);
  t.is(await toc({}), "001a0102" + "0014010000000000" + "0014020000000810" + "0014aa0000000820");
  t.is(await toc({ format: 1 }), "000a0102" + "0014020000000810");
  t.is(await toc({ legacyFormat: 1 }), "000a0102" + "0014020000000810");
  // Block 2,064 is 0:29:39.
  t.is(await toc({ format: 1, msf: true }), "000a0102" + "00140200" + "00001d27");
});

test("damage listed in the sidecar fails reads and writes", async (t) => {
  const { path, write, sync, close } = await driveWith(t, "dvd+r");
  await write(0, 160);
  await sync();
  await close(1, 1);
  await close(2);
  const sidecar = JSON.parse(await readFile(`${path}.mmc.json`, "utf8"));
  sidecar.damage = [
    { firstLba: 5, blocks: 2, fails: "read" },
    { firstLba: 2_250, blocks: 1, fails: "write" },
  ];
  await writeFile(`${path}.mmc.json`, JSON.stringify(sidecar));
  await using drive = await EmulatedDrive.open(nodeFileAccess, path, {});
  const read = async (logicalBlockAddress: number, transferBlocks: number) =>
    outcome(
      await drive.execute(
        encode(read10.cdb, { logicalBlockAddress, transferBlocks }),
        { direction: "in", allocationBytes: 65_536 },
        1,
      ),
    );
  t.is(await read(0, 5), "ok");
  t.is(await read(0, 6), "03/11/00");
  t.is(await read(6, 4), "03/11/00");
  t.is(await read(7, 4), "ok");
});

test("a disc changed by someone else gives a unit attention, once", async (t) => {
  const { drive, path, run } = await driveWith(t, "dvd+r");
  await drive.release();
  t.is(outcome(await run(testUnitReady, {})), "ok");
  await createDisc(path, { media: "bd-r", force: true });
  t.is(outcome(await run(testUnitReady, {})), "06/28/00");
  t.is(outcome(await run(testUnitReady, {})), "ok");
});
