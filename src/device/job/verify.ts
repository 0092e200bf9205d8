import { DiscError, hasCode, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes } from "../../units.js";
import type { DiscSnapshot } from "../state/snapshot.js";
import type { WrittenStretch } from "./written-blocks.js";
import { blocksChecksum } from "./written-blocks.js";

/**
 * What is read back of what was written: nothing; whether disc and track are what they should be, and a sample of
 * blocks; or every block. IMAPI2 `IMAPI_BURN_VERIFICATION_LEVEL`.
 */
export type VerificationLevel = "none" | "quick" | "full";

/** Stretches that are read of a session, at most, where it is looked at quickly. */
const sampleStretches = 32;

/** What a session has to be found as. */
export interface ExpectedSession {
  readonly firstBlock: number;
  readonly blocks: number;
  readonly finalised: boolean;
}

/**
 * Makes sure that a drive tells of the session what was written.
 *
 * @throws {@link DiscError} E_DAMAGED where it doesn't.
 */
export function verifyState(device: string, snapshot: DiscSnapshot, expected: ExpectedSession): void {
  if (snapshot.overwritable) return;
  const { firstBlock, blocks, finalised } = expected;
  const session = snapshot.sessions.findLast(({ startLba }) => startLba === firstBlock);
  const what =
    session === undefined
      ? `the drive tells of no session at block ${firstBlock}`
      : session.state !== "complete"
        ? `session ${session.number} is ${session.state}`
        : session.blocks < blocks
          ? `session ${session.number} has ${session.blocks} of ${blocks} blocks`
          : finalised && !snapshot.finalised
            ? "the disc is not finalised"
            : undefined;
  if (what !== undefined) throw new DiscError("E_DAMAGED", `${device}: verifying: ${what}`, { what, lba: firstBlock });
}

/** How blocks are compared. */
export interface CompareOptions {
  readonly signal: AbortSignal | undefined;
  readonly onBlocks: (doneBlocks: number, totalBlocks: number) => void;
}

/**
 * Reads blocks back and compares them with what was sent.
 *
 * @throws {@link DiscError} E_DIFFERENT; E_DAMAGED where blocks cannot be read; E_CANCELLED.
 */
export async function compareBlocks(
  device: string,
  source: BlockSource,
  written: readonly WrittenStretch[],
  level: Exclude<VerificationLevel, "none">,
  { signal, onBlocks }: CompareOptions,
): Promise<void> {
  const compared = level === "full" ? written : sampleOf(written);
  const total = compared.reduce((sum, { blocks }) => sum + blocks, 0);
  const wrong: WrittenStretch[] = [];
  let done = 0;
  for (const stretch of compared) {
    throwIfCancelled(signal, "verifying");
    const data = await readBack(device, source, stretch, signal);
    if (blocksChecksum(data) !== stretch.checksum) wrong.push(stretch);
    done += stretch.blocks;
    onBlocks(done, total);
  }
  const [first] = wrong;
  if (first === undefined) return;
  const place = `blocks ${first.lba} to ${first.lba + first.blocks - 1}`;
  const message = `${device}: verifying: ${place} are not what was written, and ${wrong.length - 1} more such stretches`;
  throw new DiscError("E_DIFFERENT", message, { differences: wrong.length });
}

/** The first and the last, and others at equal distances. */
function sampleOf(written: readonly WrittenStretch[]): readonly WrittenStretch[] {
  if (written.length <= sampleStretches) return written;
  const distance = (written.length - 1) / (sampleStretches - 1);
  return Array.from({ length: sampleStretches }, (_unused, index) => written[Math.round(index * distance)]!);
}

async function readBack(
  device: string,
  source: BlockSource,
  { lba, blocks }: WrittenStretch,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const data = new Uint8Array(blocks * blockBytes);
  try {
    await source.read(lba, blocks, data, signal);
  } catch (cause) {
    if (!hasCode(cause, "E_READ_FAILED")) throw cause;
    const what = `blocks ${lba} to ${lba + blocks - 1} cannot be read back`;
    throw new DiscError("E_DAMAGED", `${device}: verifying: ${what}`, { what, lba }, { cause });
  }
  return data;
}
