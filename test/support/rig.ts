/** The rig beside the project, where it is there: kernels that mount, and a drive that refuses wrong commands. */
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutionContext } from "ava";
import { nameFromBytes } from "../../src/fs/names/name-bytes.js";
import type { ItemType } from "../../src/fs/tree/node.js";
import type { Outcome } from "./judges.js";
import { execute, extractedListing } from "./judges.js";
import type { ListedItem, Listing } from "./listing.js";
import { run, temporaryFolder } from "./tools.js";

/** Where the rig is. */
export const rigFolder: string = join(import.meta.dirname, "..", "..", "..", "..", "shared", "rig");
const rig = rigFolder;

/** Whether the rig is there. Tests that need it are registered only then: nobody can install it. */
export const hasRig: boolean = existsSync(join(rig, "kmount.sh"));

/** What a kernel said of one mount, and showed. */
export interface Mounted {
  readonly options: string;
  readonly status: number;
  readonly messages: readonly string[];
  readonly listing: Listing;
}

interface KernelLine {
  readonly mount?: string;
  readonly rc?: number;
  readonly err?: readonly string[];
  readonly dmesg?: readonly string[];
  readonly path: string;
  readonly type: string;
  readonly mode: string;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: string;
  readonly target?: string;
  readonly rdev?: string;
  readonly sha256?: string;
  readonly size: number;
}

const types: Readonly<Record<string, ItemType>> = { dir: "directory", char: "character" };

function itemOf(line: KernelLine): ListedItem {
  const type = types[line.type] ?? (line.type as ItemType);
  return {
    type,
    mode: Number.parseInt(line.mode, 8).toString(8),
    owner: `${line.uid}:${line.gid}`,
    mtime: Number(line.mtime.split(".")[0]),
    ...(type === "file" ? { bytes: line.size } : {}),
    ...(line.sha256 === undefined ? {} : { digest: line.sha256.slice(0, 20) }),
    ...(line.target === undefined ? {} : { target: fromOctets(line.target) }),
    ...(line.rdev === undefined ? {} : { device: line.rdev }),
    ...(type === "directory" ? {} : { links: line.nlink }),
  };
}

/** What the rig's walker of trees printed in a guest: a line of JSON for each item. */
export function walkedListing(text: string): Listing {
  const lines = text.split("\n").filter((line) => line !== "");
  const items = lines.map((line) => JSON.parse(line) as KernelLine).filter(({ path }) => path !== "/");
  return Object.fromEntries(items.map((line) => [fromOctets(line.path), itemOf(line)]));
}

/**
 * A kernel calibrates its clock in the first second or two, and on a busy host it finds that time passed it by; it says so
 * in the middle of what it says of a mount.
 */
const clockMessage = /^(tsc|clocksource|hrtimer|rcu|sched|watchdog): /;

/** A name whose bytes stand as one character each. */
function fromOctets(text: string): string {
  return nameFromBytes(Buffer.from(text, "latin1"));
}

/** On a busy host, the clock of an emulated machine may stand still for so long that its kernel takes it for broken. */
const brokenClock = /IO-APIC \+ timer doesn't work/;

/** Boots a kernel; once more where it did not come to life. */
function boot(words: readonly string[]): Outcome {
  const once = (): Outcome => execute(join(rig, "kmount.sh"), words);
  let outcome = once();
  for (let tries = 0; tries < 3 && brokenClock.test(outcome.messages); tries++) outcome = once();
  return outcome;
}

/** How images are mounted. */
export interface KernelScope {
  readonly contents?: boolean;
  readonly fileSystem?: "iso9660" | "udf";
  /** What kind of disc the image is shown as. */
  readonly media?: string;
}

/**
 * Mounts an image in a Linux kernel, once for each of the options, in one boot.
 *
 * @param options Of one mount each; where a file system stands before them, as that one.
 * @param scope Contents can be left out: a guest reads 18 MB a second.
 * @param starts Session starts, to show the image as a disc whose table of contents the kernel reads.
 */
export function kernelMounts(
  kernel: "6.1" | "6.12",
  image: string,
  options: readonly string[],
  starts: readonly number[] = [],
  scope: KernelScope = {},
): Mounted[] {
  const { fileSystem = "iso9660", media = "dvd+r" } = scope;
  const jobs = options.map((option) => (option.includes(" ") ? option : `${fileSystem} ${option}`)).join(";");
  const more = starts.length === 0 ? [] : ["-s", starts.join(","), "-M", media];
  if (scope.contents === false) more.push("-n");
  const { output, messages } = boot(["-k", kernel, ...more, "-j", jobs, image]);
  const mounted: { options: string; status: number; messages: string[]; listing: Record<string, ListedItem> }[] = [];
  for (const text of output.toString("latin1").split("\n")) {
    if (text === "") continue;
    const line = JSON.parse(text) as KernelLine;
    if (line.mount !== undefined) {
      const said = [...(line.err ?? []), ...(line.dmesg ?? []).filter((message) => !clockMessage.test(message))];
      mounted.push({ options: line.mount, status: line.rc ?? -1, messages: said, listing: {} });
    } else if (line.path !== "/") {
      mounted.at(-1)!.listing[fromOctets(line.path)] = itemOf(line);
    }
  }
  if (mounted.length !== options.length) throw new Error(`the kernel did not run: ${messages}`);
  return mounted;
}

/**
 * Makes the images that other programs make, with UDF volumes that Linux filled among them.
 *
 * @returns The names of those that Linux filled.
 */
export function makeFixtures(folder: string): string[] {
  const { messages } = execute(join(rig, "make-fixtures.sh"), [folder, "-u"]);
  const filled = readdirSync(folder).filter((name) => name.startsWith("kernel-udf-"));
  if (filled.length === 0) throw new Error(`nothing was made: ${messages}`);
  return filled;
}

/**
 * Ends the rig's drive, whose state is then in its file. It looks for signals before it waits for the next burner, so
 * one that comes between the look and the wait is seen after the next burner only: one is made up for it. A second signal
 * instead would come in the middle of what it does about the first, and it would wait for itself for ever.
 */
async function endDrive(drive: ChildProcess, address: string | number): Promise<void> {
  const isRunning = (): boolean => drive.exitCode === null && drive.signalCode === null;
  if (!isRunning()) return;
  const ended = once(drive, "exit");
  drive.kill("SIGTERM");
  for (let tries = 0; isRunning() && tries < 300; tries++) {
    await Promise.race([ended, delay(200)]);
    const burner = typeof address === "string" ? connect(address) : connect(address, "127.0.0.1");
    // When it has ended, nobody listens.
    burner.on("error", () => {});
    burner.end();
  }
  if (!isRunning()) return;
  drive.kill("SIGKILL");
  throw new Error("the rig's drive does not end");
}

let shim: string | undefined;

/** The library that turns a program's calls of /dev/sr0 to the drive; compiled once, and gone with this process. */
function shimLibrary(): string {
  if (shim !== undefined) return shim;
  const folder = mkdtempSync(join(tmpdir(), "discsmith-shim-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  shim = join(folder, "shim.so");
  run("gcc", ["-shared", "-fPIC", "-O2", "-o", shim, join(rig, "emushim.c"), "-ldl"]);
  return shim;
}

/** Does something while the rig's drive is there, with a disc in it, for whoever finds it by these words. */
async function withDrive<T>(
  media: string,
  disc: string,
  reachedBy: readonly string[],
  address: string | number,
  task: () => T,
): Promise<T> {
  const words = [join(rig, "emudrive.py"), "--media", media, ...reachedBy, "--log", `${disc}.cdb`, disc];
  const drive = spawn("/usr/bin/python3", words, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    // It says "ready" once it listens; where it cannot, its output just ends.
    for await (const text of drive.stdout.iterator({ destroyOnReturn: false })) if (/ready/.test(String(text))) break;
    return task();
  } finally {
    await endDrive(drive, address);
  }
}

/**
 * Runs a burner against the rig's drive with a disc in it: the burner's calls of /dev/sr0 are turned to the drive's
 * socket.
 */
export async function burnOnRig(
  t: ExecutionContext,
  media: string,
  disc: string,
  command: readonly [string, ...string[]],
): Promise<Outcome> {
  const socket = join(temporaryFolder(t), "socket");
  const [name, ...args] = command;
  const env = { EMU_SOCK: socket, EMU_IMAGE: disc, LD_PRELOAD: shimLibrary() };
  return await withDrive(media, disc, ["--unix", socket], socket, () => execute(name, args, { env }));
}

/** What a guest brings along besides its kernel and busybox. */
export interface GuestLuggage {
  /** Programs of the host, with their libraries. */
  readonly programs: readonly string[];
  /** Files of the host, which lie at the same path there. */
  readonly files: readonly string[];
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Runs a shell script in a guest whose /dev/sr0 is the rig's drive, with a disc in it.
 *
 * @returns What the script printed.
 */
export async function runInGuest(
  t: ExecutionContext,
  media: string,
  disc: string,
  script: string,
  { programs, files }: GuestLuggage,
): Promise<string> {
  const job = join(temporaryFolder(t), "job.sh");
  writeFileSync(job, script);
  const port = await freePort();
  const drive = ["virtio-scsi-pci", `file=iscsi://127.0.0.1:${port}/iqn.2026-01.rig:drive/0,if=none,id=od,format=raw`];
  const machine = ["-device", drive[0]!, "-drive", drive[1]!, "-device", "scsi-generic,drive=od"];
  const luggage = ["-b", programs.join(" "), "-f", files.join(" ")];
  const words = ["-t", "220", ...luggage, job, "--", ...machine];
  const boot = (): Outcome => execute(join(rig, "guest.sh"), words, { env: { RIG_MEM: "1024" } });
  const { status, output, messages } = await withDrive(media, disc, ["--port", String(port)], port, () => {
    let outcome = boot();
    for (let tries = 0; tries < 3 && brokenClock.test(outcome.output.toString()); tries++) outcome = boot();
    return outcome;
  });
  if (status !== 0) throw new Error(`the guest did not run: ${messages}${output.toString()}`);
  return output.toString();
}

/** A track as the rig's drive recorded it. */
export interface RigTrack {
  readonly sess: number;
  readonly start: number;
  readonly size: number | null;
  readonly closed: boolean;
}

/** The closed tracks of a disc of the rig's drive. */
export function rigTracks(disc: string): RigTrack[] {
  const { tracks } = JSON.parse(readFileSync(`${disc}.json`, "utf8")) as { tracks: RigTrack[] };
  return tracks.filter(({ closed }) => closed);
}

/** What libudfread, which players of discs have, extracts of a volume; names with backslashes it does not find. */
export function udfreadListing(t: ExecutionContext, image: string): Listing {
  const folder = temporaryFolder(t);
  const program = join(folder, "udfread-ls");
  run("gcc", ["-O1", "-o", program, join(rig, "udfread-ls.c"), "-ludfread"]);
  const tree = join(folder, "tree");
  // It fails for the one name with what it takes for a separator; what it did not read is not there.
  const { status, messages } = execute(program, [image, "-d", tree]);
  if (status !== 0 && status !== 1) throw new Error(`libudfread: ${messages}`);
  return extractedListing(tree);
}
