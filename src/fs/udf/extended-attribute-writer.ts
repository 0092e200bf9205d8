/** The extended attributes of a file entry. ECMA-167, 3rd edition, 4/14.10; OSTA UDF 3.3.4. */
import type { Item } from "../tree/directory.js";
import type { ListAttribute } from "./attribute-file.js";
import { listAttributes, writeListAttribute } from "./attribute-file.js";
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
  /** Knows which items have a file of attributes. */
  readonly catalog: { readonly attributeFiles: Pick<ReadonlyMap<Item, number>, "has"> };
  creationMs(item: Item): number | null;
}

/** What stands in the entry of an item of its own extended attributes and lists. */
function ownListAttributes(item: Item, { catalog }: AttributeOptions): ListAttribute[] {
  return catalog.attributeFiles.has(item) ? [] : listAttributes(item);
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
  const lists = ownListAttributes(item, options).reduce((sum, attribute) => sum + attribute.bytes, 0);
  const all = times + device + lists;
  return all === 0 ? 0 : extendedAttributeHeader.size + all;
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
  const lists = ownListAttributes(item, options);
  const firstList = lists.reduce((at, attribute) => at - attribute.bytes, bytes);
  // Where those would start that are not there is said in two ways.
  const none = options.rules.extended ? noAttributes : bytes;
  const header = {
    implementationAttributesLocation: lists.length === 0 ? none : firstList,
    applicationAttributesLocation: none,
  };
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
  let listAt = at + firstList;
  for (const attribute of lists) {
    writeListAttribute(attribute, target, listAt);
    listAt += attribute.bytes;
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
