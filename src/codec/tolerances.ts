/** One fault of real discs that tolerant reading reports and passes over. */
export interface Tolerance {
  /** Its name in warnings and in docs/TOLERANCES.md. */
  readonly name: string;
  /** The structures in which it is tolerated, and the fields of them. */
  readonly structures: readonly string[];
  readonly fields: readonly string[];
  /** What the discs do, and which programs made them so. */
  readonly seen: string;
}

/** Every tolerance there is. A fault that stands in no row is an error in tolerant reading too. */
export const tolerances: readonly Tolerance[] = [
  {
    name: "unused-bytes-not-zero",
    structures: ["PrimaryVolumeDescriptor", "SupplementaryVolumeDescriptor"],
    fields: ["_unused1", "_unused2", "_unused3", "_unused4"],
    seen: "leftovers of the writing program's buffer in bytes that are to be zero",
  },
  {
    name: "reserved-bytes-not-zero",
    structures: ["VolumeDescriptorSetTerminator"],
    fields: ["_reserved"],
    seen: "libisofs before 1.0.2 left the descriptor before it there",
  },
  {
    name: "date-invalid",
    structures: ["PrimaryVolumeDescriptor", "SupplementaryVolumeDescriptor"],
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
    structures: ["DirectoryRecord"],
    fields: ["recordingDateAndTime"],
    seen: "months and days of zero or beyond the calendar",
  },
  {
    name: "halves-differ",
    structures: ["PrimaryVolumeDescriptor", "SupplementaryVolumeDescriptor", "DirectoryRecord"],
    fields: [
      "volumeSpaceSize",
      "volumeSetSize",
      "volumeSequenceNumber",
      "logicalBlockSize",
      "pathTableSize",
      "locationOfExtent",
      "dataLength",
    ],
    seen: "programs that fill in only one byte order; the little-endian half is taken",
  },
  {
    name: "structure-version",
    structures: ["PrimaryVolumeDescriptor"],
    fields: ["fileStructureVersion", "version"],
    seen: "2 instead of 1, by writers of ISO 9660:1999 volumes; 0 on some old discs",
  },
  {
    name: "structure-version",
    structures: ["SupplementaryVolumeDescriptor"],
    fields: ["fileStructureVersion", "version"],
    seen: "values other than 1 and 2",
  },
  {
    name: "reserved-bytes-not-zero",
    structures: ["PrimaryVolumeDescriptor"],
    fields: ["_reserved"],
    seen: "leftovers of the writing program's buffer behind the application's bytes",
  },
  {
    name: "reserved-bytes-not-zero",
    structures: ["VolumeDescriptorSetTerminator"],
    fields: ["_version"],
    seen: "versions other than 1",
  },
  {
    name: "terminator-missing",
    structures: ["VolumeDescriptorSet"],
    fields: ["terminator"],
    seen: "sets that just end, which Linux and Windows read",
  },
  {
    name: "root-length-differs",
    structures: ["RootDirectoryRecord"],
    fields: ["dataLength"],
    seen: "a length of zero, or of one block, in the volume descriptor; the larger one is taken",
  },
  {
    name: "self-location-differs",
    structures: ["DirectoryRecord"],
    fields: ["selfLocation"],
    seen: "'.' records that were not changed when the directory was moved",
  },
  {
    name: "record-damaged",
    structures: ["DirectoryRecord"],
    fields: ["record"],
    seen: "leftovers behind the last record of a block; the rest of the block is skipped",
  },
  {
    name: "record-crosses-block",
    structures: ["DirectoryRecord"],
    fields: ["place"],
    seen: "programs that do not know the rule; Linux reads such records too",
  },
  {
    name: "multi-extent",
    structures: ["DirectoryRecord"],
    fields: ["multiExtent", "extentLength"],
    seen: "the flag on the last record of a file, and extents of 4 GiB - 1 byte that go on",
  },
  {
    name: "name-unusable",
    structures: ["DirectoryRecord"],
    fields: ["legalName", "fileIdentifier"],
    seen: "names with '/', and halves of surrogate pairs in Joliet where a name was cut; shown with '_' and U+FFFD",
  },
  {
    name: "name-not-text",
    structures: ["DirectoryRecord"],
    fields: ["nameBytes"],
    seen: "names in character sets that the disc does not name; the option charset does, and till then bytes are carried",
  },
  {
    name: "name-not-unique",
    structures: ["DirectoryRecord"],
    fields: ["uniqueName"],
    seen: "two items of one name in a directory; the later one gets a number",
  },
  {
    name: "extent-outside",
    structures: ["Extent"],
    fields: ["location"],
    seen: "images that end early, and sessions that were dumped alone",
  },
  {
    name: "volume-larger-than-medium",
    structures: ["Volume"],
    fields: ["volumeSpaceSize"],
    seen: "padding that was counted and then not written",
  },
  {
    name: "system-use-foreign",
    structures: ["SystemUseEntry"],
    fields: ["length"],
    seen: "bytes that are no entries at the end of a system use area; it ends there",
  },
  {
    name: "continuation-area-crosses-block",
    structures: ["CE"],
    fields: ["area"],
    seen: "programs that do not know the rule; read on in the next block",
  },
  {
    name: "continuation-area-unusable",
    structures: ["CE"],
    fields: ["block", "offset", "length", "chain", "_length", "_version"],
    seen: "chains that loop or leave the medium, and halves that differ; an area that cannot be used is left out",
  },
  {
    name: "extension-unannounced",
    structures: ["SP"],
    fields: ["presence", "_length", "_version", "_check1", "_check2"],
    seen: "Rock Ridge without SP, or with a damaged one",
  },
  {
    name: "extension-unannounced",
    structures: ["ER"],
    fields: ["presence", "length"],
    seen: "Rock Ridge without ER, or with one that is cut off",
  },
  {
    name: "entry-unusable",
    structures: ["PX"],
    fields: ["length", "mode"],
    seen: "types of file that the record contradicts; the record is believed",
  },
  {
    name: "entry-unusable",
    structures: ["PN", "CL"],
    fields: ["length", "_length", "_version", "high", "low", "location"],
    seen: "entries too short, or with halves that differ",
  },
  {
    name: "entry-unusable",
    structures: ["ZF"],
    fields: ["length", "_length", "_version", "headerBytes", "blockSizeLog2", "uncompressedBytes"],
    seen: "entries that are too short, or of a size that what is stored cannot have: the file is shown as it is stored",
  },
  {
    name: "compressed-size-differs",
    structures: ["ZisofsHeader"],
    fields: ["uncompressedBytes"],
    seen: "files that were exchanged behind their directory records, whose size is taken, as Linux does",
  },
  {
    name: "entry-unusable",
    structures: ["TF"],
    fields: ["length"],
    seen: "entries too short for their flags",
  },
  {
    name: "entry-unusable",
    structures: ["NM"],
    fields: ["length", "continuation"],
    seen: "a second name behind the first; the first is taken",
  },
  {
    name: "entry-unusable",
    structures: ["SL"],
    fields: ["length", "continuation", "component", "presence"],
    seen: "components that pass the end of their entry, links without a target",
  },
  {
    name: "attributes-unusable",
    structures: ["AL"],
    fields: ["length", "continuation", "component", "pair", "name", "accessControl"],
    seen: "lists that are cut off, or have attributes of later versions; what is whole is used",
  },
  {
    name: "access-list-not-of-mode",
    structures: ["AL", "ImplementationUse"],
    fields: ["mode"],
    seen: "programs that changed permissions and not the list; permissions are taken for right",
  },
  {
    name: "udf-announcement-missing",
    structures: ["VolumeRecognitionSequence"],
    fields: ["presence"],
    seen: "sessions that were left open: what announces UDF is written last",
  },
  {
    name: "anchor-elsewhere",
    structures: ["AnchorVolumeDescriptorPointer"],
    fields: ["place"],
    seen: "sessions without an anchor at their block 256, as by CDBurnerXP; one near their end, or at 512, is used",
  },
  {
    name: "volume-sequence-damaged",
    structures: ["VolumeDescriptorSequence"],
    fields: ["main"],
    seen: "damaged blocks in the main sequence; its reserve is used, or what is whole in either",
  },
  {
    name: "terminator-missing",
    structures: ["VolumeDescriptorSequence"],
    fields: ["terminator"],
    seen: "sequences that just end, which Linux and Windows read",
  },
  {
    name: "extents-unending",
    structures: ["VolumeDescriptorSequence", "LogicalVolumeIntegritySequence", "FileSetSequence"],
    fields: ["chain"],
    seen: "extents that lead back to one before; what was found up to there is used",
  },
  {
    name: "integrity-unknown",
    structures: ["LogicalVolumeIntegritySequence"],
    fields: ["presence", "integrityType"],
    seen: "volumes without integrity descriptor, and such as were not closed when the drive lost its disc",
  },
  {
    name: "domain-unknown",
    structures: ["LogicalVolumeDescriptor"],
    fields: ["domainIdentifier", "udfRevision"],
    seen: "volumes of another domain, or of a newer revision, which are read as far as they go",
  },
  {
    name: "character-set-unknown",
    structures: ["UdfPrimaryVolumeDescriptor", "LogicalVolumeDescriptor", "FileSetDescriptor"],
    fields: [
      "_descriptorCharacterSet",
      "_explanatoryCharacterSet",
      "_logicalVolumeIdentifierCharacterSet",
      "_fileSetCharacterSet",
    ],
    seen: "fields left empty; all texts are in the one character set there is",
  },
  {
    name: "text-unusable",
    structures: [
      "UdfPrimaryVolumeDescriptor",
      "LogicalVolumeDescriptor",
      "FileSetDescriptor",
      "VirtualAllocationTableHeader",
    ],
    fields: [
      "volumeIdentifier",
      "volumeSetIdentifier",
      "logicalVolumeIdentifier",
      "fileSetIdentifier",
      "copyrightFileIdentifier",
      "abstractFileIdentifier",
    ],
    seen: "lengths beyond the field, and bytes that are no text",
  },
  {
    name: "date-invalid",
    structures: [
      "UdfPrimaryVolumeDescriptor",
      "LogicalVolumeIntegrityDescriptor",
      "FileSetDescriptor",
      "FileEntry",
      "ExtendedFileEntry",
      "FileTimes",
    ],
    fields: ["recordingDateAndTime", "accessTime", "modificationTime", "creationTime", "attributeTime", "dataLength"],
    seen: "months and days of zero or beyond the calendar",
  },
  {
    name: "allocation-table-odd",
    structures: ["VirtualAllocationTable"],
    fields: ["position", "lengthOfHeader"],
    seen: "blocks recorded behind the table, and, by Windows, 32 bytes behind its header that it does not count",
  },
  {
    name: "sparing-table-missing",
    structures: ["SparingTable"],
    fields: ["presence"],
    seen: "discs whose tables are all damaged; packets are read where they were",
  },
  {
    name: "metadata-damaged",
    structures: ["MetadataPartition"],
    fields: ["main", "mirror", "block", "fileType"],
    seen: "damaged blocks of the metadata file, or of its mirror; the other copy is used",
  },
  {
    name: "file-identifier-damaged",
    structures: ["FileIdentifierDescriptor"],
    fields: ["record"],
    seen: "bytes in a directory that are no file identifier; read on at the next one",
  },
  {
    name: "file-entry-unusable",
    structures: ["FileIdentifierDescriptor"],
    fields: ["icb"],
    seen: "damaged file entries; the item is shown without attributes and contents",
  },
  {
    name: "type-differs",
    structures: ["FileIdentifierDescriptor"],
    fields: ["directoryBit"],
    seen: "names of directories that are not marked as such; the file entry is believed",
  },
  {
    name: "name-unusable",
    structures: ["FileIdentifierDescriptor"],
    fields: ["legalName", "fileIdentifier"],
    seen: "names with '/', bytes that are no text, and halves of surrogate pairs; shown with '_' and U+FFFD",
  },
  {
    name: "name-not-unique",
    structures: ["FileIdentifierDescriptor"],
    fields: ["uniqueName"],
    seen: "two items of one name in a directory; the later one gets a number",
  },
  {
    name: "contents-unreadable",
    structures: ["FileEntry"],
    fields: ["contents"],
    seen: "extents that lie outside of the medium or on one another, or hold less than the file has",
  },
  {
    name: "length-differs",
    structures: ["FileEntry"],
    fields: ["embeddedLength"],
    seen: "more bytes kept in a file entry than the file has; the file's length counts",
  },
  {
    name: "links-not-counted",
    structures: ["FileEntry"],
    fields: ["fileLinkCount"],
    seen: "files that state to have no name; Linux refuses them",
  },
  {
    name: "extent-outside-partition",
    structures: ["Extent"],
    fields: ["partition"],
    seen: "later sessions of mkisofs, whose partition starts behind the files of earlier ones",
  },
  {
    name: "attributes-unusable",
    structures: ["ImplementationUse"],
    fields: ["headerChecksum", "implementationUseLength", "component", "pair", "name", "accessControl"],
    seen: "lists of extended attributes that are cut off; what is whole is used",
  },
  {
    name: "extended-attributes-unusable",
    structures: ["ExtendedAttribute"],
    fields: ["header", "attributeLength", "file"],
    seen: "areas without header, or with attributes that pass their end; what is whole is used",
  },
  {
    name: "path-component-unusable",
    structures: ["PathComponent"],
    fields: ["component"],
    seen: "links with components of unknown kinds, cut off, or with '/' in them",
  },
  {
    name: "volume-larger-than-medium",
    structures: ["Volume"],
    fields: ["partitions"],
    seen: "images that end early, and partitions that were sized for the whole disc",
  },
  {
    name: "boot-catalog-odd",
    structures: ["BootCatalogValidationEntry"],
    fields: ["checksum", "_key55", "_keyAa", "_headerId"],
    seen: "catalogs that were changed by hand; firmware may refuse them",
  },
  {
    name: "boot-catalog-odd",
    structures: ["BootCatalog"],
    fields: ["finalHeader", "entries", "extension", "unknownEntry", "length"],
    seen: "sections that no header is the last of, or that have more or fewer entries than they state",
  },
  {
    name: "boot-catalog-odd",
    structures: ["BootCatalogInitialEntry", "BootCatalogSectionEntry"],
    fields: ["bootable", "mediaType"],
    seen: "indicators other than 88h and 00h, which are taken for 'not bootable', and unknown kinds of emulation",
  },
  {
    name: "partition-table-odd",
    structures: ["GuidPartitionTable"],
    fields: ["headerCrc", "entriesCrc", "entries", "myLba", "backup"],
    seen: "images that were cut off, extended or changed by programs that know no GUID partition table",
  },
];

const byField = new Map<string, string>();
for (const { name, structures, fields } of tolerances) {
  for (const structure of structures) for (const field of fields) byField.set(`${structure}.${field}`, name);
}

/** The name of the tolerance for a fault in that field, if it is a tolerated one. */
export function toleranceFor(structure: string, field: string): string | undefined {
  return byField.get(`${structure}.${field}`);
}
