/** The FAT volume that UEFI starts a tree from which has its programs, but no such volume. */
import { notInFat } from "../fat/volume-content.js";
import type { Item } from "../tree/directory.js";
import { DirectoryNode } from "../tree/directory.js";
import { fileAt, findAnyCase } from "../tree/find-any-case.js";
import { walkTree } from "../tree/walk.js";

/** What firmware starts from media it does not know, by its architecture. UEFI 2.10, 3.5.1.1. */
export const removableMediaPrograms: readonly string[] = ["x64", "aa64", "ia32", "arm", "riscv64", "loongarch64"].map(
  (architecture) => `/efi/boot/boot${architecture}.efi`,
);

/** Lines of an entry of systemd-boot that name files of its volume. Boot Loader Specification, "Type #1". */
const fileLine = /^[ \t]*(?:linux|initrd|efi|devicetree|devicetree-overlay)[ \t]+(.+?)[ \t]*$/gm;

/** An entry is a short text: what is longer is none. */
const maximumEntryBytes = 65_536;

/** Puts an item into a volume, at its place in the tree. @throws {@link DiscError} E_NOT_A_FILE for what FAT has not. */
function take(volume: DirectoryNode, item: Item): void {
  const attributes = { parents: true, replace: true, mtime: item.mtimeMs ?? undefined };
  if (item.type === "file") volume.addFile(item.path, item.content, attributes);
  else if (item.type === "directory") volume.addDirectory(item.path, attributes);
  else throw notInFat(item);
}

function takeTree(volume: DirectoryNode, directory: DirectoryNode): void {
  take(volume, directory);
  for (const { node } of walkTree(directory)) take(volume, node);
}

/** Takes what systemd-boot reads from its own volume alone: its entries, and the kernels that these name. */
async function takeLoader(volume: DirectoryNode, root: DirectoryNode, loader: DirectoryNode): Promise<void> {
  takeTree(volume, loader);
  const entries = findAnyCase(loader, "/entries");
  if (entries?.type !== "directory") return;
  for (const entry of entries) {
    if (entry.type !== "file" || !entry.name.endsWith(".conf") || entry.content.bytes > maximumEntryBytes) continue;
    const text = new Uint8Array(entry.content.bytes);
    await entry.content.read(0, text);
    for (const [, paths] of new TextDecoder().decode(text).matchAll(fileLine)) {
      for (const path of paths!.split(/[ \t]+/)) {
        const file = path.startsWith("/") ? fileAt(root, [path]) : undefined;
        if (file !== undefined) take(volume, file);
      }
    }
  }
}

/**
 * A volume of what UEFI has to find beside its program: the directory /EFI and, of systemd-boot, /loader and what its
 * entries name.
 *
 * @returns `undefined` where the tree has no program for UEFI.
 * @throws {@link DiscError} E_NOT_A_FILE for a link or a device in these directories; what reading entries raises.
 */
export async function uefiVolume(root: DirectoryNode): Promise<DirectoryNode | undefined> {
  const efi = findAnyCase(root, "/efi");
  if (efi?.type !== "directory" || fileAt(root, removableMediaPrograms) === undefined) return undefined;
  const volume = new DirectoryNode("");
  takeTree(volume, efi);
  const loader = findAnyCase(root, "/loader");
  if (loader?.type === "directory") await takeLoader(volume, root, loader);
  return volume;
}
