import type { DiscIdentity } from "./session.js";

/** Called now and then while something long is under way. */
export type ProgressListener = (progress: Progress) => void;

/** How far something long has come. */
export interface Progress {
  /** What is being done: "writing", "reading", "closing". */
  readonly phase: string;
  readonly doneBlocks: number;
  readonly totalBlocks: number;
  /** What it is at, where that is known: the path of a file or directory, or what a structure is called. */
  readonly item?: string | undefined;
  /** Of what reads a tree: the file system, and how much was found of it so far. */
  readonly fileSystem?: string | undefined;
  readonly directories?: number | undefined;
  readonly files?: number | undefined;
}

/** How something long is watched and stopped. */
export interface TaskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** Blocks that follow on each other. */
export interface BlockRange {
  readonly firstBlock: number;
  readonly blocks: number;
}

/** What a recorder writes as one session: a made image, or a ready-made one. */
export interface SessionData {
  /** Address of its first block on the medium: 0, or the next writable address it was made for. */
  readonly firstBlock: number;
  readonly blocks: number;
  /** The disc whose sessions it refers to, as it was then; `null` where it refers to none. */
  readonly importedFrom: DiscIdentity | null;
  /**
   * Whether its last blocks are there for drives and readers that misjudge the end, so that no post-gap is written behind
   * them: some of what UDF looks for has to be in the last block.
   */
  readonly endsInPostGap?: boolean | undefined;
  /**
   * On media that can be overwritten, what is to be written, in this order: the session itself, and then blocks before it
   * that make it visible. All of one is safe on the medium before the next is written. Left out: the session alone.
   */
  readonly modifiedBlocks?: readonly BlockRange[] | undefined;
  /** Reads blocks at their addresses on the medium, from `firstBlock` on; of `modifiedBlocks`, whole ranges. */
  read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void>;
  /**
   * All blocks in order, in pieces of whole blocks of any size. A piece is valid until the next one is asked for.
   * Contents that can be read only once are read only so.
   */
  chunks(options?: TaskOptions): AsyncIterable<Uint8Array>;
}
