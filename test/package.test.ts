import { execFileSync } from "node:child_process";
import test from "ava";

interface PackedFile {
  readonly path: string;
}

test("the package holds what it should, and nothing else", (t) => {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = JSON.parse(output) as { files: PackedFile[] }[];
  const paths = packed!.files.map(({ path }) => path);
  const allowed = [
    /^dist\/[\w/.-]+\.(js|d\.ts)$/,
    /^docs\/[\w-]+\.md$/,
    /^man\/discsmith\.1$/,
    /^completion\/[\w.-]+$/,
    /^native\/[\w.-]+\.(cc|h|gyp|map)$/,
    /^prebuilds\/[\w-]+\/discsmith\.\w+\.node$/,
    /^scripts\/build-native\.mjs$/,
    /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  ];
  t.deepEqual(
    paths.filter((path) => !allowed.some((pattern) => pattern.test(path))),
    [],
  );
  const needed = [
    "dist/node.js",
    "dist/node.d.ts",
    "dist/device.js",
    "dist/cli/main.js",
    "man/discsmith.1",
    "LICENSE",
    "native/binding.gyp",
  ];
  for (const path of needed) t.true(paths.includes(path), path);
});
