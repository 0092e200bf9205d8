/** Partitions as spaces of blocks, and where on the medium a block of each lies. OSTA UDF 2.2.8 to 2.2.13. */
import { DiscError, FormatError } from "../../errors.js";

/** A run of bytes on the medium; with an address of `null`, of zeros that lie nowhere. */
export interface ByteRun {
  readonly address: number | null;
  readonly bytes: number;
}

/** Says that a run leaves its partition; may throw. */
export type RunFault = (reason: string) => void;

/** How a partition is mapped. */
export type PartitionKind = "type1" | "virtual" | "sparable" | "metadata" | "unknown";

/** The blocks of one partition, as a logical volume numbers them. */
export interface PartitionSpace {
  readonly kind: PartitionKind;
  /**
   * Where bytes lie from a block on.
   *
   * @param fault Hears of a run that lies on the medium, but not in the partition.
   * @throws {@link DiscError} E_FIELD_INVALID where a block has no place at all, E_NOT_SUPPORTED.
   */
  locate(block: number, bytes: number, fault: RunFault): readonly ByteRun[];
  /** Where the same byte stands a second time; `undefined` where it does not. */
  alternateOf?(address: number): number | undefined;
}

/** Puts a run behind others, as part of the last one where it follows on that. */
export function pushRun(runs: ByteRun[], { address, bytes }: ByteRun): void {
  const last = runs.at(-1);
  const follows =
    last !== undefined &&
    (last.address === null ? address === null : address !== null && last.address + last.bytes === address);
  if (follows) runs[runs.length - 1] = { address: last.address, bytes: last.bytes + bytes };
  else runs.push({ address, bytes });
}

/** A block that has no place. */
function unplaced(lba: number | null, structure: string, field: string, clause: string, reason: string): FormatError {
  const detail = { lba, structure, field, clause, reason };
  return new FormatError("E_FIELD_INVALID", `${structure}: ${field} ${reason} (${clause})`, detail);
}

/** Type 1: blocks follow on each other. ECMA-167 3/10.7.2. */
export class PlainSpace implements PartitionSpace {
  readonly kind = "type1";
  readonly blocks: number;
  readonly #start: number;
  readonly #blockBytes: number;

  /** @param start The partition's first block, from the volume's. */
  constructor(start: number, blocks: number, blockBytes: number) {
    this.#start = start;
    this.blocks = blocks;
    this.#blockBytes = blockBytes;
  }

  locate(block: number, bytes: number, fault: RunFault): readonly ByteRun[] {
    const count = Math.ceil(bytes / this.#blockBytes);
    if (block + count > this.blocks) {
      fault(`of ${count} blocks at ${block} leaves its partition of ${this.blocks} blocks`);
    }
    // mkisofs takes the start of a later session's partition off the blocks of an earlier one: 32 bits, and no sign.
    const absolute = (this.#start + block) % 0x1_0000_0000;
    return [{ address: absolute * this.#blockBytes, bytes }];
  }

  /** The block of the partition that lies at an address of the medium. */
  blockAt(address: number): number {
    return address / this.#blockBytes - this.#start;
  }
}

/** Virtual: a table has the place of each block. OSTA UDF 2.2.8, 2.2.11. */
export class VirtualSpace implements PartitionSpace {
  readonly kind = "virtual";
  readonly #base: PartitionSpace;
  readonly #table: Uint32Array;
  readonly #blockBytes: number;

  constructor(base: PartitionSpace, table: Uint32Array, blockBytes: number) {
    this.#base = base;
    this.#table = table;
    this.#blockBytes = blockBytes;
  }

  locate(block: number, bytes: number, fault: RunFault): readonly ByteRun[] {
    const runs: ByteRun[] = [];
    for (let done = 0; done < bytes; done += this.#blockBytes) {
      const index = block + done / this.#blockBytes;
      const place = this.#table[index];
      if (place === undefined || place === 0xffff_ffff) {
        const reason = `of block ${index} is not there, in a table of ${this.#table.length}`;
        throw unplaced(null, "VirtualAllocationTable", "entry", "UDF 2.2.11", reason);
      }
      for (const run of this.#base.locate(place, Math.min(this.#blockBytes, bytes - done), fault)) pushRun(runs, run);
    }
    return runs;
  }
}

/** Sparable: packets that went bad lie elsewhere. OSTA UDF 2.2.9, 2.2.12. */
export class SparableSpace implements PartitionSpace {
  readonly kind = "sparable";
  readonly #base: PartitionSpace;
  readonly #packetBlocks: number;
  /** First blocks of packets, from the volume's start, by their first blocks in the partition. */
  readonly #spared: ReadonlyMap<number, number>;
  readonly #blockBytes: number;

  constructor(base: PartitionSpace, packetBlocks: number, spared: ReadonlyMap<number, number>, blockBytes: number) {
    this.#base = base;
    this.#packetBlocks = packetBlocks;
    this.#spared = spared;
    this.#blockBytes = blockBytes;
  }

  locate(block: number, bytes: number, fault: RunFault): readonly ByteRun[] {
    if (this.#spared.size === 0) return this.#base.locate(block, bytes, fault);
    const runs: ByteRun[] = [];
    for (let done = 0; done < bytes; ) {
      const at = block + done / this.#blockBytes;
      const inPacket = at % this.#packetBlocks;
      const count = Math.min(bytes - done, (this.#packetBlocks - inPacket) * this.#blockBytes);
      const elsewhere = this.#spared.get(at - inPacket);
      if (elsewhere !== undefined) {
        pushRun(runs, { address: (elsewhere + inPacket) * this.#blockBytes, bytes: count });
      } else {
        for (const run of this.#base.locate(at, count, fault)) pushRun(runs, run);
      }
      done += count;
    }
    return runs;
  }
}

/** Metadata: blocks are those of a file, which may lie on the medium twice. OSTA UDF 2.2.10, 2.2.13. */
export class MetadataSpace implements PartitionSpace {
  readonly kind = "metadata";
  readonly blocks: number;
  readonly #runs: RunIndex;
  readonly #mirror: RunIndex | undefined;
  readonly #blockBytes: number;

  /** @param mirror The same bytes, elsewhere; `undefined` where there is only one copy. */
  constructor(runs: readonly ByteRun[], mirror: readonly ByteRun[] | undefined, blockBytes: number) {
    this.blocks = Math.ceil(runs.reduce((sum, { bytes }) => sum + bytes, 0) / blockBytes);
    this.#runs = new RunIndex(runs);
    this.#mirror = mirror === undefined ? undefined : new RunIndex(mirror);
    this.#blockBytes = blockBytes;
  }

  locate(block: number, bytes: number): readonly ByteRun[] {
    const runs: ByteRun[] = [];
    for (let done = 0; done < bytes; ) {
      const offset = block * this.#blockBytes + done;
      const found = this.#runs.at(offset);
      if (found === undefined || found.address === null) {
        const reason = `has no block ${Math.floor(offset / this.#blockBytes)}`;
        throw unplaced(null, "MetadataPartition", "file", "UDF 2.2.13", reason);
      }
      const count = Math.min(found.bytes, bytes - done);
      pushRun(runs, { address: found.address, bytes: count });
      done += count;
    }
    return runs;
  }

  alternateOf(address: number): number | undefined {
    const offset = this.#runs.offsetOf(address);
    const alternate = offset === undefined ? undefined : this.#mirror?.at(offset)?.address;
    return alternate === null || alternate === address ? undefined : alternate;
  }
}

/** Runs of a file, to be looked up in both directions. */
class RunIndex {
  readonly #runs: readonly ByteRun[];
  /** Where each run starts in the file. */
  readonly #offsets: readonly number[];
  /** Indices of the recorded runs, by their addresses. */
  readonly #byAddress: readonly number[];

  constructor(runs: readonly ByteRun[]) {
    this.#runs = runs;
    let offset = 0;
    this.#offsets = runs.map(({ bytes }) => {
      offset += bytes;
      return offset - bytes;
    });
    this.#byAddress = runs
      .map((_run, index) => index)
      .filter((index) => runs[index]!.address !== null)
      .sort((one, other) => runs[one]!.address! - runs[other]!.address!);
  }

  /** What is left of a run from an offset in the file on; `undefined` behind the end. */
  at(offset: number): ByteRun | undefined {
    const index = lastNotAbove(this.#offsets.length, (position) => this.#offsets[position]!, offset);
    const run = this.#runs[index];
    if (run === undefined) return undefined;
    const skipped = offset - this.#offsets[index]!;
    if (skipped >= run.bytes) return undefined;
    return { address: run.address === null ? null : run.address + skipped, bytes: run.bytes - skipped };
  }

  /** Where in the file the byte at an address stands. */
  offsetOf(address: number): number | undefined {
    const addressAt = (position: number): number => this.#runs[this.#byAddress[position]!]!.address!;
    const position = lastNotAbove(this.#byAddress.length, addressAt, address);
    const index = this.#byAddress[position];
    if (index === undefined) return undefined;
    const skipped = address - this.#runs[index]!.address!;
    return skipped < this.#runs[index]!.bytes ? this.#offsets[index]! + skipped : undefined;
  }
}

/** The last position whose value is not above a limit; -1 where there is none. Values ascend. */
function lastNotAbove(length: number, valueAt: (position: number) => number, limit: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (valueAt(middle) <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A partition that is mapped in a way nobody here knows: what lies in it cannot be found. */
export class UnknownSpace implements PartitionSpace {
  readonly kind = "unknown";
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  locate(): readonly ByteRun[] {
    throw new DiscError("E_NOT_SUPPORTED", this.#what, { what: this.#what });
  }
}
