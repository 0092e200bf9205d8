import type { Codec } from "../../codec/codec.js";
import type { PendingEntry, RecordSubject, SystemUse } from "../susp/area.js";
import { distributeEntries, partBytes, writePart } from "../susp/area.js";
import { attributesReference, hasAttributes } from "../susp/attribute-list.js";
import type { ContinuationArea } from "../susp/entries.js";
import { extensionSelector, extensionsReference, sharingProtocolIndicator } from "../susp/entries.js";
import type { Item } from "../tree/directory.js";
import { zisofsEntry } from "../zisofs/zisofs-entry.js";
import { attributeEntries } from "./attribute-entry.js";
import type {
  DeviceNumber,
  DirectoryLocation,
  LinkComponent,
  PosixAttributes,
  RockRidgeVersion,
  SymbolicLink,
  TimeStamps,
} from "./entries.js";
import {
  alternateName,
  childLink,
  deviceNumber,
  fileTypeBits,
  maximumNamePieceBytes,
  parentLink,
  posixAttributes,
  posixAttributesBytes,
  relocated,
  rockRidgeReferences,
  symbolicLink,
  timeStamps,
} from "./entries.js";

/** What the writer needs to know of the image. */
export interface RockRidgeOptions {
  readonly version: RockRidgeVersion;
  times(item: Item): TimeStamps;
  /** The bytes of an item's name, and of a name in a link's target. */
  nameBytes(item: Item): Uint8Array;
  targetBytes(name: string): Uint8Array;
  /** Whether any item has extended attributes or access control lists: AAIP is in use. */
  readonly hasAttributes: boolean;
}

/** The place of Rock Ridge and of AAIP among the extensions that ER announces. */
const extensionSequences = { rockRidge: 0, attributes: 1 } as const;

/** Length of an item's name in the image, quickly for ASCII. */
function nameLength(item: Item, bytesOf: (item: Item) => Uint8Array): number {
  const { name } = item;
  for (let index = 0; index < name.length; index++) {
    if (name.charCodeAt(index) > 0x7f) return bytesOf(item).length;
  }
  return name.length;
}

function pending<T>(signature: string, codec: Codec<T>, value: T): PendingEntry {
  return { signature, bytes: codec.bytes(value), write: (target, at) => codec.write(value, target, at) };
}

/** Cuts a name into pieces for NM. */
function nameEntries(name: Uint8Array): PendingEntry[] {
  const entries: PendingEntry[] = [];
  for (let done = 0; done < name.length || done === 0; done += maximumNamePieceBytes) {
    const piece = name.subarray(done, done + maximumNamePieceBytes);
    const continues = done + piece.length < name.length;
    entries.push(pending("NM", alternateName, { continues, name: piece }));
  }
  return entries;
}

/** The components of a link's target. An empty one, as between doubled slashes, is left out: it changes nothing. */
function linkComponents(target: string, bytesOf: (name: string) => Uint8Array): LinkComponent[] {
  const none = new Uint8Array(0);
  const components: LinkComponent[] = target.startsWith("/") ? [{ kind: "root", continues: false, text: none }] : [];
  for (const name of target.split("/")) {
    if (name === "") continue;
    const kind = name === "." ? "current" : name === ".." ? "parent" : "name";
    components.push({ kind, continues: false, text: kind === "name" ? bytesOf(name) : none });
  }
  return components;
}

/**
 * How the numbers of a device stand in PN. RRIP 4.1.2 has device numbers of 32 bits in the low half alone: xorriso and
 * libarchive read nothing else, Linux reads that as well. Numbers too large for it are put apart, as Linux alone reads
 * them.
 */
function deviceNumberOf(major: number, minor: number): DeviceNumber {
  const isSmall = major < 0x1000 && minor < 0x100;
  return isSmall ? { high: 0, low: major * 0x100 + minor } : { high: major, low: minor };
}

/** The largest SL: its length is one byte. */
const maximumLinkEntryBytes = 255;

/**
 * Distributes a link's target over SL entries. An entry that is followed by another ends, wherever names are long
 * enough for it, inside a component, which the next one continues: between whole components libarchive loses the "/".
 */
function linkEntries(target: string, bytesOf: (name: string) => Uint8Array): PendingEntry[] {
  const room = maximumLinkEntryBytes - 5;
  const entries: LinkComponent[][] = [[]];
  let left = room;
  const components = linkComponents(target, bytesOf);
  for (const [index, { kind, text }] of components.entries()) {
    const isLast = index + 1 === components.length;
    let rest = text;
    for (;;) {
      const fits = 2 + rest.length <= left;
      // What is left behind it is too little for a byte of the next component: so its own last byte goes there.
      const closes = fits && !isLast && rest.length > 1 && left - 2 - rest.length < 3;
      if (!fits && left < 3) {
        entries.push([]);
        left = room;
        continue;
      }
      const piece = rest.subarray(0, closes ? rest.length - 1 : left - 2);
      rest = rest.subarray(piece.length);
      entries.at(-1)!.push({ kind, continues: rest.length > 0, text: piece });
      left -= 2 + piece.length;
      if (rest.length === 0) break;
      entries.push([]);
      left = room;
    }
  }
  return entries.map((components, index) => {
    const value: SymbolicLink = { continues: index + 1 < entries.length, components };
    return pending("SL", symbolicLink, value);
  });
}

/** Writes Rock Ridge into the system use areas of the primary hierarchy. */
export class RockRidgeWriter implements SystemUse {
  readonly #options: RockRidgeOptions;
  /**
   * Whether AAIP is announced, and ES tells its entries from those of Rock Ridge. AAIP 2.0, "Compatibility
   * Considerations": with version 1.10, of a time before ES, it is neither announced nor told apart.
   */
  readonly #announces: boolean;

  constructor(options: RockRidgeOptions) {
    this.#options = options;
    this.#announces = options.hasAttributes && options.version === "1.12";
  }

  measure(subject: RecordSubject, room: number, continuations: number[]): number {
    const plain = this.#plainBytes(subject, this.#options.times(subject.item));
    if (plain !== undefined && plain <= room) return plain;
    const parts = distributeEntries(this.#entries(subject), room);
    for (let index = 1; index < parts.length; index++) continuations.push(partBytes(parts, index));
    return partBytes(parts, 0);
  }

  write(
    subject: RecordSubject,
    room: number,
    areas: readonly ContinuationArea[],
    target: Uint8Array,
    at: number,
  ): void {
    const times = this.#options.times(subject.item);
    const plain = this.#plainBytes(subject, times);
    if (plain !== undefined && plain <= room) this.#writePlain(subject, times, target, at);
    else writePart(distributeEntries(this.#entries(subject), room), 0, areas, target, at);
  }

  writeContinuation(
    subject: RecordSubject,
    room: number,
    areas: readonly ContinuationArea[],
    index: number,
    target: Uint8Array,
    at: number,
  ): void {
    writePart(distributeEntries(this.#entries(subject), room), index + 1, areas, target, at);
  }

  /** Bytes of a record that has PX, TF and NM alone, as nearly all have; `undefined` for the others. */
  #plainBytes({ item, role, isRootSelf, zisofs }: RecordSubject, times: TimeStamps): number | undefined {
    const isPlain = role === "child" && (item.type === "file" || item.type === "directory") && !hasAttributes(item);
    if (isRootSelf || zisofs !== undefined || (!isPlain && role !== "self" && role !== "parent")) return undefined;
    const selector = this.#announces ? extensionSelector.size : 0;
    const fixed = selector + posixAttributesBytes[this.#options.version] + timeStamps.bytes(times);
    if (role !== "child") return fixed;
    const bytes = nameLength(item, this.#options.nameBytes);
    return bytes > maximumNamePieceBytes ? undefined : fixed + 5 + bytes;
  }

  #writePlain(subject: RecordSubject, times: TimeStamps, target: Uint8Array, at: number): void {
    let position = at;
    if (this.#announces) {
      extensionSelector.write({ extensionSequence: extensionSequences.rockRidge }, target, position);
      position += extensionSelector.size;
    }
    const attributes = this.#attributes(subject);
    posixAttributes.write(attributes, target, position);
    position += posixAttributes.bytes(attributes);
    timeStamps.write(times, target, position);
    position += timeStamps.bytes(times);
    if (subject.role === "child") {
      alternateName.write({ continues: false, name: this.#options.nameBytes(subject.item) }, target, position);
    }
  }

  #attributes({ item, links, serialNumber }: RecordSubject): PosixAttributes {
    const mode = fileTypeBits[item.type] + item.mode;
    const { uid, gid } = item;
    return this.#options.version === "1.12" ? { mode, links, uid, gid, serialNumber } : { mode, links, uid, gid };
  }

  #entries(subject: RecordSubject): PendingEntry[] {
    const { item, role, isRootSelf, location, zisofs } = subject;
    const entries: PendingEntry[] = [];
    if (isRootSelf) entries.push(pending("SP", sharingProtocolIndicator, { bytesSkipped: 0 }));
    if (this.#announces) {
      entries.push(pending("ES", extensionSelector, { extensionSequence: extensionSequences.rockRidge }));
    }
    entries.push(pending("PX", posixAttributes, this.#attributes(subject)));
    entries.push(pending("TF", timeStamps, this.#options.times(item)));
    // ER goes last, so that it is what moves to a continuation area: libarchive takes a tree for one without Rock Ridge
    // where the root's record itself has neither PX nor TF, and reads the Joliet one by rules that are not Joliet's.
    if (isRootSelf) {
      entries.push(pending("ER", extensionsReference, rockRidgeReferences[this.#options.version]));
      if (this.#announces) entries.push(pending("ER", extensionsReference, attributesReference));
    }
    // A directory is described by the record in its parent; the root by its own, as is one that was moved.
    if (isRootSelf || role === "selfOfMoved") return [...entries, ...this.#attributeEntries(item)];
    if (role === "self" || role === "parent") return entries;
    const at: DirectoryLocation = { location };
    if (role === "parentOfMoved") return [...entries, pending("PL", parentLink, at)];
    entries.push(...nameEntries(this.#options.nameBytes(item)));
    if (role === "placeholder") entries.push(pending("CL", childLink, at));
    if (role === "relocated") entries.push(pending("RE", relocated, {}));
    if (item.type === "symlink") entries.push(...linkEntries(item.target, this.#options.targetBytes));
    if (item.type === "block" || item.type === "character") {
      entries.push(pending("PN", deviceNumber, deviceNumberOf(item.major, item.minor)));
    }
    if (zisofs !== undefined) entries.push(pending("ZF", zisofsEntry, zisofs));
    return role === "placeholder" ? entries : [...entries, ...this.#attributeEntries(item)];
  }

  #attributeEntries(item: Item): PendingEntry[] {
    const entries = attributeEntries(item);
    if (entries.length === 0 || !this.#announces) return entries;
    const selector = pending("ES", extensionSelector, { extensionSequence: extensionSequences.attributes });
    return [{ ...selector, isBehindAll: true }, ...entries];
  }
}
