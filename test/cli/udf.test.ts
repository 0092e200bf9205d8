/** The reading commands on UDF volumes. */
import { lstatSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import test from "ava";
import type { DiscInfo } from "../../src/cli/info.js";
import type { ListedEntry } from "../../src/cli/list.js";
import { fileCharacteristics } from "../../src/fs/udf/file-identifier.js";
import { fileTypes } from "../../src/fs/udf/icb.js";
import { compressed, icbAt, joined, MadeVolume, madeTime, shortExtent } from "../support/hand-made-udf.js";
import { metadataVolume, virtualVolume } from "../support/mapped-udf.js";
import { NearShell as Shell } from "./support.js";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A volume with a directory, a file with two names and a stream, and a link. */
function volumeFile(shell: Shell): string {
  const volume = new MadeVolume();
  volume.root([
    { name: "file.txt", icb: icbAt(3) },
    { name: "sub", icb: icbAt(4), characteristics: fileCharacteristics.directory },
    { name: "run.sh", icb: icbAt(6) },
  ]);
  volume.entry(3, { form: 0, allocation: shortExtent(5, 10), length: 5, links: 2, uniqueId: 16 });
  volume.data(10, text("hello"));
  volume.directory(4, [
    { name: "hard", icb: icbAt(3) },
    { name: "link", icb: icbAt(5) },
  ]);
  const target = joined(Uint8Array.of(3, 0, 0, 0), Uint8Array.of(5, 9, 0, 0), compressed("file.txt"));
  volume.entry(5, { fileType: fileTypes.symlink, allocation: target, uniqueId: 17 });
  volume.entry(6, { allocation: text("#!"), permissions: 0x14a5, uniqueId: 18, streams: icbAt(7) });
  volume.directory(7, [{ name: "note", icb: icbAt(8) }], { fileType: fileTypes.streamDirectory });
  volume.entry(8, { allocation: text("a note") });
  return shell.file("volume.udf", volume.bytes);
}

test.serial("list and cat", async (t) => {
  const shell = new Shell(t);
  volumeFile(shell);
  const paths = ["/file.txt", "/run.sh", "/sub", "/sub/hard", "/sub/link"];
  t.deepEqual(await shell.list(t, "volume.udf"), paths);
  t.deepEqual(await shell.list(t, "volume.udf", "--fs", "udf"), paths);
  const [file, script] = await shell.json<ListedEntry[]>(t, "list", "volume.udf");
  t.like(file, { bytes: 5, mode: "0444", links: 2, birthtime: new Date(madeTime - 1000).toISOString() });
  t.deepEqual(file?.extents, [{ lba: 298, bytes: 5 }]);
  t.false("streams" in file!);
  t.deepEqual(script?.extents, [{ lba: 294, bytes: 2, offset: 216 }]);
  t.deepEqual(script?.streams, [{ name: "note", bytes: 6, extents: [{ lba: 296, bytes: 6, offset: 216 }] }]);
  t.is(await shell.ok(t, "cat", "volume.udf", "/sub/link"), "hello");
  t.is((await shell.fails(t, 1, "list", "volume.udf", "--fs", "iso")).code, "E_FILE_SYSTEM_NOT_FOUND");
});

test.serial("extract", async (t) => {
  const shell = new Shell(t);
  volumeFile(shell);
  const { code, err } = await shell.run(["extract", "volume.udf", "-C", "out"]);
  t.is(code, 6, "streams have no place in a folder");
  t.regex(err, /named streams .*"note"/);
  t.is(readFileSync(shell.path("out", "sub", "hard"), "utf8"), "hello");
  t.is(lstatSync(shell.path("out", "sub", "hard")).ino, lstatSync(shell.path("out", "file.txt")).ino);
  t.is(readlinkSync(shell.path("out", "sub", "link")), "../file.txt");
  t.is(lstatSync(shell.path("out", "run.sh")).mode & 0o7777, 0o555);
  t.is(lstatSync(shell.path("out", "file.txt")).mtimeMs, madeTime);
});

test.serial("verify compares with a folder, and names what is damaged", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/file.txt", "hello");
  await shell.ok(t, "build", "tree", "-o", "volume.udf", "--fs", "udf");
  const said = await shell.ok(t, "verify", "volume.udf", "--against", "tree");
  t.regex(said, /^1 sessions, 1 directories, 1 files, 1 blocks read: 0 errors, 0 warnings, 0 differences/);
  const [file] = await shell.json<ListedEntry[]>(t, "list", "volume.udf");
  const image = shell.path("volume.udf");
  const bytes = readFileSync(image);
  bytes[file!.extents[0]!.lba! * 2048] = 0x48;
  writeFileSync(image, bytes);
  t.is((await shell.fails(t, 5, "verify", "volume.udf", "--against", "tree")).code, "E_DIFFERENT");
  // The file set and its end, the root's entry, the file's.
  bytes[(288 + 3) * 2048 + 100] = 0xff;
  writeFileSync(image, bytes);
  const { code, out } = await shell.run(["verify", "volume.udf"]);
  t.is(code, 3);
  t.regex(out, /UDF_TAG_CRC: .* \(block 291, "\/file\.txt"\)$/m);
});

test.serial("info tells what a volume is", async (t) => {
  const shell = new Shell(t);
  shell.file("metadata.udf", metadataVolume().bytes);
  shell.file("virtual.udf", virtualVolume("1.50").bytes);
  const found = await shell.json<DiscInfo>(t, "info", "metadata.udf");
  t.deepEqual(found.sessions, [
    {
      number: 1,
      startLba: 0,
      blocks: 640,
      state: "complete",
      fileSystems: ["udf"],
      volumeName: "hand-made",
      udf: {
        revision: "2.50",
        partitions: ["type1", "metadata"],
        integrity: "closed",
        vatLba: null,
        volumeName: "hand-made",
        volumeSetIdentifier: "0123456789ABCDEF set",
        blockBytes: 2048,
        writeProtected: false,
      },
    },
  ]);
  const shown = await shell.ok(t, "info", "virtual.udf");
  t.regex(shown, /^Session +UDF +Partitions +Integrity +VAT +Block bytes +Volume$/m);
  t.regex(shown, /^1 +2\.01 +type1,virtual +open +639 +2048 +hand-made$/m);
});
