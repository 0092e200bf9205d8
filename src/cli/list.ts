import type { DiscEntry, DiscImage } from "../node.js";
import { accessControlText } from "../node.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { openDisc, openTree } from "./opened-disc.js";
import type { Output } from "./output.js";
import { readingOptionsOf } from "./reading.js";
import { walkSorted } from "./sorted-walk.js";
import { usageError } from "./usage.js";

/** An entry as `list --json` shows it. */
export interface ListedEntry {
  readonly path: string;
  readonly type: DiscEntry["type"];
  readonly bytes: number;
  readonly mtime: string | null;
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly target: string | null;
  /** "major:minor". */
  readonly rdev: string | null;
  readonly hidden: boolean;
  readonly extents: DiscEntry["extents"];
  /** When it was created, where the disc says so. */
  readonly birthtime?: string;
  /** Named streams, where there are any. */
  readonly streams?: DiscEntry["streams"];
  /** Extended attributes, where there are any: values in base64. */
  readonly xattr?: Readonly<Record<string, string>>;
  /** Access control lists, where there are any, in the short form of getfacl: "u::rw-,u:1000:r--,…". */
  readonly acl?: string;
  /** How the bytes of the extents are compressed, where they are. */
  readonly zisofs?: DiscEntry["zisofs"];
}

/** An entry as `list --json` shows it. */
function listedEntry(entry: DiscEntry): ListedEntry {
  const { path, type, bytes, mtimeMs, mode, uid, gid, links, target, major, minor, hidden, extents } = entry;
  const { birthtimeMs, streams, extendedAttributes, accessControl, zisofs } = entry;
  const isDevice = type === "block" || type === "character";
  return {
    path,
    type,
    bytes,
    mtime: mtimeMs === null ? null : new Date(mtimeMs).toISOString(),
    mode: mode.toString(8).padStart(4, "0"),
    uid,
    gid,
    links,
    target,
    rdev: isDevice ? `${major}:${minor}` : null,
    hidden,
    extents: extents.map(({ lba, bytes: length, offset }) => ({ lba, bytes: length, ...(offset ? { offset } : {}) })),
    ...(birthtimeMs === null ? {} : { birthtime: new Date(birthtimeMs).toISOString() }),
    ...(streams.length === 0 ? {} : { streams }),
    ...(extendedAttributes === undefined ? {} : { xattr: inBase64(extendedAttributes) }),
    ...(accessControl === undefined ? {} : { acl: accessControlText(accessControl) }),
    ...(zisofs === undefined ? {} : { zisofs }),
  };
}

function inBase64(attributes: NonNullable<DiscEntry["extendedAttributes"]>): Record<string, string> {
  return Object.fromEntries([...attributes].map(([name, value]) => [name, Buffer.from(value).toString("base64")]));
}

/** As `ls -l` marks lists, and that of macOS attributes. */
function markOf({ extendedAttributes, accessControl }: DiscEntry): string {
  if (accessControl === undefined) return extendedAttributes === undefined ? " " : "@";
  return extendedAttributes === undefined ? "+" : "*";
}

const typeLetters: Readonly<Record<DiscEntry["type"], string>> = {
  file: "-",
  directory: "d",
  symlink: "l",
  block: "b",
  character: "c",
  fifo: "p",
  socket: "s",
};

/** Type and mode as `ls -l` shows them: "-rwxr-xr-x". */
function modeText(type: DiscEntry["type"], mode: number): string {
  const triple = (shift: number, special: number, letter: string): string => {
    const bits = (mode >> shift) % 8;
    const execute = (bits & 1) !== 0;
    const last = (mode & special) !== 0 ? (execute ? letter : letter.toUpperCase()) : execute ? "x" : "-";
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  };
  return typeLetters[type] + triple(6, 0o4000, "s") + triple(3, 0o2000, "s") + triple(0, 0o1000, "t");
}

function longLine(entry: DiscEntry): string {
  const { path, type, mode, links, uid, gid, bytes, mtimeMs, target, major, minor } = entry;
  const isDevice = type === "block" || type === "character";
  const size = isDevice ? `${major}, ${minor}` : String(bytes);
  const time = mtimeMs === null ? "-" : new Date(mtimeMs).toISOString().replace(/\.\d+Z$/, "Z");
  const left = `${modeText(type, mode)}${markOf(entry)} ${String(links).padStart(2)} ${String(uid).padStart(5)} ${String(gid).padStart(5)}`;
  const arrow = target === null ? "" : ` -> ${target}`;
  return `${left} ${size.padStart(11)} ${time.padEnd(20)} ${path}${arrow}`;
}

async function* wanted(image: DiscImage, { arguments: words, signal }: CommandContext): AsyncGenerator<DiscEntry> {
  const paths = words.slice(1);
  for (const path of paths.length === 0 ? ["/"] : paths) {
    const start = await image.lstat(path, { signal });
    yield* walkSorted(image, start, signal);
  }
}

/** One entry a line, in one array: so that a long list needs no memory. */
async function printArray(output: Output, entries: AsyncIterable<DiscEntry>): Promise<void> {
  let before = "[";
  for await (const entry of entries) {
    await output.line(`${before}${JSON.stringify(listedEntry(entry))}`);
    before = ",";
  }
  await output.line(before === "[" ? "[]" : "]");
}

/** `discsmith list`. */
export async function list(context: CommandContext): Promise<number> {
  const { arguments: words, options, output } = context;
  const long = options.has("long");
  const ndjson = options.has("ndjson");
  if (ndjson && options.has("json")) throw usageError("list: either --json or --ndjson");
  await using disc = await openDisc(words[0] ?? "", context);
  const image = await openTree(disc, readingOptionsOf(context));
  const entries = wanted(image, context);
  if (options.has("json")) {
    await printArray(output, entries);
    return exitCodes.done;
  }
  for await (const entry of entries) {
    await output.line(ndjson ? JSON.stringify(listedEntry(entry)) : long ? longLine(entry) : entry.path);
  }
  return exitCodes.done;
}
