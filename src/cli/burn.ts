import type { Readable } from "node:stream";
import type { Recorder } from "../device.js";
import { openRecorderOn } from "../device.js";
import type { SessionData } from "../node.js";
import { DiscError, dryFileAccess, FileSource, nodeFileAccess, readyMadeImage, streamedImage } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { confirmChange, consequenceOfWriting } from "./confirm.js";
import { deviceOptionsOf, writeOptionsOf } from "./device-options.js";
import { exitCodes } from "./exit-codes.js";
import { requireDisc, requireWritable } from "./opened-disc.js";
import { usageError } from "./usage.js";

/** The address of the next block, once the disc can take a session. */
async function prepare(recorder: Recorder, context: CommandContext): Promise<number> {
  const { name: device, state } = recorder;
  if (state.state === "complete")
    throw new DiscError("E_DISC_FINALISED", `${device}: the disc is finalised`, { device });
  await confirmChange(context, recorder, consequenceOfWriting(context, recorder));
  if (state.needsRepair) {
    context.reporter.note(`${device}: the last session was cut off; it is closed first`);
    await recorder.repair(taskOptions(context));
  }
  const { nextWritableAddress } = recorder.state;
  if (nextWritableAddress !== null) return nextWritableAddress;
  const reason = "the drive names no next writable address";
  throw new DiscError("E_DISC_READ_ONLY", `${device}: ${reason}`, { device, reason });
}

async function streamed(input: Readable, firstBlock: number, context: CommandContext): Promise<SessionData> {
  const blocks = context.options.number("blocks", 1);
  if (blocks === undefined) throw usageError("burn: an image from standard input needs --blocks");
  return await streamedImage(input, blocks, firstBlock, context.signal);
}

async function burnSession(
  recorder: Recorder,
  firstBlock: number,
  session: SessionData,
  context: CommandContext,
): Promise<void> {
  const { options, output, reporter } = context;
  const { verify, ...writing } = writeOptionsOf(context);
  const { close = false } = writing;
  const dryRun = options.has("dry-run");
  const steps = recorder.planWrite(session, writing);
  const number = (recorder.state.sessions.at(-1)?.number ?? 0) + 1;
  if (!dryRun) await recorder.write(session, { ...taskOptions(context), ...writing, verify });
  const { name: disc, state } = recorder;
  const { media, freeBlocks } = state;
  const { blocks } = session;
  const descriptions = steps.map(({ description }) => description);
  const warnings = reporter.takeWarnings();
  const what = `session ${number} of ${disc}: ${blocks} blocks from block ${firstBlock} on`;
  if (options.has("json")) {
    const result = { disc, media, dryRun, session: number, start: firstBlock, blocks, freeBlocks, closed: close };
    await output.json({ ...result, steps: descriptions, warnings });
  } else if (dryRun) {
    await output.line(`would write ${what}; ${freeBlocks} blocks are free`);
    for (const description of descriptions) await output.line(`  ${description}`);
  } else reporter.note(`${what}; ${close ? "the disc is finalised" : `${freeBlocks} blocks are free`}`);
}

/** `discsmith burn`. */
export async function burn(context: CommandContext): Promise<number> {
  const [disc = "", image = ""] = context.arguments;
  const device = deviceOptionsOf(context);
  await requireWritable(disc, device.media, device.force === true);
  if (image !== "-") await requireDisc(image);
  const files = context.options.has("dry-run") ? dryFileAccess(nodeFileAccess) : nodeFileAccess;
  await using recorder = await openRecorderOn(files, disc, { ...device, readOnly: context.options.has("dry-run") });
  const firstBlock = await prepare(recorder, context);
  if (image === "-") {
    await burnSession(recorder, firstBlock, await streamed(context.input, firstBlock, context), context);
    return exitCodes.done;
  }
  await using handle = await nodeFileAccess.open(image, "read");
  const source = new FileSource(handle, await handle.size());
  const session = await readyMadeImage(source, firstBlock, image, context.signal);
  await burnSession(recorder, firstBlock, session, context);
  return exitCodes.done;
}
