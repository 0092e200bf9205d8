import { readFileSync } from "node:fs";
import test from "ava";
import { decodeSense, encodeSense, senseText } from "../../../src/device/mmc/sense.js";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

test("sense in fixed and descriptor format, whole and cut off", (t) => {
  const sense = { key: 5, asc: 0x21, ascq: 2 };
  t.is(hexOf(encodeSense(sense)), "70000500000000" + "0a" + "00000000" + "2102" + "00000000");
  t.deepEqual(decodeSense(encodeSense(sense)), sense);
  t.deepEqual(decodeSense(bytesOf("72 05 21 02 000000 00")), sense);
  t.deepEqual(decodeSense(encodeSense(sense).subarray(0, 8)), { key: 5, asc: 0, ascq: 0 });
  t.is(decodeSense(new Uint8Array(0)), null);
  t.is(senseText(sense), "illegal request: invalid address for write (5/21/02)");
  t.regex(senseText({ key: 3, asc: 0xab, ascq: 0xcd }), /medium error: unknown .* \(3\/AB\/CD\)/);
});

test("progress of a long operation", (t) => {
  const formatting = { key: 2, asc: 0x04, ascq: 4, progress: 0x8000 };
  t.is(hexOf(encodeSense(formatting)), "70000200000000" + "0a" + "00000000" + "0404" + "00" + "808000");
  t.deepEqual(decodeSense(encodeSense(formatting)), formatting);
  t.deepEqual(decodeSense(bytesOf("72 02 04 04 000000 08 02 06 0000 80 8000 00")), formatting);
  t.deepEqual(decodeSense(bytesOf("72 00 04 04 000000 08 02 06 0000 80 8000 00")), { ...formatting, key: 0 });
  t.deepEqual(decodeSense(encodeSense({ ...formatting, progress: 0 })), { ...formatting, progress: 0 });
  t.deepEqual(decodeSense(encodeSense(formatting).subarray(0, 16)), { key: 2, asc: 0x04, ascq: 4 });
});

test("with other keys the same bytes point at the field that was wrong", (t) => {
  t.deepEqual(decodeSense(bytesOf("70 00 05 00000000 0a 00000000 24 00 00 c00002")), { key: 5, asc: 0x24, ascq: 0 });
});

test("the block that failed", (t) => {
  const unreadable = { key: 3, asc: 0x11, ascq: 5, information: 0x0001_2345 };
  t.is(hexOf(encodeSense(unreadable)), "f0000300012345" + "0a" + "00000000" + "1105" + "00000000");
  t.deepEqual(decodeSense(encodeSense(unreadable)), unreadable);
  t.deepEqual(decodeSense(bytesOf("72 03 11 05 000000 0c 00 0a 80 00 0000000000012345")), unreadable);
  t.deepEqual(decodeSense(bytesOf("72 03 11 05 000000 0c 00 0a 00 00 0000000000012345")), {
    key: 3,
    asc: 0x11,
    ascq: 5,
  });
});

test("descriptors that are cut off, empty or many are passed over", (t) => {
  const plain = { key: 2, asc: 0x04, ascq: 4 };
  t.deepEqual(decodeSense(bytesOf("72 02 04 04 000000 08 02 06 0000 80 80")), plain);
  t.deepEqual(decodeSense(bytesOf("72 02 04 04 000000 ff 02 ff 0000 80 8000 00")), plain);
  t.deepEqual(decodeSense(bytesOf("72 02 04 04 000000 0c 03 00 01 00 02 06 0000 80 4000 00")), {
    ...plain,
    progress: 0x4000,
  });
});

test("every code that a drive of the field is known to send has a text", (t) => {
  const codes = [
    "04/00 04/01 04/02 04/03 04/04 04/07 04/08 3A/00 3A/01 3A/02 3A/03 02/00 0C/00 0C/01 0C/02 0C/07 0C/08 0C/09 0C/0F",
    "11/00 11/05 11/06 31/00 31/01 30/00 30/02 30/05 30/06 30/09 51/00 51/01 57/00 73/01 73/02 73/03 20/00 27/00 2C/00",
    "08/00 09/01 09/02 09/03 09/04 21/00 21/02 21/03 24/00 26/00 26/01 26/02 53/02 55/00 63/00 63/01 64/00 72/00 72/01",
    "72/02 72/03 72/04 72/05 28/00 29/00 29/01 29/02 29/03 29/04 2E/00",
  ].flatMap((line) => line.split(" "));
  for (const code of codes) {
    const [asc, ascq] = code.split("/").map((part) => Number.parseInt(part, 16));
    t.notRegex(senseText({ key: 5, asc: asc!, ascq: ascq! }), /unknown/, code);
  }
});

test("the texts stand in order", (t) => {
  const codes = [...readFileSync("src/device/mmc/sense.ts", "utf8").matchAll(/^ {2}"(\w\w\/\w\w)":/gm)].map(
    (match) => match[1]!,
  );
  t.deepEqual(codes, [...new Set(codes)].sort());
});
