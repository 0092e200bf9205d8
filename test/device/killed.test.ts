import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { createDisc, openRecorder } from "../../src/device.js";
import { append, readsBack, temporaryFolder } from "./support.js";

const writer = fileURLToPath(new URL("./killed-writer.js", import.meta.url));

for (const media of ["cd-r", "dvd+r", "bd-r"]) {
  test(`${media}: a writer that was killed leaves a disc that can be repaired and appended to`, async (t) => {
    const path = join(await temporaryFolder(t), "disc");
    await createDisc(path, { media });
    await using recorder = await openRecorder(path);
    await append(recorder, 1, 320);
    for (const pieces of [1, 3, 50]) {
      const child = spawn(process.execPath, [writer, path], { stdio: ["ignore", "pipe", "inherit"] });
      let seen = 0;
      child.stdout.on("data", (data: Buffer) => {
        seen += data.toString().split("\n").length - 1;
        if (seen >= pieces) child.kill("SIGKILL");
      });
      const [, signal] = await once(child, "exit");
      t.is(signal, "SIGKILL");
      const state = await recorder.refresh();
      t.is(state.state, "damaged");
      t.is(state.sessions.at(-1)?.state, "damaged");
      t.true(await recorder.repair());
      const [sequential] = await recorder.multisessionInterfaces();
      t.true(sequential?.isSupportedOnCurrentMediaState);
      const start = await append(recorder, pieces, 320);
      await using again = await openRecorder(path);
      t.is(again.state.state, "appendable");
      t.true(await readsBack(again, 1, 0, 320));
      t.true(await readsBack(again, pieces, start, 320));
    }
  });
}
