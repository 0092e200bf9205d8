import { createInterface } from "node:readline/promises";
import type { RecorderState } from "../device.js";
import { mediaTypes } from "../device.js";
import type { AppendOptions, SessionReport } from "../node.js";
import { DiscError } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { imageOptionsOf } from "./image-options.js";
import { usageError } from "./usage.js";

/** What the options ask of a session. */
export function sessionOptionsOf(context: CommandContext): AppendOptions {
  const { options, reporter } = context;
  return {
    ...imageOptionsOf(context),
    ...taskOptions(context),
    ...deviceOptionsOf(context),
    close: options.has("close"),
    dryRun: options.has("dry-run"),
    onNote: reporter.note,
    confirm: (state) => confirmFinalising(context, state),
  };
}

/** How the options take the disc. @throws {@link DiscError} E_USAGE. */
export function deviceOptionsOf({
  options,
  trace,
}: CommandContext): Pick<AppendOptions, "media" | "trace"> & { readonly force: boolean } {
  const media = options.text("media");
  if (media !== undefined && !mediaTypes.includes(media)) {
    throw usageError(`--media is "${media}", expected ${mediaTypes.join(", ")}`);
  }
  return { media, trace, force: options.has("force") };
}

/** Asks before a real disc is finalised, and refuses where nobody can be asked. */
export async function confirmFinalising(context: CommandContext, { kind }: RecorderState): Promise<void> {
  const { options, signal } = context;
  if (!options.has("close") || kind !== "drive" || options.has("yes") || options.has("dry-run")) return;
  if (process.stdin.isTTY !== true) throw usageError("finalising a real disc needs --yes where nobody can be asked");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question("Nothing can be added to a finalised disc. Finalise it? [y/N] ", { signal });
    if (!/^y(es)?$/i.test(answer.trim())) {
      throw new DiscError("E_CANCELLED", "cancelled: the disc is not to be finalised", { doing: "asking" });
    }
  } finally {
    asking.close();
  }
}

/** Says what was, or would be, written. */
export async function printSession(
  { options, output, reporter }: CommandContext,
  report: SessionReport,
): Promise<void> {
  if (options.has("json")) {
    const { steps, ...members } = report;
    const descriptions = steps.map(({ description }) => description);
    await output.json({ ...members, steps: descriptions, warnings: reporter.takeWarnings() });
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
