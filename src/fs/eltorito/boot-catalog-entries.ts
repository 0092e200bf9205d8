/** The entries of a boot catalog, 32 bytes each. El Torito 1.0, 2.1 to 2.5, figures 2 to 6. */
import { named } from "../../codec/explained.js";
import { fixedU8, readU16le, u8, u16le, u32le } from "../../codec/integers.js";
import type { FieldType } from "../../codec/rows.js";
import { bit, bits, byte, reservedBits } from "../../codec/rows.js";
import type { Rows, StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { nulText, rawBytes, reserved } from "../../codec/text.js";

/** Bytes of each entry. El Torito 1.0, 2.0. */
export const bootEntryBytes = 32;

/** Platforms that boot images are made for. El Torito 1.0, figure 2; UEFI 2.10, 13.3.2.1. */
export const bootPlatforms = { x86: 0, powerPc: 1, mac: 2, uefi: 0xef } as const;

/** Names of {@link bootPlatforms}. */
export type BootPlatform = keyof typeof bootPlatforms;

/** What an image is emulated as. El Torito 1.0, figure 3. */
export const bootMediaTypes = { none: 0, floppy1200: 1, floppy1440: 2, floppy2880: 3, hardDisk: 4 } as const;

/** First bytes that tell the kinds of entries. El Torito 1.0, figures 2 to 6. */
export const entryIndicators = {
  validation: 1,
  bootable: 0x88,
  notBootable: 0,
  header: 0x90,
  finalHeader: 0x91,
  extension: 0x44,
} as const;

/** Whether an image can be booted: 88h or 00h. */
const bootIndicator: FieldType<boolean> = {
  name: "bootIndicator",
  bytes: 1,
  read: (source, at, _length, fault) => {
    const value = source[at];
    const isKnown = value === entryIndicators.bootable || value === entryIndicators.notBootable;
    if (!isKnown) fault(`is ${value}, expected 136 or 0`);
    return value === entryIndicators.bootable;
  },
  write: (value, target, at) => {
    target[at] = value ? entryIndicators.bootable : entryIndicators.notBootable;
  },
};

/** The first entry of a catalog. */
export interface ValidationEntry {
  /** For which platform the initial entry's image is; 0: x86, 1: PowerPC, 2: Mac, 239: UEFI. */
  readonly platformId: number;
  /** Who made the disc; up to 24 bytes. */
  readonly idString: string;
  /** Makes the sum of all 16-bit words zero. */
  readonly checksum: number;
}

/** The sum of an entry's 16-bit words, which is to be zero in a validation entry. El Torito 1.0, figure 2. */
export function wordSumOf(source: Uint8Array, at: number): number {
  let sum = 0;
  for (let index = 0; index < bootEntryBytes; index += 2) sum += readU16le(source, at + index);
  return sum % 0x1_0000;
}

/** Validation entry. El Torito 1.0, 2.1, figure 2. */
export const validationEntry: StructCodec<ValidationEntry> = struct<ValidationEntry>(
  "BootCatalogValidationEntry",
  bootEntryBytes,
  {
    _headerId: byte(0, 1, fixedU8(entryIndicators.validation), "figure 2"),
    platformId: byte(1, 1, named(u8, bootPlatforms), "figure 2"),
    _reserved: byte(2, 2, reserved(2), "figure 2"),
    idString: byte(4, 24, nulText(24), "figure 2"),
    checksum: byte(28, 2, u16le, "figure 2"),
    _key55: byte(30, 1, fixedU8(0x55), "figure 2"),
    _keyAa: byte(31, 1, fixedU8(0xaa), "figure 2"),
  },
  {
    check: (source, at, _end, _location, fault) => {
      const sum = wordSumOf(source, at);
      if (sum !== 0) fault("checksum", `is wrong: all words sum to ${sum}, expected 0`);
    },
  },
);

/** Where an image lies, and what is done with it. */
interface ImagePlace {
  /** Segment of memory the image is loaded to; 0 stands for 7C0h. */
  readonly loadSegment: number;
  /** Type of the partition in an image of a hard disk. */
  readonly systemType: number;
  /** Sectors of 512 bytes that are loaded at first. */
  readonly sectorCount: number;
  /** Block of the image, on the whole disc. */
  readonly loadRba: number;
}

function placeRows(figure: string): Rows<ImagePlace> {
  return {
    loadSegment: byte(2, 2, u16le, figure),
    systemType: byte(4, 1, u8, figure),
    _unused: byte(5, 1, reserved(1), figure),
    sectorCount: byte(6, 2, u16le, figure),
    loadRba: byte(8, 4, u32le, figure),
  };
}

/** The second entry of a catalog: what is booted where nothing is chosen. */
export interface InitialEntry extends ImagePlace {
  readonly bootable: boolean;
  /** See {@link bootMediaTypes}. */
  readonly mediaType: number;
}

/** Initial or default entry. El Torito 1.0, 2.2, figure 3. */
export const initialEntry: StructCodec<InitialEntry> = struct<InitialEntry>("BootCatalogInitialEntry", bootEntryBytes, {
  bootable: byte(0, 1, bootIndicator, "figure 3"),
  _reserved: reservedBits(1, 7, 4, "figure 3"),
  mediaType: bits(1, 3, 0, "figure 3"),
  ...placeRows("figure 3"),
  _reserved2: byte(12, 20, reserved(20), "figure 3"),
});

/** What stands before the entries of one platform. */
export interface SectionHeader {
  /** 90h, or 91h for the last header of the catalog. */
  readonly headerIndicator: number;
  /** 0: x86, 1: PowerPC, 2: Mac, 239: UEFI. */
  readonly platformId: number;
  /** Section entries that follow; extensions do not count. */
  readonly entries: number;
  /** For the firmware to choose by; up to 28 bytes. */
  readonly idString: string;
}

/** Section header. El Torito 1.0, 2.3, figure 4. */
export const sectionHeader: StructCodec<SectionHeader> = struct<SectionHeader>(
  "BootCatalogSectionHeader",
  bootEntryBytes,
  {
    headerIndicator: byte(
      0,
      1,
      named(u8, { header: entryIndicators.header, "final header": entryIndicators.finalHeader }),
      "figure 4",
    ),
    platformId: byte(1, 1, named(u8, bootPlatforms), "figure 4"),
    entries: byte(2, 2, u16le, "figure 4"),
    idString: byte(4, 28, nulText(28), "figure 4"),
  },
);

/** An entry of a section. */
export interface SectionEntry extends ImagePlace {
  readonly bootable: boolean;
  readonly hasScsiDriver: boolean;
  readonly hasAtapiDriver: boolean;
  /** Whether extensions follow, with more of the selection criteria. */
  readonly continues: boolean;
  /** See {@link bootMediaTypes}. */
  readonly mediaType: number;
  /** 0: none; 1: language and version, as IBM has them. */
  readonly selectionCriteriaType: number;
  /** 19 bytes. */
  readonly selectionCriteria: Uint8Array;
}

/** Section entry. El Torito 1.0, 2.4, figure 5. */
export const sectionEntry: StructCodec<SectionEntry> = struct<SectionEntry>("BootCatalogSectionEntry", bootEntryBytes, {
  bootable: byte(0, 1, bootIndicator, "figure 5"),
  hasScsiDriver: bit(1, 7, "figure 5"),
  hasAtapiDriver: bit(1, 6, "figure 5"),
  continues: bit(1, 5, "figure 5"),
  _reserved: reservedBits(1, 4, 4, "figure 5"),
  mediaType: bits(1, 3, 0, "figure 5"),
  ...placeRows("figure 5"),
  selectionCriteriaType: byte(12, 1, u8, "figure 5"),
  selectionCriteria: byte(13, 19, rawBytes(19), "figure 5"),
});

/** More of an entry's selection criteria. */
export interface ExtensionEntry {
  /** Whether another one follows. */
  readonly continues: boolean;
  /** 30 bytes. */
  readonly selectionCriteria: Uint8Array;
}

/** Section entry extension. El Torito 1.0, 2.5, figure 6. */
export const extensionEntry: StructCodec<ExtensionEntry> = struct<ExtensionEntry>(
  "BootCatalogEntryExtension",
  bootEntryBytes,
  {
    _extensionIndicator: byte(0, 1, fixedU8(entryIndicators.extension), "figure 6"),
    _unused1: reservedBits(1, 7, 6, "figure 6"),
    continues: bit(1, 5, "figure 6"),
    _unused2: reservedBits(1, 4, 0, "figure 6"),
    selectionCriteria: byte(2, 30, rawBytes(30), "figure 6"),
  },
);
