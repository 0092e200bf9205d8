import { strictContext } from "../../codec/codec.js";
import type { CapabilitiesPage } from "../mmc/capabilities-page.js";
import { decodeCapabilitiesPage } from "../mmc/capabilities-page.js";
import type { Configuration } from "../mmc/get-configuration.js";
import { decodeConfiguration, featureHeader, getConfiguration } from "../mmc/get-configuration.js";
import type { StandardInquiryData } from "../mmc/inquiry.js";
import { inquiry, standardInquiryData } from "../mmc/inquiry.js";
import { findModePage, modePageCodes, modeParameterHeader, modeSense10 } from "../mmc/mode-parameters.js";
import type { Answer, Asking } from "./ask.js";
import { ask, askSized } from "./ask.js";
import type { QuirkName } from "./quirks.js";

/** More than that no drive has; an announced length beyond it is nonsense. */
const longestConfigurationBytes = 4096;
const pageHeadBytes = 2;
/** All pages of a drive are a few hundred bytes. */
const longestModeReplyBytes = 4096;
/** The two highest bits of a page's first byte are no part of its number. */
const pageCodes = 0x40;

/** Asks who the drive is. */
export function* askInquiry(): Asking<StandardInquiryData | null> {
  const allocationLength = standardInquiryData.size;
  const fields = { vitalProductData: false, pageCode: 0, allocationLength };
  const answer = yield* ask(inquiry, fields, allocationLength);
  return "data" in answer && answer.data.length > 0 ? standardInquiryData.read(answer.data, 0, strictContext) : null;
}

/** Asks for the profile and the features; `null` where the drive does not know the command. */
export function* askConfiguration(quirks: Set<QuirkName>): Asking<Configuration | null> {
  const question = (allocationLength: number): Asking<Answer> =>
    ask(getConfiguration, { requestedType: 0, startingFeatureNumber: 0, allocationLength }, allocationLength);
  const announced = (head: Uint8Array): number => featureHeader.read(head, 0, strictContext).dataLength + 4;
  let nonsense = false;
  const bytesOf = (head: Uint8Array): number => {
    if (head.length < featureHeader.size) return 0;
    nonsense = announced(head) > longestConfigurationBytes;
    return nonsense ? featureHeader.size : announced(head);
  };
  const reply = yield* askSized(question, {
    headBytes: featureHeader.size,
    bytesOf,
    mostBytes: longestConfigurationBytes,
  });
  if (reply === null || reply.length < featureHeader.size) {
    quirks.add("no-configuration");
    return null;
  }
  if (nonsense) quirks.add("feature-list-nonsense");
  return decodeConfiguration(reply);
}

/** Asks for a mode page, or for all, with the header that comes before. */
function* askModeReply(pageCode: number): Asking<Uint8Array | null> {
  const question = (allocationLength: number): Asking<Answer> =>
    ask(modeSense10, { disableBlockDescriptors: true, pageControl: 0, pageCode, allocationLength }, allocationLength);
  // The length of the whole reply is wrong on some drives, and that of the page on others: the longer one is asked for.
  const bytesOf = (head: Uint8Array): number => {
    if (head.length < modeParameterHeader.size) return 0;
    const { modeDataLength, blockDescriptorLength } = modeParameterHeader.read(head, 0, strictContext);
    const lengthAt = modeParameterHeader.size + blockDescriptorLength + 1;
    return Math.max(modeDataLength + 2, lengthAt + 1 + (head[lengthAt] ?? 0));
  };
  const headBytes = modeParameterHeader.size + pageHeadBytes;
  return yield* askSized(question, { headBytes, bytesOf, mostBytes: longestModeReplyBytes });
}

/**
 * Asks for a mode page with its current values.
 *
 * @returns The page from its first byte; `null` where the drive has none.
 */
export function* askModePage(pageCode: number): Asking<Uint8Array | null> {
  const reply = yield* askModeReply(pageCode);
  return (reply === null ? undefined : findModePage(reply, pageCode)) ?? null;
}

/** Asks which mode pages there are. */
export function* askModePageCodes(): Asking<number[]> {
  const reply = yield* askModeReply(modePageCodes.all);
  if (reply === null || reply.length < modeParameterHeader.size) return [];
  const { blockDescriptorLength } = modeParameterHeader.read(reply, 0, strictContext);
  const codes: number[] = [];
  for (let at = modeParameterHeader.size + blockDescriptorLength; at + pageHeadBytes <= reply.length; ) {
    codes.push(reply[at]! % pageCodes);
    at += pageHeadBytes + reply[at + 1]!;
  }
  return codes;
}

/** Asks for the page of capabilities, which newer drives need not have. */
export function* askCapabilities(): Asking<CapabilitiesPage | null> {
  const page = yield* askModePage(modePageCodes.capabilities);
  return page === null ? null : decodeCapabilitiesPage(page);
}
