/** Discs of three sessions with UDF, of every revision: every reader sees in each session what was asked for it. */
import { rmSync } from "node:fs";
import type { ExecutionContext } from "ava";
import test from "ava";
import { openRecorder } from "../../src/device.js";
import { openImage, readSessions } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { udfRevisions } from "../../src/fs/udf/revision.js";
import { withAnchorAt256 } from "../support/disc.js";
import type { Listing } from "../support/listing.js";
import { imageListing } from "../support/listing.js";
import { hasRig, kernelMounts } from "../support/rig.js";
import type { WrittenDisc } from "../support/three-sessions.js";
import { fillAll, writeThreeSessions } from "../support/three-sessions.js";
import {
  alone,
  blkidAgrees,
  bridge,
  grubAgrees,
  hasTools,
  linuxAgrees,
  mountOptions,
  sevenZipAgrees,
  udfinfoAgrees,
  udfreadAgrees,
  udfTree,
} from "../support/udf-verdicts.js";
import { compare, everything, xorrisoAgrees } from "../support/verdicts.js";

const mediaKinds = ["dvd+r", "cd-r", "bd-r"];

/** What is to be judged of a disc, besides what is of all. */
interface Scope {
  readonly media: string;
  readonly options: ImageOptions;
  readonly grub?: boolean;
  readonly isVirtual?: boolean;
}

/** Asserts that what looks at one session at a time sees its tree. */
async function judgeSessions(t: ExecutionContext, disc: WrittenDisc, scope: Scope): Promise<void> {
  const { path, starts, trees } = disc;
  const { options, isVirtual = false, grub = false } = scope;
  await using recorder = await openRecorder(path);
  for (const [index, { startLba: start, blocks, udf }] of (await readSessions(recorder)).entries()) {
    t.is(start, starts[index]!);
    t.is(udf?.partitions[0]?.startLba, 288, "the partition begins where that of the first session does");
    const whole = trees[index]!;
    const tree = udfTree(whole);
    const own = await openImage(recorder, { session: index + 1, fileSystem: "udf" });
    compare(t, await imageListing(own), tree, everything);
    const revision = options.udfRevision!;
    const session = { image: path, start, last: start + blocks! - 1, revision, tree, isVirtual };
    udfinfoAgrees(t, session);
    blkidAgrees(t, session);
    const isBridge = options.fileSystems?.includes("rockridge") === true;
    if (isBridge) xorrisoAgrees(t, path, whole, ["-load", "sbsector", String(start)]);
    if (isVirtual) continue;
    const copy = index === 0 ? path : withAnchorAt256(t, path, start);
    sevenZipAgrees(t, copy, tree);
    if (hasRig && index === 2) udfreadAgrees(t, copy, tree);
    if (grub && index === 2) grubAgrees(t, copy, tree);
    if (copy !== path) rmSync(copy);
  }
}

for (const [index, udfRevision] of udfRevisions.entries()) {
  for (const [number, [name, systems]] of Object.entries({ alone, "beside ISO 9660": bridge }).entries()) {
    // Each kind of disc is there with four revisions, with and without ISO 9660.
    const media = mediaKinds[(index + number) % 3]!;
    test.serial(`three sessions of UDF ${udfRevision}, ${name}, on ${media}`, async (t) => {
      if (!hasTools(t)) return;
      const options = { ...systems, udfRevision };
      const disc = await writeThreeSessions(t, media, fillAll, options);
      await judgeSessions(t, disc, { media, options, grub: udfRevision === "1.50" });
      if (!hasRig) return;
      const { path, starts } = disc;
      const trees = disc.trees.map(udfTree);
      const bySession = starts.map((start) => `${mountOptions},session=${start}`);
      // The kernel finds the last session by the disc's table of contents, as a desktop that mounts it does.
      const kernel = udfRevision === "2.01" ? "6.12" : "6.1";
      const scope = { fileSystem: "udf", media } as const;
      const mounts = kernelMounts(kernel, path, [mountOptions, ...bySession], starts, scope);
      for (const [mount, mounted] of mounts.entries()) linuxAgrees(t, mounted, trees[mount === 0 ? 2 : mount - 1]!);
      // As a file, once for each kind of disc; without an option it is the first session that is found.
      if (index > 2 || name !== "alone") return;
      const files = kernelMounts("6.1", path, [mountOptions, ...bySession], [], { fileSystem: "udf" });
      for (const [mount, mounted] of files.entries()) linuxAgrees(t, mounted, trees[mount === 0 ? 0 : mount - 1]!);
    });
  }
}

for (const [udfRevision, media, systems] of [
  ["1.50", "cd-r", alone],
  ["2.00", "bd-r", alone],
  ["2.01", "dvd+r", bridge],
] as const) {
  test.serial(`three sessions of UDF ${udfRevision} with virtual allocation tables, on ${media}`, async (t) => {
    if (!hasTools(t)) return;
    const options = { ...systems, udfRevision };
    const later = { udfVirtual: true };
    const disc = await writeThreeSessions(t, media, fillAll, { ...options, ...later }, later);
    await judgeSessions(t, disc, { media, options, isVirtual: true });
    if (!hasRig) return;
    const { path, starts } = disc;
    const trees: Listing[] = disc.trees.map(udfTree);
    await using recorder = await openRecorder(path);
    const lasts = recorder.sessions.map(({ startLba, blocks }) => startLba + blocks! - 1);
    // The last table of the disc is that of every session: older trees are found by where their sessions end.
    const merged = starts.map((start) => `${mountOptions},session=${start}`);
    const old = merged.map((options, index) => `${options},lastblock=${lasts[index]}`);
    const mounts = kernelMounts("6.1", path, [mountOptions, ...merged, ...old], starts, { fileSystem: "udf", media });
    for (const [mount, mounted] of mounts.entries()) linuxAgrees(t, mounted, trees[mount < 4 ? 2 : mount - 4]!);
  });
}
