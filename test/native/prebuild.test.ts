/** The binary that comes with the package: made as for a release, and loaded by a package that was installed. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { requireNative } from "../support/fake-drives.js";
import { execute } from "../support/judges.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";

const top = join(import.meta.dirname, "..", "..", "..");

/**
 * What every Node of version 20 needs itself (its BUILDING.md): so whoever can run Node can load the addon.
 */
const newestVersions: Readonly<Record<string, readonly number[]>> = {
  GLIBC: [2, 28],
  GLIBCXX: [3, 4, 25],
  CXXABI: [1, 3, 11],
};

function isAbove(version: readonly number[], limit: readonly number[]): boolean {
  const at = limit.findIndex((part, index) => (version[index] ?? 0) !== part);
  return at < 0 ? version.length > limit.length : (version[at] ?? 0) > limit[at]!;
}

test("a release's binary asks for nothing newer than Node does, exports nothing, and is loaded when installed", (t) => {
  if (!requireNative(t) || !requireTool(t, "objdump")) return;
  const folder = temporaryFolder(t);
  const installed = join(folder, "node_modules", "discsmith");
  mkdirSync(installed, { recursive: true });
  run("npm", ["run", "--silent", "build:prebuilds", installed], { cwd: top });
  const prebuilds = join(installed, "prebuilds", `linux-${process.arch}`);
  const [name, ...others] = readdirSync(prebuilds);
  t.regex(name!, /^discsmith\.(glibc|musl)\.node$/);
  t.deepEqual(others, []);

  const symbols = run("objdump", ["-T", join(prebuilds, name!)]).toString();
  const versions = [...symbols.matchAll(/\(?\b(GLIBC|GLIBCXX|CXXABI)_([\d.]+)\)?/g)];
  t.true(versions.length > 10);
  const tooNew = versions.filter(([, library, version]) =>
    isAbove(version!.split(".").map(Number), newestVersions[library!]!),
  );
  t.deepEqual(
    tooNew.map(([text]) => text),
    [],
  );
  const exported = symbols.split("\n").filter((line) => /^[0-9a-f]+ [gw] /.test(line) && !line.includes("*UND*"));
  t.deepEqual(exported.map((line) => line.split(" ").at(-1)).sort(), [
    "napi_register_module_v1",
    "node_api_module_get_api_version_v1",
  ]);

  cpSync(join(top, "dist"), join(installed, "dist"), { recursive: true });
  cpSync(join(top, "package.json"), join(installed, "package.json"));
  const load = `
    import { loadNative } from "./node_modules/discsmith/dist/native-binding.js";
    const loaded = loadNative();
    console.log("reason" in loaded ? loaded.reason : Object.keys(loaded.binding).length);
  `;
  const env = { ...process.env, DISCSMITH_NATIVE: "" };
  const options = { cwd: folder, env, encoding: "utf8" } as const;
  t.is(execFileSync(process.execPath, ["--input-type=module", "-e", load], options), "7\n");
});

test("a package is made with binaries in it, and installing it runs nothing", (t) => {
  const description = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as {
    readonly gypfile: boolean;
    readonly files: readonly string[];
    readonly scripts: Readonly<Record<string, string>>;
  };
  t.true(description.files.includes("prebuilds"));
  t.regex(description.scripts.prepack!, /build:prebuilds/);
  t.false(description.gypfile);
  for (const name of ["preinstall", "install", "postinstall", "prepare"]) t.false(name in description.scripts, name);
  // npm would build for itself where it sees one.
  t.false(readdirSync(top).includes("binding.gyp"));
});

test("the addon's source is formatted", (t) => {
  if (!requireTool(t, "clang-format")) return;
  const sources = readdirSync(join(top, "native")).filter((name) => /\.(cc|h)$/.test(name));
  const words = ["--dry-run", "-Werror", ...sources.map((name) => join(top, "native", name))];
  const { status, messages } = execute("clang-format", words);
  t.is(status, 0, messages);
});
