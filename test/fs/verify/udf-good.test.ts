/** What is written here has no finding at all: every revision, structure and number of sessions. */
import test from "ava";
import { openRecorder } from "../../../src/device.js";
import type { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { contentOf } from "../../../src/fs/tree/content.js";
import type { UdfRevision } from "../../../src/fs/udf/revision.js";
import { udfRevisions } from "../../../src/fs/udf/revision.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { makeImage } from "../../support/made-image.js";
import { fillUdfTree } from "../../support/udf-full-tree.js";

const fileSystems = { udf: ["udf"], all: ["iso", "rockridge", "joliet", "udf"] } as const;

/** Structures that a revision can have; from 2.50 on, the plain one is a metadata partition. */
function structuresOf(revision: UdfRevision): readonly ("plain" | "metadata" | "vat")[] {
  if (Number(revision) >= 2.5) return ["metadata"];
  return revision === "1.02" ? ["plain"] : ["plain", "vat"];
}

/** Every kind of volume that is written. */
const volumes = udfRevisions.flatMap((revision) =>
  structuresOf(revision).flatMap((structure) =>
    (["udf", "all"] as const).map((trees) => {
      const options: ImageOptions = {
        fileSystems: fileSystems[trees],
        udfRevision: revision,
        udfSpecialFiles: true,
        udfVirtual: structure === "vat",
      };
      return { name: `${revision}, ${structure}, ${trees}`, revision, structure, trees, options };
    }),
  ),
);

const withStreams = (revision: UdfRevision): boolean => Number(revision) >= 2;

for (const { name, revision, trees, options } of volumes) {
  test(`an image has no finding: ${name}`, async (t) => {
    const { bytes } = await makeImage((root) => fillUdfTree(root, withStreams(revision)), options);
    const report = await verifyImage(new MemorySource(bytes));
    t.deepEqual(report.findings, []);
    t.is(report.directories, 3, trees);
    t.true(report.files >= 67);
    t.true(report.blocksRead > 100);
  });
}

for (const { name, revision, structure, trees, options } of volumes) {
  if (structure === "vat" || trees === "all") continue;
  test(`an image with embedded files has no finding: ${name}`, async (t) => {
    const given = { ...options, udfEmbedFiles: true };
    const { bytes } = await makeImage((root) => fillUdfTree(root, withStreams(revision)), given);
    t.deepEqual((await verifyImage(new MemorySource(bytes))).findings, []);
  });
}

test("an image with a long partition behind its volume has anchors at its end, too", async (t) => {
  for (const blocks of [200, 230, 250, 500]) {
    const uefi = { content: contentOf(new Uint8Array(blocks * 2048)) };
    const gpt = { type: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", name: "EFI boot" };
    const { bytes } = await makeImage((root) => fillUdfTree(root, false), {
      fileSystems: fileSystems.all,
      boot: { images: [], hybrid: { partitions: [{ covers: uefi, gpt }] } },
    });
    t.deepEqual((await verifyImage(new MemorySource(bytes))).findings, [], `${blocks} blocks`);
  }
});

test("on a medium that goes on for gigabytes, the end of a volume is found where its descriptors state it", async (t) => {
  for (const [trees, udfRevision] of [
    ["all", "1.02"],
    ["udf", "2.01"],
    ["udf", "2.50"],
  ] as const) {
    const options = { fileSystems: fileSystems[trees], udfRevision };
    const { bytes } = await makeImage((root) => root.addFile("/a", "a"), options);
    const medium = Buffer.alloc(bytes.length + 17_000 * 2048);
    bytes.copy(medium);
    const { findings } = await verifyImage(new MemorySource(medium));
    // Of drives that count from the end of the medium; it is no error.
    const found = findings.map(({ name, severity }) => [name, severity]);
    t.deepEqual(found, [["UDF_SESSION_END", "warning"]], `${trees}, ${udfRevision}`);
  }
});

function changeMore(image: FileSystemImage): void {
  image.root.addDirectory("/later");
  for (let index = 0; index < 20; index++) image.root.addFile(`/later/${index}`, `later ${index}`);
  image.root.addFile("/dir/sub/new", "new");
}

function changeOnceMore(image: FileSystemImage): void {
  image.root.addFile("/last", "last");
  image.root.addFile("/later/more", "more");
}

for (const media of ["cd-r", "dvd+r", "bd-r"]) {
  for (const { name, revision, options } of volumes) {
    test(`three sessions have no finding: ${media}, ${name}`, async (t) => {
      const path = await blankDisc(t, media);
      const fill = ({ root }: FileSystemImage): void => fillUdfTree(root, withStreams(revision));
      for (const change of [fill, changeMore, changeOnceMore]) await appendSession(path, change, options);
      await using recorder = await openRecorder(path);
      const report = await verifyImage(recorder);
      t.is(report.sessions, 3);
      t.deepEqual(report.findings, []);
    });
  }
}
