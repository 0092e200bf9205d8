import type { DiscEntry, DiscImage } from "../node.js";
import { compareNames, identityOf } from "../node.js";

/** An entry to be shown, or a directory to be entered. */
interface Step {
  readonly key: string;
  readonly entry: DiscEntry;
  readonly enter: boolean;
}

/**
 * Everything below a directory in the order of the bytes of the paths. That of a directory and what is in it can have
 * others between them ("a", "a.txt", "a/b"), so a directory is two steps, and no list of all paths is needed.
 */
async function stepsOf(image: DiscImage, directory: DiscEntry, signal: AbortSignal): Promise<Step[]> {
  const steps: Step[] = [];
  for (const entry of await image.readdir(directory, { signal })) {
    steps.push({ key: entry.name, entry, enter: false });
    if (entry.type === "directory" && entry.refusal === null) steps.push({ key: `${entry.name}/`, entry, enter: true });
  }
  return steps.sort((one, other) => compareNames(one.key, other.key));
}

/** Walks a tree, sorted by the bytes of the paths. A directory that stands in a second place is not entered again. */
export async function* walkSorted(
  image: DiscImage,
  start: DiscEntry,
  signal: AbortSignal,
): AsyncGenerator<DiscEntry, void, void> {
  if (start.type !== "directory") {
    yield start;
    return;
  }
  const entered = new Set<number | undefined>([identityOf(start)]);
  const stack: Iterator<Step>[] = [(await stepsOf(image, start, signal)).values()];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      stack.pop();
      continue;
    }
    const { entry, enter } = next.value;
    if (!enter) {
      yield entry;
      continue;
    }
    const identity = identityOf(entry);
    if (identity !== undefined && entered.has(identity)) continue;
    entered.add(identity);
    stack.push((await stepsOf(image, entry, signal)).values());
  }
}
