import type { FileSystemName, UpdateChange, UpdateReport } from "../node.js";
import { updateTo } from "../node.js";
import type { CommandContext } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import { importCharsetOf } from "./image-options.js";
import { exitCodeOfLosses } from "./losses.js";
import { requireTarget } from "./opened-disc.js";
import { printSession, sessionInJson, sessionOptionsOf } from "./session-result.js";
import { hostAttributesOf, sourceCharsetOf } from "./source-options.js";
import { zisofsOptionsOf } from "./zisofs-options.js";

const marks: Readonly<Record<UpdateChange["kind"], string>> = { add: "+", replace: "M", attributes: "A", remove: "-" };

function summaryOf({ changes, unchanged, bytes, sharedBytes }: UpdateReport): string {
  const count = (wanted: UpdateChange["kind"]): number => changes.filter(({ kind }) => kind === wanted).length;
  const what = `${count("add")} added, ${count("replace")} replaced, ${count("attributes")} with other attributes, ${count("remove")} removed, ${unchanged} unchanged`;
  return `${what}; ${bytes} bytes of contents${sharedBytes > 0 ? `, ${sharedBytes} bytes referred to` : ""}`;
}

async function print(context: CommandContext, report: UpdateReport): Promise<void> {
  const { options, output, reporter, arguments: words } = context;
  const { session, changes, ...counts } = report;
  if (options.has("json")) {
    const written = session === null ? null : sessionInJson(session);
    await output.json({ ...counts, changes, session: written, warnings: reporter.takeWarnings() });
    return;
  }
  if (session === null) return reporter.note(`${words[0]}: nothing differs from ${words[1]}; nothing is written`);
  if (session.dryRun) {
    for (const { kind, path } of changes) await output.line(`${marks[kind]} ${path}`);
    await output.line(summaryOf(report));
  } else reporter.note(summaryOf(report));
  // What it hides was listed already.
  await printSession(context, { ...session, hidden: [] });
}

/** `discsmith update`. */
export async function update(context: CommandContext): Promise<number> {
  const { arguments: words, options, reporter } = context;
  const [disc = "", folder = ""] = words;
  const sessionOptions = sessionOptionsOf(context);
  await requireTarget(disc, sessionOptions.media, sessionOptions.force === true);
  const report = await updateTo(disc, folder, {
    ...sessionOptions,
    importFrom: options.text("import-fs") as FileSystemName | undefined,
    importCharset: importCharsetOf(context),
    sourceCharset: sourceCharsetOf(options),
    at: options.text("at"),
    delete: options.has("delete"),
    checksum: options.has("checksum"),
    hostAttributes: hostAttributesOf(options),
    dedup: options.has("dedup"),
    zisofs: zisofsOptionsOf(context),
  });
  await print(context, report);
  if (report.skipped > 0) return exitCodes.losses;
  return report.session === null ? exitCodes.done : exitCodeOfLosses(reporter.warnings, report.session.fileSystems);
}
