/** How system use areas are filled and continued. System Use Sharing Protocol (IEEE P1281) version 1.12, clauses 4, 5.1. */

import { blockBytes } from "../../units.js";
import type { Item } from "../tree/directory.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";
import type { ContinuationArea } from "./entries.js";
import { continuationArea } from "./entries.js";

/**
 * Which record of an item an area belongs to: its own in its directory, "." or ".."; for a directory that was moved, the
 * record left in its place, its record where it lies now, its "." and its "..".
 */
export type RecordRole = "child" | "self" | "parent" | "placeholder" | "relocated" | "selfOfMoved" | "parentOfMoved";

/** What an extension needs to know to fill the system use area of a record. */
export interface RecordSubject {
  /** The item described: for "." and ".." the directory and its parent. */
  readonly item: Item;
  readonly role: RecordRole;
  /** Set for the "." record of the root. */
  readonly isRootSelf: boolean;
  readonly links: number;
  readonly serialNumber: number;
  /** `placeholder`: where the directory was moved to; `parentOfMoved`: where the parent it was moved from lies; else 0. */
  readonly location: number;
  /** How its contents are compressed; `undefined` for plain ones. */
  readonly zisofs: ZisofsForm | undefined;
}

/** What an extension of ISO 9660 puts in the system use areas of directory records. */
export interface SystemUse {
  /**
   * Bytes of the area in the record itself, of which there is `room`. What has to go on elsewhere is appended to
   * `continuations`, as the bytes of each continuation area; none is longer than a block.
   */
  measure(subject: RecordSubject, room: number, continuations: number[]): number;
  /** Writes the area in the record, given where its continuation areas lie. */
  write(subject: RecordSubject, room: number, areas: readonly ContinuationArea[], target: Uint8Array, at: number): void;
  /** Writes one of the continuation areas. */
  writeContinuation(
    subject: RecordSubject,
    room: number,
    areas: readonly ContinuationArea[],
    index: number,
    target: Uint8Array,
    at: number,
  ): void;
}

/** An entry that is still to be put somewhere. */
export interface PendingEntry {
  readonly signature: string;
  readonly bytes: number;
  /** Whether it stands behind all entries before it, wherever these have to go. */
  readonly isBehindAll?: boolean;
  write(target: Uint8Array, at: number): void;
}

/** Bytes of CE. */
const continuationEntryBytes = continuationArea.size;

/**
 * Distributes entries between a record and its continuation areas. An entry goes into the record where it fits and none
 * of its signature had to go before it, so that pieces of a name keep their order.
 */
export function distributeEntries(entries: readonly PendingEntry[], room: number): PendingEntry[][] {
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= room) return [[...entries]];
  const inRecord: PendingEntry[] = [];
  const areas: PendingEntry[][] = [];
  const deferred = new Set<string>();
  let left = room - continuationEntryBytes;
  let areaBytes = blockBytes;
  for (const entry of entries) {
    const isDeferred = entry.isBehindAll === true ? deferred.size > 0 : deferred.has(entry.signature);
    if (!isDeferred && entry.bytes <= left) {
      inRecord.push(entry);
      left -= entry.bytes;
      continue;
    }
    deferred.add(entry.signature);
    // Every area keeps room for the CE that may have to follow it.
    if (areaBytes + entry.bytes > blockBytes - continuationEntryBytes) {
      areas.push([]);
      areaBytes = 0;
    }
    areas.at(-1)!.push(entry);
    areaBytes += entry.bytes;
  }
  return [inRecord, ...areas];
}

/** Bytes of the part of that number as {@link distributeEntries} gives them, with the CE that continues it. */
export function partBytes(parts: readonly PendingEntry[][], index: number): number {
  const own = parts[index]!.reduce((sum, { bytes }) => sum + bytes, 0);
  return own + (index + 1 < parts.length ? continuationEntryBytes : 0);
}

/** Writes a part with the CE that continues it. */
export function writePart(
  parts: readonly PendingEntry[][],
  index: number,
  areas: readonly ContinuationArea[],
  target: Uint8Array,
  at: number,
): void {
  let position = at;
  for (const entry of parts[index]!) {
    entry.write(target, position);
    position += entry.bytes;
  }
  const next = areas[index];
  if (next !== undefined) continuationArea.write(next, target, position);
}
