import { open, stat } from "node:fs/promises";
import { DiscError, throwIfCancelled } from "../errors.js";
import type { BatchReader, Content } from "../fs/tree/content.js";
import type { FileState } from "./copy-protocol.js";
import { copyService } from "./copy-service.js";
import { hostPath } from "./host-path.js";

/** A file of the host, read when the image is. */
export class PathContent implements Content {
  readonly repeatable = true;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** Folder and name apart: a million files share their folders' texts. */
  readonly #folder: string;
  readonly #name: string;

  constructor(folder: string, name: string, state: FileState) {
    this.#folder = folder;
    this.#name = name;
    this.bytes = state.bytes;
    this.mtimeMs = state.mtimeMs;
  }

  get path(): string {
    return this.#folder === "" ? this.#name : `${this.#folder}/${this.#name}`;
  }

  get label(): string {
    return this.path;
  }

  get batchReader(): BatchReader {
    return copyService;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    throwIfCancelled(signal, `reading "${this.path}"`);
    await copyService.readBatch([{ content: this, offset, into }], signal);
  }
}

/**
 * A file of the host as content.
 *
 * @throws {@link DiscError} E_SOURCE_UNREADABLE; E_NOT_A_FILE for a folder or device.
 */
export async function fromFile(path: string): Promise<PathContent> {
  let stats: Awaited<ReturnType<typeof stat>>;
  try {
    stats = await stat(hostPath(path));
    // Rights are tried now, so that an unreadable file is found before an image is begun.
    await (await open(hostPath(path), "r")).close();
  } catch (cause) {
    throw new DiscError("E_SOURCE_UNREADABLE", `"${path}" cannot be read`, { path }, { cause });
  }
  if (!stats.isFile()) throw new DiscError("E_NOT_A_FILE", `"${path}" is not a file`, { path });
  return new PathContent("", path, { bytes: stats.size, mtimeMs: stats.mtimeMs });
}
