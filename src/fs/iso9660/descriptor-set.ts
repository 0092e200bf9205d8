/** Reads a volume descriptor set. ECMA-119, 4th edition (June 2019), clauses 6.7.1 and 8; 9/2 of ECMA-167 for its like. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { readU32le } from "../../codec/integers.js";
import { textFromBytes } from "../../codec/text.js";
import { DiscError, hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import type { PrimaryVolumeDescriptor, SupplementaryVolumeDescriptor } from "./volume-descriptors.js";
import {
  enhancedVolumeDescriptor,
  firstVolumeDescriptorBlock,
  jolietLevel,
  jolietVolumeDescriptor,
  primaryVolumeDescriptor,
  volumeDescriptorSetTerminator,
  volumeDescriptorTypes,
} from "./volume-descriptors.js";

/** How many blocks behind the first descriptor are looked at, as Linux does. */
const maximumDescriptors = 100;

/** Standard identifiers of the volume structure descriptors among which those of UDF are. ECMA-167 2/9.1.2. */
export const otherIdentifiers: ReadonlySet<string> = new Set(["BEA01", "BOOT2", "CDW02", "NSR02", "NSR03", "TEA01"]);

/** Boot System Identifier of a boot record whose catalog's block stands in bytes 71 to 74. El Torito 1.0, figure 7. */
const bootSystem = "EL TORITO SPECIFICATION";

/** What the descriptors at the start of a session say. */
export interface DescriptorSet {
  readonly primary: PrimaryVolumeDescriptor | undefined;
  readonly joliet: SupplementaryVolumeDescriptor | undefined;
  readonly enhanced: SupplementaryVolumeDescriptor | undefined;
  /** Whether a UDF file system is announced. */
  readonly udf: boolean;
  /** Block of the first primary volume descriptor, and of the terminator. */
  readonly primaryLba: number | undefined;
  readonly terminatorLba: number | undefined;
  /** Block of the boot catalog. */
  readonly bootCatalogLba: number | undefined;
}

/** What the start of a session says in which nothing was found. */
export const noDescriptors: DescriptorSet = {
  primary: undefined,
  joliet: undefined,
  enhanced: undefined,
  udf: false,
  primaryLba: undefined,
  terminatorLba: undefined,
  bootCatalogLba: undefined,
};

interface Found {
  primary: PrimaryVolumeDescriptor | undefined;
  joliet: SupplementaryVolumeDescriptor | undefined;
  enhanced: SupplementaryVolumeDescriptor | undefined;
  udf: boolean;
  primaryLba: number | undefined;
  terminatorLba: number | undefined;
  bootCatalogLba: number | undefined;
}

function readDescriptor(found: Found, block: Uint8Array, context: ReadContext): void {
  const type = block[0]!;
  if (type === volumeDescriptorTypes.terminator) {
    volumeDescriptorSetTerminator.read(block, 0, context);
    found.terminatorLba ??= context.lba ?? 0;
  } else if (type === volumeDescriptorTypes.boot) {
    if (textFromBytes(block, 7, bootSystem.length) === bootSystem) found.bootCatalogLba ??= readU32le(block, 71);
  } else if (type === volumeDescriptorTypes.primary) {
    // There may be copies of it. ECMA-119 6.7.1.1.
    if (found.primary !== undefined) return;
    found.primary = primaryVolumeDescriptor.read(block, 0, context);
    found.primaryLba = context.lba ?? undefined;
  } else if (type === volumeDescriptorTypes.supplementary) {
    if (jolietLevel(block.subarray(88, 120)) > 0) {
      found.joliet ??= jolietVolumeDescriptor.read(block, 0, context);
    } else if (block[6] === 2) {
      found.enhanced ??= enhancedVolumeDescriptor.read(block, 0, context);
    }
  }
}

/**
 * Reads the descriptors of the session that starts at `startLba`, in whatever order they stand. Volume partition
 * descriptors and unknown types are passed over; UDF's, which follow on them, are noted.
 *
 * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED; E_NOT_SUPPORTED for logical blocks of other than 2,048 bytes.
 */
export async function readDescriptorSet(
  source: BlockSource,
  startLba: number,
  context: ReadContext,
  signal?: AbortSignal,
): Promise<DescriptorSet> {
  const found: Found = { ...noDescriptors };
  const first = startLba + firstVolumeDescriptorBlock;
  const end = Math.min(source.blocks, first + maximumDescriptors);
  const block = new Uint8Array(blockBytes);
  let lba = first;
  let otherLba = -1;
  for (; lba < end; lba++) {
    await source.read(lba, 1, block, signal);
    const identifier = textFromBytes(block, 1, 5);
    if (identifier === "CD001" && found.terminatorLba === undefined) readDescriptor(found, block, { ...context, lba });
    else if (otherIdentifiers.has(identifier)) {
      otherLba = lba;
      found.udf ||= identifier.startsWith("NSR");
      // Where blocks have 4,096 bytes, each of these descriptors has a block of its own.
    } else if (identifier !== "CD001" && lba - 1 !== otherLba) break;
  }
  if (found.primary !== undefined && found.terminatorLba === undefined) {
    reportFault({ ...context, lba }, "VolumeDescriptorSet", "terminator", "6.7.1.6", "is missing");
  }
  for (const descriptor of [found.primary, found.joliet, found.enhanced]) {
    if (descriptor !== undefined && descriptor.logicalBlockSize !== blockBytes) {
      const what = `a volume with logical blocks of ${descriptor.logicalBlockSize} bytes`;
      throw new DiscError("E_NOT_SUPPORTED", `${what} (at block ${startLba})`, { what });
    }
  }
  return found;
}

/** The primary descriptor that stands at `bytes[at]`; `undefined` for anything else, and for one that cannot be true. */
export function primaryDescriptorAt(bytes: Uint8Array, at: number): PrimaryVolumeDescriptor | undefined {
  // Asked of every block when sessions are searched for, so the common answer comes first.
  if (bytes[at] !== volumeDescriptorTypes.primary || textFromBytes(bytes, at + 1, 5) !== "CD001") return undefined;
  try {
    const descriptor = primaryVolumeDescriptor.read(bytes, at, { tolerant: true, lba: null });
    const isTrue = descriptor.logicalBlockSize === blockBytes && descriptor.volumeSpaceSize > 0;
    return isTrue ? descriptor : undefined;
  } catch (error) {
    if (!hasCode(error, "E_FIELD_INVALID")) throw error;
    return undefined;
  }
}

/** Where the root directory of a volume lies. ECMA-119 9.5.1: behind its extended attribute record. */
export function rootLbaOf({ rootDirectoryRecord: root }: Pick<PrimaryVolumeDescriptor, "rootDirectoryRecord">): number {
  return root.locationOfExtent + root.extendedAttributeRecordLength;
}
