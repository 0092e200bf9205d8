import type { Content } from "./content.js";
import { areSameBytes, OnDiscContent, storedOf } from "./content.js";

/** Bytes of two contents that are compared at once. */
const pieceBytes = 1024 * 1024;

/** Whether two contents are the same bytes of the same disc, so that there is nothing to compare. */
function lieInOnePlace(one: Content, other: Content): boolean {
  if (one === other) return true;
  const [left, right] = [storedOf(one), storedOf(other)];
  // What one tree shows compressed and another one uncompressed is not the same.
  if ((left === one) !== (right === other)) return false;
  if (!(left instanceof OnDiscContent && right instanceof OnDiscContent)) return false;
  return left.source === right.source && areSameBytes(left.extents, right.extents);
}

/** Two buffers of one length, seen as bytes and as words, which are compared in a quarter of the time. */
class Pieces {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  readonly #leftWords: Uint32Array;
  readonly #rightWords: Uint32Array;

  constructor(bytes: number) {
    this.left = new Uint8Array(Math.ceil(bytes / 4) * 4);
    this.right = new Uint8Array(this.left.length);
    this.#leftWords = new Uint32Array(this.left.buffer);
    this.#rightWords = new Uint32Array(this.right.buffer);
  }

  /** The first of so many bytes that differs; `undefined` for none. */
  firstDifference(bytes: number): number | undefined {
    const words = Math.floor(bytes / 4);
    let word = 0;
    while (word < words && this.#leftWords[word] === this.#rightWords[word]) word++;
    for (let at = word * 4; at < bytes; at++) if (this.left[at] !== this.right[at]) return at;
    return undefined;
  }
}

/**
 * The first byte in which two contents of one length differ; `undefined` where they are equal. Nothing is read where
 * both lie in the same place of one disc.
 *
 * @throws {@link DiscError} as `Content.read`.
 */
export async function firstDifference(one: Content, other: Content, signal?: AbortSignal): Promise<number | undefined> {
  if (one.bytes === 0 || lieInOnePlace(one, other)) return undefined;
  const onDiscs = [one, other].every((content) => storedOf(content) instanceof OnDiscContent);
  const pieces = new Pieces(Math.min(pieceBytes, one.bytes));
  for (let offset = 0; offset < one.bytes; offset += pieceBytes) {
    const length = Math.min(pieceBytes, one.bytes - offset);
    const reading = one.read(offset, pieces.left.subarray(0, length), signal);
    // A drive is asked for one thing after the other.
    if (onDiscs) await reading;
    await Promise.all([reading, other.read(offset, pieces.right.subarray(0, length), signal)]);
    const at = pieces.firstDifference(length);
    if (at !== undefined) return offset + at;
  }
  return undefined;
}
