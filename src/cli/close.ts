import type { CommandContext } from "./command.js";
import { runDiscTask } from "./disc-task.js";

/** `discsmith close`. */
export async function close(context: CommandContext): Promise<number> {
  return await runDiscTask(context, {
    done: "finalised",
    consequence: "nothing can be added to the disc afterwards",
    plan: (recorder) => recorder.planClose(),
    run: (recorder, options) => recorder.close(options),
  });
}
