/** Which file systems the session at a given block holds. */
import type { ReadContext } from "../../codec/codec.js";
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { DescriptorSet } from "../iso9660/descriptor-set.js";
import { readDescriptorSet, rootLbaOf } from "../iso9660/descriptor-set.js";
import { DirectoryTree, isoNaming, readSelfRecord } from "../iso9660/iso-reader.js";
import { jolietNaming } from "../joliet/joliet-reader.js";
import type { Charset } from "../names/charset.js";
import type { RockRidgeUse } from "../rockridge/rock-ridge-reader.js";
import { detectRockRidge, rockRidgeProtocol } from "../rockridge/rock-ridge-reader.js";
import { ContinuationReader } from "../susp/system-use-reader.js";
import type { FileSystemName, TreeReader } from "../tree/disc-entry.js";

/** The file systems that are noticed; the first three can be read. */
export type DetectedFileSystem = FileSystemName | "udf";

/** What was found at the start of a session. */
export interface DetectedVolume {
  readonly startLba: number;
  readonly descriptors: DescriptorSet;
  /** `undefined` where Rock Ridge is not in use. */
  readonly rockRidge: RockRidgeUse | undefined;
  /** In the order in which they are preferred. */
  readonly fileSystems: readonly DetectedFileSystem[];
  readonly volumeName: string;
}

/** How a volume is read. */
export interface VolumeOptions {
  readonly onWarning?: WarningListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The character set of ISO 9660 and Rock Ridge names; left out, UTF-8. */
  readonly charset?: Charset | undefined;
}

function contextOf(startLba: number, options: VolumeOptions): ReadContext {
  return { tolerant: true, lba: startLba, onWarning: options.onWarning };
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
  const context = contextOf(startLba, options);
  const descriptors = await readDescriptorSet(source, startLba, context, options.signal);
  const { primary, joliet, enhanced } = descriptors;
  const fileSystems: DetectedFileSystem[] = [];
  let rockRidge: RockRidgeUse | undefined;
  let failure: DiscError | undefined;
  const attempt = async (fileSystem: FileSystemName, look: () => Promise<void>): Promise<void> => {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof DiscError) || options.signal?.aborted) throw error;
      failure ??= error;
      const reason = `its root directory cannot be read: ${error.message}`;
      const detail = { path: "/", fileSystem, reason };
      options.onWarning?.(new DiscError("W_NOT_REPRESENTED", `${fileSystem}: ${reason}`, detail, { cause: error }));
    }
  };
  const plain = primary ?? enhanced;
  if (plain !== undefined) {
    await attempt("iso", async () => {
      const self = await readSelfRecord(source, rootLbaOf(plain), context, options.signal);
      const continuations = new ContinuationReader(source);
      rockRidge = await detectRockRidge(self.systemUse, continuations, context, options.signal);
      if (rockRidge !== undefined) fileSystems.push("rockridge");
      fileSystems.push("iso");
    });
  }
  if (joliet !== undefined) {
    await attempt("joliet", async () => {
      await readSelfRecord(source, rootLbaOf(joliet), context, options.signal);
      fileSystems.splice(rockRidge === undefined ? 0 : 1, 0, "joliet");
    });
  }
  if (failure !== undefined && fileSystems.length === 0 && !descriptors.udf) throw failure;
  if (descriptors.udf) fileSystems.push("udf");
  if (fileSystems.length === 0) {
    throw new DiscError("E_NO_FILE_SYSTEM", `no file system was found at block ${startLba}`, { startLba });
  }
  // Joliet's name may have small letters where the primary one may not, but is cut off at 16 characters.
  const volumeName =
    ((rockRidge as RockRidgeUse | undefined) === undefined ? joliet?.volumeIdentifier : undefined) ??
    plain?.volumeIdentifier ??
    "";
  return { startLba, descriptors, rockRidge, fileSystems, volumeName };
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
  // The tree of an enhanced descriptor has the same items under longer names.
  const plain = fileSystem === "iso" ? (enhanced ?? primary) : primary;
  const descriptor = fileSystem === "joliet" ? joliet : plain;
  if (descriptor === undefined || !volume.fileSystems.includes(fileSystem)) {
    const found = volume.fileSystems;
    const message = `the session at block ${volume.startLba} has no ${fileSystem} file system, but ${found.join(", ")}`;
    throw new DiscError("E_FILE_SYSTEM_NOT_FOUND", message, { fileSystem, found });
  }
  const protocol =
    fileSystem === "rockridge" && volume.rockRidge !== undefined
      ? rockRidgeProtocol(volume.rockRidge, new ContinuationReader(source), options.charset)
      : undefined;
  return new DirectoryTree({
    source,
    fileSystem,
    rootDirectoryRecord: descriptor.rootDirectoryRecord,
    naming: fileSystem === "joliet" ? jolietNaming : isoNaming(options.charset),
    protocol,
    volumeSequenceNumber: descriptor.volumeSetSize > 1 ? descriptor.volumeSequenceNumber : undefined,
    onWarning: options.onWarning,
  });
}
