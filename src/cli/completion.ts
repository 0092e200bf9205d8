import type { CommandContext } from "./command.js";
import { completionScripts } from "./completion-scripts.js";
import { exitCodes } from "./exit-codes.js";
import { usageError } from "./usage.js";

/** `discsmith completion`. */
export async function completion({ arguments: words, output }: CommandContext): Promise<number> {
  const [shell = ""] = words;
  const script = completionScripts[shell];
  if (script === undefined) throw usageError(`completion: the shell is "${shell}", expected bash, zsh or fish`);
  await output.line(script().trimEnd());
  return exitCodes.done;
}
