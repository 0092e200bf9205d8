import type { MediaEvent } from "../mmc/get-event-status-notification.js";
import { checkCondition } from "./refusal.js";

/** MMC-6 "Media status event, event codes". */
const eventCodes = { none: 0, ejectRequest: 1, newMedium: 2, mediumRemoved: 3, formatCompleted: 5 } as const;

/** The tray, its lock, and what has happened to them since somebody asked. */
export class Mechanism {
  #isOpen = false;
  #isLocked = false;
  #event: number = eventCodes.none;

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isLocked(): boolean {
    return this.#isLocked;
  }

  /** PREVENT ALLOW MEDIUM REMOVAL. */
  lock(isLocked: boolean): void {
    this.#isLocked = isLocked;
  }

  /** START STOP UNIT with eject. @throws Refusal 5/53/02 while removal is prevented. */
  open(): void {
    if (this.#isLocked) throw checkCondition(5, 0x53, 0x02);
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#event = eventCodes.mediumRemoved;
  }

  /** START STOP UNIT with load. Returns whether the tray was open. */
  close(): boolean {
    const wasOpen = this.#isOpen;
    this.#isOpen = false;
    if (wasOpen) this.#event = eventCodes.newMedium;
    return wasOpen;
  }

  /** Somebody presses the button: where removal is prevented, the host is asked. */
  pressButton(): void {
    if (this.#isLocked) this.#event = eventCodes.ejectRequest;
    else this.open();
  }

  /** The medium is another one, without the tray having moved. */
  mediumChanged(): void {
    this.#event = eventCodes.newMedium;
  }

  formatCompleted(): void {
    this.#event = eventCodes.formatCompleted;
  }

  /** What has happened; asking clears it. */
  takeEvent(): MediaEvent {
    const eventCode = this.#event;
    this.#event = eventCodes.none;
    return { eventCode, mediaPresent: !this.#isOpen, trayOpen: this.#isOpen, startSlot: 0, endSlot: 0 };
  }
}
