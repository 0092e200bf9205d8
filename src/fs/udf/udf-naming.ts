/** Which items a volume holds, and under which names. */
import { blockBytes } from "../../units.js";
import type { CatalogDirectory, CatalogStream } from "../layout/catalog.js";
import { nameInForm } from "../names/charset.js";
import { udfNameMapping } from "../names/udf-name.js";
import { assignUniqueNames } from "../names/unique-names.js";
import type { Item } from "../tree/directory.js";
import { joinPath } from "../tree/path.js";
import { compressedUnicodeBytes } from "./compressed-unicode.js";
import { areTagsKeptWhole, identifiersBytes } from "./directory-size.js";
import type { AttributeOptions } from "./extended-attribute-writer.js";
import { attributeBytes } from "./extended-attribute-writer.js";
import { pathComponentFault, pathComponentsOf } from "./path-components.js";
import type { UdfDirectory, UdfLayoutOptions } from "./udf-layout.js";

/** The longest path, with its separators, up to revision 2.00. OSTA UDF 2.00, 2.3.4.1. */
const maximumPathBytes = 1023;

/** The names of an item's streams, which are in the order of names: the rules are those of files' names. */
export function streamNames(
  item: Item,
  streams: readonly CatalogStream[],
  onShortened: UdfLayoutOptions["onStreamShortened"],
): readonly string[] {
  const pathOf = (index: number): string => `${item.path}:${streams[index]!.name}`;
  const given = streams.map(({ name }) => name);
  const names = assignUniqueNames(udfNameMapping(), given, () => false, pathOf);
  for (const [index, name] of names.entries()) if (name !== given[index]) onShortened(pathOf(index), name);
  return names;
}

/** What decides whether a volume holds an item. */
export type OmissionOptions = Pick<UdfLayoutOptions, "specialFiles" | "entryHeadBytes"> & AttributeOptions;

/** Why a volume does not hold an item; `undefined` where it does. */
export function omissionFromUdf(item: Item, options: OmissionOptions): string | undefined {
  if (item.type === "file" || item.type === "directory") return undefined;
  if (!options.specialFiles) return `it is a ${item.type}, for which 7-Zip refuses the whole volume`;
  if (item.type !== "symlink") return undefined;
  const room = blockBytes - options.entryHeadBytes - attributeBytes(item, options);
  const bytes = pathComponentsOf(item.target).length;
  return (
    pathComponentFault(item.target) ?? (bytes > room ? `its target has ${bytes} bytes, at most ${room} fit` : undefined)
  );
}

/** Names the items of a volume, and leaves out those that it cannot hold. */
export class Naming {
  readonly #options: UdfLayoutOptions;
  readonly #itemOfObject: (Item | undefined)[];
  readonly #pathBytes: Float64Array;
  #files = 0;
  #laterNames = 0;

  constructor(options: UdfLayoutOptions) {
    this.#options = options;
    this.#itemOfObject = new Array<Item | undefined>(options.catalog.links.length).fill(undefined);
    this.#pathBytes = new Float64Array(options.catalog.directories.length);
  }

  run(): {
    readonly directories: readonly Omit<UdfDirectory, "firstBlock">[];
    readonly itemOfObject: readonly (Item | undefined)[];
    readonly files: number;
    readonly laterNames: number;
  } {
    const directories = this.#options.catalog.directories.map((source) => this.#directory(source));
    return { directories, itemOfObject: this.#itemOfObject, files: this.#files, laterNames: this.#laterNames };
  }

  #directory(source: CatalogDirectory): Omit<UdfDirectory, "firstBlock"> {
    const { children, objects, node } = source;
    const positions: number[] = [];
    const laterNames = new Map<number, number>();
    for (let position = 0; position < children.length; position++) {
      const child = children[position]!;
      const reason = omissionFromUdf(child, this.#options);
      if (reason !== undefined) {
        this.#options.onOmitted(child.path, reason);
        continue;
      }
      positions.push(position);
      if (child.type !== "directory") {
        const object = objects[position]!;
        if (this.#itemOfObject[object] === undefined) this.#itemOfObject[object] = child;
        else laterNames.set(position, this.#laterNames++);
        this.#files++;
      }
    }
    const items = positions.map((position) => children[position]!);
    const names = assignUniqueNames(
      udfNameMapping(this.#options.form),
      items.map(({ name }) => name),
      (index) => items[index]!.type === "directory",
      (index) => joinPath(node.path, items[index]!.name),
    );
    this.#checkNames(source, items, names);
    const bytes = identifiersBytes(names, areTagsKeptWhole(this.#options));
    return { source, positions, names, bytes, subdirectories: source.directories.length, laterNames };
  }

  #checkNames(source: CatalogDirectory, items: readonly Item[], names: readonly string[]): void {
    const { rules, form, onShortened, onLongPath } = this.#options;
    const above = this.#pathBytes[source.index]!;
    const limited = rules.number <= 0x0200;
    let next = 0;
    for (let index = 0; index < names.length; index++) {
      const name = names[index]!;
      const item = items[index]!;
      if (name !== item.name && name !== nameInForm(item.name, form))
        onShortened(joinPath(source.node.path, item.name), name);
      if (!limited) continue;
      const pathBytes = above + 1 + compressedUnicodeBytes(name);
      if (pathBytes > maximumPathBytes) onLongPath(joinPath(source.node.path, item.name), pathBytes, maximumPathBytes);
      if (item.type === "directory") this.#pathBytes[source.directories[next++]!.index] = pathBytes;
    }
  }
}
