import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test from "ava";
import type { ImageOptions } from "../../../src/node.js";
import { FileSystemImage, printPlan } from "../../../src/node.js";

const epoch = 1_700_000_000;

/** A small tree with one of each kind, long names, and a directory that is deep enough to be moved. */
async function makeImage(options: ImageOptions): Promise<{ plan: string; sha256: string }> {
  const image = new FileSystemImage({ sourceDateEpoch: epoch, volumeName: "golden", ...options });
  const { root } = image;
  root.addFile("/read me.txt", "to be read\n", { uid: 1000, gid: 100, mtime: (epoch - 5) * 1000 });
  root.addFile("/two blocks", new Uint8Array(2049).fill(7), { mode: 0o600 });
  root.addFile(`/${"long".repeat(60)}.dat`, "x");
  root.addFile("/Ünï/çødé.txt", "ü", { parents: true });
  root.addSymlink("/link", `${"a/".repeat(130)}b`);
  root.addSpecial("/null", "character", { major: 1, minor: 3 });
  root.addFile("/1/2/3/4/5/6/7/8/9/deep", "deep", { parents: true });
  await using result = await image.createResultImage();
  const hash = createHash("sha256");
  for await (const chunk of result.chunks()) hash.update(chunk);
  return { plan: printPlan(result.plan), sha256: hash.digest("hex") };
}

const goldenPlan = `\
         0          16  systemArea            System area
        16           1  primaryVolumeDescriptor  Primary Volume Descriptor
        17           1  jolietVolumeDescriptor  Supplementary Volume Descriptor (Joliet)
        18           1  terminator            Volume Descriptor Set Terminator
        19           1  isoPathTableL         ISO 9660: path table, type L
        20           1  isoPathTableM         ISO 9660: path table, type M
        21          12  isoDirectories        ISO 9660: directories
        33           1  isoContinuation       ISO 9660: continuation areas
        34           1  jolietPathTableL      Joliet: path table, type L
        35           1  jolietPathTableM      Joliet: path table, type M
        36          11  jolietDirectories     Joliet: directories
        47           6  contents              File contents
`;

test("the plan of a fixed tree is the one it was", async (t) => {
  const { plan } = await makeImage({});
  t.is(plan, goldenPlan);
});

// A change of these is a change of bytes: it has a line in CHANGELOG.md that starts with "bytes".
for (const [name, options, sha256] of [
  ["by default", {}, "7fecf7e6fde4dbc2b448c7789c466468144202c73641b4f935b97cac2bef19c6"],
  [
    "level 1, Rock Ridge 1.10",
    { isoLevel: 1, rockRidgeVersion: "1.10" },
    "79eae8ac89212cf277f7f9ee42a468062098082894e1edecb3a86aab2b31de40",
  ],
  [
    "level 4, long Joliet names",
    { isoLevel: 4, jolietNameLength: 103 },
    "53436aa63879b84f195a00bb986f421523e7e0aa3ae8b85af3e167e75a3c9a38",
  ],
  [
    "ISO 9660 and Joliet alone",
    { fileSystems: ["iso", "joliet"], isoRelaxations: { deepPaths: true } },
    "1f457149cf3314035c802b67841cab034e9da21357309b03ff357993245938cd",
  ],
] as const) {
  test(`a fixed tree gives the bytes it gave: ${name}`, async (t) => {
    const first = await makeImage(options);
    const second = await makeImage(options);
    t.is(first.sha256, second.sha256);
    t.is(first.sha256, sha256);
  });
}

test("the same folder gives the same bytes from another working directory, whatever its times", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "discsmith-reproducible-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "tree/sub"), { recursive: true });
  writeFileSync(join(folder, "tree/b"), "b");
  writeFileSync(join(folder, "tree/sub/a"), "a");
  symlinkSync("../b", join(folder, "tree/sub/link"));
  const command = resolve("dist/cli/main.js");
  const build = (cwd: string, source: string, target: string): Buffer => {
    execFileSync(process.execPath, [command, "build", source, "-o", target], {
      cwd,
      env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
      stdio: "ignore",
    });
    return readFileSync(target);
  };
  const one = build(folder, "tree", join(folder, "one.iso"));
  // Read in between: access times differ, and are not written.
  readFileSync(join(folder, "tree/b"));
  const other = build(join(folder, "tree/sub"), "..", join(folder, "other.iso"));
  t.true(one.equals(other));
});
