import { DiscError } from "../errors.js";
import type { MultisessionInterface, MultisessionSequential } from "./interfaces.js";

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
export function chooseMultisession(offered: readonly MultisessionInterface[]): MultisessionSequential {
  const marked = offered.filter(({ inUse }) => inUse);
  if (marked.length > 1) throw unusable(offered, `${marked.length} are marked as in use`);
  const candidates = marked.length === 1 ? marked : offered;
  const chosen = candidates.find(
    (candidate): candidate is MultisessionSequential =>
      candidate.isSupportedOnCurrentMediaState && candidate.type === "sequential",
  );
  if (chosen === undefined) {
    const state = candidates.map((candidate) =>
      candidate.isSupportedOnCurrentMediaState
        ? `${candidate.type} is not supported`
        : `${candidate.type} cannot be used with the disc as it is`,
    );
    throw unusable(offered, state.join(", ") || "none was given");
  }
  checkParameters(chosen);
  return chosen;
}

/** Refuses numbers that cannot be true together: an image planned by them would be unreadable. */
function checkParameters(chosen: MultisessionSequential): void {
  const { startAddressOfPreviousSession: start, lastWrittenAddressOfPreviousSession: last } = chosen;
  const { nextWritableAddress: next, freeSectorsOnMedia: free, writeUnitSize: unit } = chosen;
  const wrong =
    !Number.isSafeInteger(next) || next < 0
      ? `the next writable address is ${next}`
      : !Number.isSafeInteger(free) || free < 0
        ? `${free} blocks are free`
        : !Number.isSafeInteger(unit) || unit < 1
          ? `the write unit is ${unit} blocks`
          : start >= 0 && (last < start || last >= next)
            ? `the previous session is said to lie from ${start} to ${last}, the next to start at ${next}`
            : undefined;
  if (wrong !== undefined) throw unusable([chosen], wrong);
}
