import { refuseOption } from "../errors.js";
import type { ZisofsForm } from "../fs/tree/zisofs-form.js";
import { zisofsVersions } from "../fs/tree/zisofs-form.js";

/** How contents are compressed. */
export interface ZisofsOptions {
  /** Whether files are compressed. Default true; `false` together with `recognise`. */
  readonly compress?: boolean | undefined;
  /** From 0 (not at all) to 9 (most, slowest). Default 6. */
  readonly level?: number | undefined;
  /**
   * Bytes that are compressed together, and so have to be uncompressed together: 32768, 65536 or 131072; in version 2 up
   * to 1048576. Default 32768.
   */
  readonly blockBytes?: number | undefined;
  /** Smaller files stay as they are. Default 0; whatever takes no block less stays as it is, too. */
  readonly minimumBytes?: number | undefined;
  /**
   * 1, which Linux reads, holds files of less than 4 GiB, and larger ones stay as they are; 2 holds all, and xorriso alone
   * reads it; "auto" takes 2 for what 1 cannot hold. Default 1.
   */
  readonly version?: 1 | 2 | "auto" | undefined;
  /** How version 2 is told of: Linux complains of ZF, and passes over Z2. Default "ZF". */
  readonly signature?: ZisofsForm["signature"] | undefined;
  /** Takes files of these versions that are compressed already, by mkzftree and the like, for what they are. Default none. */
  readonly recognise?: readonly (1 | 2)[] | undefined;
  /** Files that stay as they are: asked with the path in the image. */
  readonly exclude?: ((path: string) => boolean) | undefined;
  /** A folder that has room for all that is compressed. Default: the system's folder for temporary files. */
  readonly workingDirectory?: string | undefined;
}

/** The options with what is taken where they say nothing. */
export interface ZisofsSettings extends ZisofsOptions {
  readonly level: number;
  readonly blockSizeLog2: number;
  readonly minimumBytes: number;
  readonly version: 1 | 2 | "auto";
  readonly signature: ZisofsForm["signature"];
  readonly recognise: readonly (1 | 2)[];
}

/** @throws {@link DiscError} E_OPTION_INVALID. */
export function zisofsSettings(options: ZisofsOptions): ZisofsSettings {
  const { level = 6, blockBytes = 32768, minimumBytes = 0, version = 1, signature = "ZF", recognise = [] } = options;
  if (!Number.isInteger(level) || level < 0 || level > 9) refuseOption("zisofs.level", level, "0 to 9");
  if (!(["auto", 1, 2] as const).includes(version)) refuseOption("zisofs.version", version, "1, 2 or auto");
  const { smallestLog2, largestLog2 } = zisofsVersions[version === "auto" ? 1 : version];
  const blockSizeLog2 = Math.log2(blockBytes);
  if (!Number.isInteger(blockSizeLog2) || blockSizeLog2 < smallestLog2 || blockSizeLog2 > largestLog2) {
    const allowed = `a power of 2 from ${2 ** smallestLog2} to ${2 ** largestLog2} in version ${version}`;
    refuseOption("zisofs.blockBytes", blockBytes, allowed);
  }
  if (!Number.isSafeInteger(minimumBytes) || minimumBytes < 0) {
    refuseOption("zisofs.minimumBytes", minimumBytes, "a number of bytes");
  }
  if (!(["ZF", "Z2"] as const).includes(signature)) refuseOption("zisofs.signature", signature, "ZF or Z2");
  const unknown = recognise.find((one) => one !== 1 && one !== 2);
  if (unknown !== undefined) refuseOption("zisofs.recognise", unknown, "1 and 2");
  return { ...options, level, blockSizeLog2, minimumBytes, version, signature, recognise };
}

/** How a content is to be compressed; `undefined` for one that is too small or too large. */
export function formFor(bytes: number, settings: ZisofsSettings): ZisofsForm | undefined {
  const { blockSizeLog2, version } = settings;
  if (bytes < settings.minimumBytes) return undefined;
  const isLarge = bytes > zisofsVersions[1].maximumBytes;
  if (isLarge && version === 1) return undefined;
  const chosen = version === 2 || isLarge ? 2 : 1;
  const { algorithm, headerBytes } = zisofsVersions[chosen];
  const signature = chosen === 2 ? settings.signature : "ZF";
  return { signature, version: chosen, algorithm, headerBytes, blockSizeLog2, uncompressedBytes: bytes };
}
