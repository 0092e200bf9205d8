/** Which writer makes the UDF volume of a session. */
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { Catalog } from "../layout/catalog.js";
import type { ContentLayout } from "../layout/contents.js";
import type { Item } from "../tree/directory.js";
import type { FileEntryReference } from "../tree/disc-entry.js";
import type { RevisionRules, UdfRevision } from "../udf/revision.js";
import { rulesOf } from "../udf/revision.js";
import type { UdfStructure } from "../udf/udf-layout.js";
import type { UdfContinuation } from "../udf/udf-writer.js";
import { partitionStartOf, UdfWriter } from "../udf/udf-writer.js";
import type { ImageOptions } from "./options.js";
import type { ImageTimes } from "./times.js";

/** How the UDF volume of a session is written: decided before the tree is taken. */
export interface UdfPlan {
  readonly rules: RevisionRules;
  readonly structure: UdfStructure;
  /** Bytes up to which files are kept in their file entries. */
  readonly embeddedBytes: number;
  readonly continuation: UdfContinuation | undefined;
  /** Whether unchanged file entries of the session before can be referred to. */
  readonly refersToEntries: boolean;
  readonly mediumEnd: number | undefined;
}

/** What a file entry has room for beside its head and the attributes a file may have. */
const embeddedBytesOf = (rules: RevisionRules): number => 2048 - (rules.extended ? 216 : 176 + 56);

/** What the plan for a UDF volume follows from. */
export interface UdfPlanInput {
  readonly options: ImageOptions;
  /** What the medium asks for where the caller asks for nothing. */
  readonly usualRevision: UdfRevision;
  /** What the session before was. */
  readonly before:
    | { readonly continuation: UdfContinuation; readonly revision: UdfRevision; readonly structure: UdfStructure }
    | undefined;
  readonly mediumEnd: number | undefined;
}

/** Decides how a UDF volume is written. */
export function planUdf({ options, usualRevision, before, mediumEnd }: UdfPlanInput): UdfPlan {
  const rules = rulesOf(options.udfRevision ?? before?.revision ?? usualRevision);
  const isVirtual = options.udfVirtual === true;
  const structure = isVirtual ? "virtual" : rules.hasMetadataPartition ? "metadata" : "plain";
  const isSame = before !== undefined && before.revision === rules.revision && before.structure === structure;
  return {
    rules,
    structure,
    embeddedBytes: options.udfEmbedFiles === true ? embeddedBytesOf(rules) : 0,
    continuation: before?.continuation,
    refersToEntries: isSame && structure === "plain",
    mediumEnd,
  };
}

/** What a UDF volume is made of, besides its plan. */
export interface UdfParts {
  readonly options: ImageOptions;
  readonly catalog: Catalog;
  readonly contents: ContentLayout;
  readonly times: ImageTimes;
  readonly onWarning: WarningListener;
  readonly sessionStart: number;
  readonly recognitionBlock: number;
  /** Whether another tree of the image holds links and devices, so that nobody misses them here. */
  readonly hasSpecialFilesElsewhere: boolean;
  /** Whether another tree keeps names whole. */
  readonly hasNamesElsewhere: boolean;
}

/** The lowest block of the contents that stay where they are; `undefined` where none do. */
function lowestPinned(contents: ContentLayout): number | undefined {
  let lowest: number | undefined;
  for (const [index, { extents = [] }] of contents.contents.entries()) {
    if (!contents.isPinned(index)) continue;
    for (const { lba } of extents) if (lba !== null) lowest = Math.min(lowest ?? lba, lba);
  }
  return lowest;
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
    entry.mtimeMs === times.modifyMs(item) &&
    entry.atimeMs === times.accessMs(item) &&
    entry.ctimeMs === times.attributesMs(item) &&
    entry.birthtimeMs === (times.creationMs(item) ?? (rules.extended ? times.modifyMs(item) : null))
  );
}

/** The writer of a session's UDF volume. */
export function udfWriter(plan: UdfPlan, parts: UdfParts): UdfWriter {
  const { options, catalog, contents, times, onWarning, sessionStart } = parts;
  const { rules, structure, continuation, mediumEnd } = plan;
  const align = rules.hasMetadataPartition ? 32 : 1;
  const partitionStart = partitionStartOf(sessionStart, continuation?.partitionStart, lowestPinned(contents), align);
  // Addresses in old entries count from where the partition started then.
  const refers = plan.refersToEntries && partitionStart === continuation?.partitionStart;
  const specialFiles = options.udfSpecialFiles === true;
  return new UdfWriter({
    rules,
    structure,
    catalog,
    contents,
    specialFiles,
    embedsDirectories: plan.embeddedBytes > 0,
    times,
    imageMs: times.imageMs,
    volumeName: options.volumeName ?? "DISC",
    volumeSetName: options.volumeSetIdentifier ?? "",
    recognitionBlock: parts.recognitionBlock,
    continuation,
    partitionStart,
    mediumEnd,
    reference: (item, links) => {
      if (!refers || item.type !== "file" || item.fileEntry === undefined || item.streams !== undefined)
        return undefined;
      return isSame(item, links, item.fileEntry, times, rules) ? item.fileEntry : undefined;
    },
    onOmitted: (path, reason) => {
      if (parts.hasSpecialFilesElsewhere) return;
      const message = `"${path}" is not in UDF: ${reason}`;
      onWarning(new DiscError("W_NOT_REPRESENTED", message, { path, fileSystem: "UDF", reason }));
    },
    onShortened: (path, name) => {
      if (parts.hasNamesElsewhere) return;
      const message = `"${path}" is shortened to "${name}" in UDF`;
      onWarning(new DiscError("W_NAME_SHORTENED", message, { path, fileSystem: "UDF", name }));
    },
    onLongPath: (path, bytes, limitBytes) => {
      const message = `"${path}": a path of ${bytes} bytes, UDF ${rules.revision} allows ${limitBytes}`;
      onWarning(new DiscError("W_NAME_LONG", message, { path, bytes, limitBytes }));
    },
  });
}
