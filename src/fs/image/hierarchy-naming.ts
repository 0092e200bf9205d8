/** How the hierarchies of ISO 9660 and Joliet name items, and which they leave out, as options say. */
import type { HierarchyOptions } from "../iso9660/hierarchy.js";
import type { Charset } from "../names/charset.js";
import { utf8Charset } from "../names/charset.js";
import { utf16Encoding } from "../names/identifier-encoding.js";
import type { IsoWriting } from "../names/iso-name.js";
import {
  compareIsoIdentifiers,
  isoEncoding,
  isoNameMapping,
  isoNameRules,
  longestEnhancedName,
} from "../names/iso-name.js";
import { compareJolietNames, jolietNameMapping } from "../names/joliet-name.js";
import type { ImageOptions } from "./options.js";
import { isWritten } from "./options.js";

/** What decides about names and places. */
export type HierarchyNaming = Omit<HierarchyOptions, "onOmitted" | "onShortened" | "onMangled">;

/**
 * The character set of ISO 9660 names. Those of ISO 9660:1999 are not bound to ASCII, and mkisofs and libisofs have them
 * in the bytes of Rock Ridge's.
 */
function isoCharsetOf(options: ImageOptions): Charset | undefined {
  const { isoCharset, charset, isoLevel, enhancedTree } = options;
  if (isoCharset !== undefined || (isoLevel !== 4 && enhancedTree !== true)) return isoCharset;
  return charset ?? utf8Charset;
}

function isoWriting(options: ImageOptions, isEnhanced: boolean): IsoWriting {
  const charset = isEnhanced ? isoCharsetOf(options) : options.isoCharset;
  return { charset, form: options.unicodeForm };
}

/** Of the hierarchy that Rock Ridge extends. */
export function isoHierarchyNaming(options: ImageOptions): HierarchyNaming {
  const level = options.isoLevel ?? 3;
  const relaxations = options.isoRelaxations ?? {};
  const hasRockRidge = isWritten(options, "rockridge");
  const writing = isoWriting(options, level === 4);
  const mayBeDeep = level === 4 || relaxations.deepPaths === true;
  return {
    fileSystem: "ISO 9660",
    mapping: isoNameMapping(isoNameRules(level, relaxations), writing),
    encoding: isoEncoding(writing),
    compare: compareIsoIdentifiers,
    unencodable: options.unencodable ?? "refuse",
    omits: ({ type }) =>
      hasRockRidge || type === "file" || type === "directory" ? undefined : `it cannot hold a ${type}`,
    deepDirectories: mayBeDeep ? "allow" : hasRockRidge ? "relocate" : "refuse",
  };
}

/** Of the hierarchy that an Enhanced Volume Descriptor has for itself: ISO 9660:1999 has long names, in any depth. */
export function enhancedHierarchyNaming(options: ImageOptions): HierarchyNaming {
  const rules = isoNameRules(4, {}, longestEnhancedName);
  const writing = isoWriting(options, true);
  return {
    ...isoHierarchyNaming(options),
    fileSystem: "ISO 9660:1999",
    mapping: isoNameMapping(rules, writing),
    encoding: isoEncoding(writing),
    omits: ({ type }) => (type === "file" || type === "directory" ? undefined : `it cannot hold a ${type}`),
    deepDirectories: "allow",
  };
}

/** Of the hierarchy of Joliet. */
export function jolietHierarchyNaming(options: ImageOptions): HierarchyNaming {
  return {
    fileSystem: "Joliet",
    mapping: jolietNameMapping(options.jolietNameLength ?? 64, {
      characters: options.jolietCharset ?? (options.strictFileSystemCompliance === true ? "ucs-2" : "utf-16"),
      form: options.unicodeForm,
    }),
    encoding: utf16Encoding,
    compare: compareJolietNames,
    unencodable: options.unencodable ?? "refuse",
    omits: ({ type }) => (type === "file" || type === "directory" ? undefined : `it cannot hold a ${type}`),
    deepDirectories: "allow",
  };
}
