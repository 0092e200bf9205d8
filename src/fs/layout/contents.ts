import { alignUp, blockBytes, blocksOf } from "../../units.js";
import type { BatchReader, Content, ContentRequest, Extent } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import type { Catalog } from "./catalog.js";
import type { Plan } from "./plan.js";
import { lbaOf } from "./plan.js";
import type { Place, Region, Renderer } from "./region.js";
import { nextPlace } from "./region.js";

/** The kind of the one region that holds all contents. */
const contentsKind = "contents";

/** Contents that lie at fixed distances from each other. */
export interface ContentRun {
  /** The run's block 0 lies `phase` blocks behind a multiple of so many blocks of the medium. */
  readonly align: number;
  readonly phase: number;
  /** In the order of their first blocks, which are counted from the run's; none reaches into the next. */
  readonly members: readonly { readonly content: Content; readonly block: number }[];
}

/** How the contents of a session are laid out. */
export interface ContentLayoutOptions {
  /** Whether a content stays where an earlier session put it. */
  isPinned(content: Content): boolean;
  /** Contents of up to so many bytes have no blocks: what refers to them holds them. Default 0. */
  readonly embeddedBytes?: number | undefined;
  /** The first block of the session that contents may occupy. */
  readonly fromBlock?: number | undefined;
  /** What lies at fixed distances, before all else that directories lead to. Runs that lie so already are pinned. */
  readonly runs?: readonly ContentRun[] | undefined;
}

/** Stands for the first block of contents that are pinned or empty, and of those that are embedded. */
const elsewhere = -1;
const embedded = -2;

/** Whether a run lies on the disc already as it has to. */
function isInPlace({ align, phase, members }: ContentRun, isPinned: ContentLayoutOptions["isPinned"]): boolean {
  const recorded = members.filter(({ content }) => content.bytes > 0);
  const starts = recorded.map(({ content, block }) => {
    const [extent, ...others] = isPinned(content) ? (content.extents ?? []) : [];
    return extent === undefined || extent.lba === null || others.length > 0 ? Number.NaN : extent.lba - block;
  });
  return starts.every((start) => start === starts[0] && (start - phase) % align === 0);
}

/**
 * Where the contents of a session lie: written ones one after another in a single region, each from a block of its
 * own, with gaps in and before runs; pinned ones where an earlier session put them. Arrays over the contents' numbers in the catalog: a million
 * small objects would cost hundreds of megabytes.
 */
export class ContentLayout {
  readonly contents: readonly Content[];
  readonly region: Region;
  /** For each content, its first block counted from the region's; or one of the two values below 0. */
  readonly #firstBlock: Float64Array;
  /** The written contents in order. */
  readonly #written: Int32Array;

  constructor(catalog: Catalog, options: ContentLayoutOptions) {
    this.contents = catalog.contents;
    this.#firstBlock = new Float64Array(this.contents.length).fill(elsewhere);
    const written: number[] = [];
    let block = 0;
    const write = (index: number, at: number): void => {
      this.#firstBlock[index] = at;
      written.push(index);
      block = at + blocksOf(this.contents[index]!.bytes);
    };
    const runs = (options.runs ?? []).filter((run) => !isInPlace(run, options.isPinned));
    const numbers = runs.length === 0 ? undefined : new Map(this.contents.map((content, index) => [content, index]));
    let areRunsDue = runs.length > 0;
    for (const index of orderOf(catalog)) {
      if (areRunsDue && index < catalog.firstStreamContent) {
        areRunsDue = false;
        for (const { align, phase, members } of runs) {
          const start = alignUp(block - phase, align) + phase;
          for (const member of members)
            if (member.content.bytes > 0) write(numbers!.get(member.content)!, start + member.block);
        }
      }
      const content = this.contents[index]!;
      if (this.#firstBlock[index]! >= 0 || content.bytes === 0 || options.isPinned(content)) continue;
      // What is embedded may be rendered more than once: a metadata partition has a mirror.
      if (content.bytes <= (options.embeddedBytes ?? 0) && content.repeatable) {
        this.#firstBlock[index] = embedded;
        continue;
      }
      write(index, block);
    }
    this.#written = Int32Array.from(written);
    const { fromBlock: from = 0 } = options;
    const align = runs.length === 0 ? undefined : Math.max(...runs.map((run) => run.align));
    const place: Place = {
      ...nextPlace,
      ...(from === 0 ? {} : { from }),
      ...(align === undefined ? {} : { align }),
    };
    this.region = { kind: contentsKind, name: "File contents", blocks: block, place, needs: "plan" };
  }

  /** The written contents with their first blocks, counted from the region's, in the order in which they lie. */
  *written(): Generator<{ readonly content: Content; readonly block: number }> {
    for (const index of this.#written) yield { content: this.contents[index]!, block: this.#firstBlock[index]! };
  }

  /** How many contents are written. */
  get writtenCount(): number {
    return this.#written.length;
  }

  /** One of the written contents, by its place among them: its number, and its first block counted from the region's. */
  writtenAt(position: number): { readonly index: number; readonly content: Content; readonly block: number } {
    const index = this.#written[position]!;
    return { index, content: this.contents[index]!, block: this.#firstBlock[index]! };
  }

  /** The place of a content among those that are written; `undefined` where it is not. */
  positionOf(index: number): number | undefined {
    const block = this.#firstBlock[index]!;
    return block < 0 ? undefined : this.positionAt(block);
  }

  /** Whether a content lies where an earlier session put it. */
  isPinned(index: number): boolean {
    return this.#firstBlock[index] === elsewhere && this.contents[index]!.bytes > 0;
  }

  /** The block behind the last one of contents that lie where earlier sessions put them; 0 where there are none. */
  endOfPinned(): number {
    let end = 0;
    this.#eachPinned(({ lba, bytes }) => {
      if (lba !== null) end = Math.max(end, lba + blocksOf(bytes));
    });
    return end;
  }

  /** The lowest block of contents that lie where earlier sessions put them; `undefined` where there are none. */
  startOfPinned(): number | undefined {
    let lowest: number | undefined;
    this.#eachPinned(({ lba }) => {
      if (lba !== null) lowest = Math.min(lowest ?? lba, lba);
    });
    return lowest;
  }

  #eachPinned(visit: (extent: Extent) => void): void {
    for (let index = 0; index < this.contents.length; index++) {
      if (!this.isPinned(index)) continue;
      for (const extent of this.contents[index]!.extents ?? []) visit(extent);
    }
  }

  /** Whether a content has no blocks of its own: it stands in what refers to it. */
  isEmbedded(index: number): boolean {
    return this.#firstBlock[index] === embedded;
  }

  /** In how many extents of at most that many bytes a content lies; 1 for an empty one. */
  extentCount(index: number, maximumBytes: number): number {
    const content = this.contents[index]!;
    if (!this.isPinned(index)) return Math.max(1, Math.ceil(content.bytes / maximumBytes));
    return content.extents!.reduce((count, { bytes }) => count + Math.ceil(bytes / maximumBytes), 0);
  }

  /** The extents of a content, each of at most that many bytes; an empty one has a single extent at block 0. */
  extents(index: number, maximumBytes: number, regionLba: number): readonly Extent[] {
    const content = this.contents[index]!;
    if (this.isPinned(index)) return splitExtents(content.extents!, maximumBytes);
    const whole = { lba: content.bytes === 0 ? 0 : regionLba + this.#firstBlock[index]!, bytes: content.bytes };
    return content.bytes <= maximumBytes ? [whole] : splitExtent(whole, maximumBytes);
  }

  /** Fills blocks of the region from the contents. */
  readonly render: Renderer = (first, out, _plan, signal) => readContents(this.#requests(first, out), signal);

  /** The parts of contents that lie in some blocks of the region. */
  *#requests(first: number, out: Uint8Array): Generator<ContentRequest> {
    const end = first + out.length / blockBytes;
    for (let position = this.positionAt(first); position < this.#written.length; position++) {
      const index = this.#written[position]!;
      const content = this.contents[index]!;
      const start = this.#firstBlock[index]!;
      if (start >= end) break;
      const offset = Math.max(0, first - start) * blockBytes;
      const to = Math.min(content.bytes, (end - start) * blockBytes);
      // Behind it there is a gap.
      if (offset >= to) continue;
      const at = (start - first) * blockBytes + offset;
      yield { content, offset, into: out.subarray(at, at + to - offset) };
    }
  }

  /** Position, among the written contents, of the one that holds a block of the region, or lies before it in a gap. */
  positionAt(block: number): number {
    let low = 0;
    let high = this.#written.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#firstBlock[this.#written[middle]!]! <= block) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/**
 * The contents in the order in which they lie: those that no directory leads to first, since 7-Zip takes what lies
 * behind all files for trailing rubbish; then those of greater weight before others, else as the catalog has them.
 */
function orderOf({ contents, firstStreamContent, nodeOfContent }: Catalog): Iterable<number> {
  const order = Uint32Array.from(contents.keys(), (position) => (position + firstStreamContent) % contents.length);
  const sortWeightOf = (node: Item): number => (node.type === "file" ? node.sortWeight : 0);
  if (nodeOfContent.every((node) => sortWeightOf(node) === 0)) return order;
  const weightOf = (index: number): number =>
    index < firstStreamContent ? sortWeightOf(nodeOfContent[index]!) : Number.POSITIVE_INFINITY;
  return order.sort((one, other) => (weightOf(one) === weightOf(other) ? 0 : weightOf(other) - weightOf(one)));
}

/** Reads parts of contents, those of one kind that follow on each other at once. @throws as `Content.read`. */
export async function readContents(requests: Iterable<ContentRequest>, signal: AbortSignal | undefined): Promise<void> {
  let batch: ContentRequest[] = [];
  let reader: BatchReader | undefined;
  for (const request of requests) {
    if (batch.length > 0 && request.content.batchReader !== reader) {
      await reader!.readBatch(batch, signal);
      batch = [];
    }
    reader = request.content.batchReader;
    if (reader === undefined) await request.content.read(request.offset, request.into, signal);
    else batch.push(request);
  }
  if (batch.length > 0) await reader!.readBatch(batch, signal);
}

function splitExtents(extents: readonly Extent[], maximumBytes: number): readonly Extent[] {
  if (extents.every(({ bytes }) => bytes <= maximumBytes)) return extents;
  return extents.flatMap((extent) => splitExtent(extent, maximumBytes));
}

function splitExtent({ lba, bytes }: Extent, maximumBytes: number): Extent[] {
  const pieces: Extent[] = [];
  for (let done = 0; done < bytes || (done === 0 && pieces.length === 0); done += maximumBytes) {
    pieces.push({ lba: lba === null ? null : lba + done / blockBytes, bytes: Math.min(maximumBytes, bytes - done) });
  }
  return pieces;
}

/** The address of the region of contents in a plan. */
export function contentsLba(plan: Plan): number {
  return lbaOf(plan, contentsKind);
}
