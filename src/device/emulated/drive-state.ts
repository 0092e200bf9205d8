import type { Sense } from "../mmc/sense.js";
import type { LoadedDisc } from "./loaded-disc.js";
import { busyQualifiers, LongOperation } from "./long-operation.js";
import { Mechanism } from "./mechanism.js";
import type { MediumState } from "./medium.js";
import type { DriveSettings } from "./mode-pages.js";
import { usualSettings } from "./mode-pages.js";
import { withFormattedFurther } from "./overwritable.js";
import type { Preparation } from "./preparing.js";
import { checkCondition } from "./refusal.js";

/** How many commands find the drive busy after one with the Immed bit. */
export interface OperationPolls {
  /** After SYNCHRONIZE CACHE and CLOSE TRACK/SESSION. */
  readonly closing: number;
  /** After BLANK and FORMAT UNIT. */
  readonly preparing: number;
}

/** That part of the disc is formatted in the background whenever the host asks how the drive is. */
const backgroundFormatParts = 64;
/** There is nothing to tell. */
export const noSense: Sense = { key: 0, asc: 0, ascq: 0 };
/** The medium has changed: what was known of it is wrong. */
const mediumMayHaveChanged: Sense = { key: 6, asc: 0x28, ascq: 0x00 };

/** What commands find in the drive, and change. */
export class DriveState {
  readonly disc: LoadedDisc;
  readonly mechanism: Mechanism = new Mechanism();
  settings: DriveSettings;
  /** Whether the disc is taken for exclusive use; without that, nothing is written. */
  isReserved = false;
  /** What the drive has to tell before it does anything else. */
  attention: Sense | undefined;
  lastSense: Sense = noSense;
  readonly #polls: OperationPolls;
  #operation: LongOperation | undefined;

  constructor(disc: LoadedDisc, polls: OperationPolls) {
    this.disc = disc;
    this.settings = usualSettings(disc.medium);
    this.#polls = polls;
  }

  /** The disc, as commands see it; `undefined` while the tray is open. */
  get medium(): MediumState | undefined {
    return this.mechanism.isOpen ? undefined : this.disc.medium;
  }

  /** @throws Refusal 2/3A/02 while the tray is open. */
  requireMedium(): MediumState {
    const { medium } = this;
    if (medium === undefined) throw checkCondition(2, 0x3a, 0x02);
    return medium;
  }

  /**
   * The disc, to be changed.
   *
   * @throws Refusal 2/3A/02, 7/27/00 where it wasn't taken for exclusive use.
   */
  requireWritable(): MediumState {
    const medium = this.requireMedium();
    if (!this.isReserved) throw checkCondition(7, 0x27, 0x00);
    return medium;
  }

  /** The sense of the command before, or what the drive wants to tell. Asking clears it. */
  takeSense(): Sense {
    if (this.#operation !== undefined) return this.#operation.sense();
    const sense = this.attention ?? this.lastSense;
    this.attention = undefined;
    this.lastSense = noSense;
    const { medium } = this;
    const isFormatting = medium?.model === "overwritable" && medium.backgroundFormat === "running";
    if (sense.key !== 0 || !isFormatting) return sense;
    const progress = Math.floor((0x1_0000 * medium.formattedBlocks) / (medium.userBlocks + 1));
    return { key: 0, asc: 0x04, ascq: busyQualifiers.formatting, progress };
  }

  /** Goes through with something that may take its time; with the Immed bit, behind the host's back. */
  async close(immediate: boolean, end: () => Promise<void>): Promise<void> {
    await this.#run(immediate, busyQualifiers.other, this.#polls.closing, end);
  }

  /** Blanks or formats. */
  async prepare(immediate: boolean, kind: keyof typeof busyQualifiers, { begin, end }: Preparation): Promise<void> {
    await begin();
    await this.#run(immediate, busyQualifiers[kind], this.#polls.preparing, end);
  }

  async #run(immediate: boolean, qualifier: number, polls: number, end: () => Promise<void>): Promise<void> {
    if (immediate && polls > 0) this.#operation = new LongOperation(qualifier, polls, end);
    else await end();
  }

  get isBusy(): boolean {
    return this.#operation !== undefined;
  }

  /**
   * A command comes while something goes on.
   *
   * @returns The sense it gets; `undefined` where that has come to its end.
   */
  async pollOperation(): Promise<Sense | undefined> {
    const operation = this.#operation;
    if (operation === undefined) return undefined;
    if (!operation.isDone) return operation.poll();
    await this.finishOperation();
    return undefined;
  }

  /** Brings what goes on to its end. */
  async finishOperation(): Promise<void> {
    const operation = this.#operation;
    this.#operation = undefined;
    await operation?.end();
  }

  /** The host asks how the drive is: formatting in the background has gone on meanwhile. */
  async formatInBackground(): Promise<void> {
    const { medium } = this;
    if (medium?.model !== "overwritable" || medium.backgroundFormat !== "running" || !this.isReserved) return;
    const further = withFormattedFurther(medium, Math.ceil(medium.userBlocks / backgroundFormatParts));
    if (further.backgroundFormat === "running") {
      this.disc.keep(further);
      return;
    }
    await this.disc.save(further);
    this.mechanism.formatCompleted();
  }

  /** The medium was put in, or is another one: settings are those of a fresh one. */
  mediumArrived(): void {
    this.settings = usualSettings(this.disc.medium);
    this.attention = mediumMayHaveChanged;
  }

  /** Everything but the tray is as after switching on. */
  reset(): void {
    this.#operation = undefined;
    this.settings = usualSettings(this.disc.medium);
  }
}
