import { DiscError, extractTree } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { openDisc, openTree } from "./opened-disc.js";
import { readingOptionsOf } from "./reading.js";
import { hostAttributesOf } from "./source-options.js";

/** `discsmith extract`. */
export async function extract(context: CommandContext): Promise<number> {
  const { arguments: words, options, output, reporter } = context;
  const [path = "", ...items] = words;
  const owner = options.has("owner");
  if (owner && process.getuid?.() !== 0) {
    const detail = { path: "--owner", operation: "restore owners", errno: "EPERM" };
    throw new DiscError("E_HOST", "--owner: only root can restore owners", detail);
  }
  await using disc = await openDisc(path, context);
  const reading = readingOptionsOf(context);
  const image = await openTree(disc, reading);
  const folder = options.text("directory") ?? ".";
  const report = await extractTree(image, items, folder, {
    ...taskOptions(context),
    onWarning: reading.onWarning,
    overwrite: options.has("overwrite"),
    owner,
    hostAttributes: hostAttributesOf(options),
  });
  const { files, directories, skipped, bytes } = report;
  if (options.has("json")) await output.json({ folder, ...report, warnings: reporter.takeWarnings() });
  else reporter.note(`${folder}: ${files} files, ${directories} directories, ${bytes} bytes`);
  return skipped > 0 ? exitCodes.losses : exitCodes.done;
}
