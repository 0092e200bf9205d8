/** Rock Ridge entries as dumps show them. Rock Ridge Interchange Protocol (IEEE P1282) version 1.12, clause 4. */
import { flagged } from "../../codec/explained.js";
import { u8 } from "../../codec/integers.js";
import { embedded, part } from "../../codec/parts.js";
import { bp } from "../../codec/rows.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { longTime, recordingTime } from "../../codec/time.js";
import { nameField } from "../names/name-field.js";
import { continueFlag } from "../susp/attribute-list.js";
import { componentParts } from "../susp/attribute-parts.js";
import { entryHeadBytes, entryStructure } from "../susp/entries.js";
import { firstZisofsEntry, secondZisofsEntry } from "../zisofs/zisofs-entry.js";
import { attributeHeadBytes, attributeList } from "./attribute-entry.js";
import {
  alternateName,
  childLink,
  componentFlags,
  deviceNumber,
  longForm,
  parentLink,
  posixAttributesRows,
  relocated,
  symbolicLink,
  timeStampOrder,
  timeStamps,
} from "./entries.js";

/** PX: in 1.10 the serial number is not there. */
const attributes: Structure = entryStructure("PX", "4.1.1", (source, at) => {
  const rows = posixAttributesRows.fields.filter(({ key }) => !key.startsWith("_"));
  return rows.filter(({ row }) => at + (row.firstBit + row.bits) / 8 <= source.length);
});

/** The times of TF, each with its bit. */
const times: Structure = entryStructure("TF", "4.1.6", (source, at) => {
  if (at + entryHeadBytes >= source.length) return [];
  const bits = Object.fromEntries(timeStampOrder.map((key, index) => [key, 2 ** index]));
  const parts = [part("flags", bp(5, 5, flagged(u8, { ...bits, longForm }), "4.1.6 [4]"))];
  const flags = source[at + 4]!;
  const type = (flags & longForm) === 0 ? recordingTime : longTime;
  const bytes = type.bytes!;
  let position = entryHeadBytes + 1;
  for (const [key, bit] of Object.entries(bits)) {
    if ((flags & bit) === 0) continue;
    if (at + position + bytes > source.length) break;
    parts.push(part(key, bp(position + 1, position + bytes, type, "4.1.6 [5]")));
    position += bytes;
  }
  return parts;
});

const nameFlags = { continue: 1, current: 2, parent: 4 };

const name: Structure = entryStructure("NM", "4.1.4", (source, at) => {
  const length = source.length - at - 5;
  if (length < 0) return [];
  const flags = part("flags", bp(5, 5, flagged(u8, nameFlags), "4.1.4 [4]"));
  return length === 0 ? [flags] : [flags, part("name", bp(6, 5 + length, nameField(length), "4.1.4 [5]"))];
});

const { name: _none, ...kinds } = componentFlags;
const linkFlags = { continue: 1, ...kinds };

const component: Structure = {
  name: "ComponentRecord",
  parts: (_source, at, end) => [
    part("flags", bp(1, 1, flagged(u8, linkFlags), "4.1.3.1")),
    part("length", bp(2, 2, u8, "4.1.3.1")),
    ...(end - at > 2 ? [part("text", bp(3, end - at, nameField(end - at - 2), "4.1.3.1"))] : []),
  ],
};

const link: Structure = entryStructure("SL", "4.1.3", (source, at) => {
  if (at + entryHeadBytes >= source.length) return [];
  const parts: StructField[] = [part("flags", bp(5, 5, flagged(u8, { continue: 1 }), "4.1.3 [4]"))];
  let position = 5;
  while (at + position + 2 <= source.length) {
    const bytes = 2 + source[at + position + 1]!;
    if (at + position + bytes > source.length) break;
    const row = bp(position + 1, position + bytes, embedded(component), "4.1.3 [5]");
    parts.push(part(`components[${parts.length - 1}]`, row));
    position += bytes;
  }
  return parts;
});

/** AL. Its last record may go on in the next AL: then its content ends with the entry. */
const attributeListParts: Structure = entryStructure("AL", "AAIP 2.0", (source, at) => {
  if (at + entryHeadBytes >= source.length) return [];
  const flags = part("flags", bp(5, 5, flagged(u8, { continue: continueFlag }), "AAIP 2.0 [4]"));
  return [flags, ...componentParts(source, at, attributeHeadBytes, source.length)];
});

/** ZF and Z2: their version says what they are made of. */
const zisofs: Structure = entryStructure("ZF", "zisofs, ZF", (source, at) => {
  const { fields } = source[at + 3] === 2 ? secondZisofsEntry : firstZisofsEntry;
  const behindHead = fields.filter(({ row }) => row.firstBit >= entryHeadBytes * 8);
  return behindHead.filter(({ row }) => at + (row.firstBit + row.bits) / 8 <= source.length);
});

/** The entries of Rock Ridge, and of AAIP, by signature. */
export const rockRidgeStructures: ReadonlyMap<string, Structure> = new Map<string, Structure>([
  [posixAttributesRows.name, attributes],
  [deviceNumber.name, deviceNumber],
  [timeStamps.name, times],
  [alternateName.name, name],
  [symbolicLink.name, link],
  [childLink.name, childLink],
  [parentLink.name, parentLink],
  [relocated.name, relocated],
  [attributeList.name, attributeListParts],
  ["ZF", zisofs],
  ["Z2", zisofs],
]);
