import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { createLineFile, createNumberedLineFile } from "../../src/host/line-file.js";
import { run, temporaryFolder } from "../support/tools.js";

test("a line is in the file when write returns", (t) => {
  const path = join(temporaryFolder(t), "x");
  const file = createLineFile(path);
  t.is(file.name, path);
  for (const expected of ["one\n", "one\ntwo: ü\n"]) {
    file.write(expected.slice(readFileSync(path, "utf8").length));
    t.is(readFileSync(path, "utf8"), expected);
  }
  file.close();
});

test("a file that is there is not touched", (t) => {
  const path = join(temporaryFolder(t), "x");
  writeFileSync(path, "mine");
  t.throws(() => createLineFile(path), { code: "E_TARGET_EXISTS" });
  const second = createNumberedLineFile(path);
  const third = createNumberedLineFile(path);
  t.deepEqual([second.name, third.name], [`${path}.2`, `${path}.3`]);
  second.write("2\n");
  t.is(readFileSync(path, "utf8"), "mine");
  t.is(readFileSync(`${path}.2`, "utf8"), "2\n");
  second.close();
  third.close();
});

test("what the operating system refuses is an error", (t) => {
  const folder = temporaryFolder(t);
  t.throws(() => createLineFile(join(folder, "no folder", "x")), { code: "E_HOST" });
  t.throws(() => createNumberedLineFile(join(folder, "no folder", "x")), { code: "E_HOST" });
  t.throws(() => createLineFile(folder), { code: "E_TARGET_EXISTS" });
  const file = createLineFile(join(folder, "x"));
  file.close();
  t.throws(() => file.write("late\n"), { code: "E_HOST" });
  t.throws(() => file.close(), { code: "E_HOST" });
});

test("devices take lines, too", (t) => {
  if (!existsSync("/dev/full")) {
    t.pass("no such device here");
    return;
  }
  const full = createLineFile("/dev/full");
  t.throws(() => full.write("x\n"), { code: "E_HOST", message: /ENOSPC/ });
  full.close();
});

test("pipes take lines, too", async (t) => {
  const path = join(temporaryFolder(t), "pipe");
  run("mkfifo", [path]);
  const reader = spawn("cat", [path], { stdio: ["ignore", "pipe", "inherit"] });
  let received = "";
  reader.stdout.on("data", (piece: Buffer) => {
    received += piece.toString();
  });
  const pipe = createLineFile(path);
  pipe.write("through a pipe\n");
  pipe.close();
  await once(reader, "close");
  t.is(received, "through a pipe\n");
});
