/** What suits a medium: file systems and size. IMAPI2 `ChooseImageDefaultsForMediaType`, whose own table is not known. */
import { DiscError } from "../../errors.js";
import type { WritableMedia } from "../../medium/media-capacities.js";
import { mediaCapacities } from "../../medium/media-capacities.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import type { UdfRevision } from "../udf/revision.js";
import type { ImageOptions } from "./options.js";

/** What a medium is usually written with. */
export interface MediaDefaults {
  readonly fileSystems: readonly FileSystemName[];
  /** `undefined` where no UDF is written. */
  readonly udfRevision: UdfRevision | undefined;
  /** Blocks of a usual blank one. */
  readonly freeMediaBlocks: number;
}

/** CD: what every reader of the last thirty years takes. */
const compactDisc = { fileSystems: ["iso", "rockridge", "joliet"], udfRevision: undefined } as const;

/** DVD: the same tree in UDF beside it, as the DVD specifications have it: a bridge of revision 1.02. */
const dvd = { fileSystems: ["iso", "rockridge", "joliet", "udf"], udfRevision: "1.02" } as const;

/** BD: players read UDF 2.50 alone; computers find the other trees, too. */
const bluRay = { fileSystems: ["iso", "rockridge", "joliet", "udf"], udfRevision: "2.50" } as const;

function familyOf(media: WritableMedia): Omit<MediaDefaults, "freeMediaBlocks"> {
  if (media.startsWith("cd-")) return compactDisc;
  return media.startsWith("bd-") ? bluRay : dvd;
}

const media = Object.keys(mediaCapacities) as readonly WritableMedia[];

/** What each medium is usually written with, by the names of `create --media`. */
export const mediaDefaults: ReadonlyMap<string, MediaDefaults> = new Map(
  media.map((name) => [name, { ...familyOf(name), freeMediaBlocks: mediaCapacities[name] }]),
);

/** What is asked of a recorder whose disc an image is to be made for: a `Recorder`, for one. */
export interface MediumState {
  readonly name: string;
  readonly state: {
    /** Type of the medium. */
    readonly media: string;
    /** Blocks the next session may have. */
    readonly freeBlocks: number;
    /** Where the next session goes; `null` where none can, or where any address will do. */
    readonly nextWritableAddress: number | null;
    readonly state: string;
  };
}

/**
 * The options that suit a medium.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for a type that is none of {@link mediaDefaults}.
 */
export function optionsForMedia(type: string): ImageOptions {
  const defaults = mediaDefaults.get(type);
  if (defaults !== undefined) return defaults;
  const allowed = [...mediaDefaults.keys()].join(", ");
  const message = `there are no defaults for media "${type}", there are for: ${allowed}`;
  throw new DiscError("E_OPTION_INVALID", message, { option: "type", value: type, allowed });
}

/**
 * Blocks that the next session on a recorder's disc may have.
 *
 * @throws {@link DiscError} E_DISC_FINALISED where there can be none.
 */
export function freeBlocksOf({ name, state: { state, freeBlocks, nextWritableAddress } }: MediumState): number {
  if (state !== "overwritable" && nextWritableAddress === null) {
    throw new DiscError("E_DISC_FINALISED", `${name}: the disc is ${state}: no session can be added`, { device: name });
  }
  return freeBlocks;
}

/** The options that suit the disc in a recorder. @throws {@link DiscError} E_OPTION_INVALID, E_DISC_FINALISED. */
export function optionsForRecorder(recorder: MediumState): ImageOptions {
  const freeMediaBlocks = freeBlocksOf(recorder);
  return { ...optionsForMedia(recorder.state.media), freeMediaBlocks };
}
