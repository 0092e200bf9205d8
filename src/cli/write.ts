import { writeTo } from "../node.js";
import { bootPresetOf } from "./boot-options.js";
import type { CommandContext } from "./command.js";
import { filmPresetOf } from "./image-options.js";
import { exitCodeOfLosses } from "./losses.js";
import { requireTarget } from "./opened-disc.js";
import { printSession, sessionOptionsOf } from "./session-result.js";
import { sourceOptionsOf } from "./source-options.js";
import { parseSources } from "./sources.js";
import { zisofsOptionsOf } from "./zisofs-options.js";

/** `discsmith write`. */
export async function write(context: CommandContext): Promise<number> {
  const [disc = "", ...words] = context.arguments;
  const options = sessionOptionsOf(context);
  await requireTarget(disc, options.media, options.force === true);
  const sources = await parseSources(words);
  const report = await writeTo(disc, sources, {
    ...options,
    ...sourceOptionsOf(context),
    zisofs: zisofsOptionsOf(context),
    at: context.options.text("at"),
    bootPreset: await bootPresetOf(context),
    filmPreset: filmPresetOf(context.options),
  });
  await printSession(context, report);
  return exitCodeOfLosses(context.reporter.warnings, report.fileSystems);
}
