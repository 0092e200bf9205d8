/** What an image takes over from the volume that it is made of, or goes on from. */
import type { WarningListener } from "../../errors.js";
import { DiscError, hasCode } from "../../errors.js";
import { revisionNumber, udfRevisions } from "../udf/revision.js";
import type { ImportedTree } from "./import.js";
import { withNamesLike } from "./names-like.js";
import type { ImageOptions } from "./options.js";
import { checkOptions } from "./options.js";

/** The fields of the volume descriptors as options. */
function fieldsOf({ volume, volumeName }: ImportedTree): ImageOptions {
  return {
    volumeName: volumeName === "" ? undefined : volumeName,
    systemIdentifier: volume.systemIdentifier,
    volumeSetIdentifier: volume.volumeSetIdentifier,
    publisherIdentifier: volume.publisherIdentifier,
    dataPreparerIdentifier: volume.dataPreparerIdentifier,
    applicationIdentifier: volume.applicationIdentifier,
    copyrightFileIdentifier: volume.copyrightFileIdentifier,
    abstractFileIdentifier: volume.abstractFileIdentifier,
    bibliographicFileIdentifier: volume.bibliographicFileIdentifier,
    volumeCreation: volume.creationMs ?? undefined,
    volumeExpiration: volume.expirationMs ?? undefined,
    volumeEffective: volume.effectiveMs ?? undefined,
  };
}

/** Whether an option can be written. */
function canBe(options: ImageOptions): boolean {
  try {
    checkOptions(options);
    return true;
  } catch (error) {
    if (!hasCode(error, "E_OPTION_INVALID") && !hasCode(error, "E_VOLUME_NAME_INVALID")) throw error;
    return false;
  }
}

/**
 * Options that give an image the volume fields of an imported one. What the formats do not allow is left out, and
 * reported as W_VOLUME_FIELD_LEFT_OUT.
 */
export function volumeFieldsLike(
  imported: ImportedTree,
  given: ImageOptions,
  onWarning: WarningListener,
): ImageOptions {
  const kept: Record<string, unknown> = {};
  for (const [option, value] of Object.entries(fieldsOf(imported))) {
    if (given[option as keyof ImageOptions] !== undefined) continue;
    if (value === undefined || value === "") continue;
    if (canBe({ [option]: value })) kept[option] = value;
    else {
      const message = `the volume's ${option} ${JSON.stringify(value)} cannot be written`;
      onWarning(new DiscError("W_VOLUME_FIELD_LEFT_OUT", message, { field: option, value }));
    }
  }
  return { ...given, ...kept };
}

/**
 * Options that give an image the file systems and volume fields of an imported one where it is not told them.
 *
 * @param given Win over what is taken over.
 */
export function optionsLike(imported: ImportedTree, given: ImageOptions, onWarning: WarningListener): ImageOptions {
  const { fileSystems, udf } = imported;
  const isBare = fileSystems.every((name) => name === "udf") || fileSystems.includes("iso");
  const usual = udfRevisions.find((revision) => revisionNumber(revision) === udf?.udfRevision);
  return {
    ...withNamesLike(volumeFieldsLike(imported, given, onWarning), imported.names),
    fileSystems: given.fileSystems ?? (isBare ? fileSystems : ["iso", ...fileSystems]),
    udfRevision: given.udfRevision ?? usual,
  };
}

/**
 * The options as they are now, but for those that were taken from an import and not changed since: these are as before it.
 *
 * @param taken The options after the import.
 */
export function withoutTaken(now: ImageOptions, taken: ImageOptions, before: ImageOptions): ImageOptions {
  const options: Record<string, unknown> = { ...now };
  for (const [option, value] of Object.entries(taken)) {
    const key = option as keyof ImageOptions;
    if (now[key] === value && before[key] !== value) options[key] = before[key];
  }
  return options;
}
