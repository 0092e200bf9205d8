/** Checks extended attributes. ECMA-167, 3rd edition, 4/9.1, 4/14.10; OSTA UDF 3.3.4. */
import { strictContext } from "../../codec/codec.js";
import { readU16le, readU32le } from "../../codec/integers.js";
import { componentsOf } from "../susp/attribute-list.js";
import {
  attributeHead,
  attributesHeadChecksum,
  attributeTypes,
  extendedAttributeHeader,
  implementationUse,
  listIdentifier,
  noAttributes,
} from "../udf/extended-attributes.js";
import { tagIdentifiers } from "../udf/tag.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import { checkIdentifier, identifierText } from "./udf-identifiers.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag } from "./udf-tags.js";

/** An area of attributes. */
export interface AttributeArea {
  readonly data: Uint8Array;
  /** Block that the tag of its header has to name. */
  readonly location: number;
  readonly place: UdfPlace;
}

/** Kinds of attributes, in the order in which they stand. ECMA-167 4/9.1, OSTA UDF 3.3.4. */
const kinds = { standard: 0, implementation: 1, wholeBlocks: 2, application: 3 } as const;

/** Attributes of UDF itself: the first and the last revision that has them. OSTA UDF 3.3.4.5, 3.3.4.6. */
const udfAttributes: Readonly<Record<string, readonly [number, number]>> = {
  "*UDF FreeEASpace": [0x0102, 0xffff],
  "*UDF FreeAppEASpace": [0x0102, 0xffff],
  "*UDF DVD CGMS Info": [0x0102, 0xffff],
  "*UDF OS/2 EA": [0x0102, 0x0150],
  "*UDF OS/2 EALength": [0x0102, 0xffff],
  "*UDF Mac VolumeInfo": [0x0102, 0xffff],
  "*UDF Mac FinderInfo": [0x0102, 0xffff],
  "*UDF Mac UniqueIDTable": [0x0102, 0x0150],
  "*UDF Mac ResourceFork": [0x0102, 0xffff],
  "*UDF OS/400 DirInfo": [0x0201, 0xffff],
  "*UDF VAT LVExtension": [0x0150, 0x0150],
};

/** Bytes of attributes before what their own length says. ECMA-167 4/14.10.3 to 4/14.10.9. */
const times = 20;
const device = 24;
const named = 48;

/** Bytes of an attribute that the checksum of UDF's own covers. OSTA UDF 3.3.4.5. */
const checksumBytes = 48;

interface FoundAttribute {
  readonly type: number;
  readonly at: number;
  readonly length: number;
}

/** Checks one area. */
class AreaCheck {
  readonly #checking: UdfChecking;
  readonly #area: AttributeArea;
  readonly #lists: Uint8Array[] = [];
  #lastKind = 0;
  #lastType = 0;

  constructor(checking: UdfChecking, area: AttributeArea) {
    this.#checking = checking;
    this.#area = area;
  }

  #report(name: Parameters<UdfChecking["report"]>[0], message: string): void {
    this.#checking.report(name, this.#area.place, message);
  }

  run(): void {
    const { data, location, place } = this.#area;
    const { name, size } = extendedAttributeHeader;
    if (data.length < size) {
      this.#report("UDF_EA_SPACE", `${data.length} bytes of attributes, fewer than a header has`);
      return;
    }
    const tagIdentifier = tagIdentifiers.extendedAttributeHeaderDescriptor;
    if (!checkDescriptorTag(this.#checking, { name, tagIdentifier, location, data, at: 0, bytes: size, place })) return;
    const found = new Map<number, number>();
    let at: number = size;
    while (at < data.length) {
      const attribute = this.#attribute(at);
      if (attribute === undefined) break;
      if (!found.has(attribute.type)) found.set(attribute.type, at);
      at += attribute.length;
    }
    this.#checkHeader(found, at === data.length);
    const fault = (_field: string, reason: string): void => this.#report("UDF_EA_LIST", `a component ${reason}`);
    if (componentsOf(this.#lists, fault).length % 2 === 1) this.#report("UDF_EA_LIST", "a name has no value");
  }

  /** Component records of AAIP, with the checksum that UDF's own attributes have. */
  #takeList(at: number, length: number): void {
    const { data } = this.#area;
    if (length < implementationUse.size) {
      this.#report("UDF_EA_LIST", `${length} bytes have no room for the checksum`);
      return;
    }
    const wanted = attributesHeadChecksum.of(data, at);
    const stated = readU16le(data, at + attributesHeadChecksum.at);
    if (stated !== wanted) this.#report("UDF_EA_LIST", `the checksum is ${stated}, expected ${wanted}`);
    this.#lists.push(data.subarray(at + implementationUse.size, at + length));
  }

  /** Checks the attribute at a place; `undefined` where the area cannot be read on behind it. */
  #attribute(at: number): FoundAttribute | undefined {
    const { data } = this.#area;
    const rest = data.length - at;
    if (rest < attributeHead.size) {
      this.#report("UDF_EA", `${rest} bytes are left behind the last attribute`);
      return undefined;
    }
    const {
      attributeType: type,
      attributeSubtype,
      attributeLength: length,
    } = attributeHead.read(data, at, strictContext);
    const own = this.#ownBytes(type, at, rest);
    if (own === undefined || length < own || length > rest) {
      this.#report("UDF_EA", `an attribute of type ${type} has ${length} bytes, ${rest} of the area are left`);
      return undefined;
    }
    if (attributeSubtype !== 1 || !isZero(data, at + 5, at + 8)) {
      this.#report("UDF_EA", `an attribute of type ${type} has the subtype ${attributeSubtype}, or reserved bytes`);
    }
    const kind = this.#kindOf(type, length);
    if (kind < this.#lastKind) {
      this.#report("UDF_EA_ORDER", `an attribute of type ${type} stands behind one of type ${this.#lastType}`);
    }
    this.#lastKind = kind;
    this.#lastType = type;
    const { blockBytes } = this.#checking;
    const unit = length >= blockBytes ? blockBytes : 4;
    if (at % unit !== 0 || length % unit !== 0) {
      this.#report("UDF_EA", `an attribute of ${length} bytes stands at byte ${at}`);
      if (length % 4 !== 0) return undefined;
    }
    return { type, at, length };
  }

  #kindOf(type: number, length: number): number {
    if (type === attributeTypes.applicationUse) return kinds.application;
    if (type !== attributeTypes.implementationUse) return kinds.standard;
    return length < this.#checking.blockBytes ? kinds.implementation : kinds.wholeBlocks;
  }

  /** Bytes that an attribute uses; `undefined` for one that is of no kind, or cut off. */
  #ownBytes(type: number, at: number, rest: number): number | undefined {
    const { data } = this.#area;
    if (type === attributeTypes.characterSet) return rest < 17 ? undefined : 17 + readU32le(data, at + 12);
    if (type === attributeTypes.fileTimes || type === attributeTypes.informationTimes) {
      return rest < times ? undefined : times + readU32le(data, at + 12);
    }
    if (type === attributeTypes.deviceSpecification) {
      if (rest < device) return undefined;
      const use = readU32le(data, at + 12);
      if (use >= 32 && rest >= device + 32) this.#identifier("ImplementationIdentifier", at + device);
      else this.#report("UDF_EA", `a device specification has ${use} bytes of the implementation's`);
      return device + use;
    }
    const isNamed = type === attributeTypes.implementationUse || type === attributeTypes.applicationUse;
    if (!isNamed || rest < named) return undefined;
    const length = named + readU32le(data, at + 12);
    this.#checkNamed(type, at, Math.min(length, rest));
    return length;
  }

  #identifier(kind: string, at: number): void {
    const { data, place } = this.#area;
    checkIdentifier(this.#checking, kind, { data, at, place }, "attribute: implementationIdentifier", undefined);
  }

  /** Attributes of implementations and applications, of which some are UDF's own. */
  #checkNamed(type: number, at: number, length: number): void {
    const { data } = this.#area;
    const text = identifierText(data, at + 16);
    const isImplementation = type === attributeTypes.implementationUse;
    const revisions = udfAttributes[text];
    if (revisions === undefined) {
      if (text.startsWith("*UDF")) this.#report("UDF_EA_NAME", `"${text}" is none of UDF's attributes`);
      this.#identifier(isImplementation ? "ImplementationIdentifier" : "EntityIdentifier", at + 16);
      if (isImplementation && text === listIdentifier) this.#takeList(at, length);
      return;
    }
    const { revision } = this.#checking;
    if (revision < revisions[0] || revision > revisions[1]) {
      this.#report("UDF_EA", `"${text}", in revision 0x${revision.toString(16)}`);
      return;
    }
    this.#identifier("UdfIdentifier", at + 16);
    if (length < checksumBytes + 2) {
      this.#report("UDF_EA_CHECKSUM", `"${text}" has no room for its checksum`);
      return;
    }
    let sum = 0;
    for (let index = at; index < at + checksumBytes; index++) sum += data[index]!;
    const stated = readU16le(data, at + checksumBytes);
    if (stated !== sum % 0x1_0000) {
      this.#report("UDF_EA_CHECKSUM", `the checksum of "${text}" is ${stated}, expected ${sum % 0x1_0000}`);
    }
  }

  #checkHeader(found: ReadonlyMap<number, number>, isWhole: boolean): void {
    const { data } = this.#area;
    const header = extendedAttributeHeader.read(data, 0, strictContext);
    const none = this.#checking.isThirdEdition ? noAttributes : data.length;
    const stated: readonly (readonly [string, number, number])[] = [
      ["the implementation's", attributeTypes.implementationUse, header.implementationAttributesLocation],
      ["the application's", attributeTypes.applicationUse, header.applicationAttributesLocation],
    ];
    for (const [name, type, location] of stated) {
      const wanted = found.get(type) ?? none;
      // Of an area that could not be read to its end, only what was found is sure.
      if (location === wanted || (!isWhole && !found.has(type))) continue;
      this.#report("UDF_EA_HEADER", `${name} attributes are said to start at ${location}, expected ${wanted}`);
    }
  }
}

/** Checks an area of extended attributes. */
export function checkAttributes(checking: UdfChecking, area: AttributeArea): void {
  new AreaCheck(checking, area).run();
}
