/** The commands that take the command lines of other programs, and those about the command line itself. */
import type { ArgumentRow, CommandRow } from "./command-table.js";
import { forceOption } from "./option-groups.js";

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
    "xorriso",
    "Make an image as a command line that begins with xorriso -as mkisofs says.",
    "As xorrisofs. The commands that xorriso has of its own are not taken.",
    "discsmith xorriso -as mkisofs -o site.img documents",
  ),
  otherProgram(
    "oscdimg",
    "Make an image as a command line of oscdimg says.",
    "The options come first, then the folder, then the image.",
    "discsmith oscdimg -u2 -lSETUP setup setup.img",
  ),
];

export const otherCommands: readonly CommandRow[] = [
  ...otherPrograms,
  {
    name: "install-names",
    summary: "Make links by which discsmith is called as mkisofs, genisoimage, xorrisofs and oscdimg.",
    arguments: [
      { name: "DIR", completes: "folder" },
      { name: "NAME", optional: true, multiple: true, completes: "none" },
    ],
    options: [forceOption],
    description: [
      "Where discsmith is called by one of these names, it takes the command line of that program. A link that leads to it already stays.",
      "NAME is one of these, or xorriso, of which xorriso -as mkisofs is taken: a link of that name is made only where it is asked for.",
    ],
    examples: ["discsmith install-names bin", "discsmith install-names bin mkisofs xorriso"],
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
