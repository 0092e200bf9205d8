import { DiscError } from "../../errors.js";
import { growableSessionAlignment } from "../../medium/session.js";
import { alignUp } from "../../units.js";
import { damages } from "../state/damage.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import { resolveSpeed } from "../state/speed.js";
import { overwritingSteps } from "./plan-overwritable.js";
import { planRepair } from "./plan-repair.js";
import { sequentialSteps } from "./plan-sequential.js";
import type { WriteProcedure } from "./procedures.js";
import { noNextSession, notSupported, procedureOf, readOnly, refuseFinalised } from "./refusals.js";
import type { DataStep, PlanStep } from "./step.js";
import type { WriteOptions, WrittenSession } from "./write-options.js";

/** No track of a CD may be shorter: four seconds. ECMA-130 20.2; MMC-6 4.2.3. */
const shortestCdTrackBlocks = 300;

/**
 * What writing a session takes: checks that it can be done, and lists the steps. Nothing is sent to the drive.
 *
 * On a disc whose last session was never closed, the steps that close it come first, and the address is not checked:
 * it is known only afterwards.
 *
 * @param device For messages.
 * @throws {@link DiscError} E_DISC_FINALISED, E_DISC_CHANGED, E_IMAGE_WRONG_ADDRESS, E_DISC_FULL, E_DISC_READ_ONLY,
 *   E_NOT_SUPPORTED, E_OPTION_INVALID; E_DISC_NOT_BLANK where an image that knows nothing of the disc would go over what
 *   is on it.
 */
export function planWrite(
  device: string,
  snapshot: DiscSnapshot,
  session: WrittenSession,
  options: WriteOptions = {},
): readonly PlanStep[] {
  const procedure = procedureOf(device, snapshot);
  refuseFinalised(device, snapshot);
  checkIdentity(device, snapshot, session);
  checkOptions(device, snapshot, procedure, options);
  const steps = snapshot.overwritable
    ? planOverwriting(device, snapshot, session, procedure, options)
    : planSession(device, snapshot, session, procedure, options);
  return withSpeed(snapshot, procedure, options, steps);
}

function planSession(
  device: string,
  snapshot: DiscSnapshot,
  session: WrittenSession,
  procedure: WriteProcedure,
  options: WriteOptions,
): PlanStep[] {
  const { needsRepair, takesOneSession, blank, damage } = snapshot;
  if (takesOneSession && !blank) {
    const reason = damage === null ? "something was written to it" : damages[damage];
    throw readOnly(device, `the disc takes a single session, and ${reason}`);
  }
  const data = dataStep(snapshot, session, procedure, options);
  if (!needsRepair) checkPlace(device, snapshot, session, data);
  return [...planRepair(device, snapshot), ...sequentialSteps(snapshot, procedure, data, options)];
}

function planOverwriting(
  device: string,
  snapshot: DiscSnapshot,
  session: WrittenSession,
  procedure: WriteProcedure,
  options: WriteOptions,
): PlanStep[] {
  if (!snapshot.blank && session.importedFrom === null && options.overwrite !== true) {
    throw new DiscError("E_DISC_NOT_BLANK", `${device}: the disc is not blank`, { device });
  }
  checkNumbers(session);
  const data = dataStep(snapshot, session, procedure, options);
  checkRange(device, snapshot, data, options);
  return overwritingSteps(snapshot, data.firstBlock, data.blocks + data.zeroBlocks, [data]);
}

/** The step that writes the session, with what is written around it. */
function dataStep(
  { traits, writeUnitBlocks, addressUnitBlocks, freeBlocks, totalBlocks }: DiscSnapshot,
  session: WrittenSession,
  { transferBlocks }: WriteProcedure,
  options: WriteOptions,
): PlanStep & DataStep {
  const { firstBlock, blocks } = session;
  const hasPostGap = options.postgapAlreadyInImage === true || session.endsInPostGap === true;
  const postGapBlocks = hasPostGap ? 0 : traits!.postGapBlocks;
  const streaming = options.streaming === true;
  const isCd = traits!.family === "cd";
  // Most drives fill up a track that is too short; others refuse to close it, and the session would be lost.
  const least = isCd && !hasPostGap ? Math.min(shortestCdTrackBlocks, freeBlocks + postGapBlocks) : 0;
  const unit = streaming ? writeUnitBlocks : addressUnitBlocks;
  const whole = alignUp(Math.max(blocks + postGapBlocks, least), unit);
  // A DVD-RW grows without gaps, and the next session starts at a multiple of 32 blocks.
  const room = Math.max(whole, totalBlocks - firstBlock);
  const written =
    traits!.family === "dvd-rw-overwrite" ? Math.min(room, alignUp(whole, growableSessionAlignment)) : whole;
  const atOnce = options.writeType === "sessionAtOnce";
  const zeroBlocks = written - blocks;
  const way = streaming ? ", streaming" : "";
  return {
    kind: "write",
    firstBlock,
    blocks,
    pauseBlocks: isCd && atOnce ? traits!.postGapBlocks : 0,
    zeroBlocks,
    isFilledUp: isCd && blocks < shortestCdTrackBlocks,
    transferBlocks,
    streaming,
    description: `write ${blocks} blocks from block ${firstBlock} on, and ${zeroBlocks} blocks of zeros${way}`,
  };
}

/** Sets the speed first, and gives it back at the end. */
function withSpeed(
  { totalBlocks, traits }: DiscSnapshot,
  { speedCommand: command }: WriteProcedure,
  options: WriteOptions,
  steps: readonly PlanStep[],
): readonly PlanStep[] {
  if (options.speed === undefined) return steps;
  const speed = resolveSpeed(options.speed, traits?.family);
  const lastBlock = Math.max(0, totalBlocks - 1);
  const wanted = speed === "maximum" ? "as fast as can be" : `${speed} kB/s`;
  const set: PlanStep = { kind: "setSpeed", speed, command, lastBlock, description: `set the speed: ${wanted}` };
  const description = "set the speed back to the drive's own choice";
  return [set, ...steps, { ...set, speed: "maximum", description, isCleanup: true }];
}

function checkOptions(device: string, snapshot: DiscSnapshot, procedure: WriteProcedure, options: WriteOptions): void {
  const { profile, blank } = snapshot;
  const { media } = profile;
  if (options.dummy === true && !procedure.canTestWrite) throw notSupported(device, `test writing on ${media} media`);
  if (options.streaming === true && !procedure.canStream) throw notSupported(device, `streaming to ${media} media`);
  if (options.writeType !== "sessionAtOnce") return;
  if (procedure.atOnceParameters === null) throw notSupported(device, `writing ${media} media at once`);
  // Drives take it on blank discs only, whatever they say of it.
  if (!blank) throw notSupported(device, `writing at once on a disc that is not blank`);
}

/** @throws RangeError for what is no place for blocks. */
function checkNumbers({ firstBlock, blocks }: WrittenSession): void {
  for (const [name, value] of Object.entries({ firstBlock, blocks })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${name} is ${value}, expected a number of blocks`);
  }
}

function checkIdentity(device: string, snapshot: DiscSnapshot, { importedFrom }: WrittenSession): void {
  if (importedFrom === null) return;
  const { identity, needsRepair } = snapshot;
  const changed = (what: string, expected: string | number, actual: string | number): never => {
    const message = `${device}: the disc changed since the image was made: ${what} was ${expected}, is ${actual}`;
    throw new DiscError("E_DISC_CHANGED", message, { what, expected, actual });
  };
  const { fingerprint, nextWritableAddress } = identity;
  if (importedFrom.fingerprint !== fingerprint) changed("disc", importedFrom.fingerprint, fingerprint);
  if (needsRepair || importedFrom.nextWritableAddress === nextWritableAddress) return;
  changed("next writable address", importedFrom.nextWritableAddress, nextWritableAddress);
}

function wrongAddress(device: string, madeFor: number, next: number, rule: string): DiscError<"E_IMAGE_WRONG_ADDRESS"> {
  const message = `${device}: the image was made for block ${madeFor}, ${rule} ${next}`;
  return new DiscError("E_IMAGE_WRONG_ADDRESS", message, { nextWritableAddress: next, madeFor });
}

function full(device: string, blocks: number, freeBlocks: number): DiscError<"E_DISC_FULL"> {
  const message = `${device}: the session needs ${blocks} blocks, ${freeBlocks} are free`;
  return new DiscError("E_DISC_FULL", message, { blocks, freeBlocks });
}

/** A session goes to the next writable address, and nowhere else. */
function checkPlace(
  device: string,
  snapshot: DiscSnapshot,
  { firstBlock, blocks }: WrittenSession,
  data: DataStep,
): void {
  const { nextWritableLba, freeBlocks, traits } = snapshot;
  if (nextWritableLba === null) throw noNextSession(device, snapshot);
  if (firstBlock !== nextWritableLba) {
    throw wrongAddress(device, firstBlock, nextWritableLba, "the next writable address is");
  }
  // A post-gap that the image brings is not written a second time.
  const limit = freeBlocks + (data.zeroBlocks === 0 ? traits!.postGapBlocks : 0);
  if (blocks > limit) throw full(device, blocks, limit);
}

/** Blocks of a medium that can be overwritten are written in whole units, within what is formatted, or goes on behind it. */
function checkRange(device: string, snapshot: DiscSnapshot, data: DataStep, { streaming }: WriteOptions): void {
  const { addressUnitBlocks, writeUnitBlocks, totalBlocks, formattedBlocks } = snapshot;
  const { firstBlock, blocks, zeroBlocks } = data;
  const unit = streaming === true ? writeUnitBlocks : addressUnitBlocks;
  if (firstBlock % unit !== 0) {
    throw wrongAddress(
      device,
      firstBlock,
      alignUp(firstBlock, unit),
      `writing starts at multiples of ${unit}, such as`,
    );
  }
  const isGrowing = snapshot.traits!.family === "dvd-rw-overwrite" && !snapshot.needsFormat;
  if (isGrowing && firstBlock > formattedBlocks) {
    throw wrongAddress(device, firstBlock, formattedBlocks, "the disc has grown up to block");
  }
  if (firstBlock + blocks + zeroBlocks > totalBlocks) throw full(device, blocks, Math.max(0, totalBlocks - firstBlock));
}
