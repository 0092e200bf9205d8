/** `discsmith serve`. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ExecutionContext } from "ava";
import test from "ava";
import { parseAddress } from "../../src/cli/serve.js";
import { Initiator } from "../support/iscsi-initiator.js";
import { Shell } from "./support.js";

interface Running {
  readonly child: ChildProcess;
  /** What was printed up to now. */
  out: string;
  err: string;
  /** Waits until standard output, or error, has something in it. */
  seen(stream: "out" | "err", what: RegExp): Promise<void>;
  /** Ends it; returns its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

function serve(t: ExecutionContext, shell: Shell, ...words: string[]): Running {
  const child = spawn("node", [shell.command, "serve", ...words], { cwd: shell.folder, stdio: "pipe" });
  t.teardown(() => child.kill("SIGKILL"));
  const ended = once(child, "close");
  let wake = (): void => {};
  const running: Running = {
    child,
    out: "",
    err: "",
    async seen(stream, what) {
      while (!what.test(running[stream])) {
        if (child.exitCode !== null) throw new Error(`it ended: ${running.err}`);
        await new Promise<void>((done) => {
          wake = done;
        });
      }
    },
    async end(signal) {
      child.kill(signal);
      return ((await ended) as [number | null])[0];
    },
  };
  for (const stream of ["out", "err"] as const) {
    const source = stream === "out" ? child.stdout : child.stderr;
    source.on("data", (piece: Buffer) => {
      running[stream] += piece.toString();
      wake();
    });
  }
  child.on("exit", () => wake());
  return running;
}

interface Told {
  readonly disc: string;
  readonly host: string;
  readonly port: number;
  readonly targetName: string;
  readonly lun: number;
  readonly url: string;
  readonly commands: { readonly qemu: readonly string[]; readonly iscsiadm: readonly string[] };
  readonly warnings: readonly object[];
}

test("a disc is served until a signal comes", async (t) => {
  const shell = new Shell(t);
  await shell.ok(t, "create", "my.disc", "--media", "dvd+r");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const running = serve(t, shell, "my.disc", "--iscsi", "127.0.0.1:0", "--json");
    await running.seen("out", /\n}\n$/);
    const told = JSON.parse(running.out) as Told;
    t.is(told.disc, "my.disc");
    t.is(told.lun, 0);
    t.is(told.url, `iscsi://127.0.0.1:${told.port}/${told.targetName}/0`);
    t.true(told.commands.qemu.includes("scsi-generic,drive=burner"));
    t.is(told.commands.iscsiadm.length, 2);
    const initiator = await Initiator.connect(t, told);
    await initiator.login({ target: told.targetName });
    t.deepEqual(await initiator.settle(), ["6/29/00"]);
    const refusal = await shell.fails(t, 4, "write", "my.disc", shell.file("a.txt"));
    t.is(refusal.code, "E_DISC_BUSY");
    t.is(await initiator.logout(), 0);
    t.is(await running.end(signal), 0);
  }
  await shell.ok(t, "write", "my.disc", shell.file("a.txt"));
});

test("people are told what to type, and who comes and goes", async (t) => {
  const shell = new Shell(t);
  await shell.ok(t, "create", "my.disc", "--media", "cd-r");
  const running = serve(t, shell, "--iscsi", ":0", "my.disc", "--target-name", "iqn.2020-01.org.example:burner");
  await running.seen("err", /Linux: iscsiadm --mode node --targetname iqn\.2020-01\.org\.example:burner/);
  t.is(running.out, "");
  t.regex(running.err, /QEMU: -device virtio-scsi-pci -drive file=iscsi:\/\/127\.0\.0\.1:\d+\/iqn\.2020-01/);
  t.notRegex(running.err, /whoever reaches/);
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(running.err)![1]);
  const initiator = await Initiator.connect(t, { host: "127.0.0.1", port });
  await initiator.login({ target: "iqn.2020-01.org.example:burner" });
  await initiator.settle();
  initiator.socket.destroy();
  await running.seen("err", /iqn\.2020-01\.test:initiator is gone: connection lost/);
  t.regex(running.err, /iqn\.2020-01\.test:initiator logged in from 127\.0\.0\.1:\d+/);
  t.is(await running.end("SIGTERM"), 0);
});

test("an address that others reach is warned of", async (t) => {
  const shell = new Shell(t);
  await shell.ok(t, "create", "my.disc", "--media", "cd-r");
  const running = serve(t, shell, "my.disc", "--iscsi=0.0.0.0:0");
  await running.seen("err", /whoever reaches this address can read and write the disc/);
  t.is(await running.end("SIGINT"), 0);
});

test("what cannot be served is refused", async (t) => {
  const shell = new Shell(t);
  shell.file("plain.iso");
  await shell.ok(t, "create", "my.disc", "--media", "cd-r");
  t.is((await shell.fails(t, 2, "serve", "my.disc")).code, "E_USAGE");
  t.is((await shell.fails(t, 2, "serve", "my.disc", "--iscsi=127.0.0.1:99999")).code, "E_USAGE");
  t.is((await shell.fails(t, 2, "serve", "my.disc", "--iscsi", "--target-name", "me")).code, "E_OPTION_INVALID");
  t.is((await shell.fails(t, 4, "serve", "none.disc", "--iscsi")).code, "E_NO_MEDIUM");
  t.is((await shell.fails(t, 3, "serve", "plain.iso", "--iscsi")).code, "E_SIDECAR");
  t.is((await shell.fails(t, 1, "serve", "my.disc", "--iscsi=192.0.2.1:0")).code, "E_HOST");
});

test("addresses are understood in parts", (t) => {
  t.deepEqual(parseAddress(""), { host: undefined, port: undefined });
  t.deepEqual(parseAddress(":0"), { host: undefined, port: 0 });
  t.deepEqual(parseAddress("localhost"), { host: "localhost", port: undefined });
  t.deepEqual(parseAddress("10.1.2.3:3261"), { host: "10.1.2.3", port: 3261 });
  t.deepEqual(parseAddress("[::1]:3260"), { host: "::1", port: 3260 });
  t.deepEqual(parseAddress("[fe80::1]"), { host: "fe80::1", port: undefined });
  for (const text of ["::1", "a:b", "a:", "a b:1", "a:70000"]) t.throws(() => parseAddress(text), { code: "E_USAGE" });
});
