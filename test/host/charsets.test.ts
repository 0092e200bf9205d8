import test from "ava";
import fc from "fast-check";
import { bytesFromName } from "../../src/fs/names/name-bytes.js";
import { charsetByName, findCharset } from "../../src/host/charsets.js";
import { failsWith } from "../support/failures.js";
import { holds } from "../support/properties.js";

const sets = [
  "shift_jis",
  "euc-jp",
  "euc-kr",
  "gbk",
  "gb18030",
  "big5",
  "big5-hkscs",
  "cp437",
  "cp850",
  "koi8-r",
  "utf-8",
];

for (const name of sets) {
  test(`any bytes are a name in ${name}, and come back from it; what it lacks is no question mark`, async (t) => {
    const charset = charsetByName(name);
    await holds(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = charset.decode(bytes);
        const back = text.isWellFormed() ? charset.encode(text) : bytesFromName(text);
        if (back === undefined || !Buffer.from(back).equals(bytes)) throw new Error(text);
      }),
      { numRuns: 200 },
    );
    await holds(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const bytes = text.isWellFormed() ? charset.encode(text) : undefined;
        if (bytes !== undefined && charset.decode(bytes) !== text) throw new Error(text);
      }),
      { numRuns: 200 },
    );
    t.pass();
  });
}

test("bytes that are UTF-8 by chance, and nothing in the set, stay bytes", (t) => {
  const charset = charsetByName("shift_jis");
  // "あ" in UTF-8: E3 81 is a character of Shift_JIS, 82 the first half of none.
  const name = charset.decode(Uint8Array.of(0xe3, 0x81, 0x82));
  t.is(name, "\udce3\udc81\udc82");
  t.deepEqual([...bytesFromName(name)], [0xe3, 0x81, 0x82]);
});

test("a byte order mark is a character of a name", (t) => {
  t.is(charsetByName("utf-8").decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
  t.is(charsetByName("gb18030").decode(charsetByName("gb18030").encode("\ufeffa")!), "\ufeffa");
});

test("sets that have no place for names are refused", async (t) => {
  // "/" is a byte of other characters there, or its byte another character.
  for (const name of [
    "utf-16",
    "utf16le",
    "UCS-2",
    "utf-32",
    "utf-7",
    "UTF-7-IMAP",
    "unicode-1-1-utf-7",
    "base64",
    "hex",
  ]) {
    t.is(findCharset(name), undefined, name);
    await failsWith(t, "E_OPTION_INVALID", { option: "charset", value: name }, () => charsetByName(name));
  }
  // What a disc states that was written without a locale.
  t.is(findCharset("ANSI_X3.4-1968")?.name, "utf-8");
  t.is(charsetByName("ascii").encode("ä"), undefined);
  t.is(findCharset("klingon"), undefined);
  t.is(findCharset("SHIFT_JIS")?.name, "SHIFT_JIS");
});
