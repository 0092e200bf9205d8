import type { Content } from "../tree/content.js";
import { storedOf } from "../tree/content.js";
import type { DirectoryNode } from "../tree/directory.js";
import { walkTree } from "../tree/walk.js";
import { isUnreadable } from "./import-samples.js";

/** What two contents have in common only where they are equal: a cryptographic digest of all their bytes. */
export type ContentDigest = (content: Content, signal?: AbortSignal) => Promise<string>;

/** Contents in whose place others are taken, which hold the same bytes. */
export class SharedContents {
  /** Bytes of contents that were taken as they are. */
  bytes = 0;
  /** Bytes of contents in whose place others were taken. */
  sharedBytes = 0;
  readonly #others: Map<Content, Content>;
  readonly #digest: ContentDigest | undefined;
  readonly #taken = new Set<Content>();

  /** @param known Contents, with those that are to be taken in their place. */
  constructor(known: ReadonlyMap<Content, Content>, digest: ContentDigest | undefined) {
    this.#others = new Map(known);
    this.#digest = digest;
  }

  /** The content to be taken for one. */
  take(content: Content): Content {
    const other = this.#others.get(content);
    if (other !== undefined) this.sharedBytes += content.bytes;
    else if (!this.#taken.has(content)) this.bytes += content.bytes;
    this.#taken.add(content);
    return other ?? content;
  }

  /**
   * Finds contents that are on the disc already, or twice among those that are added. Only those of which there are
   * several of one length are read.
   *
   * @throws {@link DiscError} as `Content.read`, for contents that are added; those of the disc are passed over.
   */
  async find(root: DirectoryNode, added: Iterable<Content>, signal?: AbortSignal): Promise<void> {
    const digest = this.#digest;
    if (digest === undefined) return;
    const wanted = new Map<number, Set<Content>>();
    for (const content of added) {
      if (content.bytes === 0 || !content.repeatable || this.#others.has(content)) continue;
      const { bytes } = content;
      wanted.set(bytes, (wanted.get(bytes) ?? new Set()).add(content));
    }
    const onDisc = contentsOnDisc(root, wanted);
    for (const [bytes, contents] of wanted) {
      const old = onDisc.get(bytes) ?? new Set();
      if (old.size + contents.size < 2) continue;
      const byDigest = new Map<string, Content>();
      for (const content of old) {
        const found = await digestOnDisc(content, digest, signal);
        if (found !== undefined) byDigest.set(found, content);
      }
      for (const content of contents) {
        const found = await digest(content, signal);
        const other = byDigest.get(found);
        if (other === undefined) byDigest.set(found, content);
        else this.#others.set(content, other);
      }
    }
  }
}

/** The contents of a tree that lie on the disc and have one of the lengths. */
function contentsOnDisc(root: DirectoryNode, lengths: ReadonlyMap<number, unknown>): Map<number, Set<Content>> {
  const found = new Map<number, Set<Content>>();
  for (const { node } of walkTree(root)) {
    if (node.type !== "file" || storedOf(node.content).extents === undefined) continue;
    const { content } = node;
    if (lengths.has(content.bytes)) found.set(content.bytes, (found.get(content.bytes) ?? new Set()).add(content));
  }
  return found;
}

/** `undefined` for what cannot be read. */
async function digestOnDisc(
  content: Content,
  digest: ContentDigest,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    return await digest(content, signal);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return undefined;
  }
}
