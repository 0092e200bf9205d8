/** UDF volumes of other programs: what this package reads of them, against what they say, and what Linux shows. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Warning } from "../../src/errors.js";
import type { DiscImage } from "../../src/fs/image/disc-image.js";
import { importTree } from "../../src/fs/image/import.js";
import type { OpenOptions } from "../../src/fs/image/open-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { revisionName } from "../../src/fs/udf/volume-information.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { execute } from "../support/judges.js";
import type { ListedItem, Listing } from "../support/listing.js";
import { filterListing, folderListing, imageListing } from "../support/listing.js";
import { metadataVolume, richVolume, sparableVolume, virtualVolume } from "../support/mapped-udf.js";
import { hasRig, kernelMounts, makeFixtures } from "../support/rig.js";
import { requireTool, run, skip, temporaryFolder } from "../support/tools.js";
import { besidesUdfRules } from "../support/udf-findings.js";
import { compare, everything } from "../support/verdicts.js";

const fixtures = join(import.meta.dirname, "..", "..", "..", "..", "shared", "fixtures");

/** A tree that was read, and what was said of it. */
interface Read {
  readonly image: DiscImage;
  readonly listing: Listing;
  readonly warnings: readonly Warning[];
}

async function read(bytes: Uint8Array, options: OpenOptions = {}): Promise<Read> {
  const warnings: Warning[] = [];
  const image = await openImage(new MemorySource(bytes), {
    fileSystem: "udf",
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  return { image, listing: await imageListing(image), warnings };
}

function unpacked(t: ExecutionContext, name: string): Buffer | undefined {
  if (!existsSync(fixtures)) return void skip(t, `${fixtures} is not there`);
  if (!requireTool(t, "xz")) return undefined;
  return run("xz", ["-dc", join(fixtures, `${name}.xz`)]);
}

interface Expected {
  readonly revision: string;
  readonly name: string;
  readonly blockBytes?: number;
  readonly paths?: readonly string[];
}

/** What udfinfo of udftools 2.3 says of the images beside the project, and Linux 6.1 shows of them. */
const described: Readonly<Record<string, Expected>> = {
  "iso9660_udf.iso": { revision: "1.02", name: "UDF Bridge", paths: ["/readme.txt", "/nimbie.jpg"] },
  "test-udf1.iso": { revision: "1.02", name: "CDROM", paths: ["/COPYING", "/README"] },
  "udf-cd-nero-6.img": { revision: "2.01", name: "UDF Label", paths: ["/test.txt"] },
  "udf-hdd-mkudffs-1.0.0-1.img": { revision: "2.01", name: "LinuxUDF", blockBytes: 512, paths: ["/lost+found"] },
  "udf-hdd-mkudffs-2.2.img": { revision: "2.01", name: "\u{1f600}", blockBytes: 512 },
  "udf-hdd-udfclient-0.7.7.img": { revision: "2.01", name: "discname", blockBytes: 512 },
  "udf-hdd-win7.img": { revision: "2.01", name: "My volume label", blockBytes: 512 },
};

for (const [name, expected] of Object.entries(described)) {
  test(`${name} is what other programs say`, async (t) => {
    const bytes = unpacked(t, name);
    if (bytes === undefined) return;
    const { image, listing, warnings } = await read(bytes);
    const { udf } = image.session;
    t.is(revisionName(udf?.udfRevision ?? 0), expected.revision);
    t.is(udf?.logicalVolumeIdentifier, expected.name);
    t.is(udf?.blockBytes, expected.blockBytes ?? 2048);
    t.is(udf?.integrity?.type, "closed");
    t.deepEqual(Object.keys(listing).sort(), [...(expected.paths ?? [])].sort());
    t.deepEqual(
      warnings.map(({ message }) => message),
      [],
    );
    const report = await verifyImage(new MemorySource(bytes));
    t.deepEqual(
      besidesUdfRules(report.findings).filter(({ severity }) => severity === "error"),
      [],
    );
  });
}

test("three sessions of mkudffs in one file", async (t) => {
  const bytes = unpacked(t, "udf-multi-0-320-640-mkudffs.img");
  if (bytes === undefined) return;
  for (const scan of [false, true]) {
    const { sessions, session } = await openImage(new MemorySource(bytes), { scan });
    t.deepEqual(
      sessions.map(({ startLba, volumeName, udf }) => [startLba, volumeName, udf?.vat?.icbLba]),
      [
        [0, "first session", 319],
        [320, "second session", 639],
        [640, "third session", 959],
      ],
    );
    t.is(session.number, 3);
  }
  t.is((await read(bytes, { start: 320 })).image.volume.volumeName, "second session");
});

test("a session that was dumped alone", async (t) => {
  const bytes = unpacked(t, "udf-multi-0-320-640-mkudffs.img");
  if (bytes === undefined) return;
  const { image } = await read(bytes.subarray(320 * 2048, 640 * 2048), { addressOffset: 320 });
  t.is(image.volume.volumeName, "second session");
});

// Of the others that it knows, it makes no volumes of this size.
const mediaTypes = ["hd", "dvd", "dvdram", "dvdrw", "dvdr", "cdrw", "cdr", "cd", "bdr"];
const revisions = ["1.02", "1.50", "2.00", "2.01", "2.50", "2.60"];

/** What udfinfo says of a volume: "label", "udfrev", "integrity" … */
function udfinfo(file: string, blockBytes: number): Record<string, string> {
  const lines = run("udfinfo", ["--utf8", `--blocksize=${blockBytes}`, file])
    .toString()
    .split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

for (const media of mediaTypes) {
  test(`empty volumes of mkudffs, ${media}`, async (t) => {
    if (!requireTool(t, "mkudffs") || !requireTool(t, "udfinfo")) return;
    let made = 0;
    for (const revision of revisions) {
      for (const blockBytes of media === "hd" ? [512, 1024, 2048, 4096] : [2048]) {
        const file = join(temporaryFolder(t), "volume.udf");
        const label = `${media} ${revision} ünï`;
        const options = ["--utf8", "--new-file", `--media-type=${media}`, `--udfrev=${revision}`];
        const all = [...options, `--blocksize=${blockBytes}`, `--label=${label}`, file, "8192"];
        // It refuses revisions that a medium cannot have, or of which it knows no form.
        if (execute("mkudffs", all).status !== 0) continue;
        made++;
        const { image, listing, warnings } = await read(readFileSync(file));
        const said = udfinfo(file, blockBytes);
        const { udf } = image.session;
        t.is(udf?.logicalVolumeIdentifier, label);
        t.is(said.label, label);
        t.is(revisionName(udf?.udfRevision ?? 0), revision);
        // That is the revision a reader has to know.
        t.is(said.udfrev, revision === "2.60" ? "2.50" : revision);
        t.is(String(udf?.blockBytes), said.blocksize!);
        // Volumes with a table stay open for ever: of those, udfinfo looks at the table.
        t.is(udf?.integrity?.type, udf?.vat === undefined && said.integrity === "closed" ? "closed" : "open");
        t.is(udf?.volumeSetIdentifier, said.fullvsid!);
        t.is(String(udf?.integrity?.directories), said.numdirs!);
        t.deepEqual(Object.keys(listing), []);
        t.deepEqual(
          warnings.map(({ message }) => message),
          [],
          label,
        );
        const kinds = udf?.partitions.map(({ kind }) => kind);
        const isVirtual = ["cdr", "dvdr", "bdr"].includes(media);
        const isSparable = ["cdrw", "dvdrw"].includes(media);
        t.deepEqual(kinds, isVirtual ? ["type1", "virtual"] : isSparable ? ["sparable"] : ["type1"], label);
      }
    }
    t.log(`${made} volumes`);
    t.true(made >= 2, `${made} were made`);
  });
}

/** A folder with what UDF holds of a tree made by genisoimage: directories and files. */
function makeTree(t: ExecutionContext): string {
  const tree = join(temporaryFolder(t), "tree");
  mkdirSync(join(tree, "dir", "deeper", "deepest"), { recursive: true });
  mkdirSync(join(tree, "empty"));
  const sizes = { zero: 0, one: 1, "dir/exact.bin": 2048, "dir/more.bin": 2049, "dir/deeper/large.bin": 150_001 };
  for (const [index, [name, bytes]] of Object.entries(sizes).entries()) {
    writeFileSync(join(tree, name), Buffer.alloc(bytes, index + 1));
  }
  writeFileSync(join(tree, "A long name, with spaces and Case.text"), "long");
  writeFileSync(join(tree, "ünïcödé-名前.txt"), "unicode");
  for (let index = 0; index < 300; index++) writeFileSync(join(tree, "dir", `file ${index}`), String(index));
  return tree;
}

test("bridges of genisoimage: all trees are the same", async (t) => {
  if (!requireTool(t, "genisoimage")) return;
  const tree = makeTree(t);
  const file = join(temporaryFolder(t), "bridge.iso");
  run("genisoimage", ["-quiet", "-udf", "-R", "-J", "-joliet-long", "-V", "BRIDGE", "-o", file, tree]);
  const bytes = readFileSync(file);
  const { image, listing, warnings } = await read(bytes);
  t.deepEqual(image.fileSystems, ["rockridge", "joliet", "iso", "udf"]);
  compare(t, listing, folderListing(tree), ["digest", "mtime"]);
  t.deepEqual(
    warnings.map(({ message }) => message),
    [],
  );
  t.is((await openImage(new MemorySource(bytes))).fileSystem, "rockridge");
  const report = await verifyImage(new MemorySource(bytes));
  t.deepEqual(besidesUdfRules(report.findings), []);
  const { root, fileSystem } = await importTree(new MemorySource(bytes), { fileSystem: "udf" });
  t.is(fileSystem, "udf");
  t.deepEqual([...walkTree(root)].map(({ path }) => path).sort(), Object.keys(listing).sort());
});

test("UDF alone, of a bridge that lost its other trees", async (t) => {
  if (!requireTool(t, "genisoimage") || !requireTool(t, "7zz")) return;
  const tree = makeTree(t);
  const file = join(temporaryFolder(t), "udf.iso");
  run("genisoimage", ["-quiet", "-udf", "-V", "ALONE", "-o", file, tree]);
  const bytes = readFileSync(file);
  // What announces UDF is moved to where the descriptors of ISO 9660 were.
  const first = bytes.indexOf("BEA01", 16 * 2048) - 1;
  bytes.copy(bytes, 16 * 2048, first, first + 3 * 2048);
  bytes.fill(0, 19 * 2048, first + 3 * 2048);
  writeFileSync(file, bytes);
  const { image, listing } = await read(bytes, { fileSystem: undefined });
  t.deepEqual(image.fileSystems, ["udf"]);
  t.is(image.volume.volumeName, "ALONE");
  const folder = temporaryFolder(t);
  run("7zz", ["x", "-y", "-tudf", `-o${folder}`, file]);
  compare(t, listing, folderListing(folder), ["digest"]);
  compare(t, listing, folderListing(tree), ["digest", "mtime"]);
});

test("later sessions of genisoimage have no old files in UDF, and their Rock Ridge has", async (t) => {
  if (!requireTool(t, "genisoimage")) return;
  const folder = temporaryFolder(t);
  const [one, two] = ["one", "two"].map((name) => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, `${name}.txt`), name);
    return join(folder, name);
  });
  const [disc, session] = [join(folder, "disc.iso"), join(folder, "session.iso")];
  const common = ["-quiet", "-udf", "-R", "-V", "S"];
  run("genisoimage", [...common, "-o", disc, one!]);
  const start = Math.ceil(readFileSync(disc).length / 2048 / 32) * 32;
  const whole = Buffer.alloc(start * 2048 + 2 * 1024 * 1024);
  readFileSync(disc).copy(whole);
  run("genisoimage", [...common, "-C", `0,${start}`, "-M", disc, "-o", session, two!]);
  readFileSync(session).copy(whole, start * 2048);
  const udf = await read(whole, { start });
  t.is(
    udf.listing["/two.txt"]?.digest,
    (await read(whole, { start, fileSystem: "rockridge" })).listing["/two.txt"]?.digest,
  );
  const old = (await openImage(new MemorySource(whole), { start, fileSystem: "udf" })).stat("/one.txt");
  t.is((await old).bytes, 0);
  const rockRidge = await openImage(new MemorySource(whole), { start });
  t.is((await rockRidge.stat("/one.txt")).bytes, 3);
});

/** What Linux makes of items that no volume says: nobody as owner, and all rights for links. */
function asStored(listing: Listing): Listing {
  const stored = Object.entries(listing).map(([path, item]): [string, ListedItem] => {
    const { mode: _mode, ...rest } = item;
    const kept = item.type === "symlink" ? rest : item;
    return [path, { ...kept, ...(item.owner === "65534:65534" ? { owner: "0:0" } : {}) }];
  });
  return Object.fromEntries(stored);
}

const expectedMessage = /^UDF-fs: INFO Mounting volume|^tsc: |^clocksource: /;

if (hasRig) {
  /** Asserts that Linux shows of an image what is read here. */
  const asLinux = async (t: ExecutionContext, file: string, blockBytes: number, option = ""): Promise<void> => {
    const { listing } = await read(readFileSync(file));
    const options = [`bs=${blockBytes}${option}`];
    const [mounted] = kernelMounts("6.1", file, options, [], { fileSystem: "udf" });
    t.is(mounted?.status, 0, file);
    t.deepEqual(
      mounted?.messages.filter((line) => !expectedMessage.test(line)),
      [],
      file,
    );
    const shown = asStored(mounted?.listing ?? {});
    // Linux hides what is hidden.
    compare(
      t,
      filterListing(asStored(listing), (path) => path in shown),
      shown,
      everything,
    );
  };

  test.serial("images beside the project, as Linux shows them", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64")) return;
    const folder = temporaryFolder(t);
    for (const [name, { blockBytes = 2048 }] of Object.entries(described)) {
      const bytes = unpacked(t, name);
      if (bytes === undefined) return;
      const file = join(folder, name);
      writeFileSync(file, bytes);
      await asLinux(t, file, blockBytes);
    }
    const multi = unpacked(t, "udf-multi-0-320-640-mkudffs.img");
    const file = join(folder, "multi.img");
    writeFileSync(file, multi!);
    await asLinux(t, file, 2048, ",session=640");
  });

  test.serial("hand-made volumes, as Linux shows them", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64")) return;
    const folder = temporaryFolder(t);
    for (const [name, volume] of Object.entries({
      everything: richVolume(false),
      // Linux does not find the files of a table of 1.50 that is kept in its entry: nor those of mkudffs.
      virtual: virtualVolume("2.01"),
      // Linux takes the first table, not the newest.
      sparable: sparableVolume([[64, 576]]),
      metadata: metadataVolume(),
    })) {
      const file = join(folder, name);
      writeFileSync(file, volume.bytes);
      await asLinux(t, file, volume.blockBytes);
    }
  });

  test.serial("volumes that Linux filled, and what other programs made of the same tree", async (t) => {
    if (!requireTool(t, "qemu-system-x86_64") || !requireTool(t, "mkudffs")) return;
    const folder = temporaryFolder(t);
    const filled = makeFixtures(folder);
    // A guest that is starved of time leaves some of the nine out.
    t.log(`${filled.length} volumes filled by Linux`);
    t.true(filled.length > 0);
    // Each is a boot: usual runs take one of three.
    const taken = filled.filter((_name, index) => process.env.DISCSMITH_SLOW === "1" || index % 3 === 0);
    for (const name of taken) {
      const blockBytes = Number(/-b(\d+)\./.exec(name)?.[1] ?? 2048);
      await asLinux(t, join(folder, name), blockBytes);
    }
    for (const name of ["geniso-udf-bridge.iso", "pycdlib-joliet-udf.iso"]) await asLinux(t, join(folder, name), 2048);
    t.true(readdirSync(folder).length > 40);
  });
} else {
  test("the rig is not beside the project: Linux is not asked", (t) => t.pass());
}
