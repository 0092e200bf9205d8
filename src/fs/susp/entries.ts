/** System Use entries common to all extensions. System Use Sharing Protocol (IEEE P1281) version 1.12, clause 5. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { both32, fixedU8, u8 } from "../../codec/integers.js";
import { embedded, headedParts, part, rawPart } from "../../codec/parts.js";
import { bp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import type { StructField, Structure } from "../../codec/structure.js";
import { asText, fixedText, textFromBytes, writeTextBytes } from "../../codec/text.js";

/** Bytes before the data of every entry: signature, length, version. */
export const entryHeadBytes = 4;

/** SP: the System Use Sharing Protocol is in use. First in the "." record of the root. */
export interface SharingProtocolIndicator {
  /** Bytes to skip at the start of every system use area but this one. */
  readonly bytesSkipped: number;
}

/** SP. SUSP 5.3. */
export const sharingProtocolIndicator: StructCodec<SharingProtocolIndicator> = struct<SharingProtocolIndicator>(
  "SP",
  7,
  {
    _signature: bp(1, 2, fixedText("SP"), "5.3 [1]"),
    _length: bp(3, 3, fixedU8(7), "5.3 [2]"),
    _version: bp(4, 4, fixedU8(1), "5.3 [3]"),
    _check1: bp(5, 5, fixedU8(0xbe), "5.3 [4]"),
    _check2: bp(6, 6, fixedU8(0xef), "5.3 [4]"),
    bytesSkipped: bp(7, 7, u8, "5.3 [5]"),
  },
);

/** CE: the system use area goes on elsewhere. */
export interface ContinuationArea {
  readonly block: number;
  /** Bytes from the start of that block. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** CE. SUSP 5.1. */
export const continuationArea: StructCodec<ContinuationArea> = struct<ContinuationArea>("CE", 28, {
  _signature: bp(1, 2, fixedText("CE"), "5.1 [1]"),
  _length: bp(3, 3, fixedU8(28), "5.1 [2]"),
  _version: bp(4, 4, fixedU8(1), "5.1 [3]"),
  block: bp(5, 12, both32, "5.1 [4]"),
  offset: bp(13, 20, both32, "5.1 [5]"),
  length: bp(21, 28, both32, "5.1 [6]"),
});

/** ES: of which extension the entries are that follow. */
export interface ExtensionSelector {
  /** Which of the ER entries announced it, from 0. */
  readonly extensionSequence: number;
}

/** ES. SUSP 5.6. */
export const extensionSelector: StructCodec<ExtensionSelector> = struct<ExtensionSelector>("ES", 5, {
  _signature: bp(1, 2, fixedText("ES"), "5.6 [1]"),
  _length: bp(3, 3, fixedU8(5), "5.6 [2]"),
  _version: bp(4, 4, fixedU8(1), "5.6 [3]"),
  extensionSequence: bp(5, 5, u8, "5.6 [4]"),
});

/** ER: which extension is in use. */
export interface ExtensionsReference {
  readonly identifier: string;
  readonly descriptor: string;
  readonly source: string;
  readonly extensionVersion: number;
}

/** ER. SUSP 5.5. */
export const extensionsReference: Codec<ExtensionsReference> = {
  name: "ER",
  bytes: (value) => 8 + value.identifier.length + value.descriptor.length + value.source.length,
  write: (value, target, at) => {
    writeTextBytes("ER", target, at); // BP 1-2
    target[at + 2] = extensionsReference.bytes(value); // BP 3
    target[at + 3] = 1; // BP 4
    target[at + 4] = value.identifier.length; // BP 5, LEN_ID
    target[at + 5] = value.descriptor.length; // BP 6, LEN_DES
    target[at + 6] = value.source.length; // BP 7, LEN_SRC
    target[at + 7] = value.extensionVersion; // BP 8, EXT_VER
    writeTextBytes(value.identifier + value.descriptor + value.source, target, at + 8); // BP 9…
  },
  read: (source, at, context: ReadContext) => {
    const [identifierBytes, descriptorBytes, sourceBytes] = [source[at + 4]!, source[at + 5]!, source[at + 6]!];
    if (8 + identifierBytes + descriptorBytes + sourceBytes > source[at + 2]!) {
      reportFault(context, "ER", "length", "5.5 [2]", `is ${source[at + 2]}, less than its texts need`);
    }
    return {
      identifier: textFromBytes(source, at + 8, identifierBytes),
      descriptor: textFromBytes(source, at + 8 + identifierBytes, descriptorBytes),
      source: textFromBytes(source, at + 8 + identifierBytes + descriptorBytes, sourceBytes),
      extensionVersion: source[at + 7]!,
    };
  },
};

interface EntryHead {
  readonly signature: string;
  /** Bytes of the whole entry. */
  readonly length: number;
  readonly version: number;
}

const entryHead = struct<EntryHead>("SystemUseEntry", entryHeadBytes, {
  signature: bp(1, 2, asText(2), "4.1 [1]"),
  length: bp(3, 3, u8, "4.1 [2]"),
  version: bp(4, 4, u8, "4.1 [3]"),
});

/**
 * An entry whose length varies, as dumps show it.
 *
 * @param tail What stands behind its first four bytes; what it does not name is shown as bytes.
 */
export function entryStructure(
  name: string,
  clause: string,
  tail: (source: Uint8Array, at: number) => StructField[],
): Structure {
  return {
    name,
    parts: headedParts(entryHead, (source, at, end) => {
      const length = Math.min(source[at + 2]!, end - at);
      const parts = tail(source.subarray(0, at + length), at);
      const last = parts.at(-1)?.row;
      const known = last === undefined ? entryHeadBytes : (last.firstBit + last.bits) / 8;
      return [...parts, ...rawPart("rest", known, length - known, clause)];
    }),
  };
}

/** An entry of fixed size that says that it is longer: what is behind its rows is shown as bytes. */
function withRest(structure: Structure): Structure {
  return {
    ...structure,
    parts: (source, at, end) => {
      const parts = structure.parts(source, at, end);
      const last = parts.at(-1)!.row;
      const known = (last.firstBit + last.bits) / 8;
      return [...parts, ...rawPart("rest", known, end - at - known, "4.1 [2]")];
    },
  };
}

const unknownEntry = entryStructure(entryHead.name, "4.1 [4]", () => []);

/** ER as dumps show it. */
const extensionsReferenceStructure = entryStructure("ER", "5.5", (source, at) => {
  if (at + 8 > source.length) return [];
  const [identifierBytes, descriptorBytes, sourceBytes] = [source[at + 4]!, source[at + 5]!, source[at + 6]!];
  const descriptorAt = 8 + identifierBytes;
  const sourceAt = descriptorAt + descriptorBytes;
  const heads = [
    part("lengthOfIdentifier", bp(5, 5, u8, "5.5 [4]")),
    part("lengthOfDescriptor", bp(6, 6, u8, "5.5 [5]")),
    part("lengthOfSource", bp(7, 7, u8, "5.5 [6]")),
    part("extensionVersion", bp(8, 8, u8, "5.5 [7]")),
  ];
  if (at + sourceAt + sourceBytes > source.length) return heads;
  return [
    ...heads,
    part("identifier", bp(9, descriptorAt, asText(identifierBytes), "5.5 [8]")),
    part("descriptor", bp(descriptorAt + 1, sourceAt, asText(descriptorBytes), "5.5 [9]")),
    part("source", bp(sourceAt + 1, sourceAt + sourceBytes, asText(sourceBytes), "5.5 [10]")),
  ];
});

/** The entries of SUSP itself, for dumps. */
const sharedStructures: ReadonlyMap<string, Structure> = new Map([
  ["SP", sharingProtocolIndicator],
  ["CE", continuationArea],
  ["ER", extensionsReferenceStructure],
  ["ES", extensionSelector],
]);

/** Bytes before the first entry that are those of CD-ROM XA, which have their signature in the middle. */
function foreignBytes(source: Uint8Array, at: number): number {
  return textFromBytes(source, at + 6, 2) === "XA" ? 14 : 0;
}

/**
 * A system use area as dumps show it: entries up to what is none.
 *
 * @param structures Those of the extensions in use, by signature.
 * @param skipped Bytes before the first entry, as SP tells; left out, none but those of CD-ROM XA.
 */
export function systemUseArea(structures: ReadonlyMap<string, Structure>, skipped?: number): Structure {
  return {
    name: "SystemUseArea",
    parts: (source, at, end) => {
      const first = Math.min(at + (skipped ?? foreignBytes(source, at)), end);
      const parts = rawPart("skipped", 0, first - at, "5.3 [5]");
      let position = first;
      while (position + entryHeadBytes <= end) {
        const signature = textFromBytes(source, position, 2);
        const length = source[position + 2]!;
        if (!/^[ -~]{2}$/.test(signature) || length < entryHeadBytes || position + length > end) break;
        const structure = structures.get(signature) ?? sharedStructures.get(signature) ?? unknownEntry;
        const row = bp(position - at + 1, position - at + length, embedded(withRest(structure)), "4.1");
        parts.push(part(signature, row));
        position += length;
        if (signature === "ST") break;
      }
      return [...parts, ...rawPart("rest", position - at, end - position, "4")];
    },
  };
}
