/**
 * What the information files of DVD-Video (.IFO) state of where files lie. The DVD Specifications for Read-Only Disc,
 * part 3, are not public; names of structures are theirs, as players and authoring programs use them.
 */
import { u16be, u32be } from "../../codec/integers.js";
import { byte } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { asText, reserved } from "../../codec/text.js";
import { blockBytes } from "../../units.js";
import type { Content } from "../tree/content.js";

/** A file of a film: what is read of it is asked for by its place in it. */
export type FilmFile = Pick<Content, "bytes" | "read">;

/** Addresses are in sectors of 2048 bytes, counted from the information file's first. */
interface ManagementTable {
  readonly identifier: string;
  /** The last sector of the set: that of its backup file. */
  readonly lastSector: number;
  readonly lastInformationSector: number;
  /** Of the video manager: how many title sets there are. */
  readonly titleSets: number;
  /** The first sector of the menus; 0 for none. */
  readonly menuSector: number;
  /** Of a title set: the first sector of the titles. Of the video manager: that of the title search pointers. */
  readonly titleSector: number;
  readonly menuCellsSector: number;
  readonly titleCellsSector: number;
}

const clause = "VMGI_MAT, VTSI_MAT";

/** Head of the management table of a video manager (VMGI_MAT), or of a title set (VTSI_MAT): what both have in common. */
export const managementTable: StructCodec<ManagementTable> = struct<ManagementTable>(
  "InformationManagementTable",
  228,
  {
    identifier: byte(0, 12, asText(12), clause),
    lastSector: byte(12, 4, u32be, clause),
    _reserved1: byte(16, 12, reserved(12), clause),
    lastInformationSector: byte(28, 4, u32be, clause),
    _version: byte(32, 30, reserved(30), clause),
    titleSets: byte(62, 2, u16be, clause),
    _provider: byte(64, 128, reserved(128), clause),
    menuSector: byte(192, 4, u32be, clause),
    titleSector: byte(196, 4, u32be, clause),
    _tables: byte(200, 16, reserved(16), clause),
    menuCellsSector: byte(216, 4, u32be, clause),
    _menuUnits: byte(220, 4, reserved(4), clause),
    titleCellsSector: byte(224, 4, u32be, clause),
  },
);

interface TableHead {
  readonly count: number;
  /** Of the table, counted from its own first byte. */
  readonly lastByte: number;
}

/** What tables of an information file begin with: TT_SRPTI, C_ADTI. */
export const tableHead: StructCodec<TableHead> = struct<TableHead>("InformationTableHead", 8, {
  count: byte(0, 2, u16be, "TT_SRPTI, C_ADTI"),
  _reserved: byte(2, 2, reserved(2), "TT_SRPTI, C_ADTI"),
  lastByte: byte(4, 4, u32be, "TT_SRPTI, C_ADTI"),
});

interface TitleSearchPointer {
  /** Number of the title set and, in it, of the title: one byte each. */
  readonly titleInSet: number;
  /** First sector of the title set, counted from that of the video manager. */
  readonly titleSetSector: number;
}

/** Where one title is found: TT_SRP. */
export const titleSearchPointer: StructCodec<TitleSearchPointer> = struct<TitleSearchPointer>(
  "TitleSearchPointer",
  12,
  {
    _playback: byte(0, 6, reserved(6), "TT_SRP"),
    titleInSet: byte(6, 2, u16be, "TT_SRP"),
    titleSetSector: byte(8, 4, u32be, "TT_SRP"),
  },
);

interface CellAddress {
  readonly firstSector: number;
  /** Both counted from the first sector of the menus or titles. */
  readonly lastSector: number;
}

/** Where one cell lies: C_ADT's entries. */
export const cellAddress: StructCodec<CellAddress> = struct<CellAddress>("CellAddress", 12, {
  _cell: byte(0, 4, reserved(4), "C_ADT"),
  firstSector: byte(4, 4, u32be, "C_ADT"),
  lastSector: byte(8, 4, u32be, "C_ADT"),
});

/** What an information file states; sectors are counted from its own first. */
export interface InformationFile {
  readonly lastSector: number;
  readonly lastInformationSector: number;
  /** 0 where there are none. */
  readonly menuSector: number;
  /** 0 where there are none, and in the video manager. */
  readonly titleSector: number;
  /** How many sectors the cells of the menus, and of the titles, reach. */
  readonly menuSectors: number;
  readonly titleSectors: number;
  readonly titleSets: number;
  /** Of the video manager: first sectors of title sets by their numbers. */
  readonly titleSetSectors: ReadonlyMap<number, number>;
}

/** Information files have some ten or hundred sectors. */
const maximumBytes = 16 * 1024 * 1024;

/** Names of their files have two digits. */
const maximumTitleSets = 99;

/** The kinds of information files, by what they begin with. */
const identifiers = { manager: "DVDVIDEO-VMG", titleSet: "DVDVIDEO-VTS" } as const;

const context = { tolerant: true, lba: null } as const;

/** The entries of the table that starts at a sector; none where that is 0. @returns `undefined` for one that is cut off. */
function entriesAt<T extends object>(bytes: Uint8Array, sector: number, entry: StructCodec<T>): T[] | undefined {
  const start = sector * blockBytes;
  if (sector === 0) return [];
  if (start + tableHead.size > bytes.length) return undefined;
  const { lastByte } = tableHead.read(bytes, start, context);
  const first = start + tableHead.size;
  const count = Math.floor((start + lastByte + 1 - first) / entry.size);
  if (first + count * entry.size > bytes.length) return undefined;
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    entry.read(bytes, first + index * entry.size, context),
  );
}

/** How many sectors the cells of a table reach. */
function reachOf(cells: readonly CellAddress[]): number {
  return cells.reduce((end, { lastSector }) => Math.max(end, lastSector + 1), 0);
}

/**
 * Reads what an information file states.
 *
 * @returns Why it is none, as a text, where it is none.
 * @throws what reading the file raises.
 */
export async function readInformationFile(
  file: FilmFile,
  kind: keyof typeof identifiers,
  signal: AbortSignal | undefined,
): Promise<InformationFile | string> {
  if (file.bytes < blockBytes || file.bytes > maximumBytes) return `it has ${file.bytes} bytes`;
  const bytes = new Uint8Array(file.bytes);
  await file.read(0, bytes, signal);
  const table = managementTable.read(bytes, 0, context);
  if (table.identifier !== identifiers[kind]) return `it does not begin with "${identifiers[kind]}"`;
  const { lastSector, lastInformationSector, menuSector, titleSector, menuCellsSector, titleCellsSector } = table;
  const isManager = kind === "manager";
  const pointers = isManager ? entriesAt(bytes, titleSector, titleSearchPointer) : [];
  const menuCells = entriesAt(bytes, menuCellsSector, cellAddress);
  const titleCells = isManager ? [] : entriesAt(bytes, titleCellsSector, cellAddress);
  if (pointers === undefined || menuCells === undefined || titleCells === undefined) return "a table of it is cut off";
  if (lastInformationSector >= lastSector)
    return `its set ends at sector ${lastSector}, and it at ${lastInformationSector}`;
  const titleSetSectors = new Map(pointers.map((pointer) => [pointer.titleInSet >>> 8, pointer.titleSetSector]));
  const titleSets = isManager ? Math.max(table.titleSets, ...titleSetSectors.keys()) : 0;
  if (titleSets > maximumTitleSets) return `it states ${titleSets} title sets`;
  return {
    lastSector,
    lastInformationSector,
    menuSector,
    titleSector: isManager ? 0 : titleSector,
    menuSectors: reachOf(menuCells),
    titleSectors: reachOf(titleCells),
    titleSets,
    titleSetSectors,
  };
}
