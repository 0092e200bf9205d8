import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { DiscEntry } from "../fs/tree/disc-entry.js";

const runFile = promisify(execFile);

/**
 * Makes a FIFO or device node, with the host's own program, since Node has no call for it.
 *
 * @returns Why it could not be made; `undefined` where it was.
 */
export async function makeSpecial(path: string, { type, major, minor }: DiscEntry): Promise<string | undefined> {
  if (type === "socket") return "sockets are made by the programs that listen on them";
  if (type !== "fifo" && process.getuid?.() !== 0) return "only root can make devices";
  if (!path.isWellFormed()) return "its name is not UTF-8, and no program can be given it";
  const letter = { fifo: "p", block: "b", character: "c" }[type as "fifo" | "block" | "character"];
  const numbers = type === "fifo" ? [] : [String(major), String(minor)];
  try {
    // Words behind "--" are no options, whatever they begin with.
    await runFile("mknod", ["-m", "600", "--", path, letter, ...numbers]);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    return (stderr ?? message).trim().split("\n")[0] ?? message;
  }
}
