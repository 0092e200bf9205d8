import test from "ava";
import fc from "fast-check";
import { WriteBehindFile } from "../../../src/device/emulated/write-behind.js";
import type { FileHandle } from "../../../src/medium/file-access.js";
import { holds } from "../../support/properties.js";
import { memoryFiles } from "../memory-files.js";

const kilobyte = 1024;

/** A file that counts what is done to it, and fails where it is told to. */
async function countedFile(): Promise<{ file: FileHandle; log: string[]; fail: (reason: Error | undefined) => void }> {
  const file = await memoryFiles().open("file", "create");
  const log: string[] = [];
  let failure: Error | undefined;
  return {
    log,
    fail: (reason) => {
      failure = reason;
    },
    file: {
      ...file,
      write: async (offset, from) => {
        log.push(`write ${offset} ${from.length}`);
        await new Promise((done) => setImmediate(done));
        if (failure !== undefined) throw failure;
        await file.write(offset, from);
      },
      sync: async () => void log.push("sync"),
      close: async () => void log.push("close"),
    },
  };
}

test("what continues the write before is gathered; the first is written at once", async (t) => {
  const { file, log } = await countedFile();
  const behind = new WriteBehindFile(file);
  const unit = new Uint8Array(32 * kilobyte);
  for (let index = 0; index < 36; index++) await behind.write(index * unit.length, unit);
  t.deepEqual(log, ["write 0 32768", "write 32768 1048576"]);
  t.is(await behind.size(), 36 * unit.length);
  t.deepEqual(log.slice(2), [`write ${33 * unit.length} ${3 * unit.length}`]);
  await behind.close();
  t.deepEqual(log.slice(3), ["sync", "close"]);
});

test("closing syncs what was written since it was synced, and that alone", async (t) => {
  const { file, log } = await countedFile();
  const behind = new WriteBehindFile(file);
  await behind.write(0, new Uint8Array(1));
  await behind.sync();
  await behind.close();
  t.deepEqual(log, ["write 0 1", "sync", "close"]);
});

test("a failure is told once, by whatever comes next, and closing closes all the same", async (t) => {
  const { file, log, fail } = await countedFile();
  const behind = new WriteBehindFile(file);
  await behind.write(0, Uint8Array.of(1));
  fail(new Error("full"));
  await behind.write(1, Uint8Array.of(2));
  await t.throwsAsync(behind.sync(), { message: "full" });
  await behind.sync();
  fail(undefined);
  await behind.write(1, Uint8Array.of(3));
  fail(new Error("gone"));
  await behind.write(2, Uint8Array.of(4));
  await t.throwsAsync(behind.close(), { message: "gone" });
  t.is(log.at(-1), "close");
});

test("reads as a file does that is written at once", async (t) => {
  const offset = fc.oneof(fc.nat(3000 * kilobyte), fc.constant(-1));
  const operation = fc.record({
    kind: fc.constantFrom("write", "write", "write", "write", "read", "truncate", "sync"),
    offset,
    kilobytes: fc.integer({ min: 1, max: 1100 }),
    octet: fc.nat(255),
  });
  await holds(
    fc.asyncProperty(fc.array(operation, { maxLength: 20 }), async (operations) => {
      const { file } = await countedFile();
      const behind = new WriteBehindFile(file);
      const plain = await memoryFiles().open("plain", "create");
      let end = 0;
      for (const { kind, kilobytes, octet, ...at } of operations) {
        // Most continue what was written before.
        const start = at.offset < 0 ? end : at.offset;
        const bytes = new Uint8Array(kilobytes * kilobyte).fill(octet);
        for (const one of [behind, plain]) {
          if (kind === "write") await one.write(start, bytes);
          else if (kind === "truncate") await one.truncate(start);
          else if (kind === "sync") await one.sync();
        }
        if (kind === "write") end = start + bytes.length;
        if (kind !== "read") continue;
        const [found, expected] = [bytes.slice(), bytes.slice()];
        t.is(await behind.read(start, found), await plain.read(start, expected));
        t.is(Buffer.compare(found, expected), 0);
      }
      const size = await plain.size();
      t.is(await behind.size(), size);
      const [found, expected] = [new Uint8Array(size), new Uint8Array(size)];
      await behind.read(0, found);
      await plain.read(0, expected);
      t.is(Buffer.compare(found, expected), 0);
    }),
    { numRuns: 50 },
  );
});
