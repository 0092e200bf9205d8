import { appendTo } from "../node.js";
import type { CommandContext } from "./command.js";
import { exitCodeOfLosses } from "./losses.js";
import { requireTarget } from "./opened-disc.js";
import { printSession, sessionOptionsOf } from "./session-result.js";
import { usageError } from "./usage.js";

/** `discsmith revert`. */
export async function revert(context: CommandContext): Promise<number> {
  const [disc = ""] = context.arguments;
  const session = context.options.number("session", Number.MIN_SAFE_INTEGER);
  if (session === undefined) throw usageError("revert: --session is missing: which session is to be current again");
  const options = sessionOptionsOf(context);
  await requireTarget(disc, options.media, options.force === true);
  const report = await appendTo(disc, {}, { ...options, session });
  await printSession(context, report);
  return exitCodeOfLosses(context.reporter.warnings, report.fileSystems);
}
