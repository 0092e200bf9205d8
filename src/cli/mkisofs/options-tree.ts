/** Options of mkisofs that say what is in the tree, and what its items are like. */

import { octalMode } from "../octal-mode.js";
import { usageError } from "../usage.js";
import type { MkisofsOption } from "./option-row.js";
import { acts, numberOf } from "./option-row.js";
import { timeOf } from "./time.js";

/** Numbers of owners and groups, of 32 bits. IEEE P1282, 4.1.1. */
const maximumId = 0xffff_ffff;

function sessionOf(text: string): { previous: number; next: number } {
  const match = /^(\d+),(\d+)$/.exec(text);
  if (match === null) throw usageError(`-C is "${text}", expected two block addresses: 0,11702`);
  return { previous: Number(match[1]), next: Number(match[2]) };
}

function ownerOf(option: "uid" | "gid", text: string): number | undefined {
  if (text === "" || text === "-") return undefined;
  return numberOf(option, text, maximumId);
}

/** Where things come from and go to. */
export const sourceOptions: readonly MkisofsOption[] = [
  acts("-o, -output FILE", "both", "The file to write, which is replaced; - is standard output.", (request, file) => {
    request.output = /^\/dev\/(stdout|fd\/1)$/.test(file!) ? "-" : file!;
  }),
  acts("-graft-points", "both", "A path is TARGET=SOURCE; \\= and \\\\ are plain characters.", (request) => {
    request.graftPoints = true;
  }),
  acts(
    "-path-list FILE",
    "both",
    "Paths, one a line, behind those of the command line; - is standard input.",
    (request, file) => {
      request.pathLists.push(file!);
    },
  ),
  acts("-root DIR", "both", "Puts everything below this directory.", (request, directory) => {
    request.root = directory!;
  }),
  acts("-f, -follow-links, -posix-L", "both", "Takes what links lead to.", (request) => {
    request.followLinks = true;
  }),
  acts("-posix-P", "genisoimage", "Takes links as they are: the default.", (request) => {
    request.followLinks = false;
  }),
  acts("-acl", "xorrisofs", "Takes access control lists of the host.", (request) => {
    request.hostAttributes = { ...request.hostAttributes, accessControl: true };
  }),
  acts("-xattr", "xorrisofs", "Takes extended attributes of the host whose names begin with user.", (request) => {
    request.hostAttributes = { ...request.hostAttributes, extendedAttributes: "user" };
  }),
  acts("-xattr-any", "xorrisofs", "Takes extended attributes of all name spaces.", (request) => {
    request.hostAttributes = { ...request.hostAttributes, extendedAttributes: "any" };
  }),
  acts(
    "-for_backup",
    "xorrisofs",
    "As -acl -xattr-any; hard links are recorded in any case, checksums are not.",
    (request) => {
      request.hostAttributes = { extendedAttributes: "any", accessControl: true };
    },
  ),
  acts(
    "-m, -exclude, -x, -old-exclude PATTERN",
    "both",
    "Leaves out what has such a name, or such a path on the host.",
    (request, pattern) => {
      request.exclude.patterns.push(pattern!);
    },
  ),
  acts("-exclude-list FILE", "both", "As -m, with a pattern a line.", (request, file) => {
    request.exclude.lists.push(file!);
  }),
  acts("-nobak, -no-bak", "genisoimage", "Leaves out names with ~ or #, and those that end in .bak.", (request) => {
    request.withoutBackups = true;
  }),
  acts(
    "-C, -cdrecord-params LAST,NEXT",
    "both",
    "Makes a session for block NEXT; with -M, it continues the one at LAST.",
    (request, text) => {
      request.session = sessionOf(text!);
    },
  ),
  acts(
    "-M, -prev-session, -dev DISC",
    "both",
    "The disc or image whose session is continued; with -C.",
    (request, disc) => {
      request.previousImage = disc!;
    },
  ),
  acts("-print-size", "both", "Prints the image's blocks of 2,048 bytes, and writes nothing.", (request) => {
    request.printSize = true;
  }),
  acts("-pad", "both", "150 blocks of zeros behind the contents: the default.", (request) => {
    request.padding = true;
  }),
  acts("-no-pad", "both", "No such blocks.", (request) => {
    request.padding = false;
  }),
  acts(
    "-emul-toc",
    "xorrisofs",
    "Lays the image out so that sessions can be added to it as a file: build --growable.",
    (request) => {
      request.growable = true;
    },
  ),
  acts("-no-emul-toc", "xorrisofs", "Does not: the default.", (request) => {
    request.growable = false;
  }),
  acts("-quiet", "both", "Says nothing of what was written; warnings and errors stay.", (request) => {
    request.quiet = true;
  }),
  acts("-help", "both", "Prints a help.", (request) => {
    request.help = true;
  }),
  acts("-version", "both", "Prints the version.", (request) => {
    request.version = true;
  }),
];

/** What is hidden, and in which order contents lie. */
export const hidingOptions: readonly MkisofsOption[] = [
  acts(
    "-hide PATTERN",
    "both",
    "Hides from ISO 9660 and Rock Ridge what has such a name or path on the host, with what is in it.",
    (request, pattern) => {
      request.hideIso.patterns.push(pattern!);
    },
  ),
  acts("-hide-list FILE", "both", "As -hide, with a pattern a line.", (request, file) => {
    request.hideIso.lists.push(file!);
  }),
  acts("-hide-joliet PATTERN", "both", "Likewise, from Joliet.", (request, pattern) => {
    request.hideJoliet.patterns.push(pattern!);
  }),
  acts("-hide-joliet-list FILE", "both", "As -hide-joliet, with a pattern a line.", (request, file) => {
    request.hideJoliet.lists.push(file!);
  }),
  acts("-hide-udf PATTERN", "genisoimage", "Likewise, from UDF. An option of mkisofs.", (request, pattern) => {
    request.hideUdf.patterns.push(pattern!);
  }),
  acts("-hide-udf-list FILE", "genisoimage", "As -hide-udf, with a pattern a line.", (request, file) => {
    request.hideUdf.lists.push(file!);
  }),
  acts(
    "-hidden PATTERN",
    "genisoimage",
    "Sets the flag by which readers do not show it, likewise.",
    (request, pattern) => {
      request.hidden.patterns.push(pattern!);
    },
  ),
  acts("-hidden-list FILE", "genisoimage", "As -hidden, with a pattern a line.", (request, file) => {
    request.hidden.lists.push(file!);
  }),
  acts("-hide-joliet-trans-tbl", "genisoimage", "Hides the tables of -T from Joliet.", (request) => {
    request.hideTranslationTable = true;
  }),
  acts(
    "-sort FILE",
    "genisoimage",
    "Lines of a path on the host, or a pattern, and a weight: what has more lies further in front.",
    (request, file) => {
      request.sortFiles.push(file!);
    },
  ),
  acts(
    "-sort-weight WEIGHT PATH",
    "xorrisofs",
    "The weight of a file of the image, or of all in a directory.",
    (request, weight, path) => {
      request.weights.push({ weight: weightOf(weight!), path: path! });
    },
  ),
  acts("-sort-weight-list FILE", "xorrisofs", "Lines of a weight and a path of the image.", (request, file) => {
    request.weightLists.push(file!);
  }),
];

/** A weight. @throws {@link DiscError} E_USAGE. */
function weightOf(text: string): number {
  if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw usageError(`"${text}" is no weight, which is a whole number`);
}

/** Owners, modes and times. */
export const attributeOptions: readonly MkisofsOption[] = [
  acts(
    "-r, -rational-rock",
    "both",
    "Rock Ridge with owner and group 0, readable by all, nothing writable.",
    (request) => {
      request.rockRidge = true;
      request.rationalised = true;
    },
  ),
  acts("-uid NUMBER", "both", "The owner of everything. Implies -R.", (request, text) => {
    request.uid = ownerOf("uid", text!);
    request.rockRidge = true;
  }),
  acts("-gid NUMBER", "both", "The group of everything. Implies -R.", (request, text) => {
    request.gid = ownerOf("gid", text!);
    request.rockRidge = true;
  }),
  acts("-dir-mode MODE", "both", "The mode of directories, in octal digits. Implies -R.", (request, text) => {
    request.directoryMode = octalMode("-dir-mode", text!);
    request.rockRidge = true;
  }),
  acts("-file-mode MODE", "both", "The mode of files, in octal digits. Implies -R.", (request, text) => {
    request.fileMode = octalMode("-file-mode", text!);
    request.rockRidge = true;
  }),
  acts(
    "-new-dir-mode MODE",
    "genisoimage",
    "The mode of directories that graft points and -root need.",
    (request, text) => {
      request.newDirectoryMode = octalMode("-new-dir-mode", text!);
      request.rockRidge = true;
    },
  ),
  acts(
    "-set_all_file_dates TIME",
    "xorrisofs",
    "The time of everything, as for -modification-date; set_to_mtime leaves modification times alone.",
    (request, text) => {
      const isUnset = text === "" || text === "default";
      if (isUnset) request.fileTimes = undefined;
      else request.fileTimes = text === "set_to_mtime" ? "modification" : timeOf("-set_all_file_dates", text!);
    },
  ),
];
