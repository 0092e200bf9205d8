/** docs/QUIRKS.md, made from the table of the quirks. */
import type { QuirkDescription } from "../device.js";
import { quirkDescriptions, quirkMedia } from "../device.js";

const introduction: readonly string[] = [
  "<!-- Generated: npm run build. -->",
  "# Quirks of drives",
  "",
  "What drives of the field do, and a well-behaved one does not. An emulated disc can have any of them: each is a switch of",
  "its own, named in `quirks` of `createDisc` and `openRecorder`, or in the list `quirks` of the disc's sidecar.",
  "",
  "The last column is what the recorder does about it; tests hold it to that on every medium named. Where it ends with an",
  "error, the code is given: whatever was on the disc before stays as it was, is still read, and can be appended to by a",
  "drive without the quirk.",
  "",
];

const titles: Readonly<Record<QuirkDescription["group"], string>> = {
  state: "What the drive tells of itself, its disc and its tracks",
  writing: "Writing and closing",
  medium: "Tray and medium",
  host: "The way to the drive",
};

/** Words for sets of media. */
const mediaWords: readonly (readonly [string, readonly string[]])[] = [
  ["all", quirkMedia.all],
  ["with sessions", quirkMedia.sequential],
  ["overwritable", quirkMedia.overwritable],
  ["all but CD", quirkMedia.all.filter((type) => !quirkMedia.cd.includes(type))],
];

function mediaText(media: readonly string[]): string {
  const isSame = (other: readonly string[]): boolean =>
    other.length === media.length && other.every((type) => media.includes(type));
  return mediaWords.find(([, types]) => isSame(types))?.[0] ?? media.join(", ");
}

function row({ name, media, drive, recorder, endsWith }: QuirkDescription): string {
  const end = endsWith === undefined ? "" : ` (\`${endsWith}\`)`;
  return `| \`${name}\` | ${drive} | ${mediaText(media)} | ${recorder.replace(/\.$/, "")}${end}. |`;
}

const rules: readonly string[] = [
  "## What every emulated drive does",
  "",
  "Some of what surprises is what the standard says, or what all drives do. There is no switch for it:",
  "",
  "- The full table of contents (format 2) is refused on media other than CD.",
  "- The last two blocks of a track that was written at once on a CD can't be read, and a READ that touches one of them fails",
  "  as a whole.",
  "- A DVD-RW after minimal blanking can't be written in increments (5/64/00), and feature 0021h is not current.",
  "- A DVD-RW in restricted overwrite is written from multiples of 16 blocks on, in multiples of 16 blocks.",
  "- A disc takes no more sessions and tracks than its kind: 99 tracks on CD, 153 sessions on DVD+R.",
  "- While removal is prevented, ejecting fails with 5/53/02.",
  "- What was written to a BD-R with pseudo-overwrite a second time uses up blocks.",
  "",
];

const faults: readonly string[] = [
  "## Faults",
  "",
  "What goes wrong once stands in the sidecar, too, in the list `faults`. Each says when it strikes, counted anew each time the",
  "disc is opened: `at` the how-manieth command, of those with an `operationCode` where one is given, for `times` of them; or",
  "`afterBlocks`, with the WRITE that brings the next block. And it says what happens, in `effect`:",
  "",
  "| effect | what happens |",
  "|---|---|",
  "| `check` | The command fails with `sense` (`key`, `asc`, `ascq`); where `carriedOut` is set, the drive has done it all the same. |",
  "| `lost` | The command is lost, with `errno`; where `carriedOut` is set, its answer is. |",
  "| `short` | Only `bytes` of the reply arrive. |",
  "| `mediumChange` | The medium is said to be another one: 6/28/00, then three times 2/04/01. |",
  "| `reset` | The drive was reset: 6/29/00. |",
  "| `mediumRemoval` | The medium is gone from then on: 2/3A/02. |",
  "| `powerLoss` | The drive is gone from then on: ENODEV. Of a WRITE that it happens in, the blocks before it are written. |",
  "",
  "`slow`, with `bufferBytes` and `bytesBetweenCommands`, gives the drive a buffer that fills: 2/04/08 until it has room. It",
  "goes by commands and not by the clock. Blocks that can't be read, or written, stand in `damage`: `firstLba`, `blocks`, and",
  "`fails`, `read` or `write`.",
  "",
];

/** The document. */
export function quirkDocument(): string {
  const sections = Object.entries(titles).flatMap(([group, title]) => [
    `## ${title}`,
    "",
    "| quirk | the drive | media | the recorder |",
    "|---|---|---|---|",
    ...quirkDescriptions.filter((quirk) => quirk.group === group).map(row),
    "",
  ]);
  return [...introduction, ...sections, ...rules, ...faults].join("\n");
}
