import { DiscError } from "../../errors.js";
import { blocksOf } from "../../units.js";
import type { Catalog } from "../layout/catalog.js";
import type { ContentLayout } from "../layout/contents.js";
import type { Plan } from "../layout/plan.js";
import { gapKind } from "../layout/plan.js";
import type { PlacedRegion } from "../layout/region.js";
import type { Content } from "../tree/content.js";
import type { DirectoryNode } from "../tree/directory.js";

/** A run of blocks of an image, and what is in it. IMAPI2 `IProgressItem`. */
export interface ProgressItem {
  /** The path of a file, "/a/b:name" for a named stream; the name of the region for everything else. */
  readonly description: string;
  /** Address on the medium; the next is that of the last block, inclusive. */
  readonly firstBlock: number;
  readonly lastBlock: number;
  readonly blockCount: number;
}

/** A region with the number of its first item. */
interface Segment {
  readonly placed: PlacedRegion;
  readonly firstItem: number;
}

function progressItem(description: string, firstBlock: number, blockCount: number): ProgressItem {
  return { description, firstBlock, lastBlock: firstBlock + blockCount - 1, blockCount };
}

/**
 * Which blocks of an image hold what, in the order of their addresses: each file that is written, and each of the other
 * regions. Nothing is there for gaps, for files that lie in earlier sessions, and for those that their UDF file entries
 * hold. A file with several names has that of one of them. IMAPI2 `IProgressItems`.
 */
export class ProgressItems implements Iterable<ProgressItem> {
  readonly #contents: ContentLayout;
  readonly #catalog: Catalog;
  readonly #root: DirectoryNode;
  readonly #segments: readonly Segment[];
  /** How many there are. */
  readonly count: number;
  #numberOfContent: Map<Content, number> | undefined;

  constructor(plan: Plan, contents: ContentLayout, catalog: Catalog, root: DirectoryNode) {
    this.#contents = contents;
    this.#catalog = catalog;
    this.#root = root;
    const segments: Segment[] = [];
    let count = 0;
    for (const placed of plan.regions) {
      if (placed.region.kind === gapKind || placed.region.blocks === 0) continue;
      segments.push({ placed, firstItem: count });
      count += this.#isContents(placed) ? contents.writtenCount : 1;
    }
    this.#segments = segments;
    this.count = count;
  }

  #isContents({ region }: PlacedRegion): boolean {
    return region.kind === this.#contents.region.kind;
  }

  *[Symbol.iterator](): Generator<ProgressItem> {
    for (let index = 0; index < this.count; index++) yield this.item(index);
  }

  /** One of them, from 0. @throws {@link DiscError} E_OPTION_INVALID. */
  item(index: number): ProgressItem {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      const allowed = `a number from 0 to ${this.count - 1}`;
      const detail = { option: "index", value: index, allowed };
      throw new DiscError("E_OPTION_INVALID", `there is no progress item ${index}: expected ${allowed}`, detail);
    }
    const { placed, firstItem } = this.#segments.findLast((segment) => segment.firstItem <= index)!;
    return this.#itemIn(placed, index - firstItem);
  }

  #itemIn(placed: PlacedRegion, position: number): ProgressItem {
    const { region, lba } = placed;
    if (!this.#isContents(placed)) return progressItem(region.name, lba, region.blocks);
    const { index, content, block } = this.#contents.writtenAt(position);
    return progressItem(this.#describe(index), lba + block, blocksOf(content.bytes));
  }

  #describe(index: number): string {
    const { nodeOfContent, firstStreamContent, streams, attributeFiles } = this.#catalog;
    const item = nodeOfContent[index]!;
    if (index < firstStreamContent) return item.path;
    if (attributeFiles.get(item) === index) return `${item.path}: extended attributes`;
    const stream = streams.get(item)?.find(({ content }) => content === index);
    // What boots and is no file of the tree has no path, and is called by its label.
    return stream === undefined ? item.name : `${item.path}:${stream.name}`;
  }

  /** What is in a block of the medium; `undefined` for a gap, and outside of the image. */
  fromBlock(lba: number): ProgressItem | undefined {
    const found = this.#segments.find(({ placed }) => lba >= placed.lba && lba < placed.lba + placed.region.blocks);
    if (found === undefined) return undefined;
    const { placed } = found;
    const item = this.#itemIn(placed, this.#isContents(placed) ? this.#contents.positionAt(lba - placed.lba) : 0);
    return lba >= item.firstBlock && lba <= item.lastBlock ? item : undefined;
  }

  /**
   * The blocks of something by its description; of a file with several names, by any of them. `undefined` where the image
   * writes nothing of it.
   */
  fromDescription(description: string): ProgressItem | undefined {
    for (const { placed } of this.#segments) {
      if (!this.#isContents(placed)) {
        if (placed.region.name === description) return this.#itemIn(placed, 0);
        continue;
      }
      const index = description.startsWith("/") ? this.#contentNamed(description) : undefined;
      const position = index === undefined ? undefined : this.#contents.positionOf(index);
      if (position !== undefined) return this.#itemIn(placed, position);
    }
    return undefined;
  }

  /** Number of the content of a path. */
  #contentNamed(path: string): number | undefined {
    const item = this.#root.find(path);
    if (item?.type === "file") return this.#numbers.get(item.content);
    // Names of files and of streams may have colons of their own.
    for (let colon = path.indexOf(":"); colon > 0; colon = path.indexOf(":", colon + 1)) {
      const owner = this.#root.find(path.slice(0, colon));
      const streams = owner === undefined ? undefined : this.#catalog.streams.get(owner);
      const found = streams?.find(({ name }) => name === path.slice(colon + 1));
      if (found !== undefined) return found.content;
    }
    return undefined;
  }

  /** Contents of files as the tree has them: what boots may be written in another form. */
  get #numbers(): ReadonlyMap<Content, number> {
    if (this.#numberOfContent !== undefined) return this.#numberOfContent;
    const { nodeOfContent, firstStreamContent } = this.#catalog;
    const numbers = new Map<Content, number>();
    for (let index = 0; index < firstStreamContent; index++) {
      const node = nodeOfContent[index]!;
      if (node.type === "file") numbers.set(node.content, index);
    }
    this.#numberOfContent = numbers;
    return numbers;
  }
}
