/** Compressed contents are read as what they were, any part of them; what is damaged fails with its place. */
import test from "ava";
import fc from "fast-check";
import { strictContext } from "../../../src/codec/codec.js";
import type { Warning } from "../../../src/errors.js";
import type { Content } from "../../../src/fs/tree/content.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import type { ZisofsForm } from "../../../src/fs/tree/zisofs-form.js";
import { ZisofsContent } from "../../../src/fs/zisofs/zisofs-content.js";
import { zisofsHeader } from "../../../src/fs/zisofs/zisofs-header.js";
import { failsWith, warnsOf } from "../../support/failures.js";
import { holds } from "../../support/properties.js";
import { patternBytes } from "../../support/rich-tree.js";
import { compressible, zisofsFile } from "../../support/zisofs.js";

/** The content of a compressed file, with what its header says where nothing else is given. */
function contentOf(file: Uint8Array, form: Partial<ZisofsForm> = {}, warnings: Warning[] = []): Content {
  const stated = { ...zisofsHeader.read(file, 0, strictContext), ...form };
  return new ZisofsContent(new MemoryContent(file), stated, (warning) => warnings.push(warning));
}

async function partOf(content: Content, offset: number, length: number): Promise<Buffer> {
  const part = Buffer.alloc(length, 0xaa);
  await content.read(offset, part);
  return part;
}

/** Bytes of several kinds: text, zeros, what cannot be compressed. */
function mixture(kinds: readonly ("text" | "zeros" | "noise")[], pieceBytes: number): Buffer {
  const pieces = kinds.map((kind, index) => {
    if (kind === "zeros") return Buffer.alloc(pieceBytes);
    return kind === "text" ? compressible(pieceBytes, index * 1000) : Buffer.from(patternBytes(pieceBytes, index));
  });
  return Buffer.concat(pieces);
}

test("any part of any content is what it was", async (t) => {
  const kind = fc.constantFrom<"text" | "zeros" | "noise">("text", "zeros", "noise");
  await holds(
    fc.asyncProperty(
      fc.record({
        kinds: fc.array(kind, { minLength: 1, maxLength: 5 }),
        pieceBytes: fc.constantFrom(1, 20_000, 32_768, 65_537),
        version: fc.constantFrom<1 | 2>(1, 2),
        log2: fc.integer({ min: 15, max: 17 }),
        parts: fc.array(fc.tuple(fc.nat(400_000), fc.nat(400_000)), { minLength: 1, maxLength: 4 }),
      }),
      async ({ kinds, pieceBytes, version, log2, parts }) => {
        const plain = mixture(kinds, pieceBytes);
        const content = contentOf(zisofsFile(plain, { version, log2 }));
        if (content.bytes !== plain.length) throw new Error("another length");
        for (const [first, second] of [[0, plain.length] as const, ...parts]) {
          const [from, to] = [first % plain.length, second % (plain.length + 1)].sort((one, other) => one - other);
          const part = await partOf(content, from!, to! - from!);
          if (!part.equals(plain.subarray(from, to))) throw new Error(`bytes ${from} to ${to} differ`);
        }
      },
    ),
    { numRuns: 40 },
  );
  t.pass();
});

test("the largest blocks of version 2, more than are read at once", async (t) => {
  const plain = Buffer.concat([compressible(2_500_000), Buffer.alloc(1_100_000), compressible(77)]);
  const content = contentOf(zisofsFile(plain, { version: 2, log2: 20 }));
  t.true((await partOf(content, 0, plain.length)).equals(plain));
  t.true((await partOf(content, 1_048_575, 2)).equals(plain.subarray(1_048_575, 1_048_577)));
});

const plain = mixture(["text", "noise", "zeros", "text"], 32_768);
const file = zisofsFile(plain, { version: 1, log2: 15 });
const secondFile = zisofsFile(plain, { version: 2, log2: 15 });

/** A copy of a file with a change. */
function changed(change: (bytes: Buffer) => void, given = file): Buffer {
  const copy = Buffer.from(given);
  change(copy);
  return copy;
}

const form: ZisofsForm = zisofsHeader.read(file, 0, strictContext);
const secondForm: ZisofsForm = zisofsHeader.read(secondFile, 0, strictContext);

/** Files with one fault each; the field that the error names. */
const faults: readonly (readonly [what: string, bytes: Buffer, form: ZisofsForm, structure: string, field: string])[] =
  [
    ["no header", Buffer.alloc(file.length, 1), form, "ZisofsHeader", "_magic1"],
    ["half a magic number", changed((bytes) => bytes.fill(0, 4, 8)), form, "ZisofsHeader", "_magic2"],
    ["a header of the other version", secondFile, { ...form }, "ZisofsHeader", "version"],
    ["other blocks in the header", changed((bytes) => bytes.fill(16, 13, 14)), form, "ZisofsHeader", "blockSizeLog2"],
    [
      "another algorithm",
      changed((bytes) => bytes.fill(2, 10, 11), secondFile),
      secondForm,
      "ZisofsHeader",
      "algorithm",
    ],
    ["a later header", changed((bytes) => bytes.fill(1, 8, 9), secondFile), secondForm, "ZisofsHeader", "_version"],
    ["a pointer into the pointers", changed((bytes) => bytes.writeUInt32LE(20, 16)), form, "ZisofsPointers", "pointer"],
    ["falling pointers", changed((bytes) => bytes.writeUInt32LE(40, 24)), form, "ZisofsPointers", "pointer"],
    [
      "a pointer behind the end",
      changed((bytes) => bytes.writeUInt32LE(file.length + 1, 32)),
      form,
      "ZisofsPointers",
      "pointer",
    ],
    [
      "a pointer of 64 bits",
      changed((bytes) => bytes.fill(0xff, 32, 40), secondFile),
      secondForm,
      "ZisofsPointers",
      "pointer",
    ],
    [
      "a block that is far too long",
      Buffer.concat([changed((bytes) => bytes.writeUInt32LE(file.length + 65_000, 32)), Buffer.alloc(65_000)]),
      form,
      "ZisofsPointers",
      "pointer",
    ],
    ["a block that is no stream", changed((bytes) => bytes.fill(0xee, 36, 60)), form, "ZisofsBlock", "data"],
    ["a stream with a wrong sum", changed((bytes) => bytes.fill(0, bytes.length - 4)), form, "ZisofsBlock", "data"],
    [
      "a stream that is cut off",
      changed((bytes) => bytes.writeUInt32LE(bytes.length - 20, 32)),
      form,
      "ZisofsBlock",
      "data",
    ],
    [
      "a block of too few bytes",
      changed(
        (bytes) => bytes.writeUInt32LE(plain.length - 1, 8),
        zisofsFile(plain.subarray(0, -1), { version: 1, log2: 15 }),
      ),
      { ...form, uncompressedBytes: plain.length },
      "ZisofsBlock",
      "data",
    ],
    [
      "a block of too many bytes",
      changed((bytes) => bytes.writeUInt32LE(plain.length - 1, 8)),
      { ...form, uncompressedBytes: plain.length - 1 },
      "ZisofsBlock",
      "data",
    ],
  ];

for (const [what, bytes, stated, structure, field] of faults) {
  test(`refused: ${what}`, async (t) => {
    const content = new ZisofsContent(new MemoryContent(bytes), stated);
    await failsWith(t, "E_FIELD_INVALID", { structure, field }, () => partOf(content, 0, stated.uncompressedBytes));
  });
}

test("what lies before a damaged block can be read", async (t) => {
  const content = contentOf(changed((bytes) => bytes.fill(0, bytes.length - 4)));
  t.true((await partOf(content, 0, 3 * 32_768)).equals(plain.subarray(0, 3 * 32_768)));
});

test("a header that states another size is tolerated: that of the directory record is taken", async (t) => {
  const warnings: Warning[] = [];
  const content = contentOf(
    changed((bytes) => bytes.writeUInt32LE(5, 8)),
    { uncompressedBytes: plain.length },
    warnings,
  );
  t.true((await partOf(content, 0, plain.length)).equals(plain));
  warnsOf(t, warnings, "W_TOLERATED", { structure: "ZisofsHeader", field: "uncompressedBytes" });
  t.is(warnings.length, 1);
});

test("pointers are checked without uncompressing; cancelling ends it", async (t) => {
  const good = new ZisofsContent(new MemoryContent(file), form);
  await good.checkPointers();
  const broken = changed((bytes) => bytes.fill(0, bytes.length - 4));
  await new ZisofsContent(new MemoryContent(broken), form).checkPointers();
  const falling = changed((bytes) => bytes.writeUInt32LE(40, 24));
  await failsWith(t, "E_FIELD_INVALID", {}, () => new ZisofsContent(new MemoryContent(falling), form).checkPointers());
  const signal = AbortSignal.abort();
  await failsWith(t, "E_CANCELLED", {}, () => good.read(0, new Uint8Array(10), signal));
});
