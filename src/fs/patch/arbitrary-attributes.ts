/** Arbitrary attributes of records, as libisofs writes them: AAIP 2.0, entry AL. */
import type { EntryVisitor } from "../susp/system-use-reader.js";
import { signatureOf } from "../susp/system-use-reader.js";

const signature = signatureOf("AL");

/** Bytes of AL before its component records: signature, length, version and flags. */
const headBytes = 5;

/** Set in the flags of a component record that goes on in the next one. */
const continues = 1;

/** Attributes of one record, by their names: a byte for the namespace comes first, 4 for "isofs.". */
export class ArbitraryAttributes {
  readonly #components: number[][] = [];
  #isOpen = false;

  readonly visit: EntryVisitor = (found, source, at, length) => {
    if (found !== signature) return;
    const end = at + length;
    for (let position = at + headBytes; position + 2 <= end; ) {
      const bytes = source.subarray(position + 2, Math.min(end, position + 2 + source[position + 1]!));
      if (this.#isOpen) this.#components.at(-1)!.push(...bytes);
      else this.#components.push([...bytes]);
      this.#isOpen = source[position]! % 2 === continues;
      position += 2 + source[position + 1]!;
    }
  };

  /** The value of an attribute of libisofs: "cx", "ca". */
  value(name: string): Uint8Array | undefined {
    const wanted = [4, ...[...name].map((letter) => letter.charCodeAt(0))].join();
    for (let index = 0; index + 1 < this.#components.length; index += 2) {
      if (this.#components[index]!.join() === wanted) return Uint8Array.from(this.#components[index + 1]!);
    }
    return undefined;
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
