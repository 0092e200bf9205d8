/** Checks virtual allocation tables. OSTA UDF 2.2.11 (2.00 and later), 2.2.10 of 1.50. */
import { strictContext } from "../../codec/codec.js";
import { textFromBytes } from "../../codec/text.js";
import type { FileEntryReader, UdfFileEntry } from "../udf/file-entry-reader.js";
import { fileTypes } from "../udf/icb.js";
import type { PlainSpace } from "../udf/partition-space.js";
import { tagIdentifierAt } from "../udf/tag.js";
import {
  noVirtualBlock,
  virtualAllocationTableHeader,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "../udf/virtual-allocation-table.js";
import { isTableIcb } from "./udf-anchors.js";
import type { UdfChecking } from "./udf-checking.js";
import { checkFields } from "./udf-fields.js";
import type { UdfPlace } from "./udf-report.js";

/** The largest table that is read. */
const maximumTableBytes = 64 * 1024 * 1024;

/** Bytes that Windows leaves behind the header without counting them. */
const uncountedBytes = 32;

/** What is looked at. */
export interface TableContext {
  readonly entries: FileEntryReader;
  readonly partition: PlainSpace;
  /** Block of the volume where its ICB lies. */
  readonly icbBlock: number;
}

/** Checks where a table lies, its layout, its entries and what it names as the one before. */
export async function checkAllocationTable(checking: UdfChecking, context: TableContext): Promise<void> {
  const { entries, partition, icbBlock } = context;
  const { report, last, signal } = checking;
  const place = { address: checking.addressOf(icbBlock) };
  if (icbBlock !== last) {
    report("UDF_VAT_PLACE", place, `the table's ICB is block ${icbBlock}, and the last one recorded ${last}`);
  }
  const entry = await checking.attempt(
    () => entries.readAt(partition, partition.blockAt(place.address), signal),
    (reason) => report("UDF_VAT_MISSING", place, reason),
  );
  if (entry === undefined) return;
  const { fileType } = entry.head;
  const wanted = checking.isThirdEdition ? fileTypes.virtualAllocationTable : fileTypes.none;
  if (fileType !== wanted) report("UDF_VAT_TYPE", place, `the table is of file type ${fileType}, expected ${wanted}`);
  checkIcb(checking, entry, place);
  const data = await checking.attempt(
    () => entries.wholeFile(entry, maximumTableBytes, signal),
    (reason) => report("UDF_VAT_LAYOUT", place, `the table cannot be read: ${reason}`),
  );
  if (data === undefined) return;
  const layout = fileType === fileTypes.none ? tailOf(checking, data, place) : headerOf(checking, data, place);
  if (layout === undefined) return;
  checkEntries(checking, data.subarray(layout.first, layout.end), partition.blocks, place);
  await checkPrevious(checking, context, layout.previous, place);
}

/** What in the table's entry is not that of any other. */
function checkIcb({ report }: UdfChecking, { head }: UdfFileEntry, place: UdfPlace): void {
  const { links, extendedAttributeIcb, streamDirectoryIcb } = head;
  if (links !== 0) report("UDF_VAT_ICB", place, `the table's link count is ${links}, expected 0`);
  if (extendedAttributeIcb.extentLength > 0) report("UDF_VAT_ICB", place, "the table has a file of attributes");
  if ((streamDirectoryIcb?.extentLength ?? 0) > 0) report("UDF_VAT_ICB", place, "the table has streams");
}

/** Where the entries of a table stand in it. */
interface TableLayout {
  readonly first: number;
  readonly end: number;
  readonly previous: number;
}

function tailOf(checking: UdfChecking, data: Uint8Array, place: UdfPlace): TableLayout | undefined {
  const { report } = checking;
  const end = data.length - virtualAllocationTableTail.size;
  if (end < 0 || end % 4 !== 0) {
    report("UDF_VAT_LAYOUT", place, `a table of ${data.length} bytes`);
    if (end < 0) return undefined;
  }
  const identifiers = { entityIdentifier: virtualAllocationTableIdentifier };
  checkFields(checking, virtualAllocationTableTail, { data, at: end, place }, { identifiers });
  const { previousVatIcbLocation } = virtualAllocationTableTail.read(data, end, strictContext);
  return { first: 0, end: end - (end % 4), previous: previousVatIcbLocation };
}

function headerOf(checking: UdfChecking, data: Uint8Array, place: UdfPlace): TableLayout | undefined {
  const { report } = checking;
  const { size } = virtualAllocationTableHeader;
  if (data.length < size) {
    report("UDF_VAT_LAYOUT", place, `a table of ${data.length} bytes`);
    return undefined;
  }
  checkFields(checking, virtualAllocationTableHeader, { data, at: 0, place });
  const header = virtualAllocationTableHeader.read(data, 0, { ...strictContext, tolerant: true });
  const { lengthOfHeader, lengthOfImplementationUse: use, previousVatIcbLocation: previous } = header;
  const isRight =
    lengthOfHeader === size + use && use % 4 === 0 && (use === 0 || use >= 32) && lengthOfHeader <= data.length;
  if (!isRight)
    report("UDF_VAT_LAYOUT", place, `a header of ${lengthOfHeader} bytes, ${use} of them an implementation's`);
  let first = Math.min(Math.max(size, lengthOfHeader), data.length);
  if (use === 0 && textFromBytes(data, first, 2) === "\0*") {
    report("UDF_VAT_LAYOUT", place, `${uncountedBytes} bytes that are not counted stand before the entries`);
    first = Math.min(first + uncountedBytes, data.length);
  }
  const rest = (data.length - first) % 4;
  if (rest !== 0) report("UDF_VAT_LAYOUT", place, `entries of ${data.length - first} bytes`);
  return { first, end: data.length - rest, previous };
}

function checkEntries({ report }: UdfChecking, data: Uint8Array, blocks: number, place: UdfPlace): void {
  let wrong = 0;
  let first = 0;
  for (let at = 0; at + 4 <= data.length; at += 4) {
    const entry = data[at]! + data[at + 1]! * 0x100 + data[at + 2]! * 0x1_0000 + data[at + 3]! * 0x100_0000;
    if (entry < blocks || entry === noVirtualBlock) continue;
    if (wrong === 0) first = at / 4;
    wrong++;
  }
  if (wrong === 0) return;
  const others = wrong === 1 ? "" : `, and ${wrong - 1} more`;
  report("UDF_VAT_ENTRY", place, `entry ${first}${others}: outside of the partition's ${blocks} blocks`);
}

async function checkPrevious(
  checking: UdfChecking,
  { partition, icbBlock }: TableContext,
  previous: number,
  place: UdfPlace,
): Promise<void> {
  if (previous === noVirtualBlock) return;
  const own = partition.blockAt(checking.addressOf(icbBlock));
  const start = icbBlock - own;
  const data = previous < own ? await checking.tryBlock(start + previous) : undefined;
  if (data !== undefined && isTableIcb(data, tagIdentifierAt(data, 0))) return;
  checking.report("UDF_VAT_PREVIOUS", place, `no table's ICB is at block ${previous} of the partition`);
}
