/** Attributes of records that libisofs notes for itself: AAIP 2.0, entry AL. */

import { attributeHeadBytes } from "../rockridge/attribute-entry.js";
import { attributesOfComponents, componentsOf } from "../susp/attribute-list.js";
import type { EntryVisitor } from "../susp/system-use-reader.js";
import { signatureOf } from "../susp/system-use-reader.js";
import { imageNameSpace } from "../tree/extended-attributes.js";

const signature = signatureOf("AL");

/** Whoever lists the tree has reported what is odd. */
function unreported(): void {}

/** Attributes of one record. */
export class ArbitraryAttributes {
  readonly #areas: Uint8Array[] = [];

  readonly visit: EntryVisitor = (found, source, at, length) => {
    if (found === signature) this.#areas.push(source.slice(at + attributeHeadBytes, at + length));
  };

  /** The value of an attribute of libisofs: "cx", "ca". */
  value(name: string): Uint8Array | undefined {
    const components = componentsOf(this.#areas, unreported);
    return attributesOfComponents(components, 0, unreported).extendedAttributes?.get(imageNameSpace + name);
  }

  /** The number that an attribute is; its most significant byte comes first. */
  number(name: string): number | undefined {
    const bytes = this.value(name);
    return bytes === undefined ? undefined : numberOf(bytes);
  }
}

/** A number whose most significant byte comes first. */
export function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((value, octet) => value * 0x100 + octet, 0);
}
