import { u32le } from "../../codec/integers.js";
import { bp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { fixedText, textFromBytes, zeros } from "../../codec/text.js";

/**
 * Where the chain of sessions begins: in an image that was laid out to grow, at block 32; in one that first was one session
 * from block 0 on, with the header that was kept of that. The record stands at the start of the last block
 * of the system area, whose use no standard determines (ECMA-119 6.2.1), and which other programs that add sessions keep.
 * Where a partition table reaches so far, it stands in the Application Use of the Primary Volume Descriptor (8.4.32).
 */
export interface ChainRecord {
  /** Block of the first session's header: see docs/MULTISESSION.md. */
  readonly firstSessionLba: number;
}

/** The block of the medium in which the record stands. */
export const chainRecordLba = 15;

const identifier = "discsmith chain ";
const clause = "docs/ON-DISC.md, chain record";

export const chainRecord: StructCodec<ChainRecord> = struct<ChainRecord>("ChainRecord", 32, {
  _identifier: bp(1, 16, fixedText(identifier), clause),
  firstSessionLba: bp(17, 20, u32le, clause),
  _reserved: bp(21, 32, zeros(12), clause),
});

/** The record that bytes begin with; `undefined` where they hold something else. */
export function chainRecordIn(bytes: Uint8Array): ChainRecord | undefined {
  if (textFromBytes(bytes, 0, identifier.length) !== identifier) return undefined;
  return chainRecord.read(bytes, 0, { tolerant: true, lba: chainRecordLba });
}
