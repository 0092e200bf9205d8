/** Checks sparable partitions: their maps, and the tables that these name. OSTA UDF 2.2.9, 2.2.12. */
import { strictContext } from "../../codec/codec.js";
import type { SparablePartitionMap } from "../udf/partition.js";
import { sparingMapEntry, sparingTableHead } from "../udf/sparing-table.js";
import { tagBytes, tagIdentifiers } from "../udf/tag.js";
import type { UdfChecking } from "./udf-checking.js";
import { checkFields, readRows } from "./udf-fields.js";
import { eccBlocks } from "./udf-partitions.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag } from "./udf-tags.js";
import type { BlockRange } from "./udf-volume.js";

/** Locations that stand for no packet: a bad one, and one that is free. OSTA UDF 2.2.12. */
const badPacket = 0xffff_fff0;
const freePacket = 0xffff_ffff;

/** Blocks between tables that are far enough apart. */
const minimumDistance = 1000;

const maximumTables = 4;

/** Checks the map. */
function checkMap({ report, revision, blockBytes }: UdfChecking, map: SparablePartitionMap, place: UdfPlace): void {
  const { packetLength: packet, numberOfSparingTables: tables, sizeOfEachSparingTable: bytes } = map;
  const isKnownPacket = revision > 0x0200 ? packet > 0 && packet % eccBlocks === 0 : packet === 32 || packet === 16;
  if (!isKnownPacket) report("UDF_SPARING_MAP", place, `packets of ${packet} blocks`);
  if (tables === 0 || tables > maximumTables) report("UDF_SPARING_MAP", place, `${tables} sparing tables`);
  if (bytes < sparingTableHead.size || bytes % sparingMapEntry.size !== 0) {
    report("UDF_SPARING_MAP", place, `sparing tables of ${bytes} bytes`);
  }
  if (tables === 1) report("UDF_SPARING_ADVICE", place, "one sparing table alone");
  const blocks = Math.ceil(bytes / blockBytes);
  const locations = map.locationsOfSparingTables;
  for (const [index, location] of locations.entries()) {
    if (location % Math.max(1, packet) !== 0) {
      report("UDF_SPARING_ADVICE", place, `the table at ${location} does not start with a packet`);
    }
    for (const other of locations.slice(index + 1)) {
      if (Math.floor(location / Math.max(1, packet)) === Math.floor(other / Math.max(1, packet))) {
        report("UDF_SPARING_MAP", place, `the tables at ${location} and ${other} are in one packet`);
      } else if (Math.abs(location - other) - blocks < minimumDistance) {
        report("UDF_SPARING_ADVICE", place, `the tables at ${location} and ${other} are near each other`);
      }
    }
  }
}

/** Checks the entries of a table: sorted, each of a packet, none twice. @returns Where packets are mapped to. */
function checkEntries(
  { report, blockBytes, bytes }: UdfChecking,
  data: Uint8Array,
  count: number,
  packetLength: number,
  place: UdfPlace,
): ReadonlySet<number> {
  const packet = Math.max(1, packetLength);
  const mapped = new Set<number>();
  let before = -1;
  let isReported = false;
  for (let index = 0; index < count; index++) {
    const at = sparingTableHead.size + index * sparingMapEntry.size;
    const { originalLocation, mappedLocation } = sparingMapEntry.read(data, at, strictContext);
    const isPacket = originalLocation < badPacket;
    const isKnown = isPacket || originalLocation === badPacket || originalLocation === freePacket;
    const fault =
      originalLocation < before
        ? "is not in order"
        : !isKnown
          ? "has a reserved location"
          : isPacket && originalLocation % packet !== 0
            ? "is of no whole packet"
            : isPacket && originalLocation === before
              ? "is of a packet that was there before"
              : mappedLocation % packet !== 0
                ? `leads to block ${mappedLocation}, within a packet`
                : (mappedLocation + packet) * blockBytes > bytes.bytes
                  ? `leads to block ${mappedLocation}, behind the end of the medium`
                  : mapped.has(mappedLocation)
                    ? `leads to block ${mappedLocation}, as another one does`
                    : undefined;
    before = originalLocation;
    mapped.add(mappedLocation);
    if (fault === undefined || isReported) continue;
    report("UDF_SPARING_TABLE", place, `entry ${index + 1}, of block ${originalLocation}, ${fault}`);
    isReported = true;
  }
  return mapped;
}

/** A table that was checked. */
interface SparingTable {
  readonly location: number;
  readonly data: Uint8Array;
  /** Where packets are mapped to. */
  readonly mapped: ReadonlySet<number>;
}

async function checkTable(
  checking: UdfChecking,
  map: SparablePartitionMap,
  location: number,
): Promise<SparingTable | undefined> {
  const { report } = checking;
  const address = checking.addressOf(location);
  const place = { address };
  const head = await checking.read(address, sparingTableHead.size, "sparing table");
  if (head === undefined) return undefined;
  const { reallocationTableLength: count } = readRows(sparingTableHead, head, 0);
  const bytes = sparingTableHead.size + count * sparingMapEntry.size;
  if (bytes > map.sizeOfEachSparingTable) {
    report("UDF_SPARING_TABLE", place, `${count} entries, in a table of ${map.sizeOfEachSparingTable} bytes`);
    return undefined;
  }
  const data = await checking.read(address, bytes, "sparing table");
  if (data === undefined) return undefined;
  const tag = { name: "SparingTable", tagIdentifier: tagIdentifiers.sparingTable, location };
  if (!checkDescriptorTag(checking, { ...tag, data, at: 0, bytes, place })) return undefined;
  const identifiers = { sparingIdentifier: "*UDF Sparing Table" };
  checkFields(checking, sparingTableHead, { data, at: 0, place }, { identifiers });
  return { location, data, mapped: checkEntries(checking, data, count, map.packetLength, place) };
}

/** Reports the first byte behind their tags in which two tables differ. OSTA UDF 2.2.9. */
function compareTables(checking: UdfChecking, one: SparingTable, other: SparingTable): void {
  const length = Math.max(one.data.length, other.data.length);
  for (let at = tagBytes; at < length; at++) {
    if (one.data[at] === other.data[at]) continue;
    const message = `the tables at ${one.location} and ${other.location} differ from byte ${at} on`;
    checking.report("UDF_SPARING_TABLE", { address: checking.addressOf(other.location) }, message);
    return;
  }
}

/** Checks a sparable map and its tables. @returns Where the tables lie, and the packets that stand for bad ones. */
export async function checkSparing(
  checking: UdfChecking,
  map: SparablePartitionMap,
  place: UdfPlace,
): Promise<readonly BlockRange[]> {
  checkMap(checking, map, place);
  let first: SparingTable | undefined;
  for (const location of map.locationsOfSparingTables) {
    const table = await checkTable(checking, map, location);
    if (first !== undefined && table !== undefined) compareTables(checking, first, table);
    first ??= table;
  }
  const blocks = Math.ceil(map.sizeOfEachSparingTable / checking.blockBytes);
  const tables = map.locationsOfSparingTables.map((start) => ({ name: "sparing table", first: start, blocks }));
  const packets = [...(first?.mapped ?? [])].map((start) => ({
    name: "spared packets",
    first: start,
    blocks: map.packetLength,
  }));
  return [...tables, ...packets].map((range) => ({ ...range, mayBeInPartition: true }));
}
