/** Checks the directories and path tables of one tree. ECMA-119, 4th edition (June 2019), clauses 6.8, 6.9, 9.3 and 9.4. */
import type { ReadContext } from "../../codec/codec.js";
import { textFromBytes } from "../../codec/text.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { PlacedRecord } from "../iso9660/directory-reader.js";
import { readDirectoryRecords, recordKind } from "../iso9660/directory-reader.js";
import { fileFlags } from "../iso9660/directory-record.js";
import type { PathTableRecord } from "../iso9660/path-table.js";
import { maximumDirectories, pathTableRecordBytes, pathTableRecordL, pathTableRecordM } from "../iso9660/path-table.js";
import { hasFlag } from "../iso9660/record-collector.js";
import type { PrimaryVolumeDescriptor } from "../iso9660/volume-descriptors.js";
import { compareBytes } from "../names/name-bytes.js";
import { joinPath } from "../tree/path.js";

import type { AttributeListCheck } from "./attribute-lists.js";

/** Reports something found. */
export type FindingReporter = (
  severity: "error" | "warning",
  name: string,
  place: { readonly path?: string; readonly lba?: number },
  message: string,
) => void;

/** What is checked, and where it goes. */
export interface StructureCheck {
  readonly source: BlockSource;
  readonly tree: "iso" | "joliet";
  readonly context: ReadContext;
  readonly report: FindingReporter;
  readonly signal: AbortSignal | undefined;
  /** Looks at what the records say besides; `undefined` in trees without Rock Ridge. */
  readonly attributes?: AttributeListCheck | undefined;
}

/** A directory as its record in its parent says. */
interface FoundDirectory {
  readonly lba: number;
  readonly bytes: number;
  readonly parentLba: number;
  readonly path: string;
}

/**
 * Orders identifiers by name, then extension, each filled up with spaces, then falling version. ECMA-119 9.3.
 */
function orderKey(identifier: Uint8Array, tree: "iso" | "joliet"): string {
  const text =
    tree === "joliet"
      ? new TextDecoder("utf-16be").decode(identifier)
      : textFromBytes(identifier, 0, identifier.length);
  const [whole = "", version = "1"] = text.split(";");
  // Joliet's names have any number of dots, none of which divides them: they are compared as they lie on disc.
  if (tree === "joliet") return whole;
  const dot = whole.lastIndexOf(".");
  const name = dot < 0 ? whole : whole.slice(0, dot);
  const extension = dot < 0 ? "" : whole.slice(dot + 1);
  const reversed = String(32767 - Number(version)).padStart(5, "0");
  return `${name.padEnd(222, " ")}\0${extension.padEnd(222, " ")}\0${reversed}`;
}

/** Checks "." and "..", the order and the uniqueness of the records of one directory; returns its directories. */
async function checkDirectory(check: StructureCheck, directory: FoundDirectory): Promise<FoundDirectory[]> {
  const { report, tree } = check;
  const { path, lba } = directory;
  const children: FoundDirectory[] = [];
  let index = 0;
  let before: PlacedRecord | undefined;
  let beforeKey = "";
  const context = { ...check.context, lba };
  for await (const records of readDirectoryRecords(
    check.source,
    [{ lba, bytes: directory.bytes }],
    context,
    check.signal,
  )) {
    for (const placed of records) {
      const { record } = placed;
      const kind = recordKind(record);
      const expected = index === 0 ? "self" : index === 1 ? "parent" : "item";
      if (kind !== expected) {
        report(
          "error",
          "RECORD_ORDER",
          { path, lba: placed.lba },
          `record ${index + 1} is of kind ${kind}, expected ${expected}`,
        );
      }
      index++;
      const name = kind === "item" ? shownIdentifier(record.fileIdentifier, tree) : ".";
      const described = kind === "item" ? joinPath(path, name) : path;
      await check.attributes?.record(record, described, { ...context, lba: placed.lba }, check.signal);
      const extent = record.locationOfExtent + record.extendedAttributeRecordLength;
      if (kind !== "item") {
        const wanted = kind === "self" ? lba : directory.parentLba;
        if (extent !== wanted) {
          const name = kind === "self" ? '"."' : '".."';
          // libisofs 1.5.4 lets ".." of directories in the root point to themselves, and nobody looks.
          report(
            kind === "self" ? "error" : "warning",
            "RECORD_LINK",
            { path, lba: placed.lba },
            `${name} points to block ${extent}, expected ${wanted}`,
          );
        }
        continue;
      }
      const key = orderKey(record.fileIdentifier, tree);
      if (before !== undefined && key <= beforeKey) reportOrder(check, before, placed, key === beforeKey, path);
      before = placed;
      beforeKey = key;
      if (hasFlag(record, fileFlags.directory)) {
        const name = shownIdentifier(record.fileIdentifier, tree);
        const childPath = path === "/" ? `/${name}` : `${path}/${name}`;
        children.push({ lba: extent, bytes: record.dataLength, parentLba: lba, path: childPath });
      }
    }
  }
  return children;
}

function reportOrder(
  check: StructureCheck,
  before: PlacedRecord,
  placed: PlacedRecord,
  isSame: boolean,
  path: string,
): void {
  const name = shownIdentifier(placed.record.fileIdentifier, check.tree);
  const place = { path, lba: placed.lba };
  if (!isSame) {
    check.report("warning", "RECORD_ORDER", place, `"${name}" stands behind records it should precede (9.3)`);
    return;
  }
  const flags = fileFlags.multiExtent | fileFlags.associatedFile;
  if ((before.record.fileFlags & flags) === 0) {
    check.report("error", "NAME_NOT_UNIQUE", place, `"${name}" stands there twice`);
  }
}

function shownIdentifier(identifier: Uint8Array, tree: "iso" | "joliet"): string {
  return tree === "joliet"
    ? new TextDecoder("utf-16be").decode(identifier)
    : textFromBytes(identifier, 0, identifier.length);
}

async function walkDirectories(check: StructureCheck, root: FoundDirectory): Promise<Map<number, FoundDirectory>> {
  const found = new Map<number, FoundDirectory>([[root.lba, root]]);
  // A map is walked in the order of insertion, with what is added on the way.
  for (const directory of found.values()) {
    for (const child of await checkDirectory(check, directory)) {
      if (found.has(child.lba)) {
        const place = { path: child.path, lba: child.lba };
        check.report("error", "DIRECTORY_LOOP", place, "the directory stands in the tree already");
      } else {
        found.set(child.lba, child);
      }
    }
  }
  return found;
}

async function readPathTable(
  check: StructureCheck,
  kind: "L" | "M",
  location: number,
  bytes: number,
): Promise<PathTableRecord[]> {
  const { source, report } = check;
  // The largest table there can be: 65,535 directories with identifiers of 255 bytes.
  const blocks = Math.min(blocksOf(bytes), blocksOf(maximumDirectories * 264));
  if (location + blocks > source.blocks) {
    report("error", "PATH_TABLE", { lba: location }, `the type ${kind} path table passes the end of the medium`);
    return [];
  }
  const table = new Uint8Array(blocks * blockBytes);
  await source.read(location, blocks, table, check.signal);
  const codec = kind === "L" ? pathTableRecordL : pathTableRecordM;
  const records: PathTableRecord[] = [];
  const end = Math.min(bytes, table.length);
  for (let at = 0; at + 8 < end; ) {
    const identifierBytes = table[at]!;
    const length = pathTableRecordBytes(identifierBytes);
    if (identifierBytes === 0 || at + length > end + 1) {
      report(
        "error",
        "PATH_TABLE",
        { lba: location },
        `record ${records.length + 1} of the type ${kind} path table is damaged`,
      );
      break;
    }
    records.push(codec.read(table, at, { ...check.context, lba: location }));
    at += length;
  }
  return records;
}

function comparePathTables(
  check: StructureCheck,
  little: readonly PathTableRecord[],
  big: readonly PathTableRecord[],
  location: number,
): void {
  const differs = (one: PathTableRecord, other: PathTableRecord | undefined): boolean =>
    one.locationOfExtent !== other?.locationOfExtent ||
    one.parentDirectoryNumber !== other.parentDirectoryNumber ||
    compareBytes(one.directoryIdentifier, other.directoryIdentifier) !== 0;
  const at = little.findIndex((record, index) => differs(record, big[index]));
  if (at >= 0 || little.length !== big.length) {
    const message = `the type L path table has ${little.length} records, type M ${big.length}; they differ from record ${at + 1} on`;
    check.report("error", "PATH_TABLE", { lba: location }, message);
  }
}

/** Compares a path table with the directories there are. Relocated ones stand in it where their records are. */
function comparePathTable(
  check: StructureCheck,
  table: readonly PathTableRecord[],
  directories: ReadonlyMap<number, FoundDirectory>,
  location: number,
): void {
  const missing = new Set(directories.keys());
  for (const [index, record] of table.entries()) {
    const lba = record.locationOfExtent + record.extendedAttributeRecordLength;
    const directory = directories.get(lba);
    const place = { lba: location };
    if (directory === undefined) {
      check.report("error", "PATH_TABLE", place, `record ${index + 1} points to block ${lba}, where no directory is`);
      continue;
    }
    missing.delete(lba);
    const parent = table[record.parentDirectoryNumber - 1];
    const parentLba = parent === undefined ? undefined : parent.locationOfExtent + parent.extendedAttributeRecordLength;
    if (parentLba !== directory.parentLba) {
      const message = `record ${index + 1} has the parent ${record.parentDirectoryNumber}, at block ${parentLba}, expected ${directory.parentLba}`;
      check.report("error", "PATH_TABLE", { ...place, path: directory.path }, message);
    }
    if (record.parentDirectoryNumber > index + 1) {
      check.report("error", "PATH_TABLE", place, `record ${index + 1} stands before its parent (6.9.1)`);
    }
  }
  for (const lba of missing) {
    const path = directories.get(lba)?.path ?? "/";
    check.report("error", "PATH_TABLE", { lba: location, path }, "the directory is not in the path table");
  }
}

/**
 * Checks one tree of directory records and its path tables.
 *
 * @returns How many directories it has.
 * @throws {@link DiscError} E_READ_FAILED, E_FIELD_INVALID, E_CANCELLED.
 */
export async function checkStructures(
  check: StructureCheck,
  descriptor: Pick<
    PrimaryVolumeDescriptor,
    "rootDirectoryRecord" | "pathTableSize" | "locationOfTypeLPathTable" | "locationOfTypeMPathTable"
  >,
): Promise<number> {
  const { rootDirectoryRecord: root, pathTableSize, locationOfTypeLPathTable: locationL } = descriptor;
  const lba = root.locationOfExtent + root.extendedAttributeRecordLength;
  const directories = await walkDirectories(check, { lba, bytes: root.dataLength, parentLba: lba, path: "/" });
  const little = await readPathTable(check, "L", locationL, pathTableSize);
  const big = await readPathTable(check, "M", descriptor.locationOfTypeMPathTable, pathTableSize);
  comparePathTables(check, little, big, locationL);
  comparePathTable(check, little, directories, locationL);
  return directories.size;
}
