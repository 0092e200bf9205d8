import { openRecorder } from "../device.js";
import type { CommandContext } from "./command.js";
import { parseSpeed, requireDiscId } from "./device-options.js";
import { exitCodes } from "./exit-codes.js";
import { requireWritable } from "./opened-disc.js";
import { printTable } from "./table.js";

/** `discsmith speed`. */
export async function speed(context: CommandContext): Promise<number> {
  const { options, output, reporter } = context;
  const [disc = "", wanted] = context.arguments;
  const set = wanted === undefined ? undefined : parseSpeed(wanted);
  await requireWritable(disc, undefined, false);
  await using recorder = await openRecorder(disc, { trace: context.trace });
  const { media, discId } = recorder.state;
  requireDiscId(disc, discId, options.text("disc"));
  if (set !== undefined) await recorder.setSpeed(set);
  const speeds = await recorder.speeds();
  if (options.has("json")) {
    await output.json({ disc, media, set: wanted ?? null, speeds, warnings: reporter.takeWarnings() });
    return exitCodes.done;
  }
  if (wanted !== undefined) {
    reporter.note(`${disc}: set to ${wanted}; the drive takes the nearest speed it has`);
    return exitCodes.done;
  }
  const rows = speeds.map(({ factor, kilobytesPerSecond }) => [`${factor}x`, String(kilobytesPerSecond)]);
  await printTable(output, [["Speed", "kB/s"], ...rows]);
  return exitCodes.done;
}
