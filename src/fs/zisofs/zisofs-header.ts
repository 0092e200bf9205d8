/** What stands before compressed contents. libisofs, doc/zisofs_format.txt and doc/zisofs2_format.txt. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import {
  fixedU8,
  fixedU32be,
  readExactU64le,
  readU32be,
  readU32le,
  safeU64le,
  u8,
  u32le,
  writeSafeU64le,
  writeU32le,
} from "../../codec/integers.js";
import { bp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import type { Structure } from "../../codec/structure.js";
import { reserved } from "../../codec/text.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";
import { zisofsVersions } from "../tree/zisofs-form.js";

interface HeaderFields {
  readonly uncompressedBytes: number;
  readonly headerSizeDiv4: number;
  readonly blockSizeLog2: number;
}

interface SecondHeaderFields extends HeaderFields {
  /** 1: zlib. */
  readonly algorithmId: number;
}

const [clause1, clause2] = ["zisofs, File Header", "zisofs2, File Header"];

/** The first four of the eight bytes that tell compressed files, in each version; and the last four. */
const magics = { 1: [0x37e4_5396, 0xc9db_d607], 2: [0xef22_55a1, 0xbc1b_95a0] } as const;

/** The header of version 1. */
const firstZisofsHeader: StructCodec<HeaderFields> = struct<HeaderFields>("ZisofsHeader", 16, {
  _magic1: bp(1, 4, fixedU32be(magics[1][0]), clause1),
  _magic2: bp(5, 8, fixedU32be(magics[1][1]), clause1),
  uncompressedBytes: bp(9, 12, u32le, clause1),
  headerSizeDiv4: bp(13, 13, u8, clause1),
  blockSizeLog2: bp(14, 14, u8, clause1),
  _reserved: bp(15, 16, reserved(2), clause1),
});

/** The header of version 2. */
const secondZisofsHeader: StructCodec<SecondHeaderFields> = struct<SecondHeaderFields>("ZisofsHeader", 24, {
  _magic1: bp(1, 4, fixedU32be(magics[2][0]), clause2),
  _magic2: bp(5, 8, fixedU32be(magics[2][1]), clause2),
  _version: bp(9, 9, fixedU8(0), clause2),
  headerSizeDiv4: bp(10, 10, u8, clause2),
  algorithmId: bp(11, 11, u8, clause2),
  blockSizeLog2: bp(12, 12, u8, clause2),
  uncompressedBytes: bp(13, 20, safeU64le, clause2),
  _padding: bp(21, 24, reserved(4), clause2),
});

/** The algorithms of version 2 by their numbers in the header. */
const algorithms = ["", "PZ", "XZ", "L4", "ZD", "B2"] as const;

/** The version of which a header starts some bytes; `undefined` for what is no compressed file. */
export function zisofsVersionAt(source: Uint8Array, at: number): 1 | 2 | undefined {
  if (at + firstZisofsHeader.size > source.length) return undefined;
  const [first, second] = [readU32be(source, at), readU32be(source, at + 4)];
  return ([1, 2] as const).find((version) => magics[version][0] === first && magics[version][1] === second);
}

/** The header that starts some bytes, as dumps show it; `undefined` where none does. */
export function zisofsHeaderStructureAt(source: Uint8Array, at: number): Structure | undefined {
  const version = zisofsVersionAt(source, at);
  if (version === undefined) return undefined;
  return version === 1 ? firstZisofsHeader : secondZisofsHeader;
}

/** The header of a compressed file. Its entry, which headers know nothing of, is taken for "ZF". */
export const zisofsHeader: Codec<ZisofsForm> = {
  name: "ZisofsHeader",
  bytes: ({ version }) => zisofsVersions[version].headerBytes,
  write: (form, target, at) => {
    const { version, uncompressedBytes, blockSizeLog2 } = form;
    const fields = { uncompressedBytes, headerSizeDiv4: form.headerBytes / 4, blockSizeLog2 };
    if (version === 1) firstZisofsHeader.write(fields, target, at);
    else secondZisofsHeader.write({ ...fields, algorithmId: algorithms.indexOf("PZ") }, target, at);
  },
  read: (source, at, context: ReadContext) => {
    const isSecond = zisofsVersionAt(source, at) === 2;
    const fields = isSecond
      ? secondZisofsHeader.read(source, at, context)
      : { ...firstZisofsHeader.read(source, at, context), algorithmId: 0 };
    const { uncompressedBytes, headerSizeDiv4, blockSizeLog2, algorithmId } = fields;
    return {
      signature: "ZF",
      version: isSecond ? 2 : 1,
      algorithm: isSecond ? (algorithms[algorithmId] ?? `algorithm ${algorithmId}`) : zisofsVersions[1].algorithm,
      headerBytes: headerSizeDiv4 * 4,
      blockSizeLog2,
      uncompressedBytes,
    };
  },
};

/** The bytes of a header. */
export function encodeZisofsHeader(form: ZisofsForm): Uint8Array {
  const header = new Uint8Array(zisofsHeader.bytes(form));
  zisofsHeader.write(form, header, 0);
  return header;
}

/** Reads a block pointer: a byte of the file. */
export function readPointer(version: 1 | 2, source: Uint8Array, at: number): number {
  return version === 1 ? readU32le(source, at) : Number(readExactU64le(source, at));
}

/** Writes a block pointer. */
export function writePointer(version: 1 | 2, pointer: number, target: Uint8Array, at: number): void {
  if (version === 1) writeU32le(pointer, target, at);
  else writeSafeU64le(pointer, target, at);
}
