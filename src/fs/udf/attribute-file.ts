/**
 * Extended attributes of hosts and access control lists in UDF: extended attributes for implementation use, which hold
 * component records of AAIP. Those that have no room in the entry of their item are in a file of their own. ECMA-167,
 * 3rd edition, 4/9.1, 4/14.10.8; OSTA UDF 3.3.4.5.
 */
import { alignUp } from "../../units.js";
import { attributeComponents, hasAttributes, packComponents } from "../susp/attribute-list.js";
import type { Content } from "../tree/content.js";
import type { Item } from "../tree/directory.js";
import { thisImplementation } from "./entity-identifier.js";
import {
  attributesHeadChecksum,
  attributeTypes,
  extendedAttributeHeader,
  implementationUse,
  listIdentifier,
  noAttributes,
} from "./extended-attributes.js";
import { pathComponentsOf } from "./path-components.js";
import type { TagContext } from "./tag.js";
import { sealDescriptor, tagBytes, tagIdentifiers } from "./tag.js";

/** Attributes shorter than a block begin at any multiple of four bytes. OSTA UDF 3.3.4. */
const alignment = 4;

/** Component records of one attribute, at most: so that it is shorter than a block. */
const maximumComponentBytes = 1984;

/** Bytes up to which attributes stand in the entry itself, with contents that are kept there. */
const maximumOwnBytes = 1024;

/** One attribute for implementation use. */
export interface ListAttribute {
  readonly components: Uint8Array;
  /** Bytes of the whole attribute. */
  readonly bytes: number;
}

/** The attributes that hold what an item has. */
export function listAttributes(item: Item): ListAttribute[] {
  if (!hasAttributes(item)) return [];
  return packComponents(attributeComponents(item), maximumComponentBytes).map((components) => ({
    components,
    bytes: alignUp(implementationUse.size + components.length, alignment),
  }));
}

/** Writes one of them. */
export function writeListAttribute({ components, bytes }: ListAttribute, target: Uint8Array, at: number): void {
  const head = {
    attributeType: attributeTypes.implementationUse,
    attributeSubtype: 1,
    attributeLength: bytes,
    implementationUseLength: implementationUse.size - attributesHeadChecksum.at + components.length,
    implementationIdentifier: { ...thisImplementation, identifier: listIdentifier },
    headerChecksum: 0,
  };
  implementationUse.write(head, target, at);
  implementationUse.write({ ...head, headerChecksum: attributesHeadChecksum.of(target, at) }, target, at);
  target.set(components, at + implementationUse.size);
}

/** Bytes of an item's contents that may be kept in its entry. */
function embeddedBytesOf(item: Item, embeddedBytes: number): number {
  if (item.type === "symlink") return pathComponentsOf(item.target).length;
  return item.type === "file" && item.content.bytes <= embeddedBytes ? item.content.bytes : 0;
}

/** A file of extended attributes, whose header says where it lies: it is told when the image is planned. */
export class AttributeFile implements Content {
  readonly repeatable = true;
  readonly label: string;
  readonly bytes: number;
  readonly #attributes: readonly ListAttribute[];
  #whole: Uint8Array | undefined;

  constructor(item: Item, attributes: readonly ListAttribute[]) {
    this.label = `extended attributes of "${item.path}"`;
    this.#attributes = attributes;
    this.bytes = attributes.reduce((sum, { bytes }) => sum + bytes, extendedAttributeHeader.size);
  }

  /** @param tag Of its header, with the block in which that stands. */
  place(tag: TagContext): void {
    const whole = new Uint8Array(this.bytes);
    const none = tag.descriptorVersion === 3 ? noAttributes : this.bytes;
    const { size } = extendedAttributeHeader;
    const header = { implementationAttributesLocation: size, applicationAttributesLocation: none };
    extendedAttributeHeader.write(header, whole, 0);
    sealDescriptor(tagIdentifiers.extendedAttributeHeaderDescriptor, whole, 0, size - tagBytes, tag);
    let at: number = size;
    for (const attribute of this.#attributes) {
      writeListAttribute(attribute, whole, at);
      at += attribute.bytes;
    }
    this.#whole = whole;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    if (this.#whole === undefined) throw new TypeError(`${this.label} have no place yet`);
    into.set(this.#whole.subarray(offset, offset + into.length));
  }
}

/**
 * The file of attributes of an item; `undefined` where they have room in its entry, or there are none.
 *
 * @param embeddedBytes Bytes up to which contents are kept in entries.
 */
export function attributeFileOf(item: Item, embeddedBytes: number): AttributeFile | undefined {
  const attributes = listAttributes(item);
  const bytes = attributes.reduce((sum, attribute) => sum + attribute.bytes, 0);
  if (bytes === 0 || bytes + embeddedBytesOf(item, embeddedBytes) <= maximumOwnBytes) return undefined;
  return new AttributeFile(item, attributes);
}
