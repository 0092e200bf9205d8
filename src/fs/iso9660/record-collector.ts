/** Joins the records of files with several extents. ECMA-119, 4th edition (June 2019), clauses 6.5.1, 6.5.3 and 9.1.6. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { blockBytes } from "../../units.js";
import { compareBytes } from "../names/name-bytes.js";
import type { Extent } from "../tree/content.js";
import type { PlacedRecord } from "./directory-reader.js";
import type { DirectoryRecord } from "./directory-record.js";
import { fileFlags } from "./directory-record.js";

/** An item of a directory: one record, or the records of all its extents. */
export interface CollectedItem {
  /** The first record, from which all but the extents is taken. */
  readonly placed: PlacedRecord;
  /** The records of the other extents; `undefined` for one extent, as nearly all items have. */
  readonly others: readonly PlacedRecord[] | undefined;
  readonly extents: readonly Extent[];
  readonly bytes: number;
  readonly interleaved: boolean;
}

/** Whether a record has a flag of {@link fileFlags}. */
export function hasFlag(record: DirectoryRecord, flag: number): boolean {
  return (record.fileFlags & flag) !== 0;
}

/** Where the contents of a record lie: behind its extended attribute record, if there is one. ECMA-119 9.5.1. */
function extentsOfRecord(record: DirectoryRecord): Extent[] {
  if (record.dataLength === 0) return [];
  return [{ lba: record.locationOfExtent + record.extendedAttributeRecordLength, bytes: record.dataLength }];
}

interface Pending {
  readonly placed: PlacedRecord;
  others: PlacedRecord[] | undefined;
  readonly extents: Extent[];
  bytes: number;
  interleaved: boolean;
}

/** Takes the records of a directory in their order, and gives items. */
export class RecordCollector {
  #pending: Pending | undefined;

  /** The item of a record that stands alone, as nearly all do; `undefined` for one to {@link RecordCollector.add}. */
  alone(placed: PlacedRecord): CollectedItem | undefined {
    const { record } = placed;
    if (this.#pending !== undefined || hasFlag(record, fileFlags.multiExtent)) return undefined;
    const interleaved = record.fileUnitSize !== 0 || record.interleaveGapSize !== 0;
    return { placed, others: undefined, extents: extentsOfRecord(record), bytes: record.dataLength, interleaved };
  }

  /** Items that are complete with this record; two where the one before was left unfinished. */
  add(placed: PlacedRecord, context: ReadContext): CollectedItem[] {
    const items: CollectedItem[] = [];
    const { record } = placed;
    const before = this.#pending;
    if (before !== undefined && compareBytes(before.placed.record.fileIdentifier, record.fileIdentifier) !== 0) {
      items.push(...this.end(context));
    }
    const pending = this.#pending ?? { placed, others: undefined, extents: [], bytes: 0, interleaved: false };
    if (pending.placed !== placed) pending.others = [...(pending.others ?? []), placed];
    const last = pending.extents.at(-1);
    if (last !== undefined && last.bytes % blockBytes !== 0) {
      const reason = `of a file that goes on is ${last.bytes}, no whole number of blocks`;
      reportFault({ ...context, lba: placed.lba }, "DirectoryRecord", "extentLength", "6.5.1", reason);
    }
    pending.extents.push(...extentsOfRecord(record));
    pending.bytes += record.dataLength;
    pending.interleaved ||= record.fileUnitSize !== 0 || record.interleaveGapSize !== 0;
    const goesOn = hasFlag(record, fileFlags.multiExtent) && !hasFlag(record, fileFlags.directory);
    this.#pending = goesOn ? pending : undefined;
    if (!goesOn) items.push(pending);
    return items;
  }

  /** The item whose last record is missing, if there is one. */
  end(context: ReadContext): CollectedItem[] {
    const pending = this.#pending;
    if (pending === undefined) return [];
    this.#pending = undefined;
    const at = { ...context, lba: pending.placed.lba };
    reportFault(at, "DirectoryRecord", "multiExtent", "9.1.6", "says that more extents follow, and none does");
    return [pending];
  }
}
