/** File and directory identifiers of ISO 9660. ECMA-119, 4th edition (June 2019), clauses 7.5, 7.6, 10. */
import { textOfUnits } from "../../codec/text.js";
import type { Charset, UnicodeForm } from "./charset.js";
import { byteByByte, lackingCharacter, mangledName, nameInForm } from "./charset.js";
import type { IdentifierEncoding } from "./identifier-encoding.js";
import { byteEncoding, charsetEncoding } from "./identifier-encoding.js";
import type { NameMapping, NameParts } from "./unique-names.js";

/** Interchange levels; 4 is ISO 9660:1999. ECMA-119 clause 10. */
export type IsoLevel = 1 | 2 | 3 | 4;

/** All of them. */
export const isoLevels: readonly IsoLevel[] = [1, 2, 3, 4];

/** What is allowed beyond the interchange level, for readers that take it. */
export interface IsoRelaxations {
  /** Lower-case letters are kept. */
  readonly lowercase?: boolean | undefined;
  /** Any printable ASCII character but those that separate names. */
  readonly anyAscii?: boolean | undefined;
  /** File names of up to 37 characters instead of 30 and a dot; needs `omitVersion`. */
  readonly longNames?: boolean | undefined;
  /** No ";1" behind file names, and no dot that ends a name. */
  readonly omitVersion?: boolean | undefined;
  /** No dot that ends a name, though a version may follow. */
  readonly omitPeriod?: boolean | undefined;
  /** A dot that begins a name is kept. */
  readonly leadingDots?: boolean | undefined;
  /** Further dots in a name are kept. */
  readonly multipleDots?: boolean | undefined;
  /** Directories deeper than eight levels stay where they are. */
  readonly deepPaths?: boolean | undefined;
}

/** How names are made, derived from level and relaxations. */
export interface IsoNameRules {
  /** In bytes, as all lengths here. Longest stem and longest extension of a file name, and of both together without the dot. */
  readonly stem: number;
  readonly extension: number;
  readonly both: number;
  readonly directory: number;
  readonly version: boolean;
  /** Whether a name without an extension ends with a dot. */
  readonly period: boolean;
  readonly upperCase: boolean;
  readonly anyAscii: boolean;
  /** Whether a name may begin with a dot, and whether it may have several, and directories any. */
  readonly leadingDots: boolean;
  readonly anyDots: boolean;
}

/** Leaves room for a continuation entry next to the name in a record of 254 bytes: 33 + 193 + 28. */
const longestNameWithSystemUse = 193;

/** The longest name of ISO 9660:1999, where nothing is to stand beside it. */
export const longestEnhancedName = 207;

/**
 * The rules for a level with relaxations.
 *
 * @param longest The longest name at level 4.
 */
export function isoNameRules(
  level: IsoLevel,
  relaxations: IsoRelaxations,
  longest: number = longestNameWithSystemUse,
): IsoNameRules {
  const upperCase = level !== 4 && relaxations.lowercase !== true;
  const anyAscii = level === 4 || relaxations.anyAscii === true;
  const version = level !== 4 && relaxations.omitVersion !== true;
  const period = version && relaxations.omitPeriod !== true;
  // A name of 8 and 3 characters has room for one dot alone.
  const anyDots = (anyAscii || relaxations.multipleDots === true) && level !== 1;
  const leadingDots = relaxations.leadingDots === true || (anyAscii && level !== 1);
  const shared = { version, period, upperCase, anyAscii, leadingDots, anyDots };
  if (level === 4) {
    return { ...shared, stem: longest, extension: longest - 1, both: longest - 1, directory: longest };
  }
  if (level === 1) return { ...shared, stem: 8, extension: 3, both: 11, directory: 8 };
  if (relaxations.longNames !== true || version) {
    return { ...shared, stem: 30, extension: 30, both: 30, directory: 31 };
  }
  // Without an extension there is no dot.
  return { ...shared, stem: 37, extension: 36, both: 36, directory: 37 };
}

const separators = /[/;*?:<>|"\\]/;

/** "_", for characters that are not allowed. */
const forbiddenUnit = 0x5f;
const dotUnit = 0x2e;

/** What each ASCII character becomes under some rules; "_" for all that is not allowed. */
function characterTable(rules: IsoNameRules): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => {
    const character = String.fromCharCode(code);
    const cased = rules.upperCase ? character.toUpperCase() : character;
    if (/^[A-Z0-9_]$/.test(cased) || (!rules.upperCase && /^[a-z]$/.test(cased))) return cased.charCodeAt(0);
    const isRelaxed = rules.anyAscii && code >= 0x20 && code < 0x7f && !separators.test(cased) && cased !== ".";
    return isRelaxed ? cased.charCodeAt(0) : forbiddenUnit;
  });
}

/** Which dots stay. */
type Dots = Pick<IsoNameRules, "leadingDots" | "anyDots">;

const noDots: Dots = { leadingDots: false, anyDots: false };

function mapCharacters(text: string, table: Uint8Array, { leadingDots, anyDots }: Dots): string {
  const mapped = new Array<number>(text.length);
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    // The second half of a surrogate pair adds nothing: one character, one "_".
    if (code >= 0xdc00 && code <= 0xdfff && index > 0 && (text.charCodeAt(index - 1) & 0xfc00) === 0xd800) continue;
    const isKept = code === dotUnit && (index === 0 ? leadingDots : anyDots);
    mapped[count++] = isKept ? dotUnit : (table[code] ?? forbiddenUnit);
  }
  mapped.length = count;
  return textOfUnits(mapped);
}

/** How long names are, and where they are cut. */
interface Measure {
  length(text: string): number;
  cut(text: string, length: number): string;
}

const byCharacters: Measure = { length: (text) => text.length, cut: (text, length) => text.slice(0, length) };

/** In the bytes of a character set, and between its characters. */
function byBytes({ bytes }: IdentifierEncoding): Measure {
  return {
    length: bytes,
    cut: (text, length) => {
      if (bytes(text) <= length) return text;
      let kept = "";
      for (const character of text) {
        const longer = kept + character;
        if (bytes(longer) > length) break;
        kept = longer;
      }
      return kept;
    },
  };
}

/** What characters become, and which dots stay. */
type MapText = (text: string, dots: Dots) => string;

function fileParts(name: string, rules: IsoNameRules, map: MapText, { length, cut }: Measure): NameParts {
  // A dot at the start begins a hidden file's name, not an extension.
  const dot = name.lastIndexOf(".");
  const stemText = dot > 0 ? name.slice(0, dot) : name;
  const extensionText = dot > 0 ? name.slice(dot + 1) : "";
  let extension = map(extensionText, noDots);
  let stem = map(stemText, rules);
  extension = cut(extension, Math.min(rules.extension, Math.max(3, rules.both - length(stem))));
  // Without an extension there is no dot to leave room for, either.
  stem = cut(stem, extension === "" ? rules.stem : Math.min(rules.stem, rules.both - length(extension)));
  const hasDot = extension !== "" || rules.period;
  // Readers take this for the directory above.
  if (stem === ".." && !hasDot) stem = "__";
  return { stem, extension: hasDot ? `.${extension}` : "" };
}

/**
 * What a name is to readers: a file "A." and a directory "A" are one name, and so are names that differ by blanks at the
 * ends of stem and extension, which are filled with blanks where they are compared. ECMA-119 9.3.
 */
function comparedName(name: string): string {
  if (!name.endsWith(".") && !name.includes(" ")) return name;
  const dot = name.lastIndexOf(".");
  const stem = (dot < 0 ? name : name.slice(0, dot)).trimEnd();
  const extension = dot < 0 ? "" : name.slice(dot + 1).trimEnd();
  return extension === "" ? stem : `${stem}.${extension}`;
}

/** In which characters names are written. */
export interface IsoWriting {
  /** Left out, ASCII alone, with "_" for all else. */
  readonly charset?: Charset | undefined;
  readonly form?: UnicodeForm | undefined;
}

/** How identifiers that such a mapping made stand on disc. */
export function isoEncoding({ charset }: IsoWriting): IdentifierEncoding {
  return charset === undefined ? byteEncoding : charsetEncoding(charset);
}

/** In names whose bytes are in no known set, those of ASCII may be the second halves of characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unsafeBytes = /[\x00-\x1f\x7f/;*?:<>|"]/g;

/** Maps text in a character set. Letters of one byte become capitals, as in DOS; those of several bytes never do. */
function charsetText(charset: Charset, rules: IsoNameRules, table: () => Uint8Array): MapText {
  const capital = (character: string): string => {
    const upper = character.toUpperCase();
    if (!rules.upperCase || upper === character || charset.encode(character)?.length !== 1) return character;
    return charset.encode(upper)?.length === 1 ? upper : character;
  };
  return (text, dots) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
    const mapped = text.replace(/[\x00-\x7f]+|[^\x00-\x7f]/gu, (part, at: number) => {
      if (part.charCodeAt(0) > 0x7f) return capital(part);
      return mapCharacters(part, table(), { ...dots, leadingDots: at === 0 ? dots.leadingDots : dots.anyDots });
    });
    // A capital that is not there where its small letter is was left; whatever else does not fit is none of the set's.
    return mangledName(mapped, charset);
  };
}

/** Maps text whose bytes are in no known set. */
function bytesText(text: string, { leadingDots, anyDots }: Dots): string {
  const safe = text.replace(unsafeBytes, "_");
  return safe.replace(/\./g, (dot, at: number) => ((at === 0 ? leadingDots : anyDots) ? dot : "_"));
}

/** The mapping of names to ISO 9660 identifiers, without version numbers. */
export function isoNameMapping(rules: IsoNameRules, writing: IsoWriting = {}): NameMapping {
  const { charset, form } = writing;
  // Made when the first name is mapped: there are many mappings, of which few are used.
  let known: Uint8Array | undefined;
  const table = (): Uint8Array => {
    known ??= characterTable(rules);
    return known;
  };
  const encoding = isoEncoding(writing);
  const measure = charset === undefined ? byCharacters : byBytes(encoding);
  const text: MapText =
    charset === undefined ? (part, dots) => mapCharacters(part, table(), dots) : charsetText(charset, rules, table);
  const fitted = (name: string): string => {
    const given = nameInForm(name, form);
    if (charset === undefined) return given;
    return given.isWellFormed() ? mangledName(given, charset) : byteByByte(given);
  };
  return {
    fileSystem: "ISO 9660",
    form,
    candidate: (given, isDirectory) => {
      const name = fitted(given);
      const map = charset === undefined || name.isWellFormed() ? text : bytesText;
      return isDirectory
        ? { stem: measure.cut(map(name, rules), rules.directory), extension: "" }
        : fileParts(name, rules, map, measure);
    },
    maximumStem: (extension, isDirectory) =>
      isDirectory ? rules.directory : Math.min(rules.stem, rules.both - Math.max(0, measure.length(extension) - 1)),
    cut: measure.cut,
    identity: (name) => comparedName(encoding.key?.(name) ?? name),
    lacks: (name) => (charset === undefined ? undefined : lackingCharacter(nameInForm(name, form), charset)),
  };
}

/**
 * Orders identifiers without version numbers: by name, then by extension, the shorter filled with spaces.
 * ECMA-119 9.3.
 */
export function compareIsoIdentifiers(left: string, right: string): number {
  const leftDot = left.lastIndexOf(".");
  const rightDot = right.lastIndexOf(".");
  const byName = comparePadded(
    leftDot < 0 ? left : left.slice(0, leftDot),
    rightDot < 0 ? right : right.slice(0, rightDot),
  );
  if (byName !== 0) return byName;
  return comparePadded(leftDot < 0 ? "" : left.slice(leftDot + 1), rightDot < 0 ? "" : right.slice(rightDot + 1));
}

function comparePadded(left: string, right: string): number {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const one = index < left.length ? left.charCodeAt(index) : 0x20;
    const other = index < right.length ? right.charCodeAt(index) : 0x20;
    if (one !== other) return one - other;
  }
  return 0;
}
