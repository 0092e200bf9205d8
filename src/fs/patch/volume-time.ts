/** When a volume was last modified: not before any of its files was. ECMA-167 3/10.10.2; OSTA UDF 2.2.6.1, 2.2.11. */
import { strictContext } from "../../codec/codec.js";
import type { StructCodec } from "../../codec/struct.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import { extendedFileEntryHead, fileEntryHead } from "../udf/file-entry.js";
import { integrityHead } from "../udf/logical-volume.js";
import { descriptorTag, tagBytes, tagIdentifierAt, tagIdentifiers } from "../udf/tag.js";
import type { UdfVolume } from "../udf/volume-reader.js";
import { sealAgain, setField } from "./field-patch.js";

/** Writes a time into a descriptor, unless a later one stands there. */
function setLater<T, K extends keyof T & string>(
  codec: StructCodec<T>,
  key: K,
  timeMs: T[K] & number,
  descriptor: Uint8Array,
): void {
  const before = codec.read(descriptor, 0, { tolerant: true, lba: null })[key];
  if (typeof before === "number" && before >= timeMs) return;
  setField(codec, key, timeMs, descriptor);
  sealAgain(descriptor);
}

/**
 * The block of a volume that says when it was last modified: the entry of its virtual allocation table, where it has one,
 * or else its integrity descriptor; `undefined` where it has neither.
 */
export function blockOfTime({ information, integrityBlock }: UdfVolume): number | undefined {
  return information.vat?.icbLba ?? integrityBlock;
}

/**
 * What is to be written so that a volume was not modified before its files were.
 *
 * @param block As {@link blockOfTime} tells.
 * @param timeMs When a file was modified, in milliseconds since 1970.
 * @throws {@link DiscError} E_READ_FAILED.
 */
export async function volumeTimePatch(
  { reading: { bytes, blockBytes } }: UdfVolume,
  block: number,
  timeMs: number,
  signal: AbortSignal | undefined,
): Promise<BytePatch> {
  const offsetBytes = block * blockBytes;
  const descriptor = (await bytes.read(offsetBytes, blockBytes, signal)).slice();
  const identifier = tagIdentifierAt(descriptor, 0);
  if (identifier === tagIdentifiers.logicalVolumeIntegrityDescriptor) {
    setLater(integrityHead, "recordingDateAndTime", timeMs, descriptor);
  } else if (identifier === tagIdentifiers.extendedFileEntry) {
    setLater(extendedFileEntryHead, "modificationTime", timeMs, descriptor);
  } else if (identifier === tagIdentifiers.fileEntry) {
    setLater(fileEntryHead, "modificationTime", timeMs, descriptor);
  }
  const { descriptorCrcLength } = descriptorTag.read(descriptor, 0, strictContext);
  return { offsetBytes, bytes: descriptor.slice(0, tagBytes + descriptorCrcLength) };
}
