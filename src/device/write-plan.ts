import { DiscError } from "../errors.js";
import type { SessionData } from "../medium/session-data.js";
import { alignUp } from "../units.js";
import { closeFunctions } from "./mmc/close-track-session.js";
import type { WriteProcedure } from "./mmc/profiles.js";
import type { DiscSnapshot } from "./snapshot.js";

/** One step of writing a session: plain data, to be shown or done. */
export type WriteStep = { readonly description: string } & (
  | { readonly kind: "setWriteParameters"; readonly keepDiscOpen: boolean }
  | {
      readonly kind: "write";
      readonly firstBlock: number;
      /** Blocks of the session's data. */
      readonly blocks: number;
      /** Zero blocks behind it: post-gap, and what fills the last write unit. */
      readonly zeroBlocks: number;
      /** Whether the drive fills such a short track up by itself, so that one cut off looks like a whole one. */
      readonly isFilledUp: boolean;
      readonly transferBlocks: number;
    }
  | { readonly kind: "synchronizeCache" }
  | {
      readonly kind: "closeTrack";
      readonly trackNumber: number;
      /** The step may fail: some drives know no such thing for this medium, and the next step does it too. */
      readonly mayFail: boolean;
    }
  | { readonly kind: "closeSession"; readonly closeFunction: number }
);

/** How a session is written. */
export interface WriteOptions {
  /** Finalises the disc: no session can follow. */
  readonly close?: boolean | undefined;
  /** The data ends with a post-gap of its own, so that none is added on CD. */
  readonly postgapAlreadyInImage?: boolean | undefined;
}

/** Drives fill shorter tracks of a CD up: four seconds. ECMA-130 20.2; MMC-6 4.2.3. */
const shortestCdTrackBlocks = 300;

function procedureOf(device: string, snapshot: DiscSnapshot): WriteProcedure {
  const { profile, writable } = snapshot;
  if (profile.procedure === undefined || profile.model === "readOnly") {
    const what = `writing to ${profile.media} media`;
    throw new DiscError("E_NOT_SUPPORTED", `${device}: ${what} is not supported`, { what });
  }
  if (!writable && snapshot.state !== "complete") {
    const reason = `the drive cannot write ${profile.media} media now`;
    throw new DiscError("E_DISC_READ_ONLY", `${device}: ${reason}`, { device, reason });
  }
  return profile.procedure;
}

/**
 * The steps that close a session which was begun and never closed; none where there is no such session.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_NOT_SUPPORTED, E_DISC_READ_ONLY.
 */
export function planRepair(device: string, snapshot: DiscSnapshot): readonly WriteStep[] {
  if (!snapshot.torn) return [];
  const { family } = procedureOf(device, snapshot);
  const steps: WriteStep[] = [];
  if (family === "cd") steps.push(parametersStep(true));
  steps.push({ kind: "synchronizeCache", description: "put on the disc what the drive still holds" });
  const last = snapshot.tracks.at(-1);
  if (last !== undefined && last.lastRecordedLba !== null) {
    const description = `close track ${last.number}, which was never closed`;
    steps.push({ kind: "closeTrack", trackNumber: last.number, mayFail: family === "cd", description });
  }
  const description = "close the session that was never closed";
  steps.push({ kind: "closeSession", closeFunction: closeFunctions.session, description });
  return steps;
}

/**
 * What writing a session takes: checks that it can be done, and lists the steps. Nothing is sent to the drive.
 *
 * On a disc whose last session was never closed, the steps that close it come first, and the address is not checked:
 * it is known only afterwards.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_DISC_FINALISED, E_DISC_CHANGED, E_IMAGE_WRONG_ADDRESS, E_DISC_FULL, E_DISC_READ_ONLY,
 *   E_NOT_SUPPORTED.
 */
export function planWrite(
  device: string,
  snapshot: DiscSnapshot,
  session: Pick<SessionData, "firstBlock" | "blocks" | "importedFrom" | "endsInPostGap">,
  options: WriteOptions = {},
): readonly WriteStep[] {
  const procedure = procedureOf(device, snapshot);
  if (snapshot.state === "complete") {
    throw new DiscError("E_DISC_FINALISED", `${device}: the disc is finalised`, { device });
  }
  checkIdentity(device, snapshot, session);
  const { firstBlock, blocks } = session;
  const hasPostGap = options.postgapAlreadyInImage === true || session.endsInPostGap === true;
  const postGapBlocks = hasPostGap ? 0 : procedure.postGapBlocks;
  if (!snapshot.torn) checkPlace(device, snapshot, session, procedure.postGapBlocks - postGapBlocks);
  const written = alignUp(blocks + postGapBlocks, procedure.writeUnitBlocks);
  const close = options.close === true;
  return [
    ...planRepair(device, snapshot),
    ...(procedure.family === "cd" ? [parametersStep(!close)] : []),
    {
      kind: "write",
      firstBlock,
      blocks,
      zeroBlocks: written - blocks,
      isFilledUp: procedure.family === "cd" && blocks < shortestCdTrackBlocks,
      transferBlocks: procedure.transferBlocks,
      description: `write ${blocks} blocks from block ${firstBlock} on, and ${written - blocks} blocks of zeros`,
    },
    ...closingSteps(snapshot, procedure, close),
  ];
}

function parametersStep(keepDiscOpen: boolean): WriteStep {
  const description = `set track-at-once writing, disc ${keepDiscOpen ? "stays open" : "is finalised"}`;
  return { kind: "setWriteParameters", keepDiscOpen, description };
}

function closingSteps(snapshot: DiscSnapshot, procedure: WriteProcedure, close: boolean): WriteStep[] {
  const steps: WriteStep[] = [
    { kind: "synchronizeCache", description: "put everything on the disc that the drive still holds" },
  ];
  // A CD's track ends with the step before; closing it once more fails on some drives.
  if (procedure.family !== "cd") {
    const trackNumber = (snapshot.tracks.at(-1)?.number ?? 1) + (snapshot.torn ? 1 : 0);
    steps.push({ kind: "closeTrack", trackNumber, mayFail: false, description: `close track ${trackNumber}` });
  }
  steps.push({
    kind: "closeSession",
    closeFunction: close ? procedure.finaliseFunction : closeFunctions.session,
    description: close ? "close the session and finalise the disc" : "close the session, the disc stays open",
  });
  return steps;
}

function checkIdentity(
  device: string,
  { identity, torn }: DiscSnapshot,
  { importedFrom }: Pick<SessionData, "importedFrom">,
): void {
  if (importedFrom === null) return;
  const changed = (what: string, expected: string | number, actual: string | number): never => {
    const message = `${device}: the disc changed since the image was made: ${what} was ${expected}, is ${actual}`;
    throw new DiscError("E_DISC_CHANGED", message, { what, expected, actual });
  };
  const { fingerprint, nextWritableAddress } = identity;
  if (importedFrom.fingerprint !== fingerprint) changed("disc", importedFrom.fingerprint, fingerprint);
  if (torn || importedFrom.nextWritableAddress === nextWritableAddress) return;
  changed("next writable address", importedFrom.nextWritableAddress, nextWritableAddress);
}

function checkPlace(
  device: string,
  { nextWritableLba, freeBlocks }: DiscSnapshot,
  { firstBlock, blocks }: Pick<SessionData, "firstBlock" | "blocks">,
  extraBlocks: number,
): void {
  if (nextWritableLba === null) {
    const reason = "the drive names no next writable address";
    throw new DiscError("E_DISC_READ_ONLY", `${device}: ${reason}`, { device, reason });
  }
  if (firstBlock !== nextWritableLba) {
    const detail = { nextWritableAddress: nextWritableLba, madeFor: firstBlock };
    const message = `the image was made for block ${firstBlock}, the next writable address is ${nextWritableLba}`;
    throw new DiscError("E_IMAGE_WRONG_ADDRESS", `${device}: ${message}`, detail);
  }
  const limit = freeBlocks + extraBlocks;
  if (blocks > limit) {
    const message = `${device}: the session needs ${blocks} blocks, ${limit} are free`;
    throw new DiscError("E_DISC_FULL", message, { blocks, freeBlocks: limit });
  }
}
