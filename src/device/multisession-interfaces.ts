import type { ImportSource } from "../medium/import-source.js";
import type { DiscIdentity, Session } from "../medium/session.js";
import type { MultisessionInterface } from "../multisession/interfaces.js";
import type { DiscSnapshot } from "./state/snapshot.js";

/** A medium that can be overwritten: it has no table of contents, so that sessions are found in its blocks. */
export class OverwritableSource implements ImportSource {
  readonly sessions: readonly Session[] = [];
  readonly #recorder: ImportSource;

  constructor(recorder: ImportSource) {
    this.#recorder = recorder;
  }

  get name(): string {
    return this.#recorder.name;
  }

  get blocks(): number {
    return this.#recorder.blocks;
  }

  get identity(): DiscIdentity {
    return this.#recorder.identity;
  }

  async read(lba: number, count: number, into: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#recorder.read(lba, count, into, signal);
  }
}

/** How a disc can take another session. Numbers that there are none of are -1. */
export function multisessionInterfacesOf(
  snapshot: DiscSnapshot,
  importRecorder: ImportSource,
): MultisessionInterface[] {
  const { traits, overwritable, writable, lastDataSession, nextWritableLba, freeBlocks, totalBlocks } = snapshot;
  const { writeUnitBlocks: writeUnitSize } = snapshot;
  const common = { inUse: false, importRecorder, writeUnitSize };
  if (traits === undefined) return [];
  if (overwritable) {
    return [
      {
        ...common,
        type: "randomWrite",
        isSupportedOnCurrentMediaState: writable,
        // No drive tells it: where data ends is the file system's knowledge.
        lastWrittenAddress: -1,
        totalSectorsOnMedia: totalBlocks,
      },
    ];
  }
  return [
    {
      ...common,
      type: "sequential",
      isSupportedOnCurrentMediaState: writable && nextWritableLba !== null,
      isFirstDataSession: lastDataSession === null,
      startAddressOfPreviousSession: lastDataSession?.startLba ?? -1,
      lastWrittenAddressOfPreviousSession:
        lastDataSession === null ? -1 : lastDataSession.startLba + lastDataSession.blocks - 1,
      nextWritableAddress: nextWritableLba ?? -1,
      freeSectorsOnMedia: freeBlocks,
      writeUnitSize,
    },
  ];
}
