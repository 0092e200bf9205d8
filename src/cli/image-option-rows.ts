/** The options that say what an image is like, whichever command makes it. */
import { udfRevisions } from "../node.js";
import type { OptionRow } from "./command-table.js";
import { strictOption } from "./option-groups.js";

/** How names are written. */
const nameOptions: readonly OptionRow[] = [
  {
    name: "charset",
    value: "NAME",
    default: "UTF-8",
    help: "Character set of Rock Ridge names: shift_jis, euc-kr, cp437, iso-8859-1 …; a session that is continued is read in it.",
  },
  {
    name: "iso-charset",
    value: "NAME",
    help: 'Character set of ISO 9660 names. Default: ASCII, with "_" for all else; or that of the session that is continued.',
  },
  {
    name: "unencodable",
    value: "HOW",
    choices: ["refuse", "mangle"],
    default: "refuse",
    help: 'Characters that a set of names lacks: refuse the name, or write "_" and say so.',
  },
  {
    name: "unicode-form",
    value: "FORM",
    choices: ["nfc", "nfd"],
    help: "Write names with composed characters, or taken apart. Default: as they are.",
  },
  {
    name: "joliet-charset",
    value: "SET",
    choices: ["utf-16", "ucs-2"],
    default: "utf-16",
    help: "Whether Joliet names have characters beyond the first 65,536, as pairs of surrogates.",
  },
  { name: "iso-1999", help: "Add a tree of names up to 207 bytes: the enhanced one of ISO 9660:1999." },
];

/** How an image is made. */
export const imageOptions: readonly OptionRow[] = [
  {
    name: "fs",
    value: "LIST",
    default: "iso,rockridge,joliet",
    help: "File systems, separated by commas: iso, rockridge, joliet, udf; or all.",
  },
  { name: "volume", short: "V", value: "NAME", default: "DISC", help: "Volume name, up to 32 characters, as given." },
  { name: "iso-level", value: "LEVEL", choices: ["1", "2", "3", "4"], default: "3", help: "Level of ISO 9660." },
  { name: "iso-lowercase", help: "Keep small letters in ISO 9660 names." },
  { name: "iso-long-names", help: "Allow 37 characters in ISO 9660 names; implies --iso-no-version." },
  { name: "iso-no-version", help: 'Leave ";1" out of ISO 9660 names.' },
  { name: "iso-deep-paths", help: "Allow more than eight levels of directories in ISO 9660." },
  { name: "iso-any-ascii", help: "Allow all of ASCII in ISO 9660 names." },
  {
    name: "rock-ridge",
    value: "VERSION",
    choices: ["1.10", "1.12"],
    default: "1.12",
    help: "Version of the Rock Ridge Interchange Protocol.",
  },
  { name: "joliet-long", help: "Allow 103 characters in Joliet names, not 64." },
  { name: "publisher", value: "TEXT", help: "Publisher, up to 128 characters." },
  { name: "preparer", value: "TEXT", help: "Data preparer, up to 128 characters." },
  { name: "application", value: "TEXT", help: "Application, up to 128 characters." },
  { name: "system-id", value: "TEXT", help: "System identifier, up to 32 characters." },
  { name: "volume-set", value: "TEXT", help: "Volume set identifier, up to 128 characters." },
  { name: "copyright-file", value: "NAME", help: "Name of the file with the copyright, up to 37 characters." },
  { name: "abstract-file", value: "NAME", help: "Name of the file with an abstract, up to 37 characters." },
  { name: "bibliographic-file", value: "NAME", help: "Name of the file with bibliographic data, up to 37 characters." },
  {
    name: "volume-date",
    value: "WHICH=TIME",
    multiple: true,
    help: "created, modified, effective or expires, with a time such as 2026-03-04T11:22:33Z. Default of the first two: now.",
  },
  { name: "padding", value: "BLOCKS", number: true, help: "Blocks of zeros at the end of the volume. Default: none." },
  {
    name: "udf-revision",
    value: "REVISION",
    choices: udfRevisions,
    help: "Revision of UDF. Default: that of the disc; else 1.02, on BD 2.50.",
  },
  { name: "udf-rebuild", help: "Write another revision of UDF than the session that is continued has." },
  { name: "udf-special-files", help: "Put links and devices into UDF, too; 7-Zip then refuses the UDF volume." },
  { name: "udf-embed", help: "Keep small files in their file entries; with --fs udf alone." },
  { name: "udf-vat", help: "Use a virtual allocation table, as packet writing does; revisions 1.50 to 2.01." },
  {
    name: "growable",
    help: "Lay the image out so that all sessions added to it can be found; when adding, take a file of sequential sessions, too.",
  },
  ...nameOptions,
  strictOption,
];
