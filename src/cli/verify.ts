import type { Comparison, Difference, Finding, VerifyReport } from "../node.js";
import { compareWithFolder, DiscError, verifyImage } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import type { OpenedDisc } from "./opened-disc.js";
import { openDisc, openTree, requireRecorded } from "./opened-disc.js";
import { readingOptionsOf } from "./reading.js";

/** Where a finding is, unless its message says so itself. */
function placeOf({ path, lba, message }: Finding): string {
  const parts: string[] = [];
  if (lba !== null && !/\bblock \d/.test(message)) parts.push(`block ${lba}`);
  if (path !== null && !message.includes(`"${path}"`)) parts.push(`"${path}"`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function findingLine(finding: Finding): string {
  const { severity, session, name, message } = finding;
  return `${severity}: session ${session}: ${name}: ${message}${placeOf(finding)}`;
}

function differenceLine({ path, kind, onDisc, inFolder }: Difference): string {
  if (kind === "onlyOnDisc") return `differs: ${path}: only on the disc`;
  if (kind === "onlyInFolder") return `differs: ${path}: only in the folder`;
  if (kind === "content") return `differs: ${path}: content ${onDisc}`;
  return `differs: ${path}: ${kind}: ${onDisc} on the disc, ${inFolder} in the folder`;
}

async function compare(disc: OpenedDisc, folder: string, context: CommandContext): Promise<Comparison> {
  const { options, output } = context;
  const image = await openTree(disc, readingOptionsOf(context));
  const lines: string[] = [];
  const comparison = await compareWithFolder(image, folder, {
    ...taskOptions(context),
    at: options.text("at"),
    onDifference: (difference) => void lines.push(differenceLine(difference)),
  });
  if (!options.has("json")) for (const line of lines) await output.line(line);
  return comparison;
}

/** The one line that tells how it went. */
function summaryOf(report: VerifyReport, comparison: Comparison | undefined): string {
  const { sessions, directories, files, blocksRead, errors, warnings } = report;
  const checked = `${sessions} sessions, ${directories} directories, ${files} files, ${blocksRead} blocks read`;
  const found = `${errors} errors, ${warnings} warnings`;
  return comparison === undefined
    ? `${checked}: ${found}`
    : `${checked}: ${found}, ${comparison.count} differences in ${comparison.items} items`;
}

/** Ends the command where something was found. @throws {@link DiscError} E_DAMAGED, E_DIFFERENT. */
function raise(path: string, { errors }: VerifyReport, comparison: Comparison | undefined): void {
  if (errors > 0) {
    const what = `${errors} errors were found`;
    throw new DiscError("E_DAMAGED", `${path}: ${what}`, { what });
  }
  const differences = comparison?.count ?? 0;
  if (differences === 0) return;
  throw new DiscError("E_DIFFERENT", `${path}: ${differences} differences were found`, { differences });
}

/** `discsmith verify`. */
export async function verify(context: CommandContext): Promise<number> {
  const { arguments: words, options, output, reporter } = context;
  const [path = ""] = words;
  const json = options.has("json");
  await using disc = await openDisc(path, context);
  requireRecorded(disc);
  const { onWarning: _onWarning, fileSystem: _fileSystem, ...reading } = readingOptionsOf(context);
  const lines: string[] = [];
  const report = await verifyImage(disc.source, {
    ...reading,
    ...taskOptions(context),
    onFinding: (finding) => void lines.push(findingLine(finding)),
  });
  if (!json) for (const line of lines) await output.line(line);
  const folder = options.text("against");
  const comparison = folder === undefined ? undefined : await compare(disc, folder, context);
  if (json) {
    const { differences = null, count = null, items = null } = comparison ?? {};
    const compared = comparison === undefined ? null : { folder, items, count, differences };
    const { errors: errorCount, warnings: warningCount, ...rest } = report;
    await output.json({ ...rest, errorCount, warningCount, comparison: compared, warnings: reporter.takeWarnings() });
  } else await output.line(summaryOf(report, comparison));
  await output.flush();
  if (disc.kind === "image" && disc.fault !== undefined) throw disc.fault;
  raise(path, report, comparison);
  return exitCodes.done;
}
