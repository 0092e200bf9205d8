import { textFromBytes, writeTextBytes } from "../codec/text.js";
import { blockBytes } from "../units.js";
import type { DescribedCommand } from "./mmc/command-registry.js";
import { featureCodes } from "./mmc/feature-codes.js";
import { featureListBytes } from "./mmc/features.js";
import { decodeConfiguration, featureHeader, getConfiguration } from "./mmc/get-configuration.js";
import { inquiry, standardInquiryData } from "./mmc/inquiry.js";
import { readDiscStructure, structureHeader } from "./mmc/read-disc-structure.js";
import { mediaSerialNumberHeader, readMediaSerialNumber } from "./mmc/read-media-serial-number.js";
import type { KeptPart, TracedData } from "./trace-record.js";
import { bytesFromHex, hexFromBytes } from "./trace-record.js";

/** What is recorded of data. */
export interface TraceContents {
  /** Blocks of the disc whole, and not a digest of them: whoever gets the trace gets the files. */
  readonly wholeBlocks: boolean;
  /** Serial numbers of drive and medium, too. */
  readonly serialNumbers: boolean;
}

type Range = readonly [at: number, bytes: number];

/** What stands for each byte of a serial number: "X". */
const redactedByte = 0x58;
/** Head of a page of vital product data. SPC-4 "Vital product data parameters". */
const pageHeadBytes = 4;
/** The page that lists the pages. */
const listOfPages = 0;
/** Vendor specific bytes of the standard INQUIRY data: some drives put a serial number there. SPC-4 "INQUIRY". */
const vendorSpecificBytes = 20;
/** MMC-6 "Feature descriptor generic format", up to what belongs to the feature. */
const featureHeadBytes = 4;
/**
 * Formats of READ DISC STRUCTURE that tell one medium from all others: burst cutting area, media identifier, and the
 * volume identifier, serial number and media identifier of AACS. MMC-6 "READ DISC STRUCTURE, format codes".
 */
const identifyingFormats = [0x03, 0x06, 0x80, 0x81, 0x82];

/** Where replies of a command have serial numbers, by the command's name. */
const serialNumbersOf: Readonly<Record<string, (described: DescribedCommand, data: Uint8Array) => readonly Range[]>> = {
  [inquiry.name]: ({ fields }, data) => {
    if (fields.vitalProductData !== true) return [[standardInquiryData.size, vendorSpecificBytes]];
    return fields.pageCode === listOfPages ? [] : [[pageHeadBytes, data.length]];
  },
  [readDiscStructure.name]: ({ fields }, data) =>
    identifyingFormats.includes(Number(fields.format)) ? [[structureHeader.size, data.length]] : [],
  [readMediaSerialNumber.name]: (_described, data) => [[mediaSerialNumberHeader.size, data.length]],
  [getConfiguration.name]: (_described, data) => {
    if (data.length < featureHeader.size) return [];
    const ranges: Range[] = [];
    let at = featureHeader.size;
    for (const feature of decodeConfiguration(data).features) {
      if (feature.code === featureCodes.serialNumber) ranges.push([at + featureHeadBytes, feature.payload.length]);
      at += featureListBytes([feature]);
    }
    // The last one may be cut off, in the middle of its number.
    return [...ranges, [at, data.length]];
  },
};

/** The ranges that lie in the data, cut to it. */
function within(ranges: readonly Range[], length: number): Range[] {
  return ranges.map(([at, bytes]): Range => [at, Math.min(bytes, length - at)]).filter(([, bytes]) => bytes > 0);
}

/** Identifiers that volume descriptors have at byte 1. ECMA-119 8.1.2; ECMA-167 2/9.1.2. */
const descriptorIdentifiers = ["CD001", "BEA01", "BOOT2", "CDW02", "NSR02", "NSR03", "TEA01"];
const identifierBytes = 5;

/** Blocks that are volume descriptors. What state a disc is in may depend on them, and on no others. */
function keptParts(data: Uint8Array): KeptPart[] {
  const parts: KeptPart[] = [];
  for (let at = 0; at + blockBytes <= data.length; at += blockBytes) {
    if (!descriptorIdentifiers.includes(textFromBytes(data, at + 1, identifierBytes))) continue;
    const block = data.subarray(at, at + blockBytes);
    const used = block.findLastIndex((octet) => octet !== 0) + 1;
    parts.push({ at, hex: hexFromBytes(block.subarray(0, used)) });
  }
  return parts;
}

/** SHA-256, hexadecimal. */
async function digestOf(bytes: Uint8Array): Promise<string> {
  return hexFromBytes(new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))));
}

function redacted(described: DescribedCommand, data: Uint8Array): TracedData {
  const ranges = within(serialNumbersOf[described.name]?.(described, data) ?? [], data.length);
  if (ranges.length === 0) return { hex: hexFromBytes(data) };
  // Not slice: that of Node's buffers gives the same bytes, and these are the caller's.
  const shown = new Uint8Array(data);
  for (const [at, bytes] of ranges) shown.fill(redactedByte, at, at + bytes);
  return { hex: hexFromBytes(shown), redacted: ranges };
}

/**
 * What a trace says of data that went with a command: replies and parameters whole, of the disc's blocks and of
 * commands that nobody knows a digest.
 *
 * @param described `undefined` for a command that no codec knows.
 * @returns `undefined` where there is no data.
 */
export async function traceData(
  described: DescribedCommand | undefined,
  direction: "in" | "out",
  data: Uint8Array,
  contents: TraceContents,
): Promise<TracedData | undefined> {
  if (data.length === 0) return undefined;
  if (described !== undefined && !described.carriesBlocks) {
    return contents.serialNumbers ? { hex: hexFromBytes(data) } : redacted(described, data);
  }
  if (contents.wholeBlocks) return { base64: btoa(textFromBytes(data, 0, data.length)) };
  const sha256 = await digestOf(data);
  const kept = direction === "in" ? keptParts(data) : [];
  return kept.length === 0 ? { sha256 } : { sha256, kept };
}

/**
 * The data that a trace has, or as much of it as there is: what was recorded as a digest is zero but for the parts that
 * were kept.
 *
 * @param bytes How many there were.
 */
export function dataFromTrace(traced: TracedData | undefined, bytes: number): Uint8Array {
  const data = new Uint8Array(bytes);
  if (traced?.hex !== undefined) data.set(bytesFromHex(traced.hex));
  if (traced?.base64 !== undefined) writeTextBytes(atob(traced.base64), data, 0);
  for (const { at, hex } of traced?.kept ?? []) data.set(bytesFromHex(hex), at);
  return data;
}

/** Whether data are those of a trace, as far as the trace tells. */
export async function isTracedData(traced: TracedData | undefined, data: Uint8Array): Promise<boolean> {
  if (traced === undefined) return data.length === 0;
  if (traced.sha256 !== undefined) return (await digestOf(data)) === traced.sha256;
  const recorded = dataFromTrace(traced, data.length);
  return recorded.every((octet, at) => octet === data[at]);
}
