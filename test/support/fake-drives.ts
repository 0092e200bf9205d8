/** Runs programs of ours with fake drives in the place of real ones: see test/native/fake-sg.c. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { loadNative } from "../../src/native-binding.js";
import { requireTool, run, skip, temporaryFolder } from "./tools.js";

const source = join(import.meta.dirname, "..", "..", "..", "test", "native");

/** Whether there is the native addon; if not, the test is skipped, or fails where nothing may be. */
export function requireNative(t: ExecutionContext): boolean {
  const loaded = loadNative();
  return "binding" in loaded ? true : skip(t, loaded.reason);
}

/** Compiles one of the C files of test/native. */
export function compileNative(folder: string, name: string, ...options: string[]): string {
  const target = join(folder, name.replace(/\.c$/, ""));
  run("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", ...options, "-o", target, join(source, name), "-ldl", "-pthread"]);
  return target;
}

/** How a program ended among fake drives. */
export interface FakeRun {
  readonly status: number | null;
  readonly output: string;
  readonly messages: string;
}

/** A place where programs find fake drives. */
export interface FakeDrives {
  /** Folder with one file for each fake drive. */
  readonly folder: string;
  /** Runs one of the compiled tests' scripts. */
  runScript(script: string, args: readonly string[], environment?: NodeJS.ProcessEnv, preload?: string): FakeRun;
}

let library: string | undefined;

/** The library that makes drives of names; compiled once, and gone with this process. */
function fakeLibrary(): string {
  if (library !== undefined) return library;
  const folder = mkdtempSync(join(tmpdir(), "discsmith-fake-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  library = compileNative(folder, "fake-sg.c", "-shared", "-fPIC");
  return library;
}

/** Makes fake drives; `undefined` where the test is skipped. */
export function fakeDrives(t: ExecutionContext): FakeDrives | undefined {
  if (!requireNative(t) || !requireTool(t, "gcc")) return undefined;
  const folder = temporaryFolder(t);
  const fakes = fakeLibrary();
  return {
    folder,
    runScript(script, args, environment = {}, preload = "") {
      const LD_PRELOAD = preload === "" ? fakes : `${preload} ${fakes}`;
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", script, ...args], {
        env: { ...process.env, FAKE_SG_FOLDER: folder, LD_PRELOAD, ...environment },
        encoding: "utf8",
        timeout: 240_000,
      });
      return { status, output: stdout, messages: signal === null ? stderr : `${stderr}ended by ${signal}` };
    },
  };
}
