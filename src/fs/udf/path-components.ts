/** What a symbolic link's file holds: the components of its target. ECMA-167, 3rd edition, 4/14.16; OSTA UDF 2.3.13. */
import { named } from "../../codec/explained.js";
import { u8, u16le } from "../../codec/integers.js";
import { embedded, part, rawPart } from "../../codec/parts.js";
import { rbp } from "../../codec/rows.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { textFromBytes } from "../../codec/text.js";
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

/**
 * The target that path components make.
 *
 * @param fault Hears of what cannot stand in a target: it is left out, or shown with "_".
 */
export function readSymlinkTarget(bytes: Uint8Array, fault: (reason: string) => void): string {
  let parts: string[] = [];
  let isAbsolute = false;
  for (let at = 0; at < bytes.length; ) {
    const type = bytes[at]!; // RBP 0, 4/14.16.1.1
    const nameBytes = bytes[at + 1] ?? 0; // RBP 1, 4/14.16.1.2; a version follows
    if (at + headBytes + nameBytes > bytes.length) {
      fault(`at byte ${at} is cut off`);
      break;
    }
    if (type === componentTypes.root || type === componentTypes.agreedRoot) {
      isAbsolute = true;
      parts = [];
    } else if (type === componentTypes.parent) parts.push("..");
    else if (type === componentTypes.current) parts.push(".");
    else if (type === componentTypes.name) parts.push(componentName(bytes, at + headBytes, nameBytes, fault));
    else fault(`at byte ${at} is of type ${type}`);
    at += headBytes + nameBytes;
  }
  return (isAbsolute ? "/" : "") + parts.join("/");
}

function componentName(bytes: Uint8Array, at: number, length: number, fault: (reason: string) => void): string {
  const text = readCompressedUnicode(bytes, at, length) ?? textFromBytes(bytes, at, length);
  const legal = text.toWellFormed().replace(/[/\0]/g, "_");
  if (legal === text && legal !== "") return legal;
  fault(`at byte ${at - headBytes} is no name`);
  return legal === "" ? "_" : legal;
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
