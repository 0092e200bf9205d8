import type { FormatOptions } from "../device.js";
import type { CommandContext } from "./command.js";
import { parseCapacity } from "./create.js";
import { runDiscTask } from "./disc-task.js";

function spareOf(text: string | undefined): FormatOptions["spare"] {
  if (text === undefined || text === "none" || text === "default") return text;
  return parseCapacity(text, "--spare");
}

/** `discsmith format`. */
export async function format(context: CommandContext): Promise<number> {
  const { options } = context;
  const wanted: FormatOptions = {
    type: options.text("type") as FormatOptions["type"],
    spare: spareOf(options.text("spare")),
    pseudoOverwrite: options.has("pseudo-overwrite") ? true : undefined,
  };
  return await runDiscTask(context, {
    done: "formatted",
    consequence: "everything on the disc is lost",
    plan: (recorder) => recorder.planFormat(wanted),
    run: (recorder, task) => recorder.format({ ...task, ...wanted }),
  });
}
