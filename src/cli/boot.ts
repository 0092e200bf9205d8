import type { BootSetUp, DiscImage, OpenOptions } from "../node.js";
import { bootPlatforms, DiscError, hasCode, openImage, readBootSetUp } from "../node.js";
import { printBoot } from "./boot-text.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import type { OpenedDisc } from "./opened-disc.js";
import { openDisc, requireRecorded } from "./opened-disc.js";
import { readingOptionsOf } from "./reading.js";

/** Sectors of 512 bytes in a block. */
const sectorsInBlock = 4;

/** A partition, as `boot --json` shows it, in sectors of 512 bytes. */
export interface PartitionReport {
  readonly table: "mbr" | "gpt" | "apm";
  readonly number: number;
  readonly type: string;
  readonly name: string | null;
  readonly guid: string | null;
  readonly active: boolean | null;
  readonly firstSector: number;
  readonly sectors: number;
  /** The file that starts where it does. */
  readonly path: string | null;
}

/** A boot image, as `boot --json` shows it. */
export interface BootImageReport {
  readonly platform: string;
  readonly bootable: boolean;
  readonly emulation: string;
  readonly loadSegment: number;
  readonly systemType: number;
  /** Of 512 bytes. */
  readonly loadSectors: number;
  readonly lba: number;
  /** The file that it is; `null` for one that is in none. */
  readonly path: string | null;
  readonly idString: string;
  readonly bootInfoTable: boolean;
  readonly grub2BootInfo: boolean;
  readonly isohybridSuitable: boolean;
}

/** What `boot --json` prints, without the warnings. */
export interface BootReport {
  readonly catalogLba: number | null;
  readonly catalogPath: string | null;
  readonly idString: string;
  readonly images: readonly BootImageReport[];
  /** Whose boot code the master boot record has, if it loads one of the images. */
  readonly mbrLoader: string;
  readonly isMbrProtective: boolean;
  /** The block in which a partition starts that can be mounted by itself; 0 where none does. */
  readonly partitionOffset: number;
  readonly diskSignature: number | null;
  readonly diskGuid: string | null;
  /** Whether the GUID partition table has its backup at the end of the image. */
  readonly hasGptBackup: boolean | null;
  readonly partitions: readonly PartitionReport[];
}

function platformName(platform: number): string {
  return Object.entries(bootPlatforms).find(([, number]) => number === platform)?.[0] ?? hex(platform);
}

/** What is said where a tree cannot be read: its files have no names then, and what boots is known all the same. */
function treeSkipped({ message: reason }: DiscError): DiscError<"W_SKIPPED"> {
  return new DiscError("W_SKIPPED", `boot images and partitions are not named: ${reason}`, { path: "/", reason });
}

/** The tree that tells the paths; the reason where there is none that can be read. */
async function openTree(source: OpenedDisc["source"], reading: OpenOptions): Promise<DiscImage | DiscError> {
  try {
    return await openImage(source, reading);
  } catch (error) {
    const isNamed = [reading.session, reading.start, reading.fileSystem].some((choice) => choice !== undefined);
    if (isNamed || !hasCode(error, "E_NO_FILE_SYSTEM")) throw error;
    return error;
  }
}

/** The paths of files by their first blocks, as far as the tree can be read. */
async function pathsAt(
  image: DiscImage,
  lbas: ReadonlySet<number>,
  onWarning: OpenOptions["onWarning"],
): Promise<ReadonlyMap<number, string>> {
  const paths = new Map<number, string>();
  try {
    await findPaths(image, lbas, paths);
  } catch (error) {
    if (!hasCode(error, "E_FIELD_INVALID") && !hasCode(error, "E_READ_FAILED")) throw error;
    onWarning?.(treeSkipped(error));
  }
  return paths;
}

async function findPaths(image: DiscImage, lbas: ReadonlySet<number>, paths: Map<number, string>): Promise<void> {
  for await (const { type, path, bytes, extents } of image.walk()) {
    const lba = extents[0]?.lba;
    if (type === "file" && bytes > 0 && lba != null && lbas.has(lba) && !paths.has(lba)) paths.set(lba, path);
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}

/** Partitions of all tables, without what files they are. */
function partitionsOf({ mbr, gpt, apm }: BootSetUp["systemArea"]): Omit<PartitionReport, "path">[] {
  const records = mbr === undefined ? [] : [mbr.partition1, mbr.partition2, mbr.partition3, mbr.partition4];
  const unit = (apm?.blockSize ?? 0) / 512;
  return [
    ...records.flatMap(({ osType, bootIndicator, startingLba: firstSector, sizeInLba: sectors }, index) => {
      const active = bootIndicator >= 0x80;
      const rest = { name: null, guid: null, active, firstSector, sectors };
      return sectors === 0 ? [] : [{ table: "mbr", number: index + 1, type: hex(osType), ...rest } as const];
    }),
    ...(gpt?.partitions ?? []).map((each) => ({
      table: "gpt" as const,
      number: each.number,
      type: each.partitionTypeGuid,
      name: each.partitionName,
      guid: each.uniquePartitionGuid,
      active: null,
      firstSector: each.startingLba,
      sectors: each.endingLba - each.startingLba + 1,
    })),
    ...(apm?.partitions ?? []).map(({ type, name, firstBlock, blocks }, index) => {
      const place = { firstSector: firstBlock * unit, sectors: blocks * unit };
      return { table: "apm" as const, number: index + 1, type, name, guid: null, active: null, ...place };
    }),
  ];
}

/** Blocks that files may be called by. */
function blocksOfSetUp(
  { catalogLba, entries }: BootSetUp,
  partitions: readonly Omit<PartitionReport, "path">[],
): ReadonlySet<number> {
  return new Set([
    ...entries.map(({ imageLba }) => imageLba),
    ...partitions.map(({ firstSector }) => firstSector / sectorsInBlock),
    ...(catalogLba === undefined ? [] : [catalogLba]),
  ]);
}

function reportOf(
  setUp: BootSetUp,
  partitions: readonly Omit<PartitionReport, "path">[],
  paths: ReadonlyMap<number, string>,
): BootReport {
  const { catalogLba, entries, systemArea, mbrLoader, isMbrProtective, partitionOffset, idString } = setUp;
  return {
    catalogLba: catalogLba ?? null,
    catalogPath: paths.get(catalogLba ?? -1) ?? null,
    idString,
    images: entries.map(({ image: about, imageLba: lba, platform, ...entry }) => ({
      platform: platformName(platform),
      bootable: entry.bootable,
      emulation: entry.emulation,
      loadSegment: entry.loadSegment,
      systemType: entry.systemType,
      loadSectors: entry.loadSectors,
      lba,
      path: paths.get(lba) ?? null,
      idString: entry.idString,
      bootInfoTable: about?.infoTable !== undefined,
      grub2BootInfo: about?.hasGrub2BootInfo ?? false,
      isohybridSuitable: about?.isIsohybridSuitable ?? false,
    })),
    mbrLoader,
    isMbrProtective,
    partitionOffset,
    diskSignature: systemArea.mbr?.diskSignature ?? null,
    diskGuid: systemArea.gpt?.header.diskGuid ?? null,
    hasGptBackup: systemArea.gpt === undefined ? null : systemArea.gptBackup !== undefined,
    partitions: partitions.map((each) => ({ ...each, path: paths.get(each.firstSector / sectorsInBlock) ?? null })),
  };
}

/** `discsmith boot`. */
export async function boot(context: CommandContext): Promise<number> {
  const { options, output, reporter, signal } = context;
  const [path = ""] = context.arguments;
  await using disc = await openDisc(path, context);
  requireRecorded(disc);
  const reading = readingOptionsOf(context);
  const tree = await openTree(disc.source, reading);
  const { onWarning } = reading;
  const startLba = tree instanceof DiscError ? 0 : tree.session.startLba;
  const setUp = await readBootSetUp(disc.source, { startLba, onWarning, signal });
  const partitions = partitionsOf(setUp.systemArea);
  const lbas = blocksOfSetUp(setUp, partitions);
  if (tree instanceof DiscError) {
    if (lbas.size === 0) throw tree;
    onWarning?.(treeSkipped(tree));
  }
  const report = reportOf(
    setUp,
    partitions,
    tree instanceof DiscError ? new Map() : await pathsAt(tree, lbas, onWarning),
  );
  if (options.has("json")) await output.json({ ...report, warnings: reporter.takeWarnings() });
  else await printBoot(output, report);
  return exitCodes.done;
}
