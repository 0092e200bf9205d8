import test from "ava";
import { DisplacedSource } from "../../src/medium/displaced-source.js";
import type { FileHandle } from "../../src/medium/file-access.js";
import { openFileSource } from "../../src/medium/file-source.js";

/** A file of 5,000 bytes of which at most 700 are read at once; it may end earlier than it says. */
function handle(end = 5000): FileHandle {
  const refuse = async (): Promise<never> => {
    throw new Error("not expected");
  };
  return {
    size: async () => 5000,
    read: async (offset, into) => {
      const count = Math.max(0, Math.min(700, into.length, end - offset));
      into.fill(7, 0, count);
      return count;
    },
    write: refuse,
    truncate: refuse,
    sync: refuse,
    close: refuse,
    [Symbol.asyncDispose]: refuse,
  };
}

test("the last block of a file is filled with zeros", async (t) => {
  const source = await openFileSource(handle());
  t.is(source.blocks, 3);
  const bytes = new Uint8Array(2 * 2048).fill(1);
  await source.read(1, 2, bytes);
  t.is(bytes.lastIndexOf(7), 5000 - 2048 - 1);
  t.true(bytes.subarray(5000 - 2048).every((octet) => octet === 0));
});

test("blocks outside, and a file that became shorter, cannot be read", async (t) => {
  const into = new Uint8Array(2048);
  await t.throwsAsync((await openFileSource(handle())).read(3, 1, into), { code: "E_READ_FAILED" });
  await t.throwsAsync((await openFileSource(handle(100))).read(0, 1, into), { code: "E_READ_FAILED" });
});

test("part of a disc is read at the addresses of the disc", async (t) => {
  const source = new DisplacedSource(await openFileSource(handle()), 100);
  const into = new Uint8Array(2048);
  t.is(source.blocks, 103);
  await source.read(100, 1, into);
  t.is(into[0], 7);
  await t.throwsAsync(source.read(99, 1, into), { code: "E_READ_FAILED" });
});
