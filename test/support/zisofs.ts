/** zisofs written and read by hand, as its documents say, without any code of what is tested. */
import { deflateSync, inflateSync } from "node:zlib";

/** How a file is compressed by hand. */
export interface HandMadeForm {
  readonly version: 1 | 2;
  readonly log2: number;
}

const magics = { 1: "37e45396c9dbd607", 2: "ef2255a1bc1b95a0" } as const;

/** A compressed file. libisofs, doc/zisofs_format.txt, doc/zisofs2_format.txt. */
export function zisofsFile(plain: Uint8Array, { version, log2 }: HandMadeForm): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < plain.length; at += 2 ** log2) {
    const block = plain.subarray(at, at + 2 ** log2);
    blocks.push(block.every((octet) => octet === 0) ? Buffer.alloc(0) : deflateSync(block));
  }
  const header = Buffer.alloc(version === 1 ? 16 : 24);
  header.write(magics[version], "hex");
  if (version === 1) {
    header.writeUInt32LE(plain.length, 8);
    header.set([4, log2], 12);
  } else {
    header.set([0, 6, 1, log2], 8);
    header.writeBigUInt64LE(BigInt(plain.length), 12);
  }
  const width = version === 1 ? 4 : 8;
  const pointers = Buffer.alloc((blocks.length + 1) * width);
  let end = header.length + pointers.length;
  for (let index = 0; index <= blocks.length; index++) {
    if (version === 1) pointers.writeUInt32LE(end, index * width);
    else pointers.writeBigUInt64LE(BigInt(end), index * width);
    end += blocks[index]?.length ?? 0;
  }
  return Buffer.concat([header, pointers, ...blocks]);
}

/** What a compressed file was before, with what its header says. */
export function unzisofs(file: Buffer): { readonly plain: Buffer; readonly form: HandMadeForm } {
  const version = file.toString("hex", 0, 8) === magics[1] ? 1 : 2;
  if (version === 2 && file.toString("hex", 0, 8) !== magics[2]) throw new Error("no compressed file");
  const bytes = version === 1 ? file.readUInt32LE(8) : Number(file.readBigUInt64LE(12));
  const log2 = file[version === 1 ? 13 : 11]!;
  const [head, width] = version === 1 ? [16, 4] : [24, 8];
  const pointer = (index: number): number =>
    version === 1 ? file.readUInt32LE(head + index * width) : Number(file.readBigUInt64LE(head + index * width));
  const count = Math.ceil(bytes / 2 ** log2);
  if (pointer(0) !== head + (count + 1) * width) throw new Error("the first block is not behind the pointers");
  if (pointer(count) !== file.length) throw new Error("the last block does not end with the file");
  const blocks = Array.from({ length: count }, (_, index) => {
    const length = Math.min(2 ** log2, bytes - index * 2 ** log2);
    const block = file.subarray(pointer(index), pointer(index + 1));
    const plain = block.length === 0 ? Buffer.alloc(length) : inflateSync(block);
    if (plain.length !== length) throw new Error(`block ${index} has ${plain.length} bytes`);
    return plain;
  });
  return { plain: Buffer.concat(blocks), form: { version, log2 } };
}

/** Bytes that can be compressed, but not to nothing: lines of numbers, from a number on. */
export function compressible(bytes: number, from = 0): Buffer {
  const lines: string[] = [];
  for (let length = 0, number = from; length < bytes; number++) {
    const line = `line ${number}\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, bytes);
}
