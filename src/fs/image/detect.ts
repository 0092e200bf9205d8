/** Which file systems the session at a given block holds. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { WarningListener } from "../../errors.js";
import { DiscError, hasCode } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { DescriptorSet } from "../iso9660/descriptor-set.js";
import { noDescriptors, readDescriptorSet, rootLbaOf } from "../iso9660/descriptor-set.js";
import { charsetOfEscapeSequences } from "../iso9660/escape-sequences.js";
import { DirectoryTree, isoNaming, readSelfRecord } from "../iso9660/iso-reader.js";
import type { PrimaryVolumeDescriptor, SupplementaryVolumeDescriptor } from "../iso9660/volume-descriptors.js";
import { jolietNaming } from "../joliet/joliet-reader.js";
import type { Charset, CharsetChoice } from "../names/charset.js";
import { chosenCharset } from "../names/charset.js";
import { nameFromBytes } from "../names/name-bytes.js";
import type { RockRidgeUse } from "../rockridge/rock-ridge-reader.js";
import { detectRockRidge, rockRidgeProtocol } from "../rockridge/rock-ridge-reader.js";
import { ContinuationReader } from "../susp/system-use-reader.js";
import type { FileSystemName, TreeReader } from "../tree/disc-entry.js";
import type { UdfVolume } from "../udf/volume-reader.js";
import { openUdfVolume } from "../udf/volume-reader.js";

/** The file systems that are noticed. */
export type DetectedFileSystem = FileSystemName;

/** What was found at the start of a session. */
export interface DetectedVolume {
  readonly startLba: number;
  readonly descriptors: DescriptorSet;
  /** `undefined` where Rock Ridge is not in use. */
  readonly rockRidge: RockRidgeUse | undefined;
  /** `undefined` where there is no UDF that can be read. */
  readonly udf: UdfVolume | undefined;
  /** In the order in which they are preferred. */
  readonly fileSystems: readonly DetectedFileSystem[];
  readonly volumeName: string;
}

/**
 * The character set of the names of ISO 9660 or Rock Ridge: an Enhanced Volume Descriptor may name that of its tree by
 * escape sequences, libisofs names that of the others in an attribute of the root.
 */
export function charsetOf(
  { descriptors, rockRidge }: Pick<DetectedVolume, "descriptors" | "rockRidge">,
  fileSystem: FileSystemName,
  choice: CharsetChoice | undefined,
): Charset | undefined {
  const { enhanced } = descriptors;
  const escapes = fileSystem === "iso" ? enhanced?.escapeSequences : undefined;
  const announced = escapes === undefined ? rockRidge?.charset : charsetOfEscapeSequences(escapes);
  return chosenCharset(choice, announced ?? rockRidge?.charset);
}

/** How a volume is read. */
export interface VolumeOptions {
  readonly onWarning?: WarningListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The character set of ISO 9660 and Rock Ridge names, or what finds the one that the disc names; left out, UTF-8. */
  readonly charset?: CharsetChoice | undefined;
  /** Shows compressed contents as they are stored. */
  readonly rawContents?: boolean | undefined;
  /** The block behind the last one that was recorded in the session; left out, the source's end. */
  readonly endLba?: number | undefined;
}

function contextOf(startLba: number, options: VolumeOptions): ReadContext {
  return { tolerant: true, lba: startLba, onWarning: options.onWarning };
}

/** Looks for the trees of one session. */
class Detection {
  readonly fileSystems: DetectedFileSystem[] = [];
  rockRidge: RockRidgeUse | undefined;
  udf: UdfVolume | undefined;
  /** Why the first of the trees that are not there cannot be read. */
  failure: DiscError | undefined;
  readonly #source: BlockSource;
  readonly #startLba: number;
  readonly #options: VolumeOptions;
  readonly #context: ReadContext;

  constructor(source: BlockSource, startLba: number, options: VolumeOptions) {
    this.#source = source;
    this.#startLba = startLba;
    this.#options = options;
    this.#context = contextOf(startLba, options);
  }

  /** Where even the first descriptor cannot be read, UDF's anchors may lead on: some writers write them last. */
  async descriptors(): Promise<DescriptorSet> {
    try {
      return await readDescriptorSet(this.#source, this.#startLba, this.#context, this.#options.signal);
    } catch (error) {
      if (!hasCode(error, "E_READ_FAILED") || this.#options.signal?.aborted) throw error;
      this.failure = error;
      return noDescriptors;
    }
  }

  async iso(plain: PrimaryVolumeDescriptor | SupplementaryVolumeDescriptor): Promise<void> {
    await this.#attempt("iso", async () => {
      const { signal } = this.#options;
      const self = await readSelfRecord(this.#source, rootLbaOf(plain), this.#context, signal);
      const continuations = new ContinuationReader(this.#source);
      this.rockRidge = await detectRockRidge(self.systemUse, continuations, this.#context, signal);
      if (this.rockRidge !== undefined) this.fileSystems.push("rockridge");
      this.fileSystems.push("iso");
    });
  }

  async joliet(joliet: SupplementaryVolumeDescriptor): Promise<void> {
    await this.#attempt("joliet", async () => {
      await readSelfRecord(this.#source, rootLbaOf(joliet), this.#context, this.#options.signal);
      this.fileSystems.splice(this.rockRidge === undefined ? 0 : 1, 0, "joliet");
    });
  }

  /** @param isAnnounced Whether the descriptors say that there is UDF. */
  async udfVolume(isAnnounced: boolean): Promise<void> {
    await this.#attempt("udf", async () => {
      const { onWarning, signal, endLba = this.#source.blocks } = this.#options;
      const range = { startLba: this.#startLba, endLba };
      this.udf = await openUdfVolume(this.#source, range, { onWarning, signal });
      if (this.udf === undefined && isAnnounced) {
        const what = "UDF is announced, and no anchor leads to it";
        throw new DiscError("E_DAMAGED", what, { what, lba: this.#startLba });
      }
      if (this.udf === undefined) return;
      this.fileSystems.push("udf");
      if (isAnnounced) return;
      const reason = "that announces UDF is not there";
      reportFault(this.#context, "VolumeRecognitionSequence", "presence", "ECMA-167 2/9.1", reason);
    });
  }

  async #attempt(fileSystem: FileSystemName, look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof DiscError) || error.code.startsWith("W_") || this.#options.signal?.aborted) throw error;
      this.failure ??= error;
      const reason = `its root directory cannot be read: ${error.message}`;
      const detail = { path: "/", fileSystem, reason };
      const warning = new DiscError("W_NOT_REPRESENTED", `${fileSystem}: ${reason}`, detail, { cause: error });
      this.#options.onWarning?.(warning);
    }
  }
}

/** The name of a volume, whose bytes stand as one character each; of what is no text, the bytes are kept as in names. */
function volumeNameOf({ volumeIdentifier }: PrimaryVolumeDescriptor, charset: Charset | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
  if (/^[\x00-\x7f]*$/.test(volumeIdentifier)) return volumeIdentifier;
  const bytes = Uint8Array.from(volumeIdentifier, (character) => character.charCodeAt(0));
  return charset === undefined ? nameFromBytes(bytes) : charset.decode(bytes);
}

/**
 * Finds out what the session that starts at `startLba` holds. A tree counts only where its root directory is there: a
 * session that was torn may have descriptors and no tree.
 *
 * @throws {@link DiscError} E_FIELD_INVALID, E_READ_FAILED; E_NO_FILE_SYSTEM where nothing was found at all.
 */
export async function detectVolume(
  source: BlockSource,
  startLba: number,
  options: VolumeOptions = {},
): Promise<DetectedVolume> {
  const detection = new Detection(source, startLba, options);
  const descriptors = await detection.descriptors();
  const { primary, joliet, enhanced } = descriptors;
  const plain = primary ?? enhanced;
  if (plain !== undefined) await detection.iso(plain);
  if (joliet !== undefined) await detection.joliet(joliet);
  // Without anything that announces it, UDF is looked for only where there is nothing else.
  if (descriptors.udf || (plain ?? joliet) === undefined) await detection.udfVolume(descriptors.udf);
  const { fileSystems, rockRidge, udf, failure } = detection;
  if (failure !== undefined && fileSystems.length === 0) throw failure;
  if (fileSystems.length === 0) {
    throw new DiscError("E_NO_FILE_SYSTEM", `no file system was found at block ${startLba}`, { startLba });
  }
  // Joliet's name may have small letters where the primary one may not, but is cut off at 16 characters.
  const volumeName =
    (rockRidge === undefined ? joliet?.volumeIdentifier : undefined) ??
    (plain === undefined
      ? undefined
      : volumeNameOf(plain, charsetOf({ descriptors, rockRidge }, "rockridge", options.charset))) ??
    udf?.information.logicalVolumeIdentifier ??
    "";
  return { startLba, descriptors, rockRidge, udf, fileSystems, volumeName };
}

/**
 * Opens one tree of a volume.
 *
 * @throws {@link DiscError} E_FILE_SYSTEM_NOT_FOUND.
 */
export function openTree(
  source: BlockSource,
  volume: DetectedVolume,
  fileSystem: FileSystemName,
  options: VolumeOptions = {},
): TreeReader {
  const { primary, joliet, enhanced } = volume.descriptors;
  if (fileSystem === "udf" && volume.udf !== undefined) return volume.udf.openTree(options.onWarning);
  // The tree of an enhanced descriptor has the same items under longer names.
  const plain = fileSystem === "iso" ? (enhanced ?? primary) : primary;
  const descriptor = fileSystem === "joliet" ? joliet : plain;
  if (descriptor === undefined || fileSystem === "udf" || !volume.fileSystems.includes(fileSystem)) {
    const found = volume.fileSystems;
    const message = `the session at block ${volume.startLba} has no ${fileSystem} file system, but ${found.join(", ")}`;
    throw new DiscError("E_FILE_SYSTEM_NOT_FOUND", message, { fileSystem, found });
  }
  const charset = charsetOf(volume, fileSystem, options.charset);
  const protocol =
    fileSystem === "rockridge" && volume.rockRidge !== undefined
      ? rockRidgeProtocol(volume.rockRidge, new ContinuationReader(source), charset)
      : undefined;
  return new DirectoryTree({
    source,
    fileSystem,
    rootDirectoryRecord: descriptor.rootDirectoryRecord,
    naming: fileSystem === "joliet" ? jolietNaming : isoNaming(charset),
    protocol,
    charset,
    rawContents: options.rawContents,
    volumeSequenceNumber: descriptor.volumeSetSize > 1 ? descriptor.volumeSequenceNumber : undefined,
    onWarning: options.onWarning,
  });
}
