/** Names in file identifiers. ECMA-167, 3rd edition, 4/14.4; OSTA UDF 2.1.1, 2.3.4. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { textFromBytes } from "../../codec/text.js";
import { readCompressedUnicode } from "./compressed-unicode.js";
import type { FileIdentifierDescriptor } from "./file-identifier.js";
import { fileCharacteristics } from "./file-identifier.js";

/** Whether an identifier has one of {@link fileCharacteristics}. */
export function hasCharacteristic({ fileCharacteristics: all }: FileIdentifierDescriptor, bit: number): boolean {
  return Math.floor(all / bit) % 2 === 1;
}

/** Whether an identifier names something: neither the parent nor what was deleted. */
export function isNamed(identifier: FileIdentifierDescriptor): boolean {
  const { deleted, parent } = fileCharacteristics;
  return !hasCharacteristic(identifier, deleted) && !hasCharacteristic(identifier, parent);
}

/** The name in an identifier; what is no text is shown as far as it can be. */
export function identifierName({ fileIdentifier: bytes }: FileIdentifierDescriptor, context: ReadContext): string {
  const fault = (reason: string): void =>
    reportFault(context, "FileIdentifierDescriptor", "fileIdentifier", "4/14.4.8", reason);
  const text = readCompressedUnicode(bytes, 0, bytes.length);
  if (text === undefined) fault(`has compression identifier ${bytes[0]}`);
  const name = text ?? textFromBytes(bytes, 0, bytes.length);
  // Lone surrogates stand for bytes in this package's names, and there are no bytes behind these.
  if (!name.isWellFormed()) fault("holds half a surrogate pair");
  return name.toWellFormed();
}
