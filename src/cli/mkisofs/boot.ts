/** What a command line of mkisofs makes an image boot from. */
import type { BootImageOptions, BootOptions, Content, DirectoryNode } from "../../node.js";
import { fromFile } from "../../node.js";
import { usageError } from "../usage.js";
import { normalPath } from "./path-specs.js";
import type { BootEntryRequest, MkisofsRequest } from "./request.js";
import { AppendedContents, hybridOf } from "./system-area.js";

/** Boot images lie in front of what has no weight. genisoimage(1), -b; xorrisofs(1), --sort-weight. */
const bootImageWeight = 2;

/** Sectors of a block; the most that an entry can state. El Torito 1.0, figure 3. */
const blockSectors = 4;
const blockBytes = 2048;
const maximumSectors = 0xffff;

/** Floppy discs are told by their bytes. El Torito 1.0, figure 3. */
const floppies: ReadonlyMap<number, BootImageOptions["emulation"]> = new Map([
  [1_228_800, "floppy1200"],
  [1_474_560, "floppy1440"],
  [2_949_120, "floppy2880"],
]);

function emulationOf({ emulation, image }: BootEntryRequest, bytes: number): BootImageOptions["emulation"] {
  if (emulation !== "floppy") return emulation;
  const floppy = floppies.get(bytes);
  if (floppy !== undefined) return floppy;
  throw usageError(
    `boot image "${image}" has ${bytes} bytes, and no floppy disc has; -no-emul-boot or -hard-disk-boot is missing`,
  );
}

/** Whole blocks, as both programs count them. */
function sectorsOf(bytes: number): number {
  return Math.min(Math.ceil(bytes / blockBytes) * blockSectors, maximumSectors);
}

/** "--interval:appended_partition_2:all::". */
function appendedNumberOf(image: string): number | undefined {
  const match = /^--?interval:appended_partition_(\d+)(?:_start_\d+s_size_\d+d)?:(?:all)?::/.exec(image);
  if (match === null && /^--?interval:/.test(image)) {
    throw usageError(`"${image}" is not supported: of intervals, only those of appended partitions are`);
  }
  return match === null ? undefined : Number(match[1]);
}

async function imageOf(
  entry: BootEntryRequest,
  root: DirectoryNode,
  appended: AppendedContents,
): Promise<{ readonly image: string | Content; readonly bytes: number }> {
  const given = entry.image!;
  const number = appendedNumberOf(given);
  if (number !== undefined || entry.isOnHost) {
    const content = number === undefined ? await fromFile(given) : appended.content(number);
    return { image: content, bytes: content.bytes };
  }
  const path = `/${normalPath(given)}`;
  const item = root.item(path);
  if (item.type === "file" && item.sortWeight === 0) item.sortWeight = bootImageWeight;
  return { image: path, bytes: item.type === "file" ? item.content.bytes : 0 };
}

async function bootImageOf(
  entry: BootEntryRequest,
  root: DirectoryNode,
  appended: AppendedContents,
): Promise<BootImageOptions> {
  const { image, bytes } = await imageOf(entry, root, appended);
  const emulation = emulationOf(entry, bytes);
  const { platform, bootable, loadSegment, idString, infoTable, grub2BootInfo, selectionCriteria } = entry;
  return {
    image,
    platform,
    emulation,
    bootable,
    loadSegment,
    loadSectors: entry.loadSectors ?? (emulation === "none" ? sectorsOf(bytes) : undefined),
    idString,
    infoTable,
    grub2BootInfo,
    ...(selectionCriteria === undefined ? {} : { selectionCriteriaType: 1, selectionCriteria }),
  };
}

/**
 * What is to be booted; `undefined` where nothing is.
 *
 * @param catalogPath The file that shows the boot catalog; `undefined` for none.
 * @throws {@link DiscError} E_USAGE, E_ITEM_NOT_FOUND, E_SOURCE_UNREADABLE, E_NOT_A_FILE.
 */
export async function bootOf(
  request: MkisofsRequest,
  root: DirectoryNode,
  catalogPath: string | undefined,
): Promise<BootOptions | undefined> {
  const appended = await AppendedContents.open(request.systemArea);
  const entries = request.bootEntries.filter(({ image }) => image !== undefined);
  const images: BootImageOptions[] = [];
  for (const entry of entries) images.push(await bootImageOf(entry, root, appended));
  const hybrid = await hybridOf(request.systemArea, entries, images, appended);
  if (images.length === 0 && hybrid === undefined) return undefined;
  return { images, hybrid, ...(images.length === 0 || catalogPath === undefined ? {} : { catalogPath }) };
}
