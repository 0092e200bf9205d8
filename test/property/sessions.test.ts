import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { openRecorderOn } from "../../src/device/drives.js";
import { createDiscFile } from "../../src/device/emulated/store.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import type { Operation } from "../support/session-model.js";
import {
  anyOperation,
  applyToBoth,
  assertEqualListing,
  listSession,
  newModel,
  printModel,
  walkModel,
} from "../support/session-model.js";
import { temporaryFolder } from "../support/tools.js";

async function play(path: string, media: string, sessions: readonly (readonly Operation[])[]): Promise<void> {
  await createDiscFile(nodeFileAccess, path, { media, capacityBlocks: 60_000, force: true });
  const root = newModel();
  const history: Map<string, string>[] = [];
  for (const operations of sessions) {
    await using recorder = await openRecorderOn(nodeFileAccess, path, {});
    const image = new FileSystemImage();
    image.multisessionInterfaces = await recorder.multisessionInterfaces();
    if (history.length > 0) await image.importFileSystem();
    for (const operation of operations) applyToBoth(root, image.root, operation);
    const result = await image.createResultImage();
    await recorder.write(result);
    result.dispose();
    history.push(printModel(root));
    const { items, extents } = await listSession(recorder);
    assertEqualListing(`session ${history.length}`, items, history.at(-1)!);
    for (const { path: itemPath, item } of walkModel(root)) {
      if (item.type !== "file") continue;
      const now = extents.get(itemPath);
      if (item.extents !== undefined && item.extents !== now) {
        throw new Error(`"${itemPath}" lay in ${item.extents}, now in ${now}: its content was copied`);
      }
      item.extents = now;
    }
  }
  // The disc as somebody else finds it, and every session on it as it was when it was written.
  await using recorder = await openRecorderOn(nodeFileAccess, path, {});
  for (const [index, expected] of history.entries()) {
    const { items } = await listSession(recorder, { session: index + 1 });
    assertEqualListing(`old session ${index + 1}`, items, expected);
  }
}

const numRuns = process.env.DISCSMITH_SLOW === "1" ? 1000 : 40;

for (const media of ["dvd+r", "cd-r", "bd-r"]) {
  test(`sessions on ${media} hold what a model of the tree holds`, async (t) => {
    const disc = join(temporaryFolder(t), "model.disc");
    const sessions = fc.array(fc.array(anyOperation, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sessions, (given) => play(disc, media, given)),
      { numRuns },
    );
    t.pass();
  });
}

test("a file that is removed stays in the sessions before", async (t) => {
  const disc = join(temporaryFolder(t), "removed.disc");
  const attributes = { replace: false, directory: 0, item: 0, mode: 0o644, uid: 1, gid: 2, mtimeMs: 1e12 };
  const add: Operation = { ...attributes, what: "addFile", name: "a", text: "kept" };
  const remove: Operation = { ...attributes, what: "remove", name: "a", text: "" };
  await play(disc, "dvd+r", [[add], [remove], []]);
  await using recorder = await openRecorderOn(nodeFileAccess, disc, {});
  const first = await openImage(recorder, { session: 1 });
  t.is(new TextDecoder().decode(await first.readFile("/a")), "kept");
  const last = await openImage(recorder);
  await t.throwsAsync(last.stat("/a"), { code: "E_ITEM_NOT_FOUND" });
  t.is(last.session.number, 3);
});
