import type { FileSystemName } from "../node.js";
import { rebuildImage } from "../node.js";
import { bootPresetOf } from "./boot-options.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { filmPresetOf, imageOptionsOf, importCharsetOf } from "./image-options.js";
import { imageTargetOf, putImage } from "./image-output.js";
import { exitCodeOfLosses } from "./losses.js";
import { openDisc, requireRecorded } from "./opened-disc.js";
import { sessionChoiceOf } from "./reading.js";
import { sourceOptionsOf } from "./source-options.js";
import { parseMove, parseSources } from "./sources.js";
import { zisofsOptionsOf } from "./zisofs-options.js";

/** `discsmith rebuild`. */
export async function rebuild(context: CommandContext): Promise<number> {
  const { options, reporter } = context;
  const [path = "", ...words] = context.arguments;
  const imageOptions = imageOptionsOf(context);
  const choice = sessionChoiceOf(context);
  const target = await imageTargetOf(context, "rebuild");
  const changes = {
    remove: options.texts("remove"),
    move: options.texts("move").map(parseMove),
    sources: await parseSources(words),
    at: options.text("at"),
    ...sourceOptionsOf(context),
  };
  const bootPreset = await bootPresetOf(context);
  const filmPreset = filmPresetOf(options);
  const { note: onNote } = reporter;
  await using disc = await openDisc(path, context);
  requireRecorded(disc);
  const importFrom = options.text("import-fs") as FileSystemName | undefined;
  const rebuilding = {
    ...imageOptions,
    ...taskOptions(context),
    ...choice,
    importFrom,
    importCharset: importCharsetOf(context),
    bootPreset,
    zisofs: zisofsOptionsOf(context),
    filmPreset,
    onNote,
  };
  const made = await rebuildImage(disc.source, changes, rebuilding);
  await putImage(context, made, target);
  return exitCodeOfLosses(reporter.warnings, made.fileSystems);
}
