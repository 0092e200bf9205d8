/** Traces on the command line: made, shown, and told apart. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Recorder } from "../../src/device/recorder.js";
import { replayTrace } from "../../src/device/replay-transport.js";
import { readTrace } from "../../src/device/trace-reader.js";
import { openRecorder } from "../../src/device.js";
import { Initiator } from "../support/iscsi-initiator.js";
import { NearShell as Shell } from "./support.js";

const fixtures = join(import.meta.dirname, "../../../test/fixtures/traces");

async function disc(shell: Shell, t: Parameters<Shell["ok"]>[0], media = "dvd+r"): Promise<void> {
  shell.file("docs/a.txt");
  shell.file("docs/b.txt");
  await shell.ok(t, "create", "x.disc", "--media", media);
}

test.serial("trace records what a command says to a disc, and changes nothing of it", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  const ended = await shell.run(["trace", "x.disc", "-o", "burn.trace", "--", "append", "x.disc", "docs", "--json"]);
  t.is(ended.code, 0, ended.err);
  t.like(JSON.parse(ended.out), { session: 1, files: 2 });
  t.is(ended.err, "discsmith: burn.trace: what was said to x.disc\n");
  t.deepEqual(await shell.list(t, "x.disc"), ["/a.txt", "/b.txt"]);
  const trace = readTrace(readFileSync(shell.path("burn.trace"), "utf8"), "burn.trace");
  t.true(trace.isComplete);
  t.like(trace.header, { device: "x.disc", kind: "emulated", blocks: "digest", serialNumbers: "redacted" });
  t.regex(trace.header.program ?? "", /^discsmith \d+\.\d+\.\d+/);
  const names = trace.steps.map((step) => ("sent" in step ? step.sent.command : step.event.event));
  for (const name of ["reserve", "WRITE (10)", "CLOSE TRACK/SESSION", "release", "close"]) t.true(names.includes(name));
  // The files are on the disc, and not in the trace.
  const text = readFileSync(shell.path("burn.trace"));
  t.false(text.includes(Buffer.from("This is").toString("hex")));
  t.false(text.includes(Buffer.from("This is").toString("base64").slice(0, 8)));
});

test.serial("a trace of info is enough to have the state of the disc again", async (t) => {
  for (const media of ["cd-r", "dvd+r", "bd-r"]) {
    const shell = new Shell(t);
    await disc(shell, t, media);
    shell.file("more/c.txt");
    await shell.ok(t, "append", "x.disc", "docs");
    await shell.ok(t, "append", "x.disc", "more");
    await shell.ok(t, "trace", "x.disc", "-o", "info.trace", "--", "info", "x.disc");
    await using original = await openRecorder(shell.path("x.disc"));
    const trace = readTrace(readFileSync(shell.path("info.trace"), "utf8"), "info.trace");
    await using replayed = await Recorder.on(replayTrace(trace, { mode: "byCdb" }));
    t.deepEqual(replayed.state, original.state);
    t.deepEqual(replayed.identity, original.identity);
    const plain = (interfaces: readonly object[]): object[] =>
      interfaces.map((each) => ({ ...each, importRecorder: undefined }));
    t.deepEqual(plain(await replayed.multisessionInterfaces()), plain(await original.multisessionInterfaces()));
  }
});

test.serial("the exit code and the errors are those of the command", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  const blank = await shell.run(["trace", "x.disc", "-o", "list.trace", "--", "list", "x.disc", "--json"]);
  t.is(blank.code, 4);
  t.regex(blank.err, /"code":"E_DISC_BLANK"/);
  t.true(readTrace(readFileSync(shell.path("list.trace"), "utf8"), "list.trace").isComplete);
  t.is((await shell.run(["trace", "x.disc", "-o", "a.trace", "--", "list"])).code, 2);
  t.false(existsSync(shell.path("a.trace")));
});

test.serial("only the disc that is named is recorded", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "create", "y.disc", "--media", "bd-r");
  const ended = await shell.run(["trace", "y.disc", "-o", "info.trace", "--", "info", "x.disc"]);
  t.is(ended.code, 0);
  t.is(ended.err, "discsmith: info did not open y.disc: there is no trace\n");
  t.false(existsSync(shell.path("info.trace")));
  // Another name of the same file is the same disc.
  await shell.ok(t, "trace", "./docs/../x.disc", "-o", "info.trace", "--", "info", "x.disc");
  t.true(existsSync(shell.path("info.trace")));
});

test.serial("what cannot be understood", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  const wrong = [
    ["trace", "x.disc", "--", "info", "x.disc"],
    ["trace", "x.disc", "-o", "-", "--", "info", "x.disc"],
    ["trace", "x.disc", "-o", "a.trace"],
    ["trace", "x.disc", "-o", "a.trace", "--", "trace", "x.disc"],
    ["trace", "x.disc", "-o", "a.trace", "--", "burnt"],
    ["trace", "-p", "a.trace", "b.trace"],
    ["trace"],
  ];
  for (const words of wrong) t.is((await shell.run(words)).code, 2, words.join(" "));
  t.false(existsSync(shell.path("a.trace")));
});

test.serial("a file that is there is kept, unless it may be replaced", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  shell.file("mine", "mine");
  t.is(
    (await shell.fails(t, 1, "trace", "x.disc", "-o", "mine", "--json", "--", "info", "x.disc")).code,
    "E_TARGET_EXISTS",
  );
  t.is(readFileSync(shell.path("mine"), "utf8"), "mine");
  await shell.ok(t, "trace", "x.disc", "-o", "mine", "--force", "--", "info", "x.disc");
  t.true(readTrace(readFileSync(shell.path("mine"), "utf8"), "mine").isComplete);
  t.is(
    (await shell.fails(t, 1, "trace", "x.disc", "-o", "docs", "--json", "--", "info", "x.disc")).code,
    "E_TARGET_EXISTS",
  );
  t.is((await shell.fails(t, 1, "trace", "x.disc", "-o", "no/x", "--json", "--", "info", "x.disc")).code, "E_HOST");
});

test.serial("the environment asks for traces, a file for each drive that is opened", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  const environment = { DISCSMITH_TRACE: "all.trace" };
  for (const words of [
    ["write", "x.disc", "docs"],
    ["info", "x.disc"],
    ["list", "x.disc"],
  ]) {
    t.is((await shell.run(words, { environment })).code, 0);
  }
  const made = readdirSync(shell.folder).filter((name) => name.startsWith("all.trace"));
  t.deepEqual(made.sort(), ["all.trace", "all.trace.2", "all.trace.3"]);
  for (const name of made) t.true(readTrace(readFileSync(shell.path(name), "utf8"), name).isComplete);
  // What cannot be made is no reason to leave the disc alone.
  const refused = await shell.run(["info", "x.disc"], { environment: { DISCSMITH_TRACE: "no/folder/x" } });
  t.is(refused.code, 0);
  t.regex(refused.err, /^discsmith: warning: no\/folder\/x: there will be no trace: .*ENOENT\n$/);
});

test.serial("a full disk ends the trace, with one warning, and not the burn", async (t) => {
  if (!existsSync("/dev/full")) {
    t.pass("no such device here");
    return;
  }
  const shell = new Shell(t);
  await disc(shell, t);
  const ended = await shell.run(["trace", "x.disc", "-o", "/dev/full", "--", "write", "x.disc", "docs"]);
  t.is(ended.code, 0, ended.err);
  t.is(ended.err.match(/warning: \/dev\/full: the trace ends here, it cannot be written: ENOSPC/g)?.length, 1);
  t.deepEqual(await shell.list(t, "x.disc"), ["/a.txt", "/b.txt"]);
});

test.serial("the trace of a program that was killed can be read", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t, "bd-r");
  shell.file("large/file", new Uint8Array(64 * 1024 * 1024));
  const words = ["trace", "x.disc", "-o", "killed.trace", "--", "append", "x.disc", "large"];
  const ended = await shell.run(words, {
    onStart(pid) {
      const timer = setInterval(() => {
        if (!existsSync(shell.path("killed.trace"))) return;
        if (!readFileSync(shell.path("killed.trace"), "utf8").includes("WRITE (10)")) return;
        clearInterval(timer);
        process.kill(pid, "SIGKILL");
      }, 5);
    },
  });
  t.is(ended.code, null);
  const trace = readTrace(readFileSync(shell.path("killed.trace"), "utf8"), "killed.trace");
  t.false(trace.isComplete);
  t.like(
    trace.steps.findLast((step) => "sent" in step),
    { sent: { command: "WRITE (10)" } },
  );
  t.regex(await shell.ok(t, "trace", "--print", "killed.trace"), /the trace ends before the drive was closed\n$/);
});

test.serial("blocks and serial numbers, where they are asked for", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "trace", "x.disc", "-o", "a.trace", "--data", "--serial-numbers", "--", "write", "x.disc", "docs");
  const trace = readTrace(readFileSync(shell.path("a.trace"), "utf8"), "a.trace");
  t.like(trace.header, { blocks: "whole", serialNumbers: "kept" });
  const written = trace.steps.flatMap((step) =>
    "sent" in step && step.sent.command === "WRITE (10)" ? [Buffer.from(step.sent.data!.base64!, "base64")] : [],
  );
  const blocks = Buffer.concat(written);
  t.true(blocks.includes("This is docs/a.txt."));
  t.deepEqual(blocks, readFileSync(shell.path("x.disc")).subarray(0, blocks.length));
});

test.serial("a trace is shown as a table", async (t) => {
  const shell = new Shell(t);
  const shown = await shell.ok(t, "trace", "--print", join(fixtures, "dvd+r.trace"));
  const lines = shown.split("\n");
  t.regex(
    lines[0]!,
    /dvd\+r\.trace: emulated disc dvd\+r\.disc, DISCSMTH EMULATED DRIVE 1\.00, recorded on 2023-11-14T22:13:20\.000Z$/,
  );
  t.is(lines[1], "blocks of the disc as digests, serial numbers redacted");
  t.regex(lines[2]!, /^number +at s +ms +command +fields +result$/);
  t.regex(lines[3]!, /^1 +0\.000 +0\.0 +TEST UNIT READY +ok$/);
  t.true(lines.some((line) => /^\d+-\d+ .* WRITE \(10\) × 4 +blocks 0 to 63, 16 at a time +ok$/.test(line)));
  const all = (await shell.ok(t, "trace", "-p", "--all", join(fixtures, "dvd+r.trace"))).split("\n");
  t.true(all.length > lines.length);
  const long = await shell.ok(t, "trace", "-p", "--long", join(fixtures, "dvd+r.trace"));
  t.regex(long, /\n {4}CDB: 51 00 00 00 00 00 00 00 22 00\n {4}received: [0-9a-f]{68}\n {4}discInformationLength 32, /);
});

test.serial("bare tables of two traces can be compared", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "trace", "x.disc", "-o", "one.trace", "--", "info", "x.disc");
  renameSync(shell.path("one.trace"), shell.path("other.trace"));
  await shell.ok(t, "trace", "x.disc", "-o", "one.trace", "--", "info", "x.disc");
  const bare = await shell.ok(t, "trace", "-p", "--bare", "one.trace");
  t.is(await shell.ok(t, "trace", "-p", "--bare", "other.trace"), bare);
  t.false(bare.includes("at s"));
});

test.serial("a trace is shown as JSON, and from standard input", async (t) => {
  const shell = new Shell(t);
  const input = readFileSync(join(fixtures, "bd-r.trace"));
  const { code, out } = await shell.run(["trace", "--print", "-", "--json"], { input });
  t.is(code, 0);
  const { header, isComplete, steps } = readTrace(input.toString(), "-");
  t.deepEqual(JSON.parse(out), JSON.parse(JSON.stringify({ header, isComplete, steps })));
});

test.serial("what is no trace is told, with the line", async (t) => {
  const shell = new Shell(t);
  const lines = readFileSync(join(fixtures, "bd-r.trace"), "utf8").split("\n");
  writeFileSync(shell.path("x.trace"), [...lines.slice(0, 5), "oops", ...lines.slice(5)].join("\n"));
  const error = await shell.fails(t, 3, "trace", "--print", "x.trace");
  t.is(error.code, "E_TRACE_INVALID");
  t.like(error.detail, { trace: "x.trace", line: 6 });
  t.is((await shell.fails(t, 1, "trace", "--print", "missing.trace")).code, "E_HOST");
  t.is((await shell.run(["trace", "--print", "-"], { input: new Uint8Array(0) })).code, 3);
});

test.serial("what other systems say to a served disc is recorded", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  const words = ["trace", "x.disc", "-o", "serve.trace", "--", "serve", "x.disc", "--iscsi", "127.0.0.1:0", "--json"];
  const child = spawn("node", [shell.command, ...words], { cwd: shell.folder, stdio: ["ignore", "pipe", "ignore"] });
  t.teardown(() => child.kill("SIGKILL"));
  let out = "";
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    out += piece.toString();
    if (out.endsWith("\n}\n")) break;
  }
  const told = JSON.parse(out) as { host: string; port: number; targetName: string };
  const initiator = await Initiator.connect(t, told);
  await initiator.login({ target: told.targetName });
  await initiator.settle();
  // READ CAPACITY, which no part of discsmith sends here.
  await initiator.command([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], { read: 8 });
  await initiator.logout();
  child.kill("SIGINT");
  await once(child, "exit");
  const trace = readTrace(readFileSync(shell.path("serve.trace"), "utf8"), "serve.trace");
  t.true(trace.isComplete);
  const commands = trace.steps.flatMap((step) => ("sent" in step ? [step.sent.command] : []));
  t.true(commands.includes("READ CAPACITY"), commands.join(", "));
});

test.serial("programs that use the library are traced by the environment, too; in threads as well", (t) => {
  const shell = new Shell(t);
  const entry = new URL("../../../dist/device.js", import.meta.url).href;
  shell.file(
    "program.mjs",
    `import { createDisc, openRecorder } from ${JSON.stringify(entry)};
    await createDisc("x.disc", { media: "dvd+r", force: true });
    const recorder = await openRecorder("x.disc");
    await recorder[Symbol.asyncDispose]();`,
  );
  shell.file(
    "threads.mjs",
    `import { once } from "node:events";
    import { Worker } from "node:worker_threads";
    await once(new Worker(new URL("program.mjs", import.meta.url)), "exit");`,
  );
  for (const program of ["program.mjs", "threads.mjs"]) {
    const trace = `${program}.trace`;
    const env = { ...process.env, DISCSMITH_TRACE: trace };
    execFileSync(process.execPath, [program], { cwd: shell.folder, env, stdio: "pipe" });
    t.true(readTrace(readFileSync(shell.path(trace), "utf8"), trace).isComplete, program);
  }
});

test.serial("of programs that use the library, what cannot be traced is a warning of the process", (t) => {
  const shell = new Shell(t);
  const entry = new URL("../../../dist/device.js", import.meta.url).href;
  const program = shell.file(
    "program.mjs",
    `import { createDisc, openRecorder } from ${JSON.stringify(entry)};
    process.on("warning", ({ code, message }) => console.log(code, message));
    await createDisc("x.disc", { media: "dvd+r" });
    const recorder = await openRecorder("x.disc");
    console.log(recorder.state.state);`,
  );
  const env = { ...process.env, DISCSMITH_TRACE: "no/folder/x" };
  const out = execFileSync(process.execPath, [program], { cwd: shell.folder, env, stdio: "pipe" }).toString();
  t.regex(out, /^E_HOST no\/folder\/x: there will be no trace: .*\nblank\n$/);
});
