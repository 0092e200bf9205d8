import type { Readable } from "node:stream";
import type { TraceRequest } from "../device.js";
import type { OpenOptions, TaskOptions } from "../node.js";
import type { Output } from "./output.js";
import type { OptionValues } from "./parse.js";
import type { Reporter } from "./reporter.js";

/** What a command works with. */
export interface CommandContext {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly output: Output;
  readonly reporter: Reporter;
  readonly input: Readable;
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
  /** How what is said to drives is recorded: to be handed on to whatever opens one. */
  readonly trace: TraceRequest | undefined;
  /** Runs another command line, and gives its exit code; errors are reported. */
  readonly runOther: (words: readonly string[], trace: TraceRequest) => Promise<number>;
}

/** Does a command and gives the exit code. */
export type Command = (context: CommandContext) => Promise<number>;

/** How something long is watched and stopped. */
export function taskOptions({ reporter, signal }: CommandContext): TaskOptions & Pick<OpenOptions, "onWarning"> {
  return { signal, onProgress: reporter.onProgress, onWarning: reporter.onWarning };
}
