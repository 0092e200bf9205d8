/** Checks the descriptors of a volume that are in its sequences, but partitions. ECMA-167 3/10.1, 3/10.4, 3/10.6, 3/10.8; OSTA UDF 2.2. */
import { strictContext } from "../../codec/codec.js";
import { readU32le } from "../../codec/integers.js";
import type { ExtentDescriptor } from "../udf/allocation.js";
import { extentDescriptor } from "../udf/allocation.js";
import { logicalVolumeHead } from "../udf/logical-volume.js";
import { tagIdentifiers } from "../udf/tag.js";
import { implementationUseVolumeDescriptor, primaryVolumeDescriptor } from "../udf/volume.js";
import type { UdfChecking } from "./udf-checking.js";
import { checkExtentLength, checkFixedExtent } from "./udf-extents.js";
import { checkFields, readRows } from "./udf-fields.js";
import type { PrevailingDescriptors, SequenceDescriptor } from "./udf-sequences.js";
import { volumeInformationIdentifier } from "./udf-sequences.js";

/** The domain of UDF. OSTA UDF 2.1.5.2. */
export const udfDomainIdentifier = "*OSTA UDF Compliant";

/** The one character set: CS0. OSTA UDF 2.2.2.3, 2.3.2.3. */
const onlyCharacterSet = 1;

/** The descriptors of a volume that prevail. */
export interface VolumeDescriptors {
  readonly primary: SequenceDescriptor | undefined;
  readonly logicalVolume: SequenceDescriptor | undefined;
  readonly information: SequenceDescriptor | undefined;
  readonly unallocated: SequenceDescriptor | undefined;
  readonly partitions: readonly SequenceDescriptor[];
}

/** What prevails: of the main sequence, and of the reserve where the main one has nothing that is sound. */
export function prevailingDescriptors(main: PrevailingDescriptors, reserve: PrevailingDescriptors): VolumeDescriptors {
  const better = (one: SequenceDescriptor | undefined, other: SequenceDescriptor | undefined) =>
    one?.isSound === true || other?.isSound !== true ? (one ?? other) : other;
  const keys = new Set([...main.partitions, ...reserve.partitions].map(({ data }) => `partition ${partitionOf(data)}`));
  return {
    primary: better(
      main.one(tagIdentifiers.primaryVolumeDescriptor),
      reserve.one(tagIdentifiers.primaryVolumeDescriptor),
    ),
    logicalVolume: better(
      main.one(tagIdentifiers.logicalVolumeDescriptor),
      reserve.one(tagIdentifiers.logicalVolumeDescriptor),
    ),
    information: better(main.information, reserve.information),
    unallocated: better(
      main.one(tagIdentifiers.unallocatedSpaceDescriptor),
      reserve.one(tagIdentifiers.unallocatedSpaceDescriptor),
    ),
    partitions: [...keys].flatMap((key) => better(main.get(key), reserve.get(key)) ?? []),
  };
}

function partitionOf(data: Uint8Array): number {
  return data[22]! + data[23]! * 0x100;
}

/** Reports the descriptors that are missing. OSTA UDF 2, Basic Restrictions. */
export function checkPresence({ report }: UdfChecking, found: VolumeDescriptors, address: number): void {
  const wanted: readonly (readonly [string, unknown])[] = [
    ["primary volume descriptor", found.primary],
    ["logical volume descriptor", found.logicalVolume],
    [`descriptor of ${volumeInformationIdentifier}`, found.information],
    ["unallocated space descriptor", found.unallocated],
    ["partition descriptor", found.partitions[0]],
  ];
  for (const [name, descriptor] of wanted) {
    if (descriptor === undefined) report("UDF_VDS_MISSING", { address }, `there is no ${name}`);
  }
}

/** Checks a list of character sets, and the most that it may become. */
export function checkCharacterSets(
  { report }: UdfChecking,
  { place }: Pick<SequenceDescriptor, "place">,
  lists: readonly number[],
  name: string,
): void {
  if (lists.every((list) => list === onlyCharacterSet)) return;
  report("UDF_CHARACTER_SET", place, `${name}: the lists of character sets are ${lists.join(" and ")}, expected 1`);
}

/** ECMA-167 3/10.1, OSTA UDF 2.2.2. */
export function checkPrimaryVolume(checking: UdfChecking, descriptor: SequenceDescriptor): void {
  const { report } = checking;
  const { data, place } = descriptor;
  checkFields(checking, primaryVolumeDescriptor, { data, at: 0, place });
  const value = readRows(primaryVolumeDescriptor, data, 0);
  const name = "primary volume descriptor";
  const { volumeSequenceNumber: number, maximumVolumeSequenceNumber: maximum } = value;
  const { interchangeLevel: level, maximumInterchangeLevel: maximumLevel, flags } = value;
  const faults = [
    value.primaryVolumeDescriptorNumber === 0 ? "" : `its number is ${value.primaryVolumeDescriptorNumber}`,
    number > 0 && (maximum === 0 || maximum >= number) ? "" : `it is volume ${number} of ${maximum}`,
    [2, 3].includes(level) && [2, 3].includes(maximumLevel) && level <= maximumLevel
      ? ""
      : `its interchange level is ${level} of ${maximumLevel}`,
    flags <= 1 && (flags === 1 || maximum === 1) ? "" : `its flags are ${flags}`,
  ];
  for (const fault of faults) if (fault !== "") report("UDF_PVD_FIELD", place, `${name}: ${fault}`);
  if (number > 1 || maximum > 1) report("UDF_VOLUME_COUNT", place, `${name}: it is volume ${number} of ${maximum}`);
  checkCharacterSets(checking, descriptor, [value.characterSetList, value.maximumCharacterSetList], name);
  if (value.volumeSetIdentifier !== "" && !/^[0-9a-f]{8}/i.test(value.volumeSetIdentifier)) {
    report("UDF_VOLUME_SET", place, `${name}: the volume set is "${value.volumeSetIdentifier}"`);
  }
  checkFixedExtent(checking, value.volumeAbstract, place, `${name}: abstract`);
  checkFixedExtent(checking, value.volumeCopyrightNotice, place, `${name}: copyright notice`);
}

/** ECMA-167 3/10.4, OSTA UDF 2.2.7. */
export function checkInformation(checking: UdfChecking, { data, place }: SequenceDescriptor): void {
  const mayBeEmpty = ["logicalVolumeInformation1", "logicalVolumeInformation2", "logicalVolumeInformation3"];
  checkFields(checking, implementationUseVolumeDescriptor, { data, at: 0, place }, { mayBeEmpty });
}

/** ECMA-167 3/10.6, OSTA UDF 2.2.4; its maps and its file set are checked elsewhere. */
export function checkLogicalVolume(checking: UdfChecking, { data, place }: SequenceDescriptor): void {
  const identifiers = { domainIdentifier: udfDomainIdentifier };
  checkFields(checking, logicalVolumeHead, { data, at: 0, place }, { identifiers });
  const { logicalBlockSize, integritySequenceExtent } = readRows(logicalVolumeHead, data, 0);
  if (logicalBlockSize !== checking.blockBytes) {
    const message = `the logical block size is ${logicalBlockSize}, descriptors lie in blocks of ${checking.blockBytes}`;
    checking.report("UDF_LVD_BLOCK_SIZE", place, message);
  }
  checkFixedExtent(checking, integritySequenceExtent, place, "logical volume descriptor: integrity sequence");
}

/** A name of the logical volume, and where it stands. */
export interface VolumeName {
  readonly where: string;
  readonly name: string;
  readonly address: number;
}

/** Reports a name of the logical volume that is not that of its descriptor. OSTA UDF 2.2.4, 2.2.7.2.2, 2.3.2.5, 2.2.11. */
export function checkVolumeNames({ report }: UdfChecking, names: readonly VolumeName[]): void {
  const [first, ...others] = names;
  for (const { where, name, address } of others) {
    if (first === undefined || name === first.name) continue;
    report("UDF_LVD_NAME", { address }, `it is "${name}" in the ${where}, and "${first.name}" in the ${first.where}`);
  }
}

/** A run of blocks of the volume. */
export interface BlockRange {
  readonly name: string;
  readonly first: number;
  readonly blocks: number;
  /** Whether it may be in a partition that can be rewritten, where others must not be. ECMA-167 3/8.5. */
  readonly mayBeInPartition?: boolean;
}

function overlap(one: BlockRange, other: BlockRange): boolean {
  return one.first < other.first + other.blocks && other.first < one.first + one.blocks;
}

/** ECMA-167 3/10.8, OSTA UDF 2.2.5. @param used What is not unallocated. */
export function checkUnallocated(
  checking: UdfChecking,
  { data, place }: SequenceDescriptor,
  used: readonly BlockRange[],
): void {
  const { report, blockBytes } = checking;
  const count = Math.min(readU32le(data, 20), Math.floor((data.length - 24) / extentDescriptor.size));
  const ranges: BlockRange[] = [];
  for (let index = 0; index < count; index++) {
    const extent: ExtentDescriptor = extentDescriptor.read(data, 24 + index * extentDescriptor.size, strictContext);
    const name = `unallocated extent ${index + 1}`;
    if (extent.extentLength === 0) report("UDF_USD_EXTENT", place, `${name} is empty`);
    // On media that are not full, it may lie behind what is recorded.
    checkExtentLength(checking, extent, place, name);
    const blocks = Math.ceil(extent.extentLength / blockBytes);
    const range = { name, first: extent.extentLocation, blocks };
    const use = blocks === 0 ? undefined : used.find((other) => overlap(range, other));
    if (use !== undefined) report("UDF_USD_EXTENT", place, `${name} is used by the ${use.name}`);
    const before = ranges.at(-1);
    if (before !== undefined && overlap(range, before)) {
      report("UDF_USD_OVERLAP", place, `${name} overlaps ${before.name}`);
    }
    ranges.push(range);
  }
}
