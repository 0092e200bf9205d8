import type { ImportSource } from "../medium/import-source.js";
import type { MultisessionInterface } from "../multisession/interfaces.js";
import type { DiscSnapshot } from "./state/snapshot.js";

/**
 * How a disc can take another session. Numbers that there are none of are -1.
 *
 * A medium that can be overwritten is told as what it is, and marked as not usable: nothing continues what lies on one
 * yet.
 */
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
        isSupportedOnCurrentMediaState: false,
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
