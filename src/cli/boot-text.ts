import type { BootReport } from "./boot.js";
import type { Output } from "./output.js";
import { printTable } from "./table.js";

const shown = (value: string | null): string => value ?? "-";

async function printImages(output: Output, { images, catalogLba, catalogPath, idString }: BootReport): Promise<void> {
  if (catalogLba === null) return output.line("El Torito: none; nothing starts it from a disc");
  const maker = idString === "" ? "" : `, made by "${idString}"`;
  await output.line(`El Torito: catalog at block ${catalogLba}, ${catalogPath ?? "shown by no file"}${maker}`);
  await printTable(output, [
    ["Image", "Platform", "Boots", "Emulation", "Segment", "Sectors", "Block", "Told", "Path"],
    ...images.map((image, index) => {
      const told = [
        ...(image.bootInfoTable ? ["boot info table"] : []),
        ...(image.grub2BootInfo ? ["GRUB 2 boot info"] : []),
      ];
      return [
        String(index + 1),
        image.platform,
        image.bootable ? "yes" : "no",
        image.emulation,
        `0x${image.loadSegment.toString(16)}`,
        String(image.loadSectors),
        String(image.lba),
        told.join(", ") || "-",
        shown(image.path),
      ];
    }),
  ]);
}

async function printTables(output: Output, report: BootReport): Promise<void> {
  const { partitions, diskSignature, diskGuid, mbrLoader, isMbrProtective, partitionOffset, hasGptBackup } = report;
  if (diskSignature === null && partitions.length === 0) {
    return output.line("Partition tables: none; nothing starts it from a disk");
  }
  const rows: [string, string][] = [];
  if (diskSignature !== null) {
    const signature = diskSignature.toString(16).padStart(8, "0");
    const kind = isMbrProtective ? ", protective" : "";
    rows.push([
      "Master boot record",
      `signature ${signature}, loads ${mbrLoader === "none" ? "no boot image" : mbrLoader}${kind}`,
    ]);
  }
  if (diskGuid !== null)
    rows.push(["GUID partition table", `${diskGuid}, backup ${hasGptBackup === true ? "there" : "missing"}`]);
  if (partitionOffset > 0)
    rows.push(["Partition offset", `${partitionOffset} blocks: the volume from there on has a tree of its own`]);
  await printTable(output, rows);
  if (partitions.length === 0) return;
  await output.line("");
  await printTable(output, [
    ["Table", "Partition", "First sector", "Sectors", "Active", "Type", "Name", "Path"],
    ...partitions.map(({ table, number, firstSector, sectors, active, type, name, path }) => [
      table,
      String(number),
      String(firstSector),
      String(sectors),
      active === null ? "-" : active ? "yes" : "no",
      type,
      shown(name === "" ? null : name),
      shown(path),
    ]),
  ]);
}

/** Prints what an image boots from, for people. */
export async function printBoot(output: Output, report: BootReport): Promise<void> {
  await printImages(output, report);
  await output.line("");
  await printTables(output, report);
}
