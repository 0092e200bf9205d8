/**
 * Extended attributes and access control lists as bytes: component records of the Arbitrary Attribute Interchange
 * Protocol (AAIP) version 2.0 of libisofs, "AL". Entries of Rock Ridge hold them, and attributes of UDF's file entries.
 */
import { bytesFromName, nameFromBytes } from "../names/name-bytes.js";
import type { AccessControl, AclEntry, AclTag } from "../tree/access-control.js";
import { aclEntry, modeOfList, permissionsOf, writtenAccessControl } from "../tree/access-control.js";
import type { Item } from "../tree/directory.js";
import type { AttributeMap } from "../tree/extended-attributes.js";
import { sortedAttributes } from "../tree/extended-attributes.js";
import type { ExtensionsReference } from "./entries.js";

/** The ER of AAIP, with the texts that its document prescribes. AAIP 2.0, "ER System Use Entry Values". */
export const attributesReference: ExtensionsReference = {
  identifier: "AAIP_0200",
  descriptor: "AL PROVIDES VIA AAIP 2.0 SUPPORT FOR ARBITRARY FILE ATTRIBUTES IN ISO 9660 IMAGES",
  source: "PLEASE CONTACT THE LIBBURNIA PROJECT VIA LIBBURNIA-PROJECT.ORG",
  extensionVersion: 1,
};

/** Bytes before what a component record holds: flags and length. AAIP 2.0 [A], [B]. */
export const componentHeadBytes = 2;

/** Set in the flags of a component record, and of AL, that goes on in the next one. AAIP 2.0 [4], [A]. */
export const continueFlag = 1;

/** The longest piece of a component. AAIP 2.0 [B]. */
const maximumPieceBytes = 255;

/** First bytes of names that stand for a name space. AAIP 2.0, "Namespaces". */
const nameSpaces: readonly (readonly [number, string])[] = [
  [0x02, "system."],
  [0x03, "user."],
  [0x04, "isofs."],
  [0x05, "trusted."],
  [0x06, "security."],
];

/** Before a name that begins with a reserved byte. */
const escapeByte = 0x01;
const lastReserved = 0x1f;

/** Types of entries of a list, in the high half of their flags. AAIP 2.0 [a]. */
const listEntryTypes = {
  translate: 0,
  owner: 1,
  owningGroup: 3,
  mask: 5,
  other: 6,
  switchMark: 8,
  user: 10,
  group: 12,
  futureVersion: 15,
} as const;

/** Set in the flags of an entry that a qualifier follows. */
const qualifierFlag = 0x08;
/** From here on, a qualifier's head says that it goes on: so many more than its length. AAIP 2.0 [b]. */
const qualifierContinues = 128;
/** Bytes of a number that is a qualifier, at most. */
const maximumNumberBytes = 4;
/** The mark behind which the default list stands. */
const switchMark = listEntryTypes.switchMark * 0x10 + 1;

/** Hears of what is wrong: the field, and why. */
export type AttributeFault = (field: "component" | "pair" | "name" | "accessControl" | "mode", reason: string) => void;

/** What components say of an item. */
export interface FoundItemAttributes {
  readonly extendedAttributes: AttributeMap | undefined;
  readonly accessControl: AccessControl | undefined;
}

/** What an item without any says. */
export const noItemAttributes: FoundItemAttributes = { extendedAttributes: undefined, accessControl: undefined };

/** Whether there is anything to write of an item. */
export function hasAttributes({ extendedAttributes, accessControl }: Item): boolean {
  const hasList = accessControl !== undefined && (accessControl.access !== null || accessControl.default !== null);
  return hasList || (extendedAttributes !== undefined && extendedAttributes.size > 0);
}

function encodedName(name: string): Uint8Array {
  const space = nameSpaces.find(([, text]) => name.startsWith(text));
  if (space !== undefined) return Uint8Array.of(space[0], ...bytesFromName(name.slice(space[1].length)));
  const bytes = bytesFromName(name);
  return bytes[0]! > lastReserved ? bytes : Uint8Array.of(escapeByte, ...bytes);
}

function decodedName(bytes: Uint8Array, fault: AttributeFault): string {
  const first = bytes[0]!;
  if (first === escapeByte) return nameFromBytes(bytes.subarray(1));
  const space = nameSpaces.find(([octet]) => octet === first);
  if (space !== undefined) return space[1] + nameFromBytes(bytes.subarray(1));
  if (first <= lastReserved) fault("name", `begins with byte ${first}, which stands for no name space yet`);
  return nameFromBytes(bytes);
}

/** A number in as few bytes as hold it, the most significant one first. AAIP 2.0, "numeric qualifier". */
function numberBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest % 0x100);
  return bytes;
}

function encodedEntry(entry: AclEntry): number[] {
  const permissions = permissionsOf(entry);
  const flags = listEntryTypes[entry.tag] * 0x10 + permissions;
  if (entry.id === null) return [flags];
  const number = numberBytes(entry.id);
  return [flags + qualifierFlag, number.length, ...number];
}

function encodedLists({ access, default: initial }: AccessControl): Uint8Array {
  const behind = initial === null ? [] : [switchMark, ...initial.flatMap(encodedEntry)];
  return Uint8Array.from([...(access ?? []).flatMap(encodedEntry), ...behind]);
}

/** Reads the entries of lists one after the other. */
class ListReader {
  readonly #bytes: Uint8Array;
  readonly #fault: AttributeFault;
  #at = 0;

  constructor(bytes: Uint8Array, fault: AttributeFault) {
    this.#bytes = bytes;
    this.#fault = fault;
  }

  /** The lists; `undefined` where they cannot be read. */
  read(): { readonly access: AclEntry[]; readonly initial: AclEntry[] } | undefined {
    const access: AclEntry[] = [];
    const initial: AclEntry[] = [];
    let current = access;
    while (this.#at < this.#bytes.length) {
      const flags = this.#bytes[this.#at++]!;
      const type = Math.floor(flags / 0x10);
      const qualifier = (flags & qualifierFlag) === 0 ? undefined : this.#qualifier();
      if (qualifier === null) return undefined;
      if (type === listEntryTypes.futureVersion) return this.#unusable("are of a later version of AAIP");
      if (type === listEntryTypes.switchMark) {
        current = initial;
        continue;
      }
      // Names of numbers, and types that were not given a meaning yet, are passed over: AAIP 2.0 [a].
      const tag = tagOf(type);
      if (tag === undefined) continue;
      const isNumbered = tag === "user" || tag === "group";
      if (isNumbered && (qualifier === undefined || qualifier.length > maximumNumberBytes)) {
        return this.#unusable(`have an entry for a ${tag} with ${qualifier?.length ?? 0} bytes of a number`);
      }
      const id = isNumbered ? qualifier!.reduce((value, octet) => value * 0x100 + octet, 0) : null;
      current.push(aclEntry(tag, id, flags & 7));
    }
    return { access, initial };
  }

  /** The bytes of a qualifier, in one or more records; `null` for one that is cut off. */
  #qualifier(): number[] | null {
    const bytes: number[] = [];
    for (;;) {
      const head = this.#bytes[this.#at++];
      const length = (head ?? 0) % qualifierContinues;
      if (head === undefined || this.#at + length > this.#bytes.length) {
        this.#unusable("end inside a qualifier");
        return null;
      }
      bytes.push(...this.#bytes.subarray(this.#at, this.#at + length));
      this.#at += length;
      if (head < qualifierContinues) return bytes;
    }
  }

  #unusable(reason: string): undefined {
    this.#fault("accessControl", `${reason}; there are none, then`);
    return undefined;
  }
}

const tags: readonly AclTag[] = ["owner", "user", "owningGroup", "group", "mask", "other"];

function tagOf(type: number): AclTag | undefined {
  return tags.find((tag) => listEntryTypes[tag] === type);
}

/** A list with the entries that a mode says and that were left out. */
function completed(entries: readonly AclEntry[], mode: number): readonly AclEntry[] {
  const missing = (["owner", "owningGroup", "other"] as const).filter(
    (tag) => !entries.some((entry) => entry.tag === tag),
  );
  const shifts = { owner: 6, owningGroup: 3, other: 0 } as const;
  return [...entries, ...missing.map((tag) => aclEntry(tag, null, (mode >> shifts[tag]) & 7))];
}

function decodedLists(bytes: Uint8Array, mode: number, fault: AttributeFault): AccessControl | undefined {
  const found = new ListReader(bytes, fault).read();
  if (found === undefined) return undefined;
  const { access, initial } = found;
  if (access.length > 0 && modeOfList(access, mode) !== mode) {
    const says = modeOfList(access, mode).toString(8);
    fault("mode", `is ${mode.toString(8)}, and the access control list says ${says}; the mode is taken for right`);
  }
  const listOf = (entries: readonly AclEntry[]): readonly AclEntry[] | null => (entries.length === 0 ? null : entries);
  const lists = { access: listOf(access) && completed(access, mode), default: listOf(initial) };
  return lists.access === null && lists.default === null ? undefined : lists;
}

/** The components of what is written of an item: names and values in turns; the lists first, under the empty name. */
export function attributeComponents(item: Item): Uint8Array[] {
  const lists = writtenAccessControl(item.accessControl, item.mode);
  const pairs = sortedAttributes(item.extendedAttributes ?? new Map());
  return [
    ...(lists === undefined ? [] : [new Uint8Array(0), encodedLists(lists)]),
    ...pairs.flatMap(([name, value]) => [encodedName(name), value]),
  ];
}

/**
 * Cuts components into component records, and distributes these over containers: no record reaches from one container
 * into the next, a component does.
 *
 * @param room Bytes of a container.
 */
export function packComponents(components: readonly Uint8Array[], room: number): Uint8Array[] {
  const containers: number[][] = [[]];
  for (const component of components) {
    let done = 0;
    do {
      const rest = component.length - done;
      let container = containers.at(-1)!;
      // A record that holds nothing is one only of what is empty.
      if (room - container.length < componentHeadBytes + Math.min(1, rest)) {
        container = [];
        containers.push(container);
      }
      const length = Math.min(rest, room - container.length - componentHeadBytes, maximumPieceBytes);
      container.push(length < rest ? continueFlag : 0, length);
      for (let index = 0; index < length; index++) container.push(component[done + index]!);
      done += length;
    } while (done < component.length);
  }
  return containers.filter(({ length }) => length > 0).map((container) => Uint8Array.from(container));
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * The components in what containers hold. A record may go on in the next container: AAIP 2.0 has one in its example.
 * One that is cut off at the end is reported, and left out.
 */
export function componentsOf(containers: readonly Uint8Array[], fault: AttributeFault): Uint8Array[] {
  const area = joined(containers);
  const components: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  let isOpen = false;
  for (let at = 0; at < area.length; ) {
    const length = area[at + 1] ?? 0;
    const start = at + componentHeadBytes;
    if (start + length > area.length) {
      fault("component", `of ${length} bytes passes the end of the list`);
      return components;
    }
    open.push(area.subarray(start, start + length));
    isOpen = (area[at]! & continueFlag) !== 0;
    if (!isOpen) {
      components.push(joined(open));
      open = [];
    }
    at = start + length;
  }
  if (isOpen) fault("component", "goes on, and the list ends");
  return components;
}

/** What components say of an item that has that mode. What is damaged is reported, and left out. */
export function attributesOfComponents(
  components: readonly Uint8Array[],
  mode: number,
  fault: AttributeFault,
): FoundItemAttributes {
  const attributes = new Map<string, Uint8Array>();
  let accessControl: AccessControl | undefined;
  for (let index = 0; index + 1 < components.length; index += 2) {
    const name = components[index]!;
    const value = components[index + 1]!;
    if (name.length === 0) {
      accessControl ??= decodedLists(value, mode, fault);
      continue;
    }
    const text = decodedName(name, fault);
    if (attributes.has(text)) fault("name", `"${text}" is there twice; the first is taken`);
    else attributes.set(text, value);
  }
  if (components.length % 2 === 1) fault("pair", "of name and value lacks its value");
  return { extendedAttributes: attributes.size === 0 ? undefined : attributes, accessControl };
}
