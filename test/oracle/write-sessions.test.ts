/** Discs of three sessions: everybody sees in each session what was asked for it, and can go on from the last. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { openRecorder } from "../../src/device.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { bytesFromName } from "../../src/fs/names/name-bytes.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { appendSession, readyMade, withDescriptorsAt16 } from "../support/disc.js";
import { execute, isoinfoListing, sevenZipListing } from "../support/judges.js";
import { digestOf, filesAndDirectories, filterListing, imageListing } from "../support/listing.js";
import {
  attributes,
  file,
  fillAll,
  late,
  relocated,
  replacement,
  writeThreeSessions,
} from "../support/three-sessions.js";
import { requireTool, temporaryFolder } from "../support/tools.js";
import { bsdtarAgrees, compare, everything, xorrisoAgrees } from "../support/verdicts.js";

/**
 * What libarchive can read in later sessions: it refuses a continuation area behind the content of its file, where it
 * always lies once that content is an earlier session's.
 */
function fillWithoutLongNames(root: DirectoryNode): void {
  fillAll(root);
  for (const { path, node } of [...walkTree(root)]) {
    if (node.type === "file" && bytesFromName(node.name).length > 110) root.remove(path);
  }
}

for (const media of ["cd-r", "dvd+r", "bd-r"]) {
  test(`${media}: each of three sessions shows its tree`, async (t) => {
    for (const tool of ["xorriso", "isoinfo", "bsdtar", "7zz"]) if (!requireTool(t, tool)) return;
    const { path, starts, trees } = await writeThreeSessions(t, media, fillWithoutLongNames);
    for (const [index, tree] of trees.entries()) {
      const start = starts[index]!;
      t.log(`session ${index + 1} at ${start}`);
      await using recorder = await openRecorder(path);
      const image = await openImage(recorder, { session: index + 1 });
      compare(t, await imageListing(image), tree, everything);
      xorrisoAgrees(t, path, tree, ["-load", "sbsector", String(start)]);
      const isPlain = (itemPath: string): boolean => itemPath.startsWith("/files");
      const found = isoinfoListing(path, ["-R", "-T", String(start)]);
      compare(t, filterListing(found, isPlain), filterListing(tree, isPlain), ["digest", "owner", "links"]);
      const copy = withDescriptorsAt16(t, path, start);
      // libarchive meets old contents before it has read all directories: it then finds fewer links of a file, and
      // shows what lies in relocated directories where they were moved to.
      bsdtarAgrees(t, copy, tree, index > 0 ? { links: false, relocated: false } : {});
      // 7-Zip shows the Joliet tree, whose long names are shortened.
      const isShort = (itemPath: string): boolean => !itemPath.startsWith("/names");
      const extracted = filterListing(sevenZipListing(t, copy), isShort);
      compare(t, extracted, filterListing(filesAndDirectories(tree), isShort), ["digest", "mtime"]);
    }
  });

  test(`${media}: only new contents are written, and every session is sound`, async (t) => {
    const { path, starts, trees } = await writeThreeSessions(t, media, fillAll);
    await using recorder = await openRecorder(path);
    const { findings } = await verifyImage(recorder);
    t.deepEqual(findings, []);
    t.deepEqual(
      starts,
      recorder.sessions.map(({ startLba }) => startLba),
    );
    for (const [index, tree] of trees.entries()) {
      compare(t, await imageListing(await openImage(recorder, { session: index + 1 })), tree, everything);
      if (requireTool(t, "xorriso")) xorrisoAgrees(t, path, tree, ["-load", "sbsector", String(starts[index])]);
    }
    const image = await openImage(recorder);
    for (const name of ["/files/large.bin", "/renamed again"]) {
      const { extents } = await image.stat(name);
      t.true(extents[0]!.lba! < starts[1]!, `${name} lies in the first session`);
    }
    const { extents } = await image.stat("/late/session 3.bin");
    t.true(extents[0]!.lba! > starts[2]!);
    t.is(trees.length, recorder.sessions.length);
  });

  test(`${media}: genisoimage makes the fourth session, we make the fifth`, async (t) => {
    for (const tool of ["xorriso", "genisoimage"]) if (!requireTool(t, tool)) return;
    const { path, starts, trees } = await writeThreeSessions(t, media, fillAll);
    const folder = join(temporaryFolder(t), "added");
    mkdirSync(folder);
    writeFileSync(join(folder, "by genisoimage.txt"), late);
    const output = join(temporaryFolder(t), "fourth.iso");
    let fourth = 0;
    {
      await using recorder = await openRecorder(path);
      const [offered] = await recorder.multisessionInterfaces();
      if (offered?.type !== "sequential") return t.fail("no sequential interface");
      const numbers = `${offered.startAddressOfPreviousSession},${offered.nextWritableAddress}`;
      t.is(offered.startAddressOfPreviousSession, starts[2]!);
      fourth = offered.nextWritableAddress;
      const made = execute("genisoimage", [
        "-quiet",
        "-R",
        "-iso-level",
        "3",
        "-C",
        numbers,
        "-M",
        path,
        "-o",
        output,
        folder,
      ]);
      t.is(made.status, 0, made.messages);
      await recorder.write(readyMade(readFileSync(output), fourth, recorder.identity));
    }
    // genisoimage follows no relocated directories of others, loses devices, and cuts links of several SL entries.
    const isKept = (itemPath: string): boolean =>
      /^\/(files|late|sticky directory|renamed again|by genisoimage)/.test(itemPath);
    const expected = { ...trees[2]!, "/by genisoimage.txt": file(late) };
    {
      await using recorder = await openRecorder(path);
      const image = await openImage(recorder);
      t.is(image.session.startLba, fourth);
      compare(t, filterListing(await imageListing(image), isKept), filterListing(expected, isKept), ["digest"]);
    }
    const fifth = await appendSession(path, ({ root }) => {
      root.addFile("/by us.txt", replacement, attributes);
      root.remove("/by genisoimage.txt");
    });
    const last = { ...relocated(expected, "/by genisoimage.txt"), "/by us.txt": file(replacement) };
    await using recorder = await openRecorder(path);
    const image = await openImage(recorder);
    t.is(image.session.startLba, fifth);
    const listing = await imageListing(image);
    compare(t, filterListing(listing, isKept), filterListing(last, isKept), ["digest"]);
    t.is(listing["/by us.txt"]?.digest, digestOf(replacement));
    // The whole of it, as xorriso sees it.
    xorrisoAgrees(t, path, listing, ["-load", "sbsector", String(fifth)]);
  });
}
