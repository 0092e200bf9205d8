/** Images of other programs whose trees do not hold the same: what an import joins of them. */
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Warning } from "../../src/errors.js";
import { importTree } from "../../src/fs/image/import.js";
import type { FileSystemName } from "../../src/fs/tree/disc-entry.js";
import { walkTree } from "../../src/fs/tree/walk.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";

const long = "a name that goes on for more than the sixty-four characters that Joliet has";

/** Files by their names; each holds its own name, but for those that are called empty. */
function makeFolder(folder: string, names: readonly string[]): string {
  for (const name of names) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    if (name.endsWith("/")) mkdirSync(join(folder, name));
    else writeFileSync(join(folder, name), name.includes("empty") ? "" : name);
  }
  return folder;
}

interface Imported {
  readonly fileSystem: FileSystemName;
  /** Paths with what is in them: "/a: text", "/d/", "/l -> target". */
  readonly listing: string[];
  /** What was said: "/a (rockridge, joliet)". */
  readonly differences: string[];
}

async function imported(
  bytes: Uint8Array,
  options: { start?: number; fileSystem?: FileSystemName } = {},
): Promise<Imported> {
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): number => warnings.push(warning);
  const { root, fileSystem } = await importTree(new MemorySource(bytes), { ...options, onWarning });
  const listing: string[] = [];
  for (const { path, node } of walkTree(root)) {
    if (node.type === "directory") listing.push(`${path}/`);
    else if (node.type === "symlink") listing.push(`${path} -> ${node.target}`);
    else if (node.type !== "file") listing.push(`${path}: ${node.type}`);
    else {
      const content = new Uint8Array(node.content.bytes);
      await node.content.read(0, content);
      listing.push(`${path}: ${Buffer.from(content).toString()}`);
    }
  }
  const differences = warnings.map(({ code, detail }) => {
    if (code !== "W_TREES_DIFFER") return code;
    const { path, fileSystems } = detail as { path: string; fileSystems: readonly string[] };
    return `${path} (${fileSystems.join(", ")})`;
  });
  return { fileSystem, listing: listing.sort(), differences };
}

/** How the files of a folder are listed. */
function listed(names: readonly string[]): string[] {
  const paths = new Set<string>();
  for (const name of names) {
    for (let slash = name.indexOf("/"); slash >= 0; slash = name.indexOf("/", slash + 1)) {
      paths.add(`/${name.slice(0, slash)}/`);
    }
    if (!name.endsWith("/")) paths.add(`/${name}: ${name.includes("empty") ? "" : name}`);
  }
  return [...paths].sort();
}

const names = [
  "plain.txt",
  "empty.txt",
  "Mixed Case; odd: characters?.text",
  `${long}.text`,
  `${long}, and empty.text`.slice(5),
  `${long}, a directory/inside.txt`.slice(7),
  `${long}, an empty directory/`.slice(9),
  "deep/1/2/3/4/5/6/7/8/9/bottom.txt",
  "ünïcödé-名前.txt",
];

function image(t: ExecutionContext, program: string, words: readonly string[], folder: string): Buffer {
  const target = join(temporaryFolder(t), "image.iso");
  run(program, [...words, "-o", target, folder]);
  return readFileSync(target);
}

const writers: Readonly<Record<string, readonly [string, readonly string[], FileSystemName]>> = {
  "genisoimage, Rock Ridge and Joliet": ["genisoimage", ["-quiet", "-R", "-J"], "rockridge"],
  "genisoimage, with UDF": ["genisoimage", ["-quiet", "-R", "-J", "-udf"], "rockridge"],
  "xorriso, Rock Ridge and Joliet": ["xorriso", ["-as", "mkisofs", "-quiet", "-R", "-J"], "rockridge"],
};

for (const [name, [program, words, richest]] of Object.entries(writers)) {
  test(`trees with shortened names are one: ${name}`, async (t) => {
    if (!requireTool(t, program)) return;
    const folder = makeFolder(join(temporaryFolder(t), "tree"), names);
    symlinkSync("plain.txt", join(folder, "link"));
    run("mkfifo", [join(folder, "pipe")]);
    const found = await imported(image(t, program, words, folder));
    t.is(found.fileSystem, richest);
    t.deepEqual(found.listing, [...listed(names), "/link -> plain.txt", "/pipe: fifo"].sort());
    t.deepEqual(found.differences, []);
  });
}

for (const level of ["1", "2", "3", "4"]) {
  test(`Joliet and plain ISO 9660 of level ${level} are one`, async (t) => {
    if (!requireTool(t, "genisoimage")) return;
    // Of level 4, genisoimage takes names for ISO 8859-1.
    const short = names.filter((name) => name.length < 60 && (level !== "4" || /^[ -~]*$/.test(name)));
    const folder = makeFolder(join(temporaryFolder(t), "tree"), short);
    const found = await imported(image(t, "genisoimage", ["-quiet", "-J", "-D", "-iso-level", level], folder));
    t.is(found.fileSystem, "joliet");
    t.deepEqual(
      found.listing,
      listed(short).map((path) => path.replace("; odd: characters?.text:", "_ odd_ characters_.text:")),
    );
    t.deepEqual(found.differences, []);
  });
}

test("files that are hidden in one tree are in the joined one", async (t) => {
  if (!requireTool(t, "genisoimage")) return;
  const given = ["both.txt", "joliet.txt", "iso.txt", "dir/joliet too.txt", "boot.img"];
  const folder = makeFolder(join(temporaryFolder(t), "tree"), given);
  const hide = ["-hide", "joliet.txt", "-hide", "joliet too.txt", "-hide", "boot.cat", "-hide-joliet", "iso.txt"];
  const boot = ["-b", "boot.img", "-c", "boot.cat", "-no-emul-boot"];
  const bytes = image(t, "genisoimage", ["-quiet", "-R", "-J", ...boot, ...hide], folder);
  const found = await imported(bytes);
  t.deepEqual(
    found.listing.filter((path) => !path.startsWith("/boot.cat")),
    listed(given),
  );
  t.true(found.listing.some((path) => path.startsWith("/boot.cat")));
  // Of the boot catalog nobody has to hear.
  t.deepEqual(found.differences.sort(), [
    "/dir/joliet too.txt (joliet)",
    "/iso.txt (rockridge, joliet)",
    "/joliet.txt (joliet)",
  ]);
  const alone = await imported(bytes, { fileSystem: "rockridge" });
  t.deepEqual(alone.listing, listed(["both.txt", "iso.txt", "boot.img", "dir/"]));
  t.deepEqual(alone.differences, []);
});

test("a second session with UDF, in which genisoimage empties the old files", async (t) => {
  if (!requireTool(t, "genisoimage")) return;
  const folder = temporaryFolder(t);
  const disc = join(folder, "disc.img");
  const session = join(folder, "session.img");
  const options = ["-quiet", "-R", "-J", "-udf"];
  run("genisoimage", [...options, "-o", disc, makeFolder(join(folder, "first"), names)]);
  const start = 2048;
  truncateSync(disc, start * 2048);
  const second = makeFolder(join(folder, "second"), ["new.txt", "deep/new too.txt"]);
  run("genisoimage", [...options, "-C", `0,${start}`, "-M", disc, "-o", session, second]);
  appendFileSync(disc, readFileSync(session));
  const bytes = readFileSync(disc);
  const everything = listed([...names, "new.txt", "deep/new too.txt"]);
  const joined = await imported(bytes, { start });
  t.deepEqual(joined.listing, everything);
  t.deepEqual(
    joined.differences.map((said) => said.replace(/^.* /, "")),
    ["udf)"],
  );
  // Alone, that tree has lost them.
  const alone = await imported(bytes, { start, fileSystem: "udf" });
  t.true(alone.listing.includes("/new.txt: new.txt"));
  t.true(alone.listing.includes("/plain.txt: "));
});
