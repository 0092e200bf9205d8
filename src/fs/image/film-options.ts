/** What players of films want of an image besides where files lie. */
import { refuseOption } from "../../errors.js";
import type { FilmKind } from "../films/plan-film.js";
import { revisionNumber } from "../udf/revision.js";
import type { ImageOptions } from "./options.js";
import { isWritten } from "./options.js";

/** UDF 1.02 beside plain ISO 9660. OSTA UDF 6.9; DVD Specifications for Read-Only Disc, part 2. */
function videoOptions(options: ImageOptions): ImageOptions {
  const { fileSystems = ["iso", "udf"], isoLevel = 1, udfRevision = "1.02" } = options;
  if (!fileSystems.some((name) => name !== "udf"))
    refuseOption("fileSystems", fileSystems, "iso and udf for DVD-Video");
  if (udfRevision !== "1.02") refuseOption("udfRevision", udfRevision, "1.02 for DVD-Video");
  if (isoLevel > 2) refuseOption("isoLevel", isoLevel, "1 or 2 for DVD-Video");
  return { ...options, fileSystems, isoLevel, udfRevision };
}

/** UDF 2.50 alone, with its metadata twice. System Description Blu-ray Disc Read-Only Format, part 2. */
function bdmvOptions(options: ImageOptions): ImageOptions {
  const { fileSystems = ["udf"], udfRevision = "2.50" } = options;
  if (revisionNumber(udfRevision) < revisionNumber("2.50")) refuseOption("udfRevision", udfRevision, "2.50 for BDMV");
  if (options.udfMetadataMirror === false) refuseOption("udfMetadataMirror", false, "true for BDMV");
  return { ...options, fileSystems, udfRevision };
}

/**
 * The options of an image with a film: what is not given is as players want it.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for what is given and players refuse.
 */
export function filmOptions(kind: FilmKind, options: ImageOptions): ImageOptions {
  const completed = { ...(kind === "dvd-video" ? videoOptions(options) : bdmvOptions(options)), films: kind };
  if (!isWritten(completed, "udf")) refuseOption("fileSystems", options.fileSystems, "udf among them for a film");
  return completed;
}
