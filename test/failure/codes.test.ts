/** Every code of the table is raised by something, and asserted by some test. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { errorTable } from "../../src/error-table.js";

const root = join(import.meta.dirname, "..", "..", "..");

/** The texts of all TypeScript files below a folder of the project, but those named. */
function textsBelow(folder: string, except: readonly string[]): string {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !except.some((end) => path.endsWith(end)))
    .map((path) => readFileSync(join(root, folder, path), "utf8"))
    .join("\n");
}

const codes = Object.keys(errorTable);

/** Codes no test can raise, with the reason. */
const untested: Readonly<Record<string, string>> = {
  W_SOURCE_VANISHED: "a file would have to vanish between the listing of its folder and the look at it",
};

function missingIn(text: string): string[] {
  return codes.filter((code) => !text.includes(`"${code}"`));
}

test("every code is raised somewhere", (t) => {
  t.deepEqual(missingIn(textsBelow("src", ["error-table.ts", "exit-codes.ts"])), []);
});

test("every code is asserted by a test", (t) => {
  t.deepEqual(missingIn(textsBelow("test", ["codes.test.ts"])), Object.keys(untested));
});

test("every code is documented", (t) => {
  for (const [code, { summary, remedy, raisedBy }] of Object.entries(errorTable)) {
    t.regex(code, /^[EW]_[A-Z0-9_]+$/);
    for (const text of [summary, remedy]) t.regex(text, /^\S.*\.$/, code);
    t.true(raisedBy.length > 0);
  }
});
