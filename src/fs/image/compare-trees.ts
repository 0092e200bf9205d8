import { throwIfCancelled } from "../../errors.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blocksOf } from "../../units.js";
import { compareNames } from "../names/name-bytes.js";
import { firstDifference } from "../tree/compare-contents.js";
import type { Content } from "../tree/content.js";
import type { HostAttributes } from "../tree/extended-attributes.js";
import type { ComparedItem, ItemChange } from "../tree/item-changes.js";
import { itemChanges } from "../tree/item-changes.js";
import type { ItemType } from "../tree/node.js";
import { joinPath } from "../tree/path.js";

/** An item of a tree that is compared, with its name. */
export interface ComparedEntry extends ComparedItem {
  readonly name: string;
}

/** One of two trees that are compared: read a directory at a time, so that none is in memory as a whole. */
export interface ComparedTree<E extends ComparedEntry> {
  /** Whether permissions and owners are recorded; they are made up else. */
  readonly recordsModes: boolean;
  /** Whether it stands on a disc, which cuts times. */
  readonly isOnDisc: boolean;
  list(directory: E, signal: AbortSignal | undefined): Promise<readonly E[]>;
  content(file: E, signal: AbortSignal | undefined): Promise<Content>;
  /** What tells a directory from all others, where it can appear in two places. */
  identity(directory: E): number | undefined;
}

/** A path in which two trees are not the same. */
export interface TreeDifference {
  /** In the first tree. */
  readonly path: string;
  readonly kind: "onlyInOne" | "onlyInOther" | "changed";
  /** What the item is in the first tree; `null` where it is not there. */
  readonly one: ItemType | null;
  readonly other: ItemType | null;
  /** In what items of both trees differ; at least one thing. */
  readonly changes: readonly ItemChange[];
}

/** What of two trees is compared. */
export interface CompareTreesOptions extends TaskOptions {
  /** Whether contents are read. Default true; else files of one size and time are taken for equal. */
  readonly content?: boolean | undefined;
  /** Whether the times of directories are compared, which change with what is put into them. Default true. */
  readonly directoryTimes?: boolean | undefined;
  /** Which extended attributes and access control lists are compared. Default: of two discs all, of a folder none. */
  readonly hostAttributes?: HostAttributes | undefined;
}

/** How far a comparison goes. */
interface Depth {
  readonly owners: boolean;
  /** Whether everything below a directory that one tree lacks is named, too. */
  readonly belowMissing: boolean;
}

/** A directory or item of both trees, or of one. */
interface Pair<A, B> {
  readonly one: A | undefined;
  readonly other: B | undefined;
}

/** A pair to be compared, or directories to be entered. */
interface Step<A, B> {
  readonly key: string;
  readonly path: string;
  readonly pair: Pair<A, B>;
  readonly enter: boolean;
}

function directoryOrNone<E extends ComparedEntry>(entry: E | undefined): E | undefined {
  return entry?.type === "directory" ? entry : undefined;
}

/** Compares two trees. What it holds is a directory of each at every level of the path it is at. */
export class TreeComparison<A extends ComparedEntry, B extends ComparedEntry> {
  /** Items that both trees have and that were compared. */
  items = 0;
  readonly #one: ComparedTree<A>;
  readonly #other: ComparedTree<B>;
  readonly #options: CompareTreesOptions & Depth;
  readonly #entered = { one: new Set<number>(), other: new Set<number>() };
  #doneBlocks = 0;

  constructor(one: ComparedTree<A>, other: ComparedTree<B>, options: CompareTreesOptions & Depth) {
    this.#one = one;
    this.#other = other;
    this.#options = options;
  }

  /**
   * The differences below two directories, in the order of the bytes of the paths.
   *
   * @throws {@link DiscError} E_CANCELLED; what the trees raise.
   */
  async *differences(one: A, other: B, path: string): AsyncGenerator<TreeDifference, void, void> {
    const stack: Iterator<Step<A, B>>[] = [(await this.#steps({ one, other }, path)).values()];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.next();
      if (next.done === true) {
        stack.pop();
        continue;
      }
      const step = next.value;
      if (step.enter) {
        stack.push((await this.#steps(step.pair, step.path)).values());
        continue;
      }
      const difference = await this.#compare(step);
      if (difference !== undefined) yield difference;
    }
  }

  /**
   * What is in a directory of both trees. In the order of the bytes of paths, others can stand between a directory and
   * what is in it ("a", "a.txt", "a/b"), so a directory is two steps.
   */
  async #steps(directories: Pair<A, B>, path: string): Promise<Step<A, B>[]> {
    throwIfCancelled(this.#options.signal, "comparing");
    const one = await this.#list(this.#one, directories.one, this.#entered.one);
    const other = await this.#list(this.#other, directories.other, this.#entered.other);
    const pairs = new Map<string, Pair<A, B>>();
    for (const entry of one) pairs.set(entry.name, { one: entry, other: undefined });
    for (const entry of other) pairs.set(entry.name, { one: pairs.get(entry.name)?.one, other: entry });
    const steps: Step<A, B>[] = [];
    for (const [name, pair] of pairs) {
      const below = joinPath(path, name);
      steps.push({ key: name, path: below, pair, enter: false });
      const inside = { one: directoryOrNone(pair.one), other: directoryOrNone(pair.other) };
      const directoriesInside = [inside.one, inside.other].filter((entry) => entry !== undefined).length;
      if (directoriesInside < (this.#options.belowMissing ? 1 : 2)) continue;
      steps.push({ key: `${name}/`, path: below, pair: inside, enter: true });
    }
    return steps.sort((left, right) => compareNames(left.key, right.key));
  }

  /** A directory that stands in a second place, as damaged discs show, is not entered again. */
  async #list<E extends ComparedEntry>(
    tree: ComparedTree<E>,
    directory: E | undefined,
    entered: Set<number>,
  ): Promise<readonly E[]> {
    if (directory === undefined) return [];
    const identity = tree.identity(directory);
    if (identity !== undefined && entered.has(identity)) return [];
    if (identity !== undefined) entered.add(identity);
    return await tree.list(directory, this.#options.signal);
  }

  async #compare({ path, pair: { one, other } }: Step<A, B>): Promise<TreeDifference | undefined> {
    if (one === undefined || other === undefined) {
      const kind = one === undefined ? "onlyInOther" : "onlyInOne";
      return { path, kind, one: one?.type ?? null, other: other?.type ?? null, changes: [] };
    }
    this.items++;
    const { owners, directoryTimes = true, content = true, hostAttributes: attributes = {} } = this.#options;
    const modes = this.#one.recordsModes && this.#other.recordsModes;
    const isOtherOnDisc = this.#other.isOnDisc;
    const changes = itemChanges(one, other, { modes, owners, attributes, directoryTimes, isOtherOnDisc });
    if (content && one.type === "file" && other.type === "file") {
      const change = await this.#contentChange(one, other);
      // Behind the size, which is the first thing that is said of files.
      if (change !== undefined) changes.splice(changes[0]?.kind === "size" ? 1 : 0, 0, change);
    }
    return changes.length === 0 ? undefined : { path, kind: "changed", one: one.type, other: other.type, changes };
  }

  async #contentChange(one: A, other: B): Promise<ItemChange | undefined> {
    const { signal, onProgress } = this.#options;
    // Of different lengths, there is nothing to read: they differ.
    if (one.bytes !== other.bytes) return { kind: "content", one: null, other: null };
    if (one.bytes === 0) return undefined;
    const at = await firstDifference(
      await this.#one.content(one, signal),
      await this.#other.content(other, signal),
      signal,
    );
    this.#doneBlocks += blocksOf(one.bytes);
    onProgress?.({ phase: "comparing", doneBlocks: this.#doneBlocks, totalBlocks: 0 });
    return at === undefined ? undefined : { kind: "content", one: null, other: null, firstByte: at };
  }
}
