/** Codecs of commands: whatever bytes are read, the value is written as bytes that are read as the same value. */
import { readdirSync } from "node:fs";
import test from "ava";
import fc from "fast-check";
import { strictContext } from "../../src/codec/codec.js";
import type { StructCodec } from "../../src/codec/struct.js";
import type { CueSheetEntry } from "../../src/device/mmc/send-cue-sheet.js";
import { decodeCueSheet, encodeCueSheet } from "../../src/device/mmc/send-cue-sheet.js";
import type { Sense } from "../../src/device/mmc/sense.js";
import { decodeSense, encodeSense } from "../../src/device/mmc/sense.js";
import type { IncrementalStreamingFeature } from "../../src/device/mmc/write-feature-payloads.js";
import { decodeIncrementalStreaming, encodeIncrementalStreaming } from "../../src/device/mmc/write-feature-payloads.js";
import { checkEqual, checkUntouched, untouched } from "../support/codec-checks.js";
import { holds } from "../support/properties.js";

interface Named {
  readonly name: string;
  readonly codec: StructCodec<object>;
}

const folder = new URL("../../src/device/mmc/", import.meta.url);

function isCodec(value: unknown): value is StructCodec<object> {
  return typeof value === "object" && value !== null && "fields" in value && "read" in value;
}

/** Every codec that a file exports, and the CDB of every command: none can be forgotten. */
async function exportedCodecs(): Promise<Named[]> {
  const found: Named[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".js"))) {
    const exported = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exported)) {
      if (isCodec(value)) found.push({ name, codec: value });
      else if (typeof value === "object" && value !== null && "cdb" in value && isCodec(value.cdb)) {
        found.push({ name: `the CDB of ${name}`, codec: value.cdb });
      }
    }
  }
  return found;
}

const codecs = await exportedCodecs();

test("there are codecs to look at", (t) => {
  t.true(codecs.filter(({ name }) => name.startsWith("the CDB")).length >= 35);
  t.true(codecs.filter(({ name }) => !name.startsWith("the CDB")).length >= 40);
});

/** Bytes that no rule refuses: constants stand where the codec wants them, and text is printable. */
function legalBytes(codec: StructCodec<object>, random: Uint8Array): Uint8Array {
  const target = random.slice();
  for (const { row } of codec.fields) {
    const first = row.firstBit / 8;
    if (row.constant && row.bits % 8 === 0) row.write(undefined, target, 0);
    if (!row.typeName.startsWith("asciiText")) continue;
    for (let at = first; at < first + row.bits / 8; at++) target[at] = 0x41 + (target[at]! % 26);
  }
  return target;
}

for (const { name, codec } of codecs) {
  test(`${name} is read as it was written`, async (t) => {
    const { size } = codec;
    await holds(
      fc.property(fc.uint8Array({ minLength: size, maxLength: size }), fc.nat(9), (random, at) => {
        const value = codec.read(legalBytes(codec, random), 0, strictContext);
        const target = new Uint8Array(at + size + 3).fill(untouched);
        codec.write(value, target, at);
        checkUntouched(target, at, size);
        checkEqual(codec.read(target, at, strictContext), value);
      }),
    );
    t.pass();
  });
}

test("every field of every codec is told apart from its neighbours", (t) => {
  for (const { name, codec } of codecs) {
    const zero = codec.read(legalBytes(codec, new Uint8Array(codec.size)), 0, strictContext);
    for (let at = 0; at < codec.size * 8; at++) {
      const row = codec.fields.find(({ row: { firstBit, bits } }) => at >= firstBit && at < firstBit + bits)!;
      if (row.row.constant) continue;
      const bytes = legalBytes(codec, new Uint8Array(codec.size));
      bytes[Math.floor(at / 8)]! ^= 2 ** (7 - (at % 8));
      const value = codec.read(bytes, 0, strictContext) as Record<string, unknown>;
      const changed = Object.keys(value).filter(
        (key) => JSON.stringify(value[key]) !== JSON.stringify((zero as Record<string, unknown>)[key]),
      );
      t.deepEqual(changed, [row.key], `${name}, bit ${at}`);
    }
  }
});

const u8 = fc.nat(0xff);

test("sense is read as it was written, and any bytes are read", async (t) => {
  const sense: fc.Arbitrary<Sense> = fc
    .record(
      { key: fc.nat(15), asc: u8, ascq: u8, progress: fc.nat(0xffff), information: fc.nat(0xffff_ffff) },
      { requiredKeys: ["key", "asc", "ascq"] },
    )
    // Only these keys have progress.
    .map(({ progress, ...rest }) =>
      progress === undefined || (rest.key !== 0 && rest.key !== 2) ? rest : { ...rest, progress },
    );
  await holds(fc.property(sense, (value) => checkEqual(decodeSense(encodeSense(value)), value)));
  const bytes = fc.tuple(fc.constantFrom(0x70, 0x72, 0xf0, 0xf2, 0), fc.uint8Array({ maxLength: 40 }));
  await holds(
    fc.property(bytes, ([first, rest]) => {
      const found = decodeSense(Uint8Array.of(first, ...rest));
      if (found !== null && !(found.asc <= 0xff && found.key <= 15)) throw new Error("reads what is not there");
    }),
  );
  t.pass();
});

test("cue sheets and link sizes are read as they were written", async (t) => {
  const entry: fc.Arbitrary<CueSheetEntry> = fc.record({
    control: fc.nat(15),
    adr: fc.nat(15),
    trackNumber: u8,
    index: u8,
    dataForm: u8,
    serialCopyManagement: u8,
    absoluteTime: fc.nat(0xff_ffff),
  });
  await holds(fc.property(fc.array(entry), (entries) => checkEqual(decodeCueSheet(encodeCueSheet(entries)), entries)));
  const incremental: fc.Arbitrary<IncrementalStreamingFeature> = fc.record({
    dataBlockTypesSupported: fc.nat(0xffff),
    trackResources: fc.boolean(),
    addressModeReservation: fc.boolean(),
    bufferUnderrunFree: fc.boolean(),
    linkSizes: fc.array(u8, { maxLength: 255 }),
  });
  await holds(
    fc.property(incremental, (value) =>
      checkEqual(decodeIncrementalStreaming(encodeIncrementalStreaming(value)), value),
    ),
  );
  t.pass();
});
