import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { DiscError } from "../errors.js";
import type { SessionImage } from "../fs/image/session-image.js";
import type { TaskOptions } from "../medium/session-data.js";
import { copyImage } from "./copy-image.js";
import { errnoOf, hostError } from "./host-error.js";
import { hostPath } from "./host-path.js";
import { requireReplaceable } from "./path-kind.js";

/** How an image file is written. */
export interface WriteImageOptions extends TaskOptions {
  /** Replaces a file that is there. */
  readonly force?: boolean | undefined;
}

/** Runs an operation of the operating system, and names it where it fails. */
async function attempt<T>(path: string, operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    // What has no number of the operating system is a fault of the program, and is not to be taken for another.
    throw cause instanceof DiscError || errnoOf(cause) === "unknown" ? cause : hostError(path, operation, cause);
  }
}

/**
 * Writes an image to a file: beside the target, which is then replaced as a whole. When it fails or is cancelled,
 * nothing is left and a file that was there is untouched.
 *
 * @throws {@link DiscError} E_TARGET_EXISTS unless `force`, and for what is no file; E_HOST; E_CANCELLED; what reading the contents raises.
 */
export async function writeImageFile(
  image: SessionImage,
  path: string,
  options: WriteImageOptions = {},
): Promise<void> {
  const replaces = await requireReplaceable(path);
  if (options.force !== true && replaces) {
    throw new DiscError("E_TARGET_EXISTS", `"${path}" is already there`, { path });
  }
  const temporary = hostPath(`${path}.${randomUUID()}.part`);
  const file = await attempt(path, "creation", () => open(temporary, "wx"));
  try {
    await attempt(path, "writing", () => copyImage(image, file, options));
    // An image that takes the place of another one has to be safe before that one is gone; a new one costs nothing.
    if (replaces) await attempt(path, "synchronizing", () => file.sync());
    await file.close();
    await attempt(path, "renaming", () => rename(temporary, hostPath(path)));
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
