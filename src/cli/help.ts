import { packageVersion } from "../host/package-version.js";
import type { CommandContext } from "./command.js";
import type { CommandRow, OptionRow } from "./command-table.js";
import { spellingOf, synopsisOf } from "./command-table.js";
import { exitCodes } from "./exit-codes.js";
import { commandTable, commonOptions, environmentTable, exitCodeTable } from "./options.js";
import { commandByName } from "./parse.js";

const widestLeft = 28;
const lineWidth = 100;

/** Breaks a text into lines. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A line of a help, or several: what stands at its left, and what it says of that. */
export function helpEntry(left: string, right: string): string[] {
  const lines = wrap(right, lineWidth - widestLeft - 2).map((line) => `${" ".repeat(widestLeft + 2)}${line}`);
  if (left.length + 3 > widestLeft) return [`  ${left}`, ...lines];
  return [`  ${left}`.padEnd(widestLeft + 2) + lines[0]!.trimStart(), ...lines.slice(1)];
}

/** What an option does, with its values and its default. */
export function optionText({ help, choices, default: standard }: OptionRow): string {
  const values = choices === undefined ? "" : ` One of ${choices.join(", ")}.`;
  return `${help}${values}${standard === undefined ? "" : ` Default: ${standard}.`}`;
}

/** The help of one command. */
export function commandHelp(command: CommandRow): string {
  const lines = [`Usage: ${synopsisOf(command)}`, "", command.summary];
  for (const paragraph of command.description) lines.push("", ...wrap(paragraph, lineWidth));
  const options = command.raw === true ? [] : [...command.options, ...commonOptions];
  if (options.length > 0) lines.push("", "Options:");
  for (const option of options) {
    lines.push(...helpEntry(spellingOf(option), optionText(option)));
  }
  if (command.examples.length > 0) lines.push("", "Examples:", ...command.examples.map((example) => `  ${example}`));
  return lines.join("\n");
}

/** The help of all. */
function generalHelp(): string {
  const lines = [
    "discsmith builds disc images and appends sessions to discs.",
    "",
    "Usage: discsmith COMMAND [ARGUMENT…]",
    "",
  ];
  lines.push("Commands:", ...commandTable.flatMap((command) => helpEntry(command.name, command.summary)));
  lines.push("", "A DISC is an emulated disc (made by create), or a plain image for reading.");
  lines.push("", "Exit codes:", ...exitCodeTable.flatMap(([code, meaning]) => helpEntry(String(code), meaning)));
  lines.push("", "Environment:", ...environmentTable.flatMap(([name, meaning]) => helpEntry(name, meaning)));
  lines.push("", "discsmith help COMMAND tells more.");
  return lines.join("\n");
}

/** `discsmith help`. */
export async function help({ arguments: words, output }: CommandContext): Promise<number> {
  await output.line(words[0] === undefined ? generalHelp() : commandHelp(commandByName(words[0])));
  return exitCodes.done;
}

/** `discsmith version`. */
export async function version({ output }: CommandContext): Promise<number> {
  await output.line(`discsmith ${packageVersion()}`);
  return exitCodes.done;
}
