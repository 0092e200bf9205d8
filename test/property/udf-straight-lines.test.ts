/** UDF's straight-line writers against the rows, and what is written without rows against models of it. */
import test from "ava";
import fc from "fast-check";
import { crc16 } from "../../src/codec/checksum.js";
import { encode } from "../../src/codec/struct.js";
import { noLongExtent } from "../../src/fs/udf/allocation.js";
import {
  compressedUnicodeBytes,
  cutToDstring,
  dstring,
  readCompressedUnicode,
  writeCompressedUnicode,
} from "../../src/fs/udf/compressed-unicode.js";
import { thisImplementation } from "../../src/fs/udf/entity-identifier.js";
import type { ExtendedFileEntryHead } from "../../src/fs/udf/file-entry.js";
import {
  extendedFileEntryHead,
  fileEntryHead,
  flagsOfMode,
  modeOfPermissions,
  permissionsOfMode,
} from "../../src/fs/udf/file-entry.js";
import type { WrittenFileEntry } from "../../src/fs/udf/file-entry-form.js";
import { FileEntryForm } from "../../src/fs/udf/file-entry-form.js";
import type { WrittenIdentifier } from "../../src/fs/udf/file-identifier.js";
import {
  fileIdentifierBytesAt,
  fileIdentifierDescriptor,
  writeFileIdentifier,
} from "../../src/fs/udf/file-identifier.js";
import { pathComponentFault, pathComponentsOf, readSymlinkTarget } from "../../src/fs/udf/path-components.js";
import { descriptorTag, sealDescriptor, tagBytes, writeDescriptor } from "../../src/fs/udf/tag.js";
import { readTimestamp, timestamp, writeTimestamp } from "../../src/fs/udf/timestamp.js";
import { anyName } from "../support/arbitraries.js";
import { bitwiseCrc, checkEqual, checkUntouched, tagChecksumOf, untouched } from "../support/codec-checks.js";
import { holds } from "../support/properties.js";
import { anyText, tagContext, u8, u16, u32, writtenTime } from "../support/udf-values.js";

const manyRuns = { numRuns: 1000 };

test("the CRC is that of its definition", async (t) => {
  t.is(crc16(Uint8Array.of(0x70, 0x6a, 0x77), 0, 3), 0x3299);
  t.is(bitwiseCrc(Uint8Array.of(0x70, 0x6a, 0x77)), 0x3299);
  t.is(crc16(new TextEncoder().encode("123456789"), 0, 9), 0x31c3);
  await holds(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(600), fc.nat(600), (bytes, one, other) => {
      const [from, to] = [one, other].map((at) => at % (bytes.length + 1)).sort((low, high) => low - high);
      checkEqual(crc16(bytes, from!, to! - from!), bitwiseCrc(bytes.subarray(from, to)));
    }),
    manyRuns,
  );
});

test("the straight-line tag is equal to its rows", async (t) => {
  await holds(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 600 }), u16, fc.nat(584), u8, tagContext, (...given) => {
      const [bytes, tagIdentifier, length, at, context] = given;
      const descriptorCrcLength = length % (bytes.length - tagBytes + 1);
      const target = new Uint8Array(at + bytes.length);
      target.set(bytes, at);
      sealDescriptor(tagIdentifier, target, at, descriptorCrcLength, context);
      const body = bytes.subarray(tagBytes, tagBytes + descriptorCrcLength);
      const sealed = { ...context, tagIdentifier, descriptorCrcLength, descriptorCrc: bitwiseCrc(body) };
      const unsummed = encode(descriptorTag, { ...sealed, tagChecksum: 0 });
      const expected = encode(descriptorTag, { ...sealed, tagChecksum: tagChecksumOf(unsummed, 0) });
      checkEqual(target.slice(at, at + tagBytes), expected);
      checkEqual(target.slice(at + tagBytes), bytes.slice(tagBytes));
    }),
    manyRuns,
  );
  t.pass();
});

test("a tag covers no more than 16 bits can say", (t) => {
  const target = new Uint8Array(70_000).fill(1);
  sealDescriptor(7, target, 0, 69_984, { descriptorVersion: 2, tagSerialNumber: 1, tagLocation: 0 });
  const tag = descriptorTag.read(target, 0, { tolerant: false, lba: null });
  t.is(tag.descriptorCrcLength, 0xffff);
  t.is(tag.descriptorCrc, bitwiseCrc(target.subarray(16, 16 + 0xffff)));
});

/** CS0 as its definition says. OSTA UDF 2.1.1. */
function compressed(text: string): Uint8Array {
  if (text === "") return new Uint8Array(0);
  const units = Array.from({ length: text.length }, (_unused, index) => text.charCodeAt(index));
  if (units.every((unit) => unit < 0x100)) return Uint8Array.of(8, ...units);
  return Uint8Array.of(16, ...units.flatMap((unit) => [Math.floor(unit / 0x100), unit % 0x100]));
}

const identifier: fc.Arbitrary<WrittenIdentifier> = fc.record({
  name: fc.oneof(anyText(127), anyText(254)).filter((name) => compressed(name).length <= 255),
  characteristics: u8,
  icb: fc.record({ logicalBlockNumber: u32, partitionReferenceNumber: u16 }),
  udfUniqueId: u32,
});
const filling = fc.constantFrom(new Uint8Array(0), new Uint8Array(32).fill(0x42), new Uint8Array(36).fill(7));

test("the straight-line file identifier is equal to its rows", async (t) => {
  await holds(
    fc.property(identifier, filling, u8, tagContext, (value, implementationUse, at, context) => {
      const { name, characteristics, udfUniqueId } = value;
      const icb = { ...noLongExtent, ...value.icb, udfUniqueId, extentLength: 2048 };
      const rows = {
        fileVersionNumber: 1,
        fileCharacteristics: characteristics,
        icb,
        implementationUse,
        fileIdentifier: compressed(name),
      };
      const expected = new Uint8Array(fileIdentifierDescriptor.bytes(rows));
      writeDescriptor(fileIdentifierDescriptor, rows, expected, 0, context);
      const target = new Uint8Array(at + expected.length + 8);
      checkEqual(writeFileIdentifier(value, implementationUse, target, at, context), expected.length);
      checkEqual(target.slice(at, at + expected.length), expected);
      checkEqual(fileIdentifierBytesAt(target, at), expected.length);
      checkEqual([...target.subarray(0, at), ...target.subarray(at + expected.length)].some(Boolean), false);
    }),
    manyRuns,
  );
  t.pass();
});

const safe = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 0xffff_ffff, 0x1_0000_0000, Number.MAX_SAFE_INTEGER));
const entry: fc.Arbitrary<WrittenFileEntry> = fc.record({
  fileType: u8,
  flags: u16,
  uid: u32,
  gid: u32,
  permissions: u32,
  links: fc.integer({ min: 0, max: 0x1_0002 }),
  informationLength: safe,
  objectSize: safe,
  blocksRecorded: safe,
  accessMs: writtenTime,
  modifyMs: writtenTime,
  attributesMs: writtenTime,
  creationMs: writtenTime,
  streamDirectory: fc.option(fc.record({ logicalBlockNumber: u32, partitionReferenceNumber: u16 }), { nil: undefined }),
  attributeFile: fc.option(fc.record({ logicalBlockNumber: u32, partitionReferenceNumber: u16 }), { nil: undefined }),
  uniqueId: safe,
  lengthOfExtendedAttributes: u32,
  lengthOfAllocationDescriptors: u32,
});

/** The value whose rows the template has to be equal to. */
function rowsOf(value: WrittenFileEntry): ExtendedFileEntryHead {
  const { fileType, flags, uid, gid, permissions, streamDirectory, attributeFile } = value;
  return {
    icbTag: {
      priorRecordedNumberOfDirectEntries: 0,
      strategyType: 4,
      strategyParameter: 0,
      maximumNumberOfEntries: 1,
      fileType,
      parentIcbLocation: { logicalBlockNumber: 0, partitionReferenceNumber: 0 },
      flags,
    },
    uid,
    gid,
    permissions,
    fileLinkCount: Math.min(value.links, 0xffff),
    recordFormat: 0,
    recordDisplayAttributes: 0,
    recordLength: 0,
    informationLength: BigInt(value.informationLength),
    objectSize: BigInt(value.objectSize),
    logicalBlocksRecorded: BigInt(value.blocksRecorded),
    accessTime: value.accessMs,
    modificationTime: value.modifyMs,
    creationTime: value.creationMs,
    attributeTime: value.attributesMs,
    checkpoint: 1,
    extendedAttributeIcb:
      attributeFile === undefined ? noLongExtent : { ...noLongExtent, ...attributeFile, extentLength: 2048 },
    streamDirectoryIcb:
      streamDirectory === undefined ? noLongExtent : { ...noLongExtent, ...streamDirectory, extentLength: 2048 },
    implementationIdentifier: thisImplementation,
    uniqueId: BigInt(value.uniqueId),
    lengthOfExtendedAttributes: value.lengthOfExtendedAttributes,
    lengthOfAllocationDescriptors: value.lengthOfAllocationDescriptors,
  };
}

for (const isExtended of [false, true]) {
  test(`the template of ${isExtended ? "extended " : ""}file entries is equal to the rows`, async (t) => {
    const form = new FileEntryForm(isExtended);
    await holds(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), u8, (entries, at) => {
        // One form writes many: nothing of one may stay in the next.
        for (const value of entries) {
          const target = new Uint8Array(at + form.headBytes + 5).fill(untouched);
          form.write(value, target, at);
          checkUntouched(target, at, form.headBytes);
          const rows = rowsOf(value);
          const expected = isExtended ? encode(extendedFileEntryHead, rows) : encode(fileEntryHead, rows);
          checkEqual(target.slice(at, at + form.headBytes), expected);
        }
      }),
      { numRuns: 500 },
    );
    t.is(form.tagIdentifier, isExtended ? 266 : 261);
  });
}

test("mode bits come back from permissions and flags", (t) => {
  for (let mode = 0; mode <= 0o7777; mode++) {
    const [permissions, flags] = [permissionsOfMode(mode), flagsOfMode(mode)];
    if (modeOfPermissions(permissions, flags) !== mode) t.fail(mode.toString(8));
    // Bits 15 to 31, and those to change attributes and to delete, stay clear. ECMA-167 4/14.9.5.
    if ((permissions & ~0x1ce7) !== 0) t.fail(`${mode.toString(8)}: ${permissions.toString(16)}`);
  }
  t.is(permissionsOfMode(0o555), 0x14a5);
});

test("texts come back from CS0, in no more bytes than they need", async (t) => {
  const units = fc.array(u16, { maxLength: 60 }).map((codes) => String.fromCharCode(...codes));
  await holds(
    fc.property(fc.oneof(units, anyText(60)), u8, (text, at) => {
      const expected = compressed(text);
      const target = new Uint8Array(at + expected.length + 3).fill(untouched);
      writeCompressedUnicode(text, target, at);
      checkUntouched(target, at, expected.length);
      checkEqual(target.slice(at, at + expected.length), expected);
      checkEqual(compressedUnicodeBytes(text), expected.length);
      checkEqual(readCompressedUnicode(target, at, expected.length), text);
    }),
    manyRuns,
  );
  t.pass();
});

test("dstrings: what fits comes back, what does not is cut at a character", async (t) => {
  await holds(
    fc.property(fc.constantFrom(32, 36, 128), anyText(140), u8, (length, text, at) => {
      const type = dstring(length);
      const cut = cutToDstring(text, length);
      const target = new Uint8Array(at + length + 3).fill(untouched);
      type.write(cut, target, at, length);
      checkUntouched(target, at, length);
      const fail = (reason: string): never => {
        throw new Error(reason);
      };
      checkEqual(type.read(target, at, length, fail), cut);
      checkEqual(target[at + length - 1], compressed(cut).length);
      if (!text.startsWith(cut) || (text.isWellFormed() && !cut.isWellFormed())) throw new Error(`cut to "${cut}"`);
      if (cut === text) return;
      const [next] = text.slice(cut.length);
      if (compressed(cut + next).length < length) throw new Error(`"${cut}" is cut shorter than it has to be`);
    }),
    manyRuns,
  );
  t.pass();
});

test("times come back, whatever zone they are written in", async (t) => {
  const zone = fc.integer({ min: -1440, max: 1440 });
  await holds(
    fc.property(fc.array(writtenTime, { minLength: 1, maxLength: 4 }), zone, u8, (times, minutes, at) => {
      for (const timeMs of times) {
        const target = new Uint8Array(at + 15).fill(untouched);
        writeTimestamp(timeMs, target, at);
        checkUntouched(target, at, 12);
        checkEqual(readTimestamp(target, at), timeMs);
        // The same hands of the clock, so many minutes east of Greenwich.
        const typeAndZone = 0x1000 + (minutes < 0 ? minutes + 0x1000 : minutes);
        target.set([typeAndZone % 0x100, Math.floor(typeAndZone / 0x100)], at);
        const shifted = readTimestamp(target, at)!;
        if (Math.abs(shifted - (timeMs - minutes * 60_000)) > 0.002) throw new Error(`${minutes}: ${shifted}`);
      }
    }),
    manyRuns,
  );
  for (const year of [0, 10_000]) {
    t.throws(() => timestamp.write(Date.UTC(year, 0, 1) - (year === 0 ? 6e13 : 0), new Uint8Array(12), 0, 12), {
      instanceOf: RangeError,
    });
  }
});

test("targets of links come back from their components", async (t) => {
  const part = fc.oneof(anyName, fc.constantFrom("", "..", ".", "x".repeat(254), "語".repeat(127)));
  const target = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join("/"));
  let written = 0;
  await holds(
    fc.property(target, (text) => {
      if (text === "" || pathComponentFault(text) !== undefined) return;
      written++;
      const found = readSymlinkTarget(pathComponentsOf(text), (reason) => {
        throw new Error(reason);
      });
      const expected = (text.startsWith("/") ? "/" : "") + text.split("/").filter(Boolean).join("/");
      checkEqual(found, expected);
    }),
    manyRuns,
  );
  t.true(written > 100, `${written} targets were written`);
  t.not(pathComponentFault(`a/${"x".repeat(255)}`), undefined);
  t.not(pathComponentFault(`${"語".repeat(128)}/b`), undefined);
  t.not(pathComponentFault("\udc80"), undefined);
});
