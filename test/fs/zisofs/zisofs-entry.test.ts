/** The entries and headers of compressed files, against the examples of their documents. */
import test from "ava";
import fc from "fast-check";
import { strictContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import type { ZisofsForm } from "../../../src/fs/tree/zisofs-form.js";
import { zisofsFault, zisofsHeadBytes } from "../../../src/fs/tree/zisofs-form.js";
import { zisofsEntry } from "../../../src/fs/zisofs/zisofs-entry.js";
import { encodeZisofsHeader, zisofsHeader, zisofsVersionAt } from "../../../src/fs/zisofs/zisofs-header.js";
import { holds } from "../../support/properties.js";
import { zisofsFile } from "../../support/zisofs.js";

const first: ZisofsForm = {
  signature: "ZF",
  version: 1,
  algorithm: "pz",
  headerBytes: 16,
  blockSizeLog2: 15,
  uncompressedBytes: 1_234_567,
};

const second: ZisofsForm = {
  signature: "ZF",
  version: 2,
  algorithm: "PZ",
  headerBytes: 24,
  blockSizeLog2: 17,
  uncompressedBytes: 40_000_000_000_000,
};

test("entries are those of the documents", (t) => {
  const examples: [ZisofsForm, string][] = [
    [first, "5a46 10 01 707a 04 0f 87d61200 0012d687"],
    // The document has 40 TB as 0x2461_39CA_8000, and by a slip 8 words of header, where it says 6 everywhere else.
    [second, "5a46 10 02 505a 06 11 0080ca3961240000"],
    [{ ...second, signature: "Z2" }, "5a32 10 02 505a 06 11 0080ca3961240000"],
    [{ ...second, algorithm: "XZ" }, "5a46 10 02 585a 06 11 0080ca3961240000"],
  ];
  for (const [form, hex] of examples) {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    t.deepEqual(Buffer.from(encode(zisofsEntry, form)), bytes);
    t.deepEqual(zisofsEntry.read(bytes, 0, strictContext), form);
  }
});

test("headers are those of files made by hand, whichever their size", async (t) => {
  const sizes = [0, 1, 32767, 32768, 32769, 3 * 32768];
  const form = fc.record({
    version: fc.constantFrom<1 | 2>(1, 2),
    log2: fc.integer({ min: 15, max: 17 }),
    bytes: fc.constantFrom(...sizes),
  });
  await holds(
    fc.property(form, ({ version, log2, bytes }) => {
      const file = zisofsFile(new Uint8Array(bytes).fill(1), { version, log2 });
      if (zisofsVersionAt(file, 0) !== version) throw new Error("not recognised");
      const read = zisofsHeader.read(file, 0, strictContext);
      const head = Buffer.from(encodeZisofsHeader(read));
      if (!head.equals(file.subarray(0, head.length))) throw new Error("written otherwise");
      if (read.uncompressedBytes !== bytes || read.blockSizeLog2 !== log2) throw new Error("read otherwise");
      if (zisofsHeadBytes(read) > file.length || zisofsFault(read, file.length) !== undefined)
        throw new Error("faulty");
    }),
    { numRuns: 40 },
  );
  t.is(zisofsVersionAt(new Uint8Array(100), 0), undefined);
  t.is(zisofsVersionAt(zisofsFile(Buffer.from("x"), { version: 1, log2: 15 }).subarray(0, 15), 0), undefined);
});

test("what cannot be is told from what can", (t) => {
  const fieldOf = (changes: Partial<ZisofsForm>, storedBytes = 1_000_000): string | undefined =>
    zisofsFault({ ...first, ...changes }, storedBytes)?.field;
  t.is(fieldOf({}), undefined);
  t.is(fieldOf({ algorithm: "PZ" }), "algorithm");
  t.is(fieldOf({ headerBytes: 24 }), "headerBytes");
  t.is(fieldOf({ blockSizeLog2: 14 }), "blockSizeLog2");
  t.is(fieldOf({ blockSizeLog2: 18 }), "blockSizeLog2");
  t.is(fieldOf({ ...second, blockSizeLog2: 20 }), "uncompressedBytes");
  t.is(fieldOf({ ...second, uncompressedBytes: 2 ** 21, blockSizeLog2: 20 }), undefined);
  t.is(fieldOf({ ...second, blockSizeLog2: 21 }), "blockSizeLog2");
  const head = zisofsHeadBytes(first);
  t.is(head, 16 + 39 * 4);
  t.is(fieldOf({}, head), undefined);
  t.is(fieldOf({}, head - 1), "uncompressedBytes");
});
