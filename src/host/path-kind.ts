import { stat } from "node:fs/promises";
import { DiscError } from "../errors.js";
import { errnoOf, hostError } from "./host-error.js";
import { hostPath } from "./host-path.js";

/** What lies at a path of the host. */
export type PathKind = "file" | "folder" | "device" | "pipe" | "socket";

/**
 * What a path leads to, links followed; `undefined` where nothing is there.
 *
 * @throws {@link DiscError} E_HOST where the operating system does not tell.
 */
export async function pathKind(path: string): Promise<PathKind | undefined> {
  try {
    const stats = await stat(hostPath(path));
    if (stats.isFile()) return "file";
    if (stats.isDirectory()) return "folder";
    if (stats.isFIFO()) return "pipe";
    return stats.isSocket() ? "socket" : "device";
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error))) return undefined;
    throw hostError(path, "examining", error);
  }
}

/**
 * Refuses to put something in the place of what is no file: a folder, or a device, which would be gone for everybody.
 *
 * @returns Whether a file is there.
 * @throws {@link DiscError} E_TARGET_EXISTS, E_HOST.
 */
export async function requireReplaceable(path: string): Promise<boolean> {
  const kind = await pathKind(path);
  if (kind === undefined || kind === "file") return kind === "file";
  throw new DiscError("E_TARGET_EXISTS", `"${path}" is a ${kind}, which nothing takes the place of`, { path });
}
