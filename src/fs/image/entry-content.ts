import type { WarningListener } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import type { Content } from "../tree/content.js";
import { OnDiscContent } from "../tree/content.js";
import type { DiscEntry } from "../tree/disc-entry.js";
import { zisofsFault } from "../tree/zisofs-form.js";
import { ZisofsContent } from "../zisofs/zisofs-content.js";

/** The content of an entry as users see it: uncompressed, where it is compressed in a way that is read. */
export function contentOfEntry(
  source: BlockSource,
  { extents, zisofs }: Pick<DiscEntry, "extents" | "zisofs">,
  onWarning?: WarningListener,
): Content {
  const stored = new OnDiscContent(source, extents, zisofs);
  const isRead = zisofs !== undefined && zisofsFault(zisofs, stored.bytes) === undefined;
  return isRead ? new ZisofsContent(stored, zisofs, onWarning) : stored;
}
