/** Discs that our command line serves, and a guest that has each of them as a drive of its own. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ExecutionContext } from "ava";
import { rigFolder } from "./rig.js";
import { temporaryFolder } from "./tools.js";

const command = resolve(import.meta.dirname, "../../../dist/cli/main.js");

/** A disc that is being served. */
export interface ServedDisc {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly targetName: string;
  /** What the command line says that QEMU takes. */
  readonly qemu: readonly string[];
  /** Ends the service; returns its exit code. */
  end(): Promise<number | null>;
}

/** Serves a disc by the command line, at a port of its own. */
export async function serveByCommand(t: ExecutionContext, disc: string): Promise<ServedDisc> {
  const words = [command, "serve", disc, "--iscsi", "127.0.0.1:0", "--json"];
  const child: ChildProcess = spawn("node", words, { stdio: ["ignore", "pipe", "pipe"] });
  t.teardown(() => child.kill("SIGKILL"));
  const closed = once(child, "close");
  let messages = "";
  child.stderr!.on("data", (piece: Buffer) => {
    messages += piece.toString();
  });
  let text = "";
  for await (const piece of child.stdout!.iterator({ destroyOnReturn: false })) {
    text += String(piece);
    if (/\n}\n$/.test(text)) break;
  }
  if (text === "") throw new Error(`${disc} is not served: ${messages}`);
  const told = JSON.parse(text) as Omit<ServedDisc, "qemu" | "end"> & { commands: { qemu: string[] } };
  const end = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    return ((await closed) as [number | null])[0];
  };
  return { ...told, qemu: told.commands.qemu, end };
}

/** How a guest is run. */
export interface GuestOptions {
  readonly kernel: "6.1" | "6.12";
  /** Drives by their numbers on the guest's bus. */
  readonly drives: readonly ServedDisc[];
  /** What the guest does: a script of its shell. It leaves in /out what is to be looked at. */
  readonly script: string;
  /** Programs of the host that the guest has, too. */
  readonly programs: readonly string[];
  readonly modules?: readonly string[];
  readonly files?: readonly string[];
  readonly qemu?: readonly string[];
}

/** What a guest left. */
export class GuestResult {
  readonly console: string;
  readonly #folder: string;

  constructor(folder: string, text: string) {
    this.#folder = folder;
    this.console = text;
  }

  /** A file of it; empty where there is none. Each byte is a character. */
  file(path: string): string {
    const full = join(this.#folder, path);
    return existsSync(full) ? readFileSync(full, "latin1") : "";
  }

  names(path: string): string[] {
    return readdirSync(join(this.#folder, path));
  }
}

/** On a busy host, the clock of an emulated machine may stand still for so long that its kernel takes it for broken. */
const brokenClock = /IO-APIC \+ timer doesn't work/;

/** Boots a guest; once more where it did not come to life. */
export async function runGuest(t: ExecutionContext, options: GuestOptions): Promise<GuestResult> {
  for (let tries = 0; ; tries++) {
    const result = await bootGuest(t, options);
    if (tries === 3 || !brokenClock.test(result.console)) return result;
  }
}

async function bootGuest(t: ExecutionContext, options: GuestOptions): Promise<GuestResult> {
  const folder = temporaryFolder(t);
  const script = join(folder, "job.sh");
  writeFileSync(script, `${helpers}\n${options.script}\ntrue\n`);
  chmodSync(script, 0o755);
  const drives = options.drives.flatMap(({ url, qemu }, number) =>
    // The first drive is made as the command line says.
    number === 0
      ? qemu
      : ["-drive", `file=${url},if=none,id=d${number},format=raw`, "-device", `scsi-generic,drive=d${number}`],
  );
  const lists = [
    ["-b", options.programs],
    ["-m", options.modules ?? []],
    ["-f", options.files ?? []],
  ] as const;
  const words = [
    ...["-k", options.kernel, "-t", "900", "-o", join(folder, "out")],
    ...lists.flatMap(([letter, names]) => (names.length === 0 ? [] : [letter, names.join(" ")])),
    script,
    "--",
    ...drives,
    ...(options.qemu ?? []),
  ];
  const environment = { ...process.env, RIG_MEM: "1536" };
  const child = spawn(join(rigFolder, "guest.sh"), words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => {
      text += piece.toString("latin1");
    });
  }
  await once(child, "close");
  return new GuestResult(join(folder, "out"), text);
}

/** What scripts of guests can call. */
const helpers = String.raw`
modprobe -a isofs nls_utf8
# The name of a drive by its number on the bus.
drive() {
  for b in /sys/block/sr*; do case $(readlink $b/device) in */[0-9]*:0:$1:0) echo /dev/\${b##*/};; esac; done
}
# step NAME COMMAND...: what it prints and how it ends go to /out/$course.
step() {
  name=$1; shift
  "$@" >/out/$course/$name.out 2>/out/$course/$name.err </dev/null
  echo $? >/out/$course/$name.rc
}
# Linux reads the capacity of a medium when it comes in.
reload() { sg_start --eject $d; sg_start --load $d; }
# look NAME OPTIONS: mounts the disc and lists the tree, with digests of the contents.
look() {
  mkdir -p /mnt/$course; dmesg >/tmp/before.$course
  step mount-$1 mount -t iso9660 -o loud,$2 $d /mnt/$course
  step tree-$1 kwalk /mnt/$course
  umount /mnt/$course
}
`.replaceAll("\\${", "${");
