/** Dumps what a UDF volume has outside of its partitions: recognition, anchors, sequences, integrity. */
import { dump } from "../../codec/dump.js";
import { throwIfCancelled } from "../../errors.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import { tagIdentifiers } from "../udf/tag.js";
import { firstVolumeStructureBlock, volumeStructureDescriptor } from "../udf/volume-recognition.js";
import { sectorSizes, tagIdentifierOf } from "./blocks.js";
import type { DiscBytes } from "./bytes.js";
import type { PlacedStructure } from "./structures.js";
import {
  dumpedValue,
  hasSoundTag,
  numberOf,
  placed,
  recognitionStructureAt,
  structureOfTag,
  unreadable,
} from "./structures.js";

/** Extents of one sequence that are followed, and descriptors of one extent. */
const maximumExtents = 64;
const maximumDescriptors = 4096;

/** Descriptors that cannot be read, one behind the other, after which an extent is given up. */
const maximumFailures = 4;

/** Blocks that are looked at for the volume recognition sequence, and between two descriptors of it. */
const maximumRecognitionBlocks = 100;
const maximumGapBlocks = 2;

/** Blocks between a volume's start or end and its anchors. ECMA-167 3/8.4.2.1, OSTA UDF 6.10. */
const anchorBlocks = 256;
const laterAnchorBlocks = 512;

/** An extent of the volume, in bytes. */
interface VolumeExtent {
  readonly address: number;
  readonly bytes: number;
}

/** What the volume's descriptors say, as far as it leads on. */
export interface VolumeFindings {
  /** Bytes of a block; 0 where no anchor was found. */
  blockBytes: number;
  /** All that was found in the sequences, the main one first. */
  readonly descriptors: PlacedStructure[];
}

/** Reads a descriptor; a text says why it cannot be read, `undefined` that none stands there. */
export async function descriptorAt(
  bytes: DiscBytes,
  role: string,
  address: number,
  length: number,
  location: number,
): Promise<PlacedStructure | string | undefined> {
  const block = await bytes.tryRead(address, length);
  if (typeof block === "string") return block;
  const identifier = tagIdentifierOf(block, 0);
  const structure = identifier === undefined ? undefined : structureOfTag(identifier);
  if (structure === undefined) return undefined;
  return placed(role, address, dump(structure, block, 0, { location }));
}

/** The identifier that the tag of a dumped descriptor has. */
export function tagOf(descriptor: PlacedStructure): number {
  return numberOf(descriptor, "_tag", "tagIdentifier");
}

async function* dumpRecognition(bytes: DiscBytes, startLba: number): AsyncGenerator<PlacedStructure> {
  const role = "volume recognition sequence";
  const first = startLba + firstVolumeStructureBlock;
  // On volumes of larger blocks each descriptor has a block of its own: there are gaps between them. ECMA-167 2/8.4.
  let last = first - 1;
  for (let lba = first; lba <= last + maximumGapBlocks && lba < first + maximumRecognitionBlocks; lba++) {
    const address = lba * mediumBlockBytes;
    if (address >= bytes.length) return;
    const block = await bytes.tryRead(address, mediumBlockBytes);
    if (typeof block === "string") {
      yield unreadable(role, address, block);
      return;
    }
    if (recognitionStructureAt(block, 0) === undefined) continue;
    last = lba;
    // Those of ISO 9660 are shown by their heads: they have a dump of their own.
    yield placed(role, address, dump(volumeStructureDescriptor, block, 0));
  }
}

/** Places in which anchors stand, for blocks of that many bytes. */
function anchorPlaces(start: number, end: number, size: number): number[] {
  const fromEnd = [1, 1 + anchorBlocks].flatMap((blocks) => {
    const last = end - blocks * size;
    // The length of a file may be rounded up to blocks of the medium.
    const shifts = size < mediumBlockBytes ? mediumBlockBytes / size : 1;
    return Array.from({ length: shifts }, (_unused, shift) => last - shift * size);
  });
  return [start + anchorBlocks * size, start + laterAnchorBlocks * size, ...fromEnd];
}

/** The anchor at an address; `undefined` for anything else. */
async function anchorAt(bytes: DiscBytes, address: number, size: number): Promise<PlacedStructure | undefined> {
  if (address < 0 || address % size !== 0 || address >= bytes.length) return undefined;
  const anchor = await descriptorAt(bytes, "anchor", address, size, address / size);
  if (anchor === undefined || typeof anchor === "string") return undefined;
  return tagOf(anchor) === tagIdentifiers.anchorVolumeDescriptorPointer ? anchor : undefined;
}

/** Bytes of a block of the volume: those by which an anchor stands in the block that it names; 0 without any. */
async function blockBytesOf(bytes: DiscBytes, start: number, end: number): Promise<number> {
  for (const size of sectorSizes) {
    for (const address of anchorPlaces(start, end, size)) {
      const anchor = await anchorAt(bytes, address, size);
      if (anchor !== undefined && numberOf(anchor, "_tag", "tagLocation") * size === address) return size;
    }
  }
  return 0;
}

function extentOf(descriptor: PlacedStructure, key: string, blockBytes: number): VolumeExtent {
  return {
    address: numberOf(descriptor, key, "extentLocation") * blockBytes,
    bytes: numberOf(descriptor, key, "extentLength"),
  };
}

/** Where a sequence goes on, if a descriptor says so. */
function continuationOf(descriptor: PlacedStructure, blockBytes: number): VolumeExtent | undefined {
  const tag = tagOf(descriptor);
  const isPointer = tag === tagIdentifiers.volumeDescriptorPointer;
  if (!isPointer && tag !== tagIdentifiers.logicalVolumeIntegrityDescriptor) return undefined;
  const key = isPointer ? "nextVolumeDescriptorSequenceExtent" : "nextIntegrityExtent";
  const extent = extentOf(descriptor, key, blockBytes);
  return extent.bytes > 0 ? extent : undefined;
}

/** The descriptors of one extent, up to the one that ends the sequence, or says where it goes on. */
async function* dumpExtent(
  bytes: DiscBytes,
  role: string,
  blockBytes: number,
  { address: start, bytes: length }: VolumeExtent,
): AsyncGenerator<PlacedStructure, VolumeExtent | undefined> {
  const count = Math.min(Math.ceil(length / blockBytes), maximumDescriptors);
  let failures = 0;
  for (let index = 0; index < count && failures < maximumFailures; index++) {
    const address = start + index * blockBytes;
    if (address >= bytes.length) return undefined;
    const found = await descriptorAt(bytes, role, address, blockBytes, address / blockBytes);
    failures = typeof found === "string" ? failures + 1 : 0;
    if (typeof found === "string") yield unreadable(role, address, found);
    if (found === undefined || typeof found === "string") continue;
    yield found;
    if (tagOf(found) === tagIdentifiers.terminatingDescriptor) return undefined;
    const next = continuationOf(found, blockBytes);
    if (next !== undefined) return next;
  }
  return undefined;
}

/** The descriptors of a sequence in all its extents. */
async function* dumpSequence(
  bytes: DiscBytes,
  role: string,
  blockBytes: number,
  first: VolumeExtent,
): AsyncGenerator<PlacedStructure> {
  const visited = new Set<number>();
  let next: VolumeExtent | undefined = first;
  while (next !== undefined && !visited.has(next.address) && visited.size < maximumExtents) {
    visited.add(next.address);
    next = yield* dumpExtent(bytes, role, blockBytes, next);
  }
}

/** Of the descriptors of a kind the one that prevails: sound before damaged, then the highest number, then the first. */
export function prevailing(descriptors: readonly PlacedStructure[], tag: number): PlacedStructure | undefined {
  const rank = (each: PlacedStructure): number => (hasSoundTag(each) ? 2 ** 32 : 0);
  const order = (each: PlacedStructure): number => rank(each) + numberOf(each, "volumeDescriptorSequenceNumber");
  let best: PlacedStructure | undefined;
  for (const each of descriptors) {
    if (tagOf(each) === tag && (best === undefined || order(each) > order(best))) best = each;
  }
  return best;
}

/** The partition descriptors that prevail, by partition number. */
export function partitionsOf({ descriptors }: VolumeFindings): ReadonlyMap<number, PlacedStructure> {
  const all = descriptors.filter((each) => tagOf(each) === tagIdentifiers.partitionDescriptor);
  const numbers = new Set(all.map((each) => dumpedValue(each, "partitionNumber")));
  return new Map(
    [...numbers].map((number) => {
      const same = all.filter((each) => dumpedValue(each, "partitionNumber") === number);
      return [Number(number), prevailing(same, tagIdentifiers.partitionDescriptor)!];
    }),
  );
}

/**
 * Dumps the volume recognition sequence, the anchors, both volume descriptor sequences and the integrity sequence of the
 * session at `startLba`.
 *
 * @param endLba The block behind the last one of the session.
 * @param findings Is filled in.
 */
export async function* dumpUdfVolume(
  bytes: DiscBytes,
  startLba: number,
  endLba: number,
  findings: VolumeFindings,
  signal: AbortSignal | undefined,
): AsyncGenerator<PlacedStructure> {
  yield* dumpRecognition(bytes, startLba);
  const [start, end] = [startLba * mediumBlockBytes, endLba * mediumBlockBytes];
  const size = await blockBytesOf(bytes, start, end);
  if (size === 0) return;
  findings.blockBytes = size;
  const extents: VolumeExtent[][] = [[], []];
  for (const address of new Set(anchorPlaces(start, end, size))) {
    const anchor = await anchorAt(bytes, address, size);
    if (anchor === undefined) continue;
    yield anchor;
    extents[0]!.push(extentOf(anchor, "mainVolumeDescriptorSequenceExtent", size));
    extents[1]!.push(extentOf(anchor, "reserveVolumeDescriptorSequenceExtent", size));
  }
  const shown = new Set<number>();
  for (const [index, name] of ["main", "reserve"].entries()) {
    for (const extent of extents[index]!) {
      throwIfCancelled(signal, "dumping volume descriptors");
      if (shown.has(extent.address)) continue;
      shown.add(extent.address);
      const role = `${name} volume descriptor sequence`;
      for await (const each of dumpSequence(bytes, role, findings.blockBytes, extent)) {
        yield each;
        if (each.fields.length > 0) findings.descriptors.push(each);
      }
    }
  }
  const logicalVolume = prevailing(findings.descriptors, tagIdentifiers.logicalVolumeDescriptor);
  if (logicalVolume === undefined) return;
  const integrity = extentOf(logicalVolume, "integritySequenceExtent", findings.blockBytes);
  yield* dumpSequence(bytes, "logical volume integrity sequence", findings.blockBytes, integrity);
}
