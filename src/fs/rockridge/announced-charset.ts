/**
 * The character set that libisofs states for the names of an image: the attribute "isofs.cs" of the root directory.
 * Arbitrary Attribute Interchange Protocol (AAIP) version 2.0; libisofs, doc/susp_aaip_isofs_names.txt.
 */
import { textFromBytes } from "../../codec/text.js";

/** Bytes before the component records of AL: signature, length, version, flags. AAIP 2.0 [1] to [4]. */
const headBytes = 5;

/** Set in the flags of a record that goes on in the next one. AAIP 2.0 [A]. */
const continueFlag = 1;

/** "cs" in the name space of libisofs, whose first byte stands for "isofs.". AAIP 2.0, "Namespaces". */
const charsetName = "\x04cs";

/** Collects the entries AL of one record, and finds the character set in them. */
export class AnnouncedCharset {
  readonly #bytes: number[] = [];

  /** Takes one AL of that length in. */
  add(source: Uint8Array, at: number, length: number): void {
    for (let index = at + headBytes; index < at + length; index++) this.#bytes.push(source[index]!);
  }

  /** The set that is stated; `undefined` where there is none, and where the list is cut off before it. */
  get name(): string | undefined {
    const area = Uint8Array.from(this.#bytes);
    const texts: string[] = [""];
    for (let at = 0; at + 2 <= area.length; ) {
      const length = area[at + 1]!;
      texts[texts.length - 1] += textFromBytes(area, at + 2, length);
      if ((area[at]! & continueFlag) === 0) texts.push("");
      at += 2 + length;
    }
    // Names and values in turns; behind the last whole one is what was begun.
    const place = texts.findIndex((text, index) => index % 2 === 0 && text === charsetName);
    const isWhole = place >= 0 && place + 2 < texts.length;
    return isWhole ? texts[place + 1] : undefined;
  }
}
