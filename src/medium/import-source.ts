import type { BlockSource } from "./block-source.js";
import type { DiscIdentity, Session } from "./session.js";

/** Something that sessions can be imported from: a recorder with its disc, or an image in a file. */
export interface ImportSource extends BlockSource {
  /** For messages: "backup.disc", "/dev/sr0". */
  readonly name: string;
  readonly sessions: readonly Session[];
  readonly identity: DiscIdentity;
}
