/** The codecs of partition tables: what is written is what is read. */
import test from "ava";
import fc from "fast-check";
import { encode } from "../../../src/codec/struct.js";
import type { ApplePartitionMap } from "../../../src/fs/hybrid/apm.js";
import { decodeApm, encodeApm } from "../../../src/fs/hybrid/apm.js";
import type { GptHeader, GptPartition } from "../../../src/fs/hybrid/gpt.js";
import { decodeGpt, decodeGptHeader, gptHeader, gptPartition, isSoundGpt } from "../../../src/fs/hybrid/gpt.js";
import type { MasterBootRecord } from "../../../src/fs/hybrid/mbr.js";
import { decodeMbr, encodeMbr, isProtective, mbrLoader } from "../../../src/fs/hybrid/mbr.js";
import { checkEqual } from "../../support/codec-checks.js";
import { holds } from "../../support/properties.js";

const u8 = fc.integer({ min: 0, max: 0xff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const lba = fc.maxSafeNat();
const octets = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const guid = fc.uuid().map((text) => text.toUpperCase());
const nulText = (maximum: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 1, max: 0xff }), { maxLength: maximum }).map((codes) => String.fromCharCode(...codes));

const record = fc.record({
  bootIndicator: u8,
  startingChs: octets(3),
  osType: u8,
  endingChs: octets(3),
  startingLba: u32,
  sizeInLba: u32,
});
const mbr: fc.Arbitrary<MasterBootRecord> = fc.record({
  bootCode: octets(432),
  bootImageAddress: u64,
  diskSignature: u32,
  unknown: fc.integer({ min: 0, max: 0xffff }),
  partition1: record,
  partition2: record,
  partition3: record,
  partition4: record,
});

test("a master boot record is read as it was written, and back to the same bytes", async (t) => {
  await holds(fc.property(mbr, (value) => checkEqual(decodeMbr(encodeMbr(value)), value)));
  await holds(
    fc.property(octets(510), (bytes) => {
      const sector = Uint8Array.of(...bytes, 0x55, 0xaa);
      checkEqual(encodeMbr(decodeMbr(sector)!), sector);
    }),
  );
  t.is(decodeMbr(new Uint8Array(512)), undefined);
  t.is(decodeMbr(new Uint8Array(100)), undefined);
});

const unused = {
  bootIndicator: 0,
  startingChs: new Uint8Array(3),
  osType: 0,
  endingChs: new Uint8Array(3),
  startingLba: 0,
  sizeInLba: 0,
};
const emptyMbr: MasterBootRecord = {
  bootCode: new Uint8Array(432),
  bootImageAddress: 0n,
  diskSignature: 0,
  unknown: 0,
  partition1: unused,
  partition2: unused,
  partition3: unused,
  partition4: unused,
};

test("loaders are told by where they go on", (t) => {
  const loaderAt = (bootImageAddress: bigint): string => mbrLoader({ ...emptyMbr, bootImageAddress }, [30, 50]);
  t.is(loaderAt(200n), "isolinux");
  t.is(loaderAt(204n), "grub2");
  t.is(loaderAt(124n), "grub2");
  t.is(loaderAt(208n), "none");
  t.is(loaderAt(0n), "none");
  t.is(mbrLoader(emptyMbr, [0]), "none", "block 0 has no boot image");
});

test("a record is protective that has one partition, from the second sector to the end", (t) => {
  const withFirst = (startingLba: number, sizeInLba: number): MasterBootRecord => ({
    ...emptyMbr,
    partition1: { ...unused, osType: 0xee, startingLba, sizeInLba },
  });
  t.true(isProtective(withFirst(1, 799), 800));
  t.false(isProtective(withFirst(0, 800), 800));
  t.false(isProtective(withFirst(1, 798), 800));
  t.true(isProtective(withFirst(1, 0xffff_ffff), 2 ** 33), "larger than the field");
  t.false(isProtective({ ...withFirst(1, 799), partition3: { ...unused, startingLba: 5, sizeInLba: 2 } }, 800));
  t.false(isProtective(emptyMbr, 800));
});

const header: fc.Arbitrary<GptHeader> = fc.record({
  revision: u32,
  headerSize: u32,
  headerCrc32: u32,
  myLba: lba,
  alternateLba: lba,
  firstUsableLba: lba,
  lastUsableLba: lba,
  diskGuid: guid,
  partitionEntryLba: lba,
  numberOfPartitionEntries: u32,
  sizeOfPartitionEntry: u32,
  partitionEntryArrayCrc32: u32,
  rest: octets(420),
});
const partition: fc.Arbitrary<GptPartition> = fc.record({
  partitionTypeGuid: guid,
  uniquePartitionGuid: guid,
  startingLba: lba,
  endingLba: lba,
  attributes: u64,
  partitionName: fc
    .array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 36 })
    .map((units) => String.fromCharCode(...units)),
});

test("a GPT is read as it was written", async (t) => {
  await holds(fc.property(header, (value) => checkEqual(decodeGptHeader(encode(gptHeader, value)), value)));
  await holds(
    fc.property(partition, (value) => {
      const entry = encode(gptPartition, value);
      checkEqual(gptPartition.read(entry, 0, { tolerant: false, lba: null }), value);
    }),
  );
  t.pass();
});

test("GUIDs are in the order of their bytes that UEFI has", (t) => {
  const partitionTypeGuid = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
  const uniquePartitionGuid = "00112233-4455-6677-8899-AABBCCDDEEFF";
  const entry = encode(gptPartition, {
    ...{ partitionTypeGuid, uniquePartitionGuid, startingLba: 1, endingLba: 2, attributes: 0n, partitionName: "" },
  });
  t.is(Buffer.from(entry.subarray(0, 16)).toString("hex"), "28732ac11ff8d211ba4b00a0c93ec93b");
  t.is(Buffer.from(entry.subarray(16, 32)).toString("hex"), "33221100554477668899aabbccddeeff");
  t.throws(
    () =>
      encode(gptPartition, {
        ...gptPartition.read(entry, 0, { tolerant: false, lba: null }),
        uniquePartitionGuid: "no",
      }),
    {
      instanceOf: RangeError,
    },
  );
});

test("any bytes are a header, or none", async (t) => {
  await holds(
    fc.property(octets(504), octets(700), (bytes, entries) => {
      const decoded = decodeGptHeader(Uint8Array.of(...Buffer.from("EFI PART"), ...bytes));
      if (decoded !== undefined && isSoundGpt(decodeGpt(decoded, entries))) throw new Error("is taken for sound");
    }),
  );
  t.is(decodeGptHeader(new Uint8Array(512)), undefined);
});

const maps: fc.Arbitrary<ApplePartitionMap> = fc
  .record({
    blockSize: fc.constantFrom(512, 2048),
    blockCount: u32,
    partitions: fc.array(
      fc.record({
        signaturePad: fc.integer({ min: 0, max: 0xffff }),
        mapEntries: fc.constant(0),
        firstBlock: u32,
        blocks: u32,
        name: nulText(32),
        type: nulText(32),
        firstDataBlock: u32,
        dataBlocks: u32,
        status: u32,
        boot: octets(420),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ blockSize, blockCount, partitions }) => ({
    block0: { blockSize, blockCount },
    blockSize,
    partitions: partitions.map((each) => ({ ...each, mapEntries: partitions.length })),
  }));

test("an Apple partition map is read as it was written", async (t) => {
  await holds(
    fc.property(maps, (map) => {
      const area = new Uint8Array(32_768);
      for (const { offsetBytes, bytes } of encodeApm(map)) area.set(bytes, offsetBytes);
      checkEqual(decodeApm(area), map);
    }),
  );
  t.is(decodeApm(new Uint8Array(4096)), undefined);
});
