/** The tables of what is verified name all findings there are, and no others. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import test from "ava";
import { verifyRules } from "../../../src/index.js";

const room = resolve(import.meta.dirname, "../../../../src/fs");

/** Names of findings in the sources that make them. */
function namesIn(sources: RegExp, folder = resolve(room, "verify")): ReadonlySet<string> {
  const texts = readdirSync(folder)
    .filter((name) => sources.test(name) && !/-rules?\.ts$/.test(name))
    .map((name) => readFileSync(resolve(folder, name), "utf8"));
  const names = texts.flatMap((text) =>
    [...text.matchAll(/"([A-Z]+(?:_[A-Z]+)+|UNREADABLE)"/g)].map(([, name]) => name!),
  );
  return new Set(names.filter((name) => !/^[EW]_/.test(name)));
}

test("every finding of a session and of ISO 9660 is in the table, and every row is used", (t) => {
  const [iso] = verifyRules;
  t.deepEqual(
    [...namesIn(/^(verify|structures|contents|attribute-lists)\.ts$/)].sort(),
    iso!.rules.map(({ name }) => name).sort(),
  );
});

test("every finding of UDF is in a table, and every row is used", (t) => {
  const rules = verifyRules.slice(1, -1).flatMap((group) => group.rules.map(({ name }) => name));
  t.is(new Set(rules).size, rules.length);
  t.deepEqual([...namesIn(/^udf.*\.ts$/)].sort(), rules.sort());
});

test("every finding of films is in the last table, and every row is used", (t) => {
  const names = new Set([...namesIn(/^films\.ts$/), ...namesIn(/-layout\.ts$/, resolve(room, "films"))]);
  // It is the name of a directory.
  names.delete("VIDEO_TS");
  t.deepEqual(
    [...names].sort(),
    verifyRules
      .at(-1)!
      .rules.map(({ name }) => name)
      .sort(),
  );
});
