/** The words of the command line. The man page, the help and the completion scripts are made from them, too. */

/** What a value or an argument is, for completion. */
export type Completes = "file" | "folder" | "none";

/** One option of a command. */
export interface OptionRow {
  /** Without the dashes: "volume". */
  readonly name: string;
  /** One letter: "o". */
  readonly short?: string;
  /** Name of the value in the help; an option without one is a switch. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
  /** Whether the value may be below zero. */
  readonly number?: boolean;
  /** The values it can have, where they are few. */
  readonly choices?: readonly string[];
  /** As shown in the help. */
  readonly default?: string;
  readonly help: string;
  readonly completes?: Completes;
}

/** One argument of a command. */
export interface ArgumentRow {
  readonly name: string;
  readonly optional?: boolean;
  readonly multiple?: boolean;
  readonly completes: Completes;
}

/** One command. */
export interface CommandRow {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly arguments: readonly ArgumentRow[];
  readonly options: readonly OptionRow[];
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly examples: readonly string[];
}

/** How a command is called: "discsmith cat DISC PATH". */
export function synopsisOf({ name, arguments: row, options }: CommandRow): string {
  const words = row.map(({ name: word, optional, multiple }) => {
    const many = multiple === true ? `${word}…` : word;
    return optional === true ? `[${many}]` : many;
  });
  return ["discsmith", name, ...words, ...(options.length > 0 ? ["[OPTION…]"] : [])].join(" ");
}

/** An option as it is written: "-o, --output IMAGE". */
export function spellingOf({ name, short, value }: OptionRow): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}
