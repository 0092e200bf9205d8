/** Failures that only the command line knows, as scripts see them: exit code, and the object on standard error. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { ErrorCode, ErrorDetails } from "../../src/errors.js";
import { temporaryFolder } from "../support/tools.js";

const program = join(import.meta.dirname, "..", "..", "src", "cli", "main.js");

interface CommandOutcome {
  readonly status: number | null;
  readonly output: string;
  readonly messages: string;
}

function discsmith(args: readonly string[], cwd: string): CommandOutcome {
  const environment = { ...process.env, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    env: environment,
    encoding: "utf8",
  });
  return { status, output: stdout, messages: stderr };
}

/** The last object on standard error, which is the error. */
function errorOf(messages: string): { code?: string; detail?: unknown } {
  const lines = messages
    .trim()
    .split("\n")
    .filter((line) => line.startsWith("{"));
  const last = JSON.parse(lines.at(-1) ?? "{}") as { error?: { code?: string; detail?: unknown }; code?: string };
  return last.error ?? last;
}

function commandFails<C extends ErrorCode>(
  t: ExecutionContext,
  args: readonly string[],
  cwd: string,
  status: number,
  code: C,
  detail: Partial<ErrorDetails[C]>,
): void {
  const outcome = discsmith([...args, "--json"], cwd);
  t.is(outcome.status, status, outcome.messages);
  const error = errorOf(outcome.messages);
  t.is<string | undefined, string>(error.code, code);
  if (Object.keys(detail).length > 0) t.like(error.detail as Record<string, unknown>, detail);
}

function workingFolder(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "source"));
  writeFileSync(join(folder, "source", "file.txt"), "content\n");
  return folder;
}

test("a command line that cannot be understood", (t) => {
  const folder = workingFolder(t);
  commandFails(t, ["list"], folder, 2, "E_USAGE", {});
  commandFails(t, ["build", "source", "-o", "x.iso", "--no-such-option"], folder, 2, "E_USAGE", {});
});

test("reading a blank disc", (t) => {
  const folder = workingFolder(t);
  t.is(discsmith(["create", "blank.disc", "--media", "dvd+r"], folder).status, 0);
  commandFails(t, ["list", "blank.disc"], folder, 4, "E_DISC_BLANK", { device: "blank.disc" });
});

test("writing a first session to a disc that has one", (t) => {
  const folder = workingFolder(t);
  t.is(discsmith(["create", "test.disc", "--media", "cd-r"], folder).status, 0);
  t.is(discsmith(["write", "test.disc", "source"], folder).status, 0);
  const before = readFileSync(join(folder, "test.disc"));
  commandFails(t, ["write", "test.disc", "source"], folder, 4, "E_DISC_NOT_BLANK", {});
  t.true(readFileSync(join(folder, "test.disc")).equals(before));
});

test("an image that differs from a folder, and one that is damaged", (t) => {
  const folder = workingFolder(t);
  t.is(discsmith(["build", "source", "-o", "x.iso"], folder).status, 0);
  t.is(discsmith(["verify", "x.iso", "--against", "source"], folder).status, 0);
  writeFileSync(join(folder, "source", "file.txt"), "Content\n");
  commandFails(t, ["verify", "x.iso", "--against", "source"], folder, 5, "E_DIFFERENT", {});
  const bytes = readFileSync(join(folder, "x.iso"));
  // The second half of the type L path table's location, and the bytes of its table.
  bytes.fill(0xff, 32768 + 140, 32768 + 144);
  writeFileSync(join(folder, "x.iso"), bytes);
  commandFails(t, ["verify", "x.iso"], folder, 3, "E_DAMAGED", {});
});
