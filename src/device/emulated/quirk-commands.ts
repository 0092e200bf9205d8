/** What quirks look for in commands. */
import { strictContext } from "../../codec/codec.js";
import { blockBytes } from "../../units.js";
import { closeTrackSession } from "../mmc/close-track-session.js";
import { getConfiguration } from "../mmc/get-configuration.js";
import { getEventStatusNotification } from "../mmc/get-event-status-notification.js";
import { inquiry } from "../mmc/inquiry.js";
import { findModePage, modePageCodes, modeSelect10 } from "../mmc/mode-parameters.js";
import { requestSense } from "../mmc/request-sense.js";
import type { Sense } from "../mmc/sense.js";
import { synchronizeCache } from "../mmc/synchronize-cache.js";
import { write10 } from "../mmc/write-10.js";
import { write12 } from "../mmc/write-12.js";
import type { WriteParameters } from "../mmc/write-parameters-page.js";
import { writeParametersPage } from "../mmc/write-parameters-page.js";
import type { Behaviour, Call } from "./quirk.js";
import { checkWith, fieldsOf, isCommand, withFields } from "./quirk.js";

/** How often a drive is busy before it is not. */
export const busyTimes = 3;

/** The write parameters that a command sets; `undefined` where it sets none. */
export function selectedPage(call: Call): WriteParameters | undefined {
  if (!isCommand(call, modeSelect10) || call.transfer.direction !== "out") return undefined;
  const page = findModePage(call.transfer.data, modePageCodes.writeParameters);
  return page?.length === writeParametersPage.size ? writeParametersPage.read(page, 0, strictContext) : undefined;
}

/** Where and how much a WRITE writes; `undefined` for other commands. */
export function writeOf(call: Call): { readonly lba: number; readonly blocks: number } | undefined {
  if (isCommand(call, write10)) {
    const { logicalBlockAddress: lba, transferBlocks: blocks } = fieldsOf(write10, call);
    return { lba, blocks };
  }
  if (!isCommand(call, write12)) return undefined;
  const { logicalBlockAddress: lba, transferBlocks: blocks } = fieldsOf(write12, call);
  return { lba, blocks };
}

/** The same WRITE of its first blocks alone. */
export function withFewerBlocks(call: Call, blocks: number): Call {
  if (call.transfer.direction !== "out") return call;
  const data = call.transfer.data.subarray(0, blocks * blockBytes);
  const fewer = isCommand(call, write12)
    ? withFields(write12, call, { transferBlocks: blocks })
    : withFields(write10, call, { transferBlocks: blocks });
  return { ...fewer, transfer: { direction: "out", data } };
}

/** Whether a command is answered whatever the medium does. */
export function needsNoMedium(call: Call): boolean {
  return [inquiry, requestSense, getConfiguration, getEventStatusNotification].some((command) =>
    isCommand(call, command),
  );
}

/** Whether a command ends what was written: what comes then is another session, or track. */
export function endsWriting(call: Call): boolean {
  return isCommand(call, synchronizeCache) || isCommand(call, closeTrackSession);
}

/** Behaves so with the n-th WRITE since the last track or session ended, each time it comes; n counts from 1. */
export function onNthWrite(n: number, behaviour: Behaviour): Behaviour {
  let writes = 0;
  return async (call, pass) => {
    if (endsWriting(call)) writes = 0;
    if (writeOf(call) === undefined) return await pass(call);
    writes++;
    return writes === n ? await behaviour(call, pass) : await pass(call);
  };
}

/** Answers the next few commands of some kinds with a sense, once something has happened. */
export function busyAfter(
  sense: Sense,
  happens: (call: Call) => boolean,
  isAffected: (call: Call) => boolean,
): Behaviour {
  let left = 0;
  return async (call, pass) => {
    if (left > 0 && isAffected(call)) {
      left--;
      return checkWith(sense);
    }
    const result = await pass(call);
    if (happens(call) && result.status === "ok") left = busyTimes;
    return result;
  };
}
