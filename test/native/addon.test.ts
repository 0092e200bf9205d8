/** The native addon against fake drives: each scenario in a process of its own, which may not end but as it should. */
import { fileURLToPath } from "node:url";
import test from "ava";
import { fakeDrives } from "../support/fake-drives.js";

const script = fileURLToPath(new URL("./scenarios.js", import.meta.url));

const scenarios: Readonly<Record<string, string>> = {
  opening: "drives are opened for what is allowed, and say why not",
  commands: "what a drive, its driver or the system says comes back as values",
  buffers: "what is sent is what was given, whatever becomes of its buffer",
  locks: "a drive is locked by one alone, and stays so until that one gives it up",
  leaks: "a hundred thousand commands leave nothing behind",
  independent: "ten drives do not wait for each other, nor files for them",
  closing: "a drive that is closed during a command is closed after it",
  collected: "a drive that is forgotten is closed",
  workers: "threads of JavaScript have drives of their own",
  terminated: "a thread of JavaScript is ended in the middle of commands",
  idle: "a drive that is just open keeps no process from ending",
  exiting: "a process exits in the middle of a command",
  files: "file operations come back, or do no harm where nobody waits for them",
};

for (const [name, title] of Object.entries(scenarios)) {
  test(title, (t) => {
    const drives = fakeDrives(t);
    if (drives === undefined) return;
    const { status, output, messages } = drives.runScript(script, [name]);
    if (output !== "") t.log(output.trim());
    t.is(status, 0, messages);
  });
}
