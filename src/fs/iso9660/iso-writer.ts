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

/** Writes the Primary Volume Descriptor. */
export class PrimaryDescriptorWriter implements RegionWriter {
  readonly regions: readonly [Region];
  readonly #volume: VolumeDescription;
  readonly #hierarchy: HierarchyWriter;
  readonly #volumeSpaceSize: VolumeSpaceSize;

  /** @param originLba As in {@link descriptorRegion}. */
  constructor(volume: VolumeDescription, hierarchy: HierarchyWriter, volumeSpaceSize: VolumeSpaceSize, originLba = 0) {
    this.#volume = volume;
    this.#hierarchy = hierarchy;
    this.#volumeSpaceSize = volumeSpaceSize;
    this.regions = [descriptorRegion("primaryVolumeDescriptor", "Primary Volume Descriptor", 0, originLba)];
  }

  bind(plan: Plan): ReadonlyMap<string, Renderer> {
    const described = describeVolume(this.#volume, this.#hierarchy, plan, this.#volumeSpaceSize(plan));
    const [{ kind }] = this.regions;
    return new Map([[kind, async (_first, out) => primaryVolumeDescriptor.write(described, out, 0)]]);
  }
}

/** Writes the Enhanced Volume Descriptor, of the primary hierarchy or of one of its own. ECMA-119 8.5. */
export class EnhancedDescriptorWriter implements RegionWriter {
  readonly regions: readonly [Region];
  readonly #volume: VolumeDescription;
  readonly #hierarchy: HierarchyWriter;
  readonly #volumeSpaceSize: VolumeSpaceSize;

  /**
   * @param position Where in the set it goes.
   * @param originLba As in {@link descriptorRegion}.
   */
  constructor(
    volume: VolumeDescription,
    hierarchy: HierarchyWriter,
    volumeSpaceSize: VolumeSpaceSize,
    position: number,
    originLba = 0,
  ) {
    this.#volume = volume;
    this.#hierarchy = hierarchy;
    this.#volumeSpaceSize = volumeSpaceSize;
    this.regions = [descriptorRegion("enhancedVolumeDescriptor", "Enhanced Volume Descriptor", position, originLba)];
  }

  bind(plan: Plan): ReadonlyMap<string, Renderer> {
    const descriptor: SupplementaryVolumeDescriptor = {
      ...describeVolume(this.#volume, this.#hierarchy, plan, this.#volumeSpaceSize(plan)),
      version: 2,
      fileStructureVersion: 2,
      volumeFlags: 0,
      escapeSequences: new Uint8Array(0),
    };
    const [{ kind }] = this.regions;
    return new Map([[kind, async (_first, out) => enhancedVolumeDescriptor.write(descriptor, out, 0)]]);
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
