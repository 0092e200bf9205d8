import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { listDrives } from "../../src/device/list-drives.js";
import { temporaryFolder } from "./support.js";

test("drives are listed in the kernel's order, with what they say of themselves and their other names", async (t) => {
  if (process.platform !== "linux") return void t.pass();
  const root = await temporaryFolder(t);
  const block = join(root, "sys/class/block");
  const drive = async (name: string, files: Record<string, string>, generic?: string): Promise<void> => {
    const device = join(block, name, "device");
    await mkdir(device, { recursive: true });
    if (generic !== undefined) await mkdir(join(device, "scsi_generic", generic), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(device, file), text);
  };
  await drive("sr10", {});
  await drive("sr0", { vendor: "HL-DT-ST\n", model: "BD-RE  WH16NS60 \n", rev: "1.02\n" }, "sg1");
  await drive("sr2", { vendor: "ASUS    \n", model: "BW-16D1HT       \n", rev: "3.10\n" }, "sg4");
  await drive("sda", { vendor: "ATA\n" }, "sg0");
  await mkdir(join(root, "dev/disk/by-id"), { recursive: true });
  await symlink("sr2", join(root, "dev/cdrom"));
  await symlink("sr2", join(root, "dev/dvd"));
  await symlink("../../sr0", join(root, "dev/disk/by-id/ata-HL-DT-ST_BD-RE"));
  await symlink("../../sda", join(root, "dev/disk/by-id/ata-disk"));
  await writeFile(join(root, "dev/sr0"), "");
  t.deepEqual(await listDrives(root), [
    {
      path: "/dev/sr0",
      genericPath: "/dev/sg1",
      links: ["/dev/disk/by-id/ata-HL-DT-ST_BD-RE"],
      vendor: "HL-DT-ST",
      product: "BD-RE  WH16NS60",
      revision: "1.02",
    },
    {
      path: "/dev/sr2",
      genericPath: "/dev/sg4",
      links: ["/dev/cdrom", "/dev/dvd"],
      vendor: "ASUS",
      product: "BW-16D1HT",
      revision: "3.10",
    },
    { path: "/dev/sr10", genericPath: null, links: [], vendor: "", product: "", revision: "" },
  ]);
});

test("a system without drives, or without any devices, has none", async (t) => {
  if (process.platform === "linux") t.deepEqual(await listDrives(await temporaryFolder(t)), []);
  else await t.throwsAsync(listDrives(), { code: "E_NOT_SUPPORTED" });
});
