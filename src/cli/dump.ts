import type { PlacedStructure } from "../node.js";
import {
  charsetByName,
  DiscError,
  dumpBlocks,
  dumpIso,
  dumpPartition,
  dumpUdf,
  hasCode,
  readSessions,
} from "../node.js";
import type { CommandContext } from "./command.js";
import { printStructure } from "./dump-text.js";
import { exitCodes } from "./exit-codes.js";
import type { OpenedDisc } from "./opened-disc.js";
import { openDisc, requireRecorded } from "./opened-disc.js";
import type { Output } from "./output.js";
import { sessionChoiceOf } from "./reading.js";
import { usageError } from "./usage.js";

/** A session's blocks: from the first one, up to the one behind the last. */
interface SessionBlocks {
  readonly startLba: number;
  readonly endLba: number;
}

/** The session that the options name, or the last one in which something was found. */
async function chosenSession(disc: OpenedDisc, context: CommandContext): Promise<SessionBlocks> {
  const { session: wanted, start, scan } = sessionChoiceOf(context);
  const { source } = disc;
  if (start !== undefined) return { startLba: start, endLba: source.blocks };
  const sessions = await readSessions(source, { scan, signal: context.signal });
  const newest = [...sessions].reverse().find(({ fileSystems }) => fileSystems.length > 0) ?? sessions.at(-1);
  const named = wanted === undefined || wanted < 0 ? sessions.at(wanted === undefined ? 0 : wanted - 1) : undefined;
  const found = wanted === undefined ? newest : (named ?? sessions.find(({ number }) => number === wanted));
  if (found === undefined) {
    const last = sessions.at(-1)?.number ?? 0;
    const message = `there is no session ${wanted}; the last one is ${last}`;
    throw new DiscError("E_SESSION_NOT_FOUND", message, { session: wanted ?? 0, sessions: last });
  }
  return { startLba: found.startLba, endLba: found.endLba };
}

/** Whether one of two file systems just does not have what was asked for. */
function isAbsence(error: unknown): error is DiscError {
  return hasCode(error, "E_NO_FILE_SYSTEM") || hasCode(error, "E_ITEM_NOT_FOUND");
}

async function* dumpSession(disc: OpenedDisc, context: CommandContext): AsyncGenerator<PlacedStructure> {
  const { options, signal } = context;
  const { startLba, endLba } = await chosenSession(disc, context);
  const charset = options.text("charset");
  const wanted = {
    path: options.text("path"),
    charset: charset === undefined ? undefined : charsetByName(charset),
    signal,
  };
  const isEither = !options.has("iso") && !options.has("udf");
  const dumps: AsyncGenerator<PlacedStructure>[] = [];
  if (isEither || options.has("iso")) dumps.push(dumpIso(disc.source, startLba, wanted));
  if (isEither || options.has("udf")) dumps.push(dumpUdf(disc.source, startLba, { ...wanted, endLba }));
  const absences: DiscError[] = [];
  for (const structures of dumps) {
    try {
      yield* structures;
    } catch (error) {
      if (!isEither || !isAbsence(error)) throw error;
      absences.push(error);
    }
  }
  // The tables that tell of partitions stand in front of the image alone.
  const hasPartition = (isEither || options.has("iso")) && startLba === 0;
  if (absences.length < dumps.length) {
    if (hasPartition) yield* dumpPartition(disc.source, wanted);
    return;
  }
  throw absences.find((error) => error.code === "E_ITEM_NOT_FOUND") ?? absences[0]!;
}

/** What the options ask for. @throws {@link DiscError} E_USAGE. */
function structuresOf(disc: OpenedDisc, context: CommandContext): AsyncGenerator<PlacedStructure> {
  const { options, signal } = context;
  const at = options.number("at");
  const count = options.number("count");
  if (at === undefined) {
    if (count !== undefined) throw usageError("dump: --count goes with --at");
    return dumpSession(disc, context);
  }
  const others = ["iso", "udf", "path", "session", "start", "scan"].filter((name) => options.has(name));
  if (others.length > 0) throw usageError(`dump: --at names a block by itself: not together with --${others[0]}`);
  if (count === 0) throw usageError("dump: --count is 0, expected a whole number from 1");
  return dumpBlocks(disc.source, at, count ?? 1, signal);
}

/** One structure a line, in one array: so that a long directory needs no memory. */
async function printArray(output: Output, structures: AsyncIterable<PlacedStructure>): Promise<void> {
  let before = "[";
  for await (const structure of structures) {
    await output.line(`${before}${JSON.stringify(structure)}`);
    before = ",";
  }
  await output.line(before === "[" ? "[]" : "]");
}

/** `discsmith dump`. */
export async function dump(context: CommandContext): Promise<number> {
  const { arguments: words, options, output } = context;
  await using disc = await openDisc(words[0] ?? "", context);
  requireRecorded(disc);
  const structures = structuresOf(disc, context);
  if (options.has("json")) await printArray(output, structures);
  else for await (const structure of structures) await printStructure(output, structure);
  return exitCodes.done;
}
