/** Which paths of the host a list of patterns means. */
import { resolve } from "node:path";
import { nameFromBytes } from "../../node.js";
import { readNamedFile } from "../host-file.js";
import { expressionOf } from "../shell-pattern.js";
import type { MkisofsProgram, PatternRequest } from "./request.js";

/** Whether a path, with the name at its end, is meant. */
export type PathTest = (path: string, name: string) => boolean;

/** The lines of a file that are not empty; bytes that are not UTF-8 stand as they do in names. */
export async function linesOf(path: string): Promise<string[]> {
  return nameFromBytes(await readNamedFile(path))
    .split(/\r?\n/)
    .filter((line) => line !== "");
}

/**
 * One pattern. genisoimage compares it with the name and with the path as it came to be from the command line; xorrisofs
 * compares one without "/" with the name, and another with the whole path, whose beginning both may leave out.
 */
export function pathTestOf(program: MkisofsProgram, pattern: string): PathTest {
  const plain = expressionOf(pattern);
  if (program !== "xorrisofs") return (path, name) => plain.test(name) || plain.test(path);
  if (!pattern.includes("/")) return (_path, name) => plain.test(name);
  const whole = expressionOf(resolve(pattern));
  return (path) => plain.test(path) || whole.test(resolve(path));
}

/** All patterns of the command line and of its lists; `undefined` where there are none. */
export async function pathTestOfAll(
  program: MkisofsProgram,
  { patterns, lists }: PatternRequest,
): Promise<PathTest | undefined> {
  const all = [...patterns];
  for (const list of lists) all.push(...(await linesOf(list)));
  const tests = all.map((pattern) => pathTestOf(program, pattern));
  return tests.length === 0 ? undefined : (path, name) => tests.some((test) => test(path, name));
}
