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
  return [...introduction, ...sections].join("\n");
}
