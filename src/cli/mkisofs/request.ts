/** What a command line of mkisofs, genisoimage, xorrisofs or oscdimg asks for: plain data that options write to. */
import type { HostAttributes, IsoLevel, JolietCharset, RockRidgeVersion, UdfRevision } from "../../node.js";

/** Whose command line it is. */
export type MkisofsProgram = "genisoimage" | "xorrisofs" | "oscdimg";

/** An entry of the boot catalog, while its options are read. */
export interface BootEntryRequest {
  /** A path in the image; for oscdimg one of the host; or a partition: "--interval:appended_partition_2:all::". */
  image: string | undefined;
  /** Whether `image` is a path of the host. */
  isOnHost: boolean;
  platform: number;
  emulation: "floppy" | "hardDisk" | "none";
  bootable: boolean;
  loadSegment: number | undefined;
  /** Sectors of 512 bytes; `undefined` for the whole image. */
  loadSectors: number | undefined;
  idString: string | undefined;
  selectionCriteria: Uint8Array | undefined;
  infoTable: boolean;
  grub2BootInfo: boolean;
  /** How it stands in a GUID partition table of isohybrid. */
  gpt: "basicData" | "hfsPlus" | undefined;
  /** Whether it stands in an Apple partition map. */
  apm: boolean;
}

/** A partition behind the volume. */
export interface AppendedPartitionRequest {
  readonly number: number;
  readonly type: PartitionTypeRequest;
  readonly path: string;
}

/** A type of a partition as the command line has it: the number of a master boot record, or a GUID. */
export interface PartitionTypeRequest {
  readonly mbr: number;
  readonly guid: string | undefined;
}

/** What goes into the system area, and which partitions there are. */
export interface SystemAreaRequest {
  /** Files of the host with boot code. */
  generic: string | undefined;
  isohybrid: string | undefined;
  grub2: string | undefined;
  /** Whether boot images are partitions as isohybrid makes them, whatever boot code there is. */
  likeIsohybrid: boolean;
  protectiveLabel: boolean;
  forceBootable: boolean;
  volumeType: PartitionTypeRequest | undefined;
  diskGuid: string | undefined;
  /** The block in which a partition starts that can be mounted by itself; 0 for none. */
  partitionOffset: number;
  /** Whether the image is one partition, as firmware of PowerPC computers looks for it. */
  chrp: boolean;
  /** Heads of a cylinder and sectors of a track; 0 for what suits the image's size. */
  heads: number;
  trackSectors: number;
  cylinderAlign: "auto" | "on" | "all" | "off";
  appended: AppendedPartitionRequest[];
  appendedAsGpt: boolean;
  appendedAsApm: boolean;
  /** A file of the host, or "--efi-boot-image" for the first boot image for UEFI. */
  efiPartition: string | undefined;
}

/** Patterns and lists of patterns, which are read when the tree is made. */
export interface PatternRequest {
  readonly patterns: string[];
  /** Files of the host with a pattern a line. */
  readonly lists: string[];
}

/** A weight that a file of the image has. */
export interface WeightRequest {
  readonly weight: number;
  readonly path: string;
}

/** All that is asked for. */
export interface MkisofsRequest {
  readonly program: MkisofsProgram;
  /** "-" for standard output. */
  output: string;
  readonly pathSpecs: string[];
  readonly pathLists: string[];
  graftPoints: boolean;
  root: string;
  followLinks: boolean;
  hostAttributes: HostAttributes | undefined;
  withoutBackups: boolean;
  readonly exclude: PatternRequest;
  readonly hideIso: PatternRequest;
  readonly hideJoliet: PatternRequest;
  readonly hideUdf: PatternRequest;
  readonly hidden: PatternRequest;
  /** Files of the host with a path of the host and a weight a line. */
  readonly sortFiles: string[];
  /** By paths of the image. */
  readonly weights: WeightRequest[];
  readonly weightLists: string[];
  dvdVideo: boolean;
  /** Versions of zisofs by which files are taken for compressed ones. */
  zisofs: readonly (1 | 2)[];
  zisofsSignature: "ZF" | "Z2";
  rockRidge: boolean;
  rationalised: boolean;
  joliet: boolean;
  rockRidgeVersion: RockRidgeVersion | undefined;
  udf: boolean;
  /** Whether links and devices are in UDF, too. */
  udfSpecialFiles: boolean;
  /** Whether the tree of ISO 9660 shows a note alone: what only UDF, or only Joliet, holds of oscdimg's images. */
  isoNoteOnly: boolean;
  isoLevel: IsoLevel;
  lowercase: boolean;
  anyAscii: boolean;
  longNames: boolean;
  omitVersion: boolean;
  omitPeriod: boolean;
  leadingDots: boolean;
  multipleDots: boolean;
  deepPaths: boolean;
  longJolietNames: boolean;
  udfRevision: UdfRevision;
  translationTable: string | undefined;
  hideTranslationTable: boolean;
  uid: number | undefined;
  gid: number | undefined;
  fileMode: number | undefined;
  directoryMode: number | undefined;
  newDirectoryMode: number;
  volumeName: string | undefined;
  systemIdentifier: string | undefined;
  volumeSetIdentifier: string | undefined;
  publisherIdentifier: string | undefined;
  dataPreparerIdentifier: string | undefined;
  applicationIdentifier: string | undefined;
  copyrightFileIdentifier: string | undefined;
  abstractFileIdentifier: string | undefined;
  bibliographicFileIdentifier: string | undefined;
  /** Milliseconds since 1970; the same for the next ones. */
  volumeCreation: number | undefined;
  volumeModification: number | undefined;
  volumeExpiration: number | undefined;
  volumeEffective: number | undefined;
  /** Of all files and directories: a time, or that each has its modification time alone. */
  fileTimes: number | "modification" | undefined;
  padding: boolean;
  growable: boolean;
  printSize: boolean;
  quiet: boolean;
  /** Print what the command line takes, and do nothing. */
  help: boolean;
  version: boolean;
  inputCharset: string | undefined;
  outputCharset: string | undefined;
  jolietCharset: JolietCharset;
  /** A tree of long names, beside the primary one. */
  enhancedTree: boolean;
  session: { readonly previous: number; readonly next: number } | undefined;
  previousImage: string | undefined;
  /** The last one is that which options go to. */
  readonly bootEntries: BootEntryRequest[];
  /** The platform of the next `-b`. */
  bootPlatform: number;
  catalogPath: string;
  catalogHidden: boolean;
  readonly systemArea: SystemAreaRequest;
}

/** Numbers of platforms. El Torito 1.0, figure 2; UEFI 2.10, 13.3.2.1. */
export const biosPlatform = 0;
export const uefiPlatform = 0xef;

/** An entry of which nothing is known yet. */
export function newBootEntry(): BootEntryRequest {
  return {
    image: undefined,
    isOnHost: false,
    platform: biosPlatform,
    emulation: "floppy",
    bootable: true,
    loadSegment: undefined,
    loadSectors: undefined,
    idString: undefined,
    selectionCriteria: undefined,
    infoTable: false,
    grub2BootInfo: false,
    gpt: undefined,
    apm: false,
  };
}

function noPatterns(): PatternRequest {
  return { patterns: [], lists: [] };
}

/** What each program does where it is told nothing else. genisoimage(1), xorrisofs(1). */
const defaults = {
  genisoimage: { rockRidge: false, isoLevel: 1, deepPaths: false, padding: true, newDirectoryMode: 0o555 },
  xorrisofs: { rockRidge: true, isoLevel: 3, deepPaths: true, padding: true, newDirectoryMode: 0o755 },
  oscdimg: { rockRidge: false, isoLevel: 1, deepPaths: true, padding: false, newDirectoryMode: 0o555 },
} as const;

/** A request with what the program does by itself. */
export function newRequest(program: MkisofsProgram): MkisofsRequest {
  return {
    program,
    output: "-",
    pathSpecs: [],
    pathLists: [],
    graftPoints: false,
    root: "/",
    followLinks: false,
    hostAttributes: undefined,
    withoutBackups: false,
    exclude: noPatterns(),
    hideIso: noPatterns(),
    hideJoliet: noPatterns(),
    hideUdf: noPatterns(),
    hidden: noPatterns(),
    sortFiles: [],
    weights: [],
    weightLists: [],
    dvdVideo: false,
    zisofs: [],
    zisofsSignature: "ZF",
    rationalised: false,
    joliet: false,
    rockRidgeVersion: undefined,
    udf: false,
    udfSpecialFiles: false,
    isoNoteOnly: false,
    lowercase: false,
    anyAscii: false,
    longNames: false,
    omitVersion: false,
    omitPeriod: false,
    leadingDots: false,
    multipleDots: false,
    longJolietNames: false,
    udfRevision: "1.02",
    translationTable: undefined,
    hideTranslationTable: false,
    uid: undefined,
    gid: undefined,
    fileMode: undefined,
    directoryMode: undefined,
    volumeName: undefined,
    systemIdentifier: undefined,
    volumeSetIdentifier: undefined,
    publisherIdentifier: undefined,
    dataPreparerIdentifier: undefined,
    applicationIdentifier: undefined,
    copyrightFileIdentifier: undefined,
    abstractFileIdentifier: undefined,
    bibliographicFileIdentifier: undefined,
    volumeCreation: undefined,
    volumeModification: undefined,
    volumeExpiration: undefined,
    volumeEffective: undefined,
    fileTimes: undefined,
    growable: false,
    printSize: false,
    quiet: false,
    help: false,
    version: false,
    inputCharset: undefined,
    outputCharset: undefined,
    jolietCharset: program === "xorrisofs" ? "ucs-2" : "utf-16",
    enhancedTree: false,
    session: undefined,
    previousImage: undefined,
    bootEntries: [newBootEntry()],
    bootPlatform: biosPlatform,
    catalogPath: "boot.catalog",
    catalogHidden: false,
    systemArea: {
      generic: undefined,
      isohybrid: undefined,
      grub2: undefined,
      likeIsohybrid: false,
      protectiveLabel: false,
      forceBootable: false,
      volumeType: undefined,
      diskGuid: undefined,
      partitionOffset: 0,
      chrp: false,
      heads: 0,
      trackSectors: 0,
      cylinderAlign: "auto",
      appended: [],
      appendedAsGpt: false,
      appendedAsApm: false,
      efiPartition: undefined,
    },
    ...defaults[program],
  };
}
