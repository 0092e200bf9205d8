import test from "ava";
import { AnnouncedCharset } from "../../../src/fs/rockridge/announced-charset.js";

/** A component record: flags and length, then what it holds. AAIP 2.0 [A], [B]. */
function record(text: string, flags = 0): number[] {
  return [flags, text.length, ...Buffer.from(text, "latin1")];
}

/** What is found in entries AL that hold these bytes. */
function found(...areas: (readonly number[])[]): string | undefined {
  const announced = new AnnouncedCharset();
  for (const area of areas) {
    const entry = Uint8Array.from([0x41, 0x4c, 5 + area.length, 1, 0, ...area, 0xee]);
    announced.add(entry, 0, entry[2]!);
  }
  return announced.name;
}

test("the character set stands behind its name, wherever records and entries are divided", (t) => {
  const nothing = record("");
  t.is(found([...record("\x04cs"), ...record("SHIFT_JIS")]), "SHIFT_JIS");
  t.is(found([...nothing, ...record("list"), ...record("\x04cs"), ...record("UTF-8"), ...record("\x04nt")]), "UTF-8");
  t.is(found([...record("\x04", 1), ...record("cs"), ...record("KOI", 1), ...record("8-R")]), "KOI8-R");
  t.is(found(record("\x04cs"), record("EUC-JP")), "EUC-JP");
  const all = [...record("\x04cs"), ...record("EUC-JP")];
  t.is(found(all.slice(0, 3), all.slice(3)), "EUC-JP");
});

test("where there is none, or the list is cut off, nothing is found", (t) => {
  t.is(found(), undefined);
  t.is(found(record("\x04cs")), undefined);
  t.is(found([...record("\x04cs"), ...record("KOI", 1)]), undefined);
  // A value is no name, and a name of the user's is none of libisofs.
  t.is(found([...record("\x03a"), ...record("\x04cs"), ...record("\x03b"), ...record("x")]), undefined);
  t.is(found([...record("\x03cs"), ...record("KOI8-R")]), undefined);
});
