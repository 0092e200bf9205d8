/** Boot catalogs as values. El Torito 1.0, 2.0. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { embedded, part, rawPart } from "../../codec/parts.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import type { BlockSource } from "../../medium/block-source.js";
import { alignUp, blockBytes } from "../../units.js";
import {
  bootEntryBytes,
  bootMediaTypes,
  entryIndicators,
  extensionEntry,
  initialEntry,
  sectionEntry,
  sectionHeader,
  validationEntry,
  wordSumOf,
} from "./boot-catalog-entries.js";

/** Names of {@link bootMediaTypes}. */
export type BootEmulation = keyof typeof bootMediaTypes;

/** A boot image, as the initial entry tells of it. */
export interface InitialBootEntry {
  readonly bootable: boolean;
  readonly emulation: BootEmulation;
  /** Segment of memory the image is loaded to; 0 stands for 7C0h. */
  readonly loadSegment: number;
  /** Type of the partition in an image of a hard disk. */
  readonly systemType: number;
  /** Sectors of 512 bytes that are loaded at first. */
  readonly loadSectors: number;
  /** Block of the image, on the whole disc. */
  readonly imageLba: number;
}

/** A boot image, as an entry of a section tells of it. */
export interface SectionBootEntry extends InitialBootEntry {
  /** Whether the image has a driver for SCSI, or for ATAPI. */
  readonly hasScsiDriver: boolean;
  readonly hasAtapiDriver: boolean;
  /** 0: none; 1: language and version, as IBM has them. */
  readonly selectionCriteriaType: number;
  /** 19 bytes, and 30 more for each extension. */
  readonly selectionCriteria: Uint8Array;
}

/** Boot images of one platform. */
export interface BootSection {
  /** 0: x86, 1: PowerPC, 2: Mac, 239: UEFI. */
  readonly platform: number;
  /** Up to 28 bytes. */
  readonly idString: string;
  readonly entries: readonly SectionBootEntry[];
}

/** What a boot catalog says. */
export interface BootCatalog {
  /** Of the initial entry. 0: x86, 1: PowerPC, 2: Mac, 239: UEFI. */
  readonly platform: number;
  /** Who made the disc; up to 24 bytes. */
  readonly idString: string;
  readonly initial: InitialBootEntry;
  readonly sections: readonly BootSection[];
}

/** Blocks of a catalog that are looked at: more than a thousand entries. */
export const maximumCatalogBlocks = 32;

/** Bytes of selection criteria in an entry, and in each extension. El Torito 1.0, figures 5 and 6. */
const criteriaBytes = 19;
const extensionCriteriaBytes = 30;

interface CatalogItem {
  readonly kind: "validation" | "initial" | "header" | "entry" | "extension";
  readonly at: number;
}

/** The entries of a catalog, and why there are no more. */
interface WalkedCatalog {
  readonly items: readonly CatalogItem[];
  /** "cut": the catalog goes on behind the bytes; "unknown": by an entry of no known kind; "end": by its own account. */
  readonly ending: "end" | "cut" | "unknown";
}

/**
 * Finds the entries of the catalog at `source[base]`, by their indicators alone: what its headers state is compared
 * later. An entry of zeros ends it, unless sections are still to come: a catalog without sections has no final header.
 */
function walkCatalog(source: Uint8Array, base: number, end: number): WalkedCatalog {
  const items: CatalogItem[] = [];
  let isFinal = false;
  /** Entries that the last header still announces. */
  let expected = 0;
  for (let at = base; ; at += bootEntryBytes) {
    if (at + bootEntryBytes > end) {
      const last = items.at(-1);
      // Bit 5 announces an extension. El Torito 1.0, figures 5 and 6.
      const continues = last !== undefined && Math.floor(source[last.at + 1]! / 0x20) % 2 === 1;
      return { items, ending: isFinal && expected <= 0 && !continues ? "end" : "cut" };
    }
    if (items.length < 2) {
      items.push({ kind: items.length === 0 ? "validation" : "initial", at });
      continue;
    }
    const indicator = source[at];
    const isEmpty = source.subarray(at, at + bootEntryBytes).every((octet) => octet === 0);
    if (indicator === entryIndicators.extension) items.push({ kind: "extension", at });
    else if (indicator === entryIndicators.bootable || (!isEmpty && indicator === 0 && expected > 0)) {
      items.push({ kind: "entry", at });
      expected--;
    } else if (!isFinal && (indicator === entryIndicators.header || indicator === entryIndicators.finalHeader)) {
      items.push({ kind: "header", at });
      isFinal = indicator === entryIndicators.finalHeader;
      expected = source[at + 2]! + source[at + 3]! * 0x100;
    } else return { items, ending: isEmpty || (isFinal && expected <= 0) ? "end" : "unknown" };
  }
}

const codecs = {
  validation: validationEntry,
  initial: initialEntry,
  header: sectionHeader,
  entry: sectionEntry,
  extension: extensionEntry,
} as const;

/** Boot catalog, for dumps. El Torito 1.0, 2.0. */
export const bootCatalogStructure: Structure = {
  name: "BootCatalog",
  parts: (source, at, end) => {
    const { items } = walkCatalog(source, at, end);
    const named = items.map((item, index) =>
      part(`${item.kind}[${index}]`, byte(item.at - at, bootEntryBytes, embedded(codecs[item.kind]), "2.0")),
    );
    const covered = items.length * bootEntryBytes;
    return [...named, ...rawPart("rest", covered, alignUp(covered, blockBytes) - covered, "2.0")];
  },
};

function emulationOf(mediaType: number, fault: (reason: string) => void): BootEmulation {
  const names = Object.keys(bootMediaTypes) as BootEmulation[];
  const emulation = names.find((name) => bootMediaTypes[name] === mediaType);
  if (emulation === undefined) fault(`is ${mediaType}, which is no known kind of emulation`);
  return emulation ?? "none";
}

/** Gives every item to its section, and compares what headers state with what is there. */
class CatalogDecoder {
  readonly sections: { platform: number; idString: string; stated: number; entries: SectionBootEntry[] }[] = [];
  readonly #bytes: Uint8Array;
  readonly #context: ReadContext;
  #isFinal = false;
  /** Whether the last entry or extension announces another extension. */
  #continues = false;

  constructor(bytes: Uint8Array, context: ReadContext) {
    this.#bytes = bytes;
    this.#context = context;
  }

  fault(field: string, reason: string): void {
    reportFault(this.#context, "BootCatalog", field, "2.0", reason);
  }

  take({ kind, at }: CatalogItem, platform: number): void {
    if (kind === "header") this.#takeHeader(at);
    else if (kind === "entry") this.#takeEntry(at, platform);
    else if (kind === "extension") this.#takeExtension(at);
  }

  finish(): void {
    if (this.#continues) this.fault("extension", "is announced, and missing");
    if (this.sections.length > 0 && !this.#isFinal)
      this.fault("finalHeader", "is missing: no header is marked as the last");
    for (const [index, { stated, entries }] of this.sections.entries()) {
      if (stated !== entries.length) {
        this.fault("entries", `of section ${index + 1} are ${entries.length}, and its header states ${stated}`);
      }
    }
  }

  #takeHeader(at: number): void {
    const header = sectionHeader.read(this.#bytes, at, this.#context);
    this.#isFinal = header.headerIndicator === entryIndicators.finalHeader;
    const { platformId: platform, idString, entries: stated } = header;
    this.sections.push({ platform, idString, stated, entries: [] });
  }

  #takeEntry(at: number, platform: number): void {
    const entry = sectionEntry.read(this.#bytes, at, this.#context);
    // Some programs add entries behind the initial one, without a header.
    if (this.sections.length === 0) this.sections.push({ platform, idString: "", stated: 0, entries: [] });
    if (this.#continues) this.fault("extension", "is announced, and missing");
    this.#continues = entry.continues;
    const { mediaType, sectorCount: loadSectors, loadRba: imageLba, continues: _continues, ...same } = entry;
    const emulation = emulationOf(mediaType, (reason) =>
      reportFault(this.#context, "BootCatalogSectionEntry", "mediaType", "figure 5", reason),
    );
    this.sections.at(-1)!.entries.push({ ...same, emulation, loadSectors, imageLba });
  }

  #takeExtension(at: number): void {
    const entries = this.sections.at(-1)?.entries ?? [];
    const entry = entries.at(-1);
    if (!this.#continues || entry === undefined) this.fault("extension", "is there, and nothing announces it");
    const extension = extensionEntry.read(this.#bytes, at, this.#context);
    this.#continues = extension.continues;
    if (entry === undefined) return;
    const selectionCriteria = Uint8Array.of(...entry.selectionCriteria, ...extension.selectionCriteria);
    entries[entries.length - 1] = { ...entry, selectionCriteria };
  }
}

/**
 * Decodes a boot catalog.
 *
 * @param bytes Whole blocks: the catalog, and whatever follows it.
 * @throws {@link FormatError} E_FIELD_INVALID where it breaks a rule; in tolerant reading, odd ones are reported.
 */
export function decodeBootCatalog(bytes: Uint8Array, context: ReadContext): BootCatalog {
  const { items, ending } = walkCatalog(bytes, 0, bytes.length);
  const validation = validationEntry.read(bytes, 0, context);
  const sum = wordSumOf(bytes, 0);
  if (sum !== 0) {
    const reason = `is wrong: all words sum to ${sum}, expected 0`;
    reportFault(context, validationEntry.name, "checksum", "figure 2", reason);
  }
  const { mediaType, sectorCount, loadRba, ...same } = initialEntry.read(bytes, bootEntryBytes, context);
  const emulation = emulationOf(mediaType, (reason) =>
    reportFault(context, initialEntry.name, "mediaType", "figure 3", reason),
  );
  const decoder = new CatalogDecoder(bytes, context);
  for (const item of items.slice(2)) decoder.take(item, validation.platformId);
  if (ending === "cut") decoder.fault("length", `is more than the ${bytes.length / blockBytes} blocks looked at`);
  if (ending === "unknown") decoder.fault("unknownEntry", `ends it: entry ${items.length + 1} is of no known kind`);
  decoder.finish();
  return {
    platform: validation.platformId,
    idString: validation.idString,
    initial: { ...same, emulation, loadSectors: sectorCount, imageLba: loadRba },
    sections: decoder.sections.map(({ stated: _stated, ...section }) => section),
  };
}

/**
 * Reads the boot catalog that starts at block `lba`, as long as it is.
 *
 * @throws {@link DiscError} E_FIELD_INVALID where it breaks a rule (in tolerant reading, odd ones are reported to
 *   `context.onWarning`), E_READ_FAILED.
 */
export async function readBootCatalog(
  source: BlockSource,
  lba: number,
  context: Omit<ReadContext, "lba">,
  signal?: AbortSignal,
): Promise<BootCatalog> {
  let bytes = new Uint8Array(0);
  for (let blocks = 1; ; blocks++) {
    const longer = new Uint8Array(blocks * blockBytes);
    longer.set(bytes);
    await source.read(lba + blocks - 1, 1, longer.subarray(bytes.length), signal);
    bytes = longer;
    const isCut = walkCatalog(bytes, 0, bytes.length).ending === "cut";
    if (!isCut || blocks === maximumCatalogBlocks || lba + blocks >= source.blocks) break;
  }
  return decodeBootCatalog(bytes, { ...context, lba });
}

/** What an entry is made of: itself, and the extensions its selection criteria need. */
function piecesOf(entry: SectionBootEntry): Uint8Array[] {
  const { selectionCriteria: criteria, emulation, loadSectors, imageLba, ...same } = entry;
  const more = Math.max(0, Math.ceil((criteria.length - criteriaBytes) / extensionCriteriaBytes));
  const head = written(sectionEntry, {
    ...same,
    continues: more > 0,
    mediaType: bootMediaTypes[emulation],
    sectorCount: loadSectors,
    loadRba: imageLba,
    selectionCriteria: criteria.subarray(0, criteriaBytes),
  });
  const extensions = Array.from({ length: more }, (_unused, index) => {
    const first = criteriaBytes + index * extensionCriteriaBytes;
    const selectionCriteria = criteria.subarray(first, first + extensionCriteriaBytes);
    return written(extensionEntry, { continues: index < more - 1, selectionCriteria });
  });
  return [head, ...extensions];
}

function written<T>(codec: StructCodec<T>, value: T): Uint8Array {
  const target = new Uint8Array(codec.size);
  codec.write(value, target, 0);
  return target;
}

/**
 * Encodes a boot catalog, filled up to whole blocks with zeros; checksum, indicators and extensions follow from the
 * values.
 *
 * @throws RangeError for values that do not fit their fields.
 */
export function encodeBootCatalog(catalog: BootCatalog): Uint8Array {
  const { platform: platformId, idString } = catalog;
  const sum = wordSumOf(written(validationEntry, { platformId, idString, checksum: 0 }), 0);
  const { emulation, loadSectors: sectorCount, imageLba: loadRba, ...same } = catalog.initial;
  const pieces = [
    written(validationEntry, { platformId, idString, checksum: (0x1_0000 - sum) % 0x1_0000 }),
    written(initialEntry, { ...same, mediaType: bootMediaTypes[emulation], sectorCount, loadRba }),
  ];
  for (const [index, section] of catalog.sections.entries()) {
    const isLast = index === catalog.sections.length - 1;
    const headerIndicator = isLast ? entryIndicators.finalHeader : entryIndicators.header;
    const { platform, idString: sectionId, entries } = section;
    pieces.push(
      written(sectionHeader, { headerIndicator, platformId: platform, entries: entries.length, idString: sectionId }),
      ...entries.flatMap(piecesOf),
    );
  }
  const bytes = new Uint8Array(alignUp(pieces.length * bootEntryBytes, blockBytes));
  for (const [index, piece] of pieces.entries()) bytes.set(piece, index * bootEntryBytes);
  return bytes;
}

/** An entry of a catalog with what its section says. */
export interface BootEntry extends InitialBootEntry {
  /** 0: x86, 1: PowerPC, 2: Mac, 239: UEFI. */
  readonly platform: number;
  /** Of its section; of the initial entry, that of the catalog. */
  readonly idString: string;
  /** 0 for none. */
  readonly selectionCriteriaType: number;
  /** Empty for the initial entry, which has none. */
  readonly selectionCriteria: Uint8Array;
}

/** All boot images of a catalog, the initial one first. */
export function bootEntriesOf({ platform, idString, initial, sections }: BootCatalog): readonly BootEntry[] {
  const none = { selectionCriteriaType: 0, selectionCriteria: new Uint8Array(0) };
  return [
    { ...initial, platform, idString, ...none },
    ...sections.flatMap((section) =>
      section.entries.map((entry) => ({ ...entry, platform: section.platform, idString: section.idString })),
    ),
  ];
}

/** Whether a boot catalog starts at `source[at]`: its first entry is whole, and its checksum right. */
export function isBootCatalog(source: Uint8Array, at: number): boolean {
  const hasKeys = source[at] === entryIndicators.validation && source[at + 30] === 0x55 && source[at + 31] === 0xaa;
  return hasKeys && wordSumOf(source, at) === 0;
}
