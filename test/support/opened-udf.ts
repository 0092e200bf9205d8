/** Opens hand-made UDF volumes, and tells what was tolerated on the way. */
import type { Warning } from "../../src/errors.js";
import { DiscError } from "../../src/errors.js";
import type { DiscImage } from "../../src/fs/image/disc-image.js";
import type { OpenOptions } from "../../src/fs/image/open-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { DiscEntry } from "../../src/fs/tree/disc-entry.js";
import type { BlockSource } from "../../src/medium/block-source.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";

/** What came of opening a volume. */
export interface OpenedUdf {
  readonly image: DiscImage;
  /** Names of tolerances, or codes of other warnings, in order and each once. */
  readonly warnings: () => string[];
}

/** A source some of whose blocks cannot be read. */
export class BadBlocks extends MemorySource {
  readonly #bad: ReadonlySet<number>;

  constructor(bytes: Uint8Array, bad: readonly number[]) {
    super(bytes);
    this.#bad = new Set(bad);
  }

  override async read(lba: number, count: number, into: Uint8Array): Promise<void> {
    for (let block = lba; block < lba + count; block++) {
      if (this.#bad.has(block)) {
        throw new DiscError("E_READ_FAILED", `block ${block} is bad`, { lba: block, blocks: 1 });
      }
    }
    await super.read(lba, count, into);
  }
}

export function warningNames(warnings: readonly Warning[]): string[] {
  return [
    ...new Set(warnings.map(({ code, detail }) => ("tolerance" in detail ? String(detail.tolerance) : String(code)))),
  ];
}

export async function openUdf(source: Uint8Array | BlockSource, options: OpenOptions = {}): Promise<OpenedUdf> {
  const warnings: Warning[] = [];
  const image = await openImage(source instanceof Uint8Array ? new MemorySource(source) : source, {
    onWarning: (warning) => warnings.push(warning),
    fileSystem: "udf",
    ...options,
  });
  return { image, warnings: () => warningNames(warnings) };
}

/** What a root holds: names with their contents, or what speaks against reading them. */
export async function rootOf({ image }: OpenedUdf): Promise<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const entry of await image.readdir("/")) shown[entry.name] = await contentOf(image, entry);
  return shown;
}

async function contentOf(image: DiscImage, entry: DiscEntry): Promise<string> {
  if (entry.refusal !== null) return `refused: ${entry.refusal}`;
  if (entry.type === "symlink") return `-> ${entry.target}`;
  if (entry.type !== "file") return entry.type;
  return Buffer.from(await image.readFile(entry)).toString();
}

/** The blocks of the medium, of 2,048 bytes, in which an entry's contents lie. */
export function lbas({ extents }: DiscEntry): (number | null)[] {
  return extents.map(({ lba }) => lba);
}

export { blockBytes };
