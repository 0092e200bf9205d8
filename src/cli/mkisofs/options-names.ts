/** Options of mkisofs that say which file systems an image has, how names stand in them, and what the volume is called. */
import type { IsoLevel } from "../../node.js";
import { usageError } from "../usage.js";
import type { MkisofsOption } from "./option-row.js";
import { acts, numberOf } from "./option-row.js";
import type { MkisofsRequest } from "./request.js";
import { timeOf } from "./time.js";

function useFullNames(request: MkisofsRequest): void {
  if (request.isoLevel === 1) request.isoLevel = 2;
}

function useLongestNames(request: MkisofsRequest): void {
  useFullNames(request);
  request.longNames = true;
  request.omitVersion = true;
}

function isoLevelOf(text: string): IsoLevel {
  const level = numberOf("iso-level", text, 4);
  if (level === 1 || level === 2 || level === 3 || level === 4) return level;
  throw usageError(`-iso-level is "${text}", expected 1, 2, 3 or 4`);
}

/** File systems. */
export const fileSystemOptions: readonly MkisofsOption[] = [
  acts("-R, -rock", "both", "Rock Ridge. xorrisofs has it by default.", (request) => {
    request.rockRidge = true;
  }),
  acts("-rrip110", "genisoimage", "Rock Ridge of version 1.10.", (request) => {
    request.rockRidgeVersion = "1.10";
  }),
  acts("-rrip112", "genisoimage", "Rock Ridge of version 1.12: the default.", (request) => {
    request.rockRidgeVersion = "1.12";
  }),
  acts("-norock", "xorrisofs", "No Rock Ridge.", (request) => {
    request.rockRidge = false;
    request.rationalised = false;
  }),
  acts("-J, -joliet", "both", "Joliet.", (request) => {
    request.joliet = true;
  }),
  acts("-joliet-long", "both", "Joliet with names of up to 103 characters, not 64.", (request) => {
    request.joliet = true;
    request.longJolietNames = true;
  }),
  acts("-no-long-joliet", "genisoimage", "Joliet names of up to 64 characters: the default.", (request) => {
    request.longJolietNames = false;
  }),
  acts(
    "-joliet-utf16",
    "xorrisofs",
    'Joliet names in UTF-16. Without it, xorrisofs has "_" for characters beyond UCS-2; the others write UTF-16.',
    (request) => {
      request.jolietCharset = "utf-16";
    },
  ),
  acts("-jcharset CHARSET", "genisoimage", "-J, and -input-charset.", (request, charset) => {
    request.joliet = true;
    request.inputCharset = charset!;
  }),
  acts("-udf, -UDF", "genisoimage", "UDF 1.02 beside ISO 9660, with owners and modes.", (request) => {
    request.udf = true;
  }),
  acts("-udf-symlinks", "genisoimage", "Links and devices are in UDF, too: build --udf-special-files.", (request) => {
    request.udfSpecialFiles = true;
  }),
  acts("-no-udf-symlinks", "genisoimage", "They are not: the default.", (request) => {
    request.udfSpecialFiles = false;
  }),
  acts(
    "-allow-limited-size",
    "genisoimage",
    "-udf. Files of more than 4 GiB need -iso-level 3, where they are whole in ISO 9660, too.",
    (request) => {
      request.udf = true;
      // The sizes that the option was made for are right at this level in both file systems.
      if (request.isoLevel < 3) request.isoLevel = 3;
    },
  ),
  acts(
    "-dvd-video",
    "genisoimage",
    "-udf, with the files of VIDEO_TS where their information files (.IFO) state.",
    (request) => {
      request.udf = true;
      request.dvdVideo = true;
    },
  ),
  acts(
    "-T, -translation-table",
    "genisoimage",
    "A file TRANS.TBL in each directory, with the names of ISO 9660.",
    (request) => {
      request.translationTable ??= "TRANS.TBL";
    },
  ),
  acts("-table-name NAME", "genisoimage", "-T, with another name.", (request, name) => {
    request.translationTable = name!;
  }),
];

/** Names of ISO 9660. */
export const nameOptions: readonly MkisofsOption[] = [
  acts(
    "-iso-level LEVEL",
    "both",
    "1: 8 and 3 characters; 2: 31; 3: files over 4 GiB, too; 4: ISO 9660:1999, with xorrisofs as a tree beside that of 3.",
    (request, level) => {
      const wanted = isoLevelOf(level!);
      request.enhancedTree = wanted === 4 && request.program === "xorrisofs";
      request.isoLevel = request.enhancedTree ? 3 : wanted;
    },
  ),
  acts("-l, -full-iso9660-filenames", "both", "Names of 31 characters.", useFullNames),
  acts("-max-iso9660-filenames", "both", "Names of 37 characters, without versions.", useLongestNames),
  acts("-N, -omit-version-number", "both", 'No ";1", and no dot that ends a name.', (request) => {
    request.omitVersion = true;
  }),
  acts("-d, -omit-period", "both", "No dot that ends a name.", (request) => {
    request.omitPeriod = true;
  }),
  acts(
    "-D, -disable-deep-relocation",
    "both",
    "Directories below the eighth level stay where they are. xorrisofs does so by default.",
    (request) => {
      request.deepPaths = true;
    },
  ),
  acts(
    "-rr_reloc_dir NAME",
    "xorrisofs",
    "Moves deep directories to rr_moved, the only name there is.",
    (request, name) => {
      if (!/^\/?rr_moved$/i.test(name!)) throw usageError(`-rr_reloc_dir is "${name}", allowed: rr_moved`);
      request.deepPaths = false;
    },
  ),
  acts("-L, -allow-leading-dots, -ldots", "both", "Dots that begin names stay.", (request) => {
    request.leadingDots = true;
  }),
  acts("-allow-lowercase", "both", "Small letters stay.", (request) => {
    request.lowercase = true;
  }),
  acts("-allow-multidot", "both", "All dots of a name stay; not at level 1, where a name has one.", (request) => {
    request.multipleDots = true;
  }),
  acts(
    "-relaxed-filenames",
    "both",
    "All of ASCII stays, but for what separates names, and small letters.",
    (request) => {
      request.anyAscii = true;
    },
  ),
  acts(
    "-no-iso-translate",
    "both",
    "As -relaxed-filenames: # and ~ stay, and so does the rest of ASCII.",
    (request) => {
      request.anyAscii = true;
    },
  ),
  acts(
    "-U, -untranslated-filenames",
    "both",
    "-l -d -N -L -relaxed-filenames -allow-lowercase -allow-multidot -max-iso9660-filenames.",
    (request) => {
      useLongestNames(request);
      request.omitPeriod = true;
      request.leadingDots = true;
      request.multipleDots = true;
      request.anyAscii = true;
      request.lowercase = true;
    },
  ),
  acts(
    "-input-charset CHARSET",
    "both",
    "The character set of names on the host. Default: UTF-8; other bytes stay as they are.",
    (request, charset) => {
      request.inputCharset = charset!;
    },
  ),
  acts(
    "-output-charset CHARSET",
    "both",
    "The character set of Rock Ridge names, and of those of ISO 9660:1999. Default: that of -input-charset; UTF-8 with xorrisofs. What it lacks becomes _.",
    (request, charset) => {
      request.outputCharset = charset!;
    },
  ),
];

/** Fields of the volume descriptors. */
export const volumeOptions: readonly MkisofsOption[] = [
  acts("-V, -volid NAME", "both", "Volume name. Default: CDROM; ISOIMAGE with xorrisofs.", (request, text) => {
    request.volumeName = text!;
  }),
  acts("-A, -appid TEXT", "both", "Application.", (request, text) => {
    request.applicationIdentifier = text!;
  }),
  acts("-P, -publisher TEXT", "both", "Publisher.", (request, text) => {
    request.publisherIdentifier = text!;
  }),
  acts("-p, -preparer TEXT", "both", "Data preparer.", (request, text) => {
    request.dataPreparerIdentifier = text!;
  }),
  acts("-sysid TEXT", "both", "System. Default: LINUX; none with xorrisofs.", (request, text) => {
    request.systemIdentifier = text!;
  }),
  acts("-volset TEXT", "both", "Volume set.", (request, text) => {
    request.volumeSetIdentifier = text!;
  }),
  acts("-copyright NAME", "both", "File with the copyright.", (request, text) => {
    request.copyrightFileIdentifier = text!;
  }),
  acts("-abstract NAME", "both", "File with an abstract.", (request, text) => {
    request.abstractFileIdentifier = text!;
  }),
  acts("-biblio NAME", "both", "File with bibliographic data.", (request, text) => {
    request.bibliographicFileIdentifier = text!;
  }),
  acts(
    "-modification-date TIME",
    "xorrisofs",
    "When the volume was created and changed: YYYYMMDDhhmmsscc, in zone 0.",
    (request, text) => {
      request.volumeCreation = timeOf("-modification-date", text!);
      request.volumeModification = request.volumeCreation;
    },
  ),
  acts(
    "-volume_date TYPE TIME",
    "xorrisofs",
    "A time of the volume: c of creation, m of modification, x of expiration, f from which on it may be used, uuid both of the first.",
    setVolumeDate,
  ),
];

function setVolumeDate(request: MkisofsRequest, type: string | undefined, text: string | undefined): void {
  const ms = timeOf("volume_date", text!);
  if (type === "c" || type === "uuid") request.volumeCreation = ms;
  if (type === "m" || type === "uuid") request.volumeModification = ms;
  else if (type === "x") request.volumeExpiration = ms;
  else if (type === "f") request.volumeEffective = ms;
  else if (type !== "c") throw usageError(`-volume_date is of "${type}", expected c, m, x, f or uuid`);
}
