import { strictContext } from "../../codec/codec.js";
import { preventAllowMediumRemoval } from "../mmc/prevent-allow-medium-removal.js";
import { isDisturbing, isEndOfWriting, isWriting } from "./command-kinds.js";

/**
 * Who may do what, where several initiators use one drive.
 *
 * Whoever changes the medium has it alone until they close their session on it, move the tray, or leave; the others can
 * read meanwhile. The tray is locked as long as one of them wants it locked.
 *
 * @typeParam N What stands for an initiator.
 */
export class Claims<N> {
  #writer: N | undefined;
  readonly #preventing = new Set<N>();

  /** Whether a command is kept from the drive, since another initiator is writing. */
  conflicts(nexus: N, cdb: Uint8Array): boolean {
    return this.#writer !== undefined && this.#writer !== nexus && isDisturbing(cdb);
  }

  /** Takes note of a command that was done. */
  done(nexus: N, cdb: Uint8Array): void {
    if (isEndOfWriting(cdb)) {
      if (this.#writer === nexus) this.#writer = undefined;
    } else if (isWriting(cdb)) {
      this.#writer = nexus;
    }
    if (cdb[0] !== preventAllowMediumRemoval.operationCode) return;
    if (isPreventing(cdb)) this.#preventing.add(nexus);
    else this.#preventing.delete(nexus);
  }

  /** Whether a command unlocks a tray that another initiator wants locked. SPC-4 "PREVENT ALLOW MEDIUM REMOVAL". */
  isHeldLocked(nexus: N, cdb: Uint8Array): boolean {
    if (cdb[0] !== preventAllowMediumRemoval.operationCode || isPreventing(cdb)) return false;
    return [...this.#preventing].some((other) => other !== nexus);
  }

  /**
   * Forgets an initiator.
   *
   * @returns Whether the tray is to be unlocked, since it was the last one that wanted it locked.
   */
  leave(nexus: N): boolean {
    if (this.#writer === nexus) this.#writer = undefined;
    return this.#preventing.delete(nexus) && this.#preventing.size === 0;
  }

  /** Forgets all of them. */
  reset(): boolean {
    const wasLocked = this.#preventing.size > 0;
    this.#writer = undefined;
    this.#preventing.clear();
    return wasLocked;
  }
}

function isPreventing(cdb: Uint8Array): boolean {
  return preventAllowMediumRemoval.cdb.read(cdb, 0, strictContext).prevent % 2 === 1;
}
