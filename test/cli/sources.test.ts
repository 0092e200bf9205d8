import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { parseCapacity } from "../../src/cli/create.js";
import { exitCodeOfLosses } from "../../src/cli/losses.js";
import { commandByName, parseCommand } from "../../src/cli/parse.js";
import { progressText } from "../../src/cli/progress.js";
import { parseMove, parseSource, splitAtEquals } from "../../src/cli/sources.js";
import { DiscError } from "../../src/errors.js";

test.serial("a source splits at its first = without a backslash", async (t) => {
  t.deepEqual(splitAtEquals("a=b=c"), ["a", "b=c"]);
  t.deepEqual(splitAtEquals("a\\=b=c"), ["a=b", "c"]);
  t.is(splitAtEquals("a\\=b"), undefined);
  t.deepEqual(await parseSource("/docs=folder"), { path: "folder", target: "/docs" });
  t.deepEqual(await parseSource("a\\=b"), { path: "a=b" });
  t.deepEqual(await parseSource("plain"), { path: "plain" });
  await t.throwsAsync(parseSource("=x"), { code: "E_USAGE" });
  await t.throwsAsync(parseSource("x="), { code: "E_USAGE" });
});

test.serial("a source that can be read in two ways shows both spellings, which work", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "discsmith-sources-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "a=b");
  writeFileSync(path, "");
  const error = await t.throwsAsync(parseSource(path), { code: "E_USAGE" });
  t.true(error.message.includes(`"${folder}/a\\=b" is that file`), error.message);
  t.true(error.message.includes(`"${folder}/a=./b"`), error.message);
  t.deepEqual(await parseSource(`${folder}/a\\=b`), { path });
  t.deepEqual(await parseSource(`${folder}/a=./b`), { path: "./b", target: `${folder}/a` });
});

test.serial("moves have two sides", (t) => {
  t.deepEqual(parseMove("/a\\=1=/b"), { from: "/a=1", to: "/b" });
  for (const word of ["/a", "=/b", "/a="]) t.throws(() => parseMove(word), { code: "E_USAGE" });
});

test.serial("capacities are blocks, or bytes with a unit", (t) => {
  t.is(parseCapacity("2295104"), 2295104);
  t.is(parseCapacity("25G"), (25 * 2 ** 30) / 2048);
  t.is(parseCapacity("700MiB"), (700 * 2 ** 20) / 2048);
  t.is(parseCapacity("1.5m"), 768);
  for (const text of ["", "0", "-1", "1.5", "G", "1X", "1K"])
    t.throws(() => parseCapacity(text), { code: "E_USAGE" }, text);
});

test.serial("options are understood, and their misuse is not", (t) => {
  const list = commandByName("list");
  const { options, arguments: words } = parseCommand(list, ["--session", "-1", "x.iso", "-l", "/a"]);
  t.is(options.number("session", Number.MIN_SAFE_INTEGER), -1);
  t.true(options.has("long"));
  t.deepEqual(words, ["x.iso", "/a"]);
  t.throws(() => options.text("volume"), { instanceOf: TypeError });
  const refused = [["--what", "x"], ["x", "--session"], ["x", "--session=1", "--session=2"], ["x", "--json=1"], []];
  for (const line of refused) t.throws(() => parseCommand(list, line), { code: "E_USAGE" }, line.join(" "));
  t.throws(() => parseCommand(commandByName("create"), ["a", "b"]), { code: "E_USAGE" });
  t.throws(() => commandByName("lst"), { code: "E_USAGE" });
  t.deepEqual(
    parseCommand(commandByName("append"), ["d", "--remove", "/a", "--remove", "/b"]).options.texts("remove"),
    ["/a", "/b"],
  );
  t.deepEqual(parseCommand(list, ["--", "--session"]).arguments, ["--session"]);
});

test.serial("an item that no file system holds is a loss", (t) => {
  const left = (path: string, fileSystem: string): DiscError =>
    new DiscError("W_NOT_REPRESENTED", "", { path, fileSystem, reason: "" });
  t.is(exitCodeOfLosses([left("/a", "ISO 9660")], ["iso"]), 6);
  t.is(exitCodeOfLosses([left("/a", "ISO 9660")], ["iso", "joliet"]), 0);
  t.is(exitCodeOfLosses([left("/a", "ISO 9660"), left("/a", "Joliet")], ["iso", "joliet"]), 6);
  t.is(exitCodeOfLosses([left("/a", "Joliet")], undefined), 0);
});

test.serial("progress is a line of text", (t) => {
  t.is(progressText({ phase: "writing", doneBlocks: 512, totalBlocks: 1024 }, 0), "writing: 50 %, 1.0 of 2.0 MiB");
  t.is(progressText({ phase: "scanning", doneBlocks: 7, totalBlocks: 0 }, 0), "scanning: 7 items");
});
