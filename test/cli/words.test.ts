/** Words that are not commands on discs: help, version, completion, misuse. */
import { spawnSync } from "node:child_process";
import test from "ava";
import { commandTable } from "../../src/cli/options.js";
import { NearShell as Shell } from "./support.js";

test.serial("help tells every command and every option", async (t) => {
  const shell = new Shell(t);
  const general = await shell.ok(t, "help");
  t.is(await shell.ok(t, "--help"), general);
  for (const { name } of commandTable) t.regex(general, new RegExp(`^  ${name} `, "m"));
  const append = await shell.ok(t, "help", "append");
  t.is(await shell.ok(t, "append", "--help"), append);
  for (const { name } of commandTable.find((command) => command.name === "append")!.options) {
    t.true(append.includes(`--${name}`), name);
  }
  t.regex(await shell.ok(t, "--version"), /^discsmith \d+\.\d+\.\d+\n$/);
});

test.serial("misuse is one line on standard error, or an object of JSON", async (t) => {
  const shell = new Shell(t);
  for (const words of [[], ["what"], ["list"], ["list", "x", "--what"], ["help", "what"], ["completion", "csh"]]) {
    const { code, out, err } = await shell.run(words);
    t.is(code, 2, words.join(" "));
    t.is(out, "");
    t.regex(err, /^discsmith: [^\n]+\n$/);
  }
  const error = await shell.fails(t, 2, "list");
  t.is(error.code, "E_USAGE");
  t.deepEqual(Object.keys(error), ["code", "message", "detail"]);
});

test.serial("SOURCE_DATE_EPOCH is a time that images can hold, or misuse", async (t) => {
  const shell = new Shell(t);
  shell.file("tree/a.txt");
  for (const [time, code] of [
    ["", 0],
    ["0", 0],
    ["5869583999", 0],
    ["5869584000", 2],
    ["99999999999999999999", 2],
    ["-1", 2],
    ["1.5", 2],
    ["now", 2],
  ] as const) {
    const environment = { SOURCE_DATE_EPOCH: time };
    const ended = await shell.run(["build", "tree", "-o", "x.iso", "--force"], { environment });
    t.is(ended.code, code, `${time}: ${ended.err}`);
  }
});

test.serial("a reader that has seen enough is no failure", (t) => {
  const shell = new Shell(t);
  for (let index = 0; index < 3000; index++) shell.file(`many/file number ${index} ${"x".repeat(100)}`, "");
  const script = `node ${JSON.stringify(shell.command)} build many -o x.iso && node ${JSON.stringify(shell.command)} list x.iso --long; echo "code $?" >&2`;
  const { stderr } = spawnSync("bash", ["-c", `{ ${script}; } | head -n 1`], { cwd: shell.folder, encoding: "utf8" });
  t.regex(stderr, /code 0/);
  t.notRegex(stderr, /EPIPE/);
});

test.serial("the bash completion is a script", async (t) => {
  const shell = new Shell(t);
  const script = await shell.ok(t, "completion", "bash");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
  const asked = 'COMP_WORDS=(discsmith create x --media b); COMP_CWORD=4; _discsmith; echo "${COMPREPLY[@]}"';
  const { stdout } = spawnSync("bash", ["-c", `${script}\n${asked}`], { encoding: "utf8" });
  t.is(stdout, "bd-r bd-r-dl bd-re bd-re-dl\n");
});
