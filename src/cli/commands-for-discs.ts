/** The commands that write to discs and prepare them. */
import { mediaTypes } from "../device.js";
import { disc, sources, sourceText } from "./command-arguments.js";
import type { CommandRow } from "./command-table.js";
import { imageOptions } from "./image-option-rows.js";
import {
  atOption,
  bootOptions,
  changeOptions,
  discTaskOptions,
  dryRunOption,
  filmOption,
  forceOption,
  hostAttributeOptions,
  importCharsetOption,
  importOption,
  jsonOption,
  sourceCharsetOption,
  sourceOptions,
  writingOptions,
  zisofsOptions,
  zisofsReadyOption,
} from "./option-groups.js";

export const discCommands: readonly CommandRow[] = [
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
    name: "write",
    summary: "Write the first session.",
    arguments: [disc, sources],
    options: [
      atOption,
      ...sourceOptions,
      ...bootOptions,
      filmOption,
      ...zisofsOptions,
      zisofsReadyOption,
      ...imageOptions,
      ...writingOptions,
    ],
    description: [
      sourceText,
      "A disc that is not blank is refused: append adds to it. With --boot auto, or with the boot images named, the disc boots, also when sessions are added. Many players want a film's disc closed: --films with --close.",
    ],
    examples: ["discsmith write backup.disc ~/documents --volume Documents"],
  },
  {
    name: "append",
    summary: "Import the last session, change its tree, write the next session.",
    arguments: [disc, { ...sources, optional: true }],
    options: [
      ...changeOptions,
      ...sourceOptions,
      ...zisofsOptions,
      zisofsReadyOption,
      importOption,
      importCharsetOption,
      ...imageOptions,
      ...writingOptions,
    ],
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
      ...hostAttributeOptions((name) => `Bring ${name} up to those of DIR, too.`),
      {
        name: "dedup",
        help: "Write no content that is on the disc already, or comes twice, again: refer to the one of equal length and SHA-256.",
      },
      sourceCharsetOption,
      ...zisofsOptions,
      importOption,
      importCharsetOption,
      ...imageOptions,
      ...writingOptions,
    ],
    description: [
      "What DIR has and the disc lacks is added, what differs is replaced, and of what has another mode, owner or time alone, or with --xattr and --acl other attributes, no content is written. Everything else stays where it lies. Modification times are compared as far as the disc keeps them: whole seconds in ISO 9660 and Rock Ridge, microseconds in UDF. Where nothing differs, nothing is written, unless --close or another --volume asks for it.",
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
];
