/** What an import reads besides directories, where names do not tell which items of two trees are the same. */
import { DiscError } from "../../errors.js";
import { firstDifference } from "../tree/compare-contents.js";
import type { Content } from "../tree/content.js";
import type { DiscEntry, TreeReader } from "../tree/disc-entry.js";
import type { SampleFile } from "./join-trees.js";

/** Directories that are looked into for the files of one, and files that are enough. */
const maximumDirectories = 16;
const maximumFiles = 64;

/** Whether an error says that something on the disc cannot be read: no cancelling, no warning taken for an error. */
export function isUnreadable(error: unknown): error is DiscError {
  return error instanceof DiscError && error.code !== "E_CANCELLED" && !error.code.startsWith("W_");
}

/** Some files with contents that are below a directory, those nearest to it first. */
export async function sampleFiles(tree: TreeReader, directory: DiscEntry, signal?: AbortSignal): Promise<SampleFile[]> {
  const samples: SampleFile[] = [];
  const open: SampleFile[] = [{ entry: directory, depth: 1 }];
  for (let index = 0; index < open.length && index < maximumDirectories; index++) {
    const { entry, depth } = open[index]!;
    if (entry.refusal !== null) continue;
    try {
      const { entries } = await tree.list(entry, signal);
      for (const found of entries) {
        if (found.type === "directory") open.push({ entry: found, depth: depth + 1 });
        else if (found.bytes > 0 && samples.length < maximumFiles) samples.push({ entry: found, depth });
      }
    } catch (error) {
      // It is listed once more, and reported, when it has its place.
      if (!isUnreadable(error)) throw error;
    }
    if (samples.length === maximumFiles) break;
  }
  return samples;
}

/** Whether two contents of one length have the same bytes; not those that cannot be read. */
export async function areSameContents(one: Content, other: Content, signal?: AbortSignal): Promise<boolean> {
  try {
    return (await firstDifference(one, other, signal)) === undefined;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return false;
  }
}
