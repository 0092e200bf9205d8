import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A tree of many files, the same on every machine. */
export interface TreeSize {
  readonly files: number;
  /** Sizes are spread evenly from 0 to this, exclusive. */
  readonly largestBytes: number;
  readonly filesPerDirectory: number;
}

/** Marsaglia's xorshift: the same numbers everywhere. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Makes the tree under the host's folder for temporary files, once; returns its path. */
export function makeTree(size: TreeSize): string {
  const folder = join(tmpdir(), `discsmith-bench-${size.files}-${size.largestBytes}`);
  const mark = `${folder}.complete`;
  if (existsSync(mark)) return folder;
  rmSync(folder, { recursive: true, force: true });
  const random = randomNumbers(20_261_123);
  const bytes = new Uint8Array(size.largestBytes + 65_536).map(() => Math.floor(random() * 256));
  let directory = "";
  for (let index = 0; index < size.files; index++) {
    if (index % size.filesPerDirectory === 0) {
      const number = String(index / size.filesPerDirectory).padStart(5, "0");
      directory = join(folder, `part-${number.slice(0, 3)}`, `directory-${number}`);
      mkdirSync(directory, { recursive: true });
    }
    const from = Math.floor(random() * 65_536);
    const length = Math.floor(random() * size.largestBytes);
    writeFileSync(join(directory, `file-${String(index).padStart(7, "0")}.dat`), bytes.subarray(from, from + length));
  }
  writeFileSync(mark, "");
  return folder;
}
