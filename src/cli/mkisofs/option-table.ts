/** Every option of mkisofs, genisoimage and xorrisofs. The one place where they are told: docs/MKISOFS.md is made of it. */

import type { MkisofsOption } from "./option-row.js";
import { elToritoOptions, hybridOptions } from "./options-boot.js";
import { fileSystemOptions, nameOptions, volumeOptions } from "./options-names.js";
import { idleOptions, refusedOptions } from "./options-other.js";
import { attributeOptions, hidingOptions, sourceOptions } from "./options-tree.js";
import { zisofsOptions } from "./options-zisofs.js";

/** Options in groups, by what they are about. */
export const optionGroups: ReadonlyMap<string, readonly MkisofsOption[]> = new Map([
  ["What goes in, and where it comes out", sourceOptions],
  ["Hiding and sorting", hidingOptions],
  ["Owners, modes and times", attributeOptions],
  ["Compressed files", zisofsOptions],
  ["File systems", fileSystemOptions],
  ["Names in ISO 9660", nameOptions],
  ["The volume", volumeOptions],
  ["El Torito", elToritoOptions],
  ["System area and partition tables", hybridOptions],
  ["Taken without effect", idleOptions],
  ["Known, and refused", refusedOptions],
]);

/** Options by their names, without dashes. */
export const optionByName: ReadonlyMap<string, MkisofsOption> = new Map(
  [...optionGroups.values()].flat().flatMap((option) => option.names.map((name) => [name, option] as const)),
);

/** The option of which that is the beginning of a name, and of no other of genisoimage's, which alone has such. */
export function optionByBeginning(beginning: string): MkisofsOption | undefined {
  const isMeant = (name: string, { owner }: MkisofsOption): boolean =>
    owner !== "xorrisofs" && beginning !== "" && name.startsWith(beginning);
  const found = new Set([...optionByName].flatMap(([name, option]) => (isMeant(name, option) ? [option] : [])));
  const [only] = found;
  return found.size === 1 ? only : undefined;
}
