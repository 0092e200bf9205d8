/** The table of a FAT volume. Microsoft's FAT: General Overview of On-Disk Format, 1.03, "FAT Data Structure". */
import { writeU16le, writeU32le } from "../../codec/integers.js";
import { mediaByte } from "./boot-sector.js";
import type { FatType } from "./geometry.js";
import { entryBits, firstCluster, tableBytes } from "./geometry.js";

/** What the last cluster of a chain leads to. */
const chainEnd: Readonly<Record<FatType, number>> = { FAT12: 0xfff, FAT16: 0xffff, FAT32: 0x0fff_ffff };

/** A table whose first clusters are used, in chains that follow on each other: each cluster leads to the one behind it. */
export class Table {
  readonly bytes: number;
  readonly #type: FatType;
  readonly #end: number;
  readonly #lasts: readonly number[];

  /**
   * @param end The first cluster that is free.
   * @param lasts The last clusters of the chains, in order.
   */
  constructor(type: FatType, end: number, lasts: readonly number[]) {
    this.#type = type;
    this.#end = end;
    this.#lasts = lasts;
    this.bytes = tableBytes(type, end - firstCluster);
  }

  /** Renders a part of the table. */
  render(offset: number, into: Uint8Array): void {
    const bits = entryBits[this.#type];
    // Two entries of FAT12 share three bytes: what is rendered begins with an even one.
    const first = Math.floor((offset * 8) / bits / 2) * 2;
    const end = Math.min(this.#end, Math.ceil(((offset + into.length) * 8) / bits));
    const entries = new Uint8Array(Math.ceil(((end - first) * bits) / 8) + 1);
    let chain = this.#chainOf(first);
    for (let cluster = first; cluster < end; cluster++) {
      const isLast = cluster === this.#lasts[chain];
      if (isLast) chain++;
      this.#write(this.#value(cluster, isLast), entries, cluster - first);
    }
    const skipped = offset - (first * bits) / 8;
    into.set(entries.subarray(skipped, Math.min(skipped + into.length, entries.length)));
  }

  #value(cluster: number, isLast: boolean): number {
    const end = chainEnd[this.#type];
    // The first two are no clusters: the medium, and that the volume was left in good order.
    if (cluster === 0) return end - 0xff + mediaByte;
    return cluster < firstCluster || isLast ? end : cluster + 1;
  }

  /** The chain that a cluster is in. */
  #chainOf(cluster: number): number {
    let low = 0;
    let high = this.#lasts.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#lasts[middle]! < cluster) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #write(value: number, entries: Uint8Array, index: number): void {
    if (this.#type === "FAT32") writeU32le(value, entries, 4 * index);
    else if (this.#type === "FAT16") writeU16le(value, entries, 2 * index);
    else {
      const at = Math.floor((index * 3) / 2);
      const shifted = index % 2 === 0 ? value : value * 16;
      entries[at] = entries[at]! + (shifted % 256);
      entries[at + 1] = Math.floor(shifted / 256);
    }
  }
}
