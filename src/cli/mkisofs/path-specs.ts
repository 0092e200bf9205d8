/** The paths of a command line of mkisofs: what goes where. */
import { basename } from "node:path";
import type { Readable } from "node:stream";
import { nameFromBytes } from "../../node.js";
import { linesOf } from "./path-patterns.js";
import type { MkisofsRequest } from "./request.js";

/** Something of the host, and its place. */
export interface PathSpec {
  readonly source: string;
  /** A directory of the image for what is in a folder; for anything else, its path. "" stands for the root. */
  readonly target: string;
  /** Whether `target` is a directory for anything, where it keeps its name. */
  readonly keepsName: boolean;
}

function plain(text: string): string {
  return text.replaceAll(/\\([\\=])/g, "$1");
}

/** Where the first "=" without a backslash before it is; below 0 where there is none. */
function splittingEquals(word: string): number {
  for (let at = 0; at < word.length; at++) {
    if (word[at] === "\\") at++;
    else if (word[at] === "=") return at;
  }
  return -1;
}

/** Parts of a path without those that say nothing: "/a/./b/" is "a/b". */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** Understands one path of the command line. */
export function pathSpecOf(
  word: string,
  { graftPoints, root, program }: Pick<MkisofsRequest, "graftPoints" | "root" | "program">,
): PathSpec {
  const equals = graftPoints ? splittingEquals(word) : -1;
  if (equals < 0) {
    const source = graftPoints ? plain(word) : word;
    return { source, target: normalPath(root), keepsName: true };
  }
  const given = plain(word.slice(0, equals));
  const target = normalPath(`${root}/${given}`);
  // xorriso takes the target as it is; to genisoimage, one that ends with "/" is a directory.
  const keepsName = target === "" || (program !== "xorrisofs" && given.endsWith("/"));
  return { source: plain(word.slice(equals + 1)), target, keepsName };
}

/** Where a file of the host goes in the image. */
export function placeOfFile({ source, target, keepsName }: PathSpec): { directory: string; name: string } {
  if (keepsName) return { directory: target, name: basename(source) };
  const slash = target.lastIndexOf("/");
  return { directory: target.slice(0, Math.max(0, slash)), name: target.slice(slash + 1) };
}

async function linesOfInput(input: Readable): Promise<string[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of input) pieces.push(piece as Uint8Array);
  return nameFromBytes(Buffer.concat(pieces))
    .split(/\r?\n/)
    .filter((line) => line !== "");
}

/** All paths: those of the command line, then those of the lists. */
export async function pathSpecsOf(request: MkisofsRequest, input: Readable): Promise<readonly PathSpec[]> {
  const words = [...request.pathSpecs];
  for (const list of request.pathLists) words.push(...(list === "-" ? await linesOfInput(input) : await linesOf(list)));
  return words.map((word) => pathSpecOf(word, request));
}
