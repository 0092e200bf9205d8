import type { PatchedFile, PatchReport, PatchSource } from "../node.js";
import { patchImage, revertPatch, undoPathOf } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { requireDisc } from "./opened-disc.js";
import { sessionNumberOf, treeOptionsOf } from "./reading.js";
import { splitAtEquals } from "./sources.js";
import { usageError } from "./usage.js";

/** Understands TARGET=PATH. @throws {@link DiscError} E_USAGE. */
function sourceOf(word: string): PatchSource {
  const split = splitAtEquals(word);
  if (split === undefined || split[0] === "" || split[1] === "") {
    throw usageError(`patch: "${word}", expected TARGET=PATH; a plain "=" is written "\\="`);
  }
  const [target, source] = split;
  return { target, source };
}

/** The other names that change with a file. */
function otherNames({ path, names }: PatchedFile): string[] {
  return [...new Set(names.map((name) => name.path))].filter((name) => name.toLowerCase() !== path.toLowerCase());
}

function fileLine(file: PatchedFile): string {
  const { path, oldBytes, newBytes, limitBytes, isTold } = file;
  const told = isTold ? "; its boot information is made again" : "";
  const others = otherNames(file);
  const also = others.length > 0 ? `; also named ${others.join(", ")}` : "";
  return `${path}: ${newBytes} bytes instead of ${oldBytes}, ${limitBytes} have room${told}${also}`;
}

async function print({ options, output, reporter }: CommandContext, report: PatchReport): Promise<void> {
  if (options.has("json")) return await output.json({ ...report, warnings: reporter.takeWarnings() });
  const { image, files, ranges, bytes, dryRun, undo } = report;
  const changed = `${bytes} bytes in ${ranges.length} places`;
  if (!dryRun) {
    for (const file of files) reporter.note(fileLine(file));
    reporter.note(`${image}: ${changed} written; ${undo === null ? "nothing is saved" : `${undo} takes it back`}`);
    return;
  }
  await output.line(`would change ${changed} of ${image}`);
  for (const file of files) await output.line(`  ${fileLine(file)}`);
  for (const { offsetBytes, bytes: length, kind } of ranges) {
    await output.line(`  ${kind}: ${length} bytes from byte ${offsetBytes} on`);
  }
}

/** Takes a patch back. */
async function revert(context: CommandContext, image: string): Promise<number> {
  const { options, output, reporter } = context;
  const { signal, onProgress } = taskOptions(context);
  const dryRun = options.has("dry-run");
  const report = await revertPatch(image, options.text("undo") ?? undoPathOf(image), { signal, onProgress, dryRun });
  const { bytes, ranges, wasReverted, undo } = report;
  const what = wasReverted
    ? `${image}: it is as it was before the patch`
    : `${image}: ${bytes} bytes in ${ranges.length} places ${dryRun ? "would be" : "are"} put back from ${undo}`;
  if (options.has("json")) await output.json({ ...report, warnings: reporter.takeWarnings() });
  else if (dryRun) await output.line(what);
  else reporter.note(what);
  return exitCodes.done;
}

/** `discsmith patch`. */
export async function patch(context: CommandContext): Promise<number> {
  const { arguments: words, options } = context;
  const [image = "", ...changes] = words;
  if (options.has("revert") && changes.length > 0) throw usageError("patch: --revert takes no TARGET=PATH");
  if (!options.has("revert") && changes.length === 0) throw usageError("patch: TARGET=PATH is missing");
  const sources = changes.map(sourceOf);
  await requireDisc(image);
  if (options.has("revert")) return await revert(context, image);
  const report = await patchImage(image, sources, {
    ...sessionNumberOf(context),
    ...taskOptions(context),
    ...treeOptionsOf(context),
    allSessions: options.has("all-sessions"),
    undo: options.text("undo"),
    dryRun: options.has("dry-run"),
  });
  await print(context, report);
  return exitCodes.done;
}
