/** Discs of every medium with something on them, and what must hold of them after a failure. */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import type { Recorder } from "../../../src/device/recorder.js";
import { createDisc } from "../../../src/device.js";
import { DiscError } from "../../../src/errors.js";
import { openPlainly, readsBack, sessionOf, temporaryFolder } from "../support.js";

/** A kind of disc. */
export interface Medium {
  readonly name: string;
  readonly type: string;
  readonly prepare?: (recorder: Recorder) => Promise<void>;
  readonly overwritable: boolean;
}

export const allMedia: readonly Medium[] = [
  ...["cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r", "dvd+r-dl", "bd-r"].map((type) => ({
    name: type,
    type,
    overwritable: false,
  })),
  ...["dvd-ram", "dvd+rw", "bd-re"].map((type) => ({ name: type, type, overwritable: true })),
  {
    name: "dvd-rw, formatted",
    type: "dvd-rw",
    overwritable: true,
    prepare: (recorder) => recorder.format(),
  },
];

const capacityBlocks = 80_000;
const firstBlocks = 64;
/** Whole units of all media. */
const begunBlocks = 32;
/** No whole number of units. */
export const laterBlocks = 90;

function place(recorder: Recorder, overwritable: boolean, seed: number): number {
  const later = seed === 1 ? 0 : firstBlocks;
  return overwritable ? later : (recorder.state.nextWritableAddress ?? 0);
}

/** The next session of a disc, or what comes behind the first where there are none. */
export function nextSession(recorder: Recorder, { overwritable }: Medium, seed: number): ReturnType<typeof sessionOf> {
  const blocks = seed === 1 ? firstBlocks : laterBlocks;
  return sessionOf(seed, place(recorder, overwritable, seed), blocks, recorder.identity);
}

/** A disc with one session. */
export async function preparedDisc(t: ExecutionContext, medium: Medium): Promise<string> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: medium.type, capacityBlocks });
  await using recorder = await openPlainly(path);
  await medium.prepare?.(recorder);
  await recorder.write(nextSession(recorder, medium, 1));
  return path;
}

/** A disc with one session, and another that was begun and not closed. */
export async function begunDisc(t: ExecutionContext, medium: Medium): Promise<string> {
  const path = await preparedDisc(t, medium);
  await using recorder = await openPlainly(path);
  await recorder.writeSection(sessionOf(2, place(recorder, false, 2), begunBlocks));
  return path;
}

/** A disc as it is sold. */
export async function freshDisc(t: ExecutionContext, { type }: Medium): Promise<string> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media: type, capacityBlocks });
  return path;
}

/** Puts a copy of a disc in the place of another. */
export async function copyDisc(prepared: string, path: string): Promise<void> {
  for (const end of ["", ".mmc.json"]) await copyFile(`${prepared}${end}`, `${path}${end}`);
}

/** What must hold afterwards, whatever happened while a second session was written. */
export async function checkAfterwards(
  path: string,
  medium: Medium,
  check: (ok: boolean, what: string) => void,
): Promise<void> {
  await using recorder = await openPlainly(path);
  check(await readsBack(recorder, 1, 0, firstBlocks), "the first session is whole");
  const { state, needsRepair, damage } = recorder.state;
  check(medium.overwritable ? state === "overwritable" : state !== "blank", `the disc is ${state}`);
  check((state === "damaged") === needsRepair, `${damage} needs repair`);
  try {
    await recorder.repair();
    const session = nextSession(recorder, medium, 3);
    await recorder.write(session);
    check(await readsBack(recorder, 3, session.firstBlock, laterBlocks), "the next session is whole");
  } catch (error) {
    const isReason = error instanceof DiscError && error.code.startsWith("E_DISC_");
    check(isReason, `the next session is refused with a reason: ${String(error)}`);
  }
  check(await readsBack(recorder, 1, 0, firstBlocks), "the first session is whole after the next");
}

/**
 * What must hold once a disc was to be blanked or formatted, whatever happened meanwhile: it can be done again, or it is
 * said why not, and then a session can be written.
 *
 * @param again Blanks or formats it.
 */
export async function checkPreparedAfterwards(
  path: string,
  medium: Medium,
  again: (recorder: Recorder) => Promise<unknown>,
  check: (ok: boolean, what: string) => void,
): Promise<void> {
  await using recorder = await openPlainly(path);
  try {
    await again(recorder);
  } catch (error) {
    const isReason = error instanceof DiscError && error.code.startsWith("E_DISC_");
    check(isReason, `doing it again is refused with a reason: ${String(error)}`);
  }
  const { blank, needsRepair, damage } = recorder.state;
  check(blank && !needsRepair, `the disc is blank, damage: ${damage}`);
  await recorder.write(nextSession(recorder, medium, 1));
  check(await readsBack(recorder, 1, 0, firstBlocks), "what is written then is whole");
}
