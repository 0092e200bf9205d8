/** Extended attributes as dumps show them, of every type. ECMA-167, 3rd edition, 4/14.10; OSTA UDF 3.3.4. */
import { flagged } from "../../codec/explained.js";
import { readU32le, u32le } from "../../codec/integers.js";
import { embedded, headedParts, part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { nested } from "../../codec/struct.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { textFromBytes } from "../../codec/text.js";
import { componentParts } from "../susp/attribute-parts.js";
import { entityIdentifier, implementationIdentifier } from "./entity-identifier.js";
import {
  attributeHead,
  attributesHeadChecksum,
  attributeTypes,
  deviceSpecification,
  extendedAttributeHeader,
  implementationUse,
  listIdentifier,
} from "./extended-attributes.js";
import { timestamp } from "./timestamp.js";

const timestampBytes = 12;

/** The times of each kind of attribute, by the bit that says that one is there. ECMA-167 4/14.10.5.6, 4/14.10.6.6. */
const fileTimeBits = { creationTime: 1, deletionTime: 4, effectiveTime: 8, backupTime: 32 } as const;
const informationTimeBits = { creationTime: 1, modificationTime: 2, expirationTime: 4, effectiveTime: 8 } as const;

/** What is left of an attribute behind the bytes that are known. */
function restParts(source: Uint8Array, at: number, known: number, clause: string): StructField[] {
  return rawPart("rest", known, readU32le(source, at + 8) - known, clause);
}

function times(name: string, clause: string, bits: Readonly<Record<string, number>>): Structure {
  return {
    name,
    parts: headedParts(attributeHead, (source, at, end) => {
      const parts = [
        part("dataLength", rbp(12, 4, u32le, `${clause}.5`)),
        part("existence", rbp(16, 4, flagged(u32le, bits), `${clause}.6`)),
      ];
      let position = 20;
      const existence = at + position <= end ? readU32le(source, at + 16) : 0;
      for (const [key, bit] of Object.entries(bits)) {
        if (Math.floor(existence / bit) % 2 === 0) continue;
        if (position + timestampBytes > readU32le(source, at + 8)) break;
        parts.push(part(key, rbp(position, timestampBytes, timestamp, `${clause}.7`)));
        position += timestampBytes;
      }
      return [...parts, ...restParts(source, at, position, `${clause}.7`)];
    }),
  };
}

/** Implementation Use that holds component records, and behind them what aligns the next attribute. */
function listParts(source: Uint8Array, at: number, end: number): StructField[] {
  const stated = attributesHeadChecksum.at + readU32le(source, at + 12);
  const length = Math.min(readU32le(source, at + 8), end - at);
  const used = Math.min(stated, length);
  return [
    ...implementationUse.fields.filter(({ row }) => row.firstBit >= attributeHead.size * 8),
    ...componentParts(source, at, implementationUse.size, at + used),
    ...rawPart(
      "rest",
      Math.max(used, implementationUse.size),
      length - Math.max(used, implementationUse.size),
      "4/14.10.8.7",
    ),
  ];
}

function isList(source: Uint8Array, at: number, end: number): boolean {
  if (at + implementationUse.size > end || readU32le(source, at + 8) < implementationUse.size) return false;
  return textFromBytes(source, at + 17, listIdentifier.length + 1) === `${listIdentifier}\0`;
}

function use(name: string, clause: string, identifier: StructCodec<unknown>): Structure {
  return {
    name,
    parts: headedParts(attributeHead, (source, at, end) =>
      isList(source, at, end)
        ? listParts(source, at, end)
        : [
            part("useLength", rbp(12, 4, u32le, `${clause}.5`)),
            part("identifier", rbp(16, 32, nested(identifier), `${clause}.6`)),
            ...rawPart("use", 48, readU32le(source, at + 8) - 48, `${clause}.7`),
          ],
    ),
  };
}

const device: Structure = {
  name: deviceSpecification.name,
  parts: (source, at, end) => {
    const isWhole = at + attributeHead.size <= end && readU32le(source, at + 8) >= deviceSpecification.size;
    if (isWhole) {
      const rest = restParts(source, at, deviceSpecification.size, "4/14.10.7.8");
      return [...deviceSpecification.fields, ...rest];
    }
    // The implementation use may be left out.
    const numbers = deviceSpecification.fields.filter(({ key }) => key !== "implementationUse");
    return [...numbers, ...(at + attributeHead.size > end ? [] : restParts(source, at, 24, "4/14.10.7.8"))];
  },
};

const unknown: Structure = {
  name: attributeHead.name,
  parts: headedParts(attributeHead, (source, at) =>
    rawPart("attributeData", attributeHead.size, readU32le(source, at + 8) - attributeHead.size, "4/14.10.2.5"),
  ),
};

const structures: ReadonlyMap<number, Structure> = new Map([
  [attributeTypes.fileTimes, times("FileTimes", "4/14.10.5", fileTimeBits)],
  [attributeTypes.informationTimes, times("InformationTimes", "4/14.10.6", informationTimeBits)],
  [attributeTypes.deviceSpecification, device],
  [attributeTypes.implementationUse, use("ImplementationUseAttribute", "4/14.10.8", implementationIdentifier)],
  [attributeTypes.applicationUse, use("ApplicationUseAttribute", "4/14.10.9", entityIdentifier)],
]);

/** The attribute that stands at `source[at]`. */
function structureAt(source: Uint8Array, at: number): Structure {
  const type = readU32le(source, at);
  const found = structures.get(type) ?? unknown;
  const least = type === attributeTypes.deviceSpecification ? 24 : found === unknown ? attributeHead.size : 20;
  const isUse = type === attributeTypes.implementationUse || type === attributeTypes.applicationUse;
  return readU32le(source, at + 8) < (isUse ? 48 : least) ? unknown : found;
}

/** All extended attributes of a file entry: a header, and what follows it. */
export const extendedAttributes: Structure = {
  name: "ExtendedAttributes",
  parts: (source, at, end) => {
    if (at + extendedAttributeHeader.size > end) return rawPart("rest", 0, end - at, "4/14.10");
    const header = rbp(0, extendedAttributeHeader.size, nested(extendedAttributeHeader), "4/14.10.1");
    const parts = [part("header", header)];
    let position = at + extendedAttributeHeader.size;
    while (position + attributeHead.size <= end) {
      const bytes = readU32le(source, position + 8);
      if (bytes < attributeHead.size || position + bytes > end) break;
      const row = rbp(position - at, bytes, embedded(structureAt(source, position)), "4/14.10.2");
      parts.push(part(`attributes[${parts.length - 1}]`, row));
      position += bytes;
    }
    return [...parts, ...rawPart("rest", position - at, end - position, "4/14.10")];
  },
};
