import type { DiscStructures } from "./ask-structures.js";

/** What can forbid writing, with what is said of it. */
export const protections = {
  cartridge: "the tab of its cartridge forbids writing",
  persistent: "a mark on the disc forbids writing",
  "media-inhibited": "the drive does not write to this disc as it is",
  software: "a setting of the drive forbids writing",
} as const;

/** The name of what forbids writing. */
export type ProtectionKind = keyof typeof protections;

/** What forbids writing, by any reply that tells it; `null` where nothing does. */
export function protectionOf({ protection, ramStatus }: DiscStructures): ProtectionKind | null {
  const told = [protection, ramStatus];
  if (told.some((one) => one?.cartridge === true)) return "cartridge";
  if (told.some((one) => one?.persistent === true)) return "persistent";
  if (told.some((one) => one?.mediaWriteInhibited === true)) return "media-inhibited";
  return protection?.software === true ? "software" : null;
}
