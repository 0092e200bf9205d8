import type { Fault } from "../../codec/codec.js";

/** A name made of a File Identifier. */
export interface NamedIdentifier {
  readonly name: string;
  /** File Version Number; 1 where there is none. */
  readonly version: number;
}

/** How a tree of directory records spells names in its File Identifiers. */
export interface IdentifierNaming {
  /** Decodes the identifier of an item; what is wrong with it goes to `fault`. */
  decode(identifier: Uint8Array, isDirectory: boolean, fault: Fault): NamedIdentifier;
}

/** Takes the version (";1") off an identifier. ECMA-119 7.5.1. */
export function splitVersion(identifier: string): NamedIdentifier {
  const at = identifier.lastIndexOf(";");
  if (at < 0) return { name: identifier, version: 1 };
  const digits = identifier.slice(at + 1);
  // A ";" without digits ends names of some writers, and says nothing.
  if (digits !== "" && !/^\d{1,5}$/.test(digits)) return { name: identifier, version: 1 };
  return { name: identifier.slice(0, at), version: digits === "" ? 1 : Number(digits) };
}
