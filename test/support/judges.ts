/** Other people's programs, each made to list an image in the form of listing.ts. */
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { nameFromBytes } from "../../src/fs/names/name-bytes.js";
import type { ItemType } from "../../src/fs/tree/node.js";
import type { ListedItem, Listing } from "./listing.js";
import { digestOf, folderListing } from "./listing.js";
import { temporaryFolder } from "./tools.js";

/** How a program ended, and what it said. */
export interface Outcome {
  readonly status: number | null;
  readonly output: Buffer;
  readonly messages: string;
}

/** Runs a program that may fail, and that may not run for ever. */
export function execute(name: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}): Outcome {
  const { status, stdout, stderr, error } = spawnSync(name, args, {
    env: { ...process.env, TZ: "UTC", LC_ALL: "C.UTF-8", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 240_000,
    maxBuffer: 512 * 1024 * 1024,
  });
  if (error !== undefined) throw error;
  return { status, output: stdout, messages: stderr.toString() };
}

/** Text of a program's output that keeps every byte: one character each. */
function textOf(bytes: Buffer): string {
  return bytes.toString("latin1");
}

/** The name whose bytes stand in such a text. */
function nameOf(text: string): string {
  return nameFromBytes(Buffer.from(text, "latin1"));
}

const typesByLetter: Readonly<Record<string, ItemType>> = {
  "-": "file",
  d: "directory",
  l: "symlink",
  b: "block",
  c: "character",
  p: "fifo",
  f: "fifo",
  s: "socket",
};

/** What a program extracted; it may have made folders that even their owner cannot enter. */
export function extractedListing(folder: string): Listing {
  chmodSync(folder, 0o755);
  return folderListing(folder);
}

/** What xorriso lists, and what it said that is not a plain account of the image. */
export interface XorrisoListing {
  readonly listing: Listing;
  readonly complaints: readonly string[];
}

/** Lines with which xorriso reports what it always reports; everything else has to be explained. */
const xorrisoAccount =
  /^$|^xorriso [\d.]+ : RockRidge|^xorriso : (NOTE : (Loading ISO image tree|Tolerated problem event)|UPDATE : )|^(Drive current|Media current|Media status|Media summary|Volume id|Boot record) *:|^Extracted from ISO image|^Copying of file objects from ISO image to disk/;

/** Devices cannot be made where this runs in a container. */
const xorrisoDevices = /^xorriso : (FAILURE : Cannot restore \w+ device|SORRY : Restoring failed: {2}'\/devices)/;

/**
 * What xorriso extracts; attributes of devices and links, which it does not give to what it extracts, from its listing.
 *
 * @param load Commands that choose a session.
 */
export function xorrisoListing(t: ExecutionContext, image: string, load: readonly string[] = []): XorrisoListing {
  const folder = join(temporaryFolder(t), "tree");
  const common = ["-abort_on", "FATAL", "-return_with", "FATAL", "32", ...load, "-hardlinks", "on", "-indev", image];
  const extracted = execute("xorriso", ["-osirrox", "on:device_files", ...common, "-extract", "/", folder]);
  const listing: Record<string, ListedItem> = { ...extractedListing(folder) };
  const types = ["-type", "b", "-or", "-type", "c", "-or", "-type", "l"];
  const others = execute("xorriso", [...common, "-find", "/", ...types, "-exec", "lsdl", "--"]);
  for (const line of textOf(others.output).split("\n")) {
    const match = /^([bcl])([-rwxsStT]{9}) +\d+ (\d+) +(\d+) +(\d+)(?:, *(\d+))? .*? '(\/[^']*)'(?: -> '.*')?$/.exec(
      line,
    );
    if (match === null) continue;
    const [, letter, bits, uid, gid, major, minor, quotedPath] = match;
    const path = nameOf(quotedPath!);
    listing[path] = {
      ...(letter === "l" ? { target: listing[path]?.target ?? "" } : { device: `${major}:${minor}` }),
      type: typesByLetter[letter!]!,
      mode: modeOf(bits!),
      owner: `${uid}:${gid}`,
    };
  }
  const complaints = extracted.messages
    .split("\n")
    .filter((line) => !xorrisoAccount.test(line) && !xorrisoDevices.test(line));
  return { listing, complaints };
}

/** Octal permission bits of what `ls` shows. */
function modeOf(bits: string): string {
  let mode = 0;
  for (const [index, letter] of [...bits].entries()) {
    if (letter !== "-" && letter !== "S" && letter !== "T") mode |= 0o400 >> index;
    if (letter === "s" || letter === "S") mode |= index === 2 ? 0o4000 : 0o2000;
    if (letter === "t" || letter === "T") mode |= 0o1000;
  }
  return mode.toString(8);
}

/** What bsdtar extracts, and what it says of devices in its listing for mtree. */
export function bsdtarListing(t: ExecutionContext, image: string, options: readonly string[] = []): Listing {
  const folder = temporaryFolder(t);
  execute("bsdtar", ["-x", "-p", "-f", image, "-C", folder, ...options]);
  const listing: Record<string, ListedItem> = { ...extractedListing(folder) };
  const keywords = "!all,type,mode,uid,gid,device";
  const { output } = execute("bsdtar", ["-cf", "-", "--format=mtree", `--options=${keywords}`, `@${image}`]);
  for (const line of textOf(output).split("\n")) {
    const match = /^\.(\/\S+) mode=(\d+) gid=(\d+) uid=(\d+) type=(block|char) device=native,(\d+),(\d+)$/.exec(line);
    if (match === null) continue;
    const [, path, mode, gid, uid, type, major, minor] = match;
    const plain = path!.replace(/\\(\d{3})/g, (_escape, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    listing[nameOf(plain)] = {
      type: type === "char" ? "character" : "block",
      mode: mode!,
      owner: `${uid}:${gid}`,
      device: `${major}:${minor}`,
    };
  }
  return listing;
}

/** What 7-Zip extracts. */
export function sevenZipListing(t: ExecutionContext, image: string): Listing {
  const folder = temporaryFolder(t);
  execute("7zz", ["x", "-y", "-tiso", `-o${folder}`, image]);
  return extractedListing(folder);
}

/** What 7-Zip extracts of a UDF volume, of which it must not complain: there, it names every fault it meets. */
export function sevenZipUdfListing(t: ExecutionContext, image: string): Listing {
  const folder = temporaryFolder(t);
  const { status, output, messages } = execute("7zz", ["x", "-y", "-tudf", `-o${folder}`, image]);
  if (status !== 0) throw new Error(`7-Zip: ${output.toString()}${messages}`);
  return extractedListing(folder);
}

/** Lines "key=value" of a program's output. */
function membersOf(output: Buffer): Record<string, string> {
  const lines = output.toString().split("\n");
  return Object.fromEntries(lines.filter((line) => line.includes("=")).map((line) => line.split(/=(.*)/s).slice(0, 2)));
}

/** What udfinfo says of a volume, and what it complains of. */
export interface UdfinfoOutcome {
  readonly status: number | null;
  /** "label", "udfrev", "integrity" … */
  readonly said: Readonly<Record<string, string>>;
  readonly complaints: readonly string[];
}

/** What udfinfo says of the volume of a session. @param last The session's last block. */
export function udfinfo(image: string, start: number, last: number): UdfinfoOutcome {
  const options = ["--utf8", "--blocksize=2048", `--startblock=${start}`, `--lastblock=${last}`];
  const { status, output, messages } = execute("udfinfo", [...options, image]);
  return { status, said: membersOf(output), complaints: messages.split("\n").filter((line) => line !== "") };
}

/** What blkid takes the session that starts at a block for: "TYPE", "LABEL", "VERSION" … */
export function blkid(image: string, start: number): Readonly<Record<string, string>> {
  const options = ["-p", "-o", "export", "-H", `session_offset=${start * 2048}`];
  return membersOf(execute("blkid", [...options, image]).output);
}

const grubEntry = /^(\d+|DIR) +(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d) ([\s\S]*)$/;

/** What GRUB lists and reads of a volume; names with line ends, which its listing tears apart, are left out. */
export function grubListing(image: string): Listing {
  const listing: Record<string, ListedItem> = {};
  const ask = (command: string, options: readonly string[], path: string): Buffer => {
    const { status, output, messages } = execute("grub-fstest", [image, command, ...options, `(loop0)${path}`]);
    if (status !== 0 || messages !== "") throw new Error(`GRUB, ${command} ${path}: ${messages}`);
    return output;
  };
  const enter = (directory: string): void => {
    const lines = ask("ls", ["--", "-la"], directory).toString().split("\n");
    for (const [index, line] of lines.entries()) {
      const match = grubEntry.exec(line);
      const isTorn = lines[index + 1] !== undefined && lines[index + 1] !== "" && !grubEntry.test(lines[index + 1]!);
      if (match === null || isTorn) continue;
      const [, bytes, year, month, day, hour, minute, second, shown] = match;
      if (shown === "./" || shown === "../") continue;
      const name = bytes === "DIR" ? shown!.slice(0, -1) : shown!;
      const path = `${directory}${name}`;
      const mtime = Date.UTC(
        Number(year),
        Number(month) - 1,
        Number(day),
        Number(hour),
        Number(minute),
        Number(second),
      );
      if (bytes === "DIR") {
        listing[path] = { type: "directory", mtime: mtime / 1000 };
        enter(`${path}/`);
      } else {
        listing[path] = { type: "file", mtime: mtime / 1000, digest: digestOf(ask("cat", [], path)) };
      }
    }
  };
  enter("/");
  return listing;
}

/** Months as `ls` shows them. */
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A file's bytes in an image, digested: what a lister that only tells block and length says of its content. */
function digestAt(image: Buffer, lba: number, bytes: number): string {
  return digestOf(image.subarray(lba * 2048, lba * 2048 + bytes));
}

/** The entries of a listing by directories; a name may hold line ends. */
function* directoryEntries(text: string, head: RegExp, entry: RegExp): Generator<[string, RegExpExecArray]> {
  let directory = "/";
  let open: string | undefined;
  const parts: [string, string][] = [];
  for (const line of text.split("\n")) {
    const found = head.exec(line);
    if (found !== null) {
      if (open !== undefined) parts.push([directory, open]);
      open = undefined;
      directory = found[1]!;
    } else if (entry.test(line)) {
      if (open !== undefined) parts.push([directory, open]);
      open = line;
    } else if (open !== undefined) {
      open += `\n${line}`;
    }
  }
  if (open !== undefined) parts.push([directory, open]);
  for (const [path, lines] of parts) {
    const match = entry.exec(lines);
    if (match !== null) yield [path, match];
  }
}

const isoinfoEntry =
  /^([-dlbcfps])([-rwxsStT]{9}) +(\d+) +(\d+) +(\d+) +(\d+) +\w{3} +\d+ \d{4} \[ *(\d+) [0-9a-f]{2}\] {2}([\s\S]*?) ?\n*$/;

/** What isoinfo lists; owners are octal there. @param options "-R", "-J" or none, and the session's start. */
export function isoinfoListing(image: string, options: readonly string[]): Listing {
  const { output } = execute("isoinfo", ["-l", ...options, "-i", image]);
  const bytes = readFileSync(image);
  const listing: Record<string, ListedItem> = {};
  for (const [directory, match] of directoryEntries(textOf(output), /^Directory listing of (\/.*)$/, isoinfoEntry)) {
    const [, letter, bits, links, uid, gid, length, lba, rest] = match;
    const [name, target] = letter === "l" ? rest!.split(" -> ") : [rest!, undefined];
    if (name === "." || name === "..") continue;
    const type = typesByLetter[letter!]!;
    const path = `${nameOf(directory)}${nameOf(name!)}`;
    listing[path] = {
      type,
      mode: modeOf(bits!),
      owner: `${Number.parseInt(uid!, 8)}:${Number.parseInt(gid!, 8)}`,
      ...(type === "file" ? { digest: digestAt(bytes, Number(lba), Number(length)) } : {}),
      ...(target === undefined ? {} : { target: nameOf(target) }),
      ...(type === "directory" ? {} : { links: Number(links) }),
    };
  }
  return listing;
}

const isoInfoEntry =
  /^ {2}([-dlbcps])([-rwxsStT]{9})? +(?:(\d+) (\d+) (\d+) )?\[LSN +(\d+)\] +(\d+) (\w{3}) +(\d+) (\d{4}) (\d\d):(\d\d):(\d\d) {2}([\s\S]*?)\n*$/;

/** What libcdio's iso-info lists. @param options "--no-joliet", or none. */
export function isoInfoListing(
  image: string,
  options: readonly string[],
): Listing & { readonly [path: string]: ListedItem } {
  const { output } = execute("iso-info", ["-l", "--no-header", ...options, "-i", image]);
  const bytes = readFileSync(image);
  const listing: Record<string, ListedItem> = {};
  for (const [directory, match] of directoryEntries(textOf(output), /^(\/.*):$/, isoInfoEntry)) {
    const [, letter, bits, links, uid, gid, lba, length, month, day, year, hour, minute, second, rest] = match;
    const [name, target] = letter === "l" ? rest!.split(" -> ") : [rest!, undefined];
    if (name === "." || name === "..") continue;
    const type = typesByLetter[letter!]!;
    const time = Date.UTC(
      Number(year),
      months.indexOf(month!),
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    listing[`${nameOf(directory)}${nameOf(name!)}`] = {
      type,
      mtime: time / 1000,
      ...(bits === undefined ? {} : { mode: modeOf(bits), owner: `${uid}:${gid}` }),
      ...(type === "file" ? { digest: digestAt(bytes, Number(lba), Number(length)) } : {}),
      ...(target === undefined ? {} : { target: nameOf(target) }),
      ...(bits === undefined || type === "directory" ? {} : { links: Number(links) }),
    };
  }
  return listing;
}

/** Lists one tree of an image with pycdlib, which refuses what breaks the rules as it understands them. */
const pycdlibProgram = `
import hashlib, io, json, pycdlib, sys
iso = pycdlib.PyCdlib()
iso.open(sys.argv[1])
kind, listing = sys.argv[2], {}
def raw(text):
    return text.encode("utf-8", "surrogateescape").decode("latin-1")
for root, directories, files in iso.walk(**{kind: "/"}) if kind != "open" else []:
    for name in directories:
        listing[raw(root.rstrip("/") + "/" + name)] = {"type": "directory"}
    for name in files:
        path = root.rstrip("/") + "/" + name
        record = iso.get_record(**{kind: path})
        if kind == "rr_path" and record.rock_ridge is not None and record.rock_ridge.is_symlink():
            target = record.rock_ridge.symlink_path().decode("latin-1")
            listing[raw(path)] = {"type": "symlink", "target": target}
            continue
        content = io.BytesIO()
        iso.get_file_from_iso_fp(content, **{kind: path})
        digest = hashlib.sha256(content.getvalue()).hexdigest()[:20]
        listing[raw(path)] = {"type": "file", "digest": digest}
print(json.dumps(listing))
`;

/** What pycdlib lists of one tree; with "open" it only opens the image, strictly. */
export function pycdlibListing(image: string, kind: "open" | "iso_path" | "rr_path" | "joliet_path"): Listing {
  const { status, output, messages } = execute("/usr/bin/python3", ["-c", pycdlibProgram, image, kind]);
  if (status !== 0) throw new Error(`pycdlib refuses ${kind}: ${messages.trim().split("\n").at(-1)}`);
  const listing = JSON.parse(output.toString()) as Record<string, ListedItem>;
  return Object.fromEntries(
    Object.entries(listing).map(([path, item]) => [
      nameOf(path),
      item.target === undefined ? item : { ...item, target: nameOf(item.target) },
    ]),
  );
}
