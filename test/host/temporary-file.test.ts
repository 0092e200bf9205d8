import { closeSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { TemporaryFile } from "../../src/host/temporary-file.js";
import { failsWith } from "../support/failures.js";
import { temporaryFolder } from "../support/tools.js";

test("what was written is read, in any order; nothing is left", async (t) => {
  const folder = temporaryFolder(t);
  const file = await TemporaryFile.open(folder);
  await file.write(5, Buffer.from("world"));
  await file.write(0, Buffer.from("hello"));
  const into = Buffer.alloc(7);
  await file.read(3, into);
  t.is(into.toString(), "loworld");
  await t.throwsAsync(file.read(6, Buffer.alloc(5)), { instanceOf: RangeError });
  await file[Symbol.asyncDispose]();
  await file[Symbol.asyncDispose]();
  t.deepEqual(readdirSync(folder), []);
});

test("a closed file is not mistaken for the one that has its descriptor now", async (t) => {
  const folder = temporaryFolder(t);
  const file = await TemporaryFile.open(folder);
  await file.write(0, Buffer.from("mine"));
  const reading = file.read(0, Buffer.alloc(4));
  await file[Symbol.asyncDispose]();
  await reading;
  writeFileSync(join(folder, "other"), "other");
  const others = Array.from({ length: 5 }, () => openSync(join(folder, "other"), "r+"));
  await t.throwsAsync(file.read(0, Buffer.alloc(4)), { instanceOf: RangeError });
  await failsWith(t, "E_HOST", {}, () => file.write(0, Buffer.from("over")));
  for (const descriptor of others) closeSync(descriptor);
});

test("a folder that is not there is named", async (t) => {
  const path = join(temporaryFolder(t), "none");
  await failsWith(t, "E_HOST", { path, errno: "ENOENT" }, () => TemporaryFile.open(path));
});
