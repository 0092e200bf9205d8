import type {
  Charset,
  CharsetChoice,
  FileSystemName,
  FilmPreset,
  ImageOptions,
  IsoLevel,
  JolietCharset,
  UdfRevision,
  Unencodable,
  UnicodeForm,
} from "../node.js";
import { charsetByName, findCharset } from "../node.js";
import type { CommandContext } from "./command.js";
import type { OptionValues } from "./parse.js";
import { usageError } from "./usage.js";
import { volumeDatesOf } from "./volume-dates.js";

const writable: readonly FileSystemName[] = ["iso", "rockridge", "joliet", "udf"];

/** The file systems that --fs lists, for writing. @throws {@link DiscError} E_USAGE. */
function fileSystemsToWrite(list: string | undefined): readonly FileSystemName[] | undefined {
  if (list === undefined) return undefined;
  const names = new Set<FileSystemName>();
  for (const name of list.split(",").map((word) => word.trim())) {
    if (name === "all") return writable;
    const found = writable.find((fileSystem) => fileSystem === name);
    if (found === undefined) throw usageError(`--fs has "${name}", expected ${writable.join(", ")}, all`);
    names.add(found);
  }
  // Rock Ridge and Joliet extend ISO 9660.
  if (names.has("rockridge") || names.has("joliet")) names.add("iso");
  return writable.filter((name) => names.has(name));
}

/** SOURCE_DATE_EPOCH, in seconds. @throws {@link DiscError} E_USAGE. */
export function sourceDateEpochOf(environment: NodeJS.ProcessEnv): number | undefined {
  const text = environment.SOURCE_DATE_EPOCH;
  if (text === undefined || text === "") return undefined;
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw usageError(`SOURCE_DATE_EPOCH is "${text}", expected whole seconds since 1970`);
}

function relaxations(options: OptionValues): ImageOptions["isoRelaxations"] {
  const longNames = options.has("iso-long-names");
  return {
    lowercase: options.has("iso-lowercase"),
    longNames,
    omitVersion: longNames || options.has("iso-no-version"),
    deepPaths: options.has("iso-deep-paths"),
    anyAscii: options.has("iso-any-ascii"),
  };
}

function charsetNamed(name: string | undefined): Charset | undefined {
  return name === undefined ? undefined : charsetByName(name);
}

/** In which character set the names of an imported session are read: that of --charset, or that of the disc. */
export function importCharsetOf({ options }: CommandContext): CharsetChoice | undefined {
  const given = charsetNamed(options.text("import-charset") ?? options.text("charset"));
  return given ?? findCharset;
}

/** What the options ask of an image. */
export function imageOptionsOf({ options, reporter, environment }: CommandContext): ImageOptions {
  const charset = options.text("charset");
  const level = options.number("iso-level");
  const rockRidge = options.text("rock-ridge");
  return {
    growable: options.has("growable"),
    fileSystems: fileSystemsToWrite(options.text("fs")),
    volumeName: options.text("volume"),
    isoLevel: level as IsoLevel | undefined,
    isoRelaxations: relaxations(options),
    rockRidgeVersion: rockRidge as "1.10" | "1.12" | undefined,
    jolietNameLength: options.has("joliet-long") ? 103 : undefined,
    udfRevision: options.text("udf-revision") as UdfRevision | undefined,
    udfSpecialFiles: options.has("udf-special-files"),
    udfEmbedFiles: options.has("udf-embed"),
    udfVirtual: options.has("udf-vat"),
    udfRebuild: options.has("udf-rebuild"),
    systemIdentifier: options.text("system-id"),
    volumeSetIdentifier: options.text("volume-set"),
    publisherIdentifier: options.text("publisher"),
    dataPreparerIdentifier: options.text("preparer"),
    applicationIdentifier: options.text("application"),
    copyrightFileIdentifier: options.text("copyright-file"),
    abstractFileIdentifier: options.text("abstract-file"),
    bibliographicFileIdentifier: options.text("bibliographic-file"),
    ...volumeDatesOf(options),
    padding: options.number("padding"),
    charset: charsetNamed(charset),
    isoCharset: charsetNamed(options.text("iso-charset")),
    unencodable: options.text("unencodable") as Unencodable | undefined,
    unicodeForm: options.text("unicode-form") as UnicodeForm | undefined,
    jolietCharset: options.text("joliet-charset") as JolietCharset | undefined,
    enhancedTree: options.has("iso-1999") ? true : undefined,
    sourceDateEpoch: sourceDateEpochOf(environment),
    onWarning: reporter.onWarning,
    strict: options.has("strict"),
  };
}

/** The film that is to be written as players want it. */
export function filmPresetOf(options: OptionValues): FilmPreset | undefined {
  return options.text("films") as FilmPreset | undefined;
}
