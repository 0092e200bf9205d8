import { lstat } from "node:fs/promises";
import type { SourcePlace } from "../node.js";
import { bytesFromName, DiscError } from "../node.js";
import { usageError } from "./usage.js";

/** Splits a word at its first "=" without a backslash before it; `undefined` where there is none. */
export function splitAtEquals(word: string): readonly [left: string, right: string] | undefined {
  for (let at = word.indexOf("="); at >= 0; at = word.indexOf("=", at + 1)) {
    if (at === 0 || word[at - 1] !== "\\") return [plain(word.slice(0, at)), plain(word.slice(at + 1))];
  }
  return undefined;
}

/** "\=" is a plain "=". */
function plain(text: string): string {
  return text.replaceAll("\\=", "=");
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path.isWellFormed() ? path : Buffer.from(bytesFromName(path)));
    return true;
  } catch {
    return false;
  }
}

/**
 * Understands a SOURCE: a path, or TARGET=PATH.
 *
 * @throws {@link DiscError} E_USAGE where a word can be read in both ways.
 */
export async function parseSource(word: string): Promise<SourcePlace> {
  const split = splitAtEquals(word);
  if (split === undefined) return { path: plain(word) };
  const [target, path] = split;
  const whole = plain(word);
  if (await exists(whole)) {
    const other = path.startsWith("/") ? `/.${path}` : `./${path}`;
    const both = `"${word.replaceAll("\\=", "=").replaceAll("=", "\\=")}" is that file, "${target.replaceAll("=", "\\=")}=${other}" puts "${path}" at "${target}"`;
    throw usageError(`source "${word}" can be read in two ways, since there is a file of that name: ${both}`);
  }
  if (target === "" || path === "")
    throw usageError(`source "${word}" lacks ${target === "" ? "its TARGET" : "its PATH"}`);
  return { path, target };
}

/** Understands the sources of a command, and refuses those that are not there. */
export async function parseSources(words: readonly string[]): Promise<SourcePlace[]> {
  const sources: SourcePlace[] = [];
  for (const word of words) {
    const source = await parseSource(word);
    if (!(await exists(source.path))) {
      const { path } = source;
      throw new DiscError("E_SOURCE_UNREADABLE", `source "${path}" is not there`, { path });
    }
    sources.push(source);
  }
  return sources;
}

/** Understands the FROM=TO of --move. @throws {@link DiscError} E_USAGE. */
export function parseMove(word: string): { from: string; to: string } {
  const split = splitAtEquals(word);
  if (split === undefined || split[0] === "" || split[1] === "") {
    throw usageError(`--move is "${word}", expected FROM=TO; a plain "=" is written "\\="`);
  }
  return { from: split[0], to: split[1] };
}
