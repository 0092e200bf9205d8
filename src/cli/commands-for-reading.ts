/** The commands that read discs and images. */
import { disc } from "./command-arguments.js";
import type { CommandRow } from "./command-table.js";
import {
  dumpOptions,
  hostAttributeOptions,
  jsonOption,
  rawOption,
  readingOptions,
  scanOption,
  treeOptions,
} from "./option-groups.js";

export const readingCommands: readonly CommandRow[] = [
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
    name: "list",
    summary: "List the tree.",
    arguments: [disc, { name: "PATH", optional: true, multiple: true, completes: "none" }],
    options: [
      {
        name: "long",
        short: "l",
        help: "Mode, links, owner, group, bytes, time and link target, too; behind the mode, + for access control lists, @ for extended attributes, * for both.",
      },
      rawOption,
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
    options: [rawOption, ...readingOptions, jsonOption],
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
      ...hostAttributeOptions((name) => `Restore ${name}, too.`),
      rawOption,
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
      ...hostAttributeOptions((name) => `Compare ${name} of a folder, too; of two discs, all are compared.`),
      rawOption,
      scanOption,
      ...treeOptions,
      jsonOption,
    ],
    description: [
      "N is a session, from 1; -1 is the one before the last. Without it, the last whole session is meant. A file whose whole name ends in @N is itself.",
      "A line for each path that differs, in the order of the bytes of the paths: - is only in the first, + only in the second, M is in both, and is followed by what differs: type, size, content, target, device, mode, owner, xattr, acl, mtime. All from mode to acl count where both sides record them, modification times as far as both keep them. Contents that lie in the same place of one disc are not read.",
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
];
