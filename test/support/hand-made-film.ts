/** Films on DVD whose information files state what a test wants: nothing is in them but that. */
import { encode } from "../../src/codec/struct.js";
import { cellAddress, managementTable, tableHead, titleSearchPointer } from "../../src/fs/films/information-file.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";

const sector = 2048;

/** One title set, or the video manager, in sectors. */
export interface HandMadeSet {
  readonly information?: number;
  /** Of the menus; 0 for none. */
  readonly menu?: number;
  /** Of the files of its titles. */
  readonly titles?: readonly number[];
  /** Sectors before the menu, the titles and the backup that nothing is in. */
  readonly gaps?: readonly [menu: number, titles: number, backup: number];
  /** What it states of itself where that is not so. */
  readonly stated?: { readonly menuSector?: number; readonly titleSector?: number; readonly lastSector?: number };
}

/** Entries of a table behind its head. */
function tableOf(entries: readonly Uint8Array[]): Buffer {
  const head = encode(tableHead, { count: entries.length, lastByte: 8 + 12 * entries.length - 1 });
  return Buffer.concat([head, ...entries]);
}

function cells(lastSector: number): Buffer {
  return tableOf([encode(cellAddress, { firstSector: 0, lastSector })]);
}

/** How a set lies: sectors from its information file's first. */
function layOut({ information = 4, menu = 0, titles = [], gaps = [0, 0, 16], stated = {} }: HandMadeSet) {
  const menuSector = information + gaps[0];
  const titleSector = (menu === 0 ? information : menuSector + menu) + gaps[1];
  const titleSectors = titles.reduce((sum, sectors) => sum + sectors, 0);
  const backupSector = (titleSectors === 0 ? titleSector - gaps[1] : titleSector + titleSectors) + gaps[2];
  return {
    information,
    menuSectors: menu,
    titleSectors,
    backupSector,
    menuSector: menu === 0 ? 0 : menuSector,
    titleSector: titleSectors === 0 ? 0 : titleSector,
    lastSector: backupSector + information - 1,
    ...stated,
  };
}

/** The files of a film by their names; the first set is the video manager. */
export function handMadeFilm(sets: readonly HandMadeSet[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const filled = (sectors: number): Buffer => Buffer.alloc(sectors * sector, files.size + 1);
  let start = 0;
  const pointers: Uint8Array[] = [];
  for (const [number, set] of sets.entries()) {
    const laidOut = layOut(set);
    const isManager = number === 0;
    const base = isManager ? "VIDEO_TS" : `VTS_0${number}_0`;
    const bytes = Buffer.alloc(laidOut.information * sector);
    encode(managementTable, {
      identifier: isManager ? "DVDVIDEO-VMG" : "DVDVIDEO-VTS",
      lastSector: laidOut.lastSector,
      lastInformationSector: laidOut.information - 1,
      titleSets: isManager ? sets.length - 1 : 0,
      menuSector: laidOut.menuSector,
      titleSector: isManager ? 1 : laidOut.titleSector,
      menuCellsSector: laidOut.menuSectors === 0 ? 0 : 2,
      titleCellsSector: laidOut.titleSectors === 0 ? 0 : 3,
    }).forEach((byte, index) => {
      bytes[index] = byte;
    });
    if (laidOut.menuSectors > 0) cells(laidOut.menuSectors - 1).copy(bytes, 2 * sector);
    if (laidOut.titleSectors > 0) cells(laidOut.titleSectors - 1).copy(bytes, 3 * sector);
    files.set(`${base}.IFO`, bytes);
    if (laidOut.menuSectors > 0) files.set(`${base}.VOB`, filled(laidOut.menuSectors));
    for (const [index, sectors] of (set.titles ?? []).entries()) {
      files.set(`VTS_0${number}_${index + 1}.VOB`, filled(sectors));
    }
    if (!isManager) pointers.push(encode(titleSearchPointer, { titleInSet: number * 256 + 1, titleSetSector: start }));
    start += laidOut.lastSector + 1;
  }
  tableOf(pointers).copy(files.get("VIDEO_TS.IFO")!, sector);
  for (const [name, bytes] of [...files]) {
    if (name.endsWith(".IFO")) files.set(name.replace(".IFO", ".BUP"), Buffer.from(bytes));
  }
  return files;
}

/** Puts the files of a film into a tree. */
export function addVideo(root: DirectoryNode, files: ReadonlyMap<string, Uint8Array>, folder = "/VIDEO_TS"): void {
  for (const [name, bytes] of files) root.addFile(`${folder}/${name}`, bytes, { parents: true });
}
