/** Understands command lines of mkisofs, genisoimage and xorrisofs. getopt_long_only(3), xorrisofs(1). */
import { usageError } from "../usage.js";
import type { MkisofsOption } from "./option-row.js";
import { optionByBeginning, optionByName } from "./option-table.js";
import type { MkisofsProgram, MkisofsRequest } from "./request.js";
import { newRequest } from "./request.js";

/** An option of a word, with the value that stands in the same word. */
interface FoundOption {
  readonly option: MkisofsOption;
  /** As it was written, for messages. */
  readonly spelling: string;
  readonly attached: string | undefined;
}

/** "-volid=NAME", "--modification-date=TIME". */
function withEquals(word: string, name: string): FoundOption | undefined {
  const equals = name.indexOf("=");
  const option = equals < 0 ? undefined : optionByName.get(name.slice(0, equals));
  if (option === undefined || option.values.length !== 1) return undefined;
  const spelling = word.slice(0, word.indexOf("="));
  return { option, spelling, attached: name.slice(equals + 1) };
}

/** "-JR", "-rJV", of which the last may have its values behind it; and "-VNAME", behind a capital letter. */
function letters(word: string): FoundOption[] | undefined {
  if (word.startsWith("--")) return undefined;
  const first = optionByName.get(word[1]!);
  if (first?.values.length === 1 && /^[A-Z]/.test(word[1]!)) {
    return [{ option: first, spelling: word.slice(0, 2), attached: word.slice(2) }];
  }
  const found: FoundOption[] = [];
  const each = [...word.slice(1)];
  for (const [index, letter] of each.entries()) {
    const option = optionByName.get(letter);
    const isLast = index === each.length - 1;
    if (option === undefined || (option.values.length > 0 && !isLast)) return undefined;
    found.push({ option, spelling: `-${letter}`, attached: undefined });
  }
  return found;
}

/** The options of a word. @throws {@link DiscError} E_USAGE. */
function optionsOf(word: string): readonly FoundOption[] {
  const name = word.replace(/^--?/, "");
  const exact = optionByName.get(name);
  if (exact !== undefined) return [{ option: exact, spelling: word, attached: undefined }];
  const tied = withEquals(word, name);
  if (tied !== undefined) return [tied];
  const together = letters(word);
  if (together !== undefined) return together;
  const begun = optionByBeginning(name);
  if (begun !== undefined) return [{ option: begun, spelling: word, attached: undefined }];
  throw usageError(`there is no option "${word}"; docs/MKISOFS.md lists those there are`);
}

/**
 * Understands a command line.
 *
 * @param words Behind the program's name.
 * @throws {@link DiscError} E_USAGE for options that are not known or not supported, and for values that cannot be.
 */
export function parseMkisofs(program: MkisofsProgram, words: readonly string[]): MkisofsRequest {
  const request = newRequest(program);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") {
      request.pathSpecs.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      request.pathSpecs.push(word);
      continue;
    }
    for (const { option, spelling, attached } of optionsOf(word)) {
      if (option.kind === "refused") throw usageError(`${spelling} is not supported: ${option.effect}`);
      const values = attached === undefined ? words.slice(at + 1, at + 1 + option.values.length) : [attached];
      const missing = option.values[values.length];
      if (missing !== undefined) throw usageError(`${spelling} lacks its ${missing}`);
      if (attached === undefined) at += values.length;
      option.apply(request, ...values);
    }
  }
  checkRequest(request);
  return request;
}

/** Refuses what does not go together. @throws {@link DiscError} E_USAGE. */
function checkRequest({ help, version, session, previousImage, pathSpecs, pathLists }: MkisofsRequest): void {
  if (help || version) return;
  if (previousImage !== undefined && session === undefined) {
    throw usageError("-M is for use with -C, which says where sessions start");
  }
  const isContinued = previousImage !== undefined;
  if (pathSpecs.length === 0 && pathLists.length === 0 && !isContinued) throw usageError("there is no path to take");
}
