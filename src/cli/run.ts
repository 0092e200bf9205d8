import type { Readable, Writable } from "node:stream";
import type { TraceRequest } from "../device.js";
import { traceOfEnvironment } from "../device.js";
import { DiscError } from "../node.js";
import { append } from "./append.js";
import { blank } from "./blank.js";
import { boot } from "./boot.js";
import { build } from "./build.js";
import { burn } from "./burn.js";
import { cat } from "./cat.js";
import { close } from "./close.js";
import type { Command } from "./command.js";
import { completion } from "./completion.js";
import { create } from "./create.js";
import { diff } from "./diff.js";
import { drives } from "./drives.js";
import { dump } from "./dump.js";
import { exitCodeOf, exitCodes } from "./exit-codes.js";
import { extract } from "./extract.js";
import { format } from "./format.js";
import { commandHelp, help, version } from "./help.js";
import { info, sessions } from "./info.js";
import { installNames } from "./install-names.js";
import { list } from "./list.js";
import { mkisofsCommand, mkisofsPrograms } from "./mkisofs/command.js";
import { withOptionSpellings } from "./option-spellings.js";
import { Output, OutputClosed } from "./output.js";
import { commandByName, parseCommand, rawCommand } from "./parse.js";
import { patch } from "./patch.js";
import { rebuild } from "./rebuild.js";
import { Reporter } from "./reporter.js";
import { revert } from "./revert.js";
import { serve } from "./serve.js";
import { speed } from "./speed.js";
import { trace } from "./trace.js";
import { eject, load } from "./tray.js";
import { update } from "./update.js";
import { usageError } from "./usage.js";
import { verify } from "./verify.js";
import { write } from "./write.js";

const commands: Readonly<Record<string, Command>> = {
  build,
  create,
  info,
  sessions,
  boot,
  write,
  append,
  update,
  revert,
  rebuild,
  patch,
  burn,
  drives,
  close,
  blank,
  format,
  eject,
  load,
  speed,
  list,
  cat,
  extract,
  verify,
  diff,
  dump,
  trace,
  serve,
  ...Object.fromEntries([...mkisofsPrograms.keys()].map((name) => [name, mkisofsCommand(name)])),
  "install-names": installNames,
  completion,
  help,
  version,
};

/** What a command line runs in. */
export interface Surroundings {
  readonly input: Readable;
  readonly output: Writable;
  readonly messages: Writable & { readonly isTTY?: boolean };
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** How what is said to drives is recorded; without it, the environment says. */
  readonly trace?: TraceRequest;
}

/** The first word, as a command's name: "--help" and "--version" are known by that spelling, too. */
function firstWord(words: readonly string[]): string {
  const [first] = words;
  if (first === undefined) throw usageError("a command is missing; discsmith help lists them");
  const others: Readonly<Record<string, string>> = {
    "--help": "help",
    "-h": "help",
    "--version": "version",
    "-V": "version",
  };
  return others[first] ?? first;
}

async function runCommand(
  words: readonly string[],
  surroundings: Surroundings,
  output: Output,
  reporter: Reporter,
): Promise<number> {
  const row = commandByName(firstWord(words));
  const given = words.slice(1);
  const { arguments: positionals, options } = row.raw === true ? rawCommand(row, given) : parseCommand(row, given);
  if (options.has("help")) {
    await output.line(commandHelp(row));
    return exitCodes.done;
  }
  const { input, signal, environment } = surroundings;
  return await commands[row.name]!({
    arguments: positionals,
    options,
    output,
    reporter,
    input,
    signal,
    environment,
    trace: surroundings.trace ?? traceOfEnvironment(environment, reporter.onWarning),
    runOther: (others, asked) => run(others, { ...surroundings, trace: asked }),
  });
}

/**
 * Runs a command line.
 *
 * @param words Without the program's name.
 * @returns The exit code.
 */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { output: stream, messages, environment, signal } = surroundings;
  const end = words.indexOf("--");
  const isOther = mkisofsPrograms.has(words[0] ?? "");
  const isJson =
    !isOther && (end < 0 ? words : words.slice(0, end)).some((word) => word === "--json" || word === "--ndjson");
  const reporter = new Reporter(messages, environment, isJson);
  const output = new Output(stream);
  try {
    const code = await runCommand(words, surroundings, output, reporter);
    await output.flush();
    reporter.finish();
    return code;
  } catch (error) {
    // Whoever reads the output has seen enough.
    if (error instanceof OutputClosed) return exitCodes.done;
    const shown = signal.aborted && !(error instanceof DiscError) ? cancelled(error) : error;
    reporter.error(isOther ? shown : withOptionSpellings(shown));
    reporter.finish();
    return signal.aborted && exitCodeOf(shown) === exitCodes.failed ? exitCodes.interrupted : exitCodeOf(shown);
  }
}

function cancelled(cause: unknown): DiscError<"E_CANCELLED"> {
  return new DiscError("E_CANCELLED", "cancelled", { doing: "working" }, { cause });
}
