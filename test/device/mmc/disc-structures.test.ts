import test from "ava";
import { strictContext } from "../../../src/codec/codec.js";
import type { StructCodec } from "../../../src/codec/struct.js";
import { encode } from "../../../src/codec/struct.js";
import {
  bdDiscInformation,
  bdSpareArea,
  dvdRamStatus,
  dvdSpareArea,
  layerValue,
  physicalFormat,
  preRecordedField,
  writeProtection,
} from "../../../src/device/mmc/disc-structures.js";
import { decodeItems } from "../../../src/device/mmc/items.js";
import {
  decodeStructure,
  decodeStructureList,
  encodeStructure,
  encodeStructureList,
} from "../../../src/device/mmc/read-disc-structure.js";

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

function vector<T extends object>(what: string, codec: StructCodec<T>, value: T, hex: string): void {
  test(what, (t) => {
    t.is(hexOf(encode(codec, value)), hexOf(bytesOf(hex)));
    t.deepEqual(codec.read(bytesOf(hex), 0, strictContext), value);
  });
}

const adip = {
  diskCategory: 0xa,
  partVersion: 1,
  discSize: 0,
  maximumRate: 0xf,
  layersLessOne: 0,
  oppositeTrackPath: false,
  layerType: 2,
  linearDensity: 0,
  trackDensity: 0,
  firstSectorOfData: 0x03_0000,
  lastSectorOfData: 0x26_053f,
  lastSectorOfLayer0: 0,
  burstCuttingArea: false,
  manufacturer: "YUDEN000",
  mediaType: "T02",
  productRevision: 0,
};
const adipHex = "a1 0f 02 00 00 030000 00 26053f 00 000000 00 0000 595544454e303030 543032 00";

vector(
  "a DVD-RAM that is protected by its cartridge",
  dvdRamStatus,
  {
    inCartridge: true,
    wasTakenOut: false,
    mediaWriteInhibited: false,
    cartridge: true,
    persistent: false,
    discType: 0x10,
    writeInhibitReason: 0,
  },
  "84 10 00 00",
);
vector("the groove of a DVD+R", physicalFormat, adip, adipHex);
vector(
  "the middle of a DVD+R DL",
  physicalFormat,
  {
    ...adip,
    diskCategory: 0xe,
    layersLessOne: 1,
    oppositeTrackPath: true,
    lastSectorOfData: 0xfc_f9af,
    lastSectorOfLayer0: 0x22_d7ff,
  },
  "e1 0f 32 00 00 030000 00 fcf9af 00 22d7ff 00 0000 595544454e303030 543032 00",
);
vector(
  "the spares of a DVD-RAM",
  dvdSpareArea,
  { unusedPrimaryBlocks: 12_800, unusedSupplementaryBlocks: 0, allocatedSupplementaryBlocks: 0 },
  "00003200 00000000 00000000",
);
vector(
  "the spares of a BD",
  bdSpareArea,
  { freeBlocks: 393_184, allocatedBlocks: 393_216 },
  "00000000 0005ffe0 00060000",
);
vector("a first layer whose size is fixed", layerValue, { initialised: true, value: 2_086_912 }, "80000000 001fd800");
vector(
  "a cartridge whose tab forbids writing",
  writeProtection,
  { mediaWriteInhibited: false, cartridge: true, persistent: false, software: false },
  "04000000",
);
const unit = {
  format: 1,
  unitsPerLayer: 2,
  layerNumber: 0,
  sequenceNumber: 0,
  bytesInUse: 98,
  discType: "BDR",
  content: Uint8Array.from({ length: 89 }, (_unused, index) => index),
  manufacturer: "VERBAT",
  mediaType: "IMe",
  timeStamp: 0x1234,
  productRevision: 1,
};
vector(
  "a unit of the disc information of a BD-R",
  bdDiscInformation,
  unit,
  `4449 01 10 00 00 62 00 424452 ${hexOf(unit.content)} 564552424154 494d65 1234 01`,
);

test("a unit that is none is refused", (t) => {
  const bytes = encode(bdDiscInformation, unit);
  bytes[0] = 0;
  t.throws(() => bdDiscInformation.read(bytes, 0, strictContext), { code: "E_FIELD_INVALID" });
});

test("physical format that ends early still tells where data lie", (t) => {
  const short = physicalFormat.read(bytesOf(adipHex).subarray(0, 16), 0, strictContext);
  t.is(short.lastSectorOfData - short.firstSectorOfData + 1, 2_295_104);
  t.false("manufacturer" in short);
});

test("the maker's name of a DVD-R is spread over two fields", (t) => {
  const bytes = bytesOf(
    "01 4020ffffff00 00  02 000000000000 00  03 4d4343303352 00  04 473230000000 00  05 000000000000 00",
  );
  const fields = decodeItems(preRecordedField, bytes, 0, bytes.length);
  t.deepEqual(
    fields.map(({ fieldId }) => fieldId),
    [1, 2, 3, 4, 5],
  );
  t.is(
    Buffer.concat([fields[2]!.information, fields[3]!.information]).toString("latin1").replace(/\0+$/, ""),
    "MCC03RG20",
  );
  t.is(hexOf(encode(preRecordedField, fields[3]!)), "0447323000000000");
});

test("a structure with its head, whole and cut off, and the list of structures", (t) => {
  const list = [
    { format: 0x00, sendable: false, readable: true, structureLength: 2052 },
    { format: 0x20, sendable: true, readable: true, structureLength: 12 },
  ];
  const reply = encodeStructure(encodeStructureList(list));
  t.is(hexOf(reply), "000a0000" + "00400804" + "20c0000c");
  t.deepEqual(decodeStructureList(decodeStructure(reply)), list);
  t.deepEqual(decodeStructureList(decodeStructure(reply.subarray(0, 11))), list.slice(0, 1));
  t.is(decodeStructure(Uint8Array.from([...reply, 1, 2, 3])).length, 8, "what stands behind is not part of it");
});
