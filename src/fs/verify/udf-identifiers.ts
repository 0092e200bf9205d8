/** Checks entity identifiers. ECMA-167 1/7.4; OSTA UDF 2.1.5, 6.3. */
import { readU16le } from "../../codec/integers.js";
import { textFromBytes } from "../../codec/text.js";
import { revisionNumber, udfRevisions } from "../udf/revision.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero } from "./udf-checking.js";
import type { FieldSource } from "./udf-fields.js";

const knownRevisions: readonly number[] = udfRevisions.map(revisionNumber);

/** Identifiers of operating systems that each class has. OSTA UDF 6.3: undefined, DOS, OS/2, Macintosh, UNIX and so on. */
const systemsOfClass: readonly number[] = [256, 1, 1, 2, 9, 1, 1, 1, 1, 1];

/** Class and identifier of systems that know owners, from which it follows what stands in a file entry. OSTA UDF 6.3. */
const unixClass = 4;
const os400Class = 7;
const macClass = 3;
const macOsX = 1;

/** Whether programs of that system write owners. OSTA UDF 3.3.3.1. */
export function hasOwners(osClass: number, osIdentifier: number): boolean {
  return osClass === unixClass || osClass === os400Class || (osClass === macClass && osIdentifier === macOsX);
}

/** Where the parts of an identifier's suffix stand in it. OSTA UDF 2.1.5.3. */
const suffixAt = 24;

/** The text of an identifier. */
export function identifierText(data: Uint8Array, at: number): string {
  return textFromBytes(data, at + 1, 23).replace(/\0+$/, "");
}

function suffixFault(checking: UdfChecking, kind: string, data: Uint8Array, at: number): string | undefined {
  if (kind === "DomainIdentifier" || kind === "UdfIdentifier") {
    const revision = readU16le(data, at + suffixAt);
    if (!knownRevisions.includes(revision)) return `states revision 0x${revision.toString(16)}, which is none`;
    if (revision !== checking.revision) {
      return `states revision 0x${revision.toString(16)}, the volume is 0x${checking.revision.toString(16)}`;
    }
  }
  if (kind === "DomainIdentifier") {
    if (data[at + suffixAt + 2]! > 3) return `has the domain flags ${data[at + suffixAt + 2]}`;
    return isZero(data, at + suffixAt + 3, at + 32) ? undefined : "has reserved bytes that are not 0";
  }
  const systemAt = at + suffixAt + (kind === "UdfIdentifier" ? 2 : 0);
  const [osClass, system] = [data[systemAt]!, data[systemAt + 1]!];
  if (system >= (systemsOfClass[osClass] ?? 0)) return `names the operating system ${osClass}.${system}`;
  if (kind === "UdfIdentifier" && !isZero(data, at + suffixAt + 4, at + 32)) return "has reserved bytes that are not 0";
  return undefined;
}

/**
 * Checks an entity identifier.
 *
 * @param kind Name of its codec.
 * @param wanted What it has to be; left out, what an implementation or application calls itself.
 */
export function checkIdentifier(
  checking: UdfChecking,
  kind: string,
  { data, at, place }: FieldSource,
  name: string,
  wanted: string | undefined,
): void {
  const { report } = checking;
  const text = identifierText(data, at);
  if (wanted !== undefined && text !== wanted) {
    report("UDF_IDENTIFIER", place, `${name} is "${text}", expected "${wanted}"`);
    return;
  }
  const isEmpty = /^[\0 ]*$/.test(text);
  // Who has no application, or no partition contents, leaves the whole of it empty.
  if (kind === "EntityIdentifier" && isZero(data, at, at + 32)) return;
  if (data[at] !== 0) report("UDF_IDENTIFIER_FLAGS", place, `${name} has the flags ${data[at]}`);
  if (isEmpty && kind === "ImplementationIdentifier") {
    report("UDF_IDENTIFIER_DEVELOPER", place, `${name} is empty`);
  } else if (isEmpty && kind !== "EntityIdentifier") report("UDF_IDENTIFIER", place, `${name} is empty`);
  if (kind === "EntityIdentifier") return;
  const fault = suffixFault(checking, kind, data, at);
  if (fault !== undefined) report("UDF_IDENTIFIER_SUFFIX", place, `${name} ${fault}`);
}
