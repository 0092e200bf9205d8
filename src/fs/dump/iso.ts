/** Dumps what a session has of ISO 9660: descriptors, path tables, and directories. */
import { dump } from "../../codec/dump.js";
import { textFromBytes } from "../../codec/text.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import { bootRecord } from "../eltorito/boot-record.js";
import { isoNaming, readSelfRecord } from "../iso9660/iso-reader.js";
import {
  enhancedVolumeDescriptor,
  firstVolumeDescriptorBlock,
  jolietVolumeDescriptor,
  primaryVolumeDescriptor,
} from "../iso9660/volume-descriptors.js";
import { jolietNaming } from "../joliet/joliet-reader.js";
import type { Charset } from "../names/charset.js";
import { nameFromBytes } from "../names/name-bytes.js";
import { detectRockRidge, rockRidgeProtocol } from "../rockridge/rock-ridge-reader.js";
import { ContinuationReader } from "../susp/system-use-reader.js";
import { splitPath } from "../tree/path.js";
import { dumpBootCatalog } from "./boot.js";
import { DiscBytes } from "./bytes.js";
import type { RecordForm } from "./directory.js";
import { dumpDirectory, dumpPathTable, dumpRecord, jolietForm } from "./directory.js";
import type { FoundItem, NamedTree } from "./iso-items.js";
import { findItem } from "./iso-items.js";
import type { PlacedStructure } from "./structures.js";
import { numberOf, placed, recognitionStructureAt, unreadable } from "./structures.js";

/** What is dumped of a session, besides what every session has. */
export interface DumpOptions {
  /** An item: what leads to it is shown instead of the root directory. */
  readonly path?: string | undefined;
  /** The character set of ISO 9660 and Rock Ridge names; left out, UTF-8. */
  readonly charset?: Charset | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How many blocks behind the first descriptor are looked at. */
const maximumDescriptors = 100;

/** Blocks that cannot be read, one behind the other, after which no more are tried. */
const maximumFailures = 4;

/** A tree of the session, as its descriptor tells. */
interface Tree extends NamedTree {
  /** "primary", "Joliet", "enhanced". */
  readonly name: string;
  readonly descriptor: PlacedStructure;
  readonly form: RecordForm;
}

const treeNames: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [primaryVolumeDescriptor, "primary"],
  [jolietVolumeDescriptor, "Joliet"],
  [enhancedVolumeDescriptor, "enhanced"],
]);

async function* dumpDescriptors(
  bytes: DiscBytes,
  startLba: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly descriptor: PlacedStructure; readonly treeName: string | undefined }> {
  const role = "volume descriptor set";
  let failures = 0;
  for (let index = 0; index < maximumDescriptors && failures < maximumFailures; index++) {
    throwIfCancelled(signal, "dumping volume descriptors");
    const address = (startLba + firstVolumeDescriptorBlock + index) * blockBytes;
    if (address >= bytes.length) return;
    const block = await bytes.tryRead(address, blockBytes);
    if (typeof block === "string") {
      failures++;
      yield { descriptor: unreadable(role, address, block), treeName: undefined };
      continue;
    }
    failures = 0;
    const structure = recognitionStructureAt(block, 0);
    if (structure === undefined) return;
    // Descriptors of UDF may stand among them; they have a dump of their own.
    if (textFromBytes(block, 1, 5) !== "CD001") continue;
    yield { descriptor: placed(role, address, dump(structure, block, 0)), treeName: treeNames.get(structure) };
  }
}

async function treeOf(
  source: BlockSource,
  name: string,
  descriptor: PlacedStructure,
  { charset, signal }: DumpOptions,
): Promise<Tree> {
  const record = (key: string): number => numberOf(descriptor, "rootDirectoryRecord", key);
  const lba = record("locationOfExtent") + record("extendedAttributeRecordLength");
  const root = { lba, bytes: Math.max(blockBytes, record("dataLength")) };
  if (name === "Joliet") {
    return { name, descriptor, root, naming: jolietNaming, protocol: undefined, form: jolietForm };
  }
  const decode = (identifier: Uint8Array): string => charset?.decode(identifier) ?? nameFromBytes(identifier);
  const plain = { name, descriptor, root, naming: isoNaming(charset), protocol: undefined, form: { decode } };
  const context = { tolerant: true, lba };
  try {
    const continuations = new ContinuationReader(source);
    const self = await readSelfRecord(source, lba, context, signal);
    const use = await detectRockRidge(self.systemUse, continuations, context, signal);
    if (use === undefined) return plain;
    const protocol = rockRidgeProtocol(use, continuations, charset);
    return { ...plain, protocol, form: { decode, skipped: use.bytesSkipped } };
  } catch (error) {
    // A damaged root is what a dump is for: it is shown without what can't be known.
    if (!(error instanceof DiscError) || signal?.aborted) throw error;
    return plain;
  }
}

async function* dumpPathTables(bytes: DiscBytes, { name, descriptor, form }: Tree): AsyncGenerator<PlacedStructure> {
  const length = numberOf(descriptor, "pathTableSize");
  for (const [order, optional, key] of [
    ["L", "", "locationOfTypeLPathTable"],
    ["L", "optional ", "locationOfOptionalTypeLPathTable"],
    ["M", "", "locationOfTypeMPathTable"],
    ["M", "optional ", "locationOfOptionalTypeMPathTable"],
  ] as const) {
    const lba = numberOf(descriptor, key);
    if (lba === 0) continue;
    const role = `${optional}path table of type ${order}, ${name}`;
    yield* dumpPathTable(bytes, order, role, lba * blockBytes, length, form);
  }
}

/** An item in one of the trees. */
interface FoundInTree {
  readonly tree: Tree;
  readonly found: FoundItem;
}

/** @throws {@link DiscError} E_ITEM_NOT_FOUND where no tree has it. */
async function findInTrees(
  source: BlockSource,
  trees: readonly Tree[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<readonly FoundInTree[]> {
  const places: FoundInTree[] = [];
  for (const tree of trees) {
    const found = await findItem(source, tree, splitPath(path), signal);
    if (found !== undefined) places.push({ tree, found });
  }
  if (places.length > 0) return places;
  throw new DiscError("E_ITEM_NOT_FOUND", `"${path}" is in no tree of ISO 9660`, { path });
}

/** The records that lead to an item, and those of a directory. */
async function* dumpItem(
  bytes: DiscBytes,
  path: string,
  { tree, found: { steps, directory } }: FoundInTree,
): AsyncGenerator<PlacedStructure> {
  for (const { path: step, records } of steps) {
    const role = `record of ${step}, ${tree.name}`;
    for (const { lba, offset } of records) yield* dumpRecord(bytes, role, lba, offset, tree.form);
  }
  if (directory === undefined) return;
  yield* dumpDirectory(bytes, `directory ${path}, ${tree.name}`, directory.lba, directory.bytes, tree.form);
}

/**
 * Dumps what the session at `startLba` has of ISO 9660, with Joliet and Rock Ridge: its volume descriptors, its boot
 * catalog, its path tables, and its root directories, or what leads to one item. Faults are shown beside the fields.
 *
 * @throws {@link DiscError} E_NO_FILE_SYSTEM where there is no volume descriptor, E_ITEM_NOT_FOUND, E_PATH_INVALID, each
 *   before anything was yielded; E_CANCELLED.
 */
export async function* dumpIso(
  source: BlockSource,
  startLba: number,
  options: DumpOptions = {},
): AsyncGenerator<PlacedStructure> {
  const { path, signal } = options;
  const bytes = new DiscBytes(source, signal);
  const descriptors: PlacedStructure[] = [];
  const trees: Tree[] = [];
  for await (const { descriptor, treeName } of dumpDescriptors(bytes, startLba, signal)) {
    descriptors.push(descriptor);
    if (treeName !== undefined) trees.push(await treeOf(source, treeName, descriptor, options));
  }
  if (descriptors.every(({ fields }) => fields.length === 0)) {
    throw new DiscError("E_NO_FILE_SYSTEM", `no volume descriptor of ISO 9660 at block ${startLba}`, { startLba });
  }
  const places = path === undefined ? [] : await findInTrees(source, trees, path, signal);
  yield* descriptors;
  const record = descriptors.find(({ name }) => name === bootRecord.name);
  if (record !== undefined) yield await dumpBootCatalog(bytes, numberOf(record, "bootCatalogLba"));
  for (const tree of trees) yield* dumpPathTables(bytes, tree);
  for (const place of places) yield* dumpItem(bytes, path ?? "/", place);
  if (path !== undefined) return;
  for (const { name, root, form } of trees) {
    yield* dumpDirectory(bytes, `root directory, ${name}`, root.lba, root.bytes, form);
  }
}
