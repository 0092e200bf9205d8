import { buildImage } from "../node.js";
import { bootPresetOf, openBootLike } from "./boot-options.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { filmPresetOf, imageOptionsOf } from "./image-options.js";
import { imageTargetOf, putImage } from "./image-output.js";
import { exitCodeOfLosses } from "./losses.js";
import { attributeRulesOf, hiddenPlacesOf, sortWeightsOf, sourceOptionsOf } from "./source-options.js";
import { parseSources } from "./sources.js";
import { zisofsOptionsOf } from "./zisofs-options.js";

/** `discsmith build`. */
export async function build(context: CommandContext): Promise<number> {
  const { options, reporter } = context;
  const imageOptions = imageOptionsOf(context);
  const target = await imageTargetOf(context, "build");
  const sources = await parseSources(context.arguments);
  const bootPreset = await bootPresetOf(context);
  await using like = await openBootLike(context);
  const made = await buildImage(sources, {
    ...imageOptions,
    ...taskOptions(context),
    ...sourceOptionsOf(context),
    at: options.text("at"),
    attributes: attributeRulesOf(context),
    hide: hiddenPlacesOf(context),
    sortWeights: sortWeightsOf(context),
    bootPreset,
    zisofs: zisofsOptionsOf(context),
    filmPreset: filmPresetOf(options),
    onNote: reporter.note,
    bootLike: like?.source,
  });
  await putImage(context, made, target);
  return exitCodeOfLosses(reporter.warnings, made.fileSystems);
}
