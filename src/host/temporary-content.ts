import { DiscError, throwIfCancelled } from "../errors.js";
import type { Content } from "../fs/tree/content.js";
import type { ZisofsForm } from "../fs/tree/zisofs-form.js";
import type { TemporaryFile } from "./temporary-file.js";

/** Where a content is in a temporary file. */
export interface TemporaryPlace {
  readonly file: TemporaryFile;
  /** First byte in that file. */
  readonly at: number;
  readonly bytes: number;
  /** What it is called in messages. */
  readonly label: string;
  /** How it is compressed there; left out for what is not. */
  readonly zisofs?: ZisofsForm | undefined;
  /** How it came there, for messages. */
  readonly how: "staged" | "compressed to";
}

/** A content in a temporary file. */
export class TemporaryContent implements Content {
  readonly repeatable = true;
  readonly #place: TemporaryPlace;

  constructor(place: TemporaryPlace) {
    this.#place = place;
  }

  get bytes(): number {
    return this.#place.bytes;
  }

  get label(): string {
    return this.#place.label;
  }

  get zisofs(): ZisofsForm | undefined {
    return this.#place.zisofs;
  }

  async read(offset: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    const { file, at, label, how } = this.#place;
    throwIfCancelled(signal, `reading "${label}"`);
    try {
      await file.read(at + offset, into);
    } catch (cause) {
      const message = `"${label}" cannot be read from where it was ${how}`;
      throw new DiscError("E_CONTENT_UNREADABLE", message, { path: label }, { cause });
    }
  }
}
