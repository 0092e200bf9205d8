import { blockBytes } from "../../units.js";
import type { Plan } from "../layout/plan.js";
import type { Region, RegionWriter, Renderer } from "../layout/region.js";
import type { HierarchyWriter } from "./hierarchy-writer.js";
import type { VolumeDescription } from "./volume-description.js";
import type { PrimaryVolumeDescriptor, SupplementaryVolumeDescriptor } from "./volume-descriptors.js";
import {
  enhancedVolumeDescriptor,
  firstVolumeDescriptorBlock,
  primaryVolumeDescriptor,
  volumeDescriptorSetTerminator,
} from "./volume-descriptors.js";

/** The volume space size that a session's descriptors state, in blocks. */
export type VolumeSpaceSize = (plan: Plan) => number;

/**
 * A region of one descriptor in the volume descriptor set.
 *
 * @param originLba Where the volume starts: 0, or the block of the session in which a partition of its own does.
 */
export function descriptorRegion(kind: string, name: string, position: number, originLba = 0): Region {
  const place = { at: "fromStart", block: originLba + firstVolumeDescriptorBlock + position } as const;
  if (originLba === 0) return { kind, name, blocks: 1, place, needs: "plan" };
  return { kind: `partition.${kind}`, name: `${name} of the partition`, blocks: 1, place, needs: "plan" };
}

/** What primary, Joliet and enhanced descriptors say alike, in the texts of the primary one. */
export function describeVolume(
  volume: VolumeDescription,
  hierarchy: HierarchyWriter,
  plan: Plan,
  volumeSpaceSize: number,
): PrimaryVolumeDescriptor {
  return {
    version: 1,
    systemIdentifier: volume.systemIdentifier,
    volumeIdentifier: volume.volumeName,
    volumeSpaceSize,
    volumeSetSize: 1,
    volumeSequenceNumber: 1,
    logicalBlockSize: blockBytes,
    ...hierarchy.addresses(plan),
    locationOfOptionalTypeLPathTable: 0,
    locationOfOptionalTypeMPathTable: 0,
    volumeSetIdentifier: volume.volumeSetIdentifier,
    publisherIdentifier: volume.publisherIdentifier,
    dataPreparerIdentifier: volume.dataPreparerIdentifier,
    applicationIdentifier: volume.applicationIdentifier,
    copyrightFileIdentifier: volume.copyrightFileIdentifier,
    abstractFileIdentifier: volume.abstractFileIdentifier,
    bibliographicFileIdentifier: volume.bibliographicFileIdentifier,
    volumeCreationDateAndTime: volume.createdMs,
    volumeModificationDateAndTime: volume.modifiedMs,
    volumeExpirationDateAndTime: volume.expirationMs,
    volumeEffectiveDateAndTime: volume.effectiveMs,
    fileStructureVersion: 1,
    applicationUse: volume.applicationUse,
  };
}

/** Writes the Primary Volume Descriptor and, at level 4, the Enhanced one, which describes the same hierarchy. */
export class IsoDescriptorWriter implements RegionWriter {
  readonly regions: readonly Region[];
  readonly #volume: VolumeDescription;
  readonly #hierarchy: HierarchyWriter;
  readonly #volumeSpaceSize: VolumeSpaceSize;

  /**
   * @param enhancedPosition Where in the set the Enhanced Volume Descriptor goes; `undefined` for none.
   * @param originLba As in {@link descriptorRegion}.
   */
  constructor(
    volume: VolumeDescription,
    hierarchy: HierarchyWriter,
    volumeSpaceSize: VolumeSpaceSize,
    enhancedPosition: number | undefined,
    originLba = 0,
  ) {
    this.#volume = volume;
    this.#hierarchy = hierarchy;
    this.#volumeSpaceSize = volumeSpaceSize;
    const region = (kind: string, name: string, position: number): Region =>
      descriptorRegion(kind, name, position, originLba);
    const primary = region("primaryVolumeDescriptor", "Primary Volume Descriptor", 0);
    this.regions =
      enhancedPosition === undefined
        ? [primary]
        : [primary, region("enhancedVolumeDescriptor", "Enhanced Volume Descriptor", enhancedPosition)];
  }

  bind(plan: Plan): ReadonlyMap<string, Renderer> {
    const described = describeVolume(this.#volume, this.#hierarchy, plan, this.#volumeSpaceSize(plan));
    const enhanced: SupplementaryVolumeDescriptor = {
      ...described,
      version: 2,
      fileStructureVersion: 2,
      volumeFlags: 0,
      escapeSequences: new Uint8Array(0),
    };
    const writers: readonly Renderer[] = [
      async (_first, out) => primaryVolumeDescriptor.write(described, out, 0),
      async (_first, out) => enhancedVolumeDescriptor.write(enhanced, out, 0),
    ];
    return new Map(this.regions.map(({ kind }, index) => [kind, writers[index]!]));
  }
}

/** Writes the Volume Descriptor Set Terminator. */
export class TerminatorWriter implements RegionWriter {
  readonly regions: readonly [Region];

  /** @param originLba As in {@link descriptorRegion}. */
  constructor(position: number, originLba = 0) {
    this.regions = [descriptorRegion("terminator", "Volume Descriptor Set Terminator", position, originLba)];
  }

  bind(): ReadonlyMap<string, Renderer> {
    const [{ kind }] = this.regions;
    return new Map([[kind, async (_first, out) => volumeDescriptorSetTerminator.write({}, out, 0)]]);
  }
}
