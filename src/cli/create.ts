import type { TraceRequest } from "../device.js";
import { createDiscOn, mediaTypes, openRecorderOn } from "../device.js";
import type { FileAccess } from "../node.js";
import { blockBytes, dryFileAccess, hasCode, nodeFileAccess } from "../node.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { usageError } from "./usage.js";

const unitBytes: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A number of blocks: as it is, or bytes with a unit of 1,024 (25G), rounded down. @throws {@link DiscError} E_USAGE. */
export function parseCapacity(text: string, option = "--capacity"): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT])?(?:i?B)?$/i.exec(text);
  const [, amount = "", unit] = match ?? [];
  const value =
    unit === undefined ? Number(amount) : Math.floor((Number(amount) * unitBytes[unit.toUpperCase()]!) / blockBytes);
  if (match === null || !Number.isSafeInteger(value) || value < 1) {
    throw usageError(`${option} is "${text}", expected blocks, or bytes with a unit: 2295104, 25G`);
  }
  return value;
}

function mediaOf(text: string | undefined): string {
  if (text === undefined) throw usageError(`create: --media is missing: ${mediaTypes.join(", ")}`);
  if (mediaTypes.includes(text)) return text;
  throw usageError(`--media is "${text}", expected ${mediaTypes.join(", ")}`);
}

/** `discsmith create`. */
export async function create({ arguments: words, options, output, reporter, trace }: CommandContext): Promise<number> {
  const [disc = ""] = words;
  const media = mediaOf(options.text("media"));
  const capacity = options.text("capacity");
  const capacityBlocks = capacity === undefined ? undefined : parseCapacity(capacity);
  const dryRun = options.has("dry-run");
  const files = dryRun ? dryFileAccess(nodeFileAccess) : nodeFileAccess;
  await createDiscOn(files, disc, { media, capacityBlocks, force: options.has("force") });
  const made = await capacityOf(files, disc, trace);
  if (options.has("json"))
    await output.json({ disc, media, capacityBlocks: made, dryRun, warnings: reporter.takeWarnings() });
  else if (dryRun) await output.line(`would make a blank ${media} of ${made} blocks`);
  else reporter.note(`${disc}: a blank ${media} of ${made} blocks`);
  return exitCodes.done;
}

async function capacityOf(files: FileAccess, disc: string, trace: TraceRequest | undefined): Promise<number | null> {
  try {
    await using recorder = await openRecorderOn(files, disc, { trace });
    return recorder.state.capacityBlocks;
  } catch (error) {
    // The smallest discs hold nothing; they were made nevertheless.
    if (!hasCode(error, "E_COMMAND_FAILED")) throw error;
    return null;
  }
}
