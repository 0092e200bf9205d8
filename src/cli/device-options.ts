import type { VerificationLevel, WantedSpeed } from "../device.js";
import { mediaTypes } from "../device.js";
import type { AppendOptions, SessionWriting } from "../node.js";
import { DiscError } from "../node.js";
import type { CommandContext } from "./command.js";
import { usageError } from "./usage.js";

/** How the options take the disc. @throws {@link DiscError} E_USAGE. */
export function deviceOptionsOf({
  options,
  trace,
}: CommandContext): Pick<AppendOptions, "media" | "trace"> & { readonly force: boolean } {
  const media = options.text("media");
  if (media !== undefined && !mediaTypes.includes(media)) {
    throw usageError(`--media is "${media}", expected ${mediaTypes.join(", ")}`);
  }
  return { media, trace, force: options.has("force") };
}

/** A speed as people write it: "8x", "11080" for kB/s, "max". @throws {@link DiscError} E_USAGE. */
export function parseSpeed(text: string): WantedSpeed {
  if (/^max(imum)?$/i.test(text)) return "maximum";
  const [, amount = "", unit] = /^(\d+(?:\.\d+)?)(x)?$/i.exec(text) ?? [];
  const value = Number(amount);
  if (amount === "" || value <= 0) throw usageError(`the speed is "${text}", expected 8x, kB/s, or max`);
  return unit === undefined ? value : `${value}x`;
}

/** How the options would have a session written. @throws {@link DiscError} E_USAGE. */
export function writeOptionsOf({ options }: CommandContext): SessionWriting {
  const speed = options.text("speed");
  return {
    close: options.has("close"),
    dummy: options.has("dummy"),
    verify: options.text("verify") as VerificationLevel | undefined,
    streaming: options.has("streaming"),
    ...(speed === undefined ? {} : { speed: parseSpeed(speed) }),
  };
}

/** Refuses another disc than the one that --disc names. @throws {@link DiscError} E_DISC_WRONG. */
export function requireDiscId(device: string, actual: string | null, expected: string | undefined): void {
  if (expected === undefined || actual === expected) return;
  const message = `${device}: this is not disc ${expected}, but ${actual ?? "one without an identity"}`;
  throw new DiscError("E_DISC_WRONG", message, { device, expected, actual });
}
