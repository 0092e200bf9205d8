import type { AppendOptions, SessionReport } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { confirmChange, consequenceOfWriting } from "./confirm.js";
import { deviceOptionsOf, writeOptionsOf } from "./device-options.js";
import { imageOptionsOf } from "./image-options.js";

/** What the options ask of a session. */
export function sessionOptionsOf(context: CommandContext): AppendOptions {
  const { options, reporter } = context;
  return {
    ...imageOptionsOf(context),
    ...taskOptions(context),
    ...deviceOptionsOf(context),
    ...writeOptionsOf(context),
    dryRun: options.has("dry-run"),
    onNote: reporter.note,
    confirm: (recorder) => confirmChange(context, recorder, consequenceOfWriting(context, recorder)),
  };
}

/** A session as it is told in JSON. */
export function sessionInJson({ steps, ...members }: SessionReport): object {
  return { ...members, steps: steps.map(({ description }) => description) };
}

/** Says what was, or would be, written. */
export async function printSession(
  { options, output, reporter }: CommandContext,
  report: SessionReport,
): Promise<void> {
  if (options.has("json")) {
    await output.json({ ...sessionInJson(report), warnings: reporter.takeWarnings() });
    return;
  }
  const { disc, session, start, blocks, files, directories, freeBlocks, hidden, closed, dryRun } = report;
  const what = `session ${session} of ${disc}: ${files} files, ${directories} directories, ${blocks} blocks from block ${start} on`;
  if (!dryRun) {
    reporter.note(`${what}; ${closed ? "the disc is finalised" : `${freeBlocks} blocks are free`}`);
    return;
  }
  await output.line(`would write ${what}; ${freeBlocks} blocks are free`);
  for (const { description } of report.steps) await output.line(`  ${description}`);
  for (const path of hidden) await output.line(`  hides ${path}`);
}
