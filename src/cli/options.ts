import { mediaTypes } from "../device.js";
import type { ArgumentRow, CommandRow, OptionRow } from "./command-table.js";
import {
  atOption,
  bootLikeOption,
  bootOptions,
  changeOptions,
  deviceOptions,
  discTaskOptions,
  driveOptions,
  dryRunOption,
  dumpOptions,
  forceOption,
  imageOptions,
  imageOutputOptions,
  importOption,
  jsonOption,
  patchOptions,
  readingOptions,
  scanOption,
  sessionOptions,
  traceOptions,
  treeOptions,
  writingOptions,
} from "./option-groups.js";

const disc: ArgumentRow = { name: "DISC", completes: "file" };
const sources: ArgumentRow = { name: "SOURCE", multiple: true, completes: "file" };
const sourceText =
  "A SOURCE is a path, or TARGET=PATH. A folder gives its contents, a file itself under its base name, both at --at; TARGET= names the place of this one source. A plain = in a path is written \\=. Folders merge; a later file takes the place of an earlier one and is reported.";

/** What is said of each command that takes the command line of another program. */
const otherProgramText =
  "docs/MKISOFS.md lists the options, and -help does. An option that is not known is an error. An image takes the place of a file that is there.";

const optionWords: ArgumentRow = { name: "OPTION", optional: true, multiple: true, completes: "none" };
const pathWords: ArgumentRow = { name: "PATH", multiple: true, completes: "file" };

function otherProgram(name: string, summary: string, description: string, example: string): CommandRow {
  return {
    name,
    summary,
    arguments: [optionWords, pathWords],
    options: [],
    description: [description, otherProgramText],
    examples: [example],
    raw: true,
  };
}

const otherPrograms: readonly CommandRow[] = [
  otherProgram(
    "mkisofs",
    "Make an image as a command line of mkisofs says.",
    "As genisoimage does, which is a mkisofs: without -R or -r there is no Rock Ridge.",
    "discsmith mkisofs -r -J -V Photos -o photos.img photos",
  ),
  otherProgram(
    "genisoimage",
    "Make an image as a command line of genisoimage says.",
    "Options of xorrisofs are taken, too.",
    "discsmith genisoimage -r -J -o site.img -graft-points /docs=documents",
  ),
  otherProgram(
    "xorrisofs",
    "Make an image as a command line of xorriso -as mkisofs says.",
    "There is Rock Ridge, and level 3, by default. Options of genisoimage are taken, too.",
    "discsmith xorrisofs -o live.img -b isolinux/isolinux.bin -no-emul-boot -isohybrid-mbr isohdpfx.bin live",
  ),
  otherProgram(
    "oscdimg",
    "Make an image as a command line of oscdimg says.",
    "The options come first, then the folder, then the image.",
    "discsmith oscdimg -u2 -lSETUP setup setup.img",
  ),
];

/** Options that every command has. */
export const commonOptions: readonly OptionRow[] = [{ name: "help", short: "h", help: "Show help." }];

/** Every command of the command line, with its arguments and options. The one place where they are told. */
export const commandTable: readonly CommandRow[] = [
  {
    name: "build",
    summary: "Make an image of one session.",
    arguments: [sources],
    options: [
      ...imageOutputOptions,
      atOption,
      ...bootOptions,
      bootLikeOption,
      ...imageOptions,
      dryRunOption,
      jsonOption,
    ],
    description: [
      sourceText,
      "With --boot auto, or with the boot images named, the image boots from discs by El Torito; with --hybrid from disks and USB sticks, too. What a loader has to be told about its place is written into its image. boot shows the outcome.",
      "SOURCE_DATE_EPOCH makes the image reproducible: see ENVIRONMENT.",
    ],
    examples: [
      "discsmith build photos -o photos.iso --volume Photos",
      "discsmith build user-data meta-data --volume cidata -o seed.iso",
      "discsmith build live --boot auto --hybrid -o live.iso",
      "discsmith build /=site assets/logo.png=logo.png -o - | sha256sum",
    ],
  },
  {
    name: "create",
    summary: "Make a blank emulated disc.",
    arguments: [disc],
    options: [
      { name: "media", value: "TYPE", choices: mediaTypes, help: "Type of the medium. Required." },
      {
        name: "capacity",
        value: "SIZE",
        help: "Blocks of 2,048 bytes, or bytes with K, M, G: 25G. Default: as usual.",
      },
      forceOption,
      dryRunOption,
      jsonOption,
    ],
    description: [
      "The disc is a file whose blocks lie at their addresses; DISC.mmc.json beside it holds its sessions. Copy and move the two together.",
    ],
    examples: [
      "discsmith create backup.disc --media dvd+r",
      "discsmith create small.disc --media bd-r --capacity 100M",
    ],
  },
  {
    name: "info",
    summary: "Show medium, state, sessions, multisession data and file systems.",
    arguments: [disc],
    options: [...readingOptions, jsonOption],
    description: ["With --session or --start, of that session alone."],
    examples: ["discsmith info backup.disc", "discsmith info backup.disc --json"],
  },
  {
    name: "sessions",
    summary: "List every session that can be found.",
    arguments: [disc],
    options: [...readingOptions, jsonOption],
    description: [
      "Of a disc, those that its drive knows; of an image, and of a medium that can be overwritten, those that its chain of descriptors leads to; with --scan, all that any block starts. Each can be read (--session, --start), compared (diff DISC@N), made current again (revert) and made an image of its own (rebuild).",
    ],
    examples: ["discsmith sessions backup.iso", "discsmith sessions damaged.iso --scan"],
  },
  {
    name: "boot",
    summary: "Show what a disc or image boots from.",
    arguments: [disc],
    options: [...readingOptions, jsonOption],
    description: [
      "El Torito: the boot catalog and its images, of the session; partition tables and boot code of the whole image. In JSON, an object with catalogLba, catalogPath, idString, images, mbrLoader, isMbrProtective, diskSignature, diskGuid, hasGptBackup, partitions.",
    ],
    examples: ["discsmith boot install.iso"],
  },
  {
    name: "write",
    summary: "Write the first session.",
    arguments: [disc, sources],
    options: [atOption, ...imageOptions, ...writingOptions],
    description: [sourceText, "A disc that is not blank is refused: append adds to it."],
    examples: ["discsmith write backup.disc ~/documents --volume Documents"],
  },
  {
    name: "append",
    summary: "Import the last session, change its tree, write the next session.",
    arguments: [disc, { ...sources, optional: true }],
    options: [...changeOptions, importOption, ...imageOptions, ...writingOptions],
    description: [
      sourceText,
      "First the removals are done, then the moves, then the sources are added. File systems and volume name stay those of the disc unless options name others. What was removed stays in the earlier session (list --session). On a blank disc the first session is written.",
      "DISC may be a plain image in a file, made by any program, or a medium that can be overwritten: the session is written behind what is there, and when it is safe the first blocks are changed, so that every reader finds the new tree. revert goes back.",
    ],
    examples: [
      "discsmith append backup.disc ~/documents",
      "discsmith append backup.disc --remove /old --move /a.txt=/b.txt notes.txt",
      "discsmith append backup.disc ~/documents --dry-run --json",
    ],
  },
  {
    name: "update",
    summary: "Bring the disc up to a folder with one session that holds what differs.",
    arguments: [disc, { name: "DIR", completes: "folder" }],
    options: [
      { name: "at", value: "PATH", default: "/", help: "The directory of the disc that is brought up to DIR." },
      { name: "delete", help: "Remove what DIR lacks, below --at." },
      {
        name: "checksum",
        help: "Compare contents. Default: files of one size and modification time are taken for equal.",
      },
      {
        name: "dedup",
        help: "Write no content that is on the disc already, or comes twice, again: refer to the one of equal length and SHA-256.",
      },
      importOption,
      ...imageOptions,
      ...writingOptions,
    ],
    description: [
      "What DIR has and the disc lacks is added, what differs is replaced, and of what has another mode, owner or time alone no content is written. Everything else stays where it lies. Modification times are compared as far as the disc keeps them: whole seconds in ISO 9660 and Rock Ridge, microseconds in UDF. Where nothing differs, nothing is written, unless --close or another --volume asks for it.",
      "With --dry-run, a line for each path: + is added, M replaced, A gets other attributes, - is removed. A directory of the disc is replaced by something else with --delete alone. Links and devices are left out where no file system of the disc holds them, with exit code 6. A disc of plain ISO 9660 alone is refused: its names are not those of files; names that Joliet alone holds, and shortens, are taken for others.",
      "File systems and volume name stay those of the disc unless options name others. On a blank disc the first session is written.",
    ],
    examples: [
      "discsmith update backup.disc ~/documents --delete",
      "discsmith update backup.disc ~/documents --at /documents --dry-run",
      "discsmith update backup.iso site --checksum --dedup",
    ],
  },
  {
    name: "revert",
    summary: "Make an earlier session current again.",
    arguments: [disc],
    options: [
      {
        name: "session",
        value: "N",
        number: true,
        help: "Session, from 1; -1 is the one before the last. Required.",
      },
      ...imageOptions,
      ...writingOptions,
    ],
    description: [
      "Writes a session that has the tree of an earlier one. Contents are not copied: they are referred to where they lie. Nothing is lost: the sessions in between stay, and can be made current in their turn.",
    ],
    examples: ["discsmith revert backup.iso --session 1", "discsmith revert backup.disc --session -1 --dry-run"],
  },
  {
    name: "rebuild",
    summary: "Make a new image of a session of a disc, with changes.",
    arguments: [disc, { ...sources, optional: true }],
    options: [
      ...imageOutputOptions,
      ...changeOptions,
      ...sessionOptions,
      importOption,
      ...bootOptions,
      ...imageOptions,
      dryRunOption,
      jsonOption,
    ],
    description: [
      sourceText,
      "The image holds the tree of the session, changed as asked, and nothing of what other sessions left: first the removals are done, then the moves, then the sources are added. Volume fields, file systems and what makes the image bootable (El Torito, partition tables, boot code) are those of the disc unless options say otherwise; boot images go with the files of the tree that hold them. DISC is only read; with --force, IMAGE may be the same file.",
    ],
    examples: [
      "discsmith rebuild backup.iso -o compact.iso",
      "discsmith rebuild install.iso /preseed.cfg=preseed.cfg --remove /doc -o mine.iso",
    ],
  },
  ...otherPrograms,
  {
    name: "install-names",
    summary: "Make links by which discsmith is called as mkisofs, genisoimage, xorrisofs and oscdimg.",
    arguments: [{ name: "DIR", completes: "folder" }],
    options: [forceOption],
    description: [
      "Where discsmith is called by one of these names, it takes the command line of that program. A link that leads to it already stays.",
    ],
    examples: ["discsmith install-names bin"],
  },
  {
    name: "patch",
    summary: "Change the content of files in the blocks that they have.",
    arguments: [
      { name: "IMAGE", completes: "file" },
      { name: "TARGET=PATH", optional: true, multiple: true, completes: "file" },
    ],
    options: patchOptions,
    description: [
      "TARGET is a file of the image, PATH one of this computer: its content takes the place of the old one. It may be shorter, or longer as long as it needs no more blocks; else it is refused, and the message says how many bytes have room. Nothing is moved, and the image keeps its length. A plain = in a path is written \\=.",
      "Lengths and times are refreshed in every tree that has the file, under all names that it has there, and so are boot information tables and the MD5 sums of isomd5sum and xorriso, if they were right. What would damage something else is refused: blocks that other files share, other sessions that have the file in the same blocks (--all-sessions changes it in them, too), compressed files, lengths that a partition table or a boot catalog forbids. IMAGE is a plain image; discs are not patched.",
      "First, all that will be changed is saved in the undo file. Whatever happens afterwards, --revert puts it back: docs/PATCH.md. A failure that is noticed puts it back at once.",
    ],
    examples: [
      "discsmith patch live.iso /boot/grub/grub.cfg=grub.cfg",
      "discsmith patch live.iso /isolinux/isolinux.cfg=new.cfg --dry-run",
      "discsmith patch live.iso --revert",
    ],
  },
  {
    name: "burn",
    summary: "Write a ready-made image as the next session.",
    arguments: [disc, { name: "IMAGE", completes: "file" }],
    options: [
      { name: "blocks", value: "N", number: true, help: "Length of an image that comes from standard input (-)." },
      ...writingOptions,
    ],
    description: [
      "The image has to be made for the next writable address that info shows; another one is refused, since its files would be looked for in the wrong place.",
    ],
    examples: ["discsmith burn backup.disc image.iso"],
  },
  {
    name: "drives",
    summary: "List the drives of this computer.",
    arguments: [],
    options: [jsonOption],
    description: ["What is in a drive is not asked for: info shows it. Real drives are known on Linux."],
    examples: ["discsmith drives"],
  },
  {
    name: "close",
    summary: "Finalise the disc without writing to it.",
    arguments: [disc],
    options: discTaskOptions,
    description: ["A session that was begun and not closed is closed first. Nothing can be added afterwards."],
    examples: ["discsmith close backup.disc"],
  },
  {
    name: "blank",
    summary: "Make the disc blank.",
    arguments: [disc],
    options: [
      {
        name: "type",
        value: "TYPE",
        choices: ["minimal", "full"],
        help: "full erases every block, minimal what leads to them. Default: minimal, but full on DVD-RW, which takes one session only after the other.",
      },
      ...discTaskOptions,
    ],
    description: [
      "CD-RW and DVD-RW are erased; a DVD-RW that was formatted for overwriting becomes one that grows by sessions. Media that can be overwritten, DVD+RW, DVD-RAM and BD-RE, are filled with zeros at their start and end, or wholly.",
    ],
    examples: ["discsmith blank scratch.disc", "discsmith blank /dev/sr0 --type full --disc dvd-rw-1f2e3d4c --yes"],
  },
  {
    name: "format",
    summary: "Format the disc.",
    arguments: [disc],
    options: [
      {
        name: "type",
        value: "TYPE",
        choices: ["quick", "full"],
        default: "quick",
        help: "full verifies, or writes, every block; of a DVD+RW, quick formats the start alone.",
      },
      {
        name: "spare",
        value: "SIZE",
        help: "Spare area of a BD: none, default, or blocks, or bytes with K, M, G.",
      },
      { name: "pseudo-overwrite", help: "Let blocks of a BD-R be written again, at the price of others." },
      ...discTaskOptions,
    ],
    description: [
      "DVD-RW for overwriting, DVD+RW, DVD-RAM, BD-RE, and blank BD-R. Writing formats by itself what needs it.",
    ],
    examples: ["discsmith format scratch.disc", "discsmith format /dev/sr0 --spare none --yes"],
  },
  {
    name: "eject",
    summary: "Open the tray.",
    arguments: [disc],
    options: driveOptions,
    description: [],
    examples: ["discsmith eject /dev/sr0"],
  },
  {
    name: "load",
    summary: "Close the tray, and wait until the disc can be used.",
    arguments: [disc],
    options: driveOptions,
    description: [],
    examples: ["discsmith load /dev/sr0"],
  },
  {
    name: "speed",
    summary: "List the writing speeds, or set one.",
    arguments: [disc, { name: "SPEED", optional: true, completes: "none" }],
    options: driveOptions,
    description: [
      "SPEED is 8x, or kB/s, or max. The drive takes the nearest it has, and keeps it until it is set again.",
    ],
    examples: ["discsmith speed /dev/sr0", "discsmith speed /dev/sr0 8x"],
  },
  {
    name: "list",
    summary: "List the tree.",
    arguments: [disc, { name: "PATH", optional: true, multiple: true, completes: "none" }],
    options: [
      { name: "long", short: "l", help: "Mode, links, owner, group, bytes, time and link target, too." },
      ...readingOptions,
      jsonOption,
      { name: "ndjson", help: "Print one JSON object a line." },
    ],
    description: [
      "Paths are sorted by their bytes and printed as bytes. In JSON, a byte that is not UTF-8 stands as the surrogate U+DC80 to U+DCFF.",
    ],
    examples: ["discsmith list photos.iso --long", "discsmith list backup.disc /docs --session 1 --json"],
  },
  {
    name: "cat",
    summary: "Print a file.",
    arguments: [disc, { name: "PATH", multiple: true, completes: "none" }],
    options: [...readingOptions, jsonOption],
    description: ["Symbolic links are followed, inside the image. With --json, errors are JSON; data never is."],
    examples: ["discsmith cat backup.disc /docs/readme.txt --session -1"],
  },
  {
    name: "extract",
    summary: "Copy files out of a disc.",
    arguments: [disc, { name: "PATH", optional: true, multiple: true, completes: "none" }],
    options: [
      { name: "directory", short: "C", value: "DIR", default: ".", completes: "folder", help: "Where files go." },
      { name: "overwrite", help: "Take the place of files that are there." },
      { name: "owner", help: "Restore owners and groups, and set-user-ID bits; needs root." },
      ...readingOptions,
      jsonOption,
    ],
    description: [
      "Paths stay as they are on the disc, below DIR. Nothing is touched where a file is already there, unless --overwrite is given, and nothing is ever written outside DIR.",
    ],
    examples: ["discsmith extract backup.disc -C restored", "discsmith extract backup.disc /docs --session 2 -C old"],
  },
  {
    name: "verify",
    summary: "Read everything back and check it.",
    arguments: [disc],
    options: [
      {
        name: "against",
        value: "DIR",
        completes: "folder",
        help: "Compare with a folder: contents, types, link targets, modes, and modification times as far as the disc keeps them.",
      },
      { name: "at", value: "DIR", default: "/", help: "The directory of the disc that is compared." },
      ...readingOptions,
      jsonOption,
    ],
    description: ["All sessions are checked, or the one that --session or --start name. Exit code 5: differs."],
    examples: ["discsmith verify backup.disc", "discsmith verify backup.disc --against ~/documents"],
  },
  {
    name: "diff",
    summary: "Compare two sessions, or a session and a folder.",
    arguments: [
      { name: "DISC[@N]", completes: "file" },
      { name: "DISC[@N]|DIR", completes: "file" },
    ],
    options: [
      { name: "at", value: "DIR", default: "/", help: "The directory of the disc, or of both, that is compared." },
      { name: "no-content", help: "Read no contents: files of one size and time are taken for equal." },
      scanOption,
      ...treeOptions,
      jsonOption,
    ],
    description: [
      "N is a session, from 1; -1 is the one before the last. Without it, the last whole session is meant. A file whose whole name ends in @N is itself.",
      "A line for each path that differs, in the order of the bytes of the paths: - is only in the first, + only in the second, M is in both, and is followed by what differs: type, size, content, target, device, mode, owner, mtime. Modes and owners count where both sides record them, modification times as far as both keep them. Contents that lie in the same place of one disc are not read.",
      "In JSON, an object with one, other, count, and differences: [{ path, kind, one, other, changes: [{ kind, one, other, firstByte }] }]. Exit code 5: differs.",
    ],
    examples: [
      "discsmith diff backup.disc@1 backup.disc",
      "discsmith diff old.iso new.iso --no-content",
      "discsmith diff backup.disc ~/documents --at /documents --json",
    ],
  },
  {
    name: "dump",
    summary: "Print structures of the disc byte by byte.",
    arguments: [disc],
    options: dumpOptions,
    description: [
      "For each structure: every field with its bytes, its value, what that means, and the clause of the standard that says so. What is wrong is shown behind the value, after an exclamation mark, and is no error.",
      "Without --at, --iso and --udf, all that the session has of both. In JSON, one array of { name, role, block, offset, bytes, faults, fields: [{ field, at, bytes, type, clause, value, meaning, faults, fields }] }: blocks of 2,048 bytes, bytes counted from the start of the structure.",
      "Clauses with a part before a slash are those of ECMA-167, UDF with a number those of OSTA UDF, others those of ECMA-119; in system use entries, with the number of the field in brackets, those of SUSP (4 and 5) and Rock Ridge (4.1.1 to 4.1.6).",
    ],
    examples: [
      "discsmith dump photos.iso --at 16",
      "discsmith dump movies.udf --udf --path /films/one.mkv",
      "discsmith dump photos.iso --iso --json",
    ],
  },
  {
    name: "trace",
    summary: "Record what another command says to a drive, or show such a record.",
    arguments: [disc, { name: "COMMAND", optional: true, multiple: true, completes: "none" }],
    options: traceOptions,
    description: [
      "Runs COMMAND, which is another command of discsmith with its arguments, and writes to FILE all that is said between it and DISC: one JSON object a line. -- keeps COMMAND's options from being taken for those of trace. Each line is written before the next command is sent, so that the trace of a drive that hangs ends with what it hangs in.",
      "With --print, DISC is a trace, and a table of it is shown. docs/TRACES.md tells what a trace holds, and what it does not.",
    ],
    examples: [
      "discsmith trace backup.disc -o burn.trace -- append backup.disc ~/documents",
      "discsmith trace /dev/sr0 -o info.trace -- info /dev/sr0",
      "discsmith trace --print burn.trace",
      "diff <(discsmith trace -p --bare old.trace) <(discsmith trace -p --bare new.trace)",
    ],
  },
  {
    name: "serve",
    summary: "Serve a disc with its drive to other systems.",
    arguments: [disc],
    options: [
      {
        name: "iscsi",
        value: "HOST:PORT",
        optionalValue: /^([^\s/\\]*|\[[^\]]+\]):\d+$/,
        default: "127.0.0.1:3260",
        help: "Serve it as a target of iSCSI, at this address; port 0 is any that is free. Required.",
      },
      {
        name: "target-name",
        value: "NAME",
        help: "Name of the target: iqn., eui. or naa. Default: made of the disc's path, the same each time.",
      },
      ...deviceOptions,
      jsonOption,
    ],
    description: [
      "QEMU makes a drive of a guest of it, and any system with an initiator one of its own: burning programs there read and write the disc. It is served until the program is interrupted; meanwhile nothing else on this host can write it. What to type elsewhere is printed, with --json as an object on standard output.",
      "There is no authentication: whoever reaches the address can read and write the disc. See docs/SERVE.md.",
    ],
    examples: ["discsmith serve backup.disc --iscsi", "discsmith serve backup.disc --iscsi 0.0.0.0:3261 --json"],
  },
  {
    name: "completion",
    summary: "Print a completion script.",
    arguments: [{ name: "SHELL", completes: "none" }],
    options: [],
    description: ["SHELL is bash, zsh or fish."],
    examples: ["source <(discsmith completion bash)"],
  },
  {
    name: "help",
    summary: "Show help.",
    arguments: [{ name: "COMMAND", optional: true, completes: "none" }],
    options: [],
    description: [],
    examples: ["discsmith help append"],
  },
  { name: "version", summary: "Print the version.", arguments: [], options: [], description: [], examples: [] },
];

/** Exit codes with their meaning. */
export const exitCodeTable: readonly (readonly [code: number, meaning: string])[] = [
  [0, "Done, or equal."],
  [1, "Failed."],
  [2, "The command line cannot be understood."],
  [3, "The disc or image is damaged."],
  [4, "The medium says no: absent, blank, full, finalised, not blank, in use, swapped, made for another address."],
  [5, "Differs (diff, verify --against)."],
  [6, "Done, with losses that were asked for: items that no file system of --fs holds, or extract left out."],
  [130, "Interrupted."],
];

/** Variables of the environment with their meaning. */
export const environmentTable: readonly (readonly [name: string, meaning: string])[] = [
  [
    "SOURCE_DATE_EPOCH",
    "Seconds since 1970. Sets the volume's dates, clamps later file times, and drops access and change times: the same input gives the same bytes.",
  ],
  [
    "DISCSMITH_TRACE",
    "A file: what is said to each drive is recorded there, as trace does it; in FILE.2, FILE.3 … where it is there already.",
  ],
  ["NO_COLOR", "Where it is set and not empty, nothing is coloured."],
];
