/** What is generated from the tables is as the tables say now. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import test from "ava";
import { generatedFiles } from "../src/cli/generated-files.js";
import { commandTable } from "../src/cli/options.js";

const top = resolve(import.meta.dirname, "../..");

test("generated files are not stale", async (t) => {
  for (const [path, content] of await generatedFiles()) {
    t.is(readFileSync(resolve(top, path), "utf8"), content, `${path} is stale: npm run build`);
  }
});

test("each command's options have different names and letters", (t) => {
  for (const { name, options } of commandTable) {
    const names = options.map((option) => option.name);
    const letters = options.flatMap(({ short }) => short ?? []);
    t.is(new Set(names).size, names.length, name);
    t.is(new Set(letters).size, letters.length, name);
  }
});
