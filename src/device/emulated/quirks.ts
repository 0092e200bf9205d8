import { DiscError } from "../../errors.js";
import type { Quirk, QuirkDescription } from "./quirk.js";
import { closingQuirks } from "./quirks-of-closing.js";
import { discQuirks } from "./quirks-of-disc.js";
import { hostQuirks, mediumQuirks } from "./quirks-of-host.js";
import { trackQuirks } from "./quirks-of-tracks.js";
import { writingQuirks } from "./quirks-of-writing.js";

/**
 * Every quirk that an emulated drive can have, each a switch of its own; docs/QUIRKS.md lists them. In the order in
 * which they stand between host and drive.
 */
export const quirks: readonly Quirk[] = [
  ...hostQuirks,
  ...mediumQuirks,
  ...closingQuirks,
  ...writingQuirks,
  ...discQuirks,
  ...trackQuirks,
];

/** The same, for people: what docs/QUIRKS.md is made of. */
export const quirkDescriptions: readonly QuirkDescription[] = quirks.map(
  ({ behave: _behave, changeRules: _changeRules, ...description }) => description,
);

/**
 * The quirks of these names, in the order of the table.
 *
 * @throws {@link DiscError} E_OPTION_INVALID for a name that is not in the table.
 */
export function quirksNamed(names: readonly string[]): readonly Quirk[] {
  for (const name of names) {
    if (quirks.some((quirk) => quirk.name === name)) continue;
    const allowed = "names of docs/QUIRKS.md";
    throw new DiscError("E_OPTION_INVALID", `there is no quirk "${name}"`, { option: "quirks", value: name, allowed });
  }
  return quirks.filter(({ name }) => names.includes(name));
}
