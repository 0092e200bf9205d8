import type { Stats } from "node:fs";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { DiscError } from "../errors.js";
import { ComparedImage } from "../fs/image/compare-images.js";
import type { ComparedEntry, ComparedTree, CompareTreesOptions, TreeDifference } from "../fs/image/compare-trees.js";
import { TreeComparison } from "../fs/image/compare-trees.js";
import type { DiscImage } from "../fs/image/disc-image.js";
import type { Content } from "../fs/tree/content.js";
import type { HostAttributes } from "../fs/tree/extended-attributes.js";
import type { ItemChange } from "../fs/tree/item-changes.js";
import type { FoundOnHost } from "./host-attributes.js";
import { attributesOfHost, requireAttributes, wantsAttributes } from "./host-attributes.js";
import { errnoOf, hostError } from "./host-error.js";
import { deviceOf, typeOf } from "./host-item.js";
import { hostPath, nameOfHost } from "./host-path.js";
import { PathContent } from "./path-content.js";

/** One thing in which a disc and a folder are not the same. */
export interface Difference {
  /** In the image. */
  readonly path: string;
  readonly kind: "onlyOnDisc" | "onlyInFolder" | ItemChange["kind"];
  readonly onDisc: string | null;
  readonly inFolder: string | null;
}

/** How a disc is compared with a folder. */
export interface CompareFolderOptions extends CompareTreesOptions {
  /** The directory of the disc that is compared. Default "/". */
  readonly at?: string | undefined;
}

/** How a disc is compared with a folder, and who hears of it. */
export interface CompareOptions extends CompareFolderOptions {
  /** Called with each difference as it is found. */
  readonly onDifference?: ((difference: Difference) => void) | undefined;
}

/** What comparing found. */
export interface Comparison {
  /** The first of them: at most 10,000. */
  readonly differences: readonly Difference[];
  readonly count: number;
  /** Items that were compared. */
  readonly items: number;
}

const maximumDifferences = 10_000;

/** Something in a folder of the host. */
interface FolderEntry extends ComparedEntry {
  readonly folder: string;
}

function examine(path: string): Stats {
  try {
    return lstatSync(hostPath(path));
  } catch (error) {
    throw hostError(path, "examining", error);
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(hostPath(folder), { encoding: "buffer" }).map(nameOfHost);
  } catch (cause) {
    const message = `folder "${folder}" cannot be listed: ${errnoOf(cause)}`;
    throw new DiscError("E_SOURCE_UNREADABLE", message, { path: folder }, { cause });
  }
}

const nothing: FoundOnHost = { extendedAttributes: undefined, accessControl: undefined };

function entryOf(folder: string, name: string, stats: Stats, found: FoundOnHost = nothing): FolderEntry {
  const { size: bytes, mtimeMs, mode, uid, gid } = stats;
  const type = typeOf(stats);
  const path = hostPath(`${folder}/${name}`);
  const target = type === "symlink" ? nameOfHost(readlinkSync(path, { encoding: "buffer" })) : null;
  return { folder, name, type, bytes, mtimeMs, mode: mode & 0o7777, uid, gid, target, ...deviceOf(stats), ...found };
}

/** A folder of the host, to be compared. */
class ComparedFolder implements ComparedTree<FolderEntry> {
  readonly recordsModes = true;
  readonly isOnDisc = false;
  readonly #attributes: HostAttributes;

  /** @param attributes Those that are compared. */
  constructor(attributes: HostAttributes = {}) {
    requireAttributes(attributes);
    this.#attributes = attributes;
  }

  /** The entry of the folder at which comparing starts; one that is named by a link is the folder itself. */
  start(path: string): FolderEntry {
    const folder = path.length > 1 ? path.replace(/\/+$/, "") : path;
    return entryOf(folder, ".", examine(`${folder}/.`));
  }

  async list({ folder, name }: FolderEntry): Promise<readonly FolderEntry[]> {
    const path = name === "." ? folder : `${folder}/${name}`;
    const names = listFolder(path);
    if (!wantsAttributes(this.#attributes)) {
      return names.map((child) => entryOf(path, child, examine(`${path}/${child}`)));
    }
    const entries: FolderEntry[] = [];
    for (const child of names) {
      const place = `${path}/${child}`;
      entries.push(entryOf(path, child, examine(place), await attributesOfHost(place, false, this.#attributes)));
    }
    return entries;
  }

  async content({ folder, name, bytes, mtimeMs }: FolderEntry): Promise<Content> {
    return new PathContent(folder, name, { bytes, mtimeMs: mtimeMs ?? 0 });
  }

  /** Links are not followed, so that a folder is in one place. */
  identity(): undefined {
    return undefined;
  }
}

/**
 * Compares a tree of a disc with a folder of the host, as `compareImages` compares two sessions. The disc is the first
 * of the two.
 *
 * @throws {@link DiscError} E_SOURCE_UNREADABLE, E_HOST, E_CONTENT_CHANGED, E_ITEM_NOT_FOUND, E_NOT_A_DIRECTORY,
 *   E_NOT_SUPPORTED, E_READ_FAILED, E_CANCELLED.
 */
export async function* compareImageWithFolder(
  image: DiscImage,
  folder: string,
  options: CompareFolderOptions = {},
): AsyncGenerator<TreeDifference, void, void> {
  const start = await image.stat(options.at ?? "/", { signal: options.signal });
  const other = new ComparedFolder(options.hostAttributes);
  const depth = { owners: true, belowMissing: true };
  const comparison = new TreeComparison(new ComparedImage(image), other, { ...options, ...depth });
  yield* comparison.differences(start, other.start(folder), start.path);
}

/** One difference for each thing in which an item differs; that contents of other lengths differ needs no words. */
function* singleDifferences({ path, kind, one, other, changes }: TreeDifference): Generator<Difference> {
  if (kind === "onlyInOne") yield { path, kind: "onlyOnDisc", onDisc: one, inFolder: null };
  else if (kind === "onlyInOther") yield { path, kind: "onlyInFolder", onDisc: null, inFolder: other };
  for (const { kind: what, one: onDisc, other: inFolder, firstByte } of changes) {
    if (what !== "content") yield { path, kind: what, onDisc, inFolder };
    else if (firstByte !== undefined) {
      yield { path, kind: what, onDisc: `differs from byte ${firstByte} on`, inFolder };
    }
  }
}

/**
 * Compares a tree of a disc with a folder of the host: names, types, contents, link targets, device numbers, modes
 * where the disc records them, and modification times as far as the disc keeps them. Of what is on one side alone, a
 * directory stands for all that is in it. Owners, and the attributes of the two topmost directories, are left out.
 *
 * @throws {@link DiscError} E_SOURCE_UNREADABLE, E_HOST, E_CONTENT_CHANGED, E_ITEM_NOT_FOUND, E_NOT_A_DIRECTORY,
 *   E_NOT_SUPPORTED, E_READ_FAILED, E_CANCELLED.
 */
export async function compareWithFolder(
  image: DiscImage,
  folder: string,
  options: CompareOptions = {},
): Promise<Comparison> {
  const start = await image.stat(options.at ?? "/", { signal: options.signal });
  const other = new ComparedFolder(options.hostAttributes);
  const depth = { owners: false, belowMissing: false };
  const comparison = new TreeComparison(new ComparedImage(image), other, { ...options, ...depth });
  const differences: Difference[] = [];
  let count = 0;
  for await (const found of comparison.differences(start, other.start(folder), start.path)) {
    for (const difference of singleDifferences(found)) {
      count++;
      if (differences.length < maximumDifferences) differences.push(difference);
      options.onDifference?.(difference);
    }
  }
  return { differences, count, items: comparison.items };
}
