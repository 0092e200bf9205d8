import test from "ava";
import type { PendingEntry } from "../../../src/fs/susp/area.js";
import { distributeEntries, partBytes, writePart } from "../../../src/fs/susp/area.js";
import type { ContinuationArea } from "../../../src/fs/susp/entries.js";

function entry(signature: string, bytes: number): PendingEntry {
  return { signature, bytes, write: (target, at) => void target.fill(bytes, at, at + bytes) };
}

/** Signatures and lengths, part by part. */
function shape(parts: readonly (readonly PendingEntry[])[]): string {
  return parts.map((part) => part.map(({ signature, bytes }) => `${signature}${bytes}`).join(" ")).join(" | ");
}

test("what fits stays in the record, to the byte", (t) => {
  const entries = [entry("PX", 44), entry("TF", 26), entry("NM", 30)];
  t.is(shape(distributeEntries(entries, 100)), "PX44 TF26 NM30");
  t.is(shape(distributeEntries(entries, 99)), "PX44 TF26 | NM30");
});

test("room for CE is kept where something goes on elsewhere", (t) => {
  const entries = [entry("PX", 44), entry("NM", 60)];
  // 44 and a CE of 28 bytes.
  t.is(shape(distributeEntries(entries, 72)), "PX44 | NM60");
  t.is(shape(distributeEntries(entries, 71)), " | PX44 NM60");
  const parts = distributeEntries(entries, 72);
  t.is(partBytes(parts, 0), 72);
  t.is(partBytes(parts, 1), 60);
});

test("pieces of one kind keep their order", (t) => {
  const entries = [entry("NM", 90), entry("NM", 10), entry("SL", 20)];
  // The second piece would fit, and still has to follow the first one.
  t.is(shape(distributeEntries(entries, 100)), "SL20 | NM90 NM10");
});

test("an area holds no more than a block with its CE", (t) => {
  const entries = Array.from({ length: 12 }, () => entry("SL", 250));
  const parts = distributeEntries(entries, 60);
  t.is(shape(parts), " | SL250 SL250 SL250 SL250 SL250 SL250 SL250 SL250 | SL250 SL250 SL250 SL250");
  for (let index = 1; index < parts.length; index++) t.true(partBytes(parts, index) <= 2048);
  t.is(partBytes(parts, 1), 2000 + 28);
});

test("each part ends in the CE that says where the next one lies", (t) => {
  const parts = distributeEntries([entry("PX", 44), entry("NM", 60)], 72);
  const areas: ContinuationArea[] = [{ block: 5000, offset: 100, length: 60 }];
  const target = new Uint8Array(72);
  writePart(parts, 0, areas, target, 0);
  t.is(Buffer.from(target.subarray(44, 46)).toString(), "CE");
  const view = new DataView(target.buffer);
  t.deepEqual([view.getUint32(48, true), view.getUint32(56, true), view.getUint32(64, true)], [5000, 100, 60]);
  const rest = new Uint8Array(60);
  writePart(parts, 1, areas, rest, 0);
  t.true(rest.every((octet) => octet === 60));
});
