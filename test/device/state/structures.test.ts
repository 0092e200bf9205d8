/** What follows from the structures of a disc, and that drives which tell none of them, or nonsense, do no harm. */
import test from "ava";
import { encode } from "../../../src/codec/struct.js";
import type { DvdRamStatus, WriteProtection } from "../../../src/device/mmc/disc-structures.js";
import {
  bdDiscInformation,
  bdSpareArea,
  dvdRamStatus,
  dvdSpareArea,
  physicalFormat,
  writeProtection,
} from "../../../src/device/mmc/disc-structures.js";
import { encodeStructure, structureFormats } from "../../../src/device/mmc/read-disc-structure.js";
import { planBlank } from "../../../src/device/plan/plan-blank.js";
import { planFormat } from "../../../src/device/plan/plan-format.js";
import { planWrite } from "../../../src/device/plan/plan-write.js";
import type { Answer, Question } from "../../../src/device/state/ask.js";
import { mediaStateNames } from "../../../src/device/state/media-state.js";
import { protections } from "../../../src/device/state/protection.js";
import type { DiscSnapshot } from "../../../src/device/state/snapshot.js";
import { snapshotFromReplies } from "../../../src/device/state/snapshot.js";
import type { HandMadeDrive } from "./hand-made-drive.js";
import { illegalRequest, snapshotOfDrive } from "./hand-made-drive.js";
import { blankDrive, overwritableCases, recordedDrive, sequentialCases } from "./media-cases.js";

const [dvdRam, , , bdRe] = overwritableCases;
const operationCode = 0xad;

/** The drive, with these structures and no others. */
function withStructures(drive: HandMadeDrive, structures: Readonly<Record<number, Uint8Array>>): HandMadeDrive {
  const instead = ({ cdb }: Question): Answer | undefined => {
    if (cdb[0] !== operationCode) return undefined;
    const found = structures[cdb[7]!];
    return found === undefined ? illegalRequest : { data: encodeStructure(found) };
  };
  return { ...drive, instead };
}

const free: WriteProtection = { mediaWriteInhibited: false, cartridge: false, persistent: false, software: false };
const uncased: DvdRamStatus = {
  ...{ inCartridge: false, wasTakenOut: false, mediaWriteInhibited: false, cartridge: false },
  ...{ persistent: false, discType: 0x10, writeInhibitReason: 0 },
};

const told: readonly (readonly [keyof typeof protections | null, Readonly<Record<number, Uint8Array>>])[] = [
  [null, { [structureFormats.writeProtection]: encode(writeProtection, free) }],
  [null, { [structureFormats.mediumStatus]: encode(dvdRamStatus, { ...uncased, inCartridge: true }) }],
  ["cartridge", { [structureFormats.writeProtection]: encode(writeProtection, { ...free, cartridge: true }) }],
  ["cartridge", { [structureFormats.mediumStatus]: encode(dvdRamStatus, { ...uncased, cartridge: true }) }],
  ["persistent", { [structureFormats.writeProtection]: encode(writeProtection, { ...free, persistent: true }) }],
  ["persistent", { [structureFormats.mediumStatus]: encode(dvdRamStatus, { ...uncased, persistent: true }) }],
  ["software", { [structureFormats.writeProtection]: encode(writeProtection, { ...free, software: true }) }],
  [
    "media-inhibited",
    { [structureFormats.mediumStatus]: encode(dvdRamStatus, { ...uncased, mediaWriteInhibited: true }) },
  ],
];

test("what forbids writing is told by either of two structures, and nothing is planned then", (t) => {
  for (const [protection, structures] of told) {
    const found = snapshotOfDrive(withStructures(recordedDrive(dvdRam!), structures));
    t.is(found.protection, protection);
    t.is(found.writable, protection === null);
    t.is(mediaStateNames(found).includes("writeProtected"), protection !== null);
    const session = { firstBlock: 0, blocks: 16, importedFrom: found.identity };
    for (const plan of [
      () => planWrite("drive", found, session),
      () => planFormat("drive", found),
      () => planBlank("drive", found),
    ]) {
      if (protection === null) t.notThrows(plan);
      else
        t.throws(plan, {
          code: "E_DISC_READ_ONLY",
          message: `drive: the disc is write-protected: ${protections[protection]}`,
        });
    }
  }
});

test("an erasable disc that is protected is not blanked", (t) => {
  const structures = { [structureFormats.writeProtection]: encode(writeProtection, { ...free, persistent: true }) };
  const dvdRw = sequentialCases.find(({ media }) => media === "dvd-rw")!;
  const found = snapshotOfDrive(withStructures(blankDrive(dvdRw), structures));
  t.throws(() => planBlank("drive", found), { code: "E_DISC_READ_ONLY", message: /a mark on the disc/ });
});

test("spare areas, the first layer and the maker", (t) => {
  const spareBlocks = { unusedPrimaryBlocks: 100, unusedSupplementaryBlocks: 20, allocatedSupplementaryBlocks: 64 };
  const ram = withStructures(recordedDrive(dvdRam!), {
    [structureFormats.spareArea]: encode(dvdSpareArea, spareBlocks),
  });
  t.deepEqual(snapshotOfDrive(ram).spares, { freeBlocks: 120, allocatedBlocks: null });
  const unit = {
    ...{ format: 1, unitsPerLayer: 1, layerNumber: 0, sequenceNumber: 0, bytesInUse: 112, discType: "BDW" },
    ...{ content: new Uint8Array(89), manufacturer: "MAKER1", mediaType: "E01", timeStamp: 0, productRevision: 0 },
  };
  const bd = withStructures(recordedDrive(bdRe!), {
    [structureFormats.spareArea]: encode(bdSpareArea, { freeBlocks: 32, allocatedBlocks: 64 }),
    [structureFormats.physical]: encode(bdDiscInformation, unit),
  });
  t.like(snapshotOfDrive(bd), { spares: { freeBlocks: 32, allocatedBlocks: 64 }, maker: "MAKER1/E01" });
  const layers = {
    ...{ diskCategory: 0xe, partVersion: 1, discSize: 0, maximumRate: 0xf, layersLessOne: 1, oppositeTrackPath: true },
    ...{ layerType: 2, linearDensity: 0, trackDensity: 0, firstSectorOfData: 0x3_0000, lastSectorOfData: 0xfc_ffff },
    ...{ lastSectorOfLayer0: 0x3_0000 + 2_086_911, burstCuttingArea: false },
    ...{ manufacturer: "MAKER1", mediaType: "D01", productRevision: 0 },
  };
  const dual = sequentialCases.find(({ media }) => media === "dvd+r-dl")!;
  const dl = withStructures(blankDrive(dual), { [structureFormats.physical]: encode(physicalFormat, layers) });
  t.is(snapshotOfDrive(dl).firstLayerBlocks, 2_086_912);
});

test("a drive that refuses, cuts off or garbles structures is used as if it told none", (t) => {
  const none = { protection: null, spares: null, maker: null, firstLayerBlocks: null };
  const answers: readonly Answer[] = [
    { sense: { key: 5, asc: 0x30, ascq: 0x02 } },
    { sense: { key: 4, asc: 0x44, ascq: 0 } },
    { data: new Uint8Array(0) },
    { data: Uint8Array.of(0, 2, 0, 0) },
    { data: Uint8Array.of(0, 6, 0, 0, 0xff) },
  ];
  const withoutReplies = ({ rawReplies: _, ...facts }: DiscSnapshot): object => facts;
  for (const drive of [...overwritableCases.map(recordedDrive), ...sequentialCases.map(blankDrive)]) {
    const plain = snapshotOfDrive(drive);
    for (const answer of answers) {
      const found = snapshotOfDrive({
        ...drive,
        instead: ({ cdb }) => (cdb[0] === operationCode ? answer : undefined),
      });
      t.like(found, none);
      t.deepEqual(withoutReplies(found), withoutReplies(plain));
    }
  }
  const garbled = withStructures(recordedDrive(bdRe!), { [structureFormats.physical]: new Uint8Array(112).fill(7) });
  t.is(snapshotOfDrive(garbled).maker, null);
});

test("the replies are kept, and tell the same again", (t) => {
  const structures = { [structureFormats.writeProtection]: encode(writeProtection, { ...free, cartridge: true }) };
  const found = snapshotOfDrive(withStructures(recordedDrive(dvdRam!), structures));
  t.is(found.rawReplies.filter(({ command }) => command === "READ DISC STRUCTURE").length, 3);
  t.is(snapshotFromReplies(found.rawReplies).protection, "cartridge");
});
