/** File entries, contents, directories and names, each in all its forms and damaged. */
import type { ExecutionContext } from "ava";
import test from "ava";
import { encode } from "../../../src/codec/struct.js";
import { importTree } from "../../../src/fs/image/import.js";
import { allocationExtentDescriptor } from "../../../src/fs/udf/allocation-extent.js";
import { thisImplementation } from "../../../src/fs/udf/entity-identifier.js";
import {
  attributeTypes,
  deviceSpecification,
  extendedAttributeHeader,
  fileTimes,
} from "../../../src/fs/udf/extended-attributes.js";
import { fileCharacteristics } from "../../../src/fs/udf/file-identifier.js";
import { fileTypes } from "../../../src/fs/udf/icb.js";
import { sealDescriptor, tagIdentifiers } from "../../../src/fs/udf/tag.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import type { MadeEntry, MadeIdentifier, MadeVolumeOptions } from "../../support/hand-made-udf.js";
import {
  compressed,
  icbAt,
  joined,
  longExtent,
  MadeVolume,
  madeTime,
  shortExtent,
  spoil,
} from "../../support/hand-made-udf.js";
import { lbas, openUdf, rootOf } from "../../support/opened-udf.js";
import { besidesUdfRules } from "../../support/udf-findings.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const partitionStart = 288;

/** A volume whose root has one file: its entry in block 3, as given. */
function withFile(entry: MadeEntry, options: MadeVolumeOptions = {}): MadeVolume {
  const volume = new MadeVolume(options);
  volume.root([{ name: "file", icb: icbAt(3, 0, volume.blockBytes) }]);
  volume.entry(3, { uniqueId: 20, ...entry });
  return volume;
}

/** What the one file of a volume is. */
async function fileOf(volume: MadeVolume) {
  const opened = await openUdf(volume.bytes);
  const [entry] = await opened.image.readdir("/");
  const shown = await rootOf(opened);
  return { entry: entry!, shown: Object.values(shown)[0]!, warnings: opened.warnings() };
}

/** Asserts that a file is shown, and refused for a reason that is told of. */
async function refused(t: ExecutionContext, volume: MadeVolume, reason: RegExp): Promise<void> {
  const { shown, warnings } = await fileOf(volume);
  t.regex(shown, /^refused: /);
  t.regex(shown, reason);
  t.true(warnings.includes("contents-unreadable") || warnings.includes("file-entry-unusable"), warnings.join());
}

test("contents in every form of allocation", async (t) => {
  const data = text("0123456789");
  for (const [name, entry, expected] of [
    ["embedded, extended entry", { allocation: data }, [{ lba: 291, bytes: 10, offset: 216 }]],
    ["embedded, entry", { allocation: data, extended: false }, [{ lba: 291, bytes: 10, offset: 176 }]],
    ["short", { form: 0, allocation: shortExtent(10, 4), length: 10 }, [{ lba: 292, bytes: 10 }]],
    ["long", { form: 1, allocation: longExtent(10, 4), length: 10 }, [{ lba: 292, bytes: 10 }]],
    [
      "long, closed by one of no length",
      { form: 1, allocation: joined(longExtent(10, 4), longExtent(0, 0), longExtent(5, 9)), length: 10 },
      [{ lba: 292, bytes: 10 }],
    ],
    [
      "more allotted than it has",
      { form: 0, allocation: joined(shortExtent(2048, 4), shortExtent(8192, 9, 1)), length: 10 },
      [{ lba: 292, bytes: 10 }],
    ],
  ] as const) {
    const volume = withFile(entry as MadeEntry);
    volume.data(4, data);
    const { entry: file, shown, warnings } = await fileOf(volume);
    t.is(shown, "0123456789", name);
    t.deepEqual(file.extents, expected, name);
    t.deepEqual(warnings, [], name);
  }
});

test("contents of blocks that are smaller, or larger, than those of the medium", async (t) => {
  const small = withFile(
    { form: 0, allocation: joined(shortExtent(512, 7), shortExtent(3, 5)), length: 515 },
    { blockBytes: 512 },
  );
  small.data(5, text("end"));
  small.data(7, new Uint8Array(512).fill(65));
  const { entry, shown } = await fileOf(small);
  t.is(shown, `${"A".repeat(512)}end`);
  t.deepEqual(entry.extents, [
    { lba: 73, bytes: 512, offset: 1536 },
    { lba: 73, bytes: 3, offset: 512 },
  ]);
  const large = withFile({ form: 0, allocation: shortExtent(5000, 5), length: 5000 }, { blockBytes: 4096 });
  large.data(5, new Uint8Array(5000).fill(66));
  t.is((await fileOf(large)).shown, "B".repeat(5000));
});

test("extents that follow on each other are one; holes and what is not recorded are zeros", async (t) => {
  const allocation = joined(
    shortExtent(2048, 10),
    shortExtent(2048, 11),
    shortExtent(4096, 0, 2),
    shortExtent(2048, 30, 1),
    shortExtent(7, 5),
  );
  const volume = withFile({ form: 0, allocation, length: 5 * 2048 + 7 });
  volume.data(10, new Uint8Array(4096).fill(67));
  volume.data(5, text("the end"));
  const { entry, shown } = await fileOf(volume);
  t.deepEqual(entry.extents, [
    { lba: 298, bytes: 4096 },
    { lba: null, bytes: 6144 },
    { lba: 293, bytes: 7 },
  ]);
  t.is(shown, `${"C".repeat(4096)}${"\0".repeat(6144)}the end`);
});

test("a file of holes that no memory holds", async (t) => {
  const allocation = joined(...Array.from({ length: 200 }, () => shortExtent(0x3fff_f800, 0, 2)));
  const volume = withFile({ form: 0, allocation, length: 200 * 0x3fff_f800 });
  const { image } = await openUdf(volume.bytes);
  const { bytes, extents } = await image.stat("/file");
  t.is(bytes, 200 * 0x3fff_f800);
  t.deepEqual(extents, [{ lba: null, bytes }]);
  await t.throwsAsync(image.readFile("/file"), { code: "E_NOT_SUPPORTED" });
  for await (const piece of image.read("/file", { offset: bytes - 3 })) t.deepEqual([...piece], [0, 0, 0]);
});

test("a file that begins with a hole keeps its contents when it is imported", async (t) => {
  const allocation = joined(shortExtent(2048, 0, 2), shortExtent(3, 5));
  const volume = withFile({ form: 0, allocation, length: 2051 });
  volume.data(5, text("end"));
  const { root } = await importTree(new MemorySource(volume.bytes));
  const file = root.item("file");
  t.true(file.type === "file" && file.content.bytes === 2051);
});

/** Writes allocation descriptors that go on outside of an entry. */
function putDescriptors(volume: MadeVolume, block: number, descriptors: Uint8Array, length = descriptors.length): void {
  const target = volume.partitionBlock(block);
  target.fill(0);
  target.set(descriptors, 24);
  const head = { previousAllocationExtentLocation: 0, lengthOfAllocationDescriptors: length };
  allocationExtentDescriptor.write(head, target, 0);
  const tag = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: block } as const;
  sealDescriptor(tagIdentifiers.allocationExtentDescriptor, target, 0, 8, tag);
}

test("descriptors go on in other blocks", async (t) => {
  const leads = (block: number) => shortExtent(2048, block, 3);
  const volume = withFile({
    form: 0,
    allocation: joined(shortExtent(2048, 10), leads(20), shortExtent(2048, 99)),
    length: 2048 * 3,
  });
  putDescriptors(volume, 20, joined(shortExtent(2048, 12), leads(21)));
  putDescriptors(volume, 21, joined(shortExtent(2048, 14), shortExtent(0, 0)));
  for (const [index, block] of [10, 12, 14].entries()) volume.data(block, new Uint8Array(2048).fill(65 + index));
  const { entry, shown, warnings } = await fileOf(volume);
  t.is(shown, "A".repeat(2048) + "B".repeat(2048) + "C".repeat(2048));
  t.deepEqual(lbas(entry), [298, 300, 302]);
  t.deepEqual(warnings, []);
});

test("chains of descriptors that loop, belong to two files, or are damaged", async (t) => {
  const leads = (block: number) => shortExtent(2048, block, 3);
  const looping = withFile({ form: 0, allocation: joined(shortExtent(2048, 10), leads(20)), length: 9000 });
  putDescriptors(looping, 20, leads(20));
  await refused(t, looping, /one twice/);
  putDescriptors(looping, 20, joined(shortExtent(2048, 12), leads(21)));
  putDescriptors(looping, 21, joined(shortExtent(2048, 14), leads(20)));
  await refused(t, looping, /one twice/);

  const twice = withFile({ form: 0, allocation: leads(20), length: 10 });
  twice.root([
    { name: "file", icb: icbAt(3) },
    { name: "other", icb: icbAt(4) },
    { name: "link", icb: icbAt(3) },
  ]);
  twice.entry(4, { form: 0, allocation: leads(20), length: 10 });
  putDescriptors(twice, 20, shortExtent(10, 30));
  const shown = await rootOf(await openUdf(twice.bytes));
  t.is(shown.file, "\0".repeat(10));
  t.regex(shown.other!, /belongs to two files/);
  t.is(shown.link, shown.file);

  // One that cannot be read takes nothing from the other.
  twice.entry(3, { form: 0, allocation: leads(20), length: 11 });
  const again = await rootOf(await openUdf(twice.bytes));
  t.regex(again.file!, /hold 10 bytes/);
  t.is(again.other, "\0".repeat(10));

  const damaged = withFile({ form: 0, allocation: leads(20), length: 10 });
  await refused(t, damaged, /DescriptorTag/);
  putDescriptors(damaged, 20, shortExtent(10, 30), 4000);
  await refused(t, damaged, /lengthOfAllocationDescriptors is 4000/);
});

test("contents that cannot be what the entry says", async (t) => {
  await refused(t, withFile({ form: 0, allocation: shortExtent(10, 4), length: 11 }), /hold 10 bytes/);
  await refused(
    t,
    withFile({ form: 0, allocation: shortExtent(10, 4), length: 1n << 60n }),
    /a file of 1152921504606846976 bytes/,
  );
  await refused(
    t,
    withFile({ form: 1, allocation: longExtent(10, 4, 9), length: 10 }),
    /partitionReferenceNumber is 9/,
  );
  await refused(t, withFile({ form: 2, allocation: new Uint8Array(20), length: 10 }), /form 2/);
  await refused(t, withFile({ allocation: text("abc"), length: 4 }), /3 bytes are embedded/);
  await refused(
    t,
    withFile({ form: 0, allocation: shortExtent(10, 5000), length: 10 }),
    /passes the end of the medium/,
  );
  await refused(
    t,
    withFile({ form: 0, allocation: shortExtent(0x3fff_f800, 4), length: 0x3fff_f800 }),
    /passes the end/,
  );
  const overlapping = joined(shortExtent(4096, 10), shortExtent(4096, 11));
  await refused(t, withFile({ form: 0, allocation: overlapping, length: 8192 }), /overlap at block 299/);
});

test("fewer bytes than are embedded", async (t) => {
  const { shown, warnings } = await fileOf(withFile({ allocation: text("abcdef"), length: 3 }));
  t.is(shown, "abc");
  t.deepEqual(warnings, ["length-differs"]);
});

test("extents outside of the partition, as later sessions of mkisofs have them", async (t) => {
  const volume = withFile({ form: 0, allocation: shortExtent(5, 2 ** 32 - 8), length: 5 });
  volume.block(partitionStart - 8).set(text("early"));
  const { entry, shown, warnings } = await fileOf(volume);
  t.is(shown, "early");
  t.deepEqual(lbas(entry), [280]);
  t.deepEqual(warnings, ["extent-outside-partition"]);
});

test("strategy 4096: the newest entry of a chain", async (t) => {
  const volume = withFile({ allocation: text("old"), strategy: 4096 });
  volume.indirection(4, 10);
  volume.entry(10, { allocation: text("newer"), strategy: 4096 });
  volume.indirection(11, 20);
  volume.entry(20, { allocation: text("newest"), strategy: 4096 });
  const { entry, shown } = await fileOf(volume);
  t.is(shown, "newest");
  t.is(entry.fileEntry, undefined);
  volume.indirection(3, 20);
  t.is((await fileOf(volume)).shown, "newest");
});

test("a chain of indirect entries without an end", async (t) => {
  const volume = withFile({ allocation: text("old"), strategy: 4096 });
  volume.indirection(4, 3);
  await refused(t, volume, /has no end/);
  volume.indirection(3, 3);
  await refused(t, volume, /has no end/);
});

test("an unknown strategy", async (t) => {
  await refused(t, withFile({ allocation: text("x"), strategy: 5 }), /strategyType is 5/);
});

/** An area of extended attributes. */
function area(...attributes: readonly Uint8Array[]): Uint8Array {
  const bytes = joined(new Uint8Array(extendedAttributeHeader.size), ...attributes);
  const none = 0xffff_ffff;
  const head = { implementationAttributesLocation: none, applicationAttributesLocation: none };
  extendedAttributeHeader.write(head, bytes, 0);
  const tag = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: 3 } as const;
  sealDescriptor(tagIdentifiers.extendedAttributeHeaderDescriptor, bytes, 0, 8, tag);
  return bytes;
}

const device = encode(deviceSpecification, {
  attributeType: attributeTypes.deviceSpecification,
  attributeSubtype: 1,
  attributeLength: 56,
  implementationUseLength: 32,
  majorDeviceIdentification: 8,
  minorDeviceIdentification: 300,
  implementationUse: thisImplementation,
});

/** An attribute that nobody here knows, 20 bytes long. */
const unknown = Uint8Array.of(0, 8, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);

const times = encode(fileTimes, { creationTime: madeTime - 5000 });

test("extended attributes: devices, creation times, and such as are unknown", async (t) => {
  const node = await fileOf(withFile({ fileType: fileTypes.block, attributes: area(unknown, device) }));
  t.deepEqual([node.entry.type, node.entry.major, node.entry.minor], ["block", 8, 300]);
  const old = { extended: false, attributes: area(times), allocation: text("x") };
  t.is((await fileOf(withFile(old))).entry.birthtimeMs, madeTime - 5000);
  t.is((await fileOf(withFile({ ...old, extended: true }))).entry.birthtimeMs, madeTime - 1000);
  t.is((await fileOf(withFile({ ...old, attributes: new Uint8Array(0) }))).entry.birthtimeMs, null);
  const elsewhere = withFile({ fileType: fileTypes.character, attributesIcb: icbAt(6) });
  elsewhere.entry(6, { fileType: fileTypes.extendedAttributes, allocation: area(device) });
  t.is((await fileOf(elsewhere)).entry.minor, 300);
});

test("extended attributes that are damaged", async (t) => {
  const cut = unknown.slice();
  cut[8] = 200;
  for (const attributes of [new Uint8Array(24).fill(1), area(cut), area(new Uint8Array(20).fill(255))]) {
    const { shown, warnings } = await fileOf(withFile({ attributes, allocation: text("x") }));
    t.is(shown, "x");
    t.deepEqual(warnings, ["extended-attributes-unusable"]);
  }
  const gone = await fileOf(withFile({ attributesIcb: icbAt(6), allocation: text("x") }));
  t.deepEqual([gone.shown, gone.warnings], ["x", ["extended-attributes-unusable"]]);
  // Left for more.
  const { warnings } = await fileOf(withFile({ attributes: area(unknown, new Uint8Array(40)), allocation: text("x") }));
  t.deepEqual(warnings, []);
});

test("what an entry says", async (t) => {
  const volume = withFile({ allocation: text("x"), permissions: 0x1c47, flags: 0x1c0, links: 2, uid: 0xffff_ffff });
  const { entry } = await fileOf(volume);
  t.is(entry.mode, 0o7727);
  t.deepEqual([entry.uid, entry.gid, entry.links, entry.serialNumber], [0, 0, 2, 20]);
  const { mtimeMs, atimeMs, ctimeMs, birthtimeMs } = entry;
  t.deepEqual([mtimeMs, atimeMs, ctimeMs, birthtimeMs], [madeTime, madeTime + 1000, madeTime + 2000, madeTime - 1000]);
  t.false(entry.realTime);
  t.true((await fileOf(withFile({ fileType: fileTypes.realTime }))).entry.realTime);
  const unlinked = await fileOf(withFile({ links: 0 }));
  t.deepEqual([unlinked.entry.links, unlinked.warnings], [1, ["links-not-counted"]]);
  const numberless = await fileOf(withFile({ uniqueId: 0 }));
  t.is(numberless.entry.serialNumber, undefined);
});

test("types of items", async (t) => {
  for (const [fileType, type] of [
    [fileTypes.none, "file"],
    [fileTypes.fifo, "fifo"],
    [fileTypes.socket, "socket"],
    [fileTypes.character, "character"],
  ] as const) {
    t.is((await fileOf(withFile({ fileType }))).entry.type, type);
  }
  const strange = await fileOf(withFile({ fileType: 248 }));
  t.regex(strange.shown, /file type 248/);
});

/** A component of a link's target. */
function component(type: number, name: Uint8Array = new Uint8Array(0)): Uint8Array {
  return joined(Uint8Array.of(type, name.length, 0, 0), name);
}

test("targets of links", async (t) => {
  const name = (value: string): Uint8Array => component(5, compressed(value));
  for (const [target, bytes, expected] of [
    ["-> /a/b", joined(component(2), name("a"), name("b")), []],
    ["-> ../../x/.", joined(component(3), component(3), name("x"), component(4)), []],
    ["-> 名前/ü", joined(name("名前"), name("ü")), []],
    ["-> /top", joined(name("lost"), component(1, compressed("C")), name("top")), []],
    ["-> a_b", name("a/b"), ["path-component-unusable"]],
    ["-> a", joined(name("a"), component(77)), ["path-component-unusable"]],
    ["-> a", joined(name("a"), Uint8Array.of(5, 9, 0, 0, 8, 65)), ["path-component-unusable"]],
    ["-> x\ufffd", component(5, Uint8Array.of(16, 0, 120, 0xd8, 0)), ["path-component-unusable"]],
  ] as const) {
    const { shown, warnings } = await fileOf(withFile({ fileType: fileTypes.symlink, allocation: bytes }));
    t.is(shown, target);
    t.deepEqual(warnings, expected, target);
  }
  t.regex((await fileOf(withFile({ fileType: fileTypes.symlink }))).shown, /target is empty/);
  const hole = { fileType: fileTypes.symlink, form: 0, allocation: shortExtent(100, 0, 2), length: 100 };
  t.regex((await fileOf(withFile(hole))).shown, /not recorded in whole/);
});

test("named streams", async (t) => {
  const volume = withFile({ allocation: text("own"), streams: icbAt(5) });
  const items: MadeIdentifier[] = [
    { name: "one", icb: icbAt(6) },
    { name: "*UDF NT ACL", icb: icbAt(7), characteristics: fileCharacteristics.metadata },
    { name: "gone", icb: icbAt(6), characteristics: fileCharacteristics.deleted },
    { name: "damaged", icb: icbAt(8) },
  ];
  volume.directory(5, items, { fileType: fileTypes.streamDirectory });
  volume.entry(6, { allocation: text("first"), flags: 0x2000 });
  volume.entry(7, { form: 0, allocation: shortExtent(4, 9), length: 4, flags: 0x2000 });
  const { entry, shown, warnings } = await fileOf(volume);
  t.is(shown, "own");
  t.deepEqual(entry.streams, [
    { name: "one", bytes: 5, extents: [{ lba: 294, bytes: 5, offset: 216 }] },
    { name: "*UDF NT ACL", bytes: 4, extents: [{ lba: 297, bytes: 4 }] },
  ]);
  t.deepEqual(warnings, ["W_SKIPPED"]);
  t.is(entry.fileEntry, undefined);
  const damaged = withFile({ allocation: text("own"), streams: icbAt(50) });
  const broken = await fileOf(damaged);
  t.deepEqual([broken.shown, broken.entry.streams, broken.warnings], ["own", [], ["W_SKIPPED"]]);
});

test("directories of streams that are one, or none", async (t) => {
  const volume = new MadeVolume();
  volume.root([
    { name: "a", icb: icbAt(3) },
    { name: "b", icb: icbAt(4) },
  ]);
  volume.entry(3, { allocation: text("a"), streams: icbAt(5) });
  volume.entry(4, { allocation: text("b"), streams: icbAt(6) });
  const identifiers = volume.identifiers([{ name: "s", icb: icbAt(7) }], icbAt(3), 20);
  volume.data(20, identifiers);
  const shared = { fileType: fileTypes.streamDirectory, form: 0, allocation: shortExtent(identifiers.length, 20) };
  volume.entry(5, { ...shared, length: identifiers.length });
  volume.entry(6, { ...shared, length: identifiers.length });
  volume.entry(7, { allocation: text("stream") });
  const opened = await openUdf(volume.bytes);
  const [a, b] = await opened.image.readdir("/");
  t.is(a?.streams.length, 1);
  t.is(b?.streams.length, 0);
  t.deepEqual(opened.warnings(), ["W_SKIPPED"]);
});

test("hard links: names of one entry", async (t) => {
  const volume = withFile({ allocation: text("one"), links: 2 });
  volume.root([
    { name: "a", icb: icbAt(3) },
    { name: "b", icb: icbAt(3) },
    { name: "other", icb: icbAt(4) },
  ]);
  volume.entry(4, { allocation: text("two"), uniqueId: 21 });
  const { root } = await importTree(new MemorySource(volume.bytes));
  const [a, b, other] = ["a", "b", "other"].map((name) => root.item(name));
  t.true(a?.type === "file" && b?.type === "file" && a.content === b.content);
  t.true(other?.type === "file" && a?.type === "file" && other.content !== a.content);
});

test("embedded contents in one block of the medium are not one", async (t) => {
  const volume = new MadeVolume({ blockBytes: 512 });
  const names = ["a", "b", "c", "d"];
  volume.root(names.map((name, index) => ({ name, icb: icbAt(4 + index, 0, 512) })));
  for (const [index, name] of names.entries()) volume.entry(4 + index, { allocation: text(name) });
  const { root } = await importTree(new MemorySource(volume.bytes));
  for (const name of names) {
    const file = root.item(name);
    const bytes = new Uint8Array(1);
    if (file.type === "file") await file.content.read(0, bytes);
    t.is(String.fromCharCode(bytes[0]!), name);
  }
  const report = await verifyImage(new MemorySource(volume.bytes));
  t.deepEqual(besidesUdfRules(report.findings), []);
  t.is(report.files, 4);
});

test("identifiers: deleted ones, hidden ones, those with an implementation's bytes", async (t) => {
  const volume = withFile({ allocation: text("x") });
  const icb = icbAt(3);
  volume.root([
    { name: "deleted", icb, characteristics: fileCharacteristics.deleted },
    { name: Uint8Array.of(254, 65), icb: icbAt(0, 0, 0), characteristics: fileCharacteristics.deleted },
    { name: "hidden", icb, characteristics: fileCharacteristics.hidden },
    { name: "more", icb, implementationUse: new Uint8Array(32) },
    { name: "Non-Allocatable Space", icb, characteristics: fileCharacteristics.hidden },
  ]);
  const opened = await openUdf(volume.bytes);
  const entries = await opened.image.readdir("/");
  t.deepEqual(
    entries.map(({ name, hidden }) => [name, hidden]),
    [
      ["hidden", true],
      ["more", false],
    ],
  );
  t.deepEqual(opened.warnings(), []);
});

test("names", async (t) => {
  const pair = Uint8Array.of(16, 0, 0x61, 0xd8, 0x3d, 0xdc, 0xbf);
  for (const [name, shown, tolerances] of [
    ["ünï.txt", "ünï.txt", []],
    ["名前", "名前", []],
    [pair, "a\u{1f4bf}", []],
    [pair.slice(0, 5), "a\ufffd", ["name-unusable"]],
    [Uint8Array.of(16, 0xdc, 0xbf), "\ufffd", ["name-unusable"]],
    [Uint8Array.of(16, 0, 0x61, 0), "a", []],
    [Uint8Array.of(7, 0x41), "\x07A", ["name-unusable"]],
    ["a/b", "a_b", ["name-unusable"]],
    ["..", "__", ["name-unusable"]],
    [Uint8Array.of(8), "_", ["name-unusable"]],
    ["x".repeat(254), "x".repeat(254), []],
  ] as const) {
    const volume = withFile({ allocation: text("x") });
    volume.root([{ name, icb: icbAt(3) }]);
    const opened = await openUdf(volume.bytes);
    t.deepEqual(await rootOf(opened), { [shown]: "x" });
    t.deepEqual(opened.warnings(), tolerances, shown);
  }
  const volume = withFile({ allocation: text("x") });
  volume.root(["same", "same", "same~2"].map((name) => ({ name, icb: icbAt(3) })));
  t.deepEqual(Object.keys(await rootOf(await openUdf(volume.bytes))), ["same", "same~2", "same~2~2"]);
});

/** A volume whose root has its identifiers in blocks of their own. */
function withDirectory(count: number, damage: (bytes: Uint8Array) => void = () => {}): MadeVolume {
  const volume = new MadeVolume();
  const items = Array.from({ length: count }, (_, index) => ({ name: `file ${index}`, icb: icbAt(3) }));
  const identifiers = volume.identifiers(items, icbAt(2), 20);
  damage(identifiers);
  volume.data(20, identifiers);
  const length = identifiers.length;
  volume.entry(2, { fileType: fileTypes.directory, form: 0, allocation: shortExtent(length, 20), length });
  volume.entry(3, { allocation: text("x") });
  return volume;
}

test("identifiers cross blocks, and pieces of their directory", async (t) => {
  const volume = withDirectory(4000);
  t.is(Object.keys(await rootOf(await openUdf(volume.bytes))).length, 4000);
  // The same in two extents that do not follow on each other.
  const length = 40 + 4000 * 48;
  const moved = withDirectory(4000);
  const first = 2048 * 33;
  moved.bytes.copyWithin(
    (partitionStart + 180) * 2048,
    (partitionStart + 20) * 2048 + first,
    (partitionStart + 20) * 2048 + length,
  );
  const allocation = joined(shortExtent(first, 20), shortExtent(length - first, 180));
  moved.entry(2, { fileType: fileTypes.directory, form: 0, allocation, length });
  t.true(length - first <= 2048 * 160);
  const opened = await openUdf(moved.bytes);
  const names = Object.keys(await rootOf(opened));
  t.is(names.length, new Set(names).size);
  t.true(names.length >= 3998, String(names.length));
});

test("damaged identifiers are passed over, and told of", async (t) => {
  for (const [name, damage, missing] of [
    ["a CRC", (bytes: Uint8Array) => spoil(bytes, 40 + 48 * 5 + 20), [5]],
    ["a tag", (bytes: Uint8Array) => spoil(bytes, 40 + 48 * 5), [5]],
    ["a length", (bytes: Uint8Array) => (bytes[40 + 48 * 5 + 19] = 255), [5]],
    ["a run of zeros", (bytes: Uint8Array) => bytes.fill(0, 40 + 48 * 5, 40 + 48 * 8), [5, 6, 7]],
    ["the last one", (bytes: Uint8Array) => (bytes[40 + 48 * 19 + 19] = 255), [19]],
  ] as const) {
    const opened = await openUdf(withDirectory(20, damage).bytes);
    const names = Object.keys(await rootOf(opened));
    const kept = Array.from({ length: 20 }, (_, index) => index).filter(
      (index) => !missing.some((one) => one === index),
    );
    t.deepEqual(
      names,
      kept.map((index) => `file ${index}`),
      name,
    );
    t.deepEqual(opened.warnings(), ["file-identifier-damaged"], name);
  }
});

test("directories that claim more than there is, or lie on themselves", async (t) => {
  const volume = withDirectory(3);
  const sub = { fileType: fileTypes.directory, form: 0 };
  volume.root([
    { name: "good", icb: icbAt(3) },
    { name: "outside", icb: icbAt(6), characteristics: fileCharacteristics.directory },
    { name: "overlapping", icb: icbAt(7), characteristics: fileCharacteristics.directory },
    { name: "hole", icb: icbAt(8), characteristics: fileCharacteristics.directory },
  ]);
  volume.entry(6, { ...sub, allocation: shortExtent(0x3fff_f800, 20), length: 0x3fff_f800 });
  volume.entry(7, { ...sub, allocation: joined(shortExtent(2048, 20), shortExtent(2048, 20)), length: 4096 });
  const hole = joined(shortExtent(0x3fff_f800, 0, 2), shortExtent(40 + 3 * 48, 20));
  volume.entry(8, { ...sub, allocation: hole, length: 0x3fff_f800 + 40 + 3 * 48 });
  const opened = await openUdf(volume.bytes);
  const shown = await rootOf(opened);
  t.is(shown.good, "x");
  t.regex(shown.outside!, /passes the end/);
  t.regex(shown.overlapping!, /overlap/);
  t.is(shown.hole, "directory");
  t.is((await opened.image.readdir("/hole")).length, 3);
  await t.throwsAsync(opened.image.readdir("/outside"), { code: "E_NOT_SUPPORTED" });
});

test("directories that stand in themselves are entered once", async (t) => {
  const volume = new MadeVolume();
  const characteristics = fileCharacteristics.directory;
  volume.root([{ name: "sub", icb: icbAt(3), characteristics }]);
  volume.directory(3, [
    { name: "root", icb: icbAt(2), characteristics },
    { name: "self", icb: icbAt(3), characteristics },
  ]);
  const { image } = await openUdf(volume.bytes);
  const paths: string[] = [];
  for await (const { path } of image.walk()) paths.push(path);
  t.deepEqual(paths, ["/sub", "/sub/root", "/sub/self"]);
  const report = await verifyImage(new MemorySource(volume.bytes));
  t.is(report.findings.filter(({ name }) => name === "UDF_DIRECTORY_LOOP").length, 2);
});

test("a file entry that is damaged, or that of another type", async (t) => {
  const volume = withFile({ allocation: text("x") });
  volume.root([
    { name: "damaged", icb: icbAt(9) },
    { name: "none", icb: icbAt(0, 0, 0) },
    { name: "marked as directory", icb: icbAt(3), characteristics: fileCharacteristics.directory },
  ]);
  const opened = await openUdf(volume.bytes);
  const shown = await rootOf(opened);
  t.regex(shown.damaged!, /file entry cannot be read/);
  t.regex(shown.none!, /is that of no entry/);
  t.is(shown["marked as directory"], "x");
  t.deepEqual(opened.warnings(), ["file-entry-unusable", "type-differs"]);
  const report = await verifyImage(new MemorySource(volume.bytes));
  t.true(report.findings.some(({ name, path }) => /^UDF_(ENTRY|TAG)/.test(name) && path === "/damaged"));
  const lengths = withFile({ allocation: text("x"), attributes: new Uint8Array(0) });
  lengths.partitionBlock(3)[208] = 0xff;
  lengths.partitionBlock(3)[209] = 0xff;
  const { shown: refusedEntry } = await fileOf(resealed(lengths));
  t.regex(refusedEntry, /lengthOfAllocationDescriptors is 1/);
});

/** Makes the CRC of the entry in block 3 fit again. */
function resealed(volume: MadeVolume): MadeVolume {
  const tag = { descriptorVersion: 3, tagSerialNumber: 1, tagLocation: 3 } as const;
  sealDescriptor(tagIdentifiers.extendedFileEntry, volume.partitionBlock(3), 0, 200, tag);
  return volume;
}

test("only usual entries are referred to by later sessions", async (t) => {
  const usual: MadeEntry = { form: 0, allocation: shortExtent(5, 4), length: 5 };
  const { entry } = await fileOf(withFile(usual));
  t.deepEqual(entry.fileEntry, {
    lba: 291,
    partition: "type1",
    block: 3,
    uniqueId: 20,
    extendedAttributes: undefined,
    accessControl: undefined,
    links: 1,
    mode: 0o444,
    uid: 1000,
    gid: 1000,
    mtimeMs: madeTime,
    atimeMs: madeTime + 1000,
    ctimeMs: madeTime + 2000,
    birthtimeMs: madeTime - 1000,
  });
  for (const odd of [
    { uniqueId: 0 },
    { links: 0 },
    { strategy: 4096 },
    { flags: 0x200 },
    { length: 6 },
    { attributesIcb: icbAt(6) },
    { fileType: fileTypes.directory },
  ]) {
    t.is((await fileOf(withFile({ ...usual, ...odd }))).entry.fileEntry, undefined, JSON.stringify(odd));
  }
  const small = withFile(usual, { blockBytes: 512 });
  t.is((await fileOf(small)).entry.fileEntry, undefined);
});
