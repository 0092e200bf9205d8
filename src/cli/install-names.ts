import { lstat, readlink, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DiscError } from "../node.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { mkisofsPrograms } from "./mkisofs/command.js";
import { usageError } from "./usage.js";

/** Programs all of whose command lines are taken: of xorriso's, that is one way to call it. */
const usualNames = [...mkisofsPrograms.keys()].filter((name) => name !== "xorriso");

/** What a link leads to; `undefined` where nothing is there, "" for what is no link. */
async function linkAt(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : "";
  } catch {
    // What is wrong with the folder is said where the link is made.
    return undefined;
  }
}

async function makeLink(program: string, path: string, force: boolean): Promise<void> {
  const there = await linkAt(path);
  if (there === program) return;
  if (there !== undefined && !force) {
    throw new DiscError("E_TARGET_EXISTS", `"${path}" is already there, and is not ours`, { path });
  }
  try {
    if (there !== undefined) await rm(path);
    await symlink(program, path);
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw new DiscError(
      "E_HOST",
      `link "${path}" cannot be made: ${errno}`,
      { path, operation: "link", errno },
      { cause },
    );
  }
}

/** `discsmith install-names`. */
export async function installNames({ arguments: words, options, reporter }: CommandContext): Promise<number> {
  const [folder = "", ...given] = words;
  const names = given.length === 0 ? usualNames : given;
  for (const name of names) {
    if (mkisofsPrograms.has(name)) continue;
    throw usageError(
      `there is no program "${name}" whose command lines are taken: ${[...mkisofsPrograms.keys()].join(", ")}`,
    );
  }
  // As it was called, so that links go on to lead to it after an update.
  const program = resolve(process.argv[1]!);
  for (const name of names) await makeLink(program, join(folder, name), options.has("force"));
  reporter.note(`${folder}: ${names.join(", ")} lead to ${program}`);
  return exitCodes.done;
}
