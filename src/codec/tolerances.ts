/** One fault of real discs that tolerant reading reports and passes over. */
export interface Tolerance {
  /** Its name in warnings and in docs/STANDARDS.md. */
  readonly name: string;
  readonly structure: string;
  readonly fields: readonly string[];
  /** What the discs do, and which programs made them so. */
  readonly seen: string;
}

/** Every tolerance there is. A fault that stands in no row is an error in tolerant reading too. */
export const tolerances: readonly Tolerance[] = [
  {
    name: "unused-bytes-not-zero",
    structure: "PrimaryVolumeDescriptor",
    fields: ["_unused1", "_unused2", "_unused3", "_unused4"],
    seen: "leftovers of the writing program's buffer in bytes that are to be zero",
  },
  {
    name: "unused-bytes-not-zero",
    structure: "SupplementaryVolumeDescriptor",
    fields: ["_unused1", "_unused2", "_unused3"],
    seen: "leftovers of the writing program's buffer in bytes that are to be zero",
  },
  {
    name: "reserved-bytes-not-zero",
    structure: "VolumeDescriptorSetTerminator",
    fields: ["_reserved"],
    seen: "libisofs before 1.0.2 left the descriptor before it there",
  },
  {
    name: "date-invalid",
    structure: "PrimaryVolumeDescriptor",
    fields: [
      "volumeCreationDateAndTime",
      "volumeModificationDateAndTime",
      "volumeExpirationDateAndTime",
      "volumeEffectiveDateAndTime",
    ],
    seen: "dates of NUL bytes or blanks for 'not specified', and days that do not exist",
  },
  {
    name: "date-invalid",
    structure: "SupplementaryVolumeDescriptor",
    fields: [
      "volumeCreationDateAndTime",
      "volumeModificationDateAndTime",
      "volumeExpirationDateAndTime",
      "volumeEffectiveDateAndTime",
    ],
    seen: "dates of NUL bytes or blanks for 'not specified', and days that do not exist",
  },
  {
    name: "date-invalid",
    structure: "DirectoryRecord",
    fields: ["recordingDateAndTime"],
    seen: "months and days of zero or beyond the calendar",
  },
  {
    name: "halves-differ",
    structure: "PrimaryVolumeDescriptor",
    fields: ["volumeSpaceSize", "volumeSetSize", "volumeSequenceNumber", "logicalBlockSize", "pathTableSize"],
    seen: "programs that fill in only one byte order; the little-endian half is taken",
  },
  {
    name: "halves-differ",
    structure: "SupplementaryVolumeDescriptor",
    fields: ["volumeSpaceSize", "volumeSetSize", "volumeSequenceNumber", "logicalBlockSize", "pathTableSize"],
    seen: "programs that fill in only one byte order; the little-endian half is taken",
  },
  {
    name: "halves-differ",
    structure: "DirectoryRecord",
    fields: ["locationOfExtent", "dataLength", "volumeSequenceNumber"],
    seen: "programs that fill in only one byte order; the little-endian half is taken",
  },
  {
    name: "structure-version",
    structure: "PrimaryVolumeDescriptor",
    fields: ["fileStructureVersion", "version"],
    seen: "2 instead of 1, by writers of ISO 9660:1999 volumes; 0 on some old discs",
  },
  {
    name: "structure-version",
    structure: "SupplementaryVolumeDescriptor",
    fields: ["fileStructureVersion", "version"],
    seen: "values other than 1 and 2",
  },
];

const byField = new Map<string, string>();
for (const tolerance of tolerances) {
  for (const field of tolerance.fields) byField.set(`${tolerance.structure}.${field}`, tolerance.name);
}

/** The name of the tolerance for a fault in that field, if it is a tolerated one. */
export function toleranceFor(structure: string, field: string): string | undefined {
  return byField.get(`${structure}.${field}`);
}
