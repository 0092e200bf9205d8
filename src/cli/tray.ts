import type { Recorder } from "../device.js";
import { openRecorder } from "../device.js";
import type { CommandContext } from "./command.js";
import { requireDiscId } from "./device-options.js";
import { exitCodes } from "./exit-codes.js";
import { requireWritable } from "./opened-disc.js";

async function withDrive(context: CommandContext, move: (recorder: Recorder) => Promise<void>): Promise<Recorder> {
  const [disc = ""] = context.arguments;
  await requireWritable(disc, undefined, false);
  await using recorder = await openRecorder(disc, { mayBeEmpty: true, trace: context.trace });
  const wanted = context.options.text("disc");
  if (recorder.hasMedium) requireDiscId(disc, recorder.state.discId, wanted);
  await move(recorder);
  return recorder;
}

/** `discsmith eject`. */
export async function eject(context: CommandContext): Promise<number> {
  const [disc = ""] = context.arguments;
  await withDrive(context, (recorder) => recorder.eject());
  if (context.options.has("json")) await context.output.json({ disc, loaded: false });
  else context.reporter.note(`${disc}: ejected`);
  return exitCodes.done;
}

/** `discsmith load`. */
export async function load(context: CommandContext): Promise<number> {
  const [disc = ""] = context.arguments;
  const { state } = await withDrive(context, async (recorder) => {
    await recorder.load();
  });
  if (context.options.has("json")) await context.output.json({ disc, loaded: true, media: state.media });
  else context.reporter.note(`${disc}: loaded, ${state.media}`);
  return exitCodes.done;
}
