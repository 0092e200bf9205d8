/** The commands that are about drives. */
import { disc } from "./command-arguments.js";
import type { CommandRow } from "./command-table.js";
import { deviceOptions, driveOptions, jsonOption, traceOptions } from "./option-groups.js";

export const driveCommands: readonly CommandRow[] = [
  {
    name: "drives",
    summary: "List the drives of this computer.",
    arguments: [],
    options: [jsonOption],
    description: ["What is in a drive is not asked for: info shows it. Real drives are known on Linux."],
    examples: ["discsmith drives"],
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
];
