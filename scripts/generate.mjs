// Writes what is made from the tables of the built package: man page, completion scripts, list of errors.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedFiles } from "../dist/cli/generated-files.js";

const top = fileURLToPath(new URL("..", import.meta.url));

function contentOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

for (const [path, content] of await generatedFiles()) {
  const target = `${top}/${path}`;
  if (contentOf(target) === content) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}
chmodSync(`${top}/dist/cli/main.js`, 0o755);
