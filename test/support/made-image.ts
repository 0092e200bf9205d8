/** Images as tests make them: in memory, or in a file for a judge. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Warning } from "../../src/errors.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { compareNames } from "../../src/fs/names/name-bytes.js";
import type { NameMapping } from "../../src/fs/names/unique-names.js";
import { assignUniqueNames } from "../../src/fs/names/unique-names.js";
import type { DirectoryNode, Item } from "../../src/fs/tree/directory.js";
import type { SessionData } from "../../src/medium/session-data.js";
import { temporaryFolder } from "./tools.js";

/** All blocks of a session, read in order. */
export async function bytesOf(session: SessionData): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const chunk of session.chunks()) pieces.push(Buffer.from(chunk));
  return Buffer.concat(pieces);
}

/** An image of a tree, with what was warned of. */
export interface MadeImage {
  readonly image: FileSystemImage;
  readonly bytes: Buffer;
  readonly warnings: readonly Warning[];
}

/** Makes an image of what `fill` puts into its tree. */
export async function makeImage(fill: (root: DirectoryNode) => void, options: ImageOptions = {}): Promise<MadeImage> {
  const warnings: Warning[] = [];
  const image = new FileSystemImage({ onWarning: (warning) => warnings.push(warning), ...options });
  fill(image.root);
  await using result = await image.createResultImage();
  return { image, bytes: await bytesOf(result), warnings };
}

/** Puts bytes into a file that is removed when the test ends. */
export function imageFile(t: ExecutionContext, bytes: Uint8Array, name = "image.iso"): string {
  const path = join(temporaryFolder(t), name);
  writeFileSync(path, bytes);
  return path;
}

/** The names that a file system which changes some gives the items it holds of a directory. */
export function namesIn(
  mapping: NameMapping,
  holds: (item: Item) => boolean,
): (directory: DirectoryNode) => ReadonlyMap<Item, string> {
  return (directory) => {
    const items = [...directory.children.values()]
      .filter(holds)
      .sort((one, other) => compareNames(one.name, other.name));
    const names = items.map(({ name }) => name);
    const isDirectory = (index: number): boolean => items[index]!.type === "directory";
    const assigned = assignUniqueNames(mapping, names, isDirectory, (index) => names[index]!);
    return new Map(items.map((item, index) => [item, assigned[index]!]));
  };
}
