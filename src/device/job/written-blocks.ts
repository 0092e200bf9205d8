/** One stretch of blocks, as a drive took them with one command. */
export interface WrittenStretch {
  readonly lba: number;
  readonly blocks: number;
  readonly checksum: string;
}

const blockBytes = 2048;
const seeds = [0x811c_9dc5, 0x9e37_79b9] as const;
const primes = [0x0100_0193, 0x85eb_ca6b] as const;

/**
 * A checksum of whole blocks that is fast and differs for different bytes, as a rule: two lanes of 32 bits over words
 * of 32 bits. It finds what a drive wrote wrongly, and protects from nobody.
 */
export function blocksChecksum(data: Uint8Array): string {
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 4));
  let [one, other] = seeds as readonly [number, number];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    one = Math.imul(one ^ word, primes[0]);
    other = Math.imul(other ^ (word >>> 16), primes[1]) + word;
    one ^= one >>> 15;
  }
  return `${(one >>> 0).toString(16)}-${(other >>> 0).toString(16)}`;
}

/**
 * Keeps checksums of the blocks of a session while a drive takes them, so that they can be compared without the session
 * being read a second time, which not every one can.
 */
export class WrittenBlocks {
  readonly #firstBlock: number;
  readonly #end: number;
  readonly #stretches: WrittenStretch[] = [];

  /** Blocks of the session alone: pre-gap, post-gap and what fills a unit are the drive's matter. */
  constructor(firstBlock: number, blocks: number) {
    this.#firstBlock = firstBlock;
    this.#end = firstBlock + blocks;
  }

  get stretches(): readonly WrittenStretch[] {
    return this.#stretches;
  }

  readonly add = (lba: number, data: Uint8Array): void => {
    const first = Math.max(lba, this.#firstBlock);
    const end = Math.min(lba + data.length / blockBytes, this.#end);
    if (end <= first) return;
    const own = data.subarray((first - lba) * blockBytes, (end - lba) * blockBytes);
    this.#stretches.push({ lba: first, blocks: end - first, checksum: blocksChecksum(own) });
  };
}
