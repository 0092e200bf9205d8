import type { HierarchyWriter } from "../iso9660/hierarchy-writer.js";
import type { VolumeSpaceSize } from "../iso9660/iso-writer.js";
import { describeVolume, descriptorRegion } from "../iso9660/iso-writer.js";
import type { VolumeDescription } from "../iso9660/volume-description.js";
import type { SupplementaryVolumeDescriptor } from "../iso9660/volume-descriptors.js";
import { jolietEscapeSequences, jolietVolumeDescriptor } from "../iso9660/volume-descriptors.js";
import type { Plan } from "../layout/plan.js";
import type { Region, RegionWriter, Renderer } from "../layout/region.js";
import { cutUtf16 } from "../names/utf16-name.js";

/** Characters of a volume name in Joliet: 32 bytes of UCS-2. Joliet Specification, "Volume Identifier". */
const volumeNameCharacters = 16;

/** A volume's name as it is written: cut to what there is room for. */
export function jolietVolumeName(name: string): string {
  return cutUtf16(name, volumeNameCharacters);
}

/** Writes the Supplementary Volume Descriptor of Joliet; its hierarchy is written as the primary one is. */
export class JolietDescriptorWriter implements RegionWriter {
  readonly regions: readonly [Region];
  readonly #volume: VolumeDescription;
  readonly #hierarchy: HierarchyWriter;
  readonly #volumeSpaceSize: VolumeSpaceSize;

  /** @param originLba As in {@link descriptorRegion}. */
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
    const name = "Supplementary Volume Descriptor (Joliet)";
    this.regions = [descriptorRegion("jolietVolumeDescriptor", name, position, originLba)];
  }

  bind(plan: Plan): ReadonlyMap<string, Renderer> {
    const described = describeVolume(this.#volume, this.#hierarchy, plan, this.#volumeSpaceSize(plan));
    const cut = (text: string, characters: number): string => text.slice(0, characters);
    const descriptor: SupplementaryVolumeDescriptor = {
      ...described,
      volumeFlags: 0,
      escapeSequences: jolietEscapeSequences,
      systemIdentifier: cut(described.systemIdentifier, 16),
      volumeIdentifier: jolietVolumeName(this.#volume.volumeName),
      volumeSetIdentifier: cut(described.volumeSetIdentifier, 64),
      publisherIdentifier: cut(described.publisherIdentifier, 64),
      dataPreparerIdentifier: cut(described.dataPreparerIdentifier, 64),
      applicationIdentifier: cut(described.applicationIdentifier, 64),
      copyrightFileIdentifier: cut(described.copyrightFileIdentifier, 18),
      abstractFileIdentifier: cut(described.abstractFileIdentifier, 18),
      bibliographicFileIdentifier: cut(described.bibliographicFileIdentifier, 18),
    };
    const [{ kind }] = this.regions;
    return new Map([[kind, async (_first, out) => jolietVolumeDescriptor.write(descriptor, out, 0)]]);
  }
}
