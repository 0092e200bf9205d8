/** What a dump shows of images that other programs made, compared with what other programs say of them. */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { dumpBlocks } from "../../src/fs/dump/blocks.js";
import { dumpIso } from "../../src/fs/dump/iso.js";
import type { PlacedStructure } from "../../src/fs/dump/structures.js";
import { dumpUdf } from "../../src/fs/dump/udf.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { faultsIn, fieldIn } from "../support/dumped.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";

async function all(structures: AsyncIterable<PlacedStructure>): Promise<PlacedStructure[]> {
  const found: PlacedStructure[] = [];
  for await (const structure of structures) found.push(structure);
  return found;
}

function makeTree(t: ExecutionContext): string {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "tree", "sub", "deeper"), { recursive: true });
  for (const name of ["one.txt", "sub/two.txt", "sub/deeper/three.txt", "Ünïcödé 名前.txt"]) {
    writeFileSync(join(folder, "tree", name), `This is ${name}.\n`);
  }
  return folder;
}

function bridge(t: ExecutionContext): string {
  const folder = makeTree(t);
  const image = join(folder, "bridge.iso");
  run("genisoimage", [
    ...["-quiet", "-udf", "-r", "-J", "-V", "Bridge", "-publisher", "Somebody", "-p", "Preparer", "-A", "App"],
    ...["-sysid", "SYS", "-volset", "Set", "-input-charset", "utf-8", "-o", image, join(folder, "tree")],
  ]);
  return image;
}

/** The one structure of that name and role. */
function one(structures: readonly PlacedStructure[], name: string, role = ""): PlacedStructure {
  const found = structures.find((each) => each.name === name && each.role.startsWith(role));
  if (found === undefined) throw new Error(`no ${name} ${role}`);
  return found;
}

test("volume descriptors are shown as isoinfo reads them", async (t) => {
  if (!requireTool(t, "genisoimage") || !requireTool(t, "isoinfo")) return;
  const image = bridge(t);
  const said = new Map(
    run("isoinfo", ["-d", "-i", image])
      .toString()
      .split("\n")
      .map((line) => /^(.*?)(?: is)?: (.*)$/.exec(line))
      .flatMap((match) => (match === null ? [] : [[match[1]!, match[2]!] as const])),
  );
  const structures = await all(dumpIso(new MemorySource(readFileSync(image)), 0));
  t.deepEqual(
    structures.flatMap((each) => faultsIn(each)),
    [],
  );
  const primary = one(structures, "PrimaryVolumeDescriptor");
  for (const [label, field] of [
    ["System id", "systemIdentifier"],
    ["Volume id", "volumeIdentifier"],
    ["Volume set id", "volumeSetIdentifier"],
    ["Publisher id", "publisherIdentifier"],
    ["Data preparer id", "dataPreparerIdentifier"],
    ["Application id", "applicationIdentifier"],
    ["Volume set size", "volumeSetSize"],
    ["Volume set sequence number", "volumeSequenceNumber"],
    ["Logical block size", "logicalBlockSize"],
    ["Volume size", "volumeSpaceSize"],
  ] as const) {
    t.is(String(fieldIn(primary, field).value), said.get(label) ?? "", label);
  }
  t.true(run("isoinfo", ["-d", "-i", image]).includes("Joliet with UCS level 3 found"));
  t.is(fieldIn(one(structures, "SupplementaryVolumeDescriptor"), "escapeSequences").meaning, "Joliet level 3");
});

test("directory records are shown as isoinfo lists them", async (t) => {
  if (!requireTool(t, "genisoimage") || !requireTool(t, "isoinfo")) return;
  const image = bridge(t);
  const source = new MemorySource(readFileSync(image));
  // "-r-xr-xr-x   1    0    0      17 Jan  1 2026 [    300 00]  ONE.TXT;1 "
  const listed = run("isoinfo", ["-l", "-i", image]).toString();
  const [, root = ""] = /^Directory listing of \/\n([\s\S]*?)\n\n/m.exec(listed) ?? [];
  const expected = root.split("\n").map((line) => {
    const [, bytes, lba, name] = /(\d+) \w{3} +\d+ \d{4} \[ *(\d+) [0-9a-f]+\] +(\S+)/.exec(line) ?? [];
    return { bytes: Number(bytes), lba: Number(lba), name: name ?? "" };
  });
  const records = (await all(dumpIso(source, 0))).filter(
    ({ role, name }) => role === "root directory, primary" && name === "DirectoryRecord",
  );
  t.true(expected.length >= 5);
  t.deepEqual(
    records.map((record) => ({
      bytes: fieldIn(record, "dataLength").value as number,
      lba: fieldIn(record, "locationOfExtent").value as number,
      name: fieldIn(record, "fileIdentifier").value as string,
    })),
    expected,
  );
});

/** What udfinfo says: single values, and the extents of what it found. */
interface UdfInfo {
  readonly values: ReadonlyMap<string, string>;
  readonly extents: readonly { readonly start: number; readonly blocks: number; readonly type: string }[];
}

function udfInfo(image: string): UdfInfo {
  const lines = run("udfinfo", ["--utf8", image]).toString().split("\n");
  const extents = lines.flatMap((line) => {
    const match = /^start=(\d+), blocks=(\d+), type=(\w+)$/.exec(line);
    return match === null ? [] : [{ start: Number(match[1]), blocks: Number(match[2]), type: match[3]! }];
  });
  const pairs = lines.filter((line) => !line.startsWith("start=")).map((line) => line.split("=") as [string, string]);
  return { values: new Map(pairs), extents };
}

const accessNames: Readonly<Record<string, string>> = {
  readonly: "readOnly",
  writeonce: "writeOnce",
  rewritable: "rewritable",
  overwritable: "overwritable",
};

/** Compares a dump with what udfinfo says of the same image. */
function agreesWithUdfinfo(
  t: ExecutionContext,
  structures: readonly PlacedStructure[],
  { values, extents }: UdfInfo,
): void {
  const main = "main volume descriptor sequence";
  const primary = one(structures, "UdfPrimaryVolumeDescriptor", main);
  const logical = one(structures, "LogicalVolumeDescriptor", main);
  const partition = one(structures, "PartitionDescriptor", main);
  const integrity = one(structures, "LogicalVolumeIntegrityDescriptor");
  const blockBytes = fieldIn(logical, "logicalBlockSize").value as number;
  const said = (key: string): string => values.get(key) ?? "?";
  t.is(fieldIn(primary, "volumeIdentifier").value, said("vid"));
  t.is(fieldIn(primary, "volumeSetIdentifier").value, said("fullvsid"));
  t.is(fieldIn(logical, "logicalVolumeIdentifier").value, said("lvid"));
  t.is(fieldIn(one(structures, "FileSetDescriptor"), "fileSetIdentifier").value, said("fsid"));
  t.is(fieldIn(primary, "implementationIdentifier", "identifier").value, said("impid"));
  t.is(blockBytes, Number(said("blocksize")));
  t.is(fieldIn(integrity, "implementationUse", "numberOfFiles").value, Number(said("numfiles")));
  t.is(fieldIn(integrity, "implementationUse", "numberOfDirectories").value, Number(said("numdirs")));
  t.is(fieldIn(integrity, "implementationUse", "minimumUdfReadRevision").meaning, said("udfrev"));
  t.is(fieldIn(integrity, "implementationUse", "minimumUdfWriteRevision").meaning, said("udfwriterev"));
  // With a virtual allocation table the descriptor stays open, and the volume is closed all the same.
  const isVirtual = structures.some(({ name }) => name === "VirtualAllocationTable");
  t.is(said("integrity"), "closed");
  t.is(fieldIn(integrity, "integrityType").meaning, isVirtual ? "open" : "close");
  t.is(fieldIn(partition, "accessType").meaning, accessNames[said("accesstype")]!);
  const protection = fieldIn(logical, "domainIdentifier", "domainFlags").meaning ?? "";
  t.is(protection.includes("soft") ? "yes" : "no", said("softwriteprotect"));
  t.is(protection.includes("hard") ? "yes" : "no", said("hardwriteprotect"));
  const blockOf = ({ block, offset }: PlacedStructure): number => (block * 2048 + offset) / blockBytes;
  const starts = (type: string): number[] =>
    extents
      .filter((extent) => extent.type === type)
      .map(({ start }) => start)
      .sort((a, b) => a - b);
  const anchors = structures.filter(({ role }) => role === "anchor");
  t.deepEqual(
    anchors.map(blockOf).sort((a, b) => a - b),
    starts("ANCHOR"),
  );
  const firstOf = (role: string): number => Math.min(...structures.filter((each) => each.role === role).map(blockOf));
  t.deepEqual([firstOf(main)], starts("MVDS"));
  t.deepEqual([firstOf("reserve volume descriptor sequence")], starts("RVDS"));
  t.deepEqual([blockOf(integrity)], starts("LVID"));
  const space = extents.find(({ type }) => type === "PSPACE");
  t.is(fieldIn(partition, "partitionStartingLocation").value, space?.start ?? -1);
  t.is(fieldIn(partition, "partitionLength").value, space?.blocks ?? -1);
}

test("the UDF volume of genisoimage is shown as udfinfo reads it", async (t) => {
  if (!requireTool(t, "genisoimage") || !requireTool(t, "udfinfo")) return;
  const image = bridge(t);
  const source = new MemorySource(readFileSync(image));
  const structures = await all(dumpUdf(source, 0, { path: "/sub/deeper/three.txt" }));
  t.deepEqual(
    structures.flatMap((each) => faultsIn(each)),
    [],
  );
  agreesWithUdfinfo(t, structures, udfInfo(image));
  const entry = structures.find(({ role }) => role === "/sub/deeper/three.txt")!;
  t.is(fieldIn(entry, "informationLength").value, "This is sub/deeper/three.txt.\n".length);
  // The contents lie in one block for both trees.
  const record = (await all(dumpIso(source, 0, { path: "/sub/deeper/three.txt" }))).find(({ role }) =>
    /three.*primary/.test(role),
  )!;
  const position = fieldIn(entry, "allocationDescriptors[0]", "extentPosition").value as number;
  const start = fieldIn(one(structures, "PartitionDescriptor"), "partitionStartingLocation").value as number;
  t.is(fieldIn(record, "locationOfExtent").value, start + position);
  // Whatever the session's dump found, is found in its block, too.
  for (const { name, block, offset } of structures) {
    const found = (await all(dumpBlocks(source, block, 1))).map((each) => `${each.name} ${each.offset}`);
    t.true(
      found.includes(`${name} ${offset}`) || /^(Primary|Volume|Supplementary|Terminating)/.test(name),
      `${name} in ${block}: ${found}`,
    );
  }
});

const volumes: readonly (readonly [name: string, options: readonly string[], extra: readonly string[]])[] = [
  [
    "1.02 in blocks of 512 bytes",
    ["-m", "hd", "-b", "512", "-r", "1.02"],
    ["SpaceBitmapDescriptor", "FileIdentifierDescriptor"],
  ],
  [
    "2.01 in blocks of 4,096 bytes",
    ["-m", "hd", "-b", "4096", "-r", "2.01"],
    ["SpaceBitmapDescriptor", "ExtendedFileEntry"],
  ],
  [
    "1.50 with free space in a table",
    ["-m", "hd", "-b", "2048", "-r", "1.50", "--space=unalloctable"],
    ["UnallocatedSpaceEntry"],
  ],
  ["strategy 4096", ["-m", "hd", "-b", "2048", "-r", "1.50", "--strategy=4096"], ["TerminalEntry"]],
  ["2.01 on CD-RW, sparable", ["-m", "cdrw", "-r", "2.01"], ["SparingTable", "FileIdentifierDescriptor"]],
  ["1.50 on CD-R, virtual", ["-m", "cdr", "-r", "1.50"], ["VirtualAllocationTable", "FileIdentifierDescriptor"]],
  [
    "2.60 on BD-R, virtual",
    ["-m", "bdr", "-r", "2.60", "--vat"],
    ["VirtualAllocationTable", "FileIdentifierDescriptor"],
  ],
];

for (const [name, options, extra] of volumes) {
  test(`a volume of mkudffs is shown as udfinfo reads it: ${name}`, async (t) => {
    if (!requireTool(t, "mkudffs") || !requireTool(t, "udfinfo")) return;
    const image = join(temporaryFolder(t), "volume.img");
    writeFileSync(image, "");
    truncateSync(image, 20 * 1024 * 1024);
    const fs = ["--utf8", "--lvid=Logische Größe", "--vid=Größe", "--fsid=名前"];
    const said = run("mkudffs", [...fs, ...options, image]).toString();
    // What is left behind the virtual allocation table was never written.
    const end = options.includes("--vat") || options.includes("cdr") ? lastWritten(image, said) : undefined;
    if (end !== undefined) truncateSync(image, end);
    const structures = await all(dumpUdf(new MemorySource(readFileSync(image)), 0));
    t.deepEqual(
      structures.flatMap((each) => faultsIn(each)),
      [],
    );
    for (const wanted of extra) t.truthy(one(structures, wanted), wanted);
    agreesWithUdfinfo(t, structures, udfInfo(image));
  });
}

/** Where the last block ends that mkudffs wrote: that of the virtual allocation table. */
function lastWritten(image: string, said: string): number {
  const starts = [...said.matchAll(/start=(\d+), blocks=(\d+), type=VAT/g)].map(
    (match) => Number(match[1]) + Number(match[2]),
  );
  if (starts.length > 0) return Math.max(...starts) * 2048;
  const bytes = readFileSync(image);
  return Math.ceil((bytes.length - [...bytes].reverse().findIndex((octet) => octet !== 0)) / 2048) * 2048;
}
