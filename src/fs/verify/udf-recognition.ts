/** Checks the volume recognition sequence. ECMA-167, 3rd edition, 2/8.3, 2/9.1, 3/9.1; OSTA UDF 2.1.7. */
import { strictContext } from "../../codec/codec.js";
import { blockBytes as mediumBlockBytes } from "../../units.js";
import { firstVolumeStructureBlock, volumeStructureDescriptor } from "../udf/volume-recognition.js";
import type { UdfChecking } from "./udf-checking.js";
import { isZero, lbaText } from "./udf-checking.js";

/** Descriptors that are looked at: those of ISO 9660 stand before them. */
const maximumDescriptors = 256;

/** Bytes of a descriptor before its data. ECMA-167 2/9.1. */
const headBytes = 7;

const knownIdentifiers: readonly string[] = ["CD001", "BEA01", "NSR02", "NSR03", "TEA01", "BOOT2", "CDW02"];

interface RecognitionDescriptor {
  readonly identifier: string;
  readonly address: number;
}

/** Reads the sequence, and reports what is wrong with its descriptors; the address behind the last one, too. */
async function readSequence(
  checking: UdfChecking,
): Promise<{ readonly descriptors: readonly RecognitionDescriptor[]; readonly end: number }> {
  const { first, blockBytes, report } = checking;
  // Each descriptor has a block of its own where those of the volume are larger than 2,048 bytes.
  const step = Math.max(mediumBlockBytes, blockBytes);
  const descriptors: RecognitionDescriptor[] = [];
  let address = checking.addressOf(first) + firstVolumeStructureBlock * mediumBlockBytes;
  for (; descriptors.length < maximumDescriptors; address += step) {
    checking.throwIfCancelled();
    if (address + step > checking.bytes.bytes) break;
    const data = await checking.read(address, step, "volume recognition sequence");
    if (data === undefined) break;
    const {
      standardIdentifier: identifier,
      structureType,
      structureVersion,
    } = volumeStructureDescriptor.read(data, 0, strictContext);
    if (!knownIdentifiers.includes(identifier)) break;
    descriptors.push({ identifier, address });
    if (identifier === "CD001" || identifier === "CDW02") continue;
    const isPlain = identifier === "BOOT2" || isZero(data, headBytes, data.length);
    if (structureType === 0 && structureVersion === 1 && isPlain) continue;
    const shown = `type ${structureType}, version ${structureVersion}${isPlain ? "" : ", and data"}`;
    report("UDF_VRS_FIELD", { address }, `${identifier} is of ${shown}`);
  }
  return { descriptors, end: address };
}

/** Checks the sequence that announces UDF at the start of a session. */
export async function checkRecognition(checking: UdfChecking): Promise<void> {
  const { report, blockBytes } = checking;
  const { descriptors, end } = await readSequence(checking);
  const start = checking.addressOf(checking.first) + firstVolumeStructureBlock * mediumBlockBytes;
  const area = descriptors.findIndex(({ identifier }) => identifier === "BEA01");
  if (area < 0) {
    report("UDF_VRS_MISSING", { address: start }, `nothing announces UDF from ${lbaText(start)} on`);
    return;
  }
  const identifiers = descriptors.slice(area).map(({ identifier }) => identifier);
  const place = { address: descriptors[area]!.address };
  const wanted = checking.isThirdEdition ? "NSR03" : "NSR02";
  const announced = identifiers.filter((identifier) => identifier.startsWith("NSR"));
  if (announced.length !== 1 || announced[0] !== wanted) {
    report("UDF_VRS_NSR", place, `"${announced.join(", ")}" is announced, expected "${wanted}"`);
  }
  const isInOrder =
    identifiers.at(-1) === "TEA01" &&
    identifiers.lastIndexOf("BEA01") === 0 &&
    identifiers.indexOf("TEA01") === identifiers.length - 1 &&
    !identifiers.includes("CD001");
  if (!isInOrder) report("UDF_VRS_ORDER", place, `the sequence is ${identifiers.join(", ")}`);
  if (checking.revision < 0x0201) return;
  // An unrecorded block is as good as a blank one.
  const behind = await checking.tryBlock(end / blockBytes);
  if (behind !== undefined && !isZero(behind, 0, behind.length)) {
    report("UDF_VRS_END", { address: end }, `${lbaText(end)} behind the sequence is not blank`);
  }
}
