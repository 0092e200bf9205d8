import { createInterface } from "node:readline/promises";
import type { Recorder } from "../device.js";
import { DiscError, readSessions } from "../node.js";
import type { CommandContext } from "./command.js";
import { requireDiscId } from "./device-options.js";
import { usageError } from "./usage.js";

/** The name of the volume that a disc shows; `undefined` where it has none, or cannot be read. */
async function labelOf(recorder: Recorder): Promise<string | undefined> {
  if (recorder.state.blank) return undefined;
  try {
    return (await readSessions(recorder, {})).at(-1)?.volumeName;
  } catch (error) {
    if (!(error instanceof DiscError)) throw error;
    return undefined;
  }
}

/** Drive and disc, so that people know them: "HL-DT-ST BD-RE BH16NS40 1.03: dvd+rw, "Photos", dvd+rw-1234abcd". */
async function describeDisc(recorder: Recorder): Promise<string> {
  const { inquiry } = recorder.snapshot;
  const { media, blank, discId, sessions } = recorder.state;
  const { vendorIdentification = "", productIdentification = "", productRevisionLevel = "" } = inquiry ?? {};
  const model = [vendorIdentification, productIdentification, productRevisionLevel].map((text) => text.trim());
  const label = await labelOf(recorder);
  const content = blank
    ? "blank"
    : [
        ...(label === undefined || label === "" ? [] : [`"${label}"`]),
        ...(sessions.length > 0 ? [`${sessions.length} session${sessions.length > 1 ? "s" : ""}`] : []),
      ].join(", ") || "not blank";
  const identity = discId === null ? "" : `, ${discId}`;
  return `${model.filter((text) => text !== "").join(" ") || recorder.name}: ${media}, ${content}${identity}`;
}

/**
 * Refuses another disc than the one that --disc names. Where something cannot be taken back on a real disc, shows that
 * disc and asks; where nobody can be asked, refuses without --yes.
 *
 * @param consequence What becomes of the disc: "everything on it is lost"; `undefined` where nothing is lost.
 * @throws {@link DiscError} E_DISC_WRONG, E_USAGE, E_CANCELLED.
 */
export async function confirmChange(
  context: CommandContext,
  recorder: Recorder,
  consequence: string | undefined,
): Promise<void> {
  const { options, signal, reporter } = context;
  requireDiscId(recorder.name, recorder.state.discId, options.text("disc"));
  if (consequence === undefined || recorder.state.kind !== "drive" || options.has("dry-run")) return;
  reporter.note(`${recorder.name}: ${await describeDisc(recorder)}`);
  if (options.has("yes")) return;
  if (process.stdin.isTTY !== true) throw usageError(`${consequence}: that needs --yes where nobody can be asked`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question(`${consequence}. Go on? [y/N] `, { signal });
    if (!/^y(es)?$/i.test(answer.trim())) {
      throw new DiscError("E_CANCELLED", "cancelled: the disc stays as it is", { doing: "asking" });
    }
  } finally {
    asking.close();
  }
}

/** What becomes of a disc that is written; `undefined` where earlier sessions stay and another can follow. */
export function consequenceOfWriting({ options }: CommandContext, { state }: Recorder): string | undefined {
  const finalises = options.has("close") || state.takesOneSession;
  return finalises && !options.has("dummy") ? "nothing can be added to the disc afterwards" : undefined;
}
