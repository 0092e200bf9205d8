/** What of a catalog one file system shows: items can be hidden from each. */
import type { Item } from "../tree/directory.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import type { Catalog, CatalogDirectory } from "./catalog.js";

/** Whether an item is hidden from a file system, whatever it is in. */
export function isHidden(item: Item, fileSystem: FileSystemName): boolean {
  return item.hiddenIn?.includes(fileSystem) ?? false;
}

class VisibleDirectory implements CatalogDirectory {
  readonly node: CatalogDirectory["node"];
  readonly index: number;
  readonly parent: VisibleDirectory;
  readonly children: readonly Item[];
  readonly objects: Int32Array;
  readonly directories: VisibleDirectory[] = [];

  constructor(whole: CatalogDirectory, index: number, parent: VisibleDirectory | undefined, name: FileSystemName) {
    const positions = [...whole.children.keys()].filter((position) => !isHidden(whole.children[position]!, name));
    this.node = whole.node;
    this.index = index;
    this.parent = parent ?? this;
    this.children = positions.map((position) => whole.children[position]!);
    this.objects = Int32Array.from(positions, (position) => whole.objects[position]!);
  }
}

/**
 * The catalog without what is hidden from a file system, with all that is below hidden directories. Objects and contents
 * keep their numbers: what is hidden from all file systems is in the image all the same.
 */
export function visibleCatalog(catalog: Catalog, fileSystem: FileSystemName): Catalog {
  const hides = ({ children }: CatalogDirectory): boolean => children.some((item) => isHidden(item, fileSystem));
  if (!catalog.directories.some(hides)) return catalog;
  const wholes = [catalog.directories[0]!];
  const directories = [new VisibleDirectory(wholes[0]!, 0, undefined, fileSystem)];
  const links = new Uint32Array(catalog.links.length);
  const shown = new Set<Item>([wholes[0]!.node]);
  for (let next = 0; next < directories.length; next++) {
    const directory = directories[next]!;
    for (const item of directory.children) shown.add(item);
    for (const object of directory.objects) if (object >= 0) links[object]!++;
    for (const below of wholes[next]!.directories) {
      if (isHidden(below.node, fileSystem)) continue;
      const visible = new VisibleDirectory(below, directories.length, directory, fileSystem);
      wholes.push(below);
      directories.push(visible);
      directory.directories.push(visible);
    }
  }
  const streams = new Map([...catalog.streams].filter(([item]) => shown.has(item)));
  const attributeFiles = new Map([...catalog.attributeFiles].filter(([item]) => shown.has(item)));
  return { ...catalog, directories, links, streams, attributeFiles };
}
