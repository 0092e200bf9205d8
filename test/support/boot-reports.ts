/** What xorriso's reports of boot set-ups say, so that images can be compared. */
import { reported } from "./bootable-images.js";

type Report = readonly (readonly string[])[];

const squeezed = (report: Report, key: string): readonly string[] =>
  reported(report, key).map((line) => line.replace(/ +/g, " "));

/** Numbers of the partitions of a GPT that fill up what lies between others, or hold what is not written. */
function fillers(report: Report): ReadonlySet<string> {
  const names = squeezed(report, "GPT partname local").map((line) => line.split(" "));
  return new Set(names.filter(([, name]) => /^Gap\d+$|^HFSPLUS$/.test(name ?? "")).map(([number]) => number ?? ""));
}

/** What of xorriso's report does not depend on where things lie. */
export function setUpOf(report: Report): object {
  const left = fillers(report);
  const listed = (key: string): readonly string[] =>
    squeezed(report, key).filter((line) => !left.has(line.split(" ")[0] ?? ""));
  const words = (key: string, count: number): readonly string[] =>
    squeezed(report, key).map((line) => line.split(" ").slice(0, count).join(" "));
  const hasOwnApm = squeezed(report, "APM partition name").some((line) => !/Gap|HFSPLUS/.test(line));
  const summary = squeezed(report, "System area summary")
    .join(" ")
    .replace(/cyl-align-\w+/, "")
    .trim();
  return {
    images: words("El Torito boot img", 7),
    imagePaths: squeezed(report, "El Torito img path"),
    imageOptions: squeezed(report, "El Torito img opts"),
    catalogPath: squeezed(report, "El Torito cat path"),
    summary: hasOwnApm ? summary : summary.replace(/ APM$/, ""),
    mbr: words("MBR partition", 3),
    mbrPaths: squeezed(report, "MBR partition path"),
    diskGuid: squeezed(report, "GPT disk GUID"),
    gptNames: listed("GPT partname local"),
    gptGuids: listed("GPT partition GUID"),
    gptTypes: listed("GPT type GUID"),
    gptFlags: listed("GPT partition flags"),
    gptPaths: squeezed(report, "GPT partition path"),
    apm: hasOwnApm ? squeezed(report, "APM partition name").filter((line) => !/Gap/.test(line)) : [],
  };
}
