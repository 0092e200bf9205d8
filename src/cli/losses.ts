import type { FileSystemName, Warning } from "../node.js";
import { hasCode } from "../node.js";
import { exitCodes } from "./exit-codes.js";

/**
 * The exit code of an image that was made: whether an item is in none of its file systems, which the caller asked for
 * by naming those that cannot hold it.
 */
export function exitCodeOfLosses(warnings: readonly Warning[], fileSystems: readonly string[] | undefined): number {
  // Rock Ridge is part of ISO 9660, which is there with Joliet too.
  const isBare = fileSystems?.every((name) => name === "udf") ?? false;
  const others: readonly FileSystemName[] = ["joliet", "udf"];
  const written = (isBare ? 0 : 1) + others.filter((name) => (fileSystems ?? ["joliet"]).includes(name)).length;
  const missing = new Map<string, Set<string>>();
  for (const warning of warnings) {
    if (!hasCode(warning, "W_NOT_REPRESENTED")) continue;
    const { path, fileSystem } = warning.detail;
    const found = missing.get(path) ?? new Set();
    missing.set(path, found.add(fileSystem));
    if (found.size >= written) return exitCodes.losses;
  }
  return exitCodes.done;
}
