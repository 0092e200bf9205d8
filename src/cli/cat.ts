import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { openDisc, openTree } from "./opened-disc.js";
import { readingOptionsOf } from "./reading.js";

/** `discsmith cat`. */
export async function cat(context: CommandContext): Promise<number> {
  const { arguments: words, output, signal } = context;
  const [path = "", ...items] = words;
  await using disc = await openDisc(path, context);
  const image = await openTree(disc, readingOptionsOf(context));
  for (const item of items) {
    for await (const piece of image.read(item, { signal })) await output.write(piece);
  }
  return exitCodes.done;
}
