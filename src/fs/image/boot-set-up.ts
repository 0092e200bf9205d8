/** What makes an image bootable, in one account: from a disc by El Torito, from a disk by its partition tables. */
import type { ReadContext } from "../../codec/codec.js";
import type { WarningListener } from "../../errors.js";
import { throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import type { Remembering } from "../boot/boot-like.js";
import { RememberedBoot } from "../boot/boot-like.js";
import { findPartitionOffset } from "../boot/partition-offset.js";
import type { BootEntry } from "../eltorito/boot-catalog.js";
import { bootEntriesOf, readBootCatalog } from "../eltorito/boot-catalog.js";
import type { BootImage } from "../eltorito/boot-image.js";
import { readBootImage } from "../eltorito/boot-image.js";
import { bootRecord, isBootRecord } from "../eltorito/boot-record.js";
import { sectorsInBlock } from "../hybrid/image-growth.js";
import type { MbrLoader } from "../hybrid/mbr.js";
import { isProtective, mbrLoader } from "../hybrid/mbr.js";
import type { SystemArea } from "../hybrid/system-area.js";
import { readSystemArea } from "../hybrid/system-area.js";
import { firstVolumeDescriptorBlock } from "../iso9660/volume-descriptors.js";
import type { ImportedTree } from "./import.js";

/** Blocks behind the first descriptor that are looked at for a boot record: it is to be the second of them. */
const maximumDescriptors = 32;

/** How a boot set-up is read. */
export interface BootSetUpOptions {
  /** Where the session starts whose boot record is taken; left out, 0. Partition tables are always those of block 0. */
  readonly startLba?: number | undefined;
  /** Whether odd catalogs and damaged tables are errors. */
  readonly strict?: boolean | undefined;
  /** Hears of what is odd. */
  readonly onWarning?: WarningListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An image that firmware can be told to boot. */
export interface BootSetUpEntry extends BootEntry {
  /** What the image says of itself; `undefined` for one that lies outside of the source. */
  readonly image: BootImage | undefined;
}

/** What makes an image bootable. */
export interface BootSetUp {
  /** Block of the boot catalog; `undefined` where the session has no boot record, and so no entries. */
  readonly catalogLba: number | undefined;
  /** What the catalog says of who made it; empty without a catalog. */
  readonly idString: string;
  /** The initial entry first. */
  readonly entries: readonly BootSetUpEntry[];
  readonly systemArea: SystemArea;
  /** Whose loader the master boot record starts from this image; "none" without a record. */
  readonly mbrLoader: MbrLoader;
  /** The block in which a partition starts that can be mounted by itself, having a tree of its own; 0 where none does. */
  readonly partitionOffset: number;
  /** Whether the master boot record has but one partition, from the second sector to the image's end. */
  readonly isMbrProtective: boolean;
}

async function findCatalog(
  source: BlockSource,
  startLba: number,
  context: Omit<ReadContext, "lba">,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const first = startLba + firstVolumeDescriptorBlock;
  const block = new Uint8Array(blockBytes);
  for (let lba = first; lba < Math.min(source.blocks, first + maximumDescriptors); lba++) {
    throwIfCancelled(signal, "reading volume descriptors");
    await source.read(lba, 1, block, signal);
    if (isBootRecord(block, 0)) return bootRecord.read(block, 0, { ...context, lba }).bootCatalogLba;
    // What is neither of ISO 9660 nor its end ends the set too.
    if (block[0] === 255 || block.every((octet) => octet === 0)) return undefined;
  }
  return undefined;
}

/**
 * Reads what makes an image bootable: the boot catalog of a session with what its images say of themselves, and the
 * partition tables of the image.
 *
 * @throws {@link DiscError} E_READ_FAILED; E_FIELD_INVALID for a catalog that is none, and, in strict reading, for one
 *   that is odd and for damaged tables; E_CANCELLED.
 */
export async function readBootSetUp(source: BlockSource, options: BootSetUpOptions = {}): Promise<BootSetUp> {
  const { startLba = 0, strict = false, onWarning, signal } = options;
  const context = { tolerant: !strict, onWarning };
  const systemArea = await readSystemArea(source, context, signal);
  const catalogLba = await findCatalog(source, startLba, context, signal);
  const catalog = catalogLba === undefined ? undefined : await readBootCatalog(source, catalogLba, context, signal);
  const entries: BootSetUpEntry[] = [];
  for (const entry of catalog === undefined ? [] : bootEntriesOf(catalog)) {
    entries.push({ ...entry, image: await readBootImage(source, entry, signal) });
  }
  const { mbr } = systemArea;
  const imageLbas = entries.map(({ imageLba }) => imageLba);
  return {
    catalogLba,
    idString: catalog?.idString ?? "",
    entries,
    systemArea,
    partitionOffset: await findPartitionOffset(source, systemArea, signal),
    mbrLoader: mbr === undefined ? "none" : mbrLoader(mbr, imageLbas),
    isMbrProtective: mbr !== undefined && isProtective(mbr, source.blocks * sectorsInBlock),
  };
}

/**
 * Remembers what an imported image boots from, so that another image can boot like it.
 *
 * @throws {@link DiscError} as {@link readBootSetUp}.
 */
export async function rememberBoot(
  source: BlockSource,
  { session, root }: Pick<ImportedTree, "session" | "root">,
  remembering: Remembering,
): Promise<RememberedBoot> {
  const { onWarning, signal } = remembering;
  const setUp = await readBootSetUp(source, { startLba: session.startLba, onWarning, signal });
  return await RememberedBoot.read(source, setUp, root, remembering);
}
