import { DiscError } from "../errors.js";
import type { CommandChannel } from "./command-channel.js";
import { featureCodes } from "./mmc/feature-codes.js";
import { decodeProfileList } from "./mmc/feature-payloads.js";
import type { Feature } from "./mmc/features.js";
import { profileOf } from "./mmc/profiles.js";
import { answerAll } from "./read-state.js";
import { askModePage, askModePageCodes } from "./state/ask-drive.js";

/** A profile that a drive knows. IMAPI2 `IDiscRecorder2::SupportedProfiles`, `CurrentProfiles`. */
export interface DriveProfile {
  readonly number: number;
  /** Type of the media, as in `create --media`; "unknown" where this package knows none. */
  readonly media: string;
  /** Whether it is that of the medium in the drive. */
  readonly current: boolean;
}

/** The profiles in a list of features. */
export function profilesOf(features: readonly Feature[] | null): DriveProfile[] {
  const list = features?.find(({ code }) => code === featureCodes.profileList);
  if (list === undefined) return [];
  return decodeProfileList(list.payload).map(({ profileNumber: number, current }) => ({
    number,
    media: profileOf(number).media,
    current,
  }));
}

/**
 * Reads a mode page with its current values.
 *
 * @returns The page from its first byte on.
 * @throws {@link DiscError} E_NOT_SUPPORTED where the drive has not the page; {@link DeviceError}.
 */
export async function readModePage(channel: CommandChannel, pageCode: number): Promise<Uint8Array> {
  const page = await answerAll(channel, askModePage(pageCode));
  if (page !== null) return page;
  const what = `mode page ${pageCode.toString(16).toUpperCase().padStart(2, "0")}h`;
  throw new DiscError("E_NOT_SUPPORTED", `${channel.transport.name}: the drive has no ${what}`, { what });
}

/** The numbers of the mode pages that a drive has. @throws {@link DeviceError}. */
export async function readModePageCodes(channel: CommandChannel): Promise<number[]> {
  return await answerAll(channel, askModePageCodes());
}
