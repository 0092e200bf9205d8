import { DiscError } from "../errors.js";
import type { CommandChannel } from "./command-channel.js";
import { runLong } from "./job/long-operation.js";
import { preventAllowMediumRemoval } from "./mmc/prevent-allow-medium-removal.js";
import { startStopUnit } from "./mmc/start-stop-unit.js";

const loadLimitMs = 300_000;

/** Locks the tray, or lets it go. Not every drive has a tray to lock. */
export async function preventRemoval(channel: CommandChannel, prevent: boolean): Promise<void> {
  await channel.attempt(preventAllowMediumRemoval, { prevent: prevent ? 1 : 0 }, { direction: "none" });
}

/**
 * Opens the tray.
 *
 * @throws {@link DiscError} E_DISC_BUSY where another program has locked it; {@link DeviceError}.
 */
export async function ejectMedium(channel: CommandChannel): Promise<void> {
  await preventRemoval(channel, false);
  const fields = { immediate: false, loadEject: true, start: false };
  const outcome = await channel.attempt(startStopUnit, fields, { direction: "none" });
  if (!("error" in outcome)) return;
  if (outcome.sense?.key !== 5 || outcome.sense.asc !== 0x53) throw outcome.error;
  const { name: device } = channel.transport;
  const owner = "another program, which locked the tray";
  throw new DiscError("E_DISC_BUSY", `${device}: in use by ${owner}`, { device, owner }, { cause: outcome.error });
}

/** Closes the tray and waits until the disc turns. @throws {@link DeviceError}. */
export async function loadMedium(channel: CommandChannel): Promise<void> {
  const fields = (immediate: boolean) => ({ immediate, loadEject: true, start: true });
  await runLong(channel, { command: startStopUnit, fields }, { limitMs: loadLimitMs });
}
