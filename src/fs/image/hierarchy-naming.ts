/** How the hierarchies of ISO 9660 and Joliet name items, and which they leave out, as options say. */
import type { HierarchyOptions } from "../iso9660/hierarchy.js";
import { compareIsoIdentifiers, isoNameMapping, isoNameRules } from "../names/iso-name.js";
import { compareJolietNames, jolietNameMapping } from "../names/joliet-name.js";
import type { ImageOptions } from "./options.js";
import { isWritten } from "./options.js";

/** What decides about names and places. */
export type HierarchyNaming = Omit<HierarchyOptions, "onOmitted" | "onShortened">;

/** Of the hierarchy that Rock Ridge extends. */
export function isoHierarchyNaming(options: ImageOptions): HierarchyNaming {
  const level = options.isoLevel ?? 3;
  const relaxations = options.isoRelaxations ?? {};
  const hasRockRidge = isWritten(options, "rockridge");
  const mayBeDeep = level === 4 || relaxations.deepPaths === true;
  return {
    fileSystem: "ISO 9660",
    mapping: isoNameMapping(isoNameRules(level, relaxations)),
    compare: compareIsoIdentifiers,
    omits: ({ type }) =>
      hasRockRidge || type === "file" || type === "directory" ? undefined : `it cannot hold a ${type}`,
    deepDirectories: mayBeDeep ? "allow" : hasRockRidge ? "relocate" : "refuse",
  };
}

/** Of the hierarchy of Joliet. */
export function jolietHierarchyNaming(options: ImageOptions): HierarchyNaming {
  return {
    fileSystem: "Joliet",
    mapping: jolietNameMapping(options.jolietNameLength ?? 64),
    compare: compareJolietNames,
    omits: ({ type }) => (type === "file" || type === "directory" ? undefined : `it cannot hold a ${type}`),
    deepDirectories: "allow",
  };
}
