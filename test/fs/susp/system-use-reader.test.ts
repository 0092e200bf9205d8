import test from "ava";
import type { ReadContext } from "../../../src/codec/codec.js";
import { strictContext } from "../../../src/codec/codec.js";
import { encode } from "../../../src/codec/struct.js";
import type { Warning } from "../../../src/errors.js";
import { continuationArea } from "../../../src/fs/susp/entries.js";
import { ContinuationReader, visitEntries } from "../../../src/fs/susp/system-use-reader.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { blockBytes } from "../../../src/units.js";

function entry(signature: string, ...data: number[]): number[] {
  return [signature.charCodeAt(0), signature.charCodeAt(1), 4 + data.length, 1, ...data];
}

function visited(area: number[], context: ReadContext = strictContext): string[] {
  const seen: string[] = [];
  visitEntries(Uint8Array.from(area), context, (signature, _source, _at, length) => {
    seen.push(String.fromCharCode(Math.floor(signature / 256), signature % 256) + length);
  });
  return seen;
}

function tolerant(warnings: Warning[]): ReadContext {
  return { tolerant: true, lba: 20, onWarning: (warning) => warnings.push(warning) };
}

function ce(block: number, offset: number, length: number): number[] {
  return [...encode(continuationArea, { block, offset, length })];
}

async function follow(blocks: Record<number, number[]>, first: number[], warnings: Warning[]): Promise<string[]> {
  const bytes = new Uint8Array(8 * blockBytes);
  for (const [at, given] of Object.entries(blocks)) bytes.set(given, Number(at));
  const seen: string[] = [];
  const visit = (signature: number): number =>
    seen.push(String.fromCharCode(Math.floor(signature / 256), signature % 256));
  const continuation = visitEntries(Uint8Array.from(first), tolerant(warnings), visit);
  if (continuation !== undefined) {
    await new ContinuationReader(new MemorySource(bytes)).visit(continuation, tolerant(warnings), visit);
  }
  return seen;
}

test("entries follow on each other; padding, ST and foreign bytes end or pass", (t) => {
  t.deepEqual(visited([...entry("PX", 1, 2), ...entry("NM", 0)]), ["PX6", "NM5"]);
  t.deepEqual(visited([...entry("PX"), 0]), ["PX4"]);
  t.deepEqual(visited([...entry("PD", 9, 9), ...entry("NM", 0)]), ["NM5"]);
  t.deepEqual(visited([...entry("ST"), ...entry("NM", 0)]), []);
  t.deepEqual(visited([0x80, 0x01, 4, 1, ...entry("NM", 0)]), []);
  t.deepEqual(visited([]), []);
});

test("an entry of no length, or one that passes the end, ends the area", (t) => {
  t.throws(() => visited([0x4e, 0x4d, 0, 1, 0]), { code: "E_FIELD_INVALID" });
  const warnings: Warning[] = [];
  t.deepEqual(visited([...entry("PX"), 0x4e, 0x4d, 0, 1, 0], tolerant(warnings)), ["PX4"]);
  t.deepEqual(visited([...entry("PX"), 0x4e, 0x4d, 200, 1, 0], tolerant(warnings)), ["PX4"]);
  t.deepEqual(
    warnings.map(({ code }) => code),
    ["W_TOLERATED", "W_TOLERATED"],
  );
});

test("continuation areas chain, also in one block and across blocks", async (t) => {
  const warnings: Warning[] = [];
  const second = [...entry("TF", 0), ...ce(3, 100, 5)];
  const seen = await follow(
    { [2 * blockBytes]: second, [3 * blockBytes + 100]: entry("SL", 0) },
    [...entry("PX"), ...ce(2, 0, second.length), ...entry("NM", 0)],
    warnings,
  );
  t.deepEqual(seen, ["PX", "NM", "TF", "SL"]);
  t.deepEqual(warnings, []);
  t.deepEqual(await follow({ [3 * blockBytes - 2]: entry("SL", 0) }, ce(2, blockBytes - 2, 5), warnings), ["SL"]);
  t.is(warnings.length, 1);
});

test("chains that loop, leave the medium, or are empty end", async (t) => {
  const loop = [...entry("SL", 0), ...ce(2, 0, 33)];
  for (const [blocks, first, count] of [
    [{ [2 * blockBytes]: loop }, ce(2, 0, 33), 1],
    [{}, ce(8, 0, 33), 1],
    [{}, ce(0xffffffff, 0, 33), 1],
    [{}, ce(2, 0, 0xffffffff), 1],
    [{}, ce(2, 0, 0), 0],
  ] as const) {
    const warnings: Warning[] = [];
    await follow(blocks, [...first], warnings);
    t.is(warnings.length, count);
    t.true(warnings.every(({ code }) => code === "W_TOLERATED"));
  }
});
