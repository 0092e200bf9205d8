/** Which writer makes the UDF volume of a session. */
import type { Warning, WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import { blockBytes } from "../../units.js";
import type { BootPlan } from "../boot/boot-plan.js";
import type { Catalog, CatalogOptions } from "../layout/catalog.js";
import type { ContentLayout } from "../layout/contents.js";
import { accessControlText, writtenAccessControl } from "../tree/access-control.js";
import type { Item } from "../tree/directory.js";
import type { FileEntryReference } from "../tree/disc-entry.js";
import { differingAttributes } from "../tree/extended-attributes.js";
import { attributeFileOf } from "../udf/attribute-file.js";
import { maximumMetadataExtents } from "../udf/metadata-file.js";
import { entryCreationMs } from "../udf/metadata-renderer.js";
import type { RevisionRules, UdfRevision } from "../udf/revision.js";
import { revisionNumber, rulesOf, udfRevisions } from "../udf/revision.js";
import type { UdfStructure } from "../udf/udf-layout.js";
import { firstFreeUniqueId } from "../udf/udf-layout.js";
import type { UdfContinuation } from "../udf/udf-writer.js";
import { partitionStartOf, UdfWriter } from "../udf/udf-writer.js";
import { firstFreeNumber } from "../udf/virtual-allocation-table-writer.js";
import type { UdfVolumeInformation } from "../udf/volume-information.js";
import type { ImageOptions } from "./options.js";
import { checkVirtual, volumeText } from "./options.js";
import type { ImageTimes } from "./times.js";

/** How the UDF volume of a session is written: decided before the tree is taken. */
export interface UdfPlan {
  readonly rules: RevisionRules;
  readonly structure: UdfStructure;
  /** Bytes up to which files are kept in their file entries. */
  readonly embeddedBytes: number;
  readonly continuation: UdfContinuation | undefined;
  /** How unchanged file entries of the session before can be referred to; `undefined` where they cannot. */
  readonly entriesBefore: UdfStructure | undefined;
  readonly mediumEnd: number | undefined;
}

/** What a file entry has room for beside its head and the attributes a file may have. */
const embeddedBytesOf = (rules: RevisionRules): number => 2048 - (rules.extended ? 216 : 176 + 56);

/** What the plan for a UDF volume follows from. */
export interface UdfPlanInput {
  readonly options: ImageOptions;
  /** What is written where neither the caller nor the session before says. */
  readonly usualRevision: UdfRevision;
  /** The volume of the session that is continued; `undefined` where it has none. */
  readonly before: UdfVolumeInformation | undefined;
  readonly mediumEnd: number | undefined;
}

/** Unique ids from here on are more than some readers hold. OSTA UDF 3.2.1.1. */
const uniqueIdLimit = 0x7fff_ffff;

/** The revision in which a volume goes on: its own, or the newest before it that can be written. */
export function revisionOf({ udfRevision, descriptorVersion }: UdfVolumeInformation): UdfRevision {
  const written = udfRevisions.filter(
    (revision) => revisionNumber(revision) <= udfRevision && rulesOf(revision).descriptorVersion === descriptorVersion,
  );
  return written.at(-1) ?? (descriptorVersion === 2 ? "1.02" : "2.00");
}

function structureOf({ partitions }: UdfVolumeInformation): UdfStructure {
  if (partitions.some(({ kind }) => kind === "virtual")) return "virtual";
  return partitions.some(({ kind }) => kind === "metadata") ? "metadata" : "plain";
}

/** The first unique id that is free; `undefined` where that is not known, or none is left. */
function nextUniqueIdOf({ integrity, vat }: UdfVolumeInformation): number | undefined {
  const next = vat === undefined ? integrity?.nextUniqueId : vat.uniqueId + 1n;
  return next === undefined || next > uniqueIdLimit ? undefined : Math.max(firstFreeUniqueId, Number(next));
}

/** What the next session takes over from a volume; `undefined` of one whose blocks are not those of the disc. */
function continuationOf(before: UdfVolumeInformation): UdfContinuation | undefined {
  const partition = before.partitions.find(({ kind }) => kind === "type1" || kind === "sparable");
  if (partition === undefined || before.blockBytes !== blockBytes) return undefined;
  const { number: partitionNumber, startLba: partitionStart } = partition;
  const { tagSerialNumber, vat } = before;
  return {
    partitionNumber,
    partitionStart,
    tagSerialNumber,
    // Where nothing is known of the ids in use, all entries are written anew, and ids begin anew.
    nextUniqueId: nextUniqueIdOf(before) ?? firstFreeUniqueId,
    metadataFiles: before.metadataFiles,
    virtualAllocationTable:
      vat === undefined ? undefined : { entries: vat.entries, icbBlock: vat.icbLba - partitionStart },
  };
}

/**
 * Decides how a UDF volume is written.
 *
 * @throws {@link DiscError} E_UDF_REVISION_FIXED; E_OPTION_INVALID for a table in a revision without any.
 */
export function planUdf({ options, usualRevision, before, mediumEnd }: UdfPlanInput): UdfPlan {
  const imported = before === undefined ? undefined : revisionOf(before);
  const wanted = options.udfRevision;
  if (imported !== undefined && wanted !== undefined && wanted !== imported && options.udfRebuild !== true) {
    const because = "its file entries cannot be kept in another one, and readers of it may not know the other";
    const message = `the disc has UDF ${imported}, ${wanted} was asked for: ${because}`;
    throw new DiscError("E_UDF_REVISION_FIXED", message, { imported, wanted });
  }
  const rules = rulesOf(wanted ?? imported ?? usualRevision);
  checkVirtual(options, rules);
  const structure = options.udfVirtual === true ? "virtual" : rules.hasMetadataPartition ? "metadata" : "plain";
  const continuation = before === undefined ? undefined : continuationOf(before);
  return {
    rules,
    structure,
    embeddedBytes: options.udfEmbedFiles === true ? embeddedBytesOf(rules) : 0,
    continuation,
    entriesBefore:
      before !== undefined &&
      continuation !== undefined &&
      rules.revision === imported &&
      structure === structureOf(before) &&
      nextUniqueIdOf(before) !== undefined
        ? structure
        : undefined,
    mediumEnd,
  };
}

/** What of a tree is written for UDF alone. */
export function catalogOptionsOf(udf: UdfPlan | undefined): CatalogOptions {
  if (udf === undefined) return {};
  return { streams: udf.rules.extended, attributeFile: (item) => attributeFileOf(item, udf.embeddedBytes) };
}

/** The revision that is written where nobody asks for one: tables came with 1.50, and metadata partitions exclude them. */
export function usualRevisionOf({ udfVirtual }: ImageOptions, medium: UdfRevision): UdfRevision {
  return udfVirtual === true ? "2.01" : medium;
}

/** What a UDF volume is made of, besides its plan. */
export interface UdfParts {
  readonly options: ImageOptions;
  readonly catalog: Catalog;
  readonly contents: ContentLayout;
  readonly times: ImageTimes;
  readonly onWarning: WarningListener;
  readonly sessionStart: number;
  readonly boot: BootPlan | undefined;
  readonly recognitionBlock: number;
  /** Whether the sequences lie behind their usual places, in which something else is. */
  readonly hasLaterSequences: boolean;
  /** Whether another tree of the image holds links and devices, so that nobody misses them here. */
  readonly hasSpecialFilesElsewhere: boolean;
  /** Whether another tree keeps names whole. */
  readonly hasNamesElsewhere: boolean;
}

/** Whether an entry has the extended attributes and access control lists that would be written. */
function saysSameLists(entry: FileEntryReference, item: Item): boolean {
  const lists = accessControlText(writtenAccessControl(item.accessControl, item.mode));
  return (
    differingAttributes(entry.extendedAttributes, item.extendedAttributes).length === 0 &&
    accessControlText(entry.accessControl) === lists
  );
}

function isSame(
  item: Item,
  links: number,
  entry: FileEntryReference,
  times: ImageTimes,
  rules: RevisionRules,
): boolean {
  return (
    entry.links === links &&
    entry.mode === item.mode &&
    entry.uid === item.uid &&
    entry.gid === item.gid &&
    saysSameLists(entry, item) &&
    entry.mtimeMs === times.modifyMs(item) &&
    entry.atimeMs === times.accessMs(item) &&
    entry.ctimeMs === times.attributesMs(item) &&
    entry.birthtimeMs === (rules.extended ? entryCreationMs(times, item) : times.creationMs(item))
  );
}

const partitionKinds = { plain: "type1", metadata: "metadata", virtual: "virtual" } as const;

/** Items from which on a metadata file goes on with that of the session before, and so is in several extents. */
const manyItems = 4096;

/**
 * Whether old entries are worth referring to. A metadata partition then has several extents, of which some readers
 * (libudfread, 7-Zip) read the first alone: for a few megabytes that is too much to ask.
 */
function isWorthwhile({ structure, continuation }: UdfPlan, catalog: Catalog, options: ImageOptions): boolean {
  if (structure !== "metadata") return true;
  // Those that can be gone on with are in two files, each in blocks of its own.
  if (options.udfMetadataMirror === false) return false;
  const extents = continuation?.metadataFiles?.main.length ?? 0;
  return extents > 0 && extents < maximumMetadataExtents && catalog.links.length >= manyItems;
}

function omitted(path: string, what: string, reason: string): Warning {
  return new DiscError("W_NOT_REPRESENTED", `${what} not in UDF: ${reason}`, { path, fileSystem: "UDF", reason });
}

function shortened(path: string, name: string): Warning {
  const message = `"${path}" is shortened to "${name}" in UDF`;
  return new DiscError("W_NAME_SHORTENED", message, { path, fileSystem: "UDF", name });
}

/** The writer of a session's UDF volume. */
export function udfWriter(plan: UdfPlan, parts: UdfParts): UdfWriter {
  const { options, catalog, contents, times, onWarning, sessionStart } = parts;
  const { rules, structure, mediumEnd } = plan;
  const align = rules.hasMetadataPartition ? 32 : 1;
  const partitionStart = partitionStartOf(
    sessionStart,
    plan.continuation?.partitionStart,
    contents.startOfPinned(),
    align,
  );
  // Addresses in old entries count from where the partition started then.
  const isInPlace = partitionStart === plan.continuation?.partitionStart;
  const entriesBefore = isInPlace && isWorthwhile(plan, catalog, options) ? plan.entriesBefore : undefined;
  const continuation =
    entriesBefore === "metadata" || plan.continuation === undefined
      ? plan.continuation
      : { ...plan.continuation, metadataFiles: undefined };
  const specialFiles = options.udfSpecialFiles === true;
  const missing: { readonly path: string; readonly reason: string }[] = [];
  const writer = new UdfWriter({
    rules,
    structure,
    catalog,
    contents,
    specialFiles,
    form: options.unicodeForm,
    embedsDirectories: plan.embeddedBytes > 0,
    isMetadataDuplicated: options.udfMetadataMirror !== false,
    times,
    imageMs: times.imageMs,
    volumeName: volumeText(options.volumeName ?? "DISC"),
    volumeSetName: options.volumeSetIdentifier ?? "",
    recognitionBlock: parts.recognitionBlock,
    hasLaterSequences: parts.hasLaterSequences,
    continuation,
    partitionStart,
    mediumEnd,
    reference: (item, links) => {
      if (entriesBefore === undefined || item.type !== "file" || item.streams !== undefined) return undefined;
      if (catalog.attributeFiles.has(item)) return undefined;
      // One that boots may lie elsewhere now.
      if (parts.boot?.replaced.has(item.content) === true) return undefined;
      const { fileEntry } = item;
      const isFound = fileEntry !== undefined && fileEntry.partition === partitionKinds[entriesBefore];
      // The first numbers of a table are those of the file set and the root.
      if (!isFound || (entriesBefore === "virtual" && fileEntry.block < firstFreeNumber)) return undefined;
      return isSame(item, links, fileEntry, times, rules) ? fileEntry : undefined;
    },
    onOmitted: (path, reason) => {
      if (parts.hasSpecialFilesElsewhere) missing.push({ path, reason });
      else onWarning(omitted(path, `"${path}" is`, reason));
    },
    onShortened: (path, name) => {
      if (!parts.hasNamesElsewhere) onWarning(shortened(path, name));
    },
    onStreamShortened: (path, name) => onWarning(shortened(path, name)),
    onLongPath: (path, bytes, limitBytes) => {
      const message = `"${path}": a path of ${bytes} bytes, UDF ${rules.revision} allows ${limitBytes}`;
      onWarning(new DiscError("W_NAME_LONG", message, { path, bytes, limitBytes }));
    },
  });
  // Rock Ridge has them: said once, for those who will read UDF.
  const [first] = missing;
  if (first !== undefined) {
    const { path } = first;
    const what = missing.length === 1 ? `"${path}" is` : `"${path}" and ${missing.length - 1} more are`;
    const usual = "links and devices are in Rock Ridge alone, unless UDF is told to hold them";
    onWarning(omitted(path, what, specialFiles ? first.reason : usual));
  }
  return writer;
}
