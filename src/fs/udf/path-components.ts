/** What a symbolic link's file holds: the components of its target. ECMA-167, 3rd edition, 4/14.16; OSTA UDF 2.3.13. */
import { named } from "../../codec/explained.js";
import { u8, u16le } from "../../codec/integers.js";
import { embedded, part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructField, Structure } from "../../codec/structure.js";
import {
  compressedUnicode,
  compressedUnicodeBytes,
  readCompressedUnicode,
  writeCompressedUnicode,
} from "./compressed-unicode.js";

/** Kinds of components. ECMA-167 4/14.16.1. */
const componentTypes = { agreedRoot: 1, root: 2, parent: 3, current: 4, name: 5 } as const;

const headBytes = 4;

/** The bytes of a target's components; empty components, as in "a//b", are none. */
export function pathComponentsOf(target: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  const add = (type: number, name: string): void => {
    const nameBytes = compressedUnicodeBytes(name);
    const piece = new Uint8Array(headBytes + nameBytes);
    piece[0] = type; // RBP 0
    piece[1] = nameBytes; // RBP 1
    writeCompressedUnicode(name, piece, headBytes); // RBP 2 is the version of what is named: any
    pieces.push(piece);
  };
  if (target.startsWith("/")) add(componentTypes.root, "");
  for (const part of target.split("/")) {
    if (part === "") continue;
    if (part === "..") add(componentTypes.parent, "");
    else if (part === ".") add(componentTypes.current, "");
    else add(componentTypes.name, part);
  }
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Why a target cannot be written; `undefined` where it can. */
export function pathComponentFault(target: string): string | undefined {
  for (const part of target.split("/")) {
    if (compressedUnicodeBytes(part) > 255) return `"${part}" in its target is longer than 255 bytes`;
    if (!part.isWellFormed()) return "its target has bytes that are no characters";
  }
  return undefined;
}

/** The target that stands in the bytes; `undefined` where they are no components. */
export function targetOfPathComponents(bytes: Uint8Array): string | undefined {
  const parts: string[] = [];
  let isAbsolute = false;
  for (let at = 0; at < bytes.length; ) {
    const [type, length] = [bytes[at]!, bytes[at + 1] ?? 0];
    if (at + headBytes + length > bytes.length) return undefined;
    if (type === componentTypes.root || type === componentTypes.agreedRoot) isAbsolute = true;
    else if (type === componentTypes.parent) parts.push("..");
    else if (type === componentTypes.current) parts.push(".");
    else if (type === componentTypes.name) {
      const name = readCompressedUnicode(bytes, at + headBytes, length);
      if (name === undefined) return undefined;
      parts.push(name);
    } else return undefined;
    at += headBytes + length;
  }
  return (isAbsolute ? "/" : "") + parts.join("/");
}

const pathComponent: Structure = {
  name: "PathComponent",
  parts: (source, at, end) => {
    const nameBytes = at + 1 < end ? source[at + 1]! : 0;
    const name = (): StructField =>
      part("componentIdentifier", rbp(headBytes, nameBytes, compressedUnicode(nameBytes), "4/14.16.1.4"));
    return [
      part("componentType", rbp(0, 1, named(u8, componentTypes), "4/14.16.1.1")),
      part("lengthOfComponentIdentifier", rbp(1, 1, u8, "4/14.16.1.2")),
      part("componentFileVersionNumber", rbp(2, 2, u16le, "4/14.16.1.3")),
      ...(nameBytes === 0 ? [] : [name()]),
    ];
  },
};

/** The contents of a symbolic link, for dumps. */
export const pathComponents: Structure = {
  name: "Pathname",
  parts: (source, at, end) => {
    const parts: StructField[] = [];
    let position = at;
    while (position + headBytes <= end && position + headBytes + source[position + 1]! <= end) {
      const bytes = headBytes + source[position + 1]!;
      parts.push(part(`components[${parts.length}]`, rbp(position - at, bytes, embedded(pathComponent), "4/14.16.1")));
      position += bytes;
    }
    return [...parts, ...rawPart("rest", position - at, end - position, "4/14.16")];
  },
};
