/** Dumps of blocks, sessions and items: each structure is found where it lies, and damage is shown and not raised. */
import type { ExecutionContext } from "ava";
import test from "ava";
import { dumpBlocks } from "../../../src/fs/dump/blocks.js";
import { dumpIso } from "../../../src/fs/dump/iso.js";
import type { PlacedStructure } from "../../../src/fs/dump/structures.js";
import { dumpUdf } from "../../../src/fs/dump/udf.js";
import type { BlockSource } from "../../../src/medium/block-source.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { blockBytes } from "../../../src/units.js";
import { faultsIn, fieldIn } from "../../support/dumped.js";
import { failsWith } from "../../support/failures.js";
import { makeImage } from "../../support/made-image.js";
import { BadBlocks } from "../../support/opened-udf.js";
import type { UdfKind } from "../../support/small-udf.js";
import {
  linkTarget,
  metadataFile,
  metadataMirror,
  partitionStart,
  smallUdf,
  udfBlocks,
  udfPlaces,
} from "../../support/small-udf.js";

async function all(structures: AsyncIterable<PlacedStructure>): Promise<PlacedStructure[]> {
  const found: PlacedStructure[] = [];
  for await (const structure of structures) found.push(structure);
  return found;
}

/** Names and places of structures. */
function places(structures: readonly PlacedStructure[]): string[] {
  return structures.map(({ name, block, offset }) => `${name} ${block}${offset === 0 ? "" : `:${offset}`}`);
}

const longName = "n".repeat(240);

/** An image with a directory, a long name that goes on elsewhere, and a link. */
async function isoImage(): Promise<Uint8Array> {
  const { bytes } = await makeImage((root) => {
    root.addDirectory("/docs");
    root.addFile("/docs/a.txt", "hello");
    root.addFile(`/docs/${longName}`, "long", { mode: 0o600 });
    root.addSymlink("/link", `${"x/".repeat(100)}y`);
    for (let levels = 1; levels <= 9; levels++) root.addDirectory("/1/2/3/4/5/6/7/8/9".slice(0, 2 * levels));
  });
  return bytes;
}

test("the dump of a session of ISO 9660 has descriptors, path tables, roots and continuation areas", async (t) => {
  const source = new MemorySource(await isoImage());
  const structures = await all(dumpIso(source, 0));
  const names = structures.map(({ name }) => name);
  t.deepEqual(names.slice(0, 3), [
    "PrimaryVolumeDescriptor",
    "SupplementaryVolumeDescriptor",
    "VolumeDescriptorSetTerminator",
  ]);
  t.deepEqual(
    structures.flatMap((structure) => faultsIn(structure)),
    [],
  );
  const [primary] = structures;
  const count = (role: string): number => structures.filter((structure) => structure.role === role).length;
  // The root, docs, and nine directories; moved ones are in rr_moved.
  t.is(count("path table of type L, primary"), count("path table of type M, primary"));
  t.true(count("path table of type L, primary") >= 11);
  const roots = structures.filter(({ role }) => role === "root directory, primary");
  t.is(roots[0]?.block, fieldIn(primary!, "rootDirectoryRecord", "locationOfExtent").value as number);
  t.is(fieldIn(roots[0]!, "systemUse", "SP", "bytesSkipped").value, 0);
  const area = structures.find(({ role }) => role === "continuation area of root directory, primary")!;
  t.is(fieldIn(area, "ER", "identifier").value, "IEEE_1282");
  const wide = structures
    .filter(({ role }) => role === "root directory, Joliet")
    .map((each) => fieldIn(each, "fileIdentifier").value);
  t.deepEqual(wide, [".", "..", "1", "docs"]);
});

test("the records that lead to an item are shown in each tree that has it", async (t) => {
  const source = new MemorySource(await isoImage());
  const withRoles = (await all(dumpIso(source, 0, { path: `/docs/${longName}` }))).filter(({ role }) =>
    /record of/.test(role),
  );
  const roles = withRoles.map(({ role }) => role);
  t.deepEqual(roles, [
    "record of /docs, primary",
    `record of /docs/${longName}, primary`,
    `continuation area of record of /docs/${longName}, primary`,
  ]);
  const pieces = withRoles.slice(1).flatMap((each) => [...each.fields, ...each.fields.flatMap(({ fields }) => fields)]);
  const name = pieces.filter(({ field }) => field === "NM").map((each) => fieldIn(each, "name").value);
  t.is(name.join(""), longName);
  const folder = await all(dumpIso(source, 0, { path: "docs" }));
  const listed = folder.filter(({ role }) => role === "directory docs, primary");
  t.is(listed.length, 4);
  t.true(folder.some(({ role }) => role === "directory docs, Joliet"));
  // The ninth directory was moved: its own "." record is found.
  const moved = await all(dumpIso(source, 0, { path: "/1/2/3/4/5/6/7/8/9" }));
  const steps = moved.filter(({ role }) => /^record of .*, primary$/.test(role));
  t.is(steps.length, 9);
  t.truthy(
    steps
      .flatMap((each) => each.fields)
      .flatMap(({ fields }) => fields)
      .find(({ field }) => field === "CL"),
  );
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/docs/none" }, () => all(dumpIso(source, 0, { path: "/docs/none" })));
  await failsWith(t, "E_PATH_INVALID", {}, () => all(dumpIso(source, 0, { path: "/a//b" })));
});

test("every block of an image is recognised, and nothing of it is told twice", async (t) => {
  const bytes = await isoImage();
  const source = new MemorySource(bytes);
  const whole = await all(dumpIso(source, 0));
  const structures = await all(dumpBlocks(source, 16, source.blocks - 16));
  const found = new Set(places(structures));
  for (const place of places(whole)) t.true(found.has(place) || /^SystemUseArea/.test(place), place);
  t.deepEqual(
    structures.flatMap((structure) => faultsIn(structure)),
    [],
  );
  const own = structures.filter(({ role }) => !role.startsWith("continuation"));
  let end = 16 * blockBytes;
  for (const { block, offset, bytes: length, name } of own) {
    t.true(block * blockBytes + offset >= end, `${name} at ${block}:${offset}`);
    end = block * blockBytes + offset + length;
  }
  t.deepEqual([...new Set(own.filter(({ name }) => name !== "Unrecognised").map(({ name }) => name))].sort(), [
    "DirectoryRecord",
    "PathTableRecordL",
    "PathTableRecordM",
    "PrimaryVolumeDescriptor",
    "SupplementaryVolumeDescriptor",
    "SystemUseArea",
    "VolumeDescriptorSetTerminator",
  ]);
});

const treePlaces = (kind: UdfKind, lbaOf: (block: number) => number): string[] => {
  const identifier = lbaOf(udfPlaces.rootContents);
  return [
    ...(kind === "metadata"
      ? [`ExtendedFileEntry ${partitionStart + metadataFile}`, `ExtendedFileEntry ${partitionStart + metadataMirror}`]
      : []),
    ...(kind === "virtual"
      ? [`ExtendedFileEntry ${udfBlocks - 2}`, `VirtualAllocationTable ${udfBlocks - 2}:216`]
      : []),
    `FileSetDescriptor ${lbaOf(udfPlaces.fileSet)}`,
    `ExtendedFileEntry ${lbaOf(udfPlaces.root)}`,
    `FileIdentifierDescriptor ${identifier}`,
    `FileIdentifierDescriptor ${identifier}:40`,
    `FileIdentifierDescriptor ${identifier}:88`,
  ];
};

const volumePlaces = [
  "VolumeStructureDescriptor 16",
  "VolumeStructureDescriptor 17",
  "VolumeStructureDescriptor 18",
  "AnchorVolumeDescriptorPointer 256",
  `AnchorVolumeDescriptorPointer ${udfBlocks - 1}`,
  `AnchorVolumeDescriptorPointer ${udfBlocks - 257}`,
  ...[100, 120].flatMap((first) => [
    `UdfPrimaryVolumeDescriptor ${first}`,
    `PartitionDescriptor ${first + 1}`,
    `LogicalVolumeDescriptor ${first + 2}`,
    `TerminatingDescriptor ${first + 3}`,
  ]),
  "LogicalVolumeIntegrityDescriptor 140",
];

for (const kind of ["plain", "virtual", "metadata"] as const) {
  test(`a UDF volume with a ${kind} partition is followed from its anchors to an item`, async (t) => {
    const { bytes, lbaOf } = smallUdf(kind);
    const source = new MemorySource(bytes);
    const structures = await all(dumpUdf(source, 0));
    t.deepEqual(places(structures), [...volumePlaces, ...treePlaces(kind, lbaOf)]);
    t.deepEqual(
      structures.flatMap((structure) => faultsIn(structure)),
      [],
    );
    t.deepEqual(
      structures
        .filter(({ role }) => role === "root directory")
        .flatMap((each) => each.fields.filter(({ field }) => field === "fileIdentifier"))
        .map(({ value }) => value),
      ["file.bin", "folder"],
    );
    const item = (await all(dumpUdf(source, 0, { path: "/folder/ä" }))).map(({ role }) => role);
    t.deepEqual(item.slice(item.indexOf("root directory")), [
      "root directory",
      "identifier of /folder",
      "/folder",
      "identifier of /folder/ä",
      "/folder/ä",
      "stream directory of /folder/ä",
      "stream directory of /folder/ä",
      "stream directory of /folder/ä",
      'stream "notes" of /folder/ä',
      "allocation extent of /folder/ä",
    ]);
    const target = (await all(dumpUdf(source, 0, { path: "/folder/link" }))).at(-1)!;
    t.like(target, { name: "Pathname", role: "/folder/link", block: partitionStart + linkTarget });
    t.is(fieldIn(target, "components[1]", "componentIdentifier").value, "x");
    await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/file.bin/x" }, () =>
      all(dumpUdf(source, 0, { path: "/file.bin/x" })),
    );
  });
}

test("blocks of UDF are recognised by their tags, wherever they stand", async (t) => {
  const { bytes, lbaOf } = smallUdf("plain");
  const source = new MemorySource(bytes);
  for (const [lba, name] of [
    [17, "VolumeStructureDescriptor"],
    [102, "LogicalVolumeDescriptor"],
    [256, "AnchorVolumeDescriptorPointer"],
    [lbaOf(udfPlaces.file), "ExtendedFileEntry"],
    [lbaOf(udfPlaces.extent), "AllocationExtentDescriptor"],
    [lbaOf(udfPlaces.directory), "ExtendedFileEntry"],
  ] as const) {
    const [found, ...others] = await all(dumpBlocks(source, lba, 1));
    t.is(found?.name, name);
    t.deepEqual(others, []);
    t.deepEqual(faultsIn(found!), []);
  }
  const identifiers = await all(dumpBlocks(source, lbaOf(udfPlaces.rootContents), 1));
  t.deepEqual(
    places(identifiers),
    ["", ":40", ":88"].map((at) => `FileIdentifierDescriptor ${lbaOf(udfPlaces.rootContents)}${at}`),
  );
  // The second block of a directory may start in the middle of a descriptor.
  const later = new Uint8Array(2 * blockBytes);
  later.set(
    bytes.subarray(lbaOf(udfPlaces.rootContents) * blockBytes, (lbaOf(udfPlaces.rootContents) + 1) * blockBytes),
    blockBytes - 60,
  );
  const second = await all(dumpBlocks(new MemorySource(later), 1, 1));
  t.deepEqual(places(second), ["Unrecognised 1", "FileIdentifierDescriptor 1:28"]);
  const both = await all(dumpBlocks(new MemorySource(later), 0, 2));
  t.deepEqual(places(both), [
    "Unrecognised 0",
    "FileIdentifierDescriptor 0:1988",
    "FileIdentifierDescriptor 0:2028",
    "FileIdentifierDescriptor 1:28",
  ]);
});

/** The faults that a change of one byte makes in the dump of a session. */
async function faultsOf(
  bytes: Uint8Array,
  at: number,
  dumped: (source: BlockSource) => AsyncIterable<PlacedStructure>,
): Promise<string[]> {
  const broken = Uint8Array.from(bytes);
  broken[at]! ^= 0x40;
  const structures = await all(dumped(new MemorySource(broken)));
  return structures.flatMap((structure) => faultsIn(structure).map((fault) => `${structure.block} ${fault}`));
}

test("damage of UDF is shown beside its field, and goes no further than it must", async (t) => {
  const { bytes, lbaOf } = smallUdf("plain");
  const whole = (source: BlockSource): AsyncIterable<PlacedStructure> => dumpUdf(source, 0);
  const crc = "_tag.descriptorCrc: does not fit the bytes of the descriptor";
  const root = lbaOf(udfPlaces.root) * blockBytes;
  t.deepEqual(await faultsOf(bytes, root + 40, whole), [`${lbaOf(udfPlaces.root)} ${crc}`]);
  t.deepEqual(await faultsOf(bytes, lbaOf(udfPlaces.rootContents) * blockBytes + 45 + 40, whole), [
    `${lbaOf(udfPlaces.rootContents)} ${crc}`,
  ]);
  // The main sequence's logical volume is damaged: that of the reserve leads on.
  const faults = await faultsOf(bytes, 102 * blockBytes + 250, whole);
  t.deepEqual(faults, [`102 ${crc}`]);
  const broken = bytes.slice();
  broken[102 * blockBytes + 252]! ^= 0x40;
  t.true((await all(dumpUdf(new MemorySource(broken), 0))).some(({ name }) => name === "FileIdentifierDescriptor"));
  // A block is dumped the same way.
  t.deepEqual(await faultsOf(bytes, 102 * blockBytes + 250, (source) => dumpBlocks(source, 102, 1)), [`102 ${crc}`]);
  const moved = await faultsOf(bytes, 102 * blockBytes + 12, (source) => dumpBlocks(source, 102, 1));
  t.deepEqual(moved, [
    "102 _tag.tagChecksum: does not fit the bytes of the tag",
    "102 _tag.tagLocation: is 38, expected 102",
  ]);
});

test("damage of ISO 9660 is shown beside its field", async (t) => {
  const bytes = await isoImage();
  const faults = await faultsOf(bytes, 16 * blockBytes + 80, (source) => dumpIso(source, 0));
  t.is(faults.length, 1);
  t.regex(faults[0]!, /^16 volumeSpaceSize: halves differ: \d+ and \d+$/);
  const identifier = await faultsOf(bytes, 18 * blockBytes + 6, (source) => dumpIso(source, 0));
  t.deepEqual(identifier, ["18 _version: is 65, expected 1"]);
});

test("blocks that cannot be read are named, and only where there is nothing else an error", async (t) => {
  const { bytes, lbaOf } = smallUdf("plain");
  const root = lbaOf(udfPlaces.root);
  const source = new BadBlocks(bytes, [101, root]);
  const structures = await all(dumpUdf(source, 0));
  const bad = structures.filter(({ name }) => name === "Unreadable");
  t.deepEqual(places(bad), ["Unreadable 101", `Unreadable ${root}`]);
  t.deepEqual(bad[0]?.faults, ["block 101 is bad"]);
  const mixed = await all(dumpBlocks(source, 99, 4));
  t.deepEqual(places(mixed), [
    "Unrecognised 99",
    "UdfPrimaryVolumeDescriptor 100",
    "Unreadable 101",
    "LogicalVolumeDescriptor 102",
  ]);
  const first = await all(dumpBlocks(source, 101, 2));
  t.deepEqual(places(first), ["Unreadable 101", "LogicalVolumeDescriptor 102"]);
  await failsWith(t, "E_READ_FAILED", { lba: 101 }, () => all(dumpBlocks(source, 101, 1)));
  await failsWith(t, "E_READ_FAILED", { lba: udfBlocks }, () => all(dumpBlocks(source, udfBlocks, 1)));
  const iso = new BadBlocks(await isoImage(), [16, 17, 18, 19, 20]);
  await failsWith(t, "E_NO_FILE_SYSTEM", { startLba: 0 }, () => all(dumpIso(iso, 0)));
});

test("what is not there is an error before anything is shown", async (t) => {
  const iso = new MemorySource(await isoImage());
  const udf = new MemorySource(smallUdf("plain").bytes);
  const shown = async (structures: AsyncIterable<PlacedStructure>, context: ExecutionContext): Promise<void> => {
    for await (const structure of structures) context.fail(structure.name);
  };
  await failsWith(t, "E_NO_FILE_SYSTEM", { startLba: 0 }, () => shown(dumpUdf(iso, 0), t));
  await failsWith(t, "E_NO_FILE_SYSTEM", { startLba: 0 }, () => shown(dumpIso(udf, 0), t));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/x" }, () => shown(dumpUdf(udf, 0, { path: "/x" }), t));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/x" }, () => shown(dumpIso(iso, 0, { path: "/x" }), t));
  const aborted = AbortSignal.abort(new Error("enough"));
  await failsWith(t, "E_CANCELLED", {}, () => shown(dumpIso(iso, 0, { signal: aborted }), t));
  await failsWith(t, "E_CANCELLED", {}, () => shown(dumpBlocks(iso, 0, 1, aborted), t));
});
