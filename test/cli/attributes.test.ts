/** Extended attributes and access control lists on the command line: off unless they are asked for. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import type { ListedEntry } from "../../src/cli/list.js";
import { hasCode } from "../../src/errors.js";
import { aclEntry } from "../../src/fs/tree/access-control.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import {
  accessControlOf,
  attributesOfAccessControl,
  readExtendedAttributes,
  setExtendedAttribute,
} from "../../src/host/native-files.js";
import { makeImage } from "../support/made-image.js";
import { Shell as FarShell, NearShell as Shell } from "./support.js";

const access = [
  aclEntry("owner", null, 6),
  aclEntry("user", 54_321, 4),
  aclEntry("owningGroup", null, 4),
  aclEntry("mask", null, 4),
  aclEntry("other", null, 0),
];
const lists = { access, default: null };
const shown = "u::rw-,u:54321:r--,g::r--,m::r--,o::---";

function fill(root: DirectoryNode): void {
  root.addFile("/both", "both", {
    accessControl: lists,
    extendedAttributes: { "user.a": "1" },
    mtime: 1_600_000_000_000,
  });
  root.addFile("/list", "list", { accessControl: lists, mtime: 1_600_000_000_000 });
  root.addFile("/none", "none", { mtime: 1_600_000_000_000 });
  root.addDirectory("/some", { extendedAttributes: { "user.d": "\u00ff" }, mtime: 1_600_000_000_000 });
}

/** Whether a folder of the host keeps them. */
async function keeps(folder: string): Promise<boolean> {
  const path = join(folder, "probe");
  writeFileSync(path, "");
  try {
    const attributes = [{ name: "user.probe", value: Uint8Array.of(1) }, ...attributesOfAccessControl(lists)];
    for (const attribute of attributes) if (!(await setExtendedAttribute(path, attribute))) return false;
    return true;
  } catch (error) {
    if (hasCode(error, "E_HOST")) return false;
    throw error;
  }
}

test.serial("they are shown, restored, taken and compared when they are asked for", async (t) => {
  const shell = new Shell(t);
  const { bytes } = await makeImage(fill);
  writeFileSync(join(shell.folder, "x.iso"), bytes);
  const marks = (await shell.list(t, "x.iso", "--long")).map((line) => line.slice(10, 11)).join("");
  t.is(marks, "*+ @");
  const [both, list, none] = await shell.json<ListedEntry[]>(t, "list", "x.iso");
  t.deepEqual([both?.xattr, both?.acl, list?.xattr, list?.acl], [{ "user.a": "MQ==" }, shown, undefined, shown]);
  t.false("xattr" in none! || "acl" in none!);
  await shell.ok(t, "extract", "x.iso", "-C", "bare");
  t.deepEqual(await readExtendedAttributes(join(shell.folder, "bare/both")), []);
  const { code, err } = await shell.run(["extract", "x.iso", "-C", "full", "--xattr", "--acl"]);
  if (!(await keeps(shell.folder))) {
    // Nothing is lost silently.
    t.is(code, 6);
    t.regex(err, /"\/both": the folder does not take user\.a/);
    return;
  }
  t.is(code, 0, err);
  const restored = (await readExtendedAttributes(join(shell.folder, "full/both"))) ?? [];
  t.deepEqual(accessControlOf(restored), lists);
  t.deepEqual(
    restored.filter(({ name }) => name.startsWith("user.")).map(({ value }) => [...value]),
    [[0x31]],
  );
  await shell.ok(t, "diff", "x.iso", "full", "--xattr", "--acl");
  await shell.ok(t, "diff", "x.iso", "bare");
  const differing = await shell.run(["diff", "x.iso", "bare", "--xattr", "--acl", "--json"]);
  const { differences } = JSON.parse(differing.out) as { differences: { path: string; changes: object[] }[] };
  t.deepEqual(differences, [
    {
      path: "/both",
      kind: "changed",
      one: "file",
      other: "file",
      changes: [
        { kind: "xattr", one: "user.a", other: null },
        { kind: "acl", one: shown, other: null },
      ],
    },
    { path: "/list", kind: "changed", one: "file", other: "file", changes: [{ kind: "acl", one: shown, other: null }] },
    {
      path: "/some",
      kind: "changed",
      one: "directory",
      other: "directory",
      changes: [{ kind: "xattr", one: "user.d", other: null }],
    },
  ]);
  // From the folder into images, by each way; and without the options, nothing.
  for (const words of [
    ["build", "full", "-o", "y.iso", "--xattr", "--acl"],
    ["build", "full", "-o", "udf.iso", "--fs", "udf", "--xattr-any", "--acl"],
    ["mkisofs", "-quiet", "-R", "-o", "z.iso", "-acl", "-xattr", "full"],
    ["mkisofs", "-quiet", "-R", "-o", "b.iso", "-for_backup", "full"],
  ]) {
    await shell.ok(t, ...words);
    const image = words[words.indexOf("-o") + 1]!;
    await shell.ok(t, "diff", image, "full", "--xattr", "--acl");
    await shell.ok(t, "verify", image);
  }
  await shell.ok(t, "build", "full", "-o", "without.iso");
  t.true((await shell.json<ListedEntry[]>(t, "list", "without.iso")).every((entry) => !("xattr" in entry)));
  // Updating takes what differs, and of the same folder nothing.
  const update = ["update", "y.iso", "full", "--xattr", "--acl"];
  t.regex((await shell.run(update)).err, /nothing differs/);
  await setExtendedAttribute(join(shell.folder, "full/none"), { name: "user.new", value: Uint8Array.of(0x6e) });
  t.regex((await shell.run(["update", "y.iso", "full"])).err, /nothing differs/);
  const changed = await shell.json<{ changes: object[]; bytes: number }>(t, ...update);
  t.deepEqual([changed.changes, changed.bytes], [[{ path: "/none", kind: "attributes", type: "file" }], 0]);
  await shell.ok(t, "diff", "y.iso", "full", "--xattr", "--acl");
  // A rebuilt image has them without being told, and what is added is asked.
  mkdirSync(join(shell.folder, "more"));
  await shell.ok(t, "rebuild", "y.iso", "more", "-o", "again.iso");
  await shell.ok(t, "diff", "again.iso", "full", "--xattr", "--acl");
  await shell.ok(t, "diff", "again.iso", "y.iso");
});

test.serial("without the addon, asking for them is an error, and the rest works", async (t) => {
  const shell = new FarShell(t);
  shell.file("tree/a");
  const environment = { DISCSMITH_NATIVE: join(shell.folder, "none.node") };
  const { code, err } = await shell.run(["build", "tree", "-o", "x.iso", "--acl", "--json"], { environment });
  t.is(code, 1);
  t.regex(err, /"E_NOT_SUPPORTED".*native addon/s);
  t.is((await shell.run(["build", "tree", "-o", "x.iso"], { environment })).code, 0);
});
