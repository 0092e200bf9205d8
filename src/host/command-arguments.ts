import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { nameFromBytes } from "../fs/names/name-bytes.js";

/** What Node makes of bytes that are not UTF-8. */
const replacement = "\ufffd";

/** The name that the program was called by, without its folder and without what Windows puts behind it. */
export function programName(): string {
  return basename(process.argv[1] ?? "").replace(/\.(exe|cmd|ps1|js)$/i, "");
}

/**
 * The words of the command line, with bytes that are not UTF-8 as this package writes them in names. Node gives text
 * alone; on Linux the kernel still has the bytes.
 */
export function readArguments(): readonly string[] {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes(replacement))) return words;
  let all: Buffer;
  try {
    all = readFileSync("/proc/self/cmdline");
  } catch {
    // Another system: its names are text, or cannot be told.
    return words;
  }
  const raw: string[] = [];
  for (let from = 0; from < all.length; ) {
    const end = all.indexOf(0, from);
    const to = end < 0 ? all.length : end;
    raw.push(nameFromBytes(all.subarray(from, to)));
    from = to + 1;
  }
  return words.length === 0 ? words : raw.slice(-words.length);
}
