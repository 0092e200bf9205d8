/** What the options ask an image to boot from. */
import { pathKind } from "../host/path-kind.js";
import type { BootPreset, Content } from "../node.js";
import { DirectoryNode, fromDirectory, fromFile } from "../node.js";
import type { CommandContext } from "./command.js";
import { readNamedFile } from "./host-file.js";
import type { OpenedDisc } from "./opened-disc.js";
import { openDisc, requireRecorded } from "./opened-disc.js";
import { usageError } from "./usage.js";

/** Bytes of a system area, which is all that boot code can fill. */
const systemAreaBytes = 32_768;

async function readBootCode(path: string): Promise<Uint8Array> {
  const code = await readNamedFile(path);
  if (code.length <= systemAreaBytes) return code;
  throw usageError(`--mbr: "${path}" has ${code.length} bytes, boot code has up to ${systemAreaBytes}`);
}

/** What is booted and in no tree: a file of the host, or a folder, of which a FAT volume is made. */
async function openOutside(path: string, signal: AbortSignal): Promise<Content | DirectoryNode> {
  if ((await pathKind(path)) !== "folder") return await fromFile(path);
  const volume = new DirectoryNode("");
  await volume.addTree(fromDirectory(path), { signal });
  return volume;
}

/** Eight hexadecimal digits. @throws {@link DiscError} E_USAGE. */
function diskSignatureOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^(0x)?[\da-f]{1,8}$/i.test(text)) return Number.parseInt(text, 16);
  throw usageError(`--disk-signature is "${text}", expected up to eight hexadecimal digits`);
}

/** The preset that the options name; `undefined` where they ask for nothing. @throws {@link DiscError} E_USAGE. */
export async function bootPresetOf({ options, signal }: CommandContext): Promise<BootPreset | undefined> {
  const auto = options.text("boot") === "auto";
  const bios = options.text("boot-bios");
  const uefi = options.text("boot-uefi");
  const mbr = options.text("mbr");
  const partitionOffset = options.number("partition-offset");
  const isHybridAsked = options.has("hybrid") || mbr !== undefined;
  const hybrid = isHybridAsked || (partitionOffset ?? 0) > 0;
  const catalogPath = options.text("boot-catalog");
  const diskSignature = diskSignatureOf(options.text("disk-signature"));
  const diskGuid = options.text("disk-guid");
  if (!hybrid && (diskSignature !== undefined || diskGuid !== undefined)) {
    throw usageError("--disk-signature and --disk-guid need --hybrid");
  }
  if (!auto && bios === undefined && uefi === undefined) {
    if (!isHybridAsked && catalogPath === undefined && hybrid) return { partitionOffset, diskSignature };
    if (isHybridAsked || catalogPath !== undefined) {
      throw usageError("--hybrid, --mbr and --boot-catalog need --boot, --boot-bios or --boot-uefi");
    }
    return undefined;
  }
  const bootCode = mbr === undefined ? undefined : await readBootCode(mbr);
  const opening = { openOutside: (path: string) => openOutside(path, signal) };
  const disk = { hybrid, partitionOffset, bootCode, diskSignature, diskGuid };
  return { auto, bios, uefi, catalogPath, ...disk, ...opening };
}

/** Opens the image that this one is to boot like; `undefined` where none is named. */
export async function openBootLike(context: CommandContext): Promise<OpenedDisc | undefined> {
  const path = context.options.text("boot-like");
  if (path === undefined) return undefined;
  if (context.options.text("boot") !== undefined) throw usageError("--boot-like is not for use with --boot");
  const disc = await openDisc(path, context);
  try {
    requireRecorded(disc);
  } catch (error) {
    await disc[Symbol.asyncDispose]();
    throw error;
  }
  return disc;
}
