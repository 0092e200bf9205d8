/** How names have to be written so that those of an imported session stay as they are. */
import type { DescriptorSet } from "../iso9660/descriptor-set.js";
import { rootLbaOf } from "../iso9660/descriptor-set.js";
import type { IdentifierUse } from "../iso9660/identifier-use.js";
import type { Charset, CharsetChoice } from "../names/charset.js";
import { utf8Charset } from "../names/charset.js";
import type { IsoRelaxations } from "../names/iso-name.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import type { DetectedVolume } from "./detect.js";
import { charsetOf } from "./detect.js";
import type { ImageOptions } from "./options.js";

/** The options that say how names are written. */
export type NameOptions = Pick<
  ImageOptions,
  "charset" | "isoCharset" | "isoLevel" | "enhancedTree" | "isoRelaxations" | "jolietNameLength"
>;

/** What was seen of the trees of a session: of ISO 9660 either as such, or as what Rock Ridge extends. */
export interface SeenIdentifiers {
  readonly iso: IdentifierUse | undefined;
  readonly joliet: IdentifierUse | undefined;
}

/** Longest names of Joliet, and of files of ISO 9660, that need no option. */
const usualJolietName = 64;
const usualIsoName = 31;

/** How the Enhanced Volume Descriptor is used, where there is one: mkisofs has it for the primary tree. */
function enhancedForm({ primary, enhanced }: DescriptorSet): NameOptions {
  if (enhanced === undefined) return {};
  const isShared = primary === undefined || rootLbaOf(primary) === rootLbaOf(enhanced);
  return isShared ? { isoLevel: 4 } : { enhancedTree: true };
}

/** What identifiers have that levels 1 to 3 do not allow, where nothing else keeps the names. */
function relaxationsFor(use: IdentifierUse): IsoRelaxations {
  const longNames = use.longest > usualIsoName && use.lacksVersion;
  return {
    lowercase: use.hasLowercase,
    anyAscii: use.hasOtherAscii,
    leadingDots: use.hasLeadingDots,
    multipleDots: use.hasMultipleDots,
    omitVersion: use.lacksVersion,
    omitPeriod: use.lacksPeriod,
    longNames,
  };
}

/** The character set in which identifiers become the bytes that they were. */
function isoCharsetFor(use: IdentifierUse, read: Charset | undefined, isTree: boolean): Charset | undefined {
  if (use.bytes === "ascii") return undefined;
  if (read !== undefined) return read;
  // Bytes that are no text are names of the tree as they are, where its names are these.
  return use.bytes === "utf-8" || isTree ? utf8Charset : undefined;
}

/**
 * The options by which a session writes the names of an imported one as they are there.
 *
 * @param fileSystems Those of the session.
 * @param choice How its names were read.
 */
export function namesLike(
  volume: DetectedVolume,
  fileSystems: readonly FileSystemName[],
  { iso, joliet }: SeenIdentifiers,
  choice: CharsetChoice | undefined,
): NameOptions {
  const hasRockRidge = fileSystems.includes("rockridge");
  const isTree = !hasRockRidge && !fileSystems.includes("joliet") && !fileSystems.includes("udf");
  const read = charsetOf(volume, hasRockRidge ? "rockridge" : "iso", choice);
  const form = enhancedForm(volume.descriptors);
  const isRelaxed = isTree && iso !== undefined && volume.descriptors.enhanced === undefined;
  return {
    ...form,
    // A set that the caller names is one to read in; that of the disc is the disc's.
    charset: hasRockRidge && typeof choice === "function" ? read : undefined,
    isoCharset: iso === undefined ? undefined : isoCharsetFor(iso, read, isTree),
    isoRelaxations: isRelaxed ? relaxationsFor(iso) : undefined,
    jolietNameLength: (joliet?.longest ?? 0) > usualJolietName ? 103 : undefined,
  };
}

/** Options with those that names need where nothing else was asked for. */
export function withNamesLike(given: ImageOptions, needed: NameOptions): ImageOptions {
  const { isoRelaxations, isoLevel, enhancedTree } = given;
  // What standards do not allow is not taken over where they are to be kept.
  if (given.strictFileSystemCompliance === true) return { ...given, charset: given.charset ?? needed.charset };
  const isFormGiven = isoLevel !== undefined || enhancedTree !== undefined;
  return {
    ...given,
    charset: given.charset ?? needed.charset,
    isoCharset: given.isoCharset ?? needed.isoCharset,
    isoLevel: isFormGiven ? isoLevel : needed.isoLevel,
    enhancedTree: isFormGiven ? enhancedTree : needed.enhancedTree,
    isoRelaxations: joinedRelaxations(isoRelaxations, needed.isoRelaxations),
    jolietNameLength: given.jolietNameLength ?? needed.jolietNameLength,
  };
}

function joinedRelaxations(
  given: IsoRelaxations | undefined,
  needed: IsoRelaxations | undefined,
): IsoRelaxations | undefined {
  if (given === undefined || needed === undefined) return given ?? needed;
  const joined = { ...needed };
  for (const [name, value] of Object.entries(given)) {
    if (value === true) joined[name as keyof IsoRelaxations] = true;
  }
  return joined;
}
