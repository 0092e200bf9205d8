import { parseArgs } from "node:util";
import type { CommandRow, OptionRow } from "./command-table.js";
import { synopsisOf } from "./command-table.js";
import { commandTable, commonOptions } from "./options.js";
import { usageError } from "./usage.js";

/** The values of the options of a command line. */
export class OptionValues {
  readonly #rows: ReadonlyMap<string, OptionRow>;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(rows: readonly OptionRow[], values: Readonly<Record<string, unknown>>) {
    this.#rows = new Map(rows.map((row) => [row.name, row]));
    this.#values = values;
  }

  /** Whether a switch was given; `false` for one that the command does not have. */
  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    const value = this.#value(name);
    return typeof value === "string" ? value : undefined;
  }

  /** The values of an option that may be given several times. */
  texts(name: string): readonly string[] {
    const value = this.#value(name);
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** The value of an option as a whole number. @throws {@link DiscError} E_USAGE. */
  number(name: string, lowest = 0): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^-?\d+$/.test(text) && Number.isSafeInteger(value) && value >= lowest) return value;
    throw usageError(`--${name} is "${text}", expected a whole number${lowest === 0 ? " from 0" : ""}`);
  }

  #value(name: string): unknown {
    if (!this.#rows.has(name)) throw new TypeError(`the command has no option --${name}`);
    return this.#values[name];
  }
}

/** A command line that was understood. */
export interface ParsedCommand {
  readonly command: CommandRow;
  readonly arguments: readonly string[];
  readonly options: OptionValues;
}

/** The command of that name. @throws {@link DiscError} E_USAGE. */
export function commandByName(name: string): CommandRow {
  const found = commandTable.find((command) => command.name === name);
  if (found === undefined) throw usageError(`there is no command "${name}"; discsmith help lists them`);
  return found;
}

/**
 * Ties values to their options where the parser cannot tell them: "--session -1" would be taken for two options, and an
 * option whose value may be left out gets an empty one.
 */
function tieValues(words: readonly string[], rows: readonly OptionRow[]): string[] {
  const rowByWord = new Map(rows.map((row) => [`--${row.name}`, row]));
  const tied: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") return [...tied, ...words.slice(at)];
    const row = rowByWord.get(word);
    const next = words[at + 1];
    const form = row?.number === true ? /^-\d/ : row?.optionalValue;
    if (form !== undefined && next !== undefined && form.test(next)) {
      tied.push(`${word}=${next}`);
      at++;
    } else {
      tied.push(row?.optionalValue === undefined ? word : `${word}=`);
    }
  }
  return tied;
}

function checkChoices(rows: readonly OptionRow[], values: Readonly<Record<string, unknown>>): void {
  for (const { name, choices, multiple } of rows) {
    const value = values[name];
    if (Array.isArray(value) && multiple !== true) throw usageError(`--${name} is given ${value.length} times`);
    if (typeof value !== "string" || choices === undefined || name === "media" || name === "fs") continue;
    if (!choices.includes(value)) throw usageError(`--${name} is "${value}", expected ${choices.join(", ")}`);
  }
}

function checkCount(command: CommandRow, given: readonly string[]): void {
  const rows = command.arguments;
  const least = rows.filter(({ optional }) => optional !== true).length;
  const most = rows.some(({ multiple }) => multiple === true) ? Number.POSITIVE_INFINITY : rows.length;
  if (given.length >= least && given.length <= most) return;
  const problem = given.length < least ? `${rows[given.length]!.name} is missing` : `"${given[most]}" is one too many`;
  throw usageError(`${command.name}: ${problem}; usage: ${synopsisOf(command)}`);
}

function readWords(
  command: CommandRow,
  words: readonly string[],
): { values: Record<string, unknown>; positionals: string[] } {
  const rows = [...command.options, ...commonOptions];
  const options = Object.fromEntries(
    rows.map(({ name, short, value }) => [
      name,
      // Options that are given twice by mistake are to be told from those that may be.
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        multiple: value !== undefined,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: tieValues(words, rows),
      options,
      strict: true,
      allowPositionals: true,
    });
    return { values, positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Node's messages are sentences, with advice behind the first.
    const [first = ""] = error.message.split(/\. |\n/);
    throw usageError(`${command.name}: ${first.charAt(0).toLowerCase()}${first.slice(1).replace(/\.$/, "")}`, error);
  }
}

/** The words of a command that understands them itself. */
export function rawCommand(command: CommandRow, words: readonly string[]): ParsedCommand {
  return { command, arguments: words, options: new OptionValues(commonOptions, {}) };
}

/**
 * Understands the words behind the command's name.
 *
 * @throws {@link DiscError} E_USAGE.
 */
export function parseCommand(command: CommandRow, words: readonly string[]): ParsedCommand {
  const rows = [...command.options, ...commonOptions];
  const { values: given, positionals } = readWords(command, words);
  const values: Record<string, unknown> = {};
  for (const { name, value, multiple } of rows) {
    const found = given[name];
    const single = value !== undefined && multiple !== true && Array.isArray(found) && found.length === 1;
    values[name] = single ? found[0] : found;
  }
  if (values.help === undefined) {
    checkChoices(rows, values);
    checkCount(command, positionals);
  }
  return { command, arguments: positionals, options: new OptionValues(rows, values) };
}
