/** Targets of symbolic links. ECMA-167, 3rd edition, 4/14.16.1; OSTA UDF 2.3.13. */
import { textFromBytes } from "../../codec/text.js";
import { readCompressedUnicode } from "./compressed-unicode.js";

/** Kinds of components. ECMA-167 4/14.16.1.1. */
const componentTypes = { agreedRoot: 1, root: 2, parent: 3, current: 4, name: 5 } as const;

/** Bytes of a component before its name. */
const headBytes = 4;

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
