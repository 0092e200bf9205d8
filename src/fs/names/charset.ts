/** Character sets of names, and how they stand in identifiers of ISO 9660. */
import { bytesFromName, escapedName, nameFromBytes } from "./name-bytes.js";

/**
 * A character set that names are recorded in. The core knows UTF-8 alone (see name-bytes.ts); others are implemented by
 * `host`. In all of them the bytes of "/", "." and ";" stand for these characters alone, never for a part of others.
 */
export interface Charset {
  /** As people know it: "shift_jis". */
  readonly name: string;
  decode(bytes: Uint8Array): string;
  /** `undefined` for text with characters that the set lacks. */
  encode(text: string): Uint8Array | undefined;
}

/** Finds a character set by the name that a disc has for it; `undefined` for one that is not known. */
export type CharsetFinder = (name: string) => Charset | undefined;

/**
 * How names on a disc are read: in a character set, or in the one that the disc names, where it names one that is found.
 */
export type CharsetChoice = Charset | CharsetFinder;

/** The character set that is chosen for a tree. @param announced What the disc says of it. */
export function chosenCharset(choice: CharsetChoice | undefined, announced: string | undefined): Charset | undefined {
  if (typeof choice !== "function") return choice;
  return announced === undefined ? undefined : choice(announced);
}

/** UTF-8, and whatever other bytes there are as they are. */
export const utf8Charset: Charset = { name: "utf-8", decode: nameFromBytes, encode: bytesFromName };

/** What becomes of names with characters that a character set lacks. */
export type Unencodable = "refuse" | "mangle";

/** How a name's bytes are made in a character set. A name that is not UTF-8 is in some other set: its bytes stay. */
export function encodedName(name: string, charset: Charset): Uint8Array | undefined {
  return name.isWellFormed() ? charset.encode(name) : bytesFromName(name);
}

/** The first character of a name that a character set lacks; `undefined` where it has all of them. */
export function lackingCharacter(name: string, charset: Charset): string | undefined {
  if (encodedName(name, charset) !== undefined) return undefined;
  const characters = [...name];
  return characters.find((character) => charset.encode(character) === undefined) ?? characters[0];
}

/** A name with "_" for each character that a character set lacks. */
export function mangledName(name: string, charset: Charset): string {
  if (encodedName(name, charset) !== undefined) return name;
  const mangled = [...name].map((character) => (charset.encode(character) === undefined ? "_" : character)).join("");
  // Characters that there are alone, and not behind one another.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
  return charset.encode(mangled) === undefined ? name.replace(/[^\x00-\x7f]/gu, "_") : mangled;
}

/** A name that is not UTF-8 as one character for each of its bytes: wherever it is cut, these bytes stay. */
export function byteByByte(name: string): string {
  return name.isWellFormed() ? name : escapedName(bytesFromName(name));
}

/** The forms of Unicode in which characters are composed, or taken apart. Unicode Standard Annex #15. */
export type UnicodeForm = "nfc" | "nfd";

/** A name in a Unicode form; one that is not UTF-8, or that nothing is asked of, stays. */
export function nameInForm(name: string, form: UnicodeForm | undefined): string {
  if (form === undefined || !name.isWellFormed()) return name;
  return name.normalize(form === "nfc" ? "NFC" : "NFD");
}
