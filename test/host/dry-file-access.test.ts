import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { dryFileAccess } from "../../src/host/dry-file-access.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";

test("what is cut off of a file is gone for those who ask, and not from the disk", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "discsmith-host-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "disc");
  await writeFile(path, "0123456789");
  const files = dryFileAccess(nodeFileAccess);
  await using handle = await files.open(path, "readWrite");
  const content = async (): Promise<string> => {
    const into = new Uint8Array(32);
    return Buffer.from(into.subarray(0, await handle.read(0, into))).toString("latin1");
  };
  await handle.write(3, new TextEncoder().encode("abcdef"));
  t.is(await content(), "012abcdef9");
  await handle.truncate(5);
  t.is(await content(), "012ab");
  t.is(await handle.size(), 5);
  // What lay behind does not come back.
  await handle.truncate(8);
  t.is(await content(), "012ab\0\0\0");
  await handle.write(9, new TextEncoder().encode("z"));
  t.is(await content(), "012ab\0\0\0\0z");
  t.is(await readFile(path, "latin1"), "0123456789");
});
