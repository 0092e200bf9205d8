/** `discsmith dump`: text for people, JSON for scripts, exit codes. */
import type { ExecutionContext } from "ava";
import test from "ava";
import type { PlacedStructure } from "../../src/fs/dump/structures.js";
import { fieldIn } from "../support/dumped.js";
import { smallUdf } from "../support/small-udf.js";
import { NearShell as Shell } from "./support.js";

const members = ["name", "role", "block", "offset", "bytes", "faults", "fields"];
const fieldMembers = ["field", "at", "bytes", "type", "clause", "value", "meaning", "faults", "fields"];

async function withImage(t: ExecutionContext): Promise<Shell> {
  const shell = new Shell(t);
  shell.file("tree/a/b.txt", "b\n");
  shell.file("tree/c.txt", "c\n");
  await shell.ok(t, "build", "tree", "-o", "x.iso", "--volume", "Dumped");
  return shell;
}

test.serial("a block is printed in columns: bytes, field, value, clause", async (t) => {
  const shell = await withImage(t);
  const text = await shell.ok(t, "dump", "x.iso", "--at", "16");
  const lines = text.split("\n");
  t.is(lines[0], "block 16: PrimaryVolumeDescriptor, 2048 bytes");
  t.regex(text, /^ {2}40-71 +volumeIdentifier +"Dumped" +8\.4\.6$/m);
  t.regex(text, /^ {2}156-189 +rootDirectoryRecord +RootDirectoryRecord +8\.4\.18$/m);
  t.regex(text, /^ {2}181 +fileFlags +2 \(directory\) +9\.1\.6$/m);
  t.regex(text, /^ {2}847-863 +volumeExpirationDateAndTime +not specified +8\.4\.28$/m);
  t.regex(text, /^ {2}883-1394 +applicationUse +512 × 00 +8\.4\.32$/m);
  // The columns of a structure stand one below the other.
  const columns = lines.filter((line) => / 8\.4\.\d+$/.test(line)).map((line) => line.lastIndexOf("8.4."));
  t.is(new Set(columns).size, 1);
});

test.serial("JSON is an array with exactly the members of the contract", async (t) => {
  const shell = await withImage(t);
  const structures = await shell.json<PlacedStructure[]>(t, "dump", "x.iso", "--at", "16", "--count", "3");
  t.deepEqual(
    structures.map(({ name, block, role }) => [name, block, role]),
    [
      ["PrimaryVolumeDescriptor", 16, "block 16"],
      ["SupplementaryVolumeDescriptor", 17, "block 17"],
      ["VolumeDescriptorSetTerminator", 18, "block 18"],
    ],
  );
  for (const structure of structures) {
    t.deepEqual(Object.keys(structure), members);
    for (const field of structure.fields) t.deepEqual(Object.keys(field), fieldMembers);
  }
  t.like(fieldIn(structures[0]!, "volumeIdentifier"), { at: 40, bytes: 32, value: "Dumped", clause: "8.4.6" });
});

test.serial("faults are shown beside the value, and are no failure", async (t) => {
  const shell = new Shell(t);
  const { bytes } = smallUdf("plain");
  bytes[102 * 2048 + 100]! ^= 1;
  shell.file("broken.udf", bytes);
  const text = await shell.ok(t, "dump", "broken.udf", "--at", "102");
  t.regex(text, /^ {2}8-9 +descriptorCrc +\d+ ! does not fit the bytes of the descriptor +3\/7\.2\.6$/m);
  const [found] = await shell.json<PlacedStructure[]>(t, "dump", "broken.udf", "--at", "102");
  t.deepEqual(fieldIn(found!, "_tag", "descriptorCrc").faults, ["does not fit the bytes of the descriptor"]);
});

test.serial("a session is shown as a whole, as one of its file systems, or by an item", async (t) => {
  const shell = await withImage(t);
  shell.file("hand.udf", smallUdf("metadata").bytes);
  const roles = async (...words: string[]): Promise<string[]> =>
    (await shell.json<PlacedStructure[]>(t, "dump", ...words)).map(({ role }) => role);
  const both = await roles("x.iso");
  t.true(both.includes("root directory, primary") && both.includes("root directory, Joliet"));
  t.deepEqual(await roles("x.iso", "--iso"), both);
  const item = await roles("x.iso", "--path", "/a/b.txt");
  t.deepEqual(item.slice(-4), [
    "record of /a, primary",
    "record of /a/b.txt, primary",
    "record of /a, Joliet",
    "record of /a/b.txt, Joliet",
  ]);
  const udf = await roles("hand.udf");
  t.deepEqual(await roles("hand.udf", "--udf"), udf);
  t.true(udf.includes("metadata mirror file"));
  t.true((await roles("hand.udf", "--path", "/file.bin")).includes("allocation extent of /file.bin"));
});

test.serial("sessions of a disc are named as elsewhere", async (t) => {
  const shell = new Shell(t);
  shell.file("one/a.txt");
  shell.file("two/b.txt");
  await shell.ok(t, "create", "d.disc", "--media", "dvd+r");
  await shell.ok(t, "write", "d.disc", "one");
  await shell.ok(t, "append", "d.disc", "two");
  const first = async (...words: string[]): Promise<number> =>
    (await shell.json<PlacedStructure[]>(t, "dump", "d.disc", "--iso", ...words))[0]!.block;
  const second = await first();
  t.true(second > 16);
  t.is(await first("--session", "1"), 16);
  t.is(await first("--session", "-1"), 16);
  t.is(await first("--session", "2"), second);
  t.is(await first("--start", String(second - 16)), second);
  t.is((await shell.fails(t, 1, "dump", "d.disc", "--session", "3")).code, "E_SESSION_NOT_FOUND");
});

test.serial("misuse, absence and damage have the exit codes of other commands", async (t) => {
  const shell = await withImage(t);
  shell.file("junk.iso", new Uint8Array(100_000));
  for (const words of [
    ["--count", "2"],
    ["--at", "16", "--udf"],
    ["--at", "16", "--path", "/a"],
    ["--at", "16", "--session", "1"],
    ["--at", "16", "--count", "0"],
    ["--at", "x"],
    ["--at", "-1"],
    ["--start", "0", "--scan"],
    ["--charset", "klingon"],
  ]) {
    t.is(
      (await shell.fails(t, 2, "dump", "x.iso", ...words)).code.replace("E_OPTION_INVALID", "E_USAGE"),
      "E_USAGE",
      words.join(" "),
    );
  }
  const failing: readonly (readonly [exit: number, code: string, words: readonly string[]])[] = [
    [1, "E_ITEM_NOT_FOUND", ["x.iso", "--path", "/none"]],
    [3, "E_NO_FILE_SYSTEM", ["x.iso", "--udf"]],
    [3, "E_NO_FILE_SYSTEM", ["junk.iso"]],
    [3, "E_READ_FAILED", ["x.iso", "--at", "100000"]],
    [4, "E_NO_MEDIUM", ["nothing.iso"]],
  ];
  for (const [exit, code, words] of failing) {
    const { code: found, out, err } = await shell.run(["dump", ...words, "--json"]);
    t.is(found, exit, words.join(" "));
    t.is((JSON.parse(err) as { error: { code: string } }).error.code, code);
    t.is(out, "", words.join(" "));
  }
  await shell.ok(t, "create", "blank.disc", "--media", "dvd+r");
  t.is((await shell.fails(t, 4, "dump", "blank.disc")).code, "E_DISC_BLANK");
});

test.serial("what is not recognised is shown in hexadecimal", async (t) => {
  const shell = new Shell(t);
  shell.file("text.bin", `${"Some text, and no structure. ".repeat(20)}\u001b[31m`);
  const text = await shell.ok(t, "dump", "text.bin", "--at", "0");
  t.regex(text, /^block 0: Unrecognised, 2048 bytes$/m);
  t.regex(text, /^ {8}0 {2}53 6f 6d 65 20 74 65 78 74 2c 20 61 6e 64 20 6e {2}Some text, and n$/m);
  t.regex(text, /… 1792 more bytes/);
  t.false(text.includes("\u001b"));
});
