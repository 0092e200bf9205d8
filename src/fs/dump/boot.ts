/** Dumps what makes an image bootable: the boot catalog, and the partition tables of the system area. */
import { dump } from "../../codec/dump.js";
import type { Structure } from "../../codec/structure.js";
import { textFromBytes } from "../../codec/text.js";
import { blockBytes } from "../../units.js";
import { bootCatalogStructure, isBootCatalog, maximumCatalogBlocks } from "../eltorito/boot-catalog.js";
import { applePartition } from "../hybrid/apm.js";
import { sectorBytes } from "../hybrid/byte-patch.js";
import { decodeGptHeader, entriesPlaceOf, gptHeader, gptPartition, primaryHeaderLba } from "../hybrid/gpt.js";
import { decodeMbr, masterBootRecord } from "../hybrid/mbr.js";
import { systemAreaBlocks } from "../hybrid/system-area.js";
import type { DiscBytes } from "./bytes.js";
import type { PlacedStructure } from "./structures.js";
import { placed, placedBytes, unreadable } from "./structures.js";

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((octet) => octet === 0);
}

/** The structure that fills a sector. */
function structureOfSector(sector: Uint8Array, address: number): Structure | undefined {
  if (textFromBytes(sector, 0, 8) === "EFI PART") return gptHeader;
  if (address === 0) return decodeMbr(sector) === undefined ? undefined : masterBootRecord;
  const isInSystemArea = address < systemAreaBlocks * blockBytes;
  return isInSystemArea && textFromBytes(sector, 0, 2) === "PM" ? applePartition : undefined;
}

/** Where the primary GUID partition table has its entries. */
async function entriesRange(
  bytes: DiscBytes,
): Promise<{ readonly first: number; readonly end: number; readonly size: number }> {
  const sector = await bytes.tryRead(primaryHeaderLba * sectorBytes, sectorBytes);
  const header = typeof sector === "string" ? undefined : decodeGptHeader(sector);
  const place = header && entriesPlaceOf(header);
  if (header === undefined || place === undefined) return { first: 0, end: 0, size: 1 };
  return { first: place.offsetBytes, end: place.offsetBytes + place.bytes, size: header.sizeOfPartitionEntry };
}

/**
 * What a block of the system area has, or one with the backup of a GUID partition table; nothing for others. Entries
 * that are not used are left out.
 */
export async function partitionTablesIn(
  bytes: DiscBytes,
  block: Uint8Array,
  lba: number,
  role: string,
): Promise<readonly PlacedStructure[]> {
  const structures: PlacedStructure[] = [];
  const rest: PlacedStructure[] = [];
  const entries = lba < systemAreaBlocks ? await entriesRange(bytes) : { first: 0, end: 0, size: 1 };
  for (let at = 0; at + sectorBytes <= block.length; at += sectorBytes) {
    const address = lba * blockBytes + at;
    const sector = block.subarray(at, at + sectorBytes);
    const structure = structureOfSector(sector, address);
    const isOfEntries = address >= entries.first && address < entries.end;
    if (structure !== undefined) structures.push(placed(role, address, dump(structure, sector, 0)));
    else if (isOfEntries) {
      for (let entry = 0; entry + gptPartition.size <= sectorBytes; entry += gptPartition.size) {
        const isStart = (address + entry - entries.first) % entries.size === 0;
        if (!isStart || isZero(sector.subarray(entry, entry + gptPartition.size))) continue;
        structures.push(placed(role, address + entry, dump(gptPartition, sector, entry)));
      }
    } else if (!isZero(sector)) rest.push(placedBytes(role, address, sector));
  }
  return structures.length === 0 ? [] : [...structures, ...rest].sort((one, other) => one.offset - other.offset);
}

/** The boot catalog that starts a block; `undefined` where none does. */
export function bootCatalogIn(window: Uint8Array, address: number, role: string): PlacedStructure | undefined {
  return isBootCatalog(window, 0) ? placed(role, address, dump(bootCatalogStructure, window, 0)) : undefined;
}

/** The boot catalog that a boot record leads to, whatever is there. */
export async function dumpBootCatalog(bytes: DiscBytes, lba: number): Promise<PlacedStructure> {
  const address = lba * blockBytes;
  const window = await bytes.tryRead(address, maximumCatalogBlocks * blockBytes);
  // Of blocks that cannot be read, only the first one is sure to be the catalog's.
  const catalog = typeof window === "string" ? await bytes.tryRead(address, blockBytes) : window;
  if (typeof catalog === "string") return unreadable("boot catalog", address, catalog);
  return placed("boot catalog", address, dump(bootCatalogStructure, catalog, 0));
}
