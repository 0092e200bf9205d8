/**
 * The character set that libisofs states for the names of an image: the attribute "isofs.cs" of the root directory.
 * Arbitrary Attribute Interchange Protocol (AAIP) version 2.0; libisofs, doc/susp_aaip_isofs_names.txt.
 */
import { textFromBytes } from "../../codec/text.js";
import { attributesOfComponents, componentsOf } from "../susp/attribute-list.js";
import { attributeHeadBytes } from "./attribute-entry.js";

const charsetName = "isofs.cs";

/** Whoever reads the attributes of the root reports what is odd. */
function unreported(): void {}

/** Collects the entries AL of one record, and finds the character set in them. */
export class AnnouncedCharset {
  readonly #areas: Uint8Array[] = [];

  /** Takes one AL of that length in. */
  add(source: Uint8Array, at: number, length: number): void {
    this.#areas.push(source.slice(at + attributeHeadBytes, at + length));
  }

  /** The set that is stated; `undefined` where there is none, and where the list is cut off before it. */
  get name(): string | undefined {
    const found = attributesOfComponents(componentsOf(this.#areas, unreported), 0, unreported);
    const value = found.extendedAttributes?.get(charsetName);
    return value === undefined ? undefined : textFromBytes(value, 0, value.length);
  }
}
