/** Checks ICB tags. ECMA-167, 3rd edition, 4/14.6; OSTA UDF 2.3.5. */
import type { IcbTag } from "../udf/icb.js";
import { allocationForms, fileTypes, icbFlags, strategies } from "../udf/icb.js";
import type { UdfVolumeModel } from "./udf-model.js";
import type { UdfPlace } from "./udf-report.js";

/** What an entry is to its volume: other rules hold for each. */
export type EntryRole =
  | "item"
  | "root"
  | "stream"
  | "streamDirectory"
  | "systemStreamDirectory"
  | "attributes"
  | "metadata"
  | "table";

/** Bits of an ICB's flags, as the powers of two they are. ECMA-167 4/14.6.8. */
const flagBits = { sorted: 0x8, nonRelocatable: 0x10, contiguous: 0x200, transformed: 0x800, multiVersion: 0x1000 };
const reservedFlags = 0xc000;

/** Types that items of a tree have. */
const itemTypes: readonly number[] = [
  fileTypes.directory,
  fileTypes.file,
  fileTypes.block,
  fileTypes.character,
  fileTypes.fifo,
  fileTypes.socket,
  fileTypes.symlink,
  fileTypes.realTime,
];

/** Types that each role has; `undefined` where others check it. */
const typesOfRole: Readonly<Record<EntryRole, readonly number[] | undefined>> = {
  item: itemTypes,
  root: [fileTypes.directory],
  stream: [fileTypes.file],
  streamDirectory: [fileTypes.streamDirectory],
  systemStreamDirectory: [fileTypes.streamDirectory],
  attributes: [fileTypes.extendedAttributes],
  metadata: undefined,
  table: undefined,
};

/** Whether a type is reserved in a revision. ECMA-167 4/14.6.6, OSTA UDF 2.3.5.2. */
function isReserved(fileType: number, revision: number): boolean {
  if (revision < 0x0200) return fileType >= 13;
  if (fileType >= 14 && fileType < fileTypes.virtualAllocationTable) return true;
  if (revision === 0x0201) return fileType >= fileTypes.metadata;
  return revision >= 0x0250 && fileType > fileTypes.metadataBitmap;
}

/** An ICB tag, and whose it is. */
export interface IcbSource {
  readonly tag: IcbTag;
  /** Bytes of it. */
  readonly data: Uint8Array;
  readonly role: EntryRole;
  readonly place: UdfPlace;
  /** Whether a parent ICB location is the entry itself, or a directory above it. */
  isAbove(reference: number, block: number): boolean;
}

/** Checks an ICB tag. */
export function checkIcbTag(model: UdfVolumeModel, source: IcbSource): void {
  checkStrategy(model, source);
  checkFileType(model, source);
  checkParent(model, source);
  checkForm(model, source);
  checkFlags(model, source);
}

function checkStrategy({ checking, mayChainEntries }: UdfVolumeModel, { tag, data, place }: IcbSource): void {
  const { strategyType, strategyParameter, maximumNumberOfEntries, priorRecordedNumberOfDirectEntries: prior } = tag;
  const isChained = strategyType === strategies.chained && mayChainEntries;
  const isSingle = strategyType === strategies.single;
  const fault =
    !isChained && !isSingle
      ? `strategy ${strategyType}`
      : strategyParameter !== (isSingle ? 0 : 1)
        ? `strategy parameter ${strategyParameter}`
        : maximumNumberOfEntries !== (isSingle ? 1 : 2)
          ? `${maximumNumberOfEntries} entries at the most`
          : isSingle && prior !== 0
            ? `${prior} entries before it`
            : data[10] !== 0
              ? `${data[10]} in its reserved byte`
              : undefined;
  if (fault !== undefined) checking.report("UDF_ICB_STRATEGY", place, `the ICB tag has ${fault}`);
}

function checkFileType({ checking }: UdfVolumeModel, { tag, role, place }: IcbSource): void {
  const { fileType } = tag;
  const types = typesOfRole[role];
  if (types === undefined) return;
  const isOdd = role === "item" && fileType === fileTypes.none && !isReserved(fileType, checking.revision);
  if (isOdd) checking.report("UDF_ICB_FILE_TYPE_ODD", place, "the file type is not specified");
  else if (!types.includes(fileType) || isReserved(fileType, checking.revision)) {
    const isStream = role === "stream" || role === "streamDirectory" || role === "systemStreamDirectory";
    const rule = isStream ? "UDF_STREAM" : "UDF_ICB_FILE_TYPE";
    checking.report(rule, place, `the file type is ${fileType}, expected ${types.join(", ")}`);
  }
}

function checkParent({ checking, icbRules }: UdfVolumeModel, { tag, place, isAbove }: IcbSource): void {
  const { logicalBlockNumber: block, partitionReferenceNumber: reference } = tag.parentIcbLocation;
  if (tag.strategyType !== strategies.single || (block === 0 && reference === 0)) return;
  const { partitionBlocks } = icbRules;
  const isOutside = reference >= partitionBlocks.length || block >= (partitionBlocks[reference] ?? Infinity);
  const isWrong = !checking.isThirdEdition || isOutside || isAbove(reference, block);
  const rule = isWrong ? "UDF_ICB_PARENT" : "UDF_ICB_PARENT_SET";
  checking.report(rule, place, `the parent ICB is block ${block} of partition ${reference}, expected none`);
}

function checkForm({ checking, icbRules }: UdfVolumeModel, { tag, place }: IcbSource): void {
  const form = tag.flags % 8;
  const { fileType } = tag;
  if (form === allocationForms.extended || form > allocationForms.embedded) {
    checking.report("UDF_ICB_FORM", place, `allocation descriptors are of form ${form}`);
    return;
  }
  if (icbRules.metadataReference === undefined || form === allocationForms.embedded) return;
  if (fileType === fileTypes.metadataBitmap) return;
  // Short descriptors are of the partition that the entry is in; data are in another one than directories.
  const isShort =
    fileType === fileTypes.directory ||
    fileType === fileTypes.streamDirectory ||
    fileType === fileTypes.metadata ||
    fileType === fileTypes.metadataMirror;
  const wanted = isShort ? allocationForms.short : allocationForms.long;
  if (form === wanted) return;
  checking.report("UDF_ICB_FORM", place, `allocation descriptors of file type ${fileType} are of form ${form}`);
}

function checkFlags({ checking }: UdfVolumeModel, { tag, role, place }: IcbSource): void {
  const { flags } = tag;
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const { sorted, nonRelocatable, contiguous, transformed, multiVersion } = flagBits;
  const shown = `the flags are 0x${flags.toString(16)}`;
  if (has(sorted) || has(transformed) || has(multiVersion) || has(reservedFlags)) {
    checking.report("UDF_ICB_FLAGS", place, shown);
  }
  if (has(nonRelocatable) || has(contiguous)) checking.report("UDF_ICB_FLAGS_ADVICE", place, shown);
  if (has(icbFlags.stream) !== (role === "stream")) checking.report("UDF_ICB_STREAM", place, shown);
}
