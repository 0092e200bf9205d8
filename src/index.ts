/** The core: everything that needs no host. What a browser gets. */

export type { DumpedField, DumpedStructure, DumpedValue } from "./codec/dump.js";
export type { Tolerance } from "./codec/tolerances.js";
export { tolerances } from "./codec/tolerances.js";
export { errorTable } from "./error-table.js";
export type { ErrorCode, ErrorDetails, ErrorReference, Warning, WarningListener } from "./errors.js";
export { DeviceError, DiscError, FormatError, hasCode } from "./errors.js";
export type {
  BootImageOptions,
  BootOptions,
  HybridOptions,
  PartitionCover,
  PartitionOptions,
} from "./fs/boot/boot-options.js";
export type { BootPreset } from "./fs/boot/boot-presets.js";
export { bootPreset } from "./fs/boot/boot-presets.js";
export { dumpBlocks } from "./fs/dump/blocks.js";
export type { DumpOptions } from "./fs/dump/iso.js";
export { dumpIso } from "./fs/dump/iso.js";
export { dumpPartition } from "./fs/dump/partition.js";
export type { PlacedStructure } from "./fs/dump/structures.js";
export type { UdfDumpOptions } from "./fs/dump/udf.js";
export { dumpUdf } from "./fs/dump/udf.js";
export type { BootEmulation, BootEntry } from "./fs/eltorito/boot-catalog.js";
export type { BootPlatform } from "./fs/eltorito/boot-catalog-entries.js";
export { bootPlatforms } from "./fs/eltorito/boot-catalog-entries.js";
export type { BootImage } from "./fs/eltorito/boot-image.js";
export type { BootInfoTable } from "./fs/eltorito/boot-info-table.js";
export type { FilmKind } from "./fs/films/plan-film.js";
export { prepareFilm, recogniseFilm } from "./fs/films/prepare-film.js";
export type { ApplePartition, ApplePartitionMap } from "./fs/hybrid/apm.js";
export type { BytePatch } from "./fs/hybrid/byte-patch.js";
export type { GptHeader, GptPartition, GuidPartitionTable } from "./fs/hybrid/gpt.js";
export { gptTypes, isGuid } from "./fs/hybrid/gpt.js";
export type { MasterBootRecord, MbrLoader, MbrPartition } from "./fs/hybrid/mbr.js";
export { mbrTypes } from "./fs/hybrid/mbr.js";
export type { SystemArea } from "./fs/hybrid/system-area.js";
export type { ApmEntryOptions, GptEntryOptions, MbrEntryOptions } from "./fs/hybrid/system-area-plan.js";
export type { BootSetUp, BootSetUpEntry, BootSetUpOptions } from "./fs/image/boot-set-up.js";
export { readBootSetUp } from "./fs/image/boot-set-up.js";
export type { CompareImagesOptions } from "./fs/image/compare-images.js";
export { compareImages } from "./fs/image/compare-images.js";
export type { CompareTreesOptions, TreeDifference } from "./fs/image/compare-trees.js";
export type { DetectedFileSystem } from "./fs/image/detect.js";
export type { DiscImage, ReadOptions, VolumeInformation } from "./fs/image/disc-image.js";
export type { ImportAsNewOptions, ImportFileSystemOptions } from "./fs/image/file-system-image.js";
export { FileSystemImage } from "./fs/image/file-system-image.js";
export { filmOptions } from "./fs/image/film-options.js";
export { NamesInFileSystem } from "./fs/image/image-names.js";
export type { MediaDefaults, MediumState } from "./fs/image/media-defaults.js";
export { mediaDefaults } from "./fs/image/media-defaults.js";
export type { ImageSource, OpenOptions } from "./fs/image/open-image.js";
export { openImage, readSessions } from "./fs/image/open-image.js";
export type { ImageOptions } from "./fs/image/options.js";
export type { ProgressItem } from "./fs/image/progress-items.js";
export { ProgressItems } from "./fs/image/progress-items.js";
export { addressOfImage, readyMadeImage } from "./fs/image/ready-made-image.js";
export { SessionImage } from "./fs/image/session-image.js";
export type { ImageSession } from "./fs/image/sessions.js";
export type { ContentDigest } from "./fs/image/shared-contents.js";
export { addTranslationTables } from "./fs/image/translation-tables.js";
export type { TreeUpdate, UpdateChange, UpdateTreeOptions } from "./fs/image/update-tree.js";
export { updateTree } from "./fs/image/update-tree.js";
export { validateImage } from "./fs/image/validate-image.js";
export type { Plan } from "./fs/layout/plan.js";
export { printPlan } from "./fs/layout/plan.js";
export type { Place, PlacedRegion, Region } from "./fs/layout/region.js";
export type { Charset, CharsetChoice, CharsetFinder, Unencodable, UnicodeForm } from "./fs/names/charset.js";
export { utf8Charset } from "./fs/names/charset.js";
export type { IsoLevel, IsoRelaxations } from "./fs/names/iso-name.js";
export type { JolietCharset, JolietNameLength } from "./fs/names/joliet-name.js";
export { bytesFromName, compareNames, nameFromBytes } from "./fs/names/name-bytes.js";
export type { RunningDigest } from "./fs/patch/implanted-sum.js";
export type { ContentPatch, ImagePatches } from "./fs/patch/patched-source.js";
export { PatchedSource } from "./fs/patch/patched-source.js";
export type { PatchChange, PatchedFile, PatchPlan, PlanPatchOptions } from "./fs/patch/plan-patch.js";
export { planPatch } from "./fs/patch/plan-patch.js";
export type { FileName } from "./fs/patch/reference.js";
export type { RockRidgeVersion } from "./fs/rockridge/entries.js";
export type { AccessControl, AclEntry, AclTag } from "./fs/tree/access-control.js";
export { accessControlText } from "./fs/tree/access-control.js";
export type { AttributeRules } from "./fs/tree/attribute-rules.js";
export { applyAttributeRules } from "./fs/tree/attribute-rules.js";
export type { Content, ContentLike, Extent } from "./fs/tree/content.js";
export { contentOf } from "./fs/tree/content.js";
export type { AddFileOptions, AddOptions, AddTreeOptions, Item, TreeSource } from "./fs/tree/directory.js";
export { DirectoryNode } from "./fs/tree/directory.js";
export type { DiscEntry, DiscStream, FileEntryReference, FileSystemName } from "./fs/tree/disc-entry.js";
export { identityOf } from "./fs/tree/disc-entry.js";
export type {
  AttributeMap,
  AttributeScope,
  GivenAttributes,
  HostAttributes,
} from "./fs/tree/extended-attributes.js";
export type { FileAttributes, ItemAttributes } from "./fs/tree/item-attributes.js";
export type { ChangeKind, ItemChange } from "./fs/tree/item-changes.js";
export type { ItemType, NamedStream, SpecialType } from "./fs/tree/node.js";
export { FileNode, SpecialNode, SymlinkNode } from "./fs/tree/node.js";
export type { SortWeight } from "./fs/tree/sort-weights.js";
export { applySortWeights } from "./fs/tree/sort-weights.js";
export type { WalkedItem } from "./fs/tree/walk.js";
export { walkTree } from "./fs/tree/walk.js";
export type { ZisofsForm } from "./fs/tree/zisofs-form.js";
export type { UdfRevision } from "./fs/udf/revision.js";
export { udfRevisions } from "./fs/udf/revision.js";
export type {
  UdfAllocationTable,
  UdfIntegrity,
  UdfPartition,
  UdfVolumeInformation,
} from "./fs/udf/volume-information.js";
export { revisionName } from "./fs/udf/volume-information.js";
export type { VerifyRule } from "./fs/verify/rule.js";
export type { VerifyRuleGroup } from "./fs/verify/rules.js";
export { verifyRules } from "./fs/verify/rules.js";
export type { Finding, VerifyOptions, VerifyReport } from "./fs/verify/verify.js";
export { verifyImage } from "./fs/verify/verify.js";
export type { BlockSource } from "./medium/block-source.js";
export type { FileAccess, FileHandle, FileLock } from "./medium/file-access.js";
export { FileSource } from "./medium/file-source.js";
export type { ImportSource } from "./medium/import-source.js";
export { MemorySource } from "./medium/memory-source.js";
export type { DiscIdentity, DiscState, Session, SessionState } from "./medium/session.js";
export type { BlockRange, Progress, ProgressListener, SessionData, TaskOptions } from "./medium/session-data.js";
export type {
  MultisessionInterface,
  MultisessionRandomWrite,
  MultisessionSequential,
} from "./multisession/interfaces.js";
export { blockBytes } from "./units.js";
