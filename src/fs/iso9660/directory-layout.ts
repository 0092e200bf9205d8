import { blockBytes } from "../../units.js";
import type { RecordRole, RecordSubject, SystemUse } from "../susp/area.js";
import type { Item } from "../tree/directory.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";
import { directoryRecordBytes, maximumDirectoryRecordBytes, systemUseOffset } from "./directory-record.js";
import type { HierarchyDirectory } from "./hierarchy.js";

/** Extents of a file are whole blocks but the last, and at most this long: data lengths have 32 bits. ECMA-119 6.4.4. */
export const maximumExtentBytes = 0xffff_f800;

/** Positions of the records that come before the entries of a directory. */
export const selfPosition = -2;
export const parentPosition = -1;

/** How a hierarchy's records look, and what they need of the rest of the image. */
export interface RecordForm {
  readonly directories: readonly HierarchyDirectory[];
  /** Bytes of an identifier as it is written, with the version number where there is one. */
  identifierBytes(identifier: string, item: Item): number;
  /** Absent in hierarchies without system use areas. */
  readonly systemUse: SystemUse | undefined;
  /** In how many extents the object of that number lies. */
  extentCount(object: number): number;
  /** How the contents of the object of that number are compressed. */
  zisofs(object: number): ZisofsForm | undefined;
  readonly links: Uint32Array;
}

/** Room for system use in a record with that identifier; even, since records are. */
export function systemUseRoom(identifierBytes: number): number {
  const room = maximumDirectoryRecordBytes - systemUseOffset(identifierBytes);
  return room - (room % 2);
}

/** What a record's system use describes, apart from addresses. */
export function subjectOf(form: RecordForm, directory: HierarchyDirectory, position: number): RecordSubject {
  const base = form.links.length + 1;
  const described =
    position === selfPosition
      ? directory
      : position === parentPosition
        ? (directory.relocatedFrom ?? directory.parent)
        : directory.targets.get(position);
  if (described !== undefined) {
    return {
      item: described.node,
      role: roleOf(directory, position, described),
      isRootSelf: position === selfPosition && directory.parent === directory,
      links: 2 + described.subdirectories,
      serialNumber: base + described.number,
      location: 0,
      zisofs: undefined,
    };
  }
  const object = directory.objects[position]!;
  return {
    item: directory.items[position]!,
    role: "child",
    isRootSelf: false,
    links: form.links[object]!,
    serialNumber: object + 1,
    location: 0,
    zisofs: form.zisofs(object),
  };
}

function roleOf(directory: HierarchyDirectory, position: number, described: HierarchyDirectory): RecordRole {
  if (position === selfPosition) return directory.relocatedFrom === undefined ? "self" : "selfOfMoved";
  if (position === parentPosition) return directory.relocatedFrom === undefined ? "parent" : "parentOfMoved";
  if (described.relocatedFrom === directory) return "placeholder";
  return described.source === undefined || directory.source === undefined ? "relocated" : "child";
}

/** A continuation area that belongs to a record; its place is counted from the start of the region of such areas. */
export interface ContinuationPiece {
  readonly directory: HierarchyDirectory;
  readonly position: number;
  /** Which of the record's areas, from 0. */
  readonly index: number;
  readonly block: number;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Where the records of a hierarchy lie: for each directory its blocks in the region, for each block its first record.
 * So any block can be rendered alone, and a directory of a hundred thousand entries costs no more than its blocks.
 */
export class DirectoryLayout {
  readonly form: RecordForm;
  /** First block of each directory, counted from the start of the region; one more for its end. */
  readonly firstBlock: Uint32Array;
  /** Position and extent of the first record of each block. */
  readonly firstPosition: number[] = [];
  readonly firstExtent: number[] = [];
  /** Continuation areas in the order of their places. */
  readonly pieces: ContinuationPiece[] = [];
  /** For each directory, the first piece of the records that have some. */
  readonly #pieces: (Map<number, number> | undefined)[] = [];
  #continuationBytes = 0;
  #offset = blockBytes;
  readonly #continuations: number[] = [];

  constructor(form: RecordForm) {
    this.form = form;
    this.firstBlock = new Uint32Array(form.directories.length + 1);
    for (const [index, directory] of form.directories.entries()) {
      this.firstBlock[index] = this.firstPosition.length;
      this.#layOut(directory);
    }
    this.firstBlock[form.directories.length] = this.firstPosition.length;
  }

  /** Blocks of the region of directories. */
  get blocks(): number {
    return this.firstPosition.length;
  }

  /** Blocks of the region of continuation areas. */
  get continuationBlocks(): number {
    return Math.ceil(this.#continuationBytes / blockBytes);
  }

  /** Bytes of a directory: whole blocks. */
  directoryBytes(directory: HierarchyDirectory): number {
    return (this.firstBlock[directory.number]! - this.firstBlock[directory.number - 1]!) * blockBytes;
  }

  /** The continuation areas of a record. */
  piecesOf(directory: HierarchyDirectory, position: number): ContinuationPiece[] {
    const first = this.#pieces[directory.number]?.get(position);
    const pieces: ContinuationPiece[] = [];
    if (first === undefined) return pieces;
    for (let index = first; index < this.pieces.length; index++) {
      const piece = this.pieces[index]!;
      if (piece.directory !== directory || piece.position !== position) break;
      pieces.push(piece);
    }
    return pieces;
  }

  #layOut(directory: HierarchyDirectory): void {
    let used = blockBytes;
    for (let position = selfPosition; position < directory.items.length; position++) {
      const bytes = this.#measure(directory, position);
      const object = position < 0 ? -1 : directory.objects[position]!;
      const extents = object < 0 ? 1 : this.form.extentCount(object);
      for (let extent = 0; extent < extents; extent++) {
        if (used + bytes > blockBytes) {
          this.firstPosition.push(position);
          this.firstExtent.push(extent);
          used = 0;
        }
        used += bytes;
      }
    }
  }

  /** Bytes of a record; takes places for its continuation areas. */
  #measure(directory: HierarchyDirectory, position: number): number {
    const { form } = this;
    const identifierBytes =
      position < 0 ? 1 : form.identifierBytes(directory.identifiers[position]!, directory.items[position]!);
    if (form.systemUse === undefined) return directoryRecordBytes(identifierBytes, 0);
    this.#continuations.length = 0;
    const subject = subjectOf(form, directory, position);
    const bytes = form.systemUse.measure(subject, systemUseRoom(identifierBytes), this.#continuations);
    if (this.#continuations.length > 0) this.#takePlaces(directory, position);
    return directoryRecordBytes(identifierBytes, bytes);
  }

  /** A continuation area never crosses the border of a block: Linux drops directories where one does. */
  #takePlaces(directory: HierarchyDirectory, position: number): void {
    const byPosition = this.#pieces[directory.number] ?? new Map<number, number>();
    this.#pieces[directory.number] = byPosition;
    byPosition.set(position, this.pieces.length);
    for (const [index, bytes] of this.#continuations.entries()) {
      if (this.#offset + bytes > blockBytes) {
        this.#continuationBytes = Math.ceil(this.#continuationBytes / blockBytes) * blockBytes;
        this.#offset = 0;
      }
      const block = Math.floor(this.#continuationBytes / blockBytes);
      this.pieces.push({ directory, position, index, block, offset: this.#offset, bytes });
      this.#continuationBytes += bytes;
      this.#offset += bytes;
    }
  }
}
