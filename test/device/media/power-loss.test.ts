/** Power lost at every operation on the files of a disc while a session is added: after each write unit, among others. */
import { join } from "node:path";
import test from "ava";
import { openRecorderOn } from "../../../src/device/drives.js";
import { faultyFiles, temporaryFolder } from "../support.js";
import { allMedia, checkAfterwards, copyDisc, nextSession, preparedDisc } from "./prepared-discs.js";

for (const medium of allMedia) {
  test(`${medium.name}: power is lost`, async (t) => {
    const prepared = await preparedDisc(t, medium);
    const path = join(await temporaryFolder(t), "disc");
    let losses = 0;
    for (let failAt = 1; ; failAt++) {
      await copyDisc(prepared, path);
      const faults = { operations: 0, failAt, power: true, partialBytes: 20_000 };
      try {
        await using recorder = await openRecorderOn(faultyFiles(faults), path, {});
        await recorder.write(nextSession(recorder, medium, 2));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        losses++;
      }
      if (faults.operations < failAt) break;
      await checkAfterwards(path, medium, (ok, problem) => {
        if (!ok) t.fail(`operation ${failAt}: ${problem}`);
      });
    }
    t.true(losses > 5);
  });
}
