/** Where the commands that make images put them. */
import { isEmulatedDisc } from "../device.js";
import { requireReplaceable } from "../host/path-kind.js";
import type { SessionImage } from "../node.js";
import { blockBytes, DiscError, writeImageFile } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { OutputClosed } from "./output.js";
import { usageError } from "./usage.js";

/** Where an image goes; `undefined` in a dry run that names no place. */
export type ImageTarget = string | undefined;

/** An image and what is in it. */
export interface MadeImage {
  readonly image: SessionImage;
  readonly files: number;
  readonly directories: number;
}

/**
 * The place that --output names, refused before anything is read where no image can go there.
 *
 * @throws {@link DiscError} E_USAGE, E_TARGET_EXISTS, E_HOST.
 */
export async function imageTargetOf({ options }: CommandContext, command: string): Promise<ImageTarget> {
  const target = options.text("output");
  if (target === undefined && !options.has("dry-run")) {
    throw usageError(`${command}: --output is missing; - is standard output`);
  }
  if (target !== undefined) await requireImageTarget(target, options.has("force"));
  return target;
}

/**
 * Refuses a place that no image can go to.
 *
 * @throws {@link DiscError} E_TARGET_EXISTS, E_HOST.
 */
export async function requireImageTarget(target: string, force: boolean): Promise<void> {
  if (target === "-") return;
  if ((await requireReplaceable(target)) && !force) {
    throw new DiscError("E_TARGET_EXISTS", `"${target}" is already there`, { path: target });
  }
  if (!(await isEmulatedDisc(target))) return;
  const message = `"${target}" is an emulated disc, which no image takes the place of`;
  throw new DiscError("E_TARGET_EXISTS", message, { path: target });
}

async function writeToOutput(image: SessionImage, context: CommandContext): Promise<void> {
  try {
    for await (const chunk of image.chunks(taskOptions(context))) await context.output.write(chunk);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
    const detail = { path: "-", operation: "write", errno: "EPIPE" };
    throw new DiscError("E_HOST", "standard output was closed before the image was written", detail, { cause: error });
  }
}

/** Writes an image; "-" is standard output. @throws {@link DiscError} as `writeImageFile`. */
export async function writeImage(
  context: CommandContext,
  image: SessionImage,
  target: string,
  force: boolean,
): Promise<void> {
  if (target === "-") await writeToOutput(image, context);
  else await writeImageFile(image, target, { ...taskOptions(context), force });
}

/** Writes an image, or in a dry run does not, and says so. @throws {@link DiscError} as `writeImageFile`. */
export async function putImage(context: CommandContext, made: MadeImage, target: ImageTarget): Promise<void> {
  const { options, output, reporter } = context;
  const { image, files, directories } = made;
  const dryRun = options.has("dry-run");
  const isFile = target !== undefined && target !== "-";
  if (!dryRun) await writeImage(context, image, target ?? "-", options.has("force"));
  const { blocks, firstBlock: start } = image;
  const bytes = blocks * blockBytes;
  if (options.has("json") && (dryRun || isFile)) {
    const result = { image: target ?? null, dryRun, files, directories, start, blocks, bytes };
    await output.json({ ...result, hidden: [], freeBlocks: null, warnings: reporter.takeWarnings() });
    return;
  }
  const size = `${files} files, ${directories} directories, ${blocks} blocks (${bytes} bytes)`;
  if (dryRun) await output.line(`would write ${size}, start at block 0`);
  else reporter.note(`${target}: ${size}`);
}
