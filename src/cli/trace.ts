import { realpath } from "node:fs/promises";
import type { TraceRequest } from "../device.js";
import { traceToFile } from "../device.js";
import { hostPath } from "../host/host-path.js";
import { pathKind } from "../host/path-kind.js";
import { DiscError, nodeFileAccess } from "../node.js";
import type { CommandContext } from "./command.js";
import { printTrace } from "./trace-print.js";
import { usageError } from "./usage.js";

/** Whether two paths lead to the same device or file. */
async function isSamePath(one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  try {
    return (await realpath(hostPath(one))) === (await realpath(hostPath(other)));
  } catch {
    // There is nothing at one of them.
    return false;
  }
}

/** Makes room for a trace. @throws {@link DiscError} E_TARGET_EXISTS, E_HOST. */
async function makeRoom(path: string, force: boolean): Promise<void> {
  const kind = await pathKind(path);
  // Pipes and devices take lines as they come.
  if (kind !== "file" && kind !== "folder") return;
  if (!force || kind === "folder") throw new DiscError("E_TARGET_EXISTS", `${path} exists`, { path });
  await nodeFileAccess.remove(path);
}

/** Records what is said to one disc, and hears which files that made. */
function requestFor(disc: string, path: string, files: string[], context: CommandContext): TraceRequest {
  const { options, reporter } = context;
  const request = traceToFile(path, {
    wholeBlocks: options.has("data"),
    serialNumbers: options.has("serial-numbers"),
    // A command may open the disc more than once.
    numbered: true,
    onWarning: reporter.onWarning,
  });
  return {
    ...request,
    async open(device) {
      if (!(await isSamePath(device, disc))) return undefined;
      const sink = await request.open(device);
      if (sink !== undefined) files.push(sink.name);
      return sink;
    },
  };
}

async function record(context: CommandContext): Promise<number> {
  const { arguments: words, options, reporter, runOther } = context;
  const [disc = "", ...command] = words;
  const path = options.text("output");
  if (path === undefined) throw usageError("trace: --output is missing: the file that the trace is written to");
  if (path === "-") throw usageError("trace: standard output is the command's; name a file for the trace");
  if (command[0] === undefined) throw usageError("trace: the command is missing: trace DISC -o FILE -- COMMAND…");
  if (command[0] === "trace") throw usageError("trace: trace cannot be traced");
  await makeRoom(path, options.has("force"));
  const files: string[] = [];
  const code = await runOther(command, requestFor(disc, path, files, context));
  if (files.length > 0) reporter.note(`${files.join(", ")}: what was said to ${disc}`);
  else reporter.note(`${command[0]} did not open ${disc}: there is no trace`);
  return code;
}

/** `discsmith trace`. */
export async function trace(context: CommandContext): Promise<number> {
  return context.options.has("print") ? await printTrace(context) : await record(context);
}
