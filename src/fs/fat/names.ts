/** Names of items in FAT volumes. Clauses are those of Microsoft's FAT: General Overview of On-Disk Format, 1.03. */
import { DiscError } from "../../errors.js";
import type { NameMapping, NameParts } from "../names/unique-names.js";
import { assignUniqueNames } from "../names/unique-names.js";
import type { DirectoryNode, Item } from "../tree/directory.js";

const stemLength = 8;
const extensionLength = 3;

/** Bytes that a short name may have beside capital letters and digits. "FAT Directory Structure", "DIR_Name" */
const shortCharacters = "$%'\\-_@~`!(){}^#&";
const shortName = new RegExp(`^[A-Z0-9${shortCharacters}]{1,8}(\\.[A-Z0-9${shortCharacters}]{1,3})?$`);
const notInShortName = new RegExp(`[^A-Z0-9${shortCharacters}]`, "g");

/** UTF-16 units of a long name. "FAT Long Directory Entries" */
const longNameUnits = 255;

/** The names of an item. */
export interface FatNames {
  /** As its entry holds it: 8 and 3 characters, filled with spaces. */
  readonly short: string;
  /** `undefined` where the short name is all of it. */
  readonly long: string | undefined;
}

function shortened(text: string, length: number): string {
  return text.toUpperCase().replaceAll(/[ .]/g, "").replaceAll(notInShortName, "_").slice(0, length);
}

/** A name that only needs capital letters gets these, every other one a number: "Generation of Short Names". */
function candidateOf(name: string): NameParts {
  const capital = name.toUpperCase();
  if (shortName.test(capital)) {
    const [stem, extension] = capital.split(".");
    return { stem: stem!, extension: extension === undefined ? "" : `.${extension}` };
  }
  const dot = name.lastIndexOf(".");
  const hasExtension = dot > 0;
  const extension = hasExtension ? shortened(name.slice(dot + 1), extensionLength) : "";
  const stem = shortened(hasExtension ? name.slice(0, dot) : name, stemLength - 2);
  return { stem: `${stem === "" ? "_" : stem}~1`, extension: extension === "" ? "" : `.${extension}` };
}

const mapping: NameMapping = {
  fileSystem: "FAT",
  candidate: candidateOf,
  maximumStem: () => stemLength,
  cut: (text, length) => text.slice(0, length),
};

/** Why FAT cannot hold a name; `undefined` where it can. */
function faultOf(name: string): string | undefined {
  if (name.length > longNameUnits) return `FAT holds names of up to ${longNameUnits} UTF-16 units`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what FAT cannot hold.
  if (/["*/:<>?\\|\x00-\x1f\x7f]/.test(name)) return 'FAT holds no control characters and none of "*/:<>?\\|';
  if (/[. ]$/.test(name)) return "FAT holds no name that ends with a dot or a space";
  return name.isWellFormed() ? undefined : "it is not Unicode";
}

/**
 * The names of what is in a directory, in the order of its items.
 *
 * @throws {@link DiscError} E_NAME_INVALID; E_NAME_NOT_UNIQUE, also for names that differ in the case of their letters
 *   alone.
 */
export function fatNames(directory: DirectoryNode): ReadonlyMap<Item, FatNames> {
  const items = [...directory].sort((left, right) => (left.name < right.name ? -1 : 1));
  const seen = new Set<string>();
  for (const { name, path } of items) {
    const rule = faultOf(name);
    if (rule !== undefined) throw new DiscError("E_NAME_INVALID", `"${path}": ${rule}`, { name, path, rule });
    const identity = name.toUpperCase();
    if (seen.has(identity)) {
      const message = `"${path}": FAT does not tell it from another name in its directory`;
      throw new DiscError("E_NAME_NOT_UNIQUE", message, { path, fileSystem: "FAT", name });
    }
    seen.add(identity);
  }
  const names = items.map(({ name }) => name);
  const assigned = assignUniqueNames(
    mapping,
    names,
    () => false,
    (index) => items[index]!.path,
  );
  return new Map(
    items.map((item, index) => {
      const short = assigned[index]!;
      const [stem = "", extension = ""] = short.split(".");
      const long = short === item.name ? undefined : item.name;
      return [item, { short: stem.padEnd(stemLength) + extension.padEnd(extensionLength), long }];
    }),
  );
}
