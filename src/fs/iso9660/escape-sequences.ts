/**
 * Escape sequences by which a supplementary descriptor names the character set of its texts. ECMA-119, 4th edition (June
 * 2019), 8.5.9; ECMA-35; the International Register of Coded Character Sets (ISO-IR) has the last bytes.
 * They are read, and not written: libarchive refuses a volume whose Enhanced Volume Descriptor has any.
 */
import { textFromBytes } from "../../codec/text.js";

/**
 * Character sets by their escape sequences, without the ESC that each begins with. Those of one byte put their upper half
 * where bytes of 128 and more are ("-" designates a set of 96 as G1); EUC sets do so with one of two bytes ("$)").
 * UTF-8 is another coding system altogether ("%").
 */
const sequences: ReadonlyMap<string, string> = new Map([
  ["%G", "utf-8"],
  ["%/G", "utf-8"],
  ["%/H", "utf-8"],
  ["%/I", "utf-8"],
  ["-A", "iso-8859-1"],
  ["-B", "iso-8859-2"],
  ["-C", "iso-8859-3"],
  ["-D", "iso-8859-4"],
  ["-L", "iso-8859-5"],
  ["-G", "iso-8859-6"],
  ["-F", "iso-8859-7"],
  ["-H", "iso-8859-8"],
  ["-M", "iso-8859-9"],
  ["-V", "iso-8859-10"],
  ["-T", "tis-620"],
  ["-Y", "iso-8859-13"],
  ["-_", "iso-8859-14"],
  ["-b", "iso-8859-15"],
  ["-f", "iso-8859-16"],
  ["$)A", "gb2312"],
  ["$)C", "euc-kr"],
]);

/** The character set that escape sequences name; `undefined` where they name none, or an unknown one. */
export function charsetOfEscapeSequences(field: Uint8Array): string | undefined {
  return sequences.get(textFromBytes(field, 0, field.length).replace(/\0+$/, ""));
}
