/** Brings a disc up to a folder of the host with one session that holds what differs. */
import type { Recorder } from "./device/recorder.js";
import { DiscError } from "./errors.js";
import { checkOptions, strictly } from "./fs/image/options.js";
import type { TreeUpdate, UpdateTreeOptions } from "./fs/image/update-tree.js";
import { updateTree } from "./fs/image/update-tree.js";
import { digestOf } from "./host/content-digest.js";
import type { DirectorySourceOptions } from "./host/directory-source.js";
import { fromDirectory, requireFolder } from "./host/directory-source.js";
import type { AppendOptions, SessionReport } from "./session-job.js";
import { SessionJob } from "./session-job.js";
import { openTarget } from "./session-target.js";

/** How a disc is brought up to a folder. */
export interface UpdateOptions
  extends AppendOptions,
    Pick<UpdateTreeOptions, "at" | "delete" | "checksum" | "hostAttributes"> {
  /**
   * Writes no content that is on the disc already, or that comes twice, again: files refer to the one they equal by
   * length and SHA-256. Where their attributes are equal, too, they are hard links of each other.
   */
  readonly dedup?: boolean | undefined;
  /** The character set of names in the folder. Default: UTF-8; what is in none stays bytes. */
  readonly sourceCharset?: DirectorySourceOptions["charset"];
}

/** What was, or would be, changed on a disc. */
export interface UpdateReport extends TreeUpdate {
  /** What was, or would be, written; `null` where nothing differs. */
  readonly session: SessionReport | null;
}

/** @throws {@link DiscError} E_NOT_SUPPORTED for a disc whose names are not those of its files. */
function requireNames({ importedFrom, disc }: SessionJob): void {
  if (importedFrom !== "iso") return;
  const what = "updating a disc that has plain ISO 9660 alone, which changes the names of files; append adds to it";
  throw new DiscError("E_NOT_SUPPORTED", `${disc}: not supported: ${what}`, { what });
}

/**
 * Brings a disc up to a folder: files of another size or modification time are written, or with `checksum` those of
 * another content; what has other attributes gets these alone; with `delete`, what the folder lacks is removed below
 * `at`. Everything else stays where it lies. Nothing is written where nothing differs, unless `close` or another
 * `volumeName` asks for it. On a blank disc the first session is written.
 *
 * @param disc Path of a disc or of a plain image, or a recorder, which stays the caller's.
 * @throws {@link DiscError} as `appendTo` and `updateTree`; E_NOT_SUPPORTED for a disc of plain ISO 9660.
 * @example
 * const { session } = await updateTo("backup.disc", "documents", { at: "/documents", delete: true });
 */
export async function updateTo(
  disc: string | Recorder,
  folder: string,
  options: UpdateOptions = {},
): Promise<UpdateReport> {
  checkOptions(options);
  requireFolder(folder);
  const { at, hostAttributes, checksum, dedup, signal, onProgress, sourceCharset: charset } = options;
  await using target = await openTarget(disc, options);
  const job = new SessionJob(target, options);
  await job.prepare();
  requireNames(job);
  const onWarning = strictly(options);
  const update = await updateTree(job.image, fromDirectory(folder, { hostAttributes, onWarning, charset }), {
    at,
    hostAttributes,
    delete: options.delete,
    checksum,
    digest: dedup === true ? digestOf : undefined,
    signal,
    onProgress,
    onWarning,
    onGone: (existing) => job.hide(existing),
  });
  const isNeeded = update.changes.length > 0 || job.isNeeded;
  return { ...update, session: isNeeded ? await job.write() : null };
}
