import { isEmulatedDisc } from "../device.js";
import { requireReplaceable } from "../host/path-kind.js";
import type { BuiltImage } from "../node.js";
import { blockBytes, buildImage, DiscError, writeImageFile } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { imageOptionsOf } from "./image-options.js";
import { exitCodeOfLosses } from "./losses.js";
import { OutputClosed } from "./output.js";
import { parseSources } from "./sources.js";
import { usageError } from "./usage.js";

/** Refuses a target before anything is read. */
async function checkTarget(path: string, force: boolean): Promise<void> {
  if ((await requireReplaceable(path)) && !force) {
    throw new DiscError("E_TARGET_EXISTS", `"${path}" is already there`, { path });
  }
  if (!(await isEmulatedDisc(path))) return;
  const message = `"${path}" is an emulated disc, which no image takes the place of`;
  throw new DiscError("E_TARGET_EXISTS", message, { path });
}

async function writeToOutput({ image }: BuiltImage, context: CommandContext): Promise<void> {
  try {
    for await (const chunk of image.chunks(taskOptions(context))) await context.output.write(chunk);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
    const detail = { path: "-", operation: "write", errno: "EPIPE" };
    throw new DiscError("E_HOST", "standard output was closed before the image was written", detail, { cause: error });
  }
}

function resultOf(output: string | undefined, { image, files, directories }: BuiltImage, dryRun: boolean): object {
  const { blocks, firstBlock: start } = image;
  return { image: output ?? null, dryRun, files, directories, start, blocks, bytes: blocks * blockBytes };
}

/** `discsmith build`. */
export async function build(context: CommandContext): Promise<number> {
  const { options, output, reporter } = context;
  const target = options.text("output");
  const dryRun = options.has("dry-run");
  const json = options.has("json");
  const force = options.has("force");
  if (target === undefined && !dryRun) throw usageError("build: --output is missing; - is standard output");
  const imageOptions = imageOptionsOf(context);
  const toFile = target !== undefined && target !== "-";
  if (toFile) await checkTarget(target, force);
  const sources = await parseSources(context.arguments);
  const built = await buildImage(sources, { ...imageOptions, ...taskOptions(context), at: options.text("at") });
  if (!dryRun && toFile) await writeImageFile(built.image, target, { ...taskOptions(context), force });
  else if (!dryRun) await writeToOutput(built, context);
  const { image, files, directories } = built;
  const size = `${files} files, ${directories} directories, ${image.blocks} blocks (${image.blocks * blockBytes} bytes)`;
  const summary = dryRun ? `would write ${size}, start at block 0` : `${target}: ${size}`;
  if (json && (dryRun || toFile)) {
    const result = resultOf(target, built, dryRun);
    await output.json({ ...result, hidden: [], freeBlocks: null, warnings: reporter.takeWarnings() });
  } else if (dryRun) await output.line(summary);
  else reporter.note(summary);
  return exitCodeOfLosses(reporter.warnings, imageOptions.fileSystems);
}
