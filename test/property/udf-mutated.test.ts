/** UDF volumes with bytes changed, most of them under tags that fit again: each gives an answer or a DiscError. */
import type { ExecutionContext } from "ava";
import test from "ava";
import { crc16 } from "../../src/codec/checksum.js";
import { DiscError } from "../../src/errors.js";
import { importTree } from "../../src/fs/image/import.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { OnDiscContent } from "../../src/fs/tree/content.js";
import { sealDescriptor, tagIdentifierAt } from "../../src/fs/udf/tag.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { metadataVolume, richVolume, sparableVolume, virtualVolume } from "../support/mapped-udf.js";
import { randomNumbers } from "../support/random-numbers.js";

/** A descriptor of a volume that a mutation may change without being noticed by its tag. */
interface Descriptor {
  readonly at: number;
  readonly end: number;
  readonly crcLength: number;
}

/** All descriptors, those inside of others first, so that tags are made to fit from the inside out. */
function descriptorsOf(bytes: Uint8Array): Descriptor[] {
  const found: Descriptor[] = [];
  for (let at = 0; at + 16 <= bytes.length; at += 4) {
    if (bytes[at + 5] !== 0 || tagIdentifierAt(bytes, at) === undefined) continue;
    const crcLength = bytes[at + 10]! + bytes[at + 11]! * 256;
    const end = at + 16 + crcLength;
    if (crcLength < 8 || end > bytes.length) continue;
    if (crc16(bytes, at + 16, crcLength) !== bytes[at + 8]! + bytes[at + 9]! * 256) continue;
    found.push({ at, end, crcLength });
  }
  return found.sort((one, other) => one.crcLength - other.crcLength);
}

function reseal(bytes: Uint8Array, { at, crcLength }: Descriptor): void {
  const word = (offset: number): number => bytes[at + offset]! + bytes[at + offset + 1]! * 256;
  const tagLocation = word(12) + word(14) * 65_536;
  const context = { descriptorVersion: word(2) as 2 | 3, tagSerialNumber: word(6), tagLocation };
  sealDescriptor(word(0), bytes, at, crcLength, context);
}

/** Bytes of one content that are read at most: a hole may be as long as it likes. */
const readBytes = 256 * 1024;

async function readAll(bytes: Uint8Array): Promise<void> {
  const source = new MemorySource(bytes);
  for (const scan of [false, true]) {
    try {
      const image = await openImage(source, { scan, fileSystem: "udf" });
      for await (const entry of image.walk()) {
        if (entry.type !== "file" || entry.refusal !== null) continue;
        for await (const piece of image.read(entry, { length: readBytes })) refuseEmpty(piece);
        for (const stream of entry.streams) {
          const part = new Uint8Array(Math.min(stream.bytes, readBytes));
          await new OnDiscContent(source, stream.extents).read(0, part);
        }
      }
      await importTree(source, { scan });
      await verifyImage(source, { scan });
    } catch (error) {
      if (!(error instanceof DiscError)) throw error;
    }
  }
}

function refuseEmpty({ length }: Uint8Array): void {
  if (length === 0) throw new Error("a piece of no bytes");
}

/** Numbers that are more likely to be wrong in an interesting way. */
const interesting = [0, 1, 2, 3, 4, 8, 16, 32, 64, 127, 128, 254, 255];

function mutate(bytes: Uint8Array, descriptors: readonly Descriptor[], random: () => number): void {
  const pick = (count: number): number => Math.floor(random() * count);
  const changed: number[] = [];
  const changes = 1 + pick(6);
  for (let change = 0; change < changes; change++) {
    const { at, end } = descriptors[pick(descriptors.length)]!;
    const place = at + pick(end - at);
    const length = random() < 0.2 ? 4 : 1;
    for (let index = 0; index < length && place + index < bytes.length; index++) {
      bytes[place + index] = random() < 0.6 ? interesting[pick(interesting.length)]! : pick(256);
      changed.push(place + index);
    }
  }
  if (random() < 0.15) return;
  for (const descriptor of descriptors) {
    if (changed.some((place) => place >= descriptor.at && place < descriptor.end)) reseal(bytes, descriptor);
  }
}

const isSlow = process.env.DISCSMITH_SLOW === "1";
const seed = Number(process.env.DISCSMITH_SEED ?? Date.now() % 1_000_000);

async function survives(t: ExecutionContext, original: Uint8Array, rounds: number): Promise<void> {
  t.timeout(3_600_000);
  t.log(`seed ${seed}`);
  const random = randomNumbers(seed);
  const descriptors = descriptorsOf(original);
  t.true(descriptors.length > 10);
  await readAll(original.slice());
  for (let round = 0; round < rounds; round++) {
    const bytes = original.slice();
    mutate(bytes, descriptors, random);
    const length = random() < 0.05 ? Math.floor(random() * bytes.length) : bytes.length;
    const started = Date.now();
    try {
      await readAll(bytes.subarray(0, length));
    } catch (error) {
      t.fail(`seed ${seed}, round ${round}: ${error instanceof Error ? error.stack : error}`);
      return;
    }
    if (Date.now() - started > 10_000) t.fail(`seed ${seed}, round ${round}: took ${Date.now() - started} ms`);
    const { rss } = process.memoryUsage();
    if (round % 100 === 0 && rss > 256 * 1024 * 1024) t.fail(`seed ${seed}, round ${round}: ${rss} bytes resident`);
  }
}

for (const [name, make] of [
  ["blocks of 512 bytes", () => richVolume()],
  ["a virtual partition, 1.50", () => virtualVolume("1.50")],
  ["a virtual partition, 2.01", () => virtualVolume("2.01")],
  ["a sparable partition", () => sparableVolume()],
  ["a metadata partition", () => metadataVolume()],
] as const) {
  test.serial(`mutated: ${name}`, async (context) => {
    await survives(context, make().bytes, isSlow ? 20_000 : 80);
  });
}
