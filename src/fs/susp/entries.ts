/** System Use entries common to all extensions. System Use Sharing Protocol (IEEE P1281) version 1.12, clause 5. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { both32, fixedU8, u8 } from "../../codec/integers.js";
import { bp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { fixedText, textFromBytes, writeTextBytes } from "../../codec/text.js";

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
