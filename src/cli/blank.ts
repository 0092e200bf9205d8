import type { BlankOptions } from "../device.js";
import type { CommandContext } from "./command.js";
import { runDiscTask } from "./disc-task.js";

/** `discsmith blank`. */
export async function blank(context: CommandContext): Promise<number> {
  const type = context.options.text("type") as BlankOptions["type"];
  return await runDiscTask(context, {
    done: "blanked",
    consequence: "everything on the disc is lost",
    plan: (recorder) => recorder.planBlank({ type }),
    run: (recorder, options) => recorder.blank({ ...options, type }),
  });
}
