/** Checks the file set. ECMA-167, 3rd edition, 4/8.3, 4/14.1; OSTA UDF 2.3.2. */
import type { LongAllocationDescriptor } from "../udf/allocation.js";
import { longAllocationDescriptor } from "../udf/allocation.js";
import type { FileSetDescriptor } from "../udf/file-set.js";
import { fileSetDescriptor } from "../udf/file-set.js";
import { tagIdentifiers } from "../udf/tag.js";
import { terminatingDescriptor, volumeDescriptorBytes } from "../udf/volume.js";
import { isZero } from "./udf-checking.js";
import { checkIcbExtent } from "./udf-extents.js";
import { checkFields, readRows } from "./udf-fields.js";
import type { UdfVolumeModel } from "./udf-model.js";
import { findBlocks, isMetadata } from "./udf-model.js";
import type { UdfPlace } from "./udf-report.js";
import { checkDescriptorTag, claimedIdentifier } from "./udf-tags.js";
import { checkCharacterSets, udfDomainIdentifier } from "./udf-volume.js";

/** File set descriptors that are looked at. */
const maximumDescriptors = 1000;

/** Interchange levels of file sets. OSTA UDF 2.3.2.1, 2.3.2.2. */
const interchangeLevel = 3;

/** Where the system streams are named. */
const systemStreamsAt = 464;

/** The file set that prevails. */
export interface CheckedFileSet {
  readonly value: FileSetDescriptor;
  readonly data: Uint8Array;
  readonly place: UdfPlace & { readonly address: number };
}

/** Reads the sequence that a logical volume names. @returns The last descriptor of file set 0. */
export async function readFileSet(
  model: UdfVolumeModel,
  first: LongAllocationDescriptor,
  logicalPlace: UdfPlace,
): Promise<CheckedFileSet | undefined> {
  const { checking } = model;
  if (!checkIcbExtent(checking, first, model.icbRules, logicalPlace, "logical volume descriptor: the file set")) {
    return undefined;
  }
  const seen = new Set<string>();
  let last: CheckedFileSet | undefined;
  for (let extent = first; extent.extentLength > 0; ) {
    checking.throwIfCancelled();
    const key = `${extent.partitionReferenceNumber}:${extent.logicalBlockNumber}`;
    if (seen.has(key) || seen.size >= maximumDescriptors) {
      checking.report("UDF_FSD_SEQUENCE", logicalPlace, "the file set's sequence leads back to where it was");
      break;
    }
    seen.add(key);
    const found = await readExtent(model, extent, logicalPlace);
    if (found === undefined) break;
    last = found;
    extent = found.value.nextExtent;
  }
  return last;
}

async function readExtent(
  model: UdfVolumeModel,
  { partitionReferenceNumber: reference, logicalBlockNumber: first, extentLength }: LongAllocationDescriptor,
  logicalPlace: UdfPlace,
): Promise<CheckedFileSet | undefined> {
  const { checking, use } = model;
  const { blockBytes } = checking;
  const blocks = Math.min(Math.floor(extentLength / blockBytes), maximumDescriptors);
  let last: CheckedFileSet | undefined;
  for (let index = 0; index < blocks; index++) {
    const location = first + index;
    const found = findBlocks(model, reference, location, blockBytes);
    const address = "runs" in found ? found.runs[0]?.address : undefined;
    if (address === undefined || address === null) {
      checking.report("UDF_FSD_SEQUENCE", logicalPlace, "fault" in found ? found.fault : "it lies nowhere");
      break;
    }
    const owner = { kind: "structure", owner: "the file set", path: undefined } as const;
    use.add([{ address, bytes: blockBytes }], owner, isMetadata(model, reference));
    const data = await checking.read(address, blockBytes, "file set");
    // Blank blocks end the sequence, too.
    if (data === undefined || isZero(data, 0, data.length)) break;
    const kind = describe(model, data, location, address);
    if (kind === "end") break;
    if (kind === undefined) continue;
    const isBetter = last === undefined || kind.value.fileSetDescriptorNumber >= last.value.fileSetDescriptorNumber;
    if (isBetter) last = kind;
    if (kind.value.nextExtent.extentLength > 0) break;
  }
  return last;
}

function describe(
  { checking }: UdfVolumeModel,
  data: Uint8Array,
  location: number,
  address: number,
): CheckedFileSet | "end" | undefined {
  const place = { address };
  const claimed = claimedIdentifier(data);
  const isEnd = claimed === tagIdentifiers.terminatingDescriptor;
  const { tagIdentifier, name } = isEnd ? terminatingDescriptor : fileSetDescriptor;
  if (claimed !== tagIdentifier) {
    checking.report("UDF_FSD_SEQUENCE", place, `the file set's sequence has a tag of ${claimed} in it`);
    return "end";
  }
  const tag = { name, tagIdentifier, location, data, at: 0, bytes: volumeDescriptorBytes, end: data.length, place };
  checkDescriptorTag(checking, tag);
  return isEnd ? "end" : { value: readRows(fileSetDescriptor, data, 0), data, place };
}

/** Checks the file set descriptor by itself. */
export function checkFileSet({ checking, icbRules }: UdfVolumeModel, { value, data, place }: CheckedFileSet): void {
  const { report } = checking;
  const identifiers = { domainIdentifier: udfDomainIdentifier };
  const mayBeEmpty = ["copyrightFileIdentifier", "abstractFileIdentifier"];
  checkFields(checking, fileSetDescriptor, { data, at: 0, place }, { identifiers, mayBeEmpty });
  const { interchangeLevel: level, maximumInterchangeLevel: maximum } = value;
  if (level !== interchangeLevel || maximum !== interchangeLevel) {
    report("UDF_FSD_FIELD", place, `the interchange level is ${level} of ${maximum}, expected 3`);
  }
  if (value.fileSetNumber !== 0) report("UDF_FSD_FIELD", place, `the file set is number ${value.fileSetNumber}`);
  checkCharacterSets(checking, { place }, [value.characterSetList, value.maximumCharacterSetList], "file set");
  if (!checkIcbExtent(checking, value.rootDirectoryIcb, icbRules, place, "the root's ICB")) {
    if (value.rootDirectoryIcb.extentLength === 0) report("UDF_ENTRY_UNREADABLE", place, "there is no root directory");
  }
  checkIcbExtent(checking, value.nextExtent, icbRules, place, "the file set's next extent");
  const { systemStreamDirectoryIcb } = value;
  const hasStreams = checkIcbExtent(checking, systemStreamDirectoryIcb, icbRules, place, "the system streams' ICB");
  // Before 2.00, what names them is reserved.
  const areNamed = hasStreams || !isZero(data, systemStreamsAt, systemStreamsAt + longAllocationDescriptor.size);
  if (areNamed && !checking.isThirdEdition) report("UDF_FSD_STREAMS", place, "system streams are named");
}
