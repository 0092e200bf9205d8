import { recordingTimeRange } from "../../codec/time.js";
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { TimeStamps } from "../rockridge/entries.js";
import type { Item } from "../tree/directory.js";
import { timeMs } from "../tree/item-attributes.js";

/** The times an image writes: clamped to what can be written and to `SOURCE_DATE_EPOCH`, made whole by the image's own. */
export class ImageTimes {
  /** The image's own time, in milliseconds since 1970. */
  readonly imageMs: number;
  readonly #latestMs: number;
  readonly #modifyOnly: boolean;
  readonly #onWarning: WarningListener;

  /** @param sourceDateEpoch In seconds; `undefined` takes the present as the image's time and keeps all times. */
  constructor(sourceDateEpoch: number | undefined, onWarning: WarningListener) {
    this.imageMs = sourceDateEpoch === undefined ? Date.now() : sourceDateEpoch * 1000;
    this.#latestMs = sourceDateEpoch === undefined ? recordingTimeRange.lastMs : this.imageMs;
    this.#modifyOnly = sourceDateEpoch !== undefined;
    this.#onWarning = onWarning;
  }

  #writable(timeMs: number | null): number {
    const time = timeMs ?? this.imageMs;
    return Math.min(Math.max(time, recordingTimeRange.firstMs), this.#latestMs);
  }

  /** A time of the volume; `null` where it is not given. */
  volumeMs(time: Date | number | undefined): number | null {
    const ms = timeMs(time);
    return ms === null ? null : Math.min(ms, this.#latestMs);
  }

  /** Modification time of an item, in milliseconds since 1970. */
  modifyMs(item: Item): number {
    return this.#writable(item.mtimeMs);
  }

  /** The times of an item that Rock Ridge records. */
  stamps(item: Item): TimeStamps {
    const modify = this.#writable(item.mtimeMs);
    if (this.#modifyOnly || (item.atimeMs === null && item.ctimeMs === null)) return { modify };
    return {
      modify,
      access: this.#writable(item.atimeMs ?? modify),
      attributes: this.#writable(item.ctimeMs ?? modify),
    };
  }

  /** The last access to an item; where it is not known or not to be shown, the last modification. */
  accessMs(item: Item): number {
    return this.#modifyOnly || item.atimeMs === null ? this.modifyMs(item) : this.#writable(item.atimeMs);
  }

  /** The last change of an item's attributes, likewise. */
  attributesMs(item: Item): number {
    return this.#modifyOnly || item.ctimeMs === null ? this.modifyMs(item) : this.#writable(item.ctimeMs);
  }

  /** When an item was created; `null` where it is not known or not to be shown. */
  creationMs(item: Item): number | null {
    return this.#modifyOnly || item.birthtimeMs === null ? null : this.#writable(item.birthtimeMs);
  }

  /** Reports a time that no directory record can hold. */
  check(item: Item): void {
    const time = item.mtimeMs;
    if (time === null || (time >= recordingTimeRange.firstMs && time <= recordingTimeRange.lastMs)) return;
    const path = item.path;
    const shown = Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : `${time} ms`;
    const message = `"${path}": modified ${shown}, which a directory record cannot hold`;
    this.#onWarning(new DiscError("W_TIME_CLAMPED", message, { path, time: shown }));
  }
}
