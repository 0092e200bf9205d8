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
  const match = /;(\d{1,5})$/.exec(identifier);
  // A ";" without digits ends names of some writers, and says nothing.
  if (match === null) return { name: identifier.endsWith(";") ? identifier.slice(0, -1) : identifier, version: 1 };
  return { name: identifier.slice(0, match.index), version: Number(match[1]) };
}
