import type { PlanStep, Recorder, RecorderTaskOptions } from "../device.js";
import { openRecorderOn } from "../device.js";
import { dryFileAccess, nodeFileAccess } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { confirmChange } from "./confirm.js";
import { exitCodes } from "./exit-codes.js";
import { requireWritable } from "./opened-disc.js";

/** Something that is done to a disc as a whole. */
export interface DiscTask {
  /** What it was like: "blanked". */
  readonly done: string;
  /** What becomes of the disc, for the question before it; `undefined` where nothing is lost. */
  readonly consequence: string | undefined;
  plan(recorder: Recorder): readonly PlanStep[];
  run(recorder: Recorder, options: RecorderTaskOptions): Promise<void>;
}

/** Does a task, or, with --dry-run, says what it would do. */
export async function runDiscTask(context: CommandContext, task: DiscTask): Promise<number> {
  const { options, output, reporter } = context;
  const [disc = ""] = context.arguments;
  const force = options.has("force");
  const dryRun = options.has("dry-run");
  await requireWritable(disc, undefined, force);
  const files = dryRun ? dryFileAccess(nodeFileAccess) : nodeFileAccess;
  await using recorder = await openRecorderOn(files, disc, { force, trace: context.trace, readOnly: dryRun });
  await confirmChange(context, recorder, task.consequence);
  const steps = task.plan(recorder);
  if (!dryRun) await task.run(recorder, taskOptions(context));
  const { media, state, blank, capacityBlocks, freeBlocks } = recorder.state;
  const descriptions = steps.map(({ description }) => description);
  if (options.has("json")) {
    const warnings = reporter.takeWarnings();
    const after = { media, state, blank, capacityBlocks, freeBlocks };
    await output.json({ disc, dryRun, ...after, steps: descriptions, warnings });
  } else if (dryRun) {
    await output.line(`would do with ${disc}, a ${media}:`);
    for (const description of descriptions) await output.line(`  ${description}`);
  } else {
    reporter.note(`${disc}: ${task.done}; ${freeBlocks} blocks are free`);
  }
  return exitCodes.done;
}
