import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import test from "ava";
import { EmulatedDrive } from "../../../src/device/emulated/drive.js";
import { brokenInvariant } from "../../../src/device/emulated/medium-invariants.js";
import { read10 } from "../../../src/device/mmc/read-10.js";
import { writeParametersFor } from "../../../src/device/mmc/write-parameters-page.js";
import { createDisc } from "../../../src/device.js";
import { nodeFileAccess } from "../../../src/host/node-file-access.js";
import { blockBytes } from "../../../src/units.js";
import { temporaryFolder } from "../support.js";
import { addressOf, capacityBlocks, octetOf, unitBlocks } from "./killed-steps.js";
import { Bench, openBench } from "./support.js";

const host = fileURLToPath(new URL("./killed-host.js", import.meta.url));
const isSlow = process.env.DISCSMITH_SLOW === "1";
/** After how many lines of what the host says it is killed. */
const deaths: readonly number[] = isSlow ? Array.from({ length: 40 }, (_, index) => (index * 5) % 23) : [1, 4, 11];
/** Steps that a host may come further than it could say. */
const mostSteps = 100_000;

/** Lets a host work until it has said so many lines; returns all that it said. */
async function lettingWork(t: ExecutionContext, lines: number, ...words: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [host, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
    if (said.split("\n").length - 1 >= lines) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "close");
  t.is(signal, "SIGKILL");
  return said.split("\n").slice(0, -1);
}

async function discWith(
  t: ExecutionContext,
  media: string,
  prepare: (bench: Bench) => Promise<string>,
): Promise<string> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media, capacityBlocks });
  await using drive = await EmulatedDrive.open(nodeFileAccess, path, {});
  await drive.reserve();
  t.is(await prepare(new Bench(drive, path)), "ok");
  return path;
}

/** The one octet that all of a block has; `undefined` for a block that can't be read. */
async function octetIn(t: ExecutionContext, bench: Bench, lba: number): Promise<number | undefined> {
  const fields = { logicalBlockAddress: lba, transferBlocks: 1 };
  const result = await bench.send(read10, fields, { direction: "in", allocationBytes: blockBytes });
  if (result.status !== "ok") return undefined;
  t.true(
    result.data.every((octet) => octet === result.data[0]),
    `block ${lba} is of one piece`,
  );
  return result.data[0];
}

/** By unit: what it held at the last step that is safe, and what later steps may have put there. */
function possibleContents(media: string, safe: number): Map<number, { synced: number | undefined; later: number[] }> {
  const units = new Map<number, { synced: number | undefined; later: number[] }>();
  for (let step = 0; step < Math.min(safe + 2_000, mostSteps); step++) {
    const address = addressOf(media, step);
    if (address + unitBlocks > capacityBlocks) break;
    const unit = units.get(address) ?? { synced: undefined, later: [] };
    if (step <= safe) unit.synced = octetOf(step);
    else unit.later.push(octetOf(step));
    units.set(address, unit);
  }
  return units;
}

for (const [media, prepare] of [
  ["dvd+rw", (bench: Bench) => bench.format(0x26, 0xffff_ffff)],
  ["dvd-ram", (bench: Bench) => bench.ready()],
  ["bd-re", (bench: Bench) => bench.format(0x30, 0xffff_ffff)],
  ["dvd-rw", (bench: Bench) => bench.format(0x15, 0, { typeDependentParameter: 16 })],
] as const) {
  test(`${media}: killed while it is overwritten, it holds what was synced, or what was written since`, async (t) => {
    for (const lines of deaths) {
      const path = await discWith(t, media, prepare);
      const said = await lettingWork(t, lines, path, "overwrite");
      const safe = said.length === 0 ? -1 : Number(said.at(-1));
      const bench = await openBench(t, path);
      t.is(brokenInvariant(bench.drive.medium), undefined);
      for (const [address, { synced, later }] of possibleContents(media, safe)) {
        for (const lba of [address, address + unitBlocks - 1]) {
          const octet = await octetIn(t, bench, lba);
          // What was never synced may not be there, or be what formatting left.
          if (synced === undefined && (octet === undefined || octet === 0)) continue;
          t.true(octet === synced || later.includes(octet ?? -1), `block ${lba} has ${octet}`);
        }
      }
      if (media === "dvd+rw") t.is(await bench.format(0x26, 0, { typeDependentParameter: 1 }), "ok");
      t.is(await bench.write(0, unitBlocks, 255), "ok");
      t.is(await bench.sync(), "ok");
      t.is(await octetIn(t, bench, 0), 255);
      await bench.drive[Symbol.asyncDispose]();
    }
  });
}

for (const media of ["cd-rw", "dvd-r", "dvd-rw", "dvd+r-dl", "bd-r-dl"]) {
  test(`${media}: killed while sessions are added, it holds all that were closed, and takes another`, async (t) => {
    for (const lines of deaths.slice(0, isSlow ? deaths.length : 2)) {
      const path = join(await temporaryFolder(t), "disc");
      await createDisc(path, { media });
      const said = await lettingWork(t, lines, path, "append");
      const bench = await openBench(t, path);
      t.is(brokenInvariant(bench.drive.medium), undefined);
      const isCd = media.startsWith("cd");
      await bench.select(writeParametersFor(isCd ? "cdTrackAtOnce" : "dvdIncremental", { keepDiscOpen: true }));
      const { lastTrackInLastSession: track, stateOfLastSession } = await bench.disc();
      // The session that was under way is open: it is closed, and the disc is as good as before.
      if (stateOfLastSession === 1) {
        await bench.close(1, track);
        t.is(await bench.close(2), "ok");
      }
      for (const [start = "", octet] of said.map((line) => line.split(" "))) {
        for (const at of [0, 160, 319]) t.is(await octetIn(t, bench, Number(start) + at), Number(octet));
      }
      const next = (await bench.disc()).lastTrackInLastSession;
      const start = (await bench.track(next)).nextWritableAddress!;
      t.is(await bench.write(start, 320, 255), "ok");
      t.is(await bench.sync(), "ok");
      await bench.close(1, next);
      t.is(await bench.close(2), "ok");
      t.is(await octetIn(t, bench, start + 319), 255);
      await bench.drive[Symbol.asyncDispose]();
    }
  });
}

for (const media of ["cd-rw", "dvd-rw", "bd-re"]) {
  test(`${media}: killed while it is prepared, it can be prepared again`, async (t) => {
    for (const lines of deaths) {
      const path = join(await temporaryFolder(t), "disc");
      await createDisc(path, { media, capacityBlocks });
      await lettingWork(t, lines, path, "prepare");
      const bench = await openBench(t, path);
      t.is(brokenInvariant(bench.drive.medium), undefined);
      const again = media === "bd-re" ? bench.format(0x30, 0xffff_ffff) : bench.blank(0);
      t.is(await again, "ok");
      t.like(await bench.disc(), { discStatus: media === "bd-re" ? 2 : 0 });
      await bench.drive[Symbol.asyncDispose]();
    }
  });
}
