/** Which drives there are, as Linux lists them; none of them is touched. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { DiscError } from "../errors.js";

/** A drive for optical discs. */
export interface DriveDescription {
  /** To open it by: "/dev/sr0". */
  readonly path: string;
  /** The generic device of the same drive, "/dev/sg1"; `null` where the kernel has none. */
  readonly genericPath: string | null;
  /** Other names of the device, as "/dev/cdrom" or those that stay the same over restarts in "/dev/disk/by-id". */
  readonly links: readonly string[];
  /** As the drive tells them; empty where it doesn't. SPC-4 "Standard INQUIRY data". */
  readonly vendor: string;
  readonly product: string;
  readonly revision: string;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return [];
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, "latin1")).trim();
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return "";
    throw error;
  }
}

function hasErrno(error: unknown, errno: string): boolean {
  return (error as NodeJS.ErrnoException).code === errno;
}

/** Links right in a folder of devices, by the name of the device that they lead to. */
async function linksIn(folder: string, shown: string): Promise<Map<string, string[]>> {
  const links = new Map<string, string[]>();
  for (const name of await namesIn(folder)) {
    try {
      const device = basename(await readlink(join(folder, name)));
      links.set(device, [...(links.get(device) ?? []), join(shown, name)]);
    } catch (error) {
      // Most are no links, and drives come and go.
      if (!hasErrno(error, "EINVAL") && !hasErrno(error, "ENOENT")) throw error;
    }
  }
  return links;
}

/**
 * Lists the drives, in the kernel's order. What a drive says of itself is what it said when it was connected; what is in
 * it is not asked for.
 *
 * @param root Folder that stands for "/", for looking at another system.
 * @throws {@link DiscError} E_NOT_SUPPORTED on systems other than Linux.
 */
export async function listDrives(root = "/"): Promise<DriveDescription[]> {
  if (process.platform !== "linux") {
    const what = `listing drives on ${process.platform}`;
    throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
  }
  const folder = join(root, "sys/class/block");
  const numbers = (await namesIn(folder)).filter((name) => /^sr\d+$/.test(name)).map((name) => Number(name.slice(2)));
  const direct = await linksIn(join(root, "dev"), "/dev");
  const stable = await linksIn(join(root, "dev/disk/by-id"), "/dev/disk/by-id");
  return await Promise.all(
    numbers
      .sort((one, other) => one - other)
      .map(async (number) => {
        const name = `sr${number}`;
        const device = join(folder, name, "device");
        const [generic] = await namesIn(join(device, "scsi_generic"));
        return {
          path: `/dev/${name}`,
          genericPath: generic === undefined ? null : `/dev/${generic}`,
          links: [...(direct.get(name) ?? []), ...(stable.get(name) ?? [])],
          vendor: await textOf(join(device, "vendor")),
          product: await textOf(join(device, "model")),
          revision: await textOf(join(device, "rev")),
        };
      }),
  );
}
