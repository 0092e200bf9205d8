/** Understands command lines of oscdimg. Microsoft, "Oscdimg Command-Line Options". */
import type { UdfRevision } from "../../node.js";
import { usageError } from "../usage.js";
import { numberOf } from "./option-row.js";
import { sameContents } from "./options-other.js";
import type { BootEntryRequest, MkisofsRequest } from "./request.js";
import { biosPlatform, newBootEntry, newRequest, uefiPlatform } from "./request.js";

/** One option: its letters, behind which a value may stand in the same word. */
export interface OscdimgOption {
  readonly name: string;
  /** Name of the value; `undefined` for none. */
  readonly value: string | undefined;
  readonly effect: string;
  readonly kind: "acts" | "idle" | "refused";
  readonly apply: (request: MkisofsRequest, value: string) => void;
}

type Apply = OscdimgOption["apply"];

function acts(name: string, value: string | undefined, effect: string, apply: Apply): OscdimgOption {
  return { name, value, effect, kind: "acts", apply };
}

function idle(name: string, value: string | undefined, effect: string): OscdimgOption {
  return { name, value, effect, kind: "idle", apply: () => {} };
}

function refused(name: string, value: string | undefined, effect: string): OscdimgOption {
  const apply = (): never => {
    throw usageError(`-${name} is not supported: ${effect}`);
  };
  return { name, value, effect, kind: "refused", apply };
}

function useUdf(revision: UdfRevision): Apply {
  return (request) => {
    request.udf = true;
    request.udfRevision = revision;
  };
}

function useLongNames(request: MkisofsRequest): void {
  if (request.isoLevel < 3) request.isoLevel = 3;
}

/** What shells of Windows leave around paths. */
function unquoted(path: string): string {
  return path.replaceAll('"', "");
}

/** "MM/DD/YYYY,hh:mm:ss", in zone 0. */
function timeOf(text: string): number {
  const match = /^(\d\d?)\/(\d\d?)\/(\d{4}),(\d\d?):(\d\d):(\d\d)$/.exec(text);
  if (match === null) throw usageError(`-t is "${text}", expected MM/DD/YYYY,hh:mm:ss`);
  const [month, day, year, hour, minute, second] = match.slice(1).map(Number) as number[];
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
}

/** Sectors that a loader for UEFI is said to have: firmware takes the volume's own length, and Windows says 1. */
const uefiLoadSectors = 1;

function platformOf(text: string): number {
  const platform = /^[\da-f]{1,2}$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
  if (!Number.isNaN(platform)) return platform;
  throw usageError(`-bootdata: p${text} is no platform: p0 for BIOS, pEF for UEFI`);
}

/** "p0,e,bC:\winpe\etfsboot.com": one entry. */
function bootEntryOf(text: string): BootEntryRequest {
  const entry: BootEntryRequest = { ...newBootEntry(), isOnHost: true };
  for (const part of text.split(",")) {
    const value = part.slice(1);
    const letter = part.charAt(0).toLowerCase();
    if (letter === "p") entry.platform = platformOf(value);
    else if (letter === "e") entry.emulation = "none";
    else if (letter === "b") entry.image = unquoted(value);
    else if (letter === "t") entry.loadSegment = Number.parseInt(value, 16);
    else throw usageError(`-bootdata: "${part}" is not one of pPLATFORM, e, bFILE, tSEGMENT`);
  }
  if (entry.image === undefined) throw usageError(`-bootdata: "${text}" names no file: bFILE is missing`);
  if (entry.platform === uefiPlatform) entry.loadSectors = uefiLoadSectors;
  return entry;
}

function setBootData(request: MkisofsRequest, text: string): void {
  const [count = "", ...entries] = text.split("#");
  if (numberOf("bootdata", count) !== entries.length) {
    throw usageError(`-bootdata: "${count}" entries are said to follow, and ${entries.length} do`);
  }
  request.bootEntries.splice(0, request.bootEntries.length, ...entries.map(bootEntryOf));
}

function onlyEntry(request: MkisofsRequest): BootEntryRequest {
  const entry = request.bootEntries[0]!;
  entry.isOnHost = true;
  return entry;
}

/** Every option. */
export const oscdimgOptions: readonly OscdimgOption[] = [
  acts("l", "LABEL", "Volume name, up to 32 characters. Default: CDROM.", (request, label) => {
    request.volumeName = unquoted(label);
  }),
  acts(
    "t",
    "TIME",
    "The time of all files and directories, and of the volume: MM/DD/YYYY,hh:mm:ss, in zone 0.",
    (request, text) => {
      request.fileTimes = timeOf(text);
      request.volumeCreation = request.fileTimes;
      request.volumeModification = request.fileTimes;
    },
  ),
  acts("n", undefined, "Names of ISO 9660 of 31 characters.", useLongNames),
  acts("nt", undefined, "Likewise.", useLongNames),
  acts("d", undefined, "Small letters stay in names of ISO 9660.", (request) => {
    request.lowercase = true;
  }),
  acts("j1", undefined, "Joliet beside ISO 9660 with 8 and 3 characters.", (request) => {
    request.joliet = true;
  }),
  acts("j2", undefined, "Joliet; ISO 9660 shows a note alone.", (request) => {
    request.joliet = true;
    request.isoNoteOnly = true;
  }),
  acts("u1", undefined, "UDF beside ISO 9660.", (request) => {
    request.udf = true;
  }),
  acts("u2", undefined, "UDF; ISO 9660 shows a note alone.", (request) => {
    request.udf = true;
    request.isoNoteOnly = true;
  }),
  acts("udfver102", undefined, "UDF 1.02, the default.", useUdf("1.02")),
  acts("udfver150", undefined, "UDF 1.50.", useUdf("1.50")),
  acts("udfver200", undefined, "UDF 2.00.", useUdf("2.00")),
  acts("udfver201", undefined, "UDF 2.01.", useUdf("2.01")),
  acts("udfver250", undefined, "UDF 2.50.", useUdf("2.50")),
  acts("b", "FILE", "Boot image for BIOS, or as -p says: a file of the host.", (request, path) => {
    const entry = onlyEntry(request);
    entry.image = unquoted(path);
    entry.emulation = "none";
  }),
  acts("p", "PLATFORM", "The platform of -b, in hexadecimal digits.", (request, text) => {
    onlyEntry(request).platform = platformOf(text);
  }),
  acts(
    "bootdata:",
    "DATA",
    "N#ENTRY#ENTRY…, each of pPLATFORM, e, bFILE, tSEGMENT: boot images, files of the host.",
    setBootData,
  ),
  acts("q", undefined, "Says nothing of what was written.", (request) => {
    request.quiet = true;
  }),
  acts("help", undefined, "Prints a help.", (request) => {
    request.help = true;
  }),
  idle("e", undefined, "-b names an image that is loaded as it is in any case."),
  idle("m", undefined, "There is no limit for images."),
  idle("o", undefined, sameContents),
  idle("oc", undefined, "As -o."),
  idle("os", undefined, "As -o."),
  idle("oi", undefined, "As -o."),
  idle("h", undefined, "Hidden files are taken in any case."),
  idle("g", undefined, "Times are written in zone 0 in any case."),
  idle("w1", undefined, "Warnings are said in any case."),
  idle("w2", undefined, "Warnings are said in any case."),
  idle("w3", undefined, "Warnings are said in any case."),
  idle("w4", undefined, "Warnings are said in any case."),
  idle("k", undefined, "A file that cannot be read is an error."),
  refused("maxsize:", "MEGABYTES", "an image is as long as its contents are"),
  refused("us", undefined, "small files are not kept in their file entries beside ISO 9660"),
  refused("ue", undefined, "small files are not kept in their file entries beside ISO 9660"),
  refused("uf", undefined, "small files are not kept in their file entries beside ISO 9660"),
  refused("ur", undefined, "real-time files are not written"),
  refused("y", "FILE", "-yo and -y5 of oscdimg order files; xorrisofs --sort-weight does"),
  refused("js", "FILE", "the note in ISO 9660 is always the same"),
  refused("x", undefined, "checksums are not computed"),
  refused("c", undefined, "codes of files are not written"),
  refused("a", undefined, "summaries of allocation are not printed"),
];

/** The option of a word, and its value: the longest name that fits. */
function optionOf(word: string): { option: OscdimgOption; value: string } {
  const text = word.slice(1);
  const fitting = oscdimgOptions.filter(({ name, value }) => {
    const isBegun = text.slice(0, name.length).toLowerCase() === name;
    return isBegun && (value === undefined ? text.length === name.length : text.length > name.length);
  });
  const [option] = fitting.sort((one, other) => other.name.length - one.name.length);
  if (option === undefined) throw usageError(`there is no option "${word}"; docs/MKISOFS.md lists those there are`);
  return { option, value: text.slice(option.name.length) };
}

/**
 * Understands a command line of oscdimg: options, the folder, the image.
 *
 * @throws {@link DiscError} E_USAGE.
 */
export function parseOscdimg(words: readonly string[]): MkisofsRequest {
  const request: MkisofsRequest = { ...newRequest("oscdimg"), catalogHidden: true };
  const paths: string[] = [];
  for (const word of words) {
    if (!word.startsWith("-")) {
      paths.push(word);
      continue;
    }
    const { option, value } = optionOf(word.replace(/^--(?=help$)/, "-"));
    option.apply(request, value);
  }
  if (request.help) return request;
  const [source, output, more] = paths;
  if (source === undefined || output === undefined || more !== undefined) {
    throw usageError(`oscdimg takes a folder and an image, and got ${paths.length} paths`);
  }
  // What ISO 9660 does not show may be longer than it could say at lower levels.
  if (request.isoNoteOnly) request.isoLevel = 3;
  const { bootEntries } = request;
  for (const entry of bootEntries) if (entry.platform !== biosPlatform) entry.loadSectors ??= uefiLoadSectors;
  request.pathSpecs.push(source);
  request.output = output;
  return request;
}
