import { fileURLToPath } from "node:url";
import test from "ava";
import { compileNative, fakeDrives } from "../support/fake-drives.js";

const script = fileURLToPath(new URL("../native/transport-scenarios.js", import.meta.url));

const scenarios: Readonly<Record<string, string>> = {
  commands: "commands reach a drive, and its answers come back",
  retries: "what the adapter asks to be sent again is, within limits",
  claims: "a drive is claimed for writing, or it is said who has it and why it cannot be",
  refusals: "what is no drive that can be used says why",
  closing: "a drive is closed after the command that is under way",
};

for (const [name, title] of Object.entries(scenarios)) {
  test(title, (t) => {
    const drives = fakeDrives(t);
    if (drives === undefined) return;
    const environment = { HOLD_LOCK: compileNative(drives.folder, "hold-lock.c") };
    const { status, messages } = drives.runScript(script, [name], environment);
    t.is(status, 0, messages);
  });
}
