/** Files that a command line of xorrisofs names, and parts of files: "--interval:local_fs:0s-15s:zero_mbrpt:image.iso". */
import type { Content } from "../../node.js";
import { fromFile } from "../../node.js";
import { readNamedFile } from "../host-file.js";
import { usageError } from "../usage.js";

/** A part of a file. xorrisofs(1), "interval reader". */
interface Interval {
  /** A path of the host. */
  readonly path: string;
  readonly firstByte: number;
  readonly bytes: number;
  /** What of it is read as zeros. */
  readonly zeroizers: readonly Zeroizer[];
}

const zeroizers = ["zero_mbrpt", "zero_gpt", "zero_apm"] as const;

type Zeroizer = (typeof zeroizers)[number];

/** Bytes of the units that numbers may be counted in. */
const units: Readonly<Record<string, number>> = { "": 1, d: 512, k: 1024, s: 2048, m: 1024 ** 2, g: 1024 ** 3 };

function isZeroizer(text: string): text is Zeroizer {
  return (zeroizers as readonly string[]).includes(text);
}

/** @returns `undefined` for what is the path of a whole file. @throws {@link DiscError} E_USAGE. */
function intervalOf(text: string): Interval | undefined {
  if (!/^--?interval:/.test(text)) return undefined;
  const match = /^--?interval:local_fs:(\d+)([dkmgs]?)-(\d+)([dkmgs]?):([^:]*):(.+)$/.exec(text);
  if (match === null) {
    throw usageError(
      `"${text}" is not supported: of intervals, those of files are: --interval:local_fs:FROM-TO:ZEROIZERS:FILE`,
    );
  }
  const [, from = "", fromUnit = "", to = "", toUnit = "", zeroed = "", named = ""] = match;
  const firstByte = Number(from) * units[fromUnit]!;
  // The last unit is part of it.
  const bytes = (Number(to) + 1) * units[toUnit]! - firstByte;
  const wanted = zeroed.split(",").filter((word) => word !== "");
  const unknown = wanted.find((word) => !isZeroizer(word));
  if (unknown !== undefined) throw usageError(`"${text}": "${unknown}" is not one of ${zeroizers.join(", ")}`);
  if (bytes <= 0) throw usageError(`"${text}" ends before it begins`);
  return { path: named.replace(/^(['"])(.*)\1$/, "$2"), firstByte, bytes, zeroizers: wanted.filter(isZeroizer) };
}

/** Where partition tables stand, and what they begin with. UEFI 2.10, 5.2.1, 5.3.2; Inside Macintosh: Devices, 3. */
const partitionRecords = { from: 446, to: 510 } as const;
const gptHeader = { from: 512, to: 1024, signature: "EFI PART" } as const;
const apmEntry = { bytes: 512, signature: "PM" } as const;

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function zeroGpt(bytes: Uint8Array): void {
  const { from, to, signature } = gptHeader;
  if (textAt(bytes, from, signature.length) !== signature) return;
  const header = new DataView(bytes.buffer, bytes.byteOffset + from, to - from);
  const entries = Number(header.getBigUint64(72, true)) * 512;
  bytes.fill(0, entries, entries + header.getUint32(80, true) * header.getUint32(84, true));
  bytes.fill(0, from, to);
}

function zeroApm(bytes: Uint8Array): void {
  const { bytes: entryBytes, signature } = apmEntry;
  for (const step of [512, 2048]) {
    for (let at = step; textAt(bytes, at, signature.length) === signature; at += step)
      bytes.fill(0, at, at + entryBytes);
  }
}

const zero: Readonly<Record<Zeroizer, (bytes: Uint8Array) => void>> = {
  zero_mbrpt: (bytes) => bytes.fill(0, partitionRecords.from, partitionRecords.to),
  zero_gpt: zeroGpt,
  zero_apm: zeroApm,
};

/** A run of bytes of a content. */
class PartOfContent implements Content {
  readonly label: string;
  readonly bytes: number;
  readonly repeatable: boolean;
  readonly #whole: Content;
  readonly #firstByte: number;

  constructor(whole: Content, firstByte: number, bytes: number) {
    this.label = whole.label;
    this.bytes = bytes;
    this.repeatable = whole.repeatable;
    this.#whole = whole;
    this.#firstByte = firstByte;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#whole.read(this.#firstByte + offset, into, signal);
  }
}

/** @throws {@link DiscError} E_USAGE for a part that the file does not have. */
function partOf(whole: Content, text: string, { firstByte, bytes }: Interval): Content {
  if (firstByte + bytes <= whole.bytes) return new PartOfContent(whole, firstByte, bytes);
  throw usageError(`"${text}" reaches to byte ${firstByte + bytes}, and the file has ${whole.bytes}`);
}

/**
 * What a command line names: a file, or a part of one.
 *
 * @throws {@link DiscError} E_USAGE, E_SOURCE_UNREADABLE, E_NOT_A_FILE.
 */
export async function namedContent(text: string): Promise<Content> {
  const interval = intervalOf(text);
  if (interval === undefined) return await fromFile(text);
  if (interval.zeroizers.length > 0) throw usageError(`"${text}": only of boot code are partition tables taken out`);
  return partOf(await fromFile(interval.path), text, interval);
}

/** As {@link namedContent}, for what is short: boot code. */
export async function namedBytes(text: string): Promise<Uint8Array> {
  const interval = intervalOf(text);
  if (interval === undefined) return await readNamedFile(text);
  const part = partOf(await fromFile(interval.path), text, interval);
  const bytes = new Uint8Array(part.bytes);
  await part.read(0, bytes);
  for (const zeroizer of interval.zeroizers) zero[zeroizer](bytes);
  return bytes;
}
