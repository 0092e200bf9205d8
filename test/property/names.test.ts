/** Names: bytes and text, order, and what file systems make of them. */
import test from "ava";
import fc from "fast-check";
import type { IsoLevel, IsoRelaxations } from "../../src/fs/names/iso-name.js";
import { compareIsoIdentifiers, isoEncoding, isoNameMapping, isoNameRules } from "../../src/fs/names/iso-name.js";
import { jolietNameMapping } from "../../src/fs/names/joliet-name.js";
import { bytesFromName, compareNames, nameFromBytes } from "../../src/fs/names/name-bytes.js";
import { udfNameMapping } from "../../src/fs/names/udf-name.js";
import type { NameMapping } from "../../src/fs/names/unique-names.js";
import { assignUniqueNames } from "../../src/fs/names/unique-names.js";
import { charsetByName } from "../../src/host/charsets.js";
import { anyName } from "../support/arbitraries.js";
import { holds } from "../support/properties.js";

test("any bytes are a name, and the name is those bytes", async (t) => {
  await holds(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      if (!Buffer.from(bytesFromName(nameFromBytes(bytes))).equals(bytes)) throw new Error("other bytes");
    }),
    { numRuns: 2000 },
  );
  await holds(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const found = nameFromBytes(bytesFromName(text));
      if (found !== text.toWellFormed()) throw new Error(found);
    }),
  );
  t.pass();
});

test("names are ordered as their bytes are", async (t) => {
  await holds(
    fc.property(anyName, anyName, (one, other) => {
      const expected = Math.sign(Buffer.compare(bytesFromName(one), bytesFromName(other)));
      if (Math.sign(compareNames(one, other)) !== expected) throw new Error(`${expected}`);
    }),
    { numRuns: 3000 },
  );
  t.pass();
});

const directoryOfNames = fc.uniqueArray(fc.tuple(anyName, fc.boolean()), { selector: ([name]) => name, maxLength: 60 });

/** The names a mapping assigns, by the names they stand for. */
function assign(mapping: NameMapping, items: readonly (readonly [string, boolean])[]): Map<string, string> {
  const sorted = items.toSorted(([one], [other]) => compareNames(one, other));
  const names = sorted.map(([name]) => name);
  const assigned = assignUniqueNames(
    mapping,
    names,
    (index) => sorted[index]![1],
    (index) => names[index]!,
  );
  return new Map(names.map((name, index) => [name, assigned[index]!]));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const notInJoliet = /[\x00-\x1f*/:;?\\]/;

const relaxations: fc.Arbitrary<IsoRelaxations> = fc
  .record({
    lowercase: fc.boolean(),
    anyAscii: fc.boolean(),
    longNames: fc.boolean(),
    omitVersion: fc.boolean(),
    omitPeriod: fc.boolean(),
    leadingDots: fc.boolean(),
    multipleDots: fc.boolean(),
  })
  .map((given) => ({ ...given, longNames: given.longNames && given.omitVersion }));

/** Why an identifier breaks the rules of its level. ECMA-119 7.5, 7.6, clause 10. */
function isoFault(
  identifier: string,
  isDirectory: boolean,
  level: IsoLevel,
  relaxed: IsoRelaxations,
): string | undefined {
  const letters = relaxed.lowercase === true || level === 4 ? "A-Za-z0-9_" : "A-Z0-9_";
  const anyAscii = relaxed.anyAscii === true || level === 4;
  const anyDots = relaxed.multipleDots === true && level !== 1;
  const first = relaxed.leadingDots === true ? "\\.?" : "";
  const legal = anyAscii
    ? /^[\x20-\x7e]+$/
    : new RegExp(`^${first}[${letters}${anyDots ? "." : ""}]*(\\.[${letters}]*)?$`);
  if (!legal.test(identifier)) return "characters";
  if (/[/;*?:<>|"\\]/.test(identifier)) return "separators";
  const isDotted = identifier.includes(".", relaxed.leadingDots === true ? 1 : 0);
  if (isDirectory && !anyAscii && !anyDots && isDotted) return "a dot in a directory's name";
  if (["", ".", ".."].includes(identifier)) return "empty";
  if (level === 4) return identifier.length > 193 ? "length" : undefined;
  if (isDirectory)
    return identifier.length > (level === 1 ? 8 : relaxed.longNames === true ? 37 : 31) ? "length" : undefined;
  const dot = identifier.lastIndexOf(".");
  const [stem, extension] = dot <= 0 ? [identifier, ""] : [identifier.slice(0, dot), identifier.slice(dot + 1)];
  // With any dots allowed, which of them separates the extension is the reader's guess.
  if (level === 1 && anyAscii) return identifier.length > 12 ? "length" : undefined;
  if (level === 1) return stem.length > 8 || extension.length > 3 ? "8.3" : undefined;
  if (dot <= 0 && relaxed.longNames === true) return identifier.length > 37 ? "length" : undefined;
  return stem.length + extension.length > (relaxed.longNames === true ? 36 : 30) ? "length" : undefined;
}

test("ISO 9660 identifiers are legal, unique, and do not depend on the order of adding", async (t) => {
  await holds(
    fc.property(directoryOfNames, fc.constantFrom<IsoLevel>(1, 2, 3, 4), relaxations, (items, level, relaxed) => {
      const mapping = isoNameMapping(isoNameRules(level, relaxed));
      const assigned = assign(mapping, items);
      const identifiers = [...assigned.values()];
      for (const [name, isDirectory] of items) {
        const fault = isoFault(assigned.get(name)!, isDirectory, level, relaxed);
        if (fault !== undefined) throw new Error(`${JSON.stringify(assigned.get(name))}: ${fault}`);
      }
      const sorted = identifiers.toSorted(compareIsoIdentifiers);
      for (let index = 1; index < sorted.length; index++) {
        const [before, after] = [sorted[index - 1]!, sorted[index]!];
        if (compareIsoIdentifiers(before, after) >= 0)
          throw new Error(`${JSON.stringify([before, after])} are one name`);
      }
      const reversed = assign(mapping, items.toReversed());
      if (JSON.stringify([...reversed]) !== JSON.stringify([...assigned])) throw new Error("depends on the order");
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

for (const name of ["shift_jis", "gb18030", "cp437", "utf-8"]) {
  test(`ISO 9660 identifiers in ${name} are whole characters, no longer than may be, and unique`, async (t) => {
    const charset = charsetByName(name);
    const encoding = isoEncoding({ charset });
    const wide = fc.string({ unit: fc.constantFrom(..."aZ.;\\ソ表能日本ｶä中🎉é\udc83\udce9"), maxLength: 40 });
    const named = fc.uniqueArray(fc.tuple(fc.oneof(wide, anyName), fc.boolean()), {
      selector: ([given]) => given,
      maxLength: 30,
    });
    await holds(
      fc.property(named, fc.constantFrom<IsoLevel>(1, 3, 4), (given, level) => {
        const items = given.filter(([item]) => item !== "" && !/[/\0]|^\.{1,2}$/.test(item));
        const assigned = assign(isoNameMapping(isoNameRules(level, {}), { charset }), items);
        const keys = new Set<string>();
        for (const [item, isDirectory] of items) {
          const identifier = assigned.get(item)!;
          const bytes = new Uint8Array(encoding.bytes(identifier));
          encoding.write(identifier, bytes, 0);
          // Names of text are text of the set again; those of bytes are bytes that the name had, or "_".
          if (identifier.isWellFormed() && charset.decode(bytes) !== identifier) throw new Error("torn apart");
          if (bytes.includes(0x3f) || bytes.includes(0x3b) || bytes.includes(0x2f)) throw new Error("a separator");
          const limit = level === 4 ? 193 : level === 3 ? 31 : isDirectory ? 8 : 12;
          if (bytes.length === 0 || bytes.length > limit) throw new Error(`${bytes.length} bytes`);
          const key = encoding.key!(identifier);
          if (key.length !== bytes.length) throw new Error("another key");
          keys.add(key);
        }
        if (keys.size !== items.length) throw new Error("not unique");
      }),
      { numRuns: 300 },
    );
    t.pass();
  });
}

test("names that are legal stay as they are", async (t) => {
  const legal = fc.uniqueArray(fc.stringMatching(/^[A-Z0-9_]{1,8}\.[A-Z0-9]{1,3}$/), { maxLength: 30 });
  await holds(
    fc.property(legal, directoryOfNames, (names, others) => {
      const items = [
        ...names.map((name) => [name, false] as const),
        ...others.filter(([name]) => !names.includes(name)),
      ];
      for (const level of [1, 2, 3] as const) {
        const assigned = assign(isoNameMapping(isoNameRules(level, {})), items);
        for (const name of names)
          if (assigned.get(name) !== name) throw new Error(`${name} became ${assigned.get(name)}`);
      }
    }),
  );
  t.pass();
});

test("Joliet names are legal, unique, and do not depend on the order of adding", async (t) => {
  await holds(
    fc.property(directoryOfNames, fc.constantFrom(64 as const, 103 as const), (items, length) => {
      const mapping = jolietNameMapping(length);
      const assigned = assign(mapping, items);
      const names = [...assigned.values()];
      if (new Set(names).size !== names.length) throw new Error(`not unique: ${JSON.stringify(names)}`);
      for (const name of names) {
        const isLegal = name.length >= 1 && name.length <= length && !notInJoliet.test(name) && name.isWellFormed();
        if (!isLegal) throw new Error(JSON.stringify(name));
      }
      const reversed = assign(mapping, items.toReversed());
      if (JSON.stringify([...reversed]) !== JSON.stringify([...assigned])) throw new Error("depends on the order");
    }),
    { numRuns: 1000 },
  );
  t.pass();
});

/** Bytes of a name in OSTA Compressed Unicode. OSTA UDF 2.1.1. */
function compressedBytes(name: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of one byte
  return 1 + (/^[\x00-\xff]*$/.test(name) ? name.length : 2 * name.length);
}

test("UDF names are legal, unique, and do not depend on the order of adding", async (t) => {
  let kept = 0;
  await holds(
    fc.property(directoryOfNames, (items) => {
      const assigned = assign(udfNameMapping(), items);
      const names = [...assigned.values()];
      if (new Set(names).size !== names.length) throw new Error(`not unique: ${JSON.stringify(names)}`);
      for (const [name, became] of assigned) {
        const isLegal = (text: string): boolean =>
          text.length > 0 && compressedBytes(text) <= 255 && !/[\0/\ufeff\ufffe]/.test(text) && text.isWellFormed();
        if (!isLegal(became)) throw new Error(JSON.stringify(became));
        if (isLegal(name) && name !== became)
          throw new Error(`${JSON.stringify(name)} became ${JSON.stringify(became)}`);
        if (name === became) kept++;
      }
      const reversed = assign(udfNameMapping(), items.toReversed());
      if (JSON.stringify([...reversed]) !== JSON.stringify([...assigned])) throw new Error("depends on the order");
    }),
    { numRuns: 1000 },
  );
  t.true(kept > 1000);
});

test("a hundred thousand names that become alike are told apart in time", (t) => {
  const items = Array.from({ length: 100_000 }, (_, index) => [`${"é".repeat(40)}${index}`, false] as const);
  const assigned = assign(isoNameMapping(isoNameRules(1, {})), items);
  t.is(new Set(assigned.values()).size, 100_000);
});
