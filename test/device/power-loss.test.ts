import { join } from "node:path";
import test from "ava";
import { openRecorderOn } from "../../src/device/drives.js";
import { createDisc } from "../../src/device.js";
import { DiscError } from "../../src/errors.js";
import type { Faults } from "./support.js";
import { append, faultyFiles, openPlainly, readsBack, sessionOf, temporaryFolder } from "./support.js";

const firstBlocks = 320;
const tornBlocks = 100;

/** Runs the scenario with one operation failing; returns whether there was such an operation. */
async function scenario(path: string, media: string, faults: Faults, check: (ok: boolean, what: string) => void) {
  await createDisc(path, { media, capacityBlocks: 40_000, force: true });
  {
    await using recorder = await openPlainly(path);
    await append(recorder, 1, firstBlocks);
  }
  let failure: unknown;
  try {
    await using recorder = await openRecorderOn(faultyFiles(faults), path, {});
    await recorder.write(sessionOf(2, recorder.state.nextWritableAddress!, tornBlocks, recorder.identity));
  } catch (error) {
    failure = error;
  }
  const hit = faults.operations >= faults.failAt;
  check(failure === undefined || failure instanceof Error, "fails with an error");
  await using after = await openPlainly(path);
  const { state, sessions } = after.state;
  check(["appendable", "damaged"].includes(state), `state is ${state}`);
  check(sessions.length === 1 || sessions.length === 2, `${sessions.length} sessions`);
  check((state === "damaged") === after.state.needsRepair, "damaged means that it needs repair");
  check(failure !== undefined || (state === "appendable" && sessions.length === 2), "no failure, no loss");
  check(await readsBack(after, 1, 0, firstBlocks), "the first session is whole");
  const [before] = await after.multisessionInterfaces();
  check(before?.isSupportedOnCurrentMediaState === (state === "appendable"), "interfaces say what can be done");
  await after.repair();
  const start = await append(after, 3, firstBlocks);
  check(await readsBack(after, 3, start, firstBlocks), "the next session is whole");
  check(await readsBack(after, 1, 0, firstBlocks), "the first session is whole after the next");
  await using again = await openPlainly(path);
  check(again.state.state === "appendable" || again.state.state === "complete", `at last it is ${again.state.state}`);
  const last = again.sessions.findLast((session) => session.state === "complete");
  check(last?.startLba === start, "the last complete session is the one written last");
  return hit;
}

for (const media of ["cd-r", "dvd+r", "bd-r"]) {
  for (const { power, partialBytes } of [
    { power: false, partialBytes: 0 },
    { power: true, partialBytes: 0 },
    { power: true, partialBytes: 20_000 },
  ]) {
    const kind = power ? `power lost after ${partialBytes} bytes of the operation` : "one operation failing";
    test.serial(`${media}: ${kind}, at each operation of a write`, async (t) => {
      const path = join(await temporaryFolder(t), "disc");
      for (let failAt = 1; ; failAt++) {
        const faults = { operations: 0, failAt, power, partialBytes };
        const check = (ok: boolean, what: string) => {
          if (!ok) t.fail(`operation ${failAt}: ${what}`);
        };
        if (!(await scenario(path, media, faults, check))) break;
      }
      t.pass();
    });
  }
}

test("a torn session is marked, and the one before it stays the one to import", async (t) => {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: "dvd+r" });
  {
    await using recorder = await openPlainly(path);
    await append(recorder, 1, 320);
  }
  // The operations up to the fourth transfer: whichever they are, some blocks are there and some are not.
  let torn = 0;
  for (let failAt = 12; torn === 0 && failAt < 60; failAt++) {
    try {
      await using recorder = await openRecorderOn(
        faultyFiles({ operations: 0, failAt, power: true, partialBytes: 5_000 }),
        path,
        {},
      );
      await append(recorder, 2, 300);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
    await using recorder = await openPlainly(path);
    torn = recorder.sessions.length - 1;
  }
  t.is(torn, 1);
  await using recorder = await openPlainly(path);
  t.is(recorder.sessions[1]?.state, "damaged");
  t.is(recorder.state.state, "damaged");
  t.is(recorder.state.warnings[0]?.code, "W_SESSION_DAMAGED");
  t.is(recorder.sessions[1]!.blocks % 16, 0);
  await recorder.repair();
  const [sequential] = await recorder.multisessionInterfaces();
  t.like(sequential, {
    type: "sequential",
    isSupportedOnCurrentMediaState: true,
    startAddressOfPreviousSession: 0,
    lastWrittenAddressOfPreviousSession: 319,
  });
  const error = await t.throwsAsync(recorder.write(sessionOf(4, 0, 1)));
  t.true(error instanceof DiscError);
});
