/** Patching images in files: whatever happens on the way, the image is the old one or the new one, or can be the old one again. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { appendTo, buildImage } from "../src/disc-jobs.js";
import { DiscError } from "../src/errors.js";
import type { Content } from "../src/fs/tree/content.js";
import { MemoryContent } from "../src/fs/tree/content.js";
import { nodeFileAccess } from "../src/host/node-file-access.js";
import { maximumPieceBytes } from "../src/host/undo-file.js";
import type { FileAccess } from "../src/medium/file-access.js";
import type { PatchSource } from "../src/patch-job.js";
import { patchImage, patchImageOn, revertPatch, revertPatchOn, undoPathOf } from "../src/patch-job.js";
import { faultyFiles, PowerLoss } from "./device/support.js";
import { failsWith } from "./support/failures.js";
import { imageFile, makeImage } from "./support/made-image.js";
import { imageEpoch, patchTime, shownFiles } from "./support/patched.js";
import { temporaryFolder } from "./support/tools.js";

/** An image of a bridge in a file, with its bytes. */
async function made(t: ExecutionContext): Promise<{ readonly path: string; readonly before: Buffer }> {
  const { bytes } = await makeImage(
    (root) => {
      root.addFile("/one", "first\n");
      root.addFile("/large", new Uint8Array(70_000).fill(7));
    },
    { fileSystems: ["iso", "rockridge", "udf"], udfRevision: "2.50", sourceDateEpoch: imageEpoch },
  );
  return { path: imageFile(t, bytes), before: bytes };
}

const changes: readonly PatchSource[] = [
  { target: "/one", source: new MemoryContent(Buffer.from("the first is now longer\n")), mtimeMs: patchTime },
  { target: "/large", source: new MemoryContent(new Uint8Array(69_000).fill(8)), mtimeMs: patchTime },
];
const newTree = { "/one": "the first is now longer\n new", "/large": "69000 × 8 new" };

async function isNew(t: ExecutionContext, path: string): Promise<void> {
  for (const tree of ["rockridge", "udf"] as const) t.deepEqual(await shownFiles(readFileSync(path), tree), newTree);
}

test("a patch is written, and taken back", async (t) => {
  const { path, before } = await made(t);
  const planned = await patchImage(path, changes, { dryRun: true });
  t.true(readFileSync(path).equals(before));
  t.is(planned.undo, null);
  const report = await patchImage(path, changes);
  t.deepEqual(report, { ...planned, dryRun: false, undo: undoPathOf(path) });
  await isNew(t, path);
  const after = readFileSync(path);
  const differing = before.filter((octet, index) => octet !== after[index]).length;
  t.true(differing > 0 && differing <= report.bytes);
  // Outside of the ranges, nothing is written.
  for (const { offsetBytes, bytes } of report.ranges)
    after.set(before.subarray(offsetBytes, offsetBytes + bytes), offsetBytes);
  t.true(after.equals(before));
  const wouldBe = await revertPatch(path, undefined, { dryRun: true });
  await isNew(t, path);
  const reverted = await revertPatch(path);
  t.deepEqual(reverted, { ...wouldBe, dryRun: false });
  t.true(readFileSync(path).equals(before));
  t.false(existsSync(undoPathOf(path)));
  t.false(existsSync(`${path}.lock`));
});

/** Operations on files before anything is written: failing there changes nothing. */
async function planningOperations(path: string): Promise<number> {
  const faults = { operations: 0, failAt: Number.POSITIVE_INFINITY, power: true, partialBytes: 0 };
  await patchImageOn(faultyFiles(faults), path, changes, { dryRun: true });
  return faults.operations;
}

test("power that fails at any step leaves what the undo file makes the old image again", async (t) => {
  const { path, before } = await made(t);
  const undo = undoPathOf(path);
  let isDone = false;
  let torn = 0;
  for (let failAt = await planningOperations(path); !isDone; failAt++) {
    const faults = { operations: 0, failAt, power: true, partialBytes: (failAt * 1021) % 3000 };
    try {
      await patchImageOn(faultyFiles(faults), path, changes);
      isDone = true;
    } catch (error) {
      t.true(String(error).includes("fault"), String(error));
    }
    if (isDone) break;
    if (!readFileSync(path).equals(before)) torn++;
    if (existsSync(undo)) {
      try {
        await revertPatch(path);
      } catch (error) {
        // Power failed before the undo file was whole: nothing was changed.
        t.is((error as { code?: string }).code, "E_UNDO_INVALID", String(error));
        await nodeFileAccess.remove(undo);
      }
    }
    t.true(readFileSync(path).equals(before), `operation ${failAt}`);
  }
  t.true(torn > 10, `${torn} times the image was changed`);
  await isNew(t, path);
  await revertPatch(path);
  t.true(readFileSync(path).equals(before));
});

test("a failure that is noticed at any step puts everything back, and leaves no undo file", async (t) => {
  const { path, before } = await made(t);
  let isDone = false;
  for (let failAt = 1; !isDone; failAt++) {
    const faults = { operations: 0, failAt, power: false, partialBytes: failAt % 3 === 0 ? 700 : 0 };
    try {
      await patchImageOn(faultyFiles(faults), path, changes);
      isDone = true;
    } catch (error) {
      t.true(error instanceof PowerLoss, String(error));
      t.true(readFileSync(path).equals(before), `operation ${failAt}`);
      t.false(existsSync(undoPathOf(path)), `operation ${failAt}`);
    }
  }
  await isNew(t, path);
});

test("taking back can be interrupted at any step, and be done again", async (t) => {
  const { path, before } = await made(t);
  await patchImage(path, changes);
  const after = readFileSync(path);
  const saved = readFileSync(undoPathOf(path));
  let isDone = false;
  for (let failAt = 1; !isDone; failAt++) {
    writeFileSync(path, after);
    writeFileSync(undoPathOf(path), saved);
    const faults = { operations: 0, failAt, power: true, partialBytes: (failAt * 1021) % 3000 };
    try {
      await revertPatchOn(faultyFiles(faults), path, undoPathOf(path));
      isDone = true;
    } catch (error) {
      t.true(String(error).includes("fault"), String(error));
      const reverted = await revertPatch(path);
      t.true(reverted.bytes > 0);
    }
    t.true(readFileSync(path).equals(before), `operation ${failAt}`);
  }
});

test("where putting back fails, too, the error says what is left to do", async (t) => {
  const { path, before } = await made(t);
  let isFull = false;
  const files: FileAccess = {
    ...nodeFileAccess,
    async open(name, mode) {
      const handle = await nodeFileAccess.open(name, mode);
      if (name !== path) return handle;
      let writes = 0;
      return {
        size: () => handle.size(),
        read: (offset, into) => handle.read(offset, into),
        async write(offset, from) {
          if (++writes > 2) isFull = true;
          if (!isFull) return await handle.write(offset, from);
          const detail = { path: name, operation: "write", errno: "ENOSPC" };
          throw new DiscError("E_HOST", `write of "${name}" failed: ENOSPC`, detail);
        },
        truncate: (bytes) => handle.truncate(bytes),
        sync: () => handle.sync(),
        close: () => handle.close(),
        [Symbol.asyncDispose]: () => handle.close(),
      };
    },
  };
  const error = await failsWith(t, "E_HOST", { errno: "ENOSPC" }, () => patchImageOn(files, path, changes));
  t.true(error.message.includes(undoPathOf(path)));
  t.false(readFileSync(path).equals(before));
  await revertPatch(path);
  t.true(readFileSync(path).equals(before));
});

test("steps are on the disk before the next: the undo file, contents, what tells of them, that it is done", async (t) => {
  const { path } = await made(t);
  const log: string[] = [];
  const files: FileAccess = {
    ...nodeFileAccess,
    async open(name, mode) {
      const handle = await nodeFileAccess.open(name, mode);
      const what = name === path ? "image" : "undo";
      return {
        size: () => handle.size(),
        read: (offset, into) => handle.read(offset, into),
        async write(offset, from) {
          const kind = from.length >= 2048 ? "content" : "structure";
          log.push(what === "undo" ? (offset === 0 ? "undo state" : "undo") : `image ${kind}`);
          await handle.write(offset, from);
        },
        truncate: (bytes) => handle.truncate(bytes),
        async sync() {
          log.push(`sync ${what}`);
          await handle.sync();
        },
        close: () => handle.close(),
        [Symbol.asyncDispose]: () => handle.close(),
      };
    },
  };
  await patchImageOn(files, path, changes);
  const steps = log.filter((step, index) => step !== log[index - 1]);
  t.deepEqual(steps, [
    ...["undo state", "undo", "sync undo", "undo state", "sync undo"],
    ...["image content", "sync image", "image structure", "sync image"],
    ...["undo state", "sync undo"],
  ]);
});

test("cancelling puts everything back", async (t) => {
  const { path, before } = await made(t);
  for (const phase of ["planning", "saving", "writing"]) {
    const controller = new AbortController();
    const onProgress = (progress: { phase: string }): void => {
      if (progress.phase === phase) controller.abort();
    };
    const { signal } = controller;
    await failsWith(t, "E_CANCELLED", {}, () => patchImage(path, changes, { signal, onProgress }));
    t.true(readFileSync(path).equals(before), phase);
    t.false(existsSync(undoPathOf(path)), phase);
  }
});

/** A content that is another one when it is read again. */
class FickleContent implements Content {
  readonly repeatable = true;
  readonly label = "fickle";
  readonly bytes: number;
  #reads = 0;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  async read(_offset: number, into: Uint8Array): Promise<void> {
    into.fill(this.#reads++);
  }
}

test("a content that changes while it is read is noticed, and everything put back", async (t) => {
  const { path, before } = await made(t);
  const sources = [changes[0]!, { target: "/large", source: new FickleContent(70_000) }];
  await failsWith(t, "E_CONTENT_CHANGED", { path: "fickle" }, () => patchImage(path, sources));
  t.true(readFileSync(path).equals(before));
  t.false(existsSync(undoPathOf(path)));
});

test("an undo file that is there is not written over", async (t) => {
  const { path, before } = await made(t);
  const undo = join(temporaryFolder(t), "kept");
  writeFileSync(undo, "mine");
  await failsWith(t, "E_TARGET_EXISTS", { path: undo }, () => patchImage(path, changes, { undo }));
  t.is(readFileSync(undo, "utf8"), "mine");
  t.true(readFileSync(path).equals(before));
  await failsWith(t, "E_UNDO_INVALID", { path: undo }, () => revertPatch(path, undo));
  await failsWith(t, "E_TARGET_EXISTS", { path }, () => patchImage(path, changes, { undo: path }));
});

test("an undo file makes nothing of an image that it is not of, or that was changed since", async (t) => {
  const { path } = await made(t);
  await patchImage(path, changes);
  const after = readFileSync(path);
  const undo = undoPathOf(path);
  const saved = readFileSync(undo);
  const other = join(temporaryFolder(t), "other.iso");
  await buildImage([{ path: undo, target: "/undo" }], { output: other });
  await failsWith(t, "E_DISC_CHANGED", { what: "image" }, () => revertPatch(other, undo));
  // The same length, and another name in its descriptor.
  const renamed = Buffer.from(after);
  renamed.write("ANOTHER", 16 * 2048 + 40);
  writeFileSync(other, renamed);
  await failsWith(t, "E_DISC_CHANGED", { what: "image" }, () => revertPatch(other, undo));
  // The content that was written has been changed once more.
  const changed = Buffer.from(after);
  changed[changed.lastIndexOf("longer")] = 0x4c;
  writeFileSync(other, changed);
  await failsWith(t, "E_DISC_CHANGED", { expected: "patched" }, () => revertPatch(other, undo));
  t.true(readFileSync(other).equals(changed));
  // A damaged undo file puts nothing back.
  for (const at of [130, 160, saved.length - 100]) {
    const damaged = Buffer.from(saved);
    damaged[at]! ^= 1;
    writeFileSync(undo, damaged);
    await failsWith(t, "E_UNDO_INVALID", { path: undo }, () => revertPatch(path));
  }
  writeFileSync(undo, saved);
  await truncate(undo, saved.length - 1);
  await failsWith(t, "E_UNDO_INVALID", { path: undo }, () => revertPatch(path));
  t.true(readFileSync(path).equals(after));
  await failsWith(t, "E_HOST", { errno: "ENOENT" }, () => revertPatch(path, `${undo}.none`));
  // What is the old image already is left, and its undo file used up.
  writeFileSync(undo, saved);
  await revertPatch(path);
  writeFileSync(undo, saved);
  t.true((await revertPatch(path)).wasReverted);
  t.false(existsSync(undo));
});

test("a large content goes through in pieces, and its undo file is as large as what it replaces", async (t) => {
  const bytes = 2 * maximumPieceBytes + 5000;
  const { bytes: image } = await makeImage((root) => root.addFile("/large", new Uint8Array(bytes).fill(1)));
  const path = imageFile(t, image);
  const report = await patchImage(path, [
    { target: "/large", source: new MemoryContent(new Uint8Array(bytes).fill(2)) },
  ]);
  const size = readFileSync(undoPathOf(path)).length;
  t.true(size > bytes && size < bytes + 3000, `${size}`);
  t.is(report.ranges.length, 1);
  t.is((await shownFiles(readFileSync(path), "rockridge"))["/large"], `${bytes} × 2`);
  await revertPatch(path);
  t.true(readFileSync(path).equals(image));
});

test("a file that other sessions have in the same blocks is changed in all of them, or not at all", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "grown.iso");
  const [first, second] = ["first", "second"].map((name) => {
    writeFileSync(join(folder, name), `This is ${name}.\n`);
    return { path: join(folder, name), target: `/${name}` };
  });
  const fileSystems = ["iso", "rockridge", "joliet", "udf"] as const;
  await buildImage([first!], { output: path, fileSystems });
  await appendTo(path, { sources: [second!] });
  const before = readFileSync(path);
  const content = new MemoryContent(Buffer.from("changed\n"));
  const source = { target: "/first", source: content, mtimeMs: patchTime };
  const detail = { path: "/first", sessions: [1] };
  const error = await failsWith(t, "E_CONTENT_SHARED", detail, () => patchImage(path, [source]));
  t.regex(error.message, /session 1/);
  await failsWith(t, "E_CONTENT_SHARED", { path: "/first", sessions: [2] }, () =>
    patchImage(path, [source], { session: 1 }),
  );
  t.true(readFileSync(path).equals(before));
  // What only the last session has is its own.
  await patchImage(path, [{ ...source, target: "/second" }]);
  t.is((await shownFiles(readFileSync(path), "udf"))["/second"], "changed\n new");
  await revertPatch(path);
  const { files } = await patchImage(path, [source], { allSessions: true });
  t.deepEqual([...new Set(files[0]!.names.map(({ session }) => session))].sort(), [1, 2]);
  for (const session of [1, 2]) {
    for (const tree of ["rockridge", "joliet", "udf"] as const) {
      t.is((await shownFiles(readFileSync(path), tree, session))["/first"], "changed\n new", `${tree} ${session}`);
    }
  }
  await revertPatch(path);
  t.true(readFileSync(path).equals(before));
});

test("discs are not patched", async (t) => {
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => patchImage("/dev/sr0", changes));
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => revertPatch("/dev/sr0"));
});
