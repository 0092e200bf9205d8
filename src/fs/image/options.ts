import { textFromBytes } from "../../codec/text.js";
import { longTimeRange, recordingTimeRange } from "../../codec/time.js";
import type { WarningListener } from "../../errors.js";
import { DiscError, refuseOption } from "../../errors.js";
import type { BootOptions } from "../boot/boot-options.js";
import { checkBootOptions } from "../boot/boot-options.js";
import type { FilmKind } from "../films/plan-film.js";
import { filmKinds } from "../films/plan-film.js";
import { jolietVolumeName } from "../joliet/joliet-writer.js";
import type { Charset, Unencodable, UnicodeForm } from "../names/charset.js";
import { encodedName } from "../names/charset.js";
import type { IsoLevel, IsoRelaxations } from "../names/iso-name.js";
import { isoLevels } from "../names/iso-name.js";
import type { JolietCharset, JolietNameLength } from "../names/joliet-name.js";
import type { RockRidgeVersion } from "../rockridge/entries.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import type { RevisionRules, UdfRevision } from "../udf/revision.js";
import { revisionNumber, rulesOf, udfRevisions } from "../udf/revision.js";
import { udfVolumeName } from "../udf/volume-writer.js";

/** What an image is like. All can be changed until the result is made. */
export interface ImageOptions {
  /**
   * Rock Ridge and Joliet extend ISO 9660, which is there with either; UDF can stand alone. Default: all but UDF, because
   * programs that look for a disc by its kind take one with both for UDF.
   */
  readonly fileSystems?: readonly FileSystemName[] | undefined;
  /** Up to 32 characters, written as given where the format allows. Default: "DISC". */
  readonly volumeName?: string | undefined;
  /** Default: 3. */
  readonly isoLevel?: IsoLevel | undefined;
  readonly isoRelaxations?: IsoRelaxations | undefined;
  /** Default: "1.12". */
  readonly rockRidgeVersion?: RockRidgeVersion | undefined;
  /** Default: 64. */
  readonly jolietNameLength?: JolietNameLength | undefined;
  /** Default: that of the imported session; else 1.02, and 2.50 on discs written in units of 32 blocks (BD). */
  readonly udfRevision?: UdfRevision | undefined;
  /**
   * Writes the revision that was asked for even where the imported session has another one: all file entries are written
   * anew. Readers that know the old revision alone will not read the disc any more.
   */
  readonly udfRebuild?: boolean | undefined;
  /**
   * Whether UDF holds links, devices, FIFOs and sockets, too. 7-Zip refuses a volume that has any, so that the default is
   * to leave them to Rock Ridge, and to warn where there is none.
   */
  readonly udfSpecialFiles?: boolean | undefined;
  /**
   * Whether a volume of revision 2.50 or later has its metadata twice, so that a scratch leaves one of them. Default:
   * `true`.
   */
  readonly udfMetadataMirror?: boolean | undefined;
  /** Keeps small files and directories in their file entries; in images of UDF alone. */
  readonly udfEmbedFiles?: boolean | undefined;
  /** Finds file entries by a virtual allocation table, as packet writing on write-once discs does. From 1.50 on. */
  readonly udfVirtual?: boolean | undefined;
  /**
   * Whether the disc is finalised behind this session: a partition with a virtual allocation table then ends with it, and
   * not with the medium.
   */
  readonly finalised?: boolean | undefined;
  /**
   * Lays the image out so that sessions can be added to it as a file, or on a medium that can be overwritten, and all of
   * them be found: the session starts at block 32, and its header has a copy at block 0. Sessions of a disc are laid out
   * as that takes.
   */
  readonly growable?: boolean | undefined;
  /** The character set of Rock Ridge names. Default: their own bytes, which are UTF-8 nearly always. */
  readonly charset?: Charset | undefined;
  /**
   * The character set of ISO 9660 names. Default: ASCII, with "_" for all else; a session that is continued, or rebuilt,
   * keeps the one that its names are in.
   */
  readonly isoCharset?: Charset | undefined;
  /**
   * What becomes of a name with characters that `charset`, `isoCharset` or `jolietCharset` lacks: an error
   * (E_NAME_INVALID), or "_" in their places, reported as W_NAME_MANGLED. Default: "refuse".
   */
  readonly unencodable?: Unencodable | undefined;
  /** Writes all names composed, or taken apart; names that then are one are numbered. Default: as they are. */
  readonly unicodeForm?: UnicodeForm | undefined;
  /** Default: "utf-16", which Linux and Windows read; the specification has "ucs-2". */
  readonly jolietCharset?: JolietCharset | undefined;
  /**
   * Adds a tree of names of up to 207 bytes, in any depth, with an Enhanced Volume Descriptor (ISO 9660:1999), beside the
   * tree of levels 1 to 3. Level 4 has that descriptor without it, and such names in the primary tree.
   */
  readonly enhancedTree?: boolean | undefined;
  /** What the image boots from. An appended session has that of the session it continues, unless it is given here. */
  readonly boot?: BootOptions | undefined;
  /**
   * The film that the tree holds: its files are laid out as players want them, in UDF. What else they want of an image is
   * what {@link filmOptions} says.
   */
  readonly films?: FilmKind | undefined;
  readonly systemIdentifier?: string | undefined;
  readonly volumeSetIdentifier?: string | undefined;
  readonly publisherIdentifier?: string | undefined;
  readonly dataPreparerIdentifier?: string | undefined;
  readonly applicationIdentifier?: string | undefined;
  /** Name of a file in the root directory; the same for the next two. */
  readonly copyrightFileIdentifier?: string | undefined;
  readonly abstractFileIdentifier?: string | undefined;
  readonly bibliographicFileIdentifier?: string | undefined;
  /** When the volume was created. Default: when the image is made. */
  readonly volumeCreation?: Date | number | undefined;
  /** When the volume was changed last. Default: when the image is made. */
  readonly volumeModification?: Date | number | undefined;
  /** When what is in the volume becomes obsolete, and from when on it may be used. Default: not specified. */
  readonly volumeExpiration?: Date | number | undefined;
  readonly volumeEffective?: Date | number | undefined;
  /** Seconds since 1970: sets the volume's dates, clamps later file times, and drops access and change times. */
  readonly sourceDateEpoch?: number | undefined;
  /** Blocks of zeros at the end of the volume: drives read ahead, and fail at the end of tracks. Default 0. */
  readonly padding?: number | undefined;
  /** Address of the first block, of an image for a disc that is not at hand. Default: what the disc says, or 0. */
  readonly sessionStartBlock?: number | undefined;
  /** Blocks the image may have, 0 for no limit; left out, what is free on the disc, or no limit. */
  readonly freeMediaBlocks?: number | undefined;
  /** Refuses options by which standards are not kept: relaxations of ISO 9660, Joliet names of more than 64 characters. */
  readonly strictFileSystemCompliance?: boolean | undefined;
  /** Whether names that are added may have printable ASCII characters alone; those that are there or imported stay. */
  readonly useRestrictedCharacterSet?: boolean | undefined;
  readonly onWarning?: WarningListener | undefined;
  /** Throws warnings instead of reporting them. */
  readonly strict?: boolean | undefined;
}

/** Warnings of sources are errors, too, where the image takes warnings for errors. */
export function strictly({ strict, onWarning }: ImageOptions): WarningListener {
  return (warning) => {
    if (strict === true) throw warning;
    onWarning?.(warning);
  };
}

/** The file systems that can be written. */
export const fileSystemNames: readonly FileSystemName[] = ["iso", "rockridge", "joliet", "udf"];

/** What is written unless the caller names others. */
export const defaultFileSystems: readonly FileSystemName[] = ["iso", "rockridge", "joliet"];

/** Whether the options ask for a file system. */
export function isWritten({ fileSystems = defaultFileSystems }: ImageOptions, name: FileSystemName): boolean {
  if (name === "iso") return fileSystems.some((written) => written !== "udf");
  return fileSystems.includes(name);
}

function checkOneOf(option: string, value: unknown, allowed: readonly unknown[]): void {
  if (value !== undefined && !allowed.includes(value)) refuseOption(option, value, allowed.join(", "));
}

/** Characters a descriptor's text can hold: one byte each. */
function checkText(option: string, value: string | undefined, maximum: number): void {
  if (value === undefined) return;
  if (value.length > maximum || /[^\x20-\x7e]/.test(value))
    refuseOption(option, value, `up to ${maximum} ASCII characters`);
}

/** Times of a volume have four digits for the year. ECMA-119 8.4.26.1. */
function checkTime(option: string, value: Date | number | undefined): void {
  if (value === undefined) return;
  const ms = Number(value);
  if (ms >= longTimeRange.firstMs && ms <= longTimeRange.lastMs) return;
  refuseOption(option, value, "a time of the years 1 to 9999");
}

function checkBlocks(option: string, value: number | undefined, allowed: string): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return;
  refuseOption(option, value, allowed);
}

/** Refuses what breaks ECMA-119 or the Joliet Specification where it is asked for. */
function checkCompliance({ isoRelaxations, jolietNameLength, jolietCharset, isoCharset }: ImageOptions): void {
  const allowed = "none with strictFileSystemCompliance";
  const relaxed = Object.entries(isoRelaxations ?? {}).find(([, value]) => value === true);
  if (relaxed !== undefined) refuseOption(`isoRelaxations.${relaxed[0]}`, true, allowed);
  if (isoCharset !== undefined) refuseOption("isoCharset", isoCharset.name, allowed);
  if (jolietCharset === "utf-16") refuseOption("jolietCharset", jolietCharset, "ucs-2 with strictFileSystemCompliance");
  if (jolietNameLength === 103)
    refuseOption("jolietNameLength", jolietNameLength, "64 with strictFileSystemCompliance");
}

/**
 * Refuses options that cannot be.
 *
 * @throws {@link DiscError} E_OPTION_INVALID, E_VOLUME_NAME_INVALID.
 */
export function checkOptions(options: ImageOptions): void {
  const { fileSystems, isoLevel, rockRidgeVersion, jolietNameLength, sourceDateEpoch, freeMediaBlocks } = options;
  for (const name of fileSystems ?? []) checkOneOf("fileSystems", name, fileSystemNames);
  if (fileSystems?.length === 0) refuseOption("fileSystems", fileSystems, "at least one");
  checkOneOf("isoLevel", isoLevel, isoLevels);
  checkOneOf("rockRidgeVersion", rockRidgeVersion, ["1.10", "1.12"]);
  checkOneOf("udfRevision", options.udfRevision, udfRevisions);
  if (options.udfRevision !== undefined) checkVirtual(options, rulesOf(options.udfRevision));
  if (options.udfEmbedFiles === true && (isWritten(options, "iso") || options.udfVirtual === true)) {
    refuseOption("udfEmbedFiles", true, "in images of UDF alone, without a virtual partition");
  }
  checkOneOf("jolietNameLength", jolietNameLength, [64, 103]);
  checkOneOf("jolietCharset", options.jolietCharset, ["utf-16", "ucs-2"]);
  checkOneOf("unencodable", options.unencodable, ["refuse", "mangle"]);
  checkOneOf("unicodeForm", options.unicodeForm, ["nfc", "nfd"]);
  if (options.enhancedTree === true && isoLevel === 4) refuseOption("isoLevel", 4, "1 to 3 with enhancedTree");
  if (options.isoRelaxations?.longNames === true && options.isoRelaxations.omitVersion !== true) {
    refuseOption("isoRelaxations", options.isoRelaxations, "longNames only together with omitVersion");
  }
  const lastSecond = Math.floor(recordingTimeRange.lastMs / 1000);
  const isWhole = sourceDateEpoch === undefined || Number.isSafeInteger(sourceDateEpoch);
  if (!isWhole || (sourceDateEpoch ?? 0) < 0 || (sourceDateEpoch ?? 0) > lastSecond) {
    refuseOption("sourceDateEpoch", sourceDateEpoch, "whole seconds since 1970, up to the year 2155");
  }
  checkBlocks("freeMediaBlocks", freeMediaBlocks, "a number of blocks, or 0 for no limit");
  checkBlocks("sessionStartBlock", options.sessionStartBlock, "a block address from 0");
  if (options.growable === true && options.sessionStartBlock !== undefined) {
    refuseOption("sessionStartBlock", options.sessionStartBlock, "none in an image that is growable");
  }
  checkBlocks("padding", options.padding, "a number of blocks");
  if (options.strictFileSystemCompliance === true) checkCompliance(options);
  checkText("systemIdentifier", options.systemIdentifier, 32);
  checkText("volumeSetIdentifier", options.volumeSetIdentifier, 128);
  checkText("publisherIdentifier", options.publisherIdentifier, 128);
  checkText("dataPreparerIdentifier", options.dataPreparerIdentifier, 128);
  checkText("applicationIdentifier", options.applicationIdentifier, 128);
  checkText("copyrightFileIdentifier", options.copyrightFileIdentifier, 37);
  checkText("abstractFileIdentifier", options.abstractFileIdentifier, 37);
  checkText("bibliographicFileIdentifier", options.bibliographicFileIdentifier, 37);
  checkTime("volumeCreation", options.volumeCreation);
  checkTime("volumeModification", options.volumeModification);
  checkTime("volumeExpiration", options.volumeExpiration);
  checkTime("volumeEffective", options.volumeEffective);
  checkVolumeName(options.volumeName);
  if (options.boot !== undefined) checkBoot(options, options.boot);
  if (options.films !== undefined) checkFilms(options);
}

/** Players read films from UDF, and from blocks of their own. OSTA UDF 6.9. */
function checkFilms(options: ImageOptions): void {
  checkOneOf("films", options.films, filmKinds);
  if (!isWritten(options, "udf")) refuseOption("fileSystems", options.fileSystems, "udf among them for a film");
  if (options.udfEmbedFiles === true) refuseOption("udfEmbedFiles", true, "false for a film");
  if (options.udfVirtual === true) refuseOption("udfVirtual", true, "false for a film");
}

function checkBoot(options: ImageOptions, boot: BootOptions): void {
  checkBootOptions(boot);
  if (!isWritten(options, "iso"))
    refuseOption("fileSystems", options.fileSystems, "one of ISO 9660 where the image boots");
}

/** Bytes of the volume's name in a descriptor. ECMA-119 8.4.6. */
const volumeNameBytes = 32;

/** The bytes of a volume name in a character set that has it, and where it fits. */
function encodedVolumeName(name: string, charset: Charset | undefined): Uint8Array | undefined {
  const bytes = charset === undefined ? undefined : encodedName(name, charset);
  return bytes !== undefined && bytes.length <= volumeNameBytes ? bytes : undefined;
}

const underscore = 0x5f;
const notPrintable = /[^\x20-\x7e]/gu;

/** The byte that a character stands for which is no text. */
function byteOf(character: string): number | undefined {
  const code = character.charCodeAt(0);
  return character.length === 1 && code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : undefined;
}

/**
 * The volume name as the primary descriptor holds it, one character a byte: in the character set of ISO 9660 names where
 * it fits there, else with "_" for what is not ASCII. Bytes of an imported name that are no text stay.
 */
export function isoVolumeName(name: string, charset?: Charset): string {
  const bytes = encodedVolumeName(name, charset);
  if (bytes !== undefined) return textFromBytes(bytes, 0, bytes.length);
  return name.replace(notPrintable, (character) => String.fromCharCode(byteOf(character) ?? underscore));
}

/** The first character of a volume name for which {@link isoVolumeName} has "_"; `undefined` where there is none. */
export function lostInVolumeName(name: string, charset?: Charset): string | undefined {
  if (encodedVolumeName(name, charset) !== undefined) return undefined;
  return name.match(notPrintable)?.find((character) => byteOf(character) === undefined);
}

/** The volume name as text, for descriptors in Unicode: "_" for bytes that are none. */
export function volumeText(name: string): string {
  return name.isWellFormed() ? name : name.toWellFormed().replace(/\ufffd/g, "_");
}

/** The volume name as one file system has it. */
export function volumeNameIn(name: string, fileSystem: FileSystemName): string {
  if (fileSystem === "udf") return udfVolumeName(volumeText(name));
  return fileSystem === "joliet" ? jolietVolumeName(volumeText(name)) : isoVolumeName(name);
}

/**
 * Refuses a virtual allocation table in a revision that has none: they came with 1.50, and metadata partitions exclude them.
 *
 * @throws {@link DiscError} E_OPTION_INVALID.
 */
export function checkVirtual({ udfVirtual }: ImageOptions, { number, hasMetadataPartition }: RevisionRules): void {
  if (udfVirtual !== true || (number >= revisionNumber("1.50") && !hasMetadataPartition)) return;
  refuseOption("udfVirtual", true, "with revisions 1.50, 2.00 and 2.01");
}

function checkVolumeName(name: string | undefined): void {
  if (name === undefined) return;
  const rule = "up to 32 characters, none of them a control character";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (isoVolumeName(name).length > volumeNameBytes || name === "" || /[\x00-\x1f\x7f]/.test(name)) {
    const message = `volume name "${name}" cannot be written: ${rule}`;
    throw new DiscError("E_VOLUME_NAME_INVALID", message, { name, fileSystem: "ISO 9660", rule });
  }
}
