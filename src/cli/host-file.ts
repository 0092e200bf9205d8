import { readFile } from "node:fs/promises";
import { DiscError } from "../node.js";

/** A file that the command line names, whole. @throws {@link DiscError} E_SOURCE_UNREADABLE. */
export async function readNamedFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new DiscError("E_SOURCE_UNREADABLE", `"${path}" cannot be read`, { path }, { cause });
  }
}
