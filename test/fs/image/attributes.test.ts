/** Extended attributes and access control lists of items: written, read, carried on, and undone. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "ava";
import type { Warning } from "../../../src/errors.js";
import { hasCode } from "../../../src/errors.js";
import { compareImages } from "../../../src/fs/image/compare-images.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { updateTree } from "../../../src/fs/image/update-tree.js";
import type { AccessControl } from "../../../src/fs/tree/access-control.js";
import { accessControlText, aclEntry } from "../../../src/fs/tree/access-control.js";
import type { DirectoryNode, Item, TreeSource } from "../../../src/fs/tree/directory.js";
import type { DiscEntry, FileSystemName } from "../../../src/fs/tree/disc-entry.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { appendTo, rebuildImage } from "../../../src/node.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { failsWith } from "../../support/failures.js";
import { bytesOf, imageFile, makeImage } from "../../support/made-image.js";

const lists: AccessControl = {
  access: [
    aclEntry("owner", null, 6),
    aclEntry("user", 1000, 6),
    aclEntry("user", 0, 4),
    aclEntry("owningGroup", null, 4),
    aclEntry("group", 70000, 5),
    aclEntry("mask", null, 7),
    aclEntry("other", null, 0),
  ],
  default: null,
};
const inherited: AccessControl = {
  access: null,
  default: [aclEntry("owner", null, 7), aclEntry("owningGroup", null, 5), aclEntry("other", null, 0)],
};
/** More than an entry of UDF has room for, and than a block. */
const long: Uint8Array = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7) % 256);

function fill(root: DirectoryNode): void {
  root.assign({ extendedAttributes: { "user.root": "of the root" }, accessControl: inherited });
  root.addFile("/plain", "plain");
  root.addFile("/some", "some", { extendedAttributes: { "user.a": "", "user.b": "value", "no-space": "x" } });
  root.addFile("/list", "list", { accessControl: lists });
  root.addFile("/long", "long", { extendedAttributes: { "trusted.long": long, "security.x": "\u0000" } });
  root.addDirectory("/d", { extendedAttributes: { "user.d": "d" }, accessControl: inherited });
  root.addFile(`/d/${"name ".repeat(40)}`, "", { extendedAttributes: { "user.n": "of a long name" } });
  root.addSymlink("/link", "some", { extendedAttributes: { "trusted.link": "l" } });
  root.addFile("/1/2/3/4/5/6/7/8/9/deep", "deep", { parents: true });
  for (const path of ["/1/2/3/4/5/6/7/8", "/1/2/3/4/5/6/7/8/9"]) root.setExtendedAttribute(path, "user.deep", path);
  root.addFile("/d/one name", "twice", { extendedAttributes: { "user.twice": "t" } });
  root.put(sameFile(root));
}

/** Another name of a file. */
function sameFile(root: DirectoryNode): Item {
  const file = root.item("/d/one name");
  if (file.type !== "file") throw new TypeError("it is a file");
  const other = file.withContent(file.content);
  other.name = "another name";
  return other;
}

interface Said {
  readonly attributes: Readonly<Record<string, string>>;
  readonly lists: string;
  readonly mode: string;
}

/** A value; of a long one, its length and its sum. */
function textOf(value: Uint8Array): string {
  if (value.length < 100) return Buffer.from(value).toString("latin1");
  return `${value.length} bytes, ${createHash("sha256").update(value).digest("hex").slice(0, 16)}`;
}

function said({ extendedAttributes, accessControl, mode }: Item | DiscEntry): Said {
  const pairs = [...(extendedAttributes ?? [])].map(([name, value]) => [name, textOf(value)]);
  return {
    attributes: Object.fromEntries(pairs.sort()),
    lists: accessControlText(accessControl),
    mode: mode.toString(8),
  };
}

function saidByTree(root: DirectoryNode, withLinks = true): Record<string, Said> {
  const found: Record<string, Said> = { "/": said(root) };
  const visit = (directory: DirectoryNode): void => {
    for (const item of directory) {
      if (item.type !== "symlink" || withLinks) found[item.path] = said(item);
      if (item.type === "directory") visit(item);
    }
  };
  visit(root);
  return found;
}

async function saidByImage(
  source: MemorySource,
  fileSystem: FileSystemName,
  warnings: Warning[] = [],
): Promise<Record<string, Said>> {
  const image = await openImage(source, { fileSystem, onWarning: (warning) => warnings.push(warning) });
  const found: Record<string, Said> = { "/": said(await image.stat("/")) };
  for await (const entry of image.walk("/")) found[entry.path] = said(entry);
  return found;
}

for (const [what, options] of [
  ["Rock Ridge 1.12", {}],
  ["Rock Ridge 1.10", { rockRidgeVersion: "1.10" }],
  ["UDF 1.02", { fileSystems: ["udf"], udfRevision: "1.02" }],
  ["UDF 1.50, with a table", { fileSystems: ["udf"], udfRevision: "1.50", udfVirtual: true }],
  ["UDF 2.01, with small files in their entries", { fileSystems: ["udf"], udfRevision: "2.01", udfEmbedFiles: true }],
  ["UDF 2.50", { fileSystems: ["udf"], udfRevision: "2.50" }],
  ["both", { fileSystems: ["iso", "rockridge", "joliet", "udf"], udfSpecialFiles: true }],
] as readonly (readonly [string, ImageOptions])[]) {
  test(`${what} holds what items have`, async (t) => {
    const { image, bytes, warnings } = await makeImage(fill, options);
    const lost = warnings.filter(
      (warning) => hasCode(warning, "W_NOT_REPRESENTED") && /attribute/.test(warning.message),
    );
    t.deepEqual(lost, []);
    const source = new MemorySource(bytes);
    const { fileSystems = ["rockridge"] } = options;
    for (const fileSystem of ["rockridge", "udf"] as const) {
      if (!fileSystems.includes(fileSystem)) continue;
      const expected = saidByTree(image.root, fileSystem === "rockridge" || options.udfSpecialFiles === true);
      const read: Warning[] = [];
      t.deepEqual(await saidByImage(source, fileSystem, read), expected);
      t.deepEqual(read, []);
    }
    t.deepEqual((await verifyImage(source)).findings, []);
    // An import joins what trees say, and finds that they say the same; a rebuilt image says it again.
    const again = new MemorySource(
      await bytesOf((await rebuildImage(source, {}, { udfSpecialFiles: options.udfSpecialFiles })).image),
    );
    for (const fileSystem of fileSystems.filter((name) => name === "rockridge" || name === "udf")) {
      t.deepEqual(await saidByImage(again, fileSystem), await saidByImage(source, fileSystem));
    }
  });
}

test("an image without any has the bytes that it always had", async (t) => {
  const { bytes } = await makeImage((root) => root.addFile("/a", "a"));
  t.is(bytes.indexOf("AAIP"), -1);
  const { bytes: withSome } = await makeImage((root) =>
    root.addFile("/a", "a", { extendedAttributes: { "user.x": "" } }),
  );
  t.true(withSome.indexOf("AAIP_0200") > 0);
});

test("what no tree holds is told of", async (t) => {
  const joliet = await makeImage(fill, { fileSystems: ["iso", "joliet"], isoRelaxations: { deepPaths: true } });
  const paths = joliet.warnings.filter((warning) => /alone hold its extended/.test(warning.message));
  t.is(paths.length, 11);
  // So many areas that Linux would not show the file.
  const huge = new Uint8Array(46_000);
  const many = (root: DirectoryNode): void =>
    void root.addFile("/huge", "", { extendedAttributes: { "user.h": huge } });
  const { bytes, warnings } = await makeImage(many, { fileSystems: ["iso", "rockridge", "udf"] });
  t.deepEqual(
    warnings.map((warning) => [warning.code, /more than Linux follows/.test(warning.message)]),
    [["W_NOT_REPRESENTED", true]],
  );
  const source = new MemorySource(bytes);
  t.is((await saidByImage(source, "udf"))["/huge"]?.attributes["user.h"], textOf(huge));
  t.deepEqual((await saidByImage(source, "rockridge"))["/huge"]?.attributes, {});
  t.deepEqual((await verifyImage(source)).findings, []);
});

test("the mode and the list of an item agree", (t) => {
  const { root } = new FileSystemImage();
  root.addFile("/a", "", { accessControl: lists });
  t.is(root.item("/a").mode, 0o670);
  root.setAttributes("/a", { mode: 0o604 });
  t.is(root.item("/a").mode, 0o604);
  root.setAttributes("/a", { accessControl: { access: null, default: null } });
  t.deepEqual([root.item("/a").accessControl, root.item("/a").mode], [undefined, 0o604]);
});

test("what changes a mode changes the list, as chmod does", async (t) => {
  const { bytes } = await makeImage((root) => root.addFile("/a", "", { accessControl: lists, mode: 0o604 }));
  const found = (await saidByImage(new MemorySource(bytes), "rockridge"))["/a"];
  t.deepEqual([found?.mode, /m::---/.test(found?.lists ?? ""), /o::r--/.test(found?.lists ?? "")], ["604", true, true]);
});

test("what cannot be given is refused", async (t) => {
  const { root } = new FileSystemImage();
  root.addFile("/a", "");
  for (const name of ["", "a\0b", "isofs.cx", "system.posix_acl_access"]) {
    await failsWith(t, "E_NAME_INVALID", { name }, () => root.setExtendedAttribute("/a", name, "x"));
    await failsWith(t, "E_NAME_INVALID", { name }, () =>
      root.addFile("/b", "", { extendedAttributes: { [name]: "x" } }),
    );
  }
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/a:user.x" }, () => root.removeExtendedAttribute("/a", "user.x"));
  await failsWith(t, "E_OPTION_INVALID", { option: "accessControl" }, () =>
    root.setAttributes("/a", { accessControl: { access: [aclEntry("user", 1, 7)], default: null } }),
  );
  t.deepEqual([root.find("/b"), root.item("/a").extendedAttributes], [undefined, undefined]);
});

test("each attribute that is set is one change, which is undone, and refused while a result lives", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/a", "");
  const file = image.root.item("/a");
  const before = said(file);
  const point = image.changePoint;
  image.root.setExtendedAttribute("/a", "user.a", "1");
  image.root.setExtendedAttribute("/a", "user.b", "2");
  image.root.removeExtendedAttribute("/a", "user.a");
  image.root.setAttributes("/a", { accessControl: lists });
  file.extendedAttributes = undefined;
  image.root.accessControl = inherited;
  t.is(image.changePoint, point + 6);
  image.rollbackToChangePoint(point + 3);
  t.deepEqual(said(file).attributes, { "user.b": "2" });
  image.rollbackToChangePoint(point);
  t.deepEqual([said(file), image.root.accessControl], [before, undefined]);
  await using result = await image.createResultImage();
  t.true(result.blocks > 0);
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => image.root.setExtendedAttribute("/a", "user.a", "1"));
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => {
    file.mode = 0o600;
  });
  t.deepEqual(said(file), before);
});

for (const [what, options] of [
  ["of Rock Ridge", {}],
  ["of UDF", { fileSystems: ["udf"], udfRevision: "2.01" }],
  ["of both", { fileSystems: ["iso", "rockridge", "udf"] }],
] as readonly (readonly [string, ImageOptions])[]) {
  test(`a session ${what} goes on with what the one before had`, async (t) => {
    const disc = await blankDisc(t, "dvd+r");
    let first: Record<string, Said> = {};
    await appendSession(
      disc,
      ({ root }) => {
        fill(root);
        first = saidByTree(root, options.fileSystems === undefined || options.fileSystems.includes("rockridge"));
      },
      options,
    );
    await appendSession(disc, ({ root }) => {
      root.addFile("/new", "new", { extendedAttributes: { "user.new": "n" } });
      root.setExtendedAttribute("/some", "user.b", "another value");
      root.removeExtendedAttribute("/d", "user.d");
    });
    const source = new MemorySource(readFileSync(disc));
    const image = await openImage(source, { scan: true });
    const found: Record<string, Said> = { "/": said(await image.stat("/")) };
    for await (const entry of image.walk("/")) found[entry.path] = said(entry);
    t.deepEqual(found, {
      ...first,
      "/new": { attributes: { "user.new": "n" }, lists: "", mode: "644" },
      "/some": { ...first["/some"]!, attributes: { ...first["/some"]!.attributes, "user.b": "another value" } },
      "/d": { ...first["/d"]!, attributes: {} },
    });
    const before = await openImage(source, { scan: true, session: 1 });
    const differences: string[] = [];
    for await (const { path, changes } of compareImages(before, image)) {
      differences.push(`${path}: ${changes.map(({ kind, one, other }) => `${kind} ${one} ${other}`).join()}`);
    }
    t.deepEqual(
      differences.filter((line) => !line.startsWith("/d: mtime")),
      ["/d: xattr user.d null", "/new: ", "/some: xattr user.b user.b"],
    );
  });
}

test("a grown image keeps them, and a folder that says nothing of them takes none away", async (t) => {
  const { image, bytes } = await makeImage(fill);
  const file = imageFile(t, bytes);
  const folder = imageFile(t, Buffer.from("new"), "new.txt").replace(/\/new\.txt$/, "");
  await appendTo(file, { sources: [folder], at: "/d" });
  const found = await saidByImage(new MemorySource(readFileSync(file)), "rockridge");
  t.deepEqual(found["/d"]?.attributes, saidByTree(image.root)["/d"]?.attributes);
  t.deepEqual(found["/d"]?.lists, accessControlText(inherited));
  t.deepEqual(found["/long"], saidByTree(image.root)["/long"]);
  t.deepEqual(found["/d/new.txt"]?.attributes, {});
});

test("notes of libisofs end with their session, and what it says of an item goes on", async (t) => {
  const { bytes } = await makeImage((root) => {
    root.addFile("/a", "a", { mtime: 1_600_000_000_000, mode: 0o600 });
    const notes = ["ca", "cx", "cs", "di", "nt", "st", "hx"].map(
      (name) => [`isofs.${name}`, Uint8Array.of(1)] as const,
    );
    root.item("/a").extendedAttributes = new Map([...notes, ["user.kept", Uint8Array.of(2)]]);
  });
  const source = new MemorySource(bytes);
  t.is((await (await openImage(source)).stat("/a")).extendedAttributes?.size, 8);
  const image = new FileSystemImage();
  await image.importAsNew(source);
  t.deepEqual([...image.root.item("/a").extendedAttributes!.keys()], ["isofs.hx", "user.kept"]);
  // A host never has them, and takes none away.
  const found: TreeSource = {
    load: async (into) => {
      into.addFile("a", "a", { mtime: 1_600_000_000_000, mode: 0o600, extendedAttributes: { "user.new": "n" } });
    },
  };
  const hostAttributes = { extendedAttributes: "user" } as const;
  const { changes } = await updateTree(image, found, { hostAttributes });
  t.deepEqual(
    changes.filter(({ path }) => path !== "/"),
    [{ path: "/a", kind: "attributes", type: "file" }],
  );
  t.deepEqual([...image.root.item("/a").extendedAttributes!.keys()], ["isofs.hx", "user.new"]);
});

test("trees that say something else are told of, and the richest is believed", async (t) => {
  const { bytes } = await makeImage(
    (root) => root.addFile("/a", "", { extendedAttributes: { "user.x": "same length" }, accessControl: lists }),
    { fileSystems: ["iso", "rockridge", "udf"] },
  );
  const warnings: Warning[] = [];
  const changed = Buffer.from(bytes);
  // Rock Ridge is the first of the two on the disc.
  changed.write("SAME LENGTH", changed.indexOf("same length"));
  const image = new FileSystemImage({ onWarning: (warning) => warnings.push(warning) });
  await image.importAsNew(new MemorySource(changed));
  t.deepEqual(
    warnings.map(({ code, message }) => [code, /extended attributes \(user\.x\) differ/.test(message)]),
    [["W_TREES_DIFFER", true]],
  );
  t.is(said(image.root.item("/a")).attributes["user.x"], "SAME LENGTH");
});

test("a damaged attribute of UDF is told of, and what is whole of it is used", async (t) => {
  const { bytes } = await makeImage(
    (root) => root.addFile("/long", "", { extendedAttributes: { "user.long": long, "user.z": "behind it" } }),
    { fileSystems: ["udf"] },
  );
  // In a file of its own, which no checksum but its own covers.
  const changed = Buffer.from(bytes);
  const identifier = changed.indexOf("*discsmith AAIP 2.0");
  changed[identifier - 17 + 48]! ^= 1;
  const warnings: Warning[] = [];
  const found = await saidByImage(new MemorySource(changed), "udf", warnings);
  t.deepEqual(found["/long"]?.attributes, { "user.long": textOf(long), "user.z": "behind it" });
  t.deepEqual(
    warnings.map((warning) => hasCode(warning, "W_TOLERATED") && [warning.detail.structure, warning.detail.field]),
    [["ImplementationUse", "headerChecksum"]],
  );
  const names = (await verifyImage(new MemorySource(changed))).findings.map(({ name }) => name);
  t.deepEqual([...new Set(names)], ["UDF_EA_LIST"]);
  // The length of the second piece of the long value: what comes behind cannot be told apart.
  changed[identifier - 17 + 48]! ^= 1;
  const second = changed.indexOf("*discsmith AAIP 2.0", identifier + 1) - 17 + 50;
  changed[second + 1] = 3;
  t.is((await verifyImage(new MemorySource(changed))).findings[0]?.name, "UDF_EA_LIST");
});
