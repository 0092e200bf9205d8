import { DiscError } from "../../errors.js";
import type { BootImageOptions } from "../boot/boot-options.js";
import type { IsoLevel } from "../names/iso-name.js";
import { isoLevels } from "../names/iso-name.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import type { UdfRevision } from "../udf/revision.js";
import { udfRevisions } from "../udf/revision.js";
import type { MediumState } from "./media-defaults.js";
import { freeBlocksOf, optionsForMedia, optionsForRecorder } from "./media-defaults.js";
import type { ImageOptions } from "./options.js";
import { checkOptions, defaultFileSystems, fileSystemNames, volumeNameIn } from "./options.js";

/**
 * What an image is like: a member for each thing that can be asked or changed, over one store of options. All setters,
 * and the methods that choose defaults, raise {@link DiscError} E_IMAGE_IN_USE, and E_OPTION_INVALID for what cannot be.
 */
export abstract class ImageSettings {
  /** Can be replaced until the result is made. */
  options: ImageOptions;

  /** @throws {@link DiscError} E_OPTION_INVALID, E_VOLUME_NAME_INVALID. */
  constructor(options: ImageOptions) {
    checkOptions(options);
    this.options = options;
  }

  /** @throws {@link DiscError} E_IMAGE_IN_USE. */
  protected abstract refuseWhileInUse(operation: string): void;

  /** The revision of UDF in which an imported volume goes on; `undefined` where none was imported. */
  protected abstract get importedUdfRevision(): UdfRevision | undefined;

  /** The revision of UDF that the medium asks for. */
  protected abstract get usualUdfRevision(): UdfRevision;

  protected setOptions(options: ImageOptions): void {
    this.refuseWhileInUse(Object.keys(options).join());
    const changed = { ...this.options, ...options };
    checkOptions(changed);
    this.options = changed;
  }

  /** Name of the volume; "DISC" by default. @throws {@link DiscError} E_VOLUME_NAME_INVALID when it is set. */
  get volumeName(): string {
    return this.options.volumeName ?? "DISC";
  }

  set volumeName(volumeName: string) {
    this.setOptions({ volumeName });
  }

  /** The volume's name as one file system has it: ISO 9660 in ASCII, Joliet cut to 16 characters. */
  volumeNameOf(fileSystem: FileSystemName): string {
    return volumeNameIn(this.volumeName, fileSystem);
  }

  /** Interchange level of ISO 9660; 3 by default. */
  get isoLevel(): IsoLevel {
    return this.options.isoLevel ?? 3;
  }

  set isoLevel(isoLevel: IsoLevel) {
    this.setOptions({ isoLevel });
  }

  /** The levels there are; 4 is ISO 9660:1999. */
  get isoLevelsSupported(): readonly IsoLevel[] {
    return isoLevels;
  }

  /** The file systems that are written. */
  get fileSystems(): readonly FileSystemName[] {
    return this.options.fileSystems ?? defaultFileSystems;
  }

  set fileSystems(fileSystems: readonly FileSystemName[]) {
    this.setOptions({ fileSystems });
  }

  /** The file systems that can be written. */
  get fileSystemsSupported(): readonly FileSystemName[] {
    return fileSystemNames;
  }

  /** The revision in which UDF is written, where it is: the one asked for, or that of the imported session, or the usual one. */
  get udfRevision(): UdfRevision {
    return this.options.udfRevision ?? this.importedUdfRevision ?? this.usualUdfRevision;
  }

  /** @throws {@link DiscError} E_UDF_REVISION_FIXED after the import of another one, unless the volume is rebuilt. */
  set udfRevision(udfRevision: UdfRevision) {
    const imported = this.importedUdfRevision;
    if (imported !== undefined && imported !== udfRevision && this.options.udfRebuild !== true) {
      const message = `the imported session has UDF ${imported}, ${udfRevision} was asked for`;
      throw new DiscError("E_UDF_REVISION_FIXED", message, { imported, wanted: udfRevision });
    }
    this.setOptions({ udfRevision });
  }

  /** The revisions that can be written. */
  get udfRevisionsSupported(): readonly UdfRevision[] {
    return udfRevisions;
  }

  /** Whether a UDF volume of revision 2.50 or later has its metadata twice; `true` by default. */
  get createRedundantUdfMetadataFiles(): boolean {
    return this.options.udfMetadataMirror ?? true;
  }

  set createRedundantUdfMetadataFiles(udfMetadataMirror: boolean) {
    this.setOptions({ udfMetadataMirror });
  }

  /** Whether options are refused by which standards are not kept; `false` by default. */
  get strictFileSystemCompliance(): boolean {
    return this.options.strictFileSystemCompliance ?? false;
  }

  set strictFileSystemCompliance(strictFileSystemCompliance: boolean) {
    this.setOptions({ strictFileSystemCompliance });
  }

  /** Whether names that are added may have printable ASCII characters alone; `false` by default. */
  get useRestrictedCharacterSet(): boolean {
    return this.options.useRestrictedCharacterSet ?? false;
  }

  set useRestrictedCharacterSet(useRestrictedCharacterSet: boolean) {
    this.setOptions({ useRestrictedCharacterSet });
  }

  /** The image that is booted where nothing is chosen; `undefined` for none. Setting it makes it the only one. */
  get bootImageOptions(): BootImageOptions | undefined {
    return this.bootImageOptionsArray[0];
  }

  set bootImageOptions(image: BootImageOptions | undefined) {
    this.bootImageOptionsArray = image === undefined ? [] : [image];
  }

  /** The images that can be booted, in the order of the boot catalog; none for an image that does not boot. */
  get bootImageOptionsArray(): readonly BootImageOptions[] {
    return this.options.boot?.images ?? [];
  }

  set bootImageOptionsArray(images: readonly BootImageOptions[]) {
    const { boot } = this.options;
    const hasNothing = images.length === 0 && boot?.hybrid === undefined;
    // What shows the catalog goes with it.
    const rest = images.length === 0 ? { hybrid: boot?.hybrid } : boot;
    this.setOptions({ boot: hasNothing ? undefined : { ...rest, images } });
  }

  /**
   * Takes the file systems, the revision of UDF and the size that suit the disc in a recorder. A revision that was
   * imported stays.
   *
   * @throws {@link DiscError} E_OPTION_INVALID for media that cannot be written, E_DISC_FINALISED.
   */
  chooseImageDefaults(recorder: MediumState): void {
    this.#choose(optionsForRecorder(recorder));
  }

  /** Takes what suits a type of media: one of `mediaDefaults`. */
  chooseImageDefaultsForMediaType(type: string): void {
    this.#choose(optionsForMedia(type));
  }

  #choose({ udfRevision, ...rest }: ImageOptions): void {
    this.setOptions(this.importedUdfRevision === undefined ? { ...rest, udfRevision } : rest);
  }

  /** Takes what is free on the disc in a recorder as the limit of the image. @throws {@link DiscError} E_DISC_FINALISED. */
  setMaxMediaBlocksFromDevice(recorder: MediumState): void {
    this.setOptions({ freeMediaBlocks: freeBlocksOf(recorder) });
  }
}
