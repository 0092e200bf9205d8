/** Checks partition maps: what each is, and which go together. ECMA-167 3/10.7; OSTA UDF 2.2.8 to 2.2.10. */
import { strictContext } from "../../codec/codec.js";
import { readU32le } from "../../codec/integers.js";
import { hasCode } from "../../errors.js";
import { logicalVolumeHead } from "../udf/logical-volume.js";
import type { PartitionDescriptor, PartitionMap } from "../udf/partition.js";
import { accessTypes, partitionMap } from "../udf/partition.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import { checkIdentifier } from "./udf-identifiers.js";
import type { SequenceDescriptor } from "./udf-sequences.js";

/** Reserved bytes of the maps of type 2 behind those that all have, by kind: first and end. OSTA UDF 2.2.8 to 2.2.10. */
const reservedBytes: Readonly<Record<string, readonly [number, number]>> = {
  virtual: [40, 64],
  sparable: [43, 44],
  metadata: [59, 64],
};

/** The revision that brought each kind. */
const revisionOf: Readonly<Record<string, number>> = { virtual: 0x0150, sparable: 0x0150, metadata: 0x0250 };

/** Reads the maps of a logical volume, and checks each by itself. @returns Those that could be read, in order. */
export function checkMaps(checking: UdfChecking, { data, place }: SequenceDescriptor): readonly PartitionMap[] {
  const { report } = checking;
  const [tableBytes, count] = [readU32le(data, 264), readU32le(data, 268)];
  const end = Math.min(data.length, logicalVolumeHead.size + tableBytes);
  const maps: PartitionMap[] = [];
  let at = logicalVolumeHead.size;
  while (maps.length < count && at + 2 <= end) {
    const map = readMap(data.subarray(0, end), at);
    if (map === undefined) break;
    checkMap(checking, map, data, at, maps.length, place);
    maps.push(map);
    at += partitionMap.bytes(map);
  }
  if (maps.length !== count || at !== logicalVolumeHead.size + tableBytes) {
    const message = `${count} maps in ${tableBytes} bytes, of which ${maps.length} are there`;
    report("UDF_MAP", place, `logical volume descriptor: ${message}`);
  }
  return maps;
}

function readMap(data: Uint8Array, at: number): PartitionMap | undefined {
  try {
    return partitionMap.read(data, at, strictContext);
  } catch (error) {
    if (!hasCode(error, "E_FIELD_INVALID")) throw error;
    return undefined;
  }
}

function checkMap(
  checking: UdfChecking,
  map: PartitionMap,
  data: Uint8Array,
  at: number,
  index: number,
  place: SequenceDescriptor["place"],
): void {
  const { report, revision } = checking;
  const name = `map ${index}`;
  if (map.kind === "unknown") {
    report("UDF_MAP", place, `${name} is of an unknown kind: type ${data[at]}, ${data[at + 1]} bytes`);
    return;
  }
  if (map.volumeSequenceNumber !== 1) {
    report("UDF_MAP", place, `${name} is in volume ${map.volumeSequenceNumber}, expected 1`);
  }
  if (map.kind === "plain") return;
  checkIdentifier(checking, "UdfIdentifier", { data, at: at + 4, place }, name, undefined);
  const [first, last] = reservedBytes[map.kind]!;
  if (!isZero(data, at + 2, at + 4) || !isZero(data, at + first, at + last)) {
    report("UDF_MAP", place, `${name} has reserved bytes that are not 0`);
  }
  if (revision < revisionOf[map.kind]!) {
    report("UDF_MAP_REVISION", place, `${name} is a ${map.kind} one, in revision 0x${revision.toString(16)}`);
  }
}

/** Checks that maps go together, and with the partitions they are of. OSTA UDF 2, 2.2.8, 2.2.10. */
export function checkCombination(
  checking: UdfChecking,
  maps: readonly PartitionMap[],
  descriptors: ReadonlyMap<number, PartitionDescriptor>,
  { place }: SequenceDescriptor,
): void {
  const report = (message: string): void => checking.report("UDF_MAP_COMBINATION", place, message);
  const bases = maps.filter(({ kind }) => kind === "plain" || kind === "sparable");
  for (const [index, map] of maps.entries()) {
    if (map.kind !== "virtual" && map.kind !== "metadata") continue;
    const under = bases.filter((base) => base.kind !== "unknown" && base.partitionNumber === map.partitionNumber);
    const isRight = under.length === 1 && (map.kind === "metadata" || under[0]!.kind === "plain");
    if (!isRight) report(`map ${index} lies on ${under.length} maps of partition ${map.partitionNumber}`);
    const access = descriptors.get(map.partitionNumber)?.accessType;
    if (map.kind === "virtual" && access !== undefined && access !== accessTypes.writeOnce) {
      checking.report("UDF_VIRTUAL_ACCESS", place, `the virtual partition is on one of access type ${access}`);
    }
  }
  const has = (kind: PartitionMap["kind"]): boolean => maps.some((map) => map.kind === kind);
  if (has("virtual") && has("metadata")) report("a virtual partition and a metadata partition");
  if (checking.revision < 0x0250) return;
  const access = bases.flatMap((base) =>
    base.kind === "unknown" ? [] : (descriptors.get(base.partitionNumber) ?? []),
  );
  const types = access.map(({ accessType }) => accessType);
  const isSingle = types.length === 1 && mayNeedMetadata(types[0]!, checking.revision);
  const isPair = types.length === 2 && types.includes(accessTypes.readOnly) && types.includes(accessTypes.overwritable);
  const isWanted = !has("virtual") && (isSingle || isPair);
  if (isWanted !== has("metadata") && !(has("virtual") && has("metadata"))) {
    report(isWanted ? "the metadata partition is missing" : "a metadata partition where none may be");
  }
}

function mayNeedMetadata(accessType: number, revision: number): boolean {
  const { readOnly, overwritable, pseudoOverwritable } = accessTypes;
  return (
    accessType === readOnly || accessType === overwritable || (accessType === pseudoOverwritable && revision >= 0x0260)
  );
}
