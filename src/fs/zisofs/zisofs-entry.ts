/** The entries ZF and Z2. libisofs, doc/zisofs_format.txt (version 1) and doc/zisofs2_format.txt (version 2). */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { both32, fixedU8, safeU64le, u8 } from "../../codec/integers.js";
import { bp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { asText, fixedText } from "../../codec/text.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";

/** Bytes of the entry in either version. */
export const zisofsEntryBytes = 16;

/** The bytes of the header are counted in words. */
const wordBytes = 4;

interface EntryFields {
  readonly algorithm: string;
  readonly headerSizeDiv4: number;
  readonly blockSizeLog2: number;
  readonly uncompressedBytes: number;
}

interface SecondEntryFields extends EntryFields {
  readonly signature: string;
}

const [clause1, clause2] = ["zisofs, ZF", "zisofs2, ZF"];

/** ZF of version 1. */
export const firstZisofsEntry: StructCodec<EntryFields> = struct<EntryFields>("ZF", zisofsEntryBytes, {
  _signature: bp(1, 2, fixedText("ZF"), `${clause1} [1]`),
  _length: bp(3, 3, fixedU8(zisofsEntryBytes), `${clause1} [2]`),
  _version: bp(4, 4, fixedU8(1), `${clause1} [3]`),
  algorithm: bp(5, 6, asText(2), `${clause1} [4]`),
  headerSizeDiv4: bp(7, 7, u8, `${clause1} [5]`),
  blockSizeLog2: bp(8, 8, u8, `${clause1} [6]`),
  uncompressedBytes: bp(9, 16, both32, `${clause1} [7]`),
});

/** ZF or Z2 of version 2: the size has 64 bits, in one byte order. */
export const secondZisofsEntry: StructCodec<SecondEntryFields> = struct<SecondEntryFields>("ZF", zisofsEntryBytes, {
  signature: bp(1, 2, asText(2), `${clause2} [1]`),
  _length: bp(3, 3, fixedU8(zisofsEntryBytes), `${clause2} [2]`),
  _version: bp(4, 4, fixedU8(2), `${clause2} [3]`),
  algorithm: bp(5, 6, asText(2), `${clause2} [4]`),
  headerSizeDiv4: bp(7, 7, u8, `${clause2} [5]`),
  blockSizeLog2: bp(8, 8, u8, `${clause2} [6]`),
  uncompressedBytes: bp(9, 16, safeU64le, `${clause2} [7]`),
});

/** ZF or Z2: their version says which rows they have; those of unknown versions are read as the first. */
export const zisofsEntry: Codec<ZisofsForm> = {
  name: "ZF",
  bytes: () => zisofsEntryBytes,
  write: (form, target, at) => {
    const { algorithm, blockSizeLog2, uncompressedBytes, signature } = form;
    const fields = { algorithm, headerSizeDiv4: form.headerBytes / wordBytes, blockSizeLog2, uncompressedBytes };
    if (form.version === 1) firstZisofsEntry.write(fields, target, at);
    else secondZisofsEntry.write({ ...fields, signature }, target, at);
  },
  read: (source, at, context: ReadContext) => {
    const version = source[at + 3] === 2 ? 2 : 1;
    const fields =
      version === 1 ? firstZisofsEntry.read(source, at, context) : secondZisofsEntry.read(source, at, context);
    const { algorithm, headerSizeDiv4, blockSizeLog2, uncompressedBytes } = fields;
    const signature = source[at + 1] === 0x32 ? "Z2" : "ZF"; // "2"
    return {
      signature,
      version,
      algorithm,
      headerBytes: headerSizeDiv4 * wordBytes,
      blockSizeLog2,
      uncompressedBytes,
    };
  },
};
