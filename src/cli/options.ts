import type { CommandRow, OptionRow } from "./command-table.js";
import { discCommands } from "./commands-for-discs.js";
import { driveCommands } from "./commands-for-drives.js";
import { imageCommands } from "./commands-for-images.js";
import { readingCommands } from "./commands-for-reading.js";
import { otherCommands } from "./commands-of-others.js";

/** Options that every command has. */
export const commonOptions: readonly OptionRow[] = [{ name: "help", short: "h", help: "Show help." }];

/** Every command of the command line, with its arguments and options. The one place where they are told. */
export const commandTable: readonly CommandRow[] = [
  ...imageCommands,
  ...discCommands,
  ...readingCommands,
  ...driveCommands,
  ...otherCommands,
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
