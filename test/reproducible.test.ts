/** The same input and SOURCE_DATE_EPOCH give the same bytes: again, elsewhere, and from files in another order. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { patternBytes } from "./support/rich-tree.js";
import { temporaryFolder } from "./support/tools.js";

const program = join(import.meta.dirname, "..", "src", "cli", "main.js");

function fill(folder: string, names: readonly string[]): void {
  mkdirSync(join(folder, "sub"), { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), patternBytes(3000 + name.length, name.length));
  // A link's own time is that of now, which SOURCE_DATE_EPOCH clamps.
  symlinkSync("b.txt", join(folder, "link"));
  for (const name of ["", "sub", ...names]) utimesSync(join(folder, name), 1_600_000_000, 1_600_000_000);
}

function digestOfBuilt(t: ExecutionContext, cwd: string, source: string, epoch = "1700000000"): string {
  const target = join(temporaryFolder(t), "image.iso");
  const environment = { ...process.env, SOURCE_DATE_EPOCH: epoch, TZ: cwd === "/" ? "Asia/Tokyo" : "UTC" };
  const built = spawnSync(process.execPath, [program, "build", source, "-o", target], { cwd, env: environment });
  t.is(built.status, 0, built.stderr.toString());
  return createHash("sha256").update(readFileSync(target)).digest("hex");
}

test("built twice, from another working directory, in another time zone, with files made in another order", (t) => {
  const names = ["b.txt", "a.txt", "sub/z", "sub/y", "ü"];
  const [one, other] = [join(temporaryFolder(t), "tree"), join(temporaryFolder(t), "tree")];
  fill(one, names);
  fill(other, names.toReversed());
  const first = digestOfBuilt(t, join(one, ".."), "tree");
  t.is(digestOfBuilt(t, join(one, ".."), "tree"), first);
  t.is(digestOfBuilt(t, "/", one), first);
  t.is(digestOfBuilt(t, join(other, ".."), "tree"), first);
});

test("times after SOURCE_DATE_EPOCH, and times of access, do not show", (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["tree", "touched"]) fill(join(folder, name), ["b.txt", "sub/c"]);
  utimesSync(join(folder, "tree", "b.txt"), 1_800_000_000, 1_700_000_001);
  utimesSync(join(folder, "touched", "b.txt"), 1_810_000_000, 1_750_000_001);
  t.is(digestOfBuilt(t, folder, "tree"), digestOfBuilt(t, folder, "touched"));
  t.not(digestOfBuilt(t, folder, "tree"), digestOfBuilt(t, folder, "tree", "1700000001"));
});
