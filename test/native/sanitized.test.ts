/** The same scenarios with every access of the addon checked, and what it leaves behind. */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import test from "ava";
import { fakeDrives } from "../support/fake-drives.js";
import { requireTool, run, skip, temporaryFolder } from "../support/tools.js";

const script = fileURLToPath(new URL("./scenarios.js", import.meta.url));
const native = join(import.meta.dirname, "..", "..", "..", "native");
const headers = join(dirname(dirname(process.execPath)), "include", "node");
const apiFolder = dirname(createRequire(import.meta.url).resolve("node-addon-api"));

const defines = [
  "NAPI_VERSION=8",
  "NODE_GYP_MODULE_NAME=discsmith",
  "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
  "NODE_ADDON_API_DISABLE_DEPRECATED",
  "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
];

/** Builds the addon with checks of addresses and of what the language leaves undefined. */
function buildSanitized(t: ExecutionContext): string {
  const target = join(temporaryFolder(t), "sanitized.node");
  const sources = readdirSync(native).filter((name) => name.endsWith(".cc"));
  run("g++", [
    ...["-std=c++17", "-shared", "-fPIC", "-g", "-O1", "-fno-omit-frame-pointer", "-fno-exceptions"],
    ...["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-Wl,-z,nodelete"],
    ...["-D_FILE_OFFSET_BITS=64", ...defines.map((define) => `-D${define}`)],
    ...["-isystem", headers, "-isystem", apiFolder, "-o", target],
    ...sources.map((name) => join(native, name)),
  ]);
  return target;
}

/** Its runtime comes first of all libraries, since Node itself is not built with it. */
function sanitizerRuntime(): string {
  return run("gcc", ["-print-file-name=libasan.so"]).toString().trim();
}

test("nothing is read or written where it should not be, and nothing is lost", (t) => {
  const drives = fakeDrives(t);
  if (drives === undefined || !requireTool(t, "g++")) return;
  if (!existsSync(join(headers, "node_api.h"))) return void skip(t, `${headers} has no headers of Node`);
  const environment = {
    DISCSMITH_NATIVE: buildSanitized(t),
    DISCSMITH_SANITIZED: "1",
    // Node itself loses some memory when it exits; what we lose shows in the report.
    LSAN_OPTIONS: "exitcode=0",
  };
  const names = drives.runScript(script, []).output.split("\n");
  t.true(names.length > 10);
  for (const name of names) {
    // A process that exits in the middle of a command never gets to free what the command needs.
    const options = { ASAN_OPTIONS: `detect_leaks=${name === "exiting" ? 0 : 1}` };
    const { status, messages } = drives.runScript(script, [name], { ...environment, ...options }, sanitizerRuntime());
    t.is(status, 0, `${name}: ${messages}`);
    t.notRegex(messages, /discsmith::/, name);
  }
});
