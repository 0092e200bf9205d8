/** Types of partitions on the command line. */
import { gptTypes, isGuid, mbrTypes } from "../../node.js";
import { usageError } from "../usage.js";
import type { PartitionTypeRequest } from "./request.js";

/** Types by name. xorrisofs(1), -append_partition. */
const namedTypes: Readonly<Record<string, number>> = { fat12: 0x01, fat16: 0x06, linux: 0x83 };

/** What a GUID that has no number stands for in a master boot record. */
const linuxType = 0x83;

/**
 * A GUID: as text, or as the 16 bytes on disc in hexadecimal digits, of which the first three numbers have their least
 * significant byte first. UEFI 2.10, appendix A.
 *
 * @throws {@link DiscError} E_USAGE.
 */
export function guidOf(option: string, text: string): string {
  if (isGuid(text)) return text.toUpperCase();
  const pairs = /^[\da-f]{32}$/i.test(text) ? text.toUpperCase().match(/../g)! : undefined;
  if (pairs === undefined) throw usageError(`-${option} is "${text}", expected a GUID`);
  const turned = (from: number, to: number): string => pairs.slice(from, to).reverse().join("");
  const plain = (from: number, to: number): string => pairs.slice(from, to).join("");
  return [turned(0, 4), turned(4, 6), turned(6, 8), plain(8, 10), plain(10, 16)].join("-");
}

/** A type: "FAT16", "0xef", a GUID. @throws {@link DiscError} E_USAGE. */
export function partitionTypeOf(option: string, text: string): PartitionTypeRequest {
  const named = namedTypes[text.toLowerCase()];
  if (named !== undefined) return { mbr: named, guid: undefined };
  if (/^(0x[\da-f]{1,2}|\d{1,3})$/i.test(text) && Number(text) <= 0xff) return { mbr: Number(text), guid: undefined };
  if (!/^[\da-f-]{32,36}$/i.test(text)) {
    throw usageError(`-${option}: "${text}" is no type of a partition: FAT12, FAT16, Linux, 0x00 to 0xff, or a GUID`);
  }
  const guid = guidOf(option, text);
  return { mbr: guid === gptTypes.efiSystem ? mbrTypes.uefi : linuxType, guid };
}
