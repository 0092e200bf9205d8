/** Finds the directory records of an item by its path, for dumps: damage ends the search and is no error. */
import type { ReadContext } from "../../codec/codec.js";
import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { PlacedRecord } from "../iso9660/directory-reader.js";
import { readDirectoryRecords, recordKind } from "../iso9660/directory-reader.js";
import { fileFlags } from "../iso9660/directory-record.js";
import { readSelfRecord } from "../iso9660/iso-reader.js";
import { hasFlag } from "../iso9660/record-collector.js";
import type { IdentifierNaming } from "../names/identifier-naming.js";
import type { SystemUseProtocol } from "../susp/system-use-reader.js";
import { joinPath } from "../tree/path.js";

/** A directory's extent. */
export interface DirectoryPlace {
  readonly lba: number;
  readonly bytes: number;
}

/** Where a tree starts, and how its names are read. */
export interface NamedTree {
  readonly root: DirectoryPlace;
  readonly naming: IdentifierNaming;
  readonly protocol: SystemUseProtocol | undefined;
}

/** What leads to an item. */
export interface FoundItem {
  /** For each name of the path, its records: several where a file has several extents, or versions. */
  readonly steps: readonly { readonly path: string; readonly records: readonly PlacedRecord[] }[];
  /** Set where the item is a directory. */
  readonly directory: DirectoryPlace | undefined;
}

interface NamedRecord {
  readonly placed: PlacedRecord;
  /** Where the directory lies whose place the record holds. RRIP 4.1.5.1. */
  readonly movedTo: number | undefined;
}

function contextAt(lba: number): ReadContext {
  return { tolerant: true, lba };
}

async function recordsNamed(
  source: BlockSource,
  { naming, protocol }: NamedTree,
  directory: DirectoryPlace,
  wanted: string,
  signal: AbortSignal | undefined,
): Promise<NamedRecord[]> {
  const found: NamedRecord[] = [];
  for await (const records of readDirectoryRecords(source, [directory], contextAt(directory.lba), signal)) {
    for (const placed of records) {
      const { record } = placed;
      if (recordKind(record) !== "item") continue;
      const context = contextAt(placed.lba);
      const attributes = protocol?.attributes(record.systemUse, context);
      if (attributes?.continuation !== undefined) await protocol?.complete(attributes, context, signal);
      const isDirectory = hasFlag(record, fileFlags.directory);
      const name = attributes?.name ?? naming.decode(record.fileIdentifier, isDirectory, () => {}).name;
      if (name === wanted) found.push({ placed, movedTo: attributes?.childLocation });
    }
  }
  return found;
}

async function directoryOf(
  source: BlockSource,
  { placed, movedTo }: NamedRecord,
  signal: AbortSignal | undefined,
): Promise<DirectoryPlace | undefined> {
  if (movedTo !== undefined) {
    const { dataLength } = await readSelfRecord(source, movedTo, contextAt(movedTo), signal);
    return { lba: movedTo, bytes: dataLength };
  }
  const { record } = placed;
  if (!hasFlag(record, fileFlags.directory)) return undefined;
  return { lba: record.locationOfExtent + record.extendedAttributeRecordLength, bytes: record.dataLength };
}

async function follow(
  source: BlockSource,
  tree: NamedTree,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<FoundItem | undefined> {
  let directory: DirectoryPlace | undefined = tree.root;
  let path = "/";
  const steps: FoundItem["steps"][number][] = [];
  for (const name of names) {
    if (directory === undefined) return undefined;
    const records = await recordsNamed(source, tree, directory, name, signal);
    const [first] = records;
    if (first === undefined) return undefined;
    path = joinPath(path, name);
    steps.push({ path, records: records.map(({ placed }) => placed) });
    directory = await directoryOf(source, first, signal);
  }
  return { steps, directory };
}

/** The records that lead to an item; `undefined` where the tree does not have it, or is too damaged to tell. */
export async function findItem(
  source: BlockSource,
  tree: NamedTree,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<FoundItem | undefined> {
  try {
    return await follow(source, tree, names, signal);
  } catch (error) {
    if (!(error instanceof DiscError) || signal?.aborted) throw error;
    return undefined;
  }
}
