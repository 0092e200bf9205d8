import { DiscError } from "../errors.js";
import type { MultisessionInterface, MultisessionRandomWrite, MultisessionSequential } from "./interfaces.js";

function unusable(offered: readonly MultisessionInterface[], reason: string): DiscError<"E_MULTISESSION_UNUSABLE"> {
  return new DiscError("E_MULTISESSION_UNUSABLE", `no multisession interface can be used: ${reason}`, {
    offered: offered.map(({ type }) => type),
    reason,
  });
}

/**
 * Chooses the way in which the next session is added, by the reference API's rule: the one marked as in use, or, where
 * none is marked, the first that the disc and this package both support.
 *
 * @throws {@link DiscError} E_MULTISESSION_UNUSABLE when several are marked, or none can be used.
 * @see docs/MULTISESSION.md; IMAPI2 `IFileSystemImage::put_MultisessionInterfaces`
 */
export function chooseMultisession(offered: readonly MultisessionInterface[]): MultisessionInterface {
  const marked = offered.filter(({ inUse }) => inUse);
  if (marked.length > 1) throw unusable(offered, `${marked.length} are marked as in use`);
  const candidates = marked.length === 1 ? marked : offered;
  const chosen = candidates.find(({ isSupportedOnCurrentMediaState }) => isSupportedOnCurrentMediaState);
  if (chosen === undefined) {
    const state = candidates.map(({ type }) => `${type} cannot be used with the disc as it is`);
    throw unusable(offered, state.join(", ") || "none was given");
  }
  const wrong = chosen.type === "sequential" ? faultOfSequential(chosen) : faultOfRandomWrite(chosen);
  if (wrong !== undefined) throw unusable([chosen], wrong);
  return chosen;
}

/** What makes numbers impossible: an image planned by them would be unreadable. */
function faultOfSequential(chosen: MultisessionSequential): string | undefined {
  const { startAddressOfPreviousSession: start, lastWrittenAddressOfPreviousSession: last } = chosen;
  const { nextWritableAddress: next, freeSectorsOnMedia: free, writeUnitSize: unit } = chosen;
  return !Number.isSafeInteger(next) || next < 0
    ? `the next writable address is ${next}`
    : !Number.isSafeInteger(free) || free < 0
      ? `${free} blocks are free`
      : !Number.isSafeInteger(unit) || unit < 1
        ? `the write unit is ${unit} blocks`
        : start >= 0 && (last < start || last >= next)
          ? `the previous session is said to lie from ${start} to ${last}, the next to start at ${next}`
          : undefined;
}

function faultOfRandomWrite(chosen: MultisessionRandomWrite): string | undefined {
  const { writeUnitSize: unit, lastWrittenAddress: last, totalSectorsOnMedia: total } = chosen;
  if (!Number.isSafeInteger(unit) || unit < 1) return `the write unit is ${unit} blocks`;
  if (!Number.isSafeInteger(total) || total < 0) return `the medium is said to have ${total} blocks`;
  if (Number.isSafeInteger(last) && last < total) return undefined;
  return `the last block written is said to be ${last}, of ${total}`;
}
