import { mediaTypes } from "../device.js";
import type { OptionRow } from "./command-table.js";
import { zisofsBlockSizes } from "./zisofs-options.js";

export const jsonOption: OptionRow = { name: "json", help: "Print JSON; errors are a JSON object on standard error." };

export const forceOption: OptionRow = { name: "force", short: "f", help: "Replace a file that is there." };

export const dryRunOption: OptionRow = {
  name: "dry-run",
  short: "n",
  help: "Say what would be done, and do nothing: files, blocks, start, free space, what becomes hidden.",
};

export const strictOption: OptionRow = { name: "strict", help: "Take warnings for errors." };

const charsetOption: OptionRow = {
  name: "charset",
  value: "NAME",
  default: "what the disc says, else UTF-8",
  help: "Character set of ISO 9660 and Rock Ridge names: shift_jis, euc-kr, cp437, iso-8859-1 …",
};

export const atOption: OptionRow = {
  name: "at",
  value: "DIR",
  default: "/",
  help: "Where the sources without a TARGET go in the image.",
};

/** Where an image goes. */
export const imageOutputOptions: readonly OptionRow[] = [
  {
    name: "output",
    short: "o",
    value: "IMAGE",
    completes: "file",
    help: "File to write; - for standard output. It is written beside and renamed.",
  },
  forceOption,
];

/** Extended attributes and access control lists of the host. @param what What is done with them: "Take … of sources". */
export function hostAttributeOptions(what: (name: string) => string): readonly OptionRow[] {
  return [
    { name: "xattr", help: `${what("extended attributes whose names begin with user.")}` },
    { name: "xattr-any", help: `${what("extended attributes of all name spaces")} Most need root.` },
    { name: "acl", help: `${what("access control lists")}` },
  ];
}

/** In which character set names of folders are. */
export const sourceCharsetOption: OptionRow = {
  name: "source-charset",
  value: "NAME",
  default: "UTF-8",
  help: "Character set of names in folders that are taken; bytes that are not in it stay bytes.",
};

/** How folders are taken. */
export const sourceOptions: readonly OptionRow[] = [
  {
    name: "exclude",
    value: "PATTERN",
    multiple: true,
    help: "Leave out what has such a name, or path below the source if there is a / in it: *.tmp, build/*.o.",
  },
  { name: "follow-links", help: "Take what links lead to in their places; loops are refused." },
  ...hostAttributeOptions((name) => `Take ${name} of the sources, too; Rock Ridge and UDF hold them.`),
  sourceCharsetOption,
];

/** Attributes that all items of an image are given. */
export const attributeOptions: readonly OptionRow[] = [
  {
    name: "rationalised",
    help: "Give all to user and group 0, readable by everybody and writable by nobody, as mkisofs -r.",
  },
  { name: "uid", value: "N", number: true, help: "User that all items belong to." },
  { name: "gid", value: "N", number: true, help: "Group that all items belong to." },
  { name: "file-mode", value: "MODE", help: "Permissions of everything but directories, in octal: 0644." },
  { name: "dir-mode", value: "MODE", help: "Permissions of directories, in octal: 0755." },
  { name: "hide", value: "FS=PATH", multiple: true, help: "Hide an item from iso (with Rock Ridge), joliet or udf." },
  {
    name: "sort-weight",
    value: "WEIGHT=PATH",
    multiple: true,
    number: true,
    help: "Weight of a file, or of all in a directory: what has more lies further in front, where drives read faster.",
  },
];

/** What an image boots from. */
export const bootOptions: readonly OptionRow[] = [
  {
    name: "boot",
    value: "HOW",
    choices: ["auto"],
    help: "auto: recognise what the tree boots from: isolinux, GRUB, systemd-boot, Windows, and whatever else UEFI starts.",
  },
  { name: "boot-bios", value: "PATH", help: "Boot image for BIOS: a file of the tree, or else of the host." },
  {
    name: "boot-uefi",
    value: "PATH",
    help: "Boot image for UEFI, which is a FAT volume, likewise; of a directory of the image, one is made.",
  },
  { name: "boot-catalog", value: "PATH", help: "File of the tree that shows the boot catalog." },
  { name: "hybrid", help: "Make the image one for disks, too: with a partition table, and boot code for BIOS." },
  {
    name: "partition-offset",
    value: "BLOCK",
    help: "From 16: a partition from that block on can be mounted by itself, with a tree of its own. Implies --hybrid.",
  },
  {
    name: "mbr",
    value: "FILE",
    completes: "file",
    help: "Boot code for --hybrid, such as isohdpfx.bin or boot_hybrid.img. Default: that of the tree, or our own.",
  },
  {
    name: "disk-signature",
    value: "HEX",
    help: "Signature of the master boot record, for --hybrid. Default: one made of the volume's name and time.",
  },
  { name: "disk-guid", value: "GUID", help: "GUID of the disk, for --hybrid with UEFI. Default: likewise." },
];

/** What players want of an image with a film. */
export const filmOption: OptionRow = {
  name: "films",
  value: "HOW",
  choices: ["auto", "dvd-video", "bdmv"],
  help: "Write a film as players want it: of VIDEO_TS as dvd-video, of BDMV as bdmv; auto: whichever the tree holds.",
};

/** Which image is the model. */
export const bootLikeOption: OptionRow = {
  name: "boot-like",
  value: "IMAGE",
  completes: "file",
  help: "Boot as this image does: from files of the same paths, or else from copies of what it boots from.",
};

/** How files are compressed that are added. */
export const zisofsOptions: readonly OptionRow[] = [
  {
    name: "zisofs",
    value: "LEVEL",
    optionalValue: /^\d$/,
    help: "Compress files that take fewer blocks then, 1 (fast) to 9 (small), 6 without LEVEL; Linux shows them as they were. With Rock Ridge and without UDF.",
  },
  {
    name: "zisofs-block",
    value: "SIZE",
    choices: zisofsBlockSizes,
    default: "32K",
    help: "What is compressed together; more than 128K in version 2 alone.",
  },
  { name: "zisofs-min", value: "BYTES", help: "Compress no smaller files." },
  {
    name: "zisofs-version",
    value: "VERSION",
    choices: ["1", "2", "auto"],
    default: "1",
    help: "2 has files of 4 GiB and more, and Linux does not read it; auto takes it for these alone.",
  },
  {
    name: "zisofs-exclude",
    value: "PATTERN",
    multiple: true,
    help: "Leave files of such a name, or path if there is a / in it, as they are: what isolinux loads.",
  },
];

/** Takes compressed files of the host. */
export const zisofsReadyOption: OptionRow = {
  name: "zisofs-ready",
  help: "Take files that mkzftree or the like compressed for what they are.",
};

/** Shows what is stored. */
export const rawOption: OptionRow = {
  name: "raw",
  help: "Show files that are compressed by zisofs as they are stored.",
};

/** What is changed in an imported tree. */
export const changeOptions: readonly OptionRow[] = [
  { name: "remove", value: "PATH", multiple: true, help: "Remove a file, or a directory with all that is in it." },
  { name: "move", value: "FROM=TO", multiple: true, help: "Move or rename; a TO that is a directory receives it." },
  atOption,
];

/** In which character set the session that is continued is read. */
export const importCharsetOption: OptionRow = {
  name: "import-charset",
  value: "NAME",
  default: "that of --charset, or what the disc says",
  help: "Character set in which names of the session are read that is continued, or made anew.",
};

/** Which tree a session is continued from. */
export const importOption: OptionRow = {
  name: "import-fs",
  value: "NAME",
  choices: ["rockridge", "udf", "joliet", "iso"],
  help: "Import this tree of the last session alone. Default: all its trees, joined; what differs is said.",
};

/** Which disc is meant, and whether it is asked for. */
const discOptions: readonly OptionRow[] = [
  { name: "disc", value: "ID", help: "Refuse another disc than the one with this identity, which info shows." },
  { name: "yes", short: "y", help: "Do not ask before something is done to a real disc that cannot be taken back." },
];

const takeAsSidecarOption: OptionRow = {
  name: "force",
  short: "f",
  help: "Take the disc as its sidecar has it where the file disagrees.",
};

/** How something is done to a disc as a whole. */
export const discTaskOptions: readonly OptionRow[] = [...discOptions, takeAsSidecarOption, dryRunOption, jsonOption];

/** How a drive is handled. */
export const driveOptions: readonly OptionRow[] = [discOptions[0]!, jsonOption];

/** How a disc is taken that can be written. */
export const deviceOptions: readonly OptionRow[] = [
  {
    name: "media",
    value: "TYPE",
    choices: mediaTypes,
    help: "What a file without a sidecar is: an emulated disc of this type, whose content is its first session.",
  },
  takeAsSidecarOption,
];

/** How a disc is written. */
export const writingOptions: readonly OptionRow[] = [
  { name: "close", help: "Finalise the disc: nothing can be added to it afterwards." },
  {
    name: "speed",
    value: "SPEED",
    help: "Writing speed: 8x, or kB/s, or max; the drive takes the nearest it has. Default: as the drive is set.",
  },
  { name: "dummy", help: "Write with the laser switched off; on CD-R, CD-RW, DVD-R and DVD-RW." },
  {
    name: "verify",
    value: "LEVEL",
    choices: ["none", "quick", "full"],
    default: "none",
    help: "Read back what was written: quick looks at state, descriptors and samples, full at every block.",
  },
  { name: "streaming", help: "Leave out the drive's own verifying, on DVD-RAM and BD: about twice as fast." },
  ...deviceOptions,
  ...discOptions,
  dryRunOption,
  jsonOption,
];

export const scanOption: OptionRow = { name: "scan", help: "Search all blocks for sessions." };

const sessionOption: OptionRow = {
  name: "session",
  value: "N",
  number: true,
  help: "Session, from 1; -1 is the one before the last. Default: the last whole one.",
};

/** Which session is read. */
export const sessionOptions: readonly OptionRow[] = [
  sessionOption,
  { name: "start", value: "LBA", number: true, help: "First block of a session that no table of contents names." },
  scanOption,
];

/** How a tree is read, whichever session it is of. */
export const treeOptions: readonly OptionRow[] = [
  {
    name: "fs",
    value: "NAME",
    choices: ["rockridge", "joliet", "iso", "udf"],
    help: "Tree to read. Default: Rock Ridge, or else Joliet, or else plain ISO 9660, or else UDF.",
  },
  charsetOption,
  strictOption,
];

/** Which session and which tree is read. */
export const readingOptions: readonly OptionRow[] = [...sessionOptions, ...treeOptions];

/** What is dumped of a disc. */
export const dumpOptions: readonly OptionRow[] = [
  { name: "at", value: "LBA", number: true, help: "What stands in the block of that address, whatever it is." },
  { name: "count", value: "N", number: true, default: "1", help: "Blocks from --at on." },
  {
    name: "iso",
    help: "Volume descriptors, path tables and root directories of ISO 9660, with Rock Ridge and Joliet.",
  },
  {
    name: "udf",
    help: "Recognition sequence, anchors, volume descriptors, integrity, partitions, file set and root directory of UDF.",
  },
  {
    name: "path",
    value: "PATH",
    help: "Not the root directory, but what leads to this item, and what is in a directory.",
  },
  ...sessionOptions,
  { ...charsetOption, default: "UTF-8" },
  jsonOption,
];

/** What is recorded of a conversation, and how a recorded one is shown. */
export const traceOptions: readonly OptionRow[] = [
  {
    name: "output",
    short: "o",
    value: "FILE",
    completes: "file",
    help: "File for the trace. Required, but with --print.",
  },
  forceOption,
  { name: "data", help: "Record the blocks of the disc whole, not a digest of them: the trace holds your files then." },
  { name: "serial-numbers", help: "Keep serial numbers of drive and medium, which are redacted else." },
  { name: "print", short: "p", help: "Show the trace that DISC names; - reads it from standard input." },
  { name: "long", short: "l", help: "With --print: CDBs, data and what replies mean, too." },
  { name: "all", short: "a", help: "With --print: a row for each command, also where many go on one after the other." },
  { name: "bare", help: "With --print: without times, so that two traces can be compared." },
  jsonOption,
];

/** How files of an image get other contents in their places. */
export const patchOptions: readonly OptionRow[] = [
  {
    name: "undo",
    value: "FILE",
    completes: "file",
    help: "The undo file. Default: IMAGE.undo. One that is there is not written over.",
  },
  { name: "revert", help: "Put back what the undo file holds, and remove it; also after an interruption." },
  {
    name: "all-sessions",
    help: "Change a file in other sessions, too, that have it in the same blocks. Otherwise it is refused.",
  },
  sessionOption,
  scanOption,
  ...treeOptions,
  { name: "dry-run", short: "n", help: "Say which bytes would be changed, and change nothing." },
  jsonOption,
];
