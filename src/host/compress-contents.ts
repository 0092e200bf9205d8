import { strictContext } from "../codec/codec.js";
import { hasCode, refuseOption } from "../errors.js";
import type { FileSystemImage } from "../fs/image/file-system-image.js";
import type { SessionImage } from "../fs/image/session-image.js";
import { canTellCompressed } from "../fs/image/written-contents.js";
import type { Content } from "../fs/tree/content.js";
import type { DirectoryNode } from "../fs/tree/directory.js";
import { joinPath } from "../fs/tree/path.js";
import type { ZisofsForm } from "../fs/tree/zisofs-form.js";
import { zisofsFault, zisofsVersions } from "../fs/tree/zisofs-form.js";
import { ZisofsContent } from "../fs/zisofs/zisofs-content.js";
import { zisofsHeader, zisofsVersionAt } from "../fs/zisofs/zisofs-header.js";
import type { TaskOptions } from "../medium/session-data.js";
import { blockBytes, blocksOf } from "../units.js";
import { TemporaryFile } from "./temporary-file.js";
import type { CompressionTask } from "./zisofs-compressor.js";
import { ZisofsCompressor } from "./zisofs-compressor.js";
import type { ZisofsOptions, ZisofsSettings } from "./zisofs-options.js";
import { formFor, zisofsSettings } from "./zisofs-options.js";

/** What was compressed, which has to stay open until the image is written. */
export interface CompressedContents extends AsyncDisposable {
  /** Files that are compressed, links of each other counted once. */
  readonly files: number;
  /** Of these, those that were compressed already. */
  readonly recognised: number;
  /** Bytes of these files before, as far as they were not compressed already, and behind. */
  readonly bytes: number;
  readonly storedBytes: number;
}

/** A file that was compressed already: it is written as it is, and told of. */
class RecognisedContent implements Content {
  readonly repeatable = true;
  readonly zisofs: ZisofsForm;
  readonly #content: Content;

  constructor(content: Content, form: ZisofsForm) {
    this.#content = content;
    this.zisofs = form;
  }

  get bytes(): number {
    return this.#content.bytes;
  }

  get label(): string {
    return this.#content.label;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#content.read(offset, into, signal);
  }
}

/** The contents that may be compressed. What is excluded under one of its names is so under all. */
function candidates(image: FileSystemImage, { exclude }: ZisofsOptions): Set<Content> {
  const found = new Set<Content>();
  const excluded = new Set<Content>();
  const open: { readonly directory: DirectoryNode; readonly path: string }[] = [{ directory: image.root, path: "/" }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const item of next.directory) {
      // Where Rock Ridge does not show it, nothing would tell that it is compressed.
      if (item.hiddenIn?.includes("iso") === true) continue;
      const path = joinPath(next.path, item.name);
      if (item.type === "directory") open.push({ directory: item, path });
      if (item.type === "file") (exclude?.(path) === true ? excluded : found).add(item.content);
    }
  }
  for (const content of found) {
    const isTaken = image.isCompressed(content) || image.staysInPlace(content);
    if (isTaken || !content.repeatable || excluded.has(content)) found.delete(content);
  }
  return found;
}

/**
 * What a file is compressed by; `undefined` for one that only looks so, or not at all.
 *
 * @throws {@link DiscError} what reading the content raises.
 */
async function recognise(
  content: Content,
  { recognise: versions, signature }: ZisofsSettings,
  signal: AbortSignal | undefined,
): Promise<ZisofsForm | undefined> {
  const head = new Uint8Array(Math.min(content.bytes, zisofsVersions[2].headerBytes));
  if (head.length > 0) await content.read(0, head, signal);
  const version = zisofsVersionAt(head, 0);
  if (version === undefined || !versions.includes(version) || head.length < zisofsVersions[version].headerBytes) {
    return undefined;
  }
  try {
    const form = { ...zisofsHeader.read(head, 0, strictContext), signature: version === 1 ? "ZF" : signature } as const;
    if (zisofsFault(form, content.bytes) !== undefined) return undefined;
    await new ZisofsContent(content, form).checkPointers(signal);
    return form;
  } catch (error) {
    if (!hasCode(error, "E_FIELD_INVALID")) throw error;
    return undefined;
  }
}

/** Compresses the contents of one tree. */
class TreeCompression implements CompressedContents {
  files = 0;
  recognised = 0;
  bytes = 0;
  storedBytes = 0;
  readonly #image: FileSystemImage;
  readonly #settings: ZisofsSettings;
  readonly #task: TaskOptions;
  /** `undefined` where nothing is compressed. */
  readonly #file: TemporaryFile | undefined;
  readonly #written: Content[] = [];
  #doneBytes = 0;
  #totalBytes = 0;

  constructor(image: FileSystemImage, settings: ZisofsSettings, task: TaskOptions, file: TemporaryFile | undefined) {
    this.#image = image;
    this.#settings = settings;
    this.#task = task;
    this.#file = file;
  }

  async run(): Promise<void> {
    const { level } = this.#settings;
    const { signal } = this.#task;
    const found = candidates(this.#image, this.#settings);
    await this.#recognise(found);
    if (this.#file === undefined) return;
    const tasks: CompressionTask[] = [];
    for (const content of found) {
      const form = content.bytes > blockBytes ? formFor(content.bytes, this.#settings) : undefined;
      if (form === undefined) continue;
      tasks.push({ content, form });
      this.#totalBytes += content.bytes;
    }
    await new ZisofsCompressor(this.#file, level, signal).run(
      tasks,
      ({ content }, stored) => this.#done(content, stored),
      ({ content }, bytes) => this.#report(content, bytes),
    );
  }

  /** Takes out of the contents, and counts, those that are compressed already. */
  async #recognise(found: Set<Content>): Promise<void> {
    if (this.#settings.recognise.length === 0) return;
    for (const content of found) {
      const form = await recognise(content, this.#settings, this.#task.signal);
      if (form === undefined) continue;
      found.delete(content);
      this.#write(content, new RecognisedContent(content, form));
      this.recognised++;
    }
  }

  #done(content: Content, stored: Content | undefined): void {
    if (stored === undefined) return;
    this.#write(content, stored);
    this.bytes += content.bytes;
    this.storedBytes += stored.bytes;
  }

  #write(content: Content, stored: Content): void {
    this.#image.writeCompressed(content, stored);
    this.#written.push(content);
    this.files++;
  }

  #report({ label: item }: Content, bytes: number): void {
    this.#doneBytes += bytes;
    const [doneBlocks, totalBlocks] = [blocksOf(this.#doneBytes), blocksOf(this.#totalBytes)];
    this.#task.onProgress?.({ phase: "compressing", doneBlocks, totalBlocks, item });
  }

  /** From here on, the image is made of what the contents were before. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const content of this.#written) this.#image.writeCompressed(content, undefined);
    this.#written.length = 0;
    await this.#file?.[Symbol.asyncDispose]();
  }
}

/**
 * Compresses the files of an image by zisofs, those that take fewer blocks then: into a temporary file, from which they
 * are written. Linux, xorriso and libarchive show them uncompressed, by what Rock Ridge says of them; in other trees
 * they are shown compressed. What lies on the disc already stays as it is, and so does what the image boots from.
 *
 * @returns Dispose of it when the image is written, and its result disposed of.
 * @throws {@link DiscError} E_OPTION_INVALID, also for an image without Rock Ridge or with UDF; E_IMAGE_IN_USE, E_HOST,
 *   E_CANCELLED, and what reading the contents raises.
 * @example
 * await using compressed = await compressContents(image, { level: 9 });
 */
export async function compressContents(
  image: FileSystemImage,
  options: ZisofsOptions = {},
  task: TaskOptions = {},
): Promise<CompressedContents> {
  const settings = zisofsSettings(options);
  if (!canTellCompressed(image.options)) {
    refuseOption("fileSystems", image.fileSystems, "with zisofs, Rock Ridge, and no UDF, which cannot tell of it");
  }
  const isAsked = options.compress ?? true;
  const file = isAsked ? await TemporaryFile.open(options.workingDirectory) : undefined;
  const compression = new TreeCompression(image, settings, task, file);
  try {
    await compression.run();
    return compression;
  } catch (error) {
    await compression[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Makes the result of an image, with contents compressed where that is asked for, which are kept until it is disposed of.
 *
 * @throws {@link DiscError} as {@link compressContents} and `FileSystemImage.createResultImage`.
 */
export async function compressedResult(
  image: FileSystemImage,
  zisofs: ZisofsOptions | undefined,
  task: TaskOptions,
): Promise<SessionImage> {
  if (zisofs === undefined) return await image.createResultImage();
  const compressed = await compressContents(image, zisofs, task);
  try {
    const result = await image.createResultImage();
    result.keep(compressed);
    return result;
  } catch (error) {
    await compressed[Symbol.asyncDispose]();
    throw error;
  }
}
