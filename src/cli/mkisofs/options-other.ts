/** Options of mkisofs that change nothing here, and those that are known and refused. */
import { usageError } from "../usage.js";
import type { MkisofsOption } from "./option-row.js";
import { acts, idle, numberOf, refused } from "./option-row.js";

/** Only one value is what is written in any case. */
function onlyOne(spelling: string, value: number, owner: MkisofsOption["owner"], effect: string): MkisofsOption {
  const [name = ""] = spelling.replace(/^--?/, "").split(" ");
  return acts(spelling, owner, effect, (_request, text) => {
    if (numberOf(name, text!) !== value) throw usageError(`-${name} is "${text}", allowed: ${value}`);
  });
}

const linksFound = "Hard links are found in any case.";

/** Also of oscdimg. */
export const sameContents = "Files with several names lie there once in any case; equal ones are not looked for.";

/** Taken without effect. */
export const idleOptions: readonly MkisofsOption[] = [
  idle("-v, -verbose", "both", "Nothing more is said."),
  idle("-gui", "both", "Progress is shown on a terminal."),
  idle("-debug", "genisoimage", "Nothing more is said."),
  ...["-cache-inodes", "-no-cache-inodes"].map((spelling) => idle(spelling, "both", linksFound)),
  ...["-correct-inodes", "-no-correct-inodes"].map((spelling) => idle(spelling, "genisoimage", linksFound)),
  idle("-duplicates-once", "genisoimage", sameContents),
  idle("-short-rr-time", "genisoimage", "Times of Rock Ridge have seven bytes in any case."),
  idle("-hardlinks", "xorrisofs", "Hard links are recorded in any case."),
  idle("-check-oldnames", "both", "All names of an imported session are checked in any case."),
  idle("-force-rr", "genisoimage", "Rock Ridge of an imported session is recognised by what it is."),
  idle("-hide-rr-moved", "both", "Relocated directories lie in rr_moved, where there are any; it is not renamed."),
  idle("-ucs-level LEVEL", "genisoimage", "Joliet is written at level 3, of which the others are parts."),
  idle("-no-split-symlink-components", "both", "Long links are split as Rock Ridge says."),
  idle("-no-split-symlink-fields", "both", "Long links are split as Rock Ridge says."),
  idle("-stdio_sync MODE", "xorrisofs", "An image that takes the place of another is safe before it does."),
  idle(
    "-checksum_algorithm_iso, -checksum_algorithm_template NAMES",
    "both",
    "Of jigdo, whose templates are not written.",
  ),
  idle("-no_rc", "xorrisofs", "There are no start-up files."),
  idle("-old-empty", "xorrisofs", "Empty files have no block."),
  idle("-disallow_dir_id_ext", "xorrisofs", "Directories have no dots in ISO 9660 unless names are relaxed."),
  onlyOne("-volset-size NUMBER", 1, "both", "1 alone."),
  onlyOne("-volset-seqno NUMBER", 1, "both", "1 alone."),
  onlyOne("-file_name_limit NUMBER", 255, "xorrisofs", "255 alone: names are not cut."),
];

const hfs = "HFS is not written";
const otherMachines = "boot blocks for other machines than PCs are not written";
const jigdo = "templates of jigdo are not written";
const xa = "XA attributes are not written";
const streams = "an image of standard input is what build makes of a pipe";
const unreadable = "a file that cannot be read, or changes while it is, is an error";
const oldRoot = "update brings a disc up to a folder";

/** Known and refused. */
export const refusedOptions: readonly MkisofsOption[] = [
  ...["-h, -hfs", "-g, -apple", "-probe", "-mac-name", "-no-mac-files", "-part", "-no-desktop", "-icon-position"].map(
    (spelling) => refused(spelling, "genisoimage", hfs),
  ),
  ...["-H, -map FILE", "-magic FILE", "-hfs-type TYPE", "-hfs-creator CREATOR", "-boot-hfs-file FILE"].map((spelling) =>
    refused(spelling, "genisoimage", hfs),
  ),
  ...["-cluster-size SIZE", "-auto FILE", "-hide-hfs PATTERN", "-hide-hfs-list FILE", "-hfs-volid NAME"].map(
    (spelling) => refused(spelling, "genisoimage", hfs),
  ),
  ...["-root-info FILE", "-input-hfs-charset CHARSET", "-output-hfs-charset CHARSET", "-hfs-parms TEXT"].map(
    (spelling) => refused(spelling, "genisoimage", hfs),
  ),
  ...["-hfs-unlock", "-cap", "-netatalk", "-double", "-ethershare", "-exchange", "-sgi", "-macbin", "-single"].map(
    (spelling) => refused(spelling, "genisoimage", hfs),
  ),
  ...["-ushare", "-xinet", "-dave", "-sfm", "-osx-double", "-osx-hfs"].map((spelling) =>
    refused(spelling, "genisoimage", hfs),
  ),
  ...["-hfsplus", "-hfsplus-serial-no TEXT", "-hfsplus-block-size SIZE", "-apm-block-size SIZE"].map((spelling) =>
    refused(spelling, "xorrisofs", hfs),
  ),
  ...["-hfs-bless-by TYPE PATH", "-hide-hfsplus PATTERN", "-hide-hfsplus-list FILE"].map((spelling) =>
    refused(spelling, "xorrisofs", hfs),
  ),
  refused("-hfs-bless PATH", "both", hfs),
  refused("-hfsplus-file-creator-type CREATOR TYPE PATH", "xorrisofs", hfs),
  ...["-B, -sparc-boot FILES", "-sparc-label LABEL", "-mips-boot PATH", "-mipsel-boot PATH", "-alpha-boot PATH"].map(
    (spelling) => refused(spelling, "both", otherMachines),
  ),
  ...["-hppa-cmdline TEXT", "-hppa-kernel-32 PATH", "-hppa-kernel-64 PATH", "-hppa-bootloader PATH"].map((spelling) =>
    refused(spelling, "both", otherMachines),
  ),
  ...["-hppa-ramdisk PATH", "-hppa-hdrversion NUMBER", "-prep-boot-part FILE"].map((spelling) =>
    refused(spelling, "both", otherMachines),
  ),
  ...["-sunx86-boot FILES", "-sunx86-label LABEL", "-prep-boot FILE"].map((spelling) =>
    refused(spelling, "genisoimage", otherMachines),
  ),
  refused("-grub2-sparc-core PATH", "xorrisofs", otherMachines),
  ...["-jigdo-jigdo FILE", "-jigdo-template FILE", "-jigdo-min-file-size SIZE", "-jigdo-exclude PATTERN"].map(
    (spelling) => refused(spelling, "both", jigdo),
  ),
  ...["-jigdo-force-md5, -jigdo-force-checksum PATTERN", "-jigdo-map MAP", "-jigdo-template-compress HOW"].map(
    (spelling) => refused(spelling, "both", jigdo),
  ),
  ...["-md5-list, -checksum-list FILE", "-jigdo-checksum-algorithm NAME"].map((spelling) =>
    refused(spelling, "both", jigdo),
  ),
  ...["-XA", "-xa"].map((spelling) => refused(spelling, "genisoimage", xa)),
  refused("-s, -sectype TYPE", "genisoimage", "images are of blocks of 2,048 bytes alone"),
  refused("-long-rr-time", "genisoimage", "times of Rock Ridge have seven bytes"),
  refused("-no-limit-pathtables", "genisoimage", "path tables have room for 65,535 directories"),
  refused("-data-change-warn", "genisoimage", unreadable),
  refused("-ignore-error", "genisoimage", unreadable),
  refused("-errctl RULES", "genisoimage", unreadable),
  refused("-find EXPRESSION", "genisoimage", "expressions of find are not understood: -m leaves files out"),
  refused("-posix-H", "genisoimage", "links are followed everywhere or nowhere"),
  refused("-dvd-audio", "genisoimage", "DVD-Video alone is laid out"),
  refused("-dvd-hybrid", "genisoimage", "DVD-Video alone is laid out"),
  refused("-hide-ignorecase", "genisoimage", "patterns tell capital letters from small ones"),
  refused("-split-output", "genisoimage", "an image is one file"),
  refused("-stream-media-size SECTORS", "genisoimage", streams),
  refused("-stream-file-name NAME", "genisoimage", streams),
  refused("-log-file FILE", "both", "messages go to standard error"),
  refused("-use-fileversion LEVEL", "genisoimage", "names of the host have no versions"),
  refused("-no-rr", "genisoimage", "an imported session is read with all it has"),
  refused("-check-session FILE", "genisoimage", "verify checks discs"),
  refused("-old-root DIR", "both", oldRoot),
  refused("-old-root-no-ino", "xorrisofs", oldRoot),
  refused("-old-root-devno", "xorrisofs", oldRoot),
  refused("-old-root-no-md5", "xorrisofs", oldRoot),
  refused("-md5", "xorrisofs", "checksums are not recorded"),
  refused("-scdbackup_tag FILE NAME", "xorrisofs", "checksums are not recorded"),
  refused("-application_use VALUE", "xorrisofs", "the field has no text of the user's"),
  refused("-untranslated_name_len LENGTH", "xorrisofs", "names of ISO 9660 have up to 37 characters: -U"),
  refused("-quoted_path_list FILE", "xorrisofs", "-path-list reads plain lines"),
  refused("-sort-weight-patterns FILE", "xorrisofs", "-sort-weight-list reads paths, -sort patterns"),
];
