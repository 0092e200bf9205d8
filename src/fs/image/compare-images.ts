import { DiscError } from "../../errors.js";
import type { Content } from "../tree/content.js";
import type { DiscEntry } from "../tree/disc-entry.js";
import { identityOf, recordsModes } from "../tree/disc-entry.js";
import type { HostAttributes } from "../tree/extended-attributes.js";
import type { ComparedTree, CompareTreesOptions, TreeDifference } from "./compare-trees.js";
import { TreeComparison } from "./compare-trees.js";
import type { DiscImage } from "./disc-image.js";

/** How two sessions are compared. */
export interface CompareImagesOptions extends CompareTreesOptions {
  /** The directory of both that is compared. Default "/". */
  readonly at?: string | undefined;
}

/** What discs record, both have read. */
const allAttributes: HostAttributes = { extendedAttributes: "any", accessControl: true };

/** The tree of a session, to be compared. */
export class ComparedImage implements ComparedTree<DiscEntry> {
  readonly isOnDisc = true;
  readonly recordsModes: boolean;
  readonly #image: DiscImage;

  constructor(image: DiscImage) {
    this.#image = image;
    this.recordsModes = recordsModes(image.fileSystem);
  }

  async list(directory: DiscEntry, signal: AbortSignal | undefined): Promise<readonly DiscEntry[]> {
    const { path, refusal } = directory;
    if (refusal !== null) throw new DiscError("E_NOT_SUPPORTED", `"${path}": ${refusal}`, { what: refusal });
    return await this.#image.readdir(directory, { signal });
  }

  content(file: DiscEntry, signal: AbortSignal | undefined): Promise<Content> {
    return this.#image.content(file, { signal });
  }

  identity(directory: DiscEntry): number | undefined {
    return identityOf(directory);
  }
}

/**
 * Compares two sessions, of one disc or of two: what is in one of them alone, and of what is in both: types, sizes,
 * contents, link targets, device numbers, modes, owners, extended attributes and access control lists where both record
 * them, and modification times as far as
 * both keep them. Differences come in the order of the bytes of the paths, and everything below a directory that one
 * of them lacks is among them; the attributes of the two topmost directories are not compared. Contents are equal
 * without being read where they lie in the same place, for which both images have to be opened from one source.
 *
 * @throws {@link DiscError} E_ITEM_NOT_FOUND, E_NOT_A_DIRECTORY, E_NOT_SUPPORTED, E_READ_FAILED, E_FIELD_INVALID,
 *   E_CANCELLED.
 * @example
 * const [before, now] = [await openImage(source, { session: 1 }), await openImage(source)];
 * for await (const { kind, path } of compareImages(before, now)) console.log(kind, path);
 */
export async function* compareImages(
  one: DiscImage,
  other: DiscImage,
  options: CompareImagesOptions = {},
): AsyncGenerator<TreeDifference, void, void> {
  const { at = "/", signal } = options;
  const depth = { owners: true, belowMissing: true };
  const how = { hostAttributes: allAttributes, ...options, ...depth };
  const comparison = new TreeComparison(new ComparedImage(one), new ComparedImage(other), how);
  const start = await one.stat(at, { signal });
  yield* comparison.differences(start, await other.stat(at, { signal }), start.path);
}
