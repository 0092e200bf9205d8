/** Dumps what a session has of UDF: volume, partitions, file set, and items. */
import { dump } from "../../codec/dump.js";
import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { joinPath, splitPath } from "../tree/path.js";
import { extendedAttributes } from "../udf/extended-attribute-parts.js";
import { pathComponents } from "../udf/path-components.js";
import { tagIdentifiers } from "../udf/tag.js";
import { DiscBytes } from "./bytes.js";
import type { DumpOptions } from "./iso.js";
import type { PlacedStructure } from "./structures.js";
import { dumpedValue, placed } from "./structures.js";
import type { PartitionAddresses } from "./udf-addresses.js";
import type { DumpedEntry, IcbPlace } from "./udf-items.js";
import { ItemDump, icbOf, isDirectory, isLink, isNamed } from "./udf-items.js";
import { dumpPartitions } from "./udf-partitions.js";
import type { VolumeFindings } from "./udf-volume.js";
import { dumpUdfVolume, prevailing, tagOf } from "./udf-volume.js";

/** Blocks of one extent of file set descriptors, and extents of them, that are followed. */
const maximumFileSets = 64;

/** The longest target of a link that is shown. */
const maximumTargetBytes = 64 * 1024;

/** What is dumped of a UDF session. */
export interface UdfDumpOptions extends DumpOptions {
  /** The block behind the session's last one; left out, the session ends where the blocks do. */
  readonly endLba?: number | undefined;
}

/** The file set descriptors, up to the terminating one; the last one prevails. */
async function* dumpFileSets(
  items: ItemDump,
  addresses: PartitionAddresses,
  first: IcbPlace,
): AsyncGenerator<PlacedStructure, PlacedStructure | undefined> {
  let last: PlacedStructure | undefined;
  let next: IcbPlace | undefined = first;
  for (let extents = 0; next !== undefined && next.bytes > 0 && extents < maximumFileSets; extents++) {
    const { partition, block, bytes }: IcbPlace = next;
    next = undefined;
    const count = Math.min(maximumFileSets, Math.ceil(bytes / addresses.blockBytes));
    for (let index = 0; index < count; index++) {
      const structure = await items.descriptor("file set descriptor sequence", partition, block + index);
      if (structure === undefined || (index > 0 && structure.name === "Unrecognised")) break;
      yield structure;
      if (tagOf(structure) === tagIdentifiers.terminatingDescriptor) break;
      if (tagOf(structure) !== tagIdentifiers.fileSetDescriptor) continue;
      last = structure;
      next = icbOf(structure, "nextExtent");
    }
  }
  return last;
}

/** A file entry with what it leads to besides contents: attributes elsewhere, and streams. */
async function* dumpEntry(
  items: ItemDump,
  role: string,
  icb: IcbPlace,
): AsyncGenerator<PlacedStructure, DumpedEntry | undefined> {
  const entry = yield* items.entry(role, icb);
  if (entry === undefined) return undefined;
  const attributes = icbOf(entry.structure, "extendedAttributeIcb");
  if (attributes.bytes > 0) {
    const file = yield* items.entry(`extended attributes of ${role}`, attributes);
    if (file !== undefined) {
      const { bytes, chunks } = yield* items.contents(role, file);
      const [first] = chunks;
      const place = { location: first?.location };
      if (first !== undefined)
        yield placed(`extended attributes of ${role}`, first.address, dump(extendedAttributes, bytes, 0, place));
    }
  }
  const streams = icbOf(entry.structure, "streamDirectoryIcb");
  if (streams.bytes > 0) yield* dumpStreams(items, role, streams);
  return entry;
}

async function* dumpStreams(items: ItemDump, role: string, icb: IcbPlace): AsyncGenerator<PlacedStructure> {
  const directory = yield* items.entry(`stream directory of ${role}`, icb);
  if (directory === undefined || !isDirectory(directory)) return;
  const streams: PlacedStructure[] = [];
  for await (const identifier of items.identifiers(`stream directory of ${role}`, directory)) {
    yield identifier;
    if (dumpedValue(identifier, "fileIdentifier") !== null) streams.push(identifier);
  }
  for (const identifier of streams) {
    const name = dumpedValue(identifier, "fileIdentifier");
    yield* items.entry(`stream "${name}" of ${role}`, icbOf(identifier, "icb"));
  }
}

/** The identifier of that name in a directory; `undefined` where there is none. */
async function identifierOf(
  items: ItemDump,
  directory: DumpedEntry,
  name: string,
): Promise<PlacedStructure | undefined> {
  for await (const identifier of items.identifiers("", directory)) if (isNamed(identifier, name)) return identifier;
  return undefined;
}

/** What a dump has come to; until it has, what it has found is held back, so that a failure comes before all else. */
interface DumpProgress {
  /** Whether there is UDF at all. */
  isUdf: boolean;
  /** Whether the item that was asked for is there. */
  isItem: boolean;
}

/** What leads to an item, from the root on: an identifier and an entry for each name; then what a directory holds. */
async function* dumpItem(
  items: ItemDump,
  root: IcbPlace,
  path: string,
  progress: DumpProgress,
): AsyncGenerator<PlacedStructure> {
  let at = "/";
  let entry = yield* dumpEntry(items, "root directory", root);
  for (const name of splitPath(path)) {
    const identifier = entry !== undefined && isDirectory(entry) ? await identifierOf(items, entry, name) : undefined;
    if (identifier === undefined) return;
    at = joinPath(at, name);
    yield { ...identifier, role: `identifier of ${at}` };
    entry = yield* dumpEntry(items, at, icbOf(identifier, "icb"));
  }
  progress.isItem = true;
  if (entry === undefined) return;
  const role = at === "/" ? "root directory" : at;
  if (isDirectory(entry)) yield* items.identifiers(role, entry);
  else if (isLink(entry)) yield* dumpTarget(items, role, entry);
  else yield* items.runs(role, entry);
}

/** The target of a symbolic link; one that is embedded is shown with its entry. */
async function* dumpTarget(items: ItemDump, role: string, entry: DumpedEntry): AsyncGenerator<PlacedStructure> {
  const { bytes, chunks } = yield* items.contents(role, entry, maximumTargetBytes);
  const [first] = chunks;
  const isEmbedded = entry.structure.fields.some(({ field }) => field === "embeddedData");
  if (first !== undefined && !isEmbedded) yield placed(role, first.address, dump(pathComponents, bytes, 0));
}

async function* dumpTree(
  bytes: DiscBytes,
  findings: VolumeFindings,
  logicalVolume: PlacedStructure,
  endLba: number,
  { path = "/", signal }: UdfDumpOptions,
  progress: DumpProgress,
): AsyncGenerator<PlacedStructure> {
  const addresses = yield* dumpPartitions(bytes, findings, logicalVolume, endLba, signal);
  const items = new ItemDump(bytes, addresses, signal);
  const fileSet = yield* dumpFileSets(items, addresses, icbOf(logicalVolume, "logicalVolumeContentsUse"));
  if (fileSet === undefined) return;
  const streams = icbOf(fileSet, "systemStreamDirectoryIcb");
  if (streams.bytes > 0) yield* dumpStreams(items, "the system", streams);
  yield* dumpItem(items, icbOf(fileSet, "rootDirectoryIcb"), path, progress);
}

async function* dumpAll(
  source: BlockSource,
  startLba: number,
  options: UdfDumpOptions,
  progress: DumpProgress,
): AsyncGenerator<PlacedStructure> {
  const { signal, endLba = source.blocks } = options;
  const bytes = new DiscBytes(source, signal);
  const findings: VolumeFindings = { blockBytes: 0, descriptors: [] };
  for await (const structure of dumpUdfVolume(bytes, startLba, endLba, findings, signal)) {
    const isRecognised = String(dumpedValue(structure, "standardIdentifier")).startsWith("NSR");
    progress.isUdf ||= isRecognised || structure.role === "anchor";
    yield structure;
  }
  const logicalVolume = prevailing(findings.descriptors, tagIdentifiers.logicalVolumeDescriptor);
  if (logicalVolume !== undefined) yield* dumpTree(bytes, findings, logicalVolume, endLba, options, progress);
}

/**
 * Dumps what the session at `startLba` has of UDF: volume recognition sequence, anchors, both volume descriptor
 * sequences, the integrity sequence, what its partition maps lead to, its file set, and its root directory, or what
 * leads to one item. Faults are shown beside the fields.
 *
 * @throws {@link DiscError} E_NO_FILE_SYSTEM where there is nothing of all that, E_ITEM_NOT_FOUND, E_PATH_INVALID, each
 *   before anything was yielded; E_CANCELLED.
 */
export async function* dumpUdf(
  source: BlockSource,
  startLba: number,
  options: UdfDumpOptions = {},
): AsyncGenerator<PlacedStructure> {
  const { path } = options;
  if (path !== undefined) splitPath(path);
  const progress: DumpProgress = { isUdf: false, isItem: false };
  const held: PlacedStructure[] = [];
  for await (const structure of dumpAll(source, startLba, options, progress)) {
    held.push(structure);
    if (progress.isUdf && (path === undefined || progress.isItem)) yield* held.splice(0);
  }
  if (!progress.isUdf) throw new DiscError("E_NO_FILE_SYSTEM", `nothing of UDF at block ${startLba}`, { startLba });
  if (path !== undefined && !progress.isItem) {
    throw new DiscError("E_ITEM_NOT_FOUND", `"${path}" is not in the tree of UDF`, { path });
  }
  yield* held;
}
