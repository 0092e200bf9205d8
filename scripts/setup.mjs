// Installs the packages where that is needed: none are there, or not those of the lock file. With --native, also builds
// the native addon where it is older than its source.
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("..", import.meta.url));
const installedList = "node_modules/.package-lock.json";

/** Time of the last change in milliseconds; 0 where there is no such file. */
function changedMs(path) {
  return statSync(`${top}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function packagesOf(path) {
  return JSON.parse(readFileSync(`${top}/${path}`, "utf8")).packages;
}

/** A checkout gives the lock file a new time and leaves what is in it: the versions decide. */
function isInstalled() {
  if (changedMs(installedList) >= changedMs("package-lock.json")) return true;
  if (changedMs(installedList) === 0) return false;
  const installed = packagesOf(installedList);
  return Object.entries(packagesOf("package-lock.json")).every(
    // Packages for other systems are in the lock file alone.
    ([path, { version, optional }]) =>
      path === "" || installed[path]?.version === version || (installed[path] === undefined && optional === true),
  );
}

if (!isInstalled()) {
  const { status, stdout, stderr, error } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: top,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ""}${stderr ?? ""}${error === undefined ? "" : `${error.message}\n`}`);
    process.stderr.write("setup: npm ci failed\n");
    process.exit(1);
  }
}

if (process.argv.includes("--native")) {
  const build = [fileURLToPath(new URL("build-native.mjs", import.meta.url)), "--if-needed"];
  spawnSync(process.execPath, build, { stdio: "inherit" });
}
