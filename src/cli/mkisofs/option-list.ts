/** The options of a program as lists, for its help and for docs/MKISOFS.md. */
import type { MkisofsOption } from "./option-row.js";
import { optionGroups } from "./option-table.js";
import { oscdimgOptions } from "./oscdimg.js";
import type { MkisofsProgram } from "./request.js";

/** An option as it is listed. */
export interface ListedOption {
  /** "-V, -volid NAME". */
  readonly spelling: string;
  readonly effect: string;
  readonly owner: MkisofsOption["owner"] | "oscdimg";
}

/** Options about one thing. */
export interface ListedGroup {
  readonly group: string;
  readonly options: readonly ListedOption[];
}

/** xorriso writes the options that it has beside those of mkisofs with two dashes; both take either. */
function spellingOf({ names, values }: MkisofsOption): string {
  return [names.map((name) => `-${name}`).join(", "), ...values].join(" ");
}

const kindsOfOscdimg = [
  ["Options", "acts"],
  ["Taken without effect", "idle"],
  ["Known, and refused", "refused"],
] as const;

/** The options that a program takes. */
export function listedOptions(program: MkisofsProgram): readonly ListedGroup[] {
  if (program !== "oscdimg") {
    return [...optionGroups].map(([group, options]) => ({
      group,
      options: options.map((option) => ({ spelling: spellingOf(option), effect: option.effect, owner: option.owner })),
    }));
  }
  return kindsOfOscdimg.map(([group, kind]) => ({
    group,
    options: oscdimgOptions
      .filter((option) => option.kind === kind)
      .map(({ name, value = "", effect }) => ({ spelling: `-${name}${value}`, effect, owner: "oscdimg" })),
  }));
}
