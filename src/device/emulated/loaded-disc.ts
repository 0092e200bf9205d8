import type { MediumState } from "./medium.js";
import type { SessionPlan } from "./session-at-once.js";
import type { DiscStore } from "./store.js";

/**
 * The disc in the drive: what it is, and its blocks.
 *
 * {@link LoadedDisc.recorded} is what is on it. While the drive only tests writing, {@link LoadedDisc.medium} is what
 * would be on it, and nothing reaches the files.
 */
export class LoadedDisc {
  readonly #store: DiscStore;
  #recorded: MediumState;
  #simulated: MediumState | null = null;
  #sidecar: Uint8Array;
  /** The session that is written at once, from its cue sheet on until it is whole; lost with the power. */
  sessionPlan: SessionPlan | null = null;

  private constructor(store: DiscStore, recorded: MediumState, sidecar: Uint8Array) {
    this.#store = store;
    this.#recorded = recorded;
    this.#sidecar = sidecar;
  }

  /** Reads the disc. @throws {@link DiscError} as {@link DiscStore.load}. */
  static async load(store: DiscStore): Promise<LoadedDisc> {
    const { state, sidecar } = await store.load(false);
    return new LoadedDisc(store, state, sidecar);
  }

  /** The disc as commands see it. */
  get medium(): MediumState {
    return this.#simulated ?? this.#recorded;
  }

  /** The disc as it is. */
  get recorded(): MediumState {
    return this.#recorded;
  }

  get isSimulating(): boolean {
    return this.#simulated !== null;
  }

  /** From now on nothing is recorded, until {@link LoadedDisc.endSimulation}. */
  beginSimulation(): void {
    this.#simulated ??= this.#recorded;
  }

  endSimulation(): void {
    if (this.#simulated === null) return;
    this.#simulated = null;
    this.sessionPlan = null;
  }

  /** Changes the state in memory: what was not synced yet. */
  keep(medium: MediumState): void {
    if (this.#simulated === null) this.#recorded = medium;
    else this.#simulated = medium;
  }

  /** Changes the state for good. */
  async save(medium: MediumState): Promise<void> {
    if (this.#simulated === null) this.#sidecar = await this.#store.save(medium);
    this.keep(medium);
  }

  /** Whether someone else has changed the sidecar since it was read or written here. */
  async isChangedByOthers(): Promise<boolean> {
    const now = await this.#store.sidecar();
    const known = this.#sidecar;
    return now === undefined || now.length !== known.length || now.some((octet, index) => octet !== known[index]);
  }

  /** Reads everything again. @throws {@link DiscError} as {@link DiscStore.load}. */
  async reload(exclusive: boolean): Promise<void> {
    const { state, sidecar } = await this.#store.load(exclusive);
    this.endSimulation();
    this.sessionPlan = null;
    this.#recorded = state;
    this.#sidecar = sidecar;
  }

  /** Reads blocks; returns how many bytes of them the file has. */
  async readBlocks(lba: number, into: Uint8Array): Promise<number> {
    return await this.#store.read(lba, into);
  }

  async writeBlocks(lba: number, from: Uint8Array): Promise<void> {
    if (this.#simulated === null) await this.#store.write(lba, from);
  }

  /** Fills blocks with zeros. */
  async writeZeros(lba: number, blocks: number): Promise<void> {
    if (this.#simulated === null) await this.#store.writeZeros(lba, blocks);
  }

  /** Removes what lies behind so many blocks. */
  async truncate(blocks: number): Promise<void> {
    if (this.#simulated === null) await this.#store.truncate(blocks);
  }

  /** Length of the disc's file in bytes. */
  async fileBytes(): Promise<number> {
    return await this.#store.bytes();
  }

  /** Makes what was written survive a loss of power. */
  async sync(): Promise<void> {
    if (this.#simulated === null) await this.#store.sync();
  }

  async closeFiles(): Promise<void> {
    await this.#store.closeFiles();
  }
}
