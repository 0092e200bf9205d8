/** AL: extended attributes and access control lists. Arbitrary Attribute Interchange Protocol (AAIP) version 2.0. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { PendingEntry } from "../susp/area.js";
import { attributeComponents, continueFlag, hasAttributes, packComponents } from "../susp/attribute-list.js";
import type { Item } from "../tree/directory.js";

/** AL: a piece of an item's list of attributes. */
export interface AttributeListEntry {
  /** Whether the list goes on in the next AL. */
  readonly continues: boolean;
  /** Component records: up to 250 bytes. */
  readonly components: Uint8Array;
}

/** Bytes before the component area: signature, length, version, flags. AAIP 2.0 [1] to [4]. */
export const attributeHeadBytes = 5;

/** Bytes of a component area: the length of an entry is one byte. AAIP 2.0 [2]. */
const componentAreaBytes = 255 - attributeHeadBytes;

/**
 * The most entries of one item. Linux gives a record up that has 32 continuation areas or more, and with it the file:
 * 26 of these, with seven entries each, leave it enough for names and targets.
 */
const maximumEntries = 26 * 7;

/** AL. AAIP 2.0. */
export const attributeList: Codec<AttributeListEntry> = {
  name: "AL",
  bytes: ({ components }) => attributeHeadBytes + components.length,
  write: (value, target, at) => {
    target[at] = 0x41; // "A"
    target[at + 1] = 0x4c; // "L"
    target[at + 2] = attributeList.bytes(value);
    target[at + 3] = 1;
    target[at + 4] = value.continues ? continueFlag : 0;
    target.set(value.components, at + attributeHeadBytes);
  },
  read: (source, at, context: ReadContext) => {
    const length = source[at + 2]!;
    if (length < attributeHeadBytes) {
      reportFault(context, "AL", "length", "AAIP 2.0 [2]", `is ${length}, less than its head`);
    }
    return {
      continues: (source[at + 4]! & continueFlag) !== 0,
      components: source.subarray(at + attributeHeadBytes, at + length),
    };
  },
};

function entriesOf(item: Item): AttributeListEntry[] {
  if (!hasAttributes(item)) return [];
  const areas = packComponents(attributeComponents(item), componentAreaBytes);
  return areas.map((components, index) => ({ continues: index + 1 < areas.length, components }));
}

/** Whether what an item has finds room in entries that all readers follow. */
export function fitsEntries(item: Item): boolean {
  return entriesOf(item).length <= maximumEntries;
}

/** The entries of an item; none for one whose attributes do not fit. */
export function attributeEntries(item: Item): PendingEntry[] {
  const entries = entriesOf(item);
  if (entries.length > maximumEntries) return [];
  return entries.map((value) => ({
    signature: "AL",
    bytes: attributeList.bytes(value),
    isBehindAll: true,
    write: (target, at) => attributeList.write(value, target, at),
  }));
}
