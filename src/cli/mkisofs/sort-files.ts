/** Weights of files by their paths on the host: mkisofs -sort. */
import type { Item } from "../../node.js";
import { usageError } from "../usage.js";
import type { PathTest } from "./path-patterns.js";
import { linesOf, pathTestOf } from "./path-patterns.js";
import type { MkisofsRequest } from "./request.js";

interface SortRule {
  readonly test: PathTest;
  readonly weight: number;
}

async function rulesOf(request: MkisofsRequest): Promise<SortRule[]> {
  const rules: SortRule[] = [];
  for (const list of request.sortFiles) {
    for (const line of await linesOf(list)) {
      const match = /^(.+)[ \t]([-+]?\d+)$/.exec(line);
      if (match === null) throw usageError(`${list}: "${line}" is no path with a weight`);
      rules.push({ test: pathTestOf("genisoimage", match[1]!.replace(/(?<=.)\/$/, "")), weight: Number(match[2]) });
    }
  }
  return rules;
}

/**
 * Gives files the weights of the lists; what is in a directory that is listed has its weight, unless it is listed itself.
 *
 * @param hostPaths Paths of items on the host, directories before what is in them.
 */
export async function applySortFiles(request: MkisofsRequest, hostPaths: ReadonlyMap<Item, string>): Promise<void> {
  const rules = await rulesOf(request);
  if (rules.length === 0) return;
  const weights = new Map<Item, number>();
  for (const [item, path] of hostPaths) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const own = rules.find(({ test }) => test(path, name))?.weight;
    const weight = own ?? (item.parent === null ? undefined : weights.get(item.parent));
    if (weight === undefined) continue;
    weights.set(item, weight);
    if (item.type === "file") item.sortWeight = weight;
  }
}
