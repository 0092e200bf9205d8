/** Extended attributes and access control lists, as xorriso and the host see what we write, and we what xorriso writes. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { openImage } from "../../src/fs/image/open-image.js";
import type { AclTag } from "../../src/fs/tree/access-control.js";
import { accessControlText, aclEntry } from "../../src/fs/tree/access-control.js";
import type { DirectoryNode, Item } from "../../src/fs/tree/directory.js";
import type { DiscEntry } from "../../src/fs/tree/disc-entry.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { appendTo, extractTree, verifyImage } from "../../src/node.js";
import { isoinfoListing, sevenZipListing } from "../support/judges.js";
import { treeListing } from "../support/listing.js";
import { imageFile, makeImage } from "../support/made-image.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";
import { alone, hasTools, judgeImage, udfTree } from "../support/udf-verdicts.js";
import { bsdtarAgrees, xorrisoAgrees } from "../support/verdicts.js";

/** By path without its first "/": attributes of users, and lists beyond the mode in the short form. */
type Said = Readonly<Record<string, string>>;

/** The mask is what the group may: without -acl on, xorriso shows the one in the place of the other. */
const listOf = (mask: number, ...ids: readonly number[]) => [
  aclEntry("owner", null, 6),
  ...ids.map((id) => aclEntry("user", id, 5)),
  aclEntry("owningGroup", null, 4),
  aclEntry("group", 70_001, 6),
  aclEntry("mask", null, mask),
  aclEntry("other", null, 0),
];

function fill(root: DirectoryNode): void {
  root.addFile("/plain", "plain");
  root.addFile("/some", "some", { extendedAttributes: { "user.a": "1", "user.b": "value" } });
  root.addFile("/lists", "lists", { accessControl: { access: listOf(4, 54_321, 66_000), default: null } });
  root.addDirectory("/d", { accessControl: { access: listOf(4, 54_321), default: listOf(6, 70_000) } });
  root.addFile(`/d/${"n".repeat(240)}`, "", { extendedAttributes: { "user.n": "of-a-long-name" } });
  // xorriso shows no value that is much longer.
  const long = Array.from({ length: 10 }, (_, index) => [`user.long${index}`, `${index}`.repeat(3000)]);
  root.addFile("/long", "", { extendedAttributes: Object.fromEntries(long) });
  root.addFile("/1/2/3/4/5/6/7/8/9/deep", "deep", { parents: true });
  for (const path of ["/1/2/3/4/5/6/7/8", "/1/2/3/4/5/6/7/8/9"]) root.setExtendedAttribute(path, "user.deep", path);
  root.setExtendedAttribute("/", "user.root", "of-the-root");
  for (const { node } of walkTree(root)) node.mtimeMs = 1_700_000_000_000;
}

function saidOf({ extendedAttributes, accessControl }: Item | DiscEntry): string {
  const pairs = [...(extendedAttributes ?? [])].filter(([name]) => name.startsWith("user."));
  const attributes = pairs.map(([name, value]) => `${name}=${Buffer.from(value).toString("latin1")}`).sort();
  return [...attributes, accessControlText(accessControl)].filter((text) => text !== "").join(" ");
}

async function saidByImage(bytes: Buffer): Promise<Said> {
  const image = await openImage(new MemorySource(bytes), { onWarning: (warning) => assertNone(warning.message) });
  const said: Record<string, string> = {};
  for await (const entry of image.walk("/")) if (saidOf(entry) !== "") said[entry.path.slice(1)] = saidOf(entry);
  return said;
}

function assertNone(message: string): void {
  throw new Error(message);
}

const tags: Readonly<Record<string, AclTag>> = { user: "owner", group: "owningGroup", mask: "mask", other: "other" };

/** What `getfattr` and `getfacl`, or xorriso in their manner, say of files: a block for each, begun by its name. */
function parsed(attributes: string, lists: string, root = ""): Said {
  const said: Record<string, string> = {};
  const add = (path: string, text: string): void => {
    const name = path.replace(root, "").replace(/^\.?\/?/, "");
    said[name] = said[name] === undefined ? text : `${said[name]} ${text}`;
  };
  for (const block of attributes.split("# file: ").slice(1)) {
    const [path = "", ...lines] = block.trim().split("\n");
    for (const line of lines.sort()) add(path, line.replace(/="(.*)"$/s, "=$1"));
  }
  for (const block of lists.split("# file: ").slice(1)) {
    const [path = "", ...lines] = block.trim().split("\n");
    const found = { "": [], "default:": [] } as Record<string, ReturnType<typeof aclEntry>[]>;
    for (const line of lines) {
      const match = /^(default:)?(user|group|mask|other):(\d*):([r-])([w-])([x-])/.exec(line);
      if (match === null) continue;
      const [, initial = "", who = "", id = "", ...bits] = match;
      const digit = bits.reduce((value, bit) => value * 2 + (bit === "-" ? 0 : 1), 0);
      const entry = id === "" ? aclEntry(tags[who]!, null, digit) : aclEntry(who as "user", Number(id), digit);
      found[initial]!.push(entry);
    }
    const [access, initial] = [found[""]!, found["default:"]!];
    // Of a file without a list, it shows the mode.
    const lists = { access: access.length > 3 ? access : null, default: initial.length > 0 ? initial : null };
    const text = accessControlText(lists);
    if (text !== "") add(path, text);
  }
  return said;
}

function saidByXorriso(file: string): Said {
  const find = (what: string): string => {
    const common = ["-acl", "on", "-xattr", "on", "-indev", file, "-find", "/", "-exec", what, "--"];
    return run("xorriso", ["-report_about", "SORRY", ...common]).toString("latin1");
  };
  return parsed(find("getfattr"), find("getfacl"));
}

function saidByHost(folder: string): Said {
  const attributes = run("getfattr", ["-R", "-d", "--absolute-names", folder]).toString("latin1");
  const lists = run("getfacl", ["-R", "-n", "--absolute-names", folder]).toString("latin1");
  return parsed(attributes, lists, folder);
}

for (const rockRidgeVersion of ["1.12", "1.10"] as const) {
  test.serial(`xorriso and others read what we write, with Rock Ridge ${rockRidgeVersion}`, async (t) => {
    for (const tool of ["xorriso", "bsdtar", "isoinfo", "7zz"]) if (!requireTool(t, tool)) return;
    const { image, bytes } = await makeImage(fill, { rockRidgeVersion });
    const expected: Record<string, string> = { "": saidOf(image.root) };
    for (const { path, node } of walkTree(image.root)) if (saidOf(node) !== "") expected[path.slice(1)] = saidOf(node);
    t.true(Object.keys(expected).length > 7);
    const file = imageFile(t, bytes);
    t.deepEqual(saidByXorriso(file), expected);
    const tree = await treeListing(image.root);
    xorrisoAgrees(t, file, tree);
    bsdtarAgrees(t, file, tree);
    t.true(Object.keys(sevenZipListing(t, file)).length > 10);
    // isoinfo shows directories that were moved where they lie.
    const names = Object.keys(isoinfoListing(file, ["-R"]));
    t.deepEqual(
      Object.keys(tree).filter((path) => !names.includes(path) && !/^\/1\/2\/3\/4\/5\/6\/7\/8\/9/.test(path)),
      [],
    );
  });
}

for (const udfRevision of ["1.02", "2.50"] as const) {
  test.serial(`readers of UDF ${udfRevision} pass over what they do not know`, async (t) => {
    if (!hasTools(t)) return;
    const options = { ...alone, udfRevision };
    const made = await makeImage(fill, options);
    await judgeImage(t, made, { options, tree: udfTree(await treeListing(made.image.root)) });
  });
}

test.serial("what xorriso wrote is read, restored, and goes on in our session", async (t) => {
  for (const tool of ["xorriso", "getfattr", "getfacl"]) if (!requireTool(t, tool)) return;
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "tree/d"), { recursive: true });
  for (const name of ["a", "b", "d/c"]) writeFileSync(join(folder, "tree", name), name);
  const file = join(folder, "image.iso");
  const long = "x".repeat(2500);
  const initial = "d:u::rwx,d:g::rx,d:o::-,d:u:54321:rx,d:m::rx";
  const commands = [
    ...["-acl", "on", "-xattr", "on", "-md5", "on", "-outdev", file, "-map", join(folder, "tree"), "/"],
    ...["-setfattr", "user.a", "value", "/a", "--", "-setfattr", "user.long", long, "/a", "--"],
    ...[
      "-setfacl",
      "u::rw,g::r,o::r,u:54321:rw,g:70001:r,m::rw",
      "/b",
      "--",
      "-setfacl",
      `u::rwx,g::rx,o::rx,u:66000:rwx,m::rwx,${initial}`,
      "/d",
      "--",
    ],
  ];
  run("xorriso", ["-report_about", "SORRY", ...commands]);
  const said = saidByXorriso(file);
  t.deepEqual(Object.keys(said).sort(), ["a", "b", "d"]);
  t.deepEqual(await saidByImage(readFileSync(file)), said);
  const image = await openImage(new MemorySource(readFileSync(file)));
  const notes = [...((await image.stat("/a")).extendedAttributes?.keys() ?? [])].filter((name) => /^isofs/.test(name));
  t.deepEqual(notes, ["isofs.cx"]);
  const restored = join(folder, "restored");
  const hostAttributes = { extendedAttributes: "any", accessControl: true } as const;
  t.is((await extractTree(image, [], restored, { hostAttributes })).skipped, 0);
  t.deepEqual(saidByHost(restored), said);
  writeFileSync(join(folder, "new"), "new");
  await appendTo(file, { sources: [join(folder, "new")] });
  t.deepEqual(saidByXorriso(file), said);
  const grown = await openImage(new MemorySource(readFileSync(file)), { scan: true });
  t.is((await grown.stat("/a")).extendedAttributes?.has("isofs.cx"), false);
  t.is((await grown.stat("/")).extendedAttributes, undefined);
  t.deepEqual((await verifyImage(new MemorySource(readFileSync(file)))).errors, 0);
});
