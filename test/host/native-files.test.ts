import { execFileSync } from "node:child_process";
import { mkdir, open, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";
import test from "ava";
import { hasCode } from "../../src/errors.js";
import {
  accessControlOf,
  attributesOfAccessControl,
  birthTimeNs,
  copyFileRange,
  dataRanges,
  lackOfNativeFiles,
  readExtendedAttributes,
  removeExtendedAttribute,
  setExtendedAttribute,
} from "../../src/host/native-files.js";
import { requireNative } from "../support/fake-drives.js";
import { requireTool, run, skip, temporaryFolder } from "../support/tools.js";

const note = { name: "user.note", value: Uint8Array.of(1, 0, 255) };

/** Gives a file its first attribute; where its file system takes none, the test is skipped. */
async function canHaveAttributes(t: ExecutionContext, path: string): Promise<boolean> {
  try {
    return await setExtendedAttribute(path, note);
  } catch (error) {
    if (!hasCode(error, "E_HOST") || error.detail.errno !== "ENOTSUP") throw error;
    return skip(t, "the file system of the temporary folder takes no extended attributes");
  }
}

test("extended attributes are set, read and removed", async (t) => {
  if (!requireNative(t)) return;
  t.is(lackOfNativeFiles(), undefined);
  const path = join(temporaryFolder(t), "file");
  await writeFile(path, "x");
  t.deepEqual(await readExtendedAttributes(path), []);
  if (!(await canHaveAttributes(t, path))) return;
  const long = { name: "user.long", value: new Uint8Array(3000).fill(7) };
  const strange = { name: "user.\udcff", value: new Uint8Array(0) };
  for (const attribute of [long, strange]) t.true(await setExtendedAttribute(path, attribute));
  const byName = (await readExtendedAttributes(path))!.sort((one, other) => one.name.length - other.name.length);
  t.deepEqual(byName, [strange, note, long]);
  t.true(await setExtendedAttribute(path, { ...note, value: Uint8Array.of(2) }));
  t.true(await removeExtendedAttribute(path, long.name));
  t.true(await removeExtendedAttribute(path, strange.name));
  t.deepEqual(await readExtendedAttributes(path), [{ name: note.name, value: Uint8Array.of(2) }]);
  await t.throwsAsync(removeExtendedAttribute(path, long.name), { code: "E_HOST", message: /ENODATA/ });
  await t.throwsAsync(setExtendedAttribute(path, { name: "nowhere.x", value: note.value }), { code: "E_HOST" });
  await t.throwsAsync(readExtendedAttributes(join(path, "x")), { code: "E_HOST", message: /ENOTDIR/ });
  await t.throwsAsync(readExtendedAttributes(`${path}\0`), { code: "E_HOST", message: /EINVAL/ });
});

test("a symbolic link is not what it leads to", async (t) => {
  if (!requireNative(t)) return;
  const folder = temporaryFolder(t);
  const [path, link] = [join(folder, "\udcfe"), join(folder, "link")];
  execFileSync("sh", ["-c", 'cd "$0" && : >"$(printf "\\376")" && ln -s "$(printf "\\376")" link', folder]);
  if (!(await canHaveAttributes(t, path))) return;
  t.deepEqual(await readExtendedAttributes(path), [note]);
  t.deepEqual(await readExtendedAttributes(link), []);
  t.deepEqual(await readExtendedAttributes(link, { follow: true }), [note]);
  // Links take none of users.
  await t.throwsAsync(setExtendedAttribute(link, note), { code: "E_HOST" });
  t.true(await removeExtendedAttribute(link, note.name, { follow: true }));
  t.deepEqual(await readExtendedAttributes(path), []);
});

test("access control lists are those that other programs see", async (t) => {
  if (!requireNative(t) || !requireTool(t, "getfacl")) return;
  const folder = join(temporaryFolder(t), "folder");
  await mkdir(folder, { mode: 0o750 });
  t.deepEqual(accessControlOf((await readExtendedAttributes(folder))!), { access: null, default: null });
  const entry = (tag: "owner" | "owningGroup" | "mask" | "other", bits: number) => ({
    tag,
    id: null,
    read: bits >= 4,
    write: false,
    execute: bits % 2 === 1,
  });
  const named = { tag: "user" as const, id: 54_321, read: true, write: true, execute: false };
  const access = [entry("owner", 5), named, entry("owningGroup", 5), entry("mask", 5), entry("other", 0)];
  const control = { access, default: [entry("owner", 4), entry("owningGroup", 4), entry("other", 4)] };
  try {
    for (const attribute of attributesOfAccessControl(control)) await setExtendedAttribute(folder, attribute);
  } catch (error) {
    if (!hasCode(error, "E_HOST") || error.detail.errno !== "ENOTSUP") throw error;
    return void skip(t, "the file system of the temporary folder takes no access control lists");
  }
  t.deepEqual(accessControlOf((await readExtendedAttributes(folder))!), control);
  const shown = run("getfacl", ["--absolute-names", "--omit-header", "--numeric", "--no-effective", folder]).toString();
  t.deepEqual(shown.trim().split("\n"), [
    "user::r-x",
    "user:54321:rw-",
    "group::r-x",
    "mask::r-x",
    "other::---",
    "default:user::r--",
    "default:group::r--",
    "default:other::r--",
  ]);
});

test("a time of birth is told where the file system keeps it", async (t) => {
  if (!requireNative(t)) return;
  const path = join(temporaryFolder(t), "file");
  await writeFile(path, "x");
  const [born, now] = [await birthTimeNs(path), BigInt(Date.now()) * 1_000_000n];
  const minute = 60_000_000_000n;
  if (born !== null) t.true(born! <= now + minute && born! > now - minute);
  await symlink("file", join(path, "..", "link"));
  t.is(await birthTimeNs(join(path, "..", "link"), { follow: true }), born);
  // What the kernel makes up as it goes was never born.
  t.is(await birthTimeNs("/proc/self/stat"), null);
  await t.throwsAsync(birthTimeNs(join(path, "..", "nothing")), { code: "E_HOST", message: /ENOENT/ });
});

test("holes of sparse files are found", async (t) => {
  if (!requireNative(t)) return;
  const path = join(temporaryFolder(t), "file");
  await using file = await open(path, "w");
  await file.truncate(4 * 1024 * 1024);
  const whole = await dataRanges(path);
  const mebibyte = 1024 * 1024;
  for (const at of [mebibyte, 3 * mebibyte]) await file.write(Buffer.alloc(65_536, 1), 0, 65_536, at);
  await file.sync();
  const ranges = (await dataRanges(path))!;
  if (whole!.length > 0) t.deepEqual(ranges, [{ start: 0, end: 4 * mebibyte }], "a file system without holes");
  else {
    t.deepEqual(ranges, [
      { start: mebibyte, end: mebibyte + 65_536 },
      { start: 3 * mebibyte, end: 3 * mebibyte + 65_536 },
    ]);
  }
  await writeFile(path, "");
  t.deepEqual(await dataRanges(path), []);
  run("mkfifo", [`${path}.fifo`]);
  t.is(await dataRanges(`${path}.fifo`), undefined);
  await t.throwsAsync(dataRanges(`${path}.nothing`), { code: "E_HOST", message: /ENOENT/ });
});

test("ranges are copied from file to file", async (t) => {
  if (!requireNative(t)) return;
  const folder = temporaryFolder(t);
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 253));
  await writeFile(join(folder, "source"), content);
  await using source = await open(join(folder, "source"));
  await using target = await open(join(folder, "target"), "w+");
  const ends = { source: source.fd, sourceOffset: 1000, target: target.fd, targetOffset: 10 };
  t.is(await copyFileRange(ends, 200_000), 200_000);
  const copied = await readFile(join(folder, "target"));
  t.true(copied.subarray(10).equals(content.subarray(1000, 201_000)));
  // The source ends.
  t.is(await copyFileRange({ ...ends, sourceOffset: 299_000 }, 5000), 1000);
  // Not between files of these kinds, or not by this descriptor.
  await using random = await open("/dev/zero");
  t.is(await copyFileRange({ ...ends, source: random.fd }, 10), 0);
  await t.throwsAsync(copyFileRange({ ...ends, target: source.fd }, 10), { code: "E_HOST", message: /EBADF/ });
});

test("without the addon nothing is told, and nothing fails", (t) => {
  const script = fileURLToPath(new URL("../native/without-addon.js", import.meta.url));
  const env = { ...process.env, DISCSMITH_NATIVE: "/nowhere/discsmith.node" };
  const output = execFileSync(process.execPath, [script, temporaryFolder(t)], { env, encoding: "utf8" });
  t.is(output, "works\n");
});
