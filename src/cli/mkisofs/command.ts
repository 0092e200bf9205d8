/** `discsmith mkisofs`, `genisoimage`, `xorrisofs`, `xorriso -as mkisofs` and `oscdimg`. */
import { packageVersion } from "../../host/package-version.js";
import type { Command, CommandContext } from "../command.js";
import { exitCodes } from "../exit-codes.js";
import { commandHelp, helpEntry } from "../help.js";
import { requireImageTarget, writeImage } from "../image-output.js";
import { commandByName } from "../parse.js";
import { usageError } from "../usage.js";
import { buildMkisofsImage } from "./build.js";
import { listedOptions } from "./option-list.js";
import { parseOscdimg } from "./oscdimg.js";
import { parseMkisofs } from "./parse.js";
import type { MkisofsProgram, MkisofsRequest } from "./request.js";

/** Names that the program is called by, and whose command line they stand for: mkisofs is that of genisoimage. */
export const mkisofsPrograms: ReadonlyMap<string, MkisofsProgram> = new Map([
  ["mkisofs", "genisoimage"],
  ["genisoimage", "genisoimage"],
  ["xorrisofs", "xorrisofs"],
  ["xorriso", "xorrisofs"],
  ["oscdimg", "oscdimg"],
]);

/** What of xorriso is taken. xorriso(1), "-as". */
const emulations: readonly string[] = ["mkisofs", "genisoimage", "xorrisofs"];
const ofXorrisoItself: readonly string[] = ["-help", "--help", "-version", "--version"];

/** The words of the command line that xorriso is to take as that of mkisofs. @throws {@link DiscError} E_USAGE. */
function emulatedWords(words: readonly string[]): readonly string[] {
  const [first = "", second = ""] = words;
  if (first === "-as" && emulations.includes(second)) return words.slice(2);
  if (words.length === 1 && ofXorrisoItself.includes(first)) return words;
  throw usageError(
    `xorriso is taken as xorriso -as ${emulations.join(", ")}; it has commands of its own, which are not`,
  );
}

function helpOf(name: string, program: MkisofsProgram): string {
  const lines = [commandHelp(commandByName(name))];
  for (const { group, options } of listedOptions(program)) {
    lines.push("", `${group}:`, ...options.flatMap(({ spelling, effect }) => helpEntry(spelling, effect)));
  }
  return lines.join("\n");
}

async function make(request: MkisofsRequest, context: CommandContext): Promise<void> {
  const { output, printSize, quiet } = request;
  if (!printSize) await requireImageTarget(output, true);
  await using made = await buildMkisofsImage(request, context);
  const { image, files, directories } = made;
  if (printSize) {
    await context.output.line(String(image.blocks));
    return;
  }
  await writeImage(context, image, output, true);
  if (quiet || output === "-") return;
  context.reporter.note(`${output}: ${files} files, ${directories} directories, ${image.blocks} blocks`);
}

/** The command of that name, which gets the words of its command line as they are. */
export function mkisofsCommand(name: string): Command {
  const program = mkisofsPrograms.get(name)!;
  return async (context) => {
    const { output } = context;
    const words = name === "xorriso" ? emulatedWords(context.arguments) : context.arguments;
    const request = program === "oscdimg" ? parseOscdimg(words) : parseMkisofs(program, words);
    if (request.help) await output.line(helpOf(name, program));
    else if (request.version) await output.line(`discsmith ${packageVersion()}`);
    else await make(request, context);
    return exitCodes.done;
  };
}
