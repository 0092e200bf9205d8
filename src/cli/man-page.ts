/** The man page, made from the table of the commands. */
import type { CommandRow, OptionRow } from "./command-table.js";
import { synopsisOf, valueNameOf } from "./command-table.js";
import { optionText } from "./help.js";
import { commandTable, commonOptions, environmentTable, exitCodeTable } from "./options.js";

/** Text in the language of man pages: its own signs are escaped, and a line does not begin with one. */
function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/, "\\&$1");
}

function optionLines(option: OptionRow): string[] {
  const { name, short, value } = option;
  const letter = short === undefined ? "" : `\\fB\\-${short}\\fR, `;
  const metavariable = value === undefined ? "" : ` \\fI${escaped(valueNameOf(option))}\\fR`;
  return [".TP", `${letter}\\fB\\-\\-${escaped(name)}\\fR${metavariable}`, escaped(optionText(option))];
}

function commandLines(command: CommandRow): string[] {
  const lines = [`.SS ${escaped(synopsisOf(command))}`, escaped(command.summary)];
  for (const paragraph of command.description) lines.push(".PP", escaped(paragraph));
  lines.push(...command.options.flatMap(optionLines));
  if (command.examples.length === 0) return lines;
  return [...lines, ".PP", ".EX", ...command.examples.map(escaped), ".EE"];
}

/** The source of the man page. */
export function manPage(version: string): string {
  return [
    '.\\" Generated: npm run build.',
    `.TH DISCSMITH 1 "" "discsmith ${version}" "User Commands"`,
    ".SH NAME",
    "discsmith \\- build disc images and append sessions to discs",
    ".SH SYNOPSIS",
    "\\fBdiscsmith\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR…]",
    ".SH DESCRIPTION",
    "Builds ISO 9660, Joliet and Rock Ridge images, and appends sessions to write\\-once discs: the last session's tree is imported, changed, and written at the next writable address with only new data.",
    ".PP",
    "A DISC is an emulated disc (made by create) or, for reading, a plain image. Data goes to standard output, everything else to standard error. With \\-\\-json, an error is a JSON object on standard error.",
    ".SH COMMANDS",
    ...commandTable.flatMap(commandLines),
    ".SH COMMON OPTIONS",
    ...commonOptions.flatMap(optionLines),
    ".SH EXIT STATUS",
    ...exitCodeTable.flatMap(([code, meaning]) => [".TP", String(code), escaped(meaning)]),
    ".SH ENVIRONMENT",
    ...environmentTable.flatMap(([name, meaning]) => [".TP", name, escaped(meaning)]),
    "",
  ].join("\n");
}
