/** The extended attributes of a file entry. ECMA-167, 3rd edition, 4/14.10; OSTA UDF 3.3.4. */
import type { Item } from "../tree/directory.js";
import { thisImplementation } from "./entity-identifier.js";
import {
  attributeTypes,
  deviceSpecification,
  extendedAttributeHeader,
  fileTimes,
  noAttributes,
} from "./extended-attributes.js";
import type { RevisionRules } from "./revision.js";
import type { TagContext } from "./tag.js";
import { sealDescriptor, tagBytes, tagIdentifiers } from "./tag.js";

/** What decides which attributes an item has. */
export interface AttributeOptions {
  readonly rules: RevisionRules;
  creationMs(item: Item): number | null;
}

/** Entries that are not extended have no field for the time of creation. */
function creationToWrite(item: Item, { rules, creationMs }: AttributeOptions): number | null {
  return rules.extended ? null : creationMs(item);
}

function isDevice(item: Item): boolean {
  return item.type === "block" || item.type === "character";
}

/** Bytes of an item's extended attributes, their header among them; 0 for none. */
export function attributeBytes(item: Item, options: AttributeOptions): number {
  const creationTime = creationToWrite(item, options);
  const times = creationTime === null ? 0 : fileTimes.bytes({ creationTime });
  const device = isDevice(item) ? deviceSpecification.size : 0;
  return times + device === 0 ? 0 : extendedAttributeHeader.size + times + device;
}

/** Writes an item's extended attributes. */
export function writeAttributes(
  item: Item,
  options: AttributeOptions,
  target: Uint8Array,
  at: number,
  tag: TagContext,
): void {
  const bytes = attributeBytes(item, options);
  if (bytes === 0) return;
  // There are none of the implementation's or the application's; where they would start is said in two ways.
  const none = options.rules.extended ? noAttributes : bytes;
  const header = { implementationAttributesLocation: none, applicationAttributesLocation: none };
  extendedAttributeHeader.write(header, target, at);
  sealDescriptor(
    tagIdentifiers.extendedAttributeHeaderDescriptor,
    target,
    at,
    extendedAttributeHeader.size - tagBytes,
    tag,
  );
  let attributeAt = at + extendedAttributeHeader.size;
  const creationTime = creationToWrite(item, options);
  if (creationTime !== null) {
    fileTimes.write({ creationTime }, target, attributeAt);
    attributeAt += fileTimes.bytes({ creationTime });
  }
  if (item.type !== "block" && item.type !== "character") return;
  const specification = {
    attributeType: attributeTypes.deviceSpecification,
    attributeSubtype: 1,
    attributeLength: deviceSpecification.size,
    implementationUseLength: 32,
    majorDeviceIdentification: item.major,
    minorDeviceIdentification: item.minor,
    implementationUse: thisImplementation,
  };
  deviceSpecification.write(specification, target, attributeAt);
}
