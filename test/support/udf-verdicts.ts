/** What readers of UDF see of a volume, against the tree that was asked for. */
import type { ExecutionContext } from "ava";
import { openImage } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import type { UdfinfoOutcome } from "./judges.js";
import { blkid, grubListing, sevenZipUdfListing, udfinfo } from "./judges.js";
import type { Listing } from "./listing.js";
import { filesAndDirectories, filterListing, imageListing } from "./listing.js";
import type { MadeImage } from "./made-image.js";
import { imageFile } from "./made-image.js";
import type { Mounted } from "./rig.js";
import { hasRig, kernelMounts, udfreadListing } from "./rig.js";
import { requireTool } from "./tools.js";
import { compare, everything } from "./verdicts.js";

/** Names that are not UTF-8 have no characters for some of their bytes. */
export function udfTree(tree: Listing): Listing {
  const entries = Object.entries(filesAndDirectories(tree));
  return Object.fromEntries(entries.map(([path, item]) => [path.replace(/[\udc80-\udcff]/g, "_"), item]));
}

/** What Linux says of a mount that goes well. */
const expectedMessage = /^UDF-fs: INFO Mounting volume '[^']*', timestamp \d{4}\/\d\d\/\d\d \d\d:\d\d \(1000\)$/;

/** Asserts that a kernel mounted a volume without a word more than usual, and shows a tree. */
export function linuxAgrees(t: ExecutionContext, mounted: Mounted, tree: Listing): void {
  const { status, messages, listing, options } = mounted;
  t.is(status, 0, `${options}: ${messages.join("\n")}`);
  t.deepEqual(
    messages.filter((line) => !expectedMessage.test(line)),
    [],
    options,
  );
  t.is(messages.length, 1, options);
  compare(t, listing, tree, everything);
}

/** Asserts that 7-Zip complains of nothing, and extracts a tree. */
export function sevenZipAgrees(t: ExecutionContext, image: string, tree: Listing): void {
  compare(t, sevenZipUdfListing(t, image), tree, ["digest", "mtime"]);
}

/** Asserts that libudfread extracts a tree. */
export function udfreadAgrees(t: ExecutionContext, image: string, tree: Listing): void {
  // It takes each half of a surrogate pair for a character, and backslashes for separators.
  const isTold = (path: string): boolean => !/emoji|back\\slash/.test(path);
  compare(t, filterListing(udfreadListing(t, image), isTold), filterListing(tree, isTold), ["digest"]);
}

/** Asserts that GRUB lists and reads a tree. */
export function grubAgrees(t: ExecutionContext, image: string, tree: Listing): void {
  const isTold = (path: string): boolean => !path.includes("\n");
  compare(t, grubListing(image), filterListing(tree, isTold), ["digest", "mtime"]);
}

/** A session as programs that look at its structures see it. */
export interface JudgedSession {
  readonly image: string;
  readonly start: number;
  /** Its last block. */
  readonly last: number;
  readonly revision: string;
  readonly tree: Listing;
  /** Whether file entries are found by a table. */
  readonly isVirtual?: boolean;
}

/** Asserts that udfinfo has nothing to complain of, and counts what the tree has. */
export function udfinfoAgrees(t: ExecutionContext, session: JudgedSession): UdfinfoOutcome {
  const { image, start, last, revision, tree, isVirtual = false } = session;
  const outcome = udfinfo(image, start, last);
  const items = Object.values(tree);
  const directories = items.filter(({ type }) => type === "directory").length;
  t.is(outcome.status, 0);
  // The partition of a later session begins in the first: the structures before its own contents lie within. And a
  // table's ICB is the last block of its partition, so that the last anchor does.
  const isOverlapping = start > 0 || isVirtual;
  t.deepEqual(
    outcome.complaints,
    isOverlapping ? ["udfinfo: Warning: Partition Space overlaps with other blocks"] : [],
  );
  t.like(outcome.said, {
    label: "DISC",
    lvid: "DISC",
    vid: "DISC",
    fsid: "DISC",
    impid: "*discsmith",
    blocksize: "2048",
    numfiles: String(items.length - directories),
    numdirs: String(directories + 1),
    // The revision a reader has to know, and the one that is written.
    udfrev: revision === "2.60" ? "2.50" : revision,
    udfwriterev: revision,
    // A volume with a table stays open for ever; udfinfo looks at the table.
    integrity: "closed",
    accesstype: isVirtual ? "writeonce" : "readonly",
    softwriteprotect: "no",
    hardwriteprotect: "no",
  });
  return outcome;
}

/** Asserts that blkid takes a session for UDF of that revision, as what mounts discs by themselves has to. */
export function blkidAgrees(t: ExecutionContext, { image, start, revision }: JudgedSession): void {
  const said = blkid(image, start);
  t.like(said, { TYPE: "udf", LABEL: "DISC", VERSION: revision, BLOCK_SIZE: "2048", APPLICATION_ID: "discsmith" });
}

/** UDF without any other file system, and beside all of them. */
export const alone: ImageOptions = { fileSystems: ["udf"] };
export const bridge: ImageOptions = { fileSystems: ["iso", "rockridge", "joliet", "udf"] };

/** Hidden items are shown, and no other size of blocks is tried before. */
export const mountOptions = "ro,bs=2048,unhide";

/** Whether all programs are there. */
export function hasTools(t: ExecutionContext): boolean {
  const tools = ["7zz", "udfinfo", "blkid", "grub-fstest", "xorriso", ...(hasRig ? ["qemu-system-x86_64", "gcc"] : [])];
  return tools.every((tool) => requireTool(t, tool));
}

/** What is to be judged of an image, besides what is of all. */
export interface JudgedScope {
  readonly options: ImageOptions;
  readonly tree: Listing;
  readonly sevenZip?: boolean;
  readonly grub?: boolean;
  readonly kernels?: readonly ("6.1" | "6.12")[];
}

/** Asserts that everybody sees the tree in the UDF volume of an image. */
export async function judgeImage(t: ExecutionContext, { bytes }: MadeImage, scope: JudgedScope): Promise<void> {
  const { options, tree, sevenZip = true, grub = false, kernels = ["6.1"] } = scope;
  const { udfVirtual: isVirtual = false, udfRevision: revision = "1.02" } = options;
  const own = await openImage(new MemorySource(bytes), { fileSystem: "udf" });
  compare(t, await imageListing(own), tree, everything);
  const image = imageFile(t, bytes);
  const session = { image, start: 0, last: bytes.length / 2048 - 1, revision, tree, isVirtual };
  udfinfoAgrees(t, session);
  blkidAgrees(t, session);
  if (sevenZip) sevenZipAgrees(t, image, tree);
  if (sevenZip && hasRig) udfreadAgrees(t, image, tree);
  if (grub) grubAgrees(t, image, tree);
  for (const kernel of hasRig ? kernels : []) {
    const isBridge = options.fileSystems?.includes("rockridge") === true;
    const mounts = kernelMounts(kernel, image, [`udf ${mountOptions}`, ...(isBridge ? ["iso9660 ro"] : [])]);
    linuxAgrees(t, mounts[0]!, tree);
    if (isBridge) t.is(mounts[1]!.status, 0);
  }
}
