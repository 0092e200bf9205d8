/** Names as Rock Ridge writes them: in a character set, in a form of Unicode. */
import type { Catalog } from "../layout/catalog.js";
import { encodedName, lackingCharacter, mangledName, nameInForm } from "../names/charset.js";
import { bytesKey } from "../names/identifier-encoding.js";
import { bytesFromName } from "../names/name-bytes.js";
import type { NameMapping } from "../names/unique-names.js";
import { assignUniqueNames, refuseLacking } from "../names/unique-names.js";
import { partsOfName } from "../names/utf16-name.js";
import type { Item } from "../tree/directory.js";
import { joinPath } from "../tree/path.js";
import type { ImageOptions } from "./options.js";

const fileSystem = "Rock Ridge";

/** Called for a name that was changed for a character that the set lacks. */
type MangledListener = (path: string, name: string, character: string) => void;

/** How items are named in Rock Ridge. Names that stay as they are, as nearly all do, cost nothing. */
export class RockRidgeNames {
  readonly #options: Pick<ImageOptions, "charset" | "unicodeForm" | "unencodable">;
  readonly #changed = new Map<Item, string>();

  constructor(options: Pick<ImageOptions, "charset" | "unicodeForm" | "unencodable">) {
    this.#options = options;
  }

  /** Names all that is in a catalog. @throws {@link DiscError} E_NAME_INVALID, E_NAME_NOT_UNIQUE. */
  take({ directories }: Catalog, onMangled: MangledListener): void {
    const { charset, unicodeForm, unencodable } = this.#options;
    if (charset === undefined && unicodeForm === undefined) return;
    for (const { node, children } of directories) {
      const names = this.namesOf(children);
      for (const [index, item] of children.entries()) {
        const lacking = charset && lackingCharacter(nameInForm(item.name, unicodeForm), charset);
        const path = joinPath(node.path, item.name);
        if (lacking !== undefined && unencodable !== "mangle") refuseLacking(fileSystem, item.name, path, lacking);
        if (lacking !== undefined) onMangled(path, names[index]!, lacking);
        if (item.type === "symlink") this.#checkTarget(path, item.target);
        if (names[index] !== item.name) this.#changed.set(item, names[index]!);
      }
    }
  }

  #checkTarget(path: string, target: string): void {
    const { charset, unicodeForm, unencodable } = this.#options;
    if (charset === undefined || unencodable === "mangle") return;
    const lacking = lackingCharacter(nameInForm(target, unicodeForm), charset);
    if (lacking !== undefined) refuseLacking(fileSystem, target, path, lacking);
  }

  /** The names of all items of a directory, which are in byte order. */
  namesOf(items: readonly Item[]): readonly string[] {
    const { charset, unicodeForm: form } = this.#options;
    const fitted = (name: string): string => {
      const given = nameInForm(name, form);
      return charset === undefined ? given : mangledName(given, charset);
    };
    const mapping: NameMapping = {
      fileSystem,
      candidate: (name, isDirectory) => partsOfName(fitted(name), isDirectory),
      maximumStem: () => Number.POSITIVE_INFINITY,
      cut: (text) => text,
      // A name of bytes may be another one of text, in the set.
      identity: charset === undefined ? (name) => name : bytesKey(charset),
    };
    const isDirectory = (index: number): boolean => items[index]!.type === "directory";
    const names = items.map(({ name }) => name);
    return assignUniqueNames(mapping, names, isDirectory, (index) => items[index]!.path);
  }

  /** The bytes of an item's name. */
  nameBytes(item: Item): Uint8Array {
    return this.#encoded(this.#changed.get(item) ?? item.name);
  }

  /** The bytes of a name in the target of a link, which is changed as the names of items are. */
  targetBytes(name: string): Uint8Array {
    const { charset, unicodeForm } = this.#options;
    const given = nameInForm(name, unicodeForm);
    return this.#encoded(charset === undefined ? given : mangledName(given, charset));
  }

  #encoded(name: string): Uint8Array {
    const { charset } = this.#options;
    const bytes = charset === undefined ? bytesFromName(name) : encodedName(name, charset);
    if (bytes === undefined) throw new TypeError(`"${name}" was not fitted into ${charset?.name}`);
    return bytes;
  }
}
