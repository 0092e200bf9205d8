import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { DiscError } from "../../src/errors.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "discsmith-host-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a lock excludes others, by every name of the file, until it is released", async (t) => {
  const folder = await folderOf(t);
  const path = join(folder, "disc");
  await writeFile(path, "");
  await symlink(path, join(folder, "link"));
  const lock = await nodeFileAccess.lock(path);
  for (const name of [path, join(folder, "link"), join(folder, ".", "disc")]) {
    const error = await t.throwsAsync<DiscError<"E_DISC_BUSY">>(nodeFileAccess.lock(name), { code: "E_DISC_BUSY" });
    t.regex(error!.detail.owner, new RegExp(`this process \\(${process.pid}\\)`));
  }
  await lock.release();
  await lock.release();
  const again = await nodeFileAccess.lock(path);
  // A lock that was released does not release its successor's.
  await lock.release();
  await t.throwsAsync(nodeFileAccess.lock(path), { code: "E_DISC_BUSY" });
  await again.release();
  t.deepEqual((await readdir(folder)).sort(), ["disc", "link"]);
});

test("a lock of a process that is gone is taken over, by one of many", async (t) => {
  const folder = await folderOf(t);
  const path = join(folder, "disc");
  await writeFile(path, "");
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  const owner = { pid: child.pid, startTime: "1", host: hostname(), id: "gone" };
  const reused = { ...owner, pid: process.pid };
  const stale = process.platform === "linux" ? [owner, reused] : [owner];
  for (const dead of stale) {
    await writeFile(`${path}.lock`, JSON.stringify(dead));
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => nodeFileAccess.lock(path)));
    const held = taken.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    t.is(held.length, 1);
    await held[0]!.release();
  }
  t.deepEqual(await readdir(folder), ["disc"]);
});

test("a lock of another host, or one that cannot be read, stays", async (t) => {
  const path = join(await folderOf(t), "disc");
  await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, startTime: "1", host: "elsewhere", id: "x" }));
  await t.throwsAsync(nodeFileAccess.lock(path), { code: "E_DISC_BUSY", message: /process 1 on elsewhere/ });
  await writeFile(`${path}.lock`, "{");
  await t.throwsAsync(nodeFileAccess.lock(path), { code: "E_DISC_BUSY", message: /cannot be read/ });
});

test("replacing a file leaves the old or the new one, and nothing beside it", async (t) => {
  const folder = await folderOf(t);
  const path = join(folder, "file");
  await nodeFileAccess.replaceFile(path, Uint8Array.of(1));
  await nodeFileAccess.replaceFile(path, Uint8Array.of(2, 3));
  t.deepEqual([...(await readFile(path))], [2, 3]);
  const directory = join(folder, "directory");
  await mkdir(join(directory, "full"), { recursive: true });
  await t.throwsAsync(nodeFileAccess.replaceFile(directory, Uint8Array.of(4)), { code: "E_HOST" });
  t.deepEqual((await readdir(folder)).sort(), ["directory", "file"]);
});

test("files are read and written where asked, and failures name the operation", async (t) => {
  const path = join(await folderOf(t), "file");
  {
    await using handle = await nodeFileAccess.open(path, "create");
    await handle.write(5, Uint8Array.of(1, 2));
    await handle.sync();
    t.is(await handle.size(), 7);
    const into = new Uint8Array(4).fill(9);
    t.is(await handle.read(4, into), 3);
    t.deepEqual([...into], [0, 1, 2, 9]);
  }
  await t.throwsAsync(nodeFileAccess.open(path, "create"), { code: "E_TARGET_EXISTS" });
  const missing = await t.throwsAsync<DiscError<"E_HOST">>(nodeFileAccess.open(`${path}x`, "read"), { code: "E_HOST" });
  t.like(missing?.detail, { path: `${path}x`, operation: "open", errno: "ENOENT" });
  t.is(await nodeFileAccess.readFile(`${path}x`), undefined);
  t.false(await nodeFileAccess.exists(`${path}x`));
  await nodeFileAccess.remove(path);
  await nodeFileAccess.remove(path);
  t.false(await nodeFileAccess.exists(path));
});

test("a file is cut off, and extended with a hole", async (t) => {
  const path = join(await folderOf(t), "disc");
  await writeFile(path, "0123456789");
  await using handle = await nodeFileAccess.open(path, "readWrite");
  await handle.truncate(4);
  t.is(await readFile(path, "latin1"), "0123");
  await handle.truncate(6);
  t.is(await readFile(path, "latin1"), "0123\0\0");
  await using reader = await nodeFileAccess.open(path, "read");
  await t.throwsAsync(reader.truncate(1), { code: "E_HOST" });
});
