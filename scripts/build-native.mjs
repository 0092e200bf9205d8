// Builds the native addon from native/: by default for this clone, in native/build.
//
//   --if-needed      only where it is older than its source; where that fails, says why and goes on
//   --prebuild DIR   a stripped binary for the package, in DIR/prebuilds
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("..", import.meta.url));
const source = join(top, "native");
const binary = join(source, "build", "Release", "discsmith.node");

/** Node's headers where they were installed with it; elsewhere node-gyp fetches them. */
function headersEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node_api.h")) ? { npm_config_nodedir: prefix } : {};
}

/** npm brings node-gyp along, and says where when it runs a script. */
function nodeGyp() {
  const { npm_config_node_gyp: path, npm_execpath: npm } = process.env;
  if (path !== undefined) return path;
  const besideNpm = npm === undefined ? "" : join(dirname(npm), "..", "node_modules", "node-gyp", "bin", "node-gyp.js");
  if (existsSync(besideNpm)) return besideNpm;
  throw new Error("node-gyp is missing; run this as npm run build:native");
}

function build() {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [nodeGyp(), "configure", "build"], {
    cwd: source,
    encoding: "utf8",
    env: { ...process.env, ...headersEnvironment() },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`node-gyp failed:\n${stdout}${stderr}`);
}

function isUpToDate() {
  if (!existsSync(binary)) return false;
  const builtMs = statSync(binary).mtimeMs;
  const sources = readdirSync(source)
    .filter((name) => /\.(cc|h|gyp|map)$/.test(name))
    .map((name) => join(source, name));
  return [...sources, join(top, "node_modules", "node-addon-api", "package.json")].every(
    (path) => (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) <= builtMs,
  );
}

/** Builds in a copy, so that what the clone uses stays where it is. */
async function prebuild(out) {
  const { default: prebuildify } = await import("prebuildify");
  const copy = mkdtempSync(join(top, "node_modules", ".discsmith-prebuild-"));
  try {
    cpSync(source, copy, { recursive: true, filter: (path) => basename(path) !== "build" });
    Object.assign(process.env, headersEnvironment());
    const options = {
      cwd: copy,
      out: resolve(out),
      name: "discsmith",
      napi: true,
      strip: true,
      tagLibc: true,
      targets: [process.versions.node],
      quiet: true,
    };
    await new Promise((done, fail) => {
      prebuildify(options, (error) => (error ? fail(error) : done()));
    });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const [option, folder = top] = process.argv.slice(2);
const isIfNeeded = option === "--if-needed";
try {
  if (process.platform !== "linux") throw new Error("the native addon is for Linux");
  if (option === "--prebuild") await prebuild(folder);
  else if (!isIfNeeded || !isUpToDate()) build();
} catch (error) {
  const what = isIfNeeded ? "without the native addon real drives cannot be used, and its tests are skipped" : "failed";
  process.stderr.write(`build-native: ${what}: ${error.message}\n`);
  if (!isIfNeeded) process.exitCode = 1;
}
