/** Errors of options, in the words of a command line. */
import test from "ava";
import { optionSpellings } from "../../src/cli/option-spellings.js";
import { commandByName } from "../../src/cli/parse.js";
import { NearShell } from "./support.js";

test.serial("every spelling is an option of build", (t) => {
  const options = new Set(commandByName("build").options.map(({ name }) => `--${name}`));
  for (const [name, spelling] of Object.entries(optionSpellings)) t.true(options.has(spelling), name);
});

const refused: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [["--iso-level", "4", "--iso-1999"], /^discsmith: --iso-level is .* with --iso-1999\n$/],
  [["--fs", "all", "--zisofs"], /^discsmith: --fs is .*with zisofs, Rock Ridge/],
  [["--fs", "all", "--udf-embed"], /^discsmith: --udf-embed is /],
  [["--fs", "udf", "--udf-vat", "--udf-revision", "2.50"], /^discsmith: --udf-vat is |^discsmith: --udf-revision is /],
];

for (const [words, message] of refused) {
  test.serial(`refused in these words: ${words.join(" ")}`, async (t) => {
    const shell = new NearShell(t);
    shell.file("tree/a");
    const { code, err } = await shell.run(["build", "tree", "-o", "x.iso", ...words]);
    t.is(code, 2);
    t.regex(err, message);
  });
}

test.serial("the detail of the error names the option of the API", async (t) => {
  const shell = new NearShell(t);
  shell.file("tree/a");
  t.like(await shell.fails(t, 2, "build", "tree", "-o", "x.iso", "--fs", "all", "--zisofs"), {
    detail: { option: "fileSystems" },
  });
});
