import test from "ava";
import { dump } from "../../../src/codec/dump.js";
import { noExtent, noLongExtent } from "../../../src/fs/udf/allocation.js";
import {
  noEntity,
  partitionContents,
  thisImplementation,
  udfDomain,
  udfEntity,
} from "../../../src/fs/udf/entity-identifier.js";
import { fileSetDescriptor } from "../../../src/fs/udf/file-set.js";
import { fileTypes, indirectEntry, terminalEntry } from "../../../src/fs/udf/icb.js";
import {
  logicalVolumeDescriptor,
  logicalVolumeIntegrityDescriptor,
  unknownBlocks,
} from "../../../src/fs/udf/logical-volume.js";
import { partitionDescriptor } from "../../../src/fs/udf/partition.js";
import type { DescriptorCodec } from "../../../src/fs/udf/tag.js";
import * as volume from "../../../src/fs/udf/volume.js";
import { faultsIn, fieldIn, showsValue } from "../../support/dumped.js";
import {
  bytesOf,
  dumpWhole,
  everyPartitionMap,
  extent,
  icb,
  icbTag,
  noShort,
  sealed,
  short,
  time,
} from "../../support/dumped-udf.js";

const number = { volumeDescriptorSequenceNumber: 3 };
const domainIdentifier = udfDomain(0x0201);
const use128 = bytesOf(1, 2, 3);

// biome-ignore lint/suspicious/noExplicitAny: the values differ in type from row to row
const descriptors: readonly [codec: DescriptorCodec<any>, value: object][] = [
  [
    volume.anchorVolumeDescriptorPointer,
    { mainVolumeDescriptorSequenceExtent: extent, reserveVolumeDescriptorSequenceExtent: noExtent },
  ],
  [
    volume.primaryVolumeDescriptor,
    {
      ...number,
      primaryVolumeDescriptorNumber: 0,
      volumeIdentifier: "Größe",
      volumeSequenceNumber: 1,
      maximumVolumeSequenceNumber: 1,
      interchangeLevel: 2,
      maximumInterchangeLevel: 3,
      characterSetList: 1,
      maximumCharacterSetList: 1,
      volumeSetIdentifier: "0123456789abcdef名",
      volumeAbstract: noExtent,
      volumeCopyrightNotice: noExtent,
      applicationIdentifier: noEntity,
      recordingDateAndTime: time,
      implementationIdentifier: thisImplementation,
      implementationUse: use128,
      predecessorVolumeDescriptorSequenceLocation: 0,
      flags: 1,
    },
  ],
  [volume.volumeDescriptorPointer, { ...number, nextVolumeDescriptorSequenceExtent: extent }],
  [
    volume.implementationUseVolumeDescriptor,
    {
      ...number,
      implementationIdentifier: udfEntity("*UDF LV Info", 0x0102),
      logicalVolumeIdentifier: "Disc",
      logicalVolumeInformation1: "me",
      logicalVolumeInformation2: "",
      logicalVolumeInformation3: "",
      implementation: thisImplementation,
      implementationUse: use128,
    },
  ],
  [
    partitionDescriptor,
    {
      ...number,
      partitionFlags: 1,
      partitionNumber: 0,
      partitionContents: partitionContents(3),
      partitionContentsUse: {
        unallocatedSpaceTable: noShort,
        unallocatedSpaceBitmap: short,
        partitionIntegrityTable: noShort,
        freedSpaceTable: noShort,
        freedSpaceBitmap: noShort,
      },
      accessType: 1,
      partitionStartingLocation: 288,
      partitionLength: 1000,
      implementationIdentifier: thisImplementation,
      implementationUse: use128,
    },
  ],
  [volume.unallocatedSpaceDescriptor, { ...number }],
  [volume.terminatingDescriptor, {}],
  [
    fileSetDescriptor,
    {
      recordingDateAndTime: time,
      interchangeLevel: 3,
      maximumInterchangeLevel: 3,
      characterSetList: 1,
      maximumCharacterSetList: 1,
      fileSetNumber: 0,
      fileSetDescriptorNumber: 0,
      logicalVolumeIdentifier: "Disc",
      fileSetIdentifier: "Set",
      copyrightFileIdentifier: "",
      abstractFileIdentifier: "",
      rootDirectoryIcb: icb,
      domainIdentifier,
      nextExtent: noLongExtent,
      systemStreamDirectoryIcb: noLongExtent,
    },
  ],
  [indirectEntry, { icbTag: { ...icbTag, fileType: fileTypes.indirect }, indirectIcb: icb }],
  [terminalEntry, { icbTag: { ...icbTag, fileType: fileTypes.terminal } }],
];

for (const [codec, value] of descriptors) {
  test(`${codec.name} is shown field by field`, (t) => {
    const whole =
      codec === volume.unallocatedSpaceDescriptor ? { ...value, allocationDescriptors: [extent, noExtent] } : value;
    const source = sealed(codec, whole);
    const dumped = dumpWhole(t, codec, source, 77);
    showsValue(t, dumped, value);
    t.like(fieldIn(dumped, "_tag", "tagIdentifier"), {
      value: codec.tagIdentifier,
      at: 0,
      bytes: 2,
      clause: "3/7.2.1",
    });
    t.is(fieldIn(dumped, "_tag", "tagLocation").value, 77);
    t.deepEqual(
      dumped.fields.filter(({ clause }) => clause === ""),
      [],
    );
  });
}

test("numbers are explained by the tables that readers go by", (t) => {
  const entries = new Map(
    descriptors.map(([codec, value]) => [
      codec.name,
      dump(codec, sealed(codec, { allocationDescriptors: [], ...value }), 0),
    ]),
  );
  const meaning = (name: string, ...keys: string[]): string | null => fieldIn(entries.get(name)!, ...keys).meaning;
  t.is(meaning("AnchorVolumeDescriptorPointer", "_tag", "tagIdentifier"), "anchorVolumeDescriptorPointer");
  t.is(meaning("PartitionDescriptor", "accessType"), "readOnly");
  t.is(meaning("PartitionDescriptor", "partitionFlags"), "allocated");
  t.is(meaning("PartitionDescriptor", "partitionContentsUse", "unallocatedSpaceBitmap", "extentType"), "recorded");
  t.is(meaning("FileSetDescriptor", "domainIdentifier", "udfRevision"), "2.01");
  t.is(meaning("IndirectEntry", "icbTag", "fileType"), "indirect");
  t.is(meaning("IndirectEntry", "icbTag", "strategyType"), "single");
  t.is(meaning("IndirectEntry", "icbTag", "flags"), "short allocation, setUserId");
  t.is(meaning("UdfPrimaryVolumeDescriptor", "implementationIdentifier", "osClass"), "UNIX");
  t.is(meaning("UdfPrimaryVolumeDescriptor", "flags"), "commonVolumeSetIdentification");
  t.is(fieldIn(entries.get("FileSetDescriptor")!, "recordingDateAndTime").value, "2026-02-03T04:05:06.789000Z");
});

test("the extents of an unallocated space descriptor are shown one by one", (t) => {
  const value = { ...number, allocationDescriptors: [extent, { extentLength: 2048, extentLocation: 9 }] };
  const dumped = dumpWhole(t, volume.unallocatedSpaceDescriptor, sealed(volume.unallocatedSpaceDescriptor, value));
  t.is(fieldIn(dumped, "numberOfAllocationDescriptors").value, 2);
  t.like(fieldIn(dumped, "allocationDescriptors[1]", "extentLocation"), { value: 9, at: 36 });
  const cut = sealed(volume.unallocatedSpaceDescriptor, value).subarray(0, 36);
  const broken = dump(volume.unallocatedSpaceDescriptor, cut, 0);
  t.deepEqual(broken.faults, ["is cut off: allocationDescriptors[1] needs 8 bytes, and there are 4"]);
});

const logicalVolume = {
  ...number,
  logicalVolumeIdentifier: "Disc",
  logicalBlockSize: 2048,
  domainIdentifier,
  logicalVolumeContentsUse: icb,
  implementationIdentifier: thisImplementation,
  implementationUse: use128,
  integritySequenceExtent: extent,
  partitionMaps: everyPartitionMap,
};

test("a logical volume is shown with its maps, of every kind", (t) => {
  const source = sealed(logicalVolumeDescriptor, logicalVolume);
  const dumped = dumpWhole(t, logicalVolumeDescriptor, source, 77);
  showsValue(t, dumped, logicalVolume);
  const types = everyPartitionMap.map((_map, index) => fieldIn(dumped, `partitionMaps[${index}]`).type);
  const names = [
    "Type1PartitionMap",
    "VirtualPartitionMap",
    "SparablePartitionMap",
    "MetadataPartitionMap",
    "PartitionMap",
  ];
  t.deepEqual(types, names);
  t.like(fieldIn(dumped, "partitionMaps[2]", "location2"), { value: 400, at: 440 + 6 + 64 + 52, clause: "UDF 2.2.9" });
  t.is(fieldIn(dumped, "partitionMaps[3]", "metadataBitmapFileLocation").meaning, "none");
  t.is(fieldIn(dumped, "partitionMaps[4]", "partitionMapping").value, "010203");
});

test("a logical volume whose maps are fewer than it says names the field", (t) => {
  const source = sealed(logicalVolumeDescriptor, logicalVolume);
  source[268] = 9;
  const faults = faultsIn(dump(logicalVolumeDescriptor, source, 0));
  t.deepEqual(faults, [
    "_tag.descriptorCrc: does not fit the bytes of the descriptor",
    "numberOfPartitionMaps: is 9, and the table has 5",
  ]);
  source.set([0xff, 0xff, 0xff, 0xff], 264);
  t.regex(
    faultsIn(dump(logicalVolumeDescriptor, source, 0)).join("\n"),
    /mapTableLength: is 4294967295, more than there is/,
  );
});

test("integrity is shown with both tables and the implementation use", (t) => {
  const value = {
    recordingDateAndTime: time,
    integrityType: 1,
    nextIntegrityExtent: noExtent,
    uniqueId: 2n ** 60n,
    freeSpaceTable: [0, unknownBlocks],
    sizeTable: [1000, 32],
    implementationUse: {
      implementationIdentifier: thisImplementation,
      numberOfFiles: 4,
      numberOfDirectories: 2,
      minimumUdfReadRevision: 0x0250,
      minimumUdfWriteRevision: 0x0250,
      maximumUdfWriteRevision: 0x0260,
    },
  };
  const dumped = dumpWhole(t, logicalVolumeIntegrityDescriptor, sealed(logicalVolumeIntegrityDescriptor, value), 77);
  showsValue(t, dumped, value);
  t.is(fieldIn(dumped, "integrityType").meaning, "close");
  t.is(fieldIn(dumped, "uniqueId").value, String(2n ** 60n));
  t.like(fieldIn(dumped, "freeSpaceTable[1]"), { value: unknownBlocks, meaning: "unknown", at: 84 });
  t.like(fieldIn(dumped, "sizeTable[1]"), { value: 32, at: 92 });
  t.is(fieldIn(dumped, "implementationUse", "maximumUdfWriteRevision").meaning, "2.60");
  const source = sealed(logicalVolumeIntegrityDescriptor, value);
  source.set([0xff, 0xff, 0xff, 0xff], 72);
  t.regex(dump(logicalVolumeIntegrityDescriptor, source, 0).faults.join(), /^is cut off: freeSpaceTable\[\d+\]/);
});
