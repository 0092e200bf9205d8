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
  /** Set where the value may be left out: what tells it from the argument behind. */
  readonly optionalValue?: RegExp;
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
  /** Whether the command understands its words itself: they are a command line of another program. */
  readonly raw?: boolean;
}

/** How a command is called: "discsmith cat DISC PATH". */
export function synopsisOf({ name, arguments: row, options }: CommandRow): string {
  const words = row.map(({ name: word, optional, multiple }) => {
    const many = multiple === true ? `${word}…` : word;
    return optional === true ? `[${many}]` : many;
  });
  return ["discsmith", name, ...words, ...(options.length > 0 ? ["[OPTION…]"] : [])].join(" ");
}

/** The name of an option's value: "IMAGE"; in brackets where it may be left out, empty where there is none. */
export function valueNameOf({ value, optionalValue }: OptionRow): string {
  return value === undefined ? "" : optionalValue === undefined ? value : `[${value}]`;
}

/** An option as it is written: "-o, --output IMAGE". */
export function spellingOf(option: OptionRow): string {
  const { name, short } = option;
  const long = `--${name} ${valueNameOf(option)}`.trim();
  return short === undefined ? long : `-${short}, ${long}`;
}
