import type { FileSystemName } from "../node.js";
import { appendTo } from "../node.js";
import type { CommandContext } from "./command.js";
import { importCharsetOf } from "./image-options.js";
import { exitCodeOfLosses } from "./losses.js";
import { requireTarget } from "./opened-disc.js";
import { printSession, sessionOptionsOf } from "./session-result.js";
import { sourceOptionsOf } from "./source-options.js";
import { parseMove, parseSources } from "./sources.js";
import { usageError } from "./usage.js";
import { zisofsOptionsOf } from "./zisofs-options.js";

/** `discsmith append`. */
export async function append(context: CommandContext): Promise<number> {
  const [disc = "", ...words] = context.arguments;
  const importFrom = context.options.text("import-fs") as FileSystemName | undefined;
  const importCharset = importCharsetOf(context);
  const options = { ...sessionOptionsOf(context), importFrom, importCharset, zisofs: zisofsOptionsOf(context) };
  const remove = context.options.texts("remove");
  const move = context.options.texts("move").map(parseMove);
  if (words.length + remove.length + move.length === 0 && !options.close && options.volumeName === undefined) {
    throw usageError("append: nothing to do: no SOURCE, --remove, --move, --volume or --close");
  }
  await requireTarget(disc, options.media, options.force === true);
  const sources = await parseSources(words);
  const changes = { remove, move, sources, at: context.options.text("at"), ...sourceOptionsOf(context) };
  const report = await appendTo(disc, changes, options);
  await printSession(context, report);
  return exitCodeOfLosses(context.reporter.warnings, report.fileSystems);
}
