/** Plans what is to be written so that files of an image get other contents in the blocks they have. */

import { recordingTimeRange } from "../../codec/time.js";
import { DiscError, hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { blockBytes } from "../../units.js";
import type { BytePatch } from "../hybrid/byte-patch.js";
import type { BootSetUp } from "../image/boot-set-up.js";
import type { DetectedVolume } from "../image/detect.js";
import { detectVolume, openTree } from "../image/detect.js";
import { DiscImage } from "../image/disc-image.js";
import type { ImageSource, OpenedSession, OpenOptions } from "../image/open-image.js";
import { openSession } from "../image/open-image.js";
import { firstDifference } from "../tree/compare-contents.js";
import type { Content } from "../tree/content.js";
import { areSameBytes } from "../tree/content.js";
import type { DiscEntry, FileSystemName } from "../tree/disc-entry.js";
import type { UdfVolume } from "../udf/volume-reader.js";
import { checkBootUse, hasHfs, readBootSetUps, toldContent } from "./boot-images.js";
import { overlapsAny } from "./byte-range.js";
import type { RunningDigest } from "./implanted-sum.js";
import { isoReferences } from "./iso-references.js";
import { partitionReferences } from "./partition-references.js";
import { FileCopy, sharedContent, sharedSessions } from "./patched-file.js";
import type { ContentPatch, ImagePatches } from "./patched-source.js";
import type { FileName, FileReference } from "./reference.js";
import type { ProbedVolume } from "./sum-patches.js";
import { sumPatches } from "./sum-patches.js";
import { udfReferences } from "./udf-references.js";
import { blockOfTime, volumeTimePatch } from "./volume-time.js";

/** A file of an image, and what is to be in it. */
export interface PatchChange {
  /** Its path in the image. */
  readonly target: string;
  readonly content: Content;
  /** Its new modification time, in milliseconds since 1970; left out, the old one stays. */
  readonly mtimeMs?: number | undefined;
}

/** How a patch is planned. */
export interface PlanPatchOptions
  extends TaskOptions,
    Pick<OpenOptions, "session" | "scan" | "fileSystem" | "charset" | "onWarning"> {
  /** Changes a file in other sessions, too, that have it in the same blocks. Otherwise such a file is refused. */
  readonly allSessions?: boolean | undefined;
  /** Length of the image. Default: that of its blocks. */
  readonly imageBytes?: number | undefined;
  /** Makes what sums up an image whose descriptor has its MD5 sum; left out, such a sum is not made again. */
  readonly createMd5?: (() => RunningDigest) | undefined;
}

/** What becomes of one file. */
export interface PatchedFile {
  readonly path: string;
  readonly oldBytes: number;
  readonly newBytes: number;
  /** The most bytes that have room. */
  readonly limitBytes: number;
  /** Its names in all trees and sessions that change with it, its own among them. */
  readonly names: readonly FileName[];
  /** Whether a boot loader is told in it where it lies, so that it differs from its source. */
  readonly isTold: boolean;
}

/** What is to be written, contents first. */
export interface PatchPlan extends ImagePatches {
  /** Number of the session that was opened. */
  readonly session: number;
  readonly files: readonly PatchedFile[];
}

/** A file that is asked for. */
interface TargetFile {
  readonly change: PatchChange;
  readonly path: string;
  readonly bytes: number;
  readonly copies: readonly FileCopy[];
}

/** Whether an error says that a tree does not show an item. */
function isAbsence(error: unknown): boolean {
  return hasCode(error, "E_ITEM_NOT_FOUND") || hasCode(error, "E_NOT_A_DIRECTORY");
}

/** Bytes in which the files of a volume are allotted: whichever tree has the smallest blocks. */
function unitOf({ udf }: DetectedVolume): number {
  return Math.min(blockBytes, udf?.information.blockBytes ?? blockBytes);
}

/** Finds what has to be written for one patch. */
class PatchPlanning {
  readonly #source: BlockSource;
  readonly #opened: OpenedSession;
  readonly #options: PlanPatchOptions;
  readonly #imageBytes: number;
  readonly #unitBytes: number;
  /** Contents that a boot loader is told something in, by what leads to them. */
  readonly #told = new Map<readonly FileReference[], Content>();

  constructor(opened: OpenedSession, options: PlanPatchOptions) {
    this.#opened = opened;
    this.#source = opened.blocks;
    this.#options = options;
    this.#imageBytes = options.imageBytes ?? opened.blocks.blocks * blockBytes;
    this.#unitBytes = unitOf(opened.volume);
  }

  async plan(changes: readonly PatchChange[]): Promise<PatchPlan> {
    const targets: TargetFile[] = [];
    for (const change of changes) targets.push(await this.#target(change));
    this.#checkApart(targets);
    const volumes = await this.#volumes();
    const starts = [0, ...volumes.map(({ session }) => session.startLba).filter((lba) => lba > 0)];
    const setUps = await readBootSetUps(this.#source, starts, this.#options.signal);
    await this.#findReferences(targets, volumes, setUps[0]?.partitionOffset ?? 0);
    for (const target of targets) this.#check(target);
    const files: PatchedFile[] = [];
    const contents: ContentPatch[] = [];
    const structures: BytePatch[] = [];
    for (const target of targets) files.push(await this.#change(target, setUps, contents, structures));
    structures.push(...(await this.#volumeTimes(targets, volumes)));
    const changed = await this.#withoutEqual(structures);
    this.#checkTiling({ contents, structures: changed }, volumes);
    const summed = targets.flatMap(({ change, copies }) =>
      copies.map(({ references }) => ({ content: this.#told.get(references) ?? change.content, references })),
    );
    const sums = await sumPatches(this.#source, { contents, structures: changed }, volumes, summed, this.#options);
    const { number: session } = this.#opened.session;
    return { session, files, contents, structures: [...changed, ...sums] };
  }

  /** @throws {@link DiscError} E_ITEM_NOT_FOUND, E_NOT_A_FILE, E_NOT_SUPPORTED. */
  async #target(change: PatchChange): Promise<TargetFile> {
    const { signal } = this.#options;
    const { tree } = this.#opened;
    const entry = await this.#image(tree.fileSystem).lstat(change.target, { signal });
    const { path, type, bytes, refusal, extents, zisofs } = entry;
    if (type !== "file") throw new DiscError("E_NOT_A_FILE", `"${path}" is a ${type}, not a file`, { path });
    if (refusal !== null) throw new DiscError("E_NOT_SUPPORTED", `"${path}": ${refusal}`, { what: refusal });
    if (zisofs !== undefined) {
      const what = "changing a content that is compressed by zisofs";
      throw new DiscError("E_NOT_SUPPORTED", `"${path}": not supported: ${what}`, { what });
    }
    const copies = bytes === 0 ? [] : [new FileCopy(extents, this.#unitBytes), ...(await this.#otherCopies(entry))];
    return { change, path, bytes, copies };
  }

  #image(fileSystem: FileSystemName): DiscImage {
    const { tree, volume, session, sessions } = this.#opened;
    const { charset, signal } = this.#options;
    const shown =
      tree.fileSystem === fileSystem ? tree : openTree(this.#source, volume, fileSystem, { charset, signal });
    return new DiscImage(this.#source, shown, volume, session, sessions);
  }

  /** The same content in other places: UDF may keep in a file entry what has blocks in ISO 9660. */
  async #otherCopies(entry: DiscEntry): Promise<FileCopy[]> {
    const { signal, onWarning } = this.#options;
    const { tree, volume } = this.#opened;
    const own = this.#image(tree.fileSystem);
    const copies: FileCopy[] = [];
    for (const fileSystem of volume.fileSystems) {
      if (fileSystem === tree.fileSystem || fileSystem === "iso") continue;
      const other = this.#image(fileSystem);
      const found = await other.lstat(entry.path, { signal }).catch((error: unknown) => {
        if (!isAbsence(error)) throw error;
        return undefined;
      });
      if (found?.type !== "file" || found.bytes === 0 || areSameBytes(found.extents, entry.extents)) continue;
      if (copies.some(({ extents }) => areSameBytes(extents, found.extents))) continue;
      const isEqual =
        found.refusal === null &&
        found.bytes === entry.bytes &&
        (await firstDifference(await own.content(entry), await other.content(found), signal)) === undefined;
      if (isEqual) copies.push(new FileCopy(found.extents, this.#unitBytes));
      else {
        const fileSystems = [tree.fileSystem, fileSystem];
        const what = `it has another content in ${fileSystem} than in ${tree.fileSystem}, and that is left`;
        const detail = { path: entry.path, fileSystems, what };
        onWarning?.(new DiscError("W_TREES_DIFFER", `"${entry.path}": ${what}`, detail));
      }
    }
    return copies;
  }

  /** @throws {@link DiscError} E_OPTION_INVALID where two targets are the same file. */
  #checkApart(targets: readonly TargetFile[]): void {
    for (const [index, target] of targets.entries()) {
      const before = targets.slice(0, index);
      const same = before.find(
        ({ path, copies }) =>
          path === target.path || copies.some((copy) => target.copies.some((other) => copy.overlaps(other))),
      );
      if (same === undefined) continue;
      const allowed = "each file once";
      const which = same.path === target.path ? "is given twice" : `and "${same.path}" are the same file`;
      const detail = { option: "target", value: target.path, allowed };
      throw new DiscError("E_OPTION_INVALID", `"${target.path}" ${which}, expected ${allowed}`, detail);
    }
  }

  async #volumes(): Promise<ProbedVolume[]> {
    const { signal, charset } = this.#options;
    const volumes: ProbedVolume[] = [];
    for (const session of this.#opened.sessions) {
      if (session.fileSystems.length === 0) continue;
      const { startLba, endLba } = session;
      volumes.push({ session, volume: await detectVolume(this.#source, startLba, { endLba, charset, signal }) });
    }
    return volumes;
  }

  /** @throws {@link DiscError} E_CONTENT_SHARED where something else lies in the blocks of a target. */
  async #findReferences(
    targets: readonly TargetFile[],
    volumes: readonly ProbedVolume[],
    partitionOffset: number,
  ): Promise<void> {
    const { signal, charset, onProgress } = this.#options;
    const wanted = targets.flatMap(({ copies }) => copies.flatMap(({ ranges }) => ranges));
    if (wanted.length === 0) return;
    const conflicts = new Map<TargetFile, FileName[]>();
    const take = (reference: FileReference): void => {
      for (const target of targets) {
        if (target.copies.every((copy) => copy.take(reference))) continue;
        conflicts.set(target, [...(conflicts.get(target) ?? []), nameOf(reference)]);
      }
    };
    const common = { source: this.#source, wanted, unitBytes: this.#unitBytes, charset, signal };
    for (const [index, { session, volume }] of volumes.entries()) {
      const search = { ...common, session: session.number };
      for await (const reference of isoReferences(volume, search)) take(reference);
      if (volume.udf !== undefined) for await (const reference of udfReferences(volume.udf, search)) take(reference);
      onProgress?.({ phase: "planning", doneBlocks: index + 1, totalBlocks: volumes.length });
    }
    if (partitionOffset > 0) {
      const search = { ...common, session: this.#opened.session.number };
      for await (const reference of partitionReferences(partitionOffset, search)) take(reference);
    }
    for (const [target, names] of conflicts) throw sharedContent(target.path, names);
  }

  #check({ change, path, bytes, copies }: TargetFile): void {
    const own = this.#opened.session.number;
    const references = copies.flatMap((copy) => copy.references);
    const refused = references.find(({ refusal }) => refusal !== undefined);
    if (refused?.refusal !== undefined) {
      const what = refused.refusal;
      throw new DiscError("E_NOT_SUPPORTED", `"${path}" cannot be changed in its place: ${what}`, { what });
    }
    const others = references.filter(({ session }) => session !== own);
    if (others.length > 0 && this.#options.allSessions !== true) throw sharedSessions(path, own, others.map(nameOf));
    if (bytes > 0 && references.length === 0) {
      const what = `nothing was found that leads to "${path}"`;
      throw new DiscError("E_DAMAGED", what, { what, path });
    }
    const limitBytes = this.#limitOf(copies);
    const { bytes: newBytes } = change.content;
    if (newBytes <= limitBytes) return;
    const message = `"${path}" has room for ${limitBytes} bytes in its blocks, and the new content has ${newBytes}`;
    throw new DiscError("E_CONTENT_TOO_BIG", message, { path, bytes: newBytes, limitBytes });
  }

  #limitOf(copies: readonly FileCopy[]): number {
    return copies.length === 0 ? 0 : Math.min(...copies.map((copy) => copy.limitBytes(this.#imageBytes)));
  }

  async #change(
    { change, path, bytes: oldBytes, copies }: TargetFile,
    setUps: readonly BootSetUp[],
    contents: ContentPatch[],
    structures: BytePatch[],
  ): Promise<PatchedFile> {
    const { signal } = this.#options;
    let isTold = false;
    const newBytes = change.content.bytes;
    const mtimeMs = this.#writableTime(change);
    this.#warnOfTime(change, path);
    for (const copy of copies) {
      const image = { path, start: copy.start, oldBytes };
      checkBootUse(image, newBytes, setUps);
      if (newBytes !== oldBytes && setUps[0] !== undefined && (await hasHfs(this.#source, setUps[0], signal))) {
        const what = "another length for a file of an image that has HFS, too";
        throw new DiscError("E_NOT_SUPPORTED", `"${path}": not supported: ${what}`, { what });
      }
      const told = await toldContent(image, change.content, setUps, signal);
      isTold ||= told !== undefined;
      if (told !== undefined) this.#told.set(copy.references, told);
      const content = told ?? change.content;
      contents.push(...copy.contentPatches(content, this.#imageBytes));
      structures.push(...(await copy.structurePatches(content, mtimeMs, signal)));
    }
    const names = copies.flatMap(({ references }) => references.map(nameOf));
    return { path, oldBytes, newBytes, limitBytes: this.#limitOf(copies), names, isTold };
  }

  /** Volumes of UDF say when they were last modified: each that has a file with a later time says so. */
  async #volumeTimes(targets: readonly TargetFile[], volumes: readonly ProbedVolume[]): Promise<BytePatch[]> {
    // Volumes of several sessions may say so in one place.
    const latest = new Map<number, { readonly udf: UdfVolume; readonly timeMs: number }>();
    for (const { session, volume } of volumes) {
      const { udf } = volume;
      const block = udf === undefined ? undefined : blockOfTime(udf);
      if (udf === undefined || block === undefined) continue;
      for (const { change, copies } of targets) {
        const references = copies.flatMap((copy) => copy.references);
        const isIn = references.some((found) => found.fileSystem === "udf" && found.session === session.number);
        const timeMs = this.#writableTime(change);
        if (isIn && timeMs !== undefined && timeMs > (latest.get(block)?.timeMs ?? Number.NEGATIVE_INFINITY)) {
          latest.set(block, { udf, timeMs });
        }
      }
    }
    const patches: BytePatch[] = [];
    for (const [block, { udf, timeMs }] of latest) {
      patches.push(await volumeTimePatch(udf, block, timeMs, this.#options.signal));
    }
    return patches;
  }

  /** The time of a change, as far as a directory record can hold it. */
  #writableTime({ mtimeMs }: PatchChange): number | undefined {
    const { firstMs, lastMs } = recordingTimeRange;
    return mtimeMs === undefined ? undefined : Math.min(Math.max(mtimeMs, firstMs), lastMs);
  }

  #warnOfTime({ mtimeMs }: PatchChange, path: string): void {
    if (mtimeMs === undefined || (mtimeMs >= recordingTimeRange.firstMs && mtimeMs <= recordingTimeRange.lastMs))
      return;
    const time = Math.abs(mtimeMs) <= 8.64e15 ? new Date(mtimeMs).toISOString() : `${mtimeMs} ms`;
    const message = `"${path}": modified ${time}, which a directory record cannot hold`;
    this.#options.onWarning?.(new DiscError("W_TIME_CLAMPED", message, { path, time }));
  }

  /** Patches that change something. */
  async #withoutEqual(patches: readonly BytePatch[]): Promise<BytePatch[]> {
    const changed: BytePatch[] = [];
    for (const patch of patches) {
      const first = Math.floor(patch.offsetBytes / blockBytes);
      const end = Math.ceil((patch.offsetBytes + patch.bytes.length) / blockBytes);
      const blocks = new Uint8Array((end - first) * blockBytes);
      await this.#source.read(first, end - first, blocks, this.#options.signal);
      const at = patch.offsetBytes - first * blockBytes;
      if (patch.bytes.some((octet, index) => octet !== blocks[at + index])) changed.push(patch);
    }
    return changed;
  }

  /**
   * Refuses what would be written twice, or over what leads to the trees: in a sound image, no file lies there.
   *
   * @throws {@link DiscError} E_DAMAGED.
   */
  #checkTiling({ contents, structures }: ImagePatches, volumes: readonly ProbedVolume[]): void {
    const fronts = [0, ...volumes.map(({ session }) => session.startLba)].map((startLba) => {
      const last = volumes.find(({ session }) => session.startLba === startLba)?.volume.descriptors.terminatorLba;
      return { start: startLba * blockBytes, end: ((last ?? startLba + 16) + 1) * blockBytes };
    });
    const ranges = [
      ...contents.map(({ offsetBytes, bytes }) => ({ start: offsetBytes, end: offsetBytes + bytes })),
      ...structures.map(({ offsetBytes, bytes }) => ({ start: offsetBytes, end: offsetBytes + bytes.length })),
    ].sort((one, other) => one.start - other.start);
    for (const [index, { start, end }] of ranges.entries()) {
      const before = ranges[index - 1];
      if ((before === undefined || before.end <= start) && !overlapsAny(fronts, start, end)) continue;
      const lba = Math.floor(start / blockBytes);
      const what = `a file lies where something else does, at block ${lba}`;
      throw new DiscError("E_DAMAGED", what, { what, lba });
    }
  }
}

function nameOf({ session, fileSystem, path }: FileReference): FileName {
  return { session, fileSystem, path };
}

/**
 * Plans what is to be written so that files of an image get other contents in the blocks they have: the contents, with
 * zeros up to the end of their last block, and then all that tells of their lengths and times: directory records of every
 * tree and session that has the file, file entries of UDF, boot information tables, MD5 sums. Nothing is
 * written, and nothing else is moved.
 *
 * @throws {@link DiscError} as `openImage`; E_ITEM_NOT_FOUND, E_NOT_A_FILE; E_CONTENT_TOO_BIG for a content that needs
 *   more blocks; E_CONTENT_SHARED where other files, or other sessions, have the same blocks; E_OPTION_INVALID where two
 *   targets are one file; E_NOT_SUPPORTED for contents that are compressed, interleaved or have holes, and for lengths that
 *   partitions or boot catalogs forbid; E_DAMAGED; what reading contents raises.
 */
export async function planPatch(
  source: ImageSource,
  changes: readonly PatchChange[],
  options: PlanPatchOptions = {},
): Promise<PatchPlan> {
  const { session, scan, fileSystem, charset, onWarning, signal } = options;
  const opened = await openSession(source, { session, scan, fileSystem, charset, onWarning, signal });
  return await new PatchPlanning(opened, options).plan(changes);
}
