/** Options of the API by what they are called on the command line. */
import { DiscError } from "../node.js";

export const optionSpellings: Readonly<Record<string, string>> = {
  fileSystems: "--fs",
  volumeName: "--volume",
  isoLevel: "--iso-level",
  isoCharset: "--iso-charset",
  enhancedTree: "--iso-1999",
  jolietNameLength: "--joliet-long",
  jolietCharset: "--joliet-charset",
  udfRevision: "--udf-revision",
  udfVirtual: "--udf-vat",
  udfEmbedFiles: "--udf-embed",
  udfSpecialFiles: "--udf-special-files",
  "zisofs.level": "--zisofs",
  "zisofs.blockBytes": "--zisofs-block",
  "zisofs.minimumBytes": "--zisofs-min",
  "zisofs.version": "--zisofs-version",
  "boot.images": "--boot",
  "boot.catalogPath": "--boot-catalog",
  "boot.hybrid": "--hybrid",
  "boot.hybrid.diskGuid": "--disk-guid",
  "boot.hybrid.systemArea": "--mbr",
  "boot.hybrid.partitionOffset": "--partition-offset",
};

/** The longest first: others begin with the same words. */
const names = Object.keys(optionSpellings).sort((one, other) => other.length - one.length);
const anyName = new RegExp(
  `(?<![\\w.])(?:${names.map((name) => name.replaceAll(".", "\\.")).join("|")})(?![\\w[]|\\.\\w)`,
  "g",
);

/** An error as whoever typed a command line knows its options; its detail keeps the names of the API. */
export function withOptionSpellings(error: unknown): unknown {
  if (!(error instanceof DiscError) || error.code !== "E_OPTION_INVALID") return error;
  const message = error.message.replace(anyName, (name) => optionSpellings[name]!);
  return new DiscError(error.code, message, error.detail, { cause: error });
}
