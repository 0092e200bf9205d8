/** Dumps whatever stands in given blocks: what it is, is told by the bytes themselves. */
import { crc16 } from "../../codec/checksum.js";
import { strictContext } from "../../codec/codec.js";
import { dump } from "../../codec/dump.js";
import { readU16be, readU16le, readU32be, readU32le } from "../../codec/integers.js";
import type { Structure } from "../../codec/structure.js";
import { textFromBytes } from "../../codec/text.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { alignUp, blockBytes, blocksOf } from "../../units.js";
import { directoryRecordHeadBytes, readSoundHead } from "../iso9660/directory-record.js";
import { rockRidgeStructures } from "../rockridge/entry-parts.js";
import { entryHeadBytes, systemUseArea } from "../susp/entries.js";
import { fileIdentifierBytesAt, fileIdentifierHeadBytes } from "../udf/file-identifier.js";
import { descriptorTag, tagBytes, tagIdentifierAt, tagIdentifiers } from "../udf/tag.js";
import { zisofsHeaderStructureAt } from "../zisofs/zisofs-header.js";
import { bootCatalogIn, partitionTablesIn } from "./boot.js";
import { DiscBytes } from "./bytes.js";
import { dumpDirectory, dumpPathTable, guessedForm } from "./directory.js";
import type { PlacedStructure } from "./structures.js";
import { placed, placedBytes, recognitionStructureAt, structureOfTag, unreadable } from "./structures.js";

/** The sizes of sectors that volumes of UDF have, the usual one first. */
export const sectorSizes = [2048, 512, 1024, 4096] as const;

/** Descriptors start where the smallest of sectors may. */
const scanBytes = 512;

/** Blocks that are looked at together: a descriptor of a volume with larger sectors may end in a later one. */
const windowBlocks = 3;

/** The identifier of a tag that may be damaged: its own checksum is right, or the CRC of what follows on it. */
export function tagIdentifierOf(source: Uint8Array, at: number): number | undefined {
  if (at + tagBytes > source.length) return undefined;
  // Asked of every fourth byte of a damaged directory, so the common answer comes first.
  const version = readU16le(source, at + 2);
  if (version !== 2 && version !== 3) return undefined;
  const sound = tagIdentifierAt(source, at);
  if (sound !== undefined) return structureOfTag(sound) === undefined ? undefined : sound;
  const tag = descriptorTag.read(source, at, strictContext);
  if (tag.descriptorCrcLength === 0 || structureOfTag(tag.tagIdentifier) === undefined) return undefined;
  if (at + tagBytes + tag.descriptorCrcLength > source.length) return undefined;
  return crc16(source, at + tagBytes, tag.descriptorCrcLength) === tag.descriptorCrc ? tag.tagIdentifier : undefined;
}

/**
 * The block of the volume that a descriptor is to name; `undefined` for those that count within a partition, and for
 * the terminating descriptor, which does so in a file set's sequence.
 */
function locationAt(source: Uint8Array, at: number, address: number): number | undefined {
  const identifier = readU16le(source, at);
  if (identifier > tagIdentifiers.logicalVolumeIntegrityDescriptor) return undefined;
  if (identifier === tagIdentifiers.terminatingDescriptor) return undefined;
  const named = readU32le(source, at + 12);
  const size = sectorSizes.find((bytes) => named * bytes === address) ?? blockBytes;
  return Math.floor(address / size);
}

/** Where a descriptor may end: with its block, or where its CRC does. */
function descriptorEnd(source: Uint8Array, at: number): number {
  const crcEnd = at + tagBytes + readU16le(source, at + 10);
  return Math.min(source.length, Math.max(alignUp(at + 1, blockBytes), alignUp(crcEnd, blockBytes)));
}

/** What was recognised in a block, and how many bytes of the disc from the block's start on it covers. */
interface Recognised {
  readonly structures: readonly PlacedStructure[];
  readonly covered: number;
}

/** File identifiers one behind the other, from `at` on. */
function identifiersAt(window: Uint8Array, at: number, address: number, role: string): Recognised {
  const structures: PlacedStructure[] = [];
  const structure = structureOfTag(tagIdentifiers.fileIdentifierDescriptor)!;
  let position = at;
  while (position < blockBytes && position + fileIdentifierHeadBytes <= window.length) {
    if (tagIdentifierOf(window, position) !== tagIdentifiers.fileIdentifierDescriptor) break;
    const end = position + fileIdentifierBytesAt(window, position);
    structures.push(placed(role, address + position, dump(structure, window, position, { end })));
    position = end;
  }
  return { structures, covered: position };
}

/** Descriptors of UDF at the starts of sectors, from byte `from` of the block on. */
function descriptorsIn(window: Uint8Array, from: number, address: number, role: string): Recognised | undefined {
  const structures: PlacedStructure[] = [];
  let at = from;
  // A directory goes on where its last descriptor ended in the block before.
  if (tagIdentifierOf(window, at) !== tagIdentifiers.fileIdentifierDescriptor) at = alignUp(at, scanBytes);
  while (at < blockBytes) {
    const identifier = tagIdentifierOf(window, at);
    const structure = identifier === undefined ? undefined : structureOfTag(identifier);
    if (structure === undefined) {
      at += scanBytes;
    } else if (identifier === tagIdentifiers.fileIdentifierDescriptor) {
      const identifiers = identifiersAt(window, at, address, role);
      structures.push(...identifiers.structures);
      at = Math.max(alignUp(at + 1, scanBytes), identifiers.covered);
    } else {
      const place = { end: descriptorEnd(window, at), location: locationAt(window, at, address + at) };
      const found = placed(role, address + at, dump(structure, window, at, place));
      structures.push(found);
      // A bitmap goes on for as long as its volume asks for.
      const isBitmap = identifier === tagIdentifiers.spaceBitmapDescriptor;
      at = isBitmap ? blockBytes : alignUp(at + Math.max(found.bytes, scanBytes), scanBytes);
    }
  }
  return structures.length === 0 ? undefined : { structures, covered: at };
}

/** File identifiers of a directory whose descriptors do not start with the block. */
function laterIdentifiers(window: Uint8Array, address: number, role: string): Recognised | undefined {
  for (let at = 4; at + fileIdentifierHeadBytes <= blockBytes; at += 4) {
    if (tagIdentifierAt(window, at) !== tagIdentifiers.fileIdentifierDescriptor) continue;
    const { structures, covered } = identifiersAt(window, at, address, role);
    return { structures: [placedBytes(role, address, window.subarray(0, at)), ...structures], covered };
  }
  return undefined;
}

/** Whether a sound directory record starts the block. */
function startsWithRecord(block: Uint8Array): boolean {
  const [length, identifierBytes] = [block[0]!, block[directoryRecordHeadBytes - 1]!];
  const fits = identifierBytes > 0 && directoryRecordHeadBytes + identifierBytes <= length && length % 2 === 0;
  return fits && readSoundHead(block, 0) !== undefined;
}

/** Bytes of the directory whose own record (".") starts the block; those of the block where another record does. */
function directoryBytes(block: Uint8Array, lba: number): number | undefined {
  if (!startsWithRecord(block)) return undefined;
  const head = readSoundHead(block, 0)!;
  const isSelf = block[directoryRecordHeadBytes - 1] === 1 && block[directoryRecordHeadBytes] === 0;
  if (!isSelf) return blockBytes;
  const isHere = head.locationOfExtent === lba || head.locationOfExtent + head.extendedAttributeRecordLength === lba;
  return isHere ? head.dataLength : undefined;
}

/** The order of the path table that the block starts with: its first record is that of the root, its own parent. */
async function pathTableOrder(bytes: DiscBytes, block: Uint8Array): Promise<"L" | "M" | undefined> {
  if (block[0] !== 1 || block[8] !== 0 || block[9] !== 0) return undefined;
  for (const [order, location, parent] of [
    ["L", readU32le(block, 2), readU16le(block, 6)],
    ["M", readU32be(block, 2), readU16be(block, 6)],
  ] as const) {
    if (parent !== 1 || location === 0 || location * blockBytes >= bytes.length) continue;
    const lba = location + block[1]!;
    const root = await bytes.tryRead(lba * blockBytes, blockBytes);
    if (typeof root !== "string" && directoryBytes(root, lba) !== undefined) return order;
  }
  return undefined;
}

/** A block of continuation areas: it starts with an entry of Rock Ridge. */
function continuationStructure(block: Uint8Array): Structure | undefined {
  const length = block[2]!;
  const isEntry = length >= entryHeadBytes && block[3] === 1;
  const known = rockRidgeStructures.has(textFromBytes(block, 0, 2)) || textFromBytes(block, 0, 2) === "ER";
  return isEntry && known ? systemUseArea(rockRidgeStructures, 0) : undefined;
}

async function* dumpBlock(
  bytes: DiscBytes,
  lba: number,
  from: number,
  limitBlocks: number,
): AsyncGenerator<PlacedStructure, number> {
  const role = `block ${lba}`;
  const address = lba * blockBytes;
  const window = await bytes.readWindow(lba, windowBlocks);
  const block = window.subarray(0, blockBytes);
  const recognition = from === 0 ? recognitionStructureAt(block, 0) : undefined;
  if (recognition !== undefined) {
    yield placed(role, address, dump(recognition, block, 0));
    return blockBytes;
  }
  const catalog = from === 0 ? bootCatalogIn(window, address, role) : undefined;
  if (catalog !== undefined) {
    yield catalog;
    return alignUp(catalog.bytes, blockBytes);
  }
  const tables = from === 0 ? await partitionTablesIn(bytes, block, lba, role) : [];
  if (tables.length > 0) {
    yield* tables;
    return blockBytes;
  }
  const compressed = from === 0 ? zisofsHeaderStructureAt(block, 0) : undefined;
  if (compressed !== undefined) {
    const header = placed(role, address, dump(compressed, block, 0));
    yield header;
    yield placedBytes(role, address + header.bytes, block.subarray(header.bytes));
    return blockBytes;
  }
  const found =
    descriptorsIn(window, from, address, role) ?? (from === 0 ? laterIdentifiers(window, address, role) : undefined);
  if (found !== undefined) {
    yield* found.structures;
    return found.covered;
  }
  const length = from === 0 ? directoryBytes(block, lba) : undefined;
  if (length !== undefined) {
    const blocks = Math.max(1, Math.min(limitBlocks, blocksOf(length)));
    yield* dumpDirectory(bytes, role, lba, Math.min(Math.max(length, blockBytes), blocks * blockBytes), guessedForm);
    return blocks * blockBytes;
  }
  const order = from === 0 ? await pathTableOrder(bytes, block) : undefined;
  if (order !== undefined) {
    let covered = 0;
    for await (const record of dumpPathTable(bytes, order, role, address, limitBlocks * blockBytes, guessedForm)) {
      yield record;
      covered += record.bytes;
    }
    return alignUp(covered, blockBytes);
  }
  const continuation = from === 0 ? continuationStructure(block) : undefined;
  const rest = block.subarray(Math.min(from, blockBytes));
  if (continuation !== undefined) yield placed(role, address, dump(continuation, block, 0));
  else if (from === 0 || rest.some((octet) => octet !== 0)) yield placedBytes(role, address + from, rest);
  return blockBytes;
}

/**
 * Dumps what stands in blocks, whatever it is: volume descriptors, directories, path tables and continuation areas of
 * ISO 9660, boot catalogs, partition tables of hybrids, headers of compressed files, every descriptor of UDF, and else the bytes. Faults are shown beside the fields.
 *
 * @param count Blocks; those behind the last one there is are left out.
 * @throws {@link DiscError} E_READ_FAILED where none of them can be read, E_CANCELLED.
 */
export async function* dumpBlocks(
  source: BlockSource,
  first: number,
  count: number,
  signal?: AbortSignal,
): AsyncGenerator<PlacedStructure> {
  const bytes = new DiscBytes(source, signal);
  const end = Math.min(first + count, Math.max(source.blocks, first + 1));
  // Told of only where something else can be: a dump of nothing but bad blocks has failed.
  const failed: PlacedStructure[] = [];
  let failure: DiscError | undefined;
  let isAny = false;
  let covered = first * blockBytes;
  for (let lba = first; lba < end; lba++) {
    throwIfCancelled(signal, "dumping blocks");
    const from = Math.max(0, covered - lba * blockBytes);
    if (from >= blockBytes) continue;
    try {
      const structures = dumpBlock(bytes, lba, from, end - lba);
      let next = await structures.next();
      yield* failed.splice(0);
      for (; next.done !== true; next = await structures.next()) yield next.value;
      covered = lba * blockBytes + next.value;
      isAny = true;
    } catch (error) {
      if (!(error instanceof DiscError) || signal?.aborted) throw error;
      failure ??= error;
      const lost = unreadable(`block ${lba}`, lba * blockBytes, error.message);
      if (isAny) yield lost;
      else failed.push(lost);
    }
  }
  if (!isAny && failure !== undefined) throw failure;
}
