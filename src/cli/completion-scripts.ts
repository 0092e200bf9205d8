/** Completion scripts, made from the table of the commands. */
import type { CommandRow, OptionRow } from "./command-table.js";
import { commandTable, commonOptions } from "./options.js";

function optionsOf(command: CommandRow): readonly OptionRow[] {
  return [...command.options, ...commonOptions];
}

function words(command: CommandRow): string {
  const all = optionsOf(command).flatMap(({ name, short }) =>
    short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`],
  );
  return all.join(" ");
}

/** The words that can stand where a command takes no file: shells, and the commands themselves. */
function plainArguments({ name }: CommandRow): string {
  if (name === "completion") return "bash zsh fish";
  return name === "help" ? commandTable.map((command) => command.name).join(" ") : "";
}

/** What can be completed behind an option, by option. */
function valueCases(command: CommandRow): { pattern: string; option: OptionRow }[] {
  return command.options
    .filter(({ value, optionalValue }) => value !== undefined && optionalValue === undefined)
    .map((option) => ({
      pattern: option.short === undefined ? `--${option.name}` : `-${option.short}|--${option.name}`,
      option,
    }));
}

function bashCommand(command: CommandRow): string[] {
  const cases = valueCases(command).map(({ pattern, option: { choices, completes } }) => {
    const action =
      choices !== undefined
        ? `COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current"))`
        : completes === "file"
          ? 'COMPREPLY=($(compgen -f -- "$current"))'
          : completes === "folder"
            ? 'COMPREPLY=($(compgen -d -- "$current"))'
            : "COMPREPLY=()";
    return `        ${pattern}) ${action}; return ;;`;
  });
  const takesFiles = command.arguments.some(({ completes }) => completes === "file");
  return [
    `    ${command.name})`,
    ...(cases.length === 0 ? [] : ['      case "$previous" in', ...cases, "      esac"]),
    `      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "${words(command)}" -- "$current"))`,
    takesFiles
      ? '      else COMPREPLY=($(compgen -f -- "$current")); fi ;;'
      : `      else COMPREPLY=($(compgen -W "${plainArguments(command)}" -- "$current")); fi ;;`,
  ];
}

function bash(): string {
  return [
    "# bash completion for discsmith. Generated: npm run build.",
    "_discsmith() {",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: they are the shell's
    '  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"',
    "  COMPREPLY=()",
    "  if [[ $COMP_CWORD -eq 1 ]]; then",
    `    COMPREPLY=($(compgen -W "${commandTable.map(({ name }) => name).join(" ")}" -- "$current"))`,
    "    return",
    "  fi",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
    '  case "${COMP_WORDS[1]}" in',
    ...commandTable.flatMap(bashCommand),
    "  esac",
    "}",
    "complete -o filenames -F _discsmith discsmith",
    "",
  ].join("\n");
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:");
}

function zshOption({ name, short, value, optionalValue, choices, completes, multiple, help }: OptionRow): string {
  const action =
    choices !== undefined
      ? `:${value}:(${choices.join(" ")})`
      : value === undefined
        ? ""
        : `${optionalValue === undefined ? ":" : "::"}${zshText(value)}:${completes === "file" ? "_files" : completes === "folder" ? "_files -/" : ""}`;
  const text = `[${zshText(help)}]${action}`;
  const many = multiple === true ? "*" : "";
  if (short === undefined) return `'${many}--${name}${text}'`;
  return `'(-${short} --${name})'{-${short},--${name}}'${text}'`;
}

function zshCommand(command: CommandRow): string[] {
  const takesFiles = command.arguments.some(({ completes }) => completes === "file");
  const rest = plainArguments(command);
  const last = takesFiles ? ["'*:file:_files'"] : rest === "" ? [] : [`'1:word:(${rest})'`];
  const lines = [...optionsOf(command).map(zshOption), ...last];
  return [
    `    ${command.name})`,
    "      _arguments \\",
    ...lines.map((line, index) => `        ${line}${index < lines.length - 1 ? " \\" : ""}`),
    "      ;;",
  ];
}

function zsh(): string {
  return [
    "#compdef discsmith",
    "# zsh completion for discsmith. Generated: npm run build.",
    "_discsmith() {",
    "  local -a commands",
    "  commands=(",
    ...commandTable.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`),
    "  )",
    "  if (( CURRENT == 2 )); then",
    "    _describe command commands",
    "    return",
    "  fi",
    '  local command="$words[2]"',
    "  shift words",
    "  (( CURRENT-- ))",
    '  case "$command" in',
    ...commandTable.flatMap(zshCommand),
    "  esac",
    "}",
    '_discsmith "$@"',
    "",
  ].join("\n");
}

function fishText(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}

function fishCommand(command: CommandRow): string[] {
  const condition = `-n '__fish_seen_subcommand_from ${command.name}'`;
  const lines = optionsOf(command).map(({ name, short, value, optionalValue, choices, completes, help }) => {
    const letter = short === undefined ? "" : ` -s ${short}`;
    const action =
      choices !== undefined
        ? ` -x -a '${choices.join(" ")}'`
        : value === undefined || optionalValue !== undefined
          ? ""
          : completes === "file"
            ? " -r -F"
            : completes === "folder"
              ? " -x -a '(__fish_complete_directories)'"
              : " -x";
    return `complete -c discsmith ${condition}${letter} -l ${name}${action} -d '${fishText(help)}'`;
  });
  const rest = plainArguments(command);
  if (command.arguments.some(({ completes }) => completes === "file"))
    lines.push(`complete -c discsmith ${condition} -F`);
  else if (rest !== "") lines.push(`complete -c discsmith ${condition} -a '${rest}'`);
  return lines;
}

function fish(): string {
  return [
    "# fish completion for discsmith. Generated: npm run build.",
    "complete -c discsmith -f",
    ...commandTable.map(
      ({ name, summary }) => `complete -c discsmith -n __fish_use_subcommand -a ${name} -d '${fishText(summary)}'`,
    ),
    ...commandTable.flatMap(fishCommand),
    "",
  ].join("\n");
}

/** What makes the script, by shell. */
export const completionScripts: Readonly<Record<string, () => string>> = { bash, zsh, fish };
