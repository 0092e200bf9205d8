/** Makes the image that a command line of mkisofs asks for. */

import { compressedResult } from "../../host/compress-contents.js";
import type {
  AttributeRules,
  Charset,
  DirectoryNode,
  FileSystemName,
  ImageOptions,
  SessionImage,
  Warning,
} from "../../node.js";
import {
  addTranslationTables,
  applyAttributeRules,
  charsetByName,
  FileSystemImage,
  hasCode,
  walkTree,
} from "../../node.js";
import type { CommandContext } from "../command.js";
import { taskOptions } from "../command.js";
import { sourceDateEpochOf } from "../image-options.js";
import { bootOf } from "./boot.js";
import { addNote, hideFromIso } from "./note.js";
import { normalPath } from "./path-specs.js";
import type { MkisofsRequest } from "./request.js";
import { continueSession } from "./session.js";
import { fillTree } from "./tree.js";

/** Blocks of -pad. genisoimage(1). */
const paddingBlocks = 150;

/** Names of volumes, and of the system, where none are given. genisoimage(1), xorrisofs(1). */
const volumeNames = { genisoimage: "CDROM", xorrisofs: "ISOIMAGE", oscdimg: "CDROM" } as const;
const systemIdentifiers = { genisoimage: "LINUX", xorrisofs: undefined, oscdimg: undefined } as const;

function charsetOf(name: string | undefined): Charset | undefined {
  // "default" takes bytes as they are, and so does what is UTF-8.
  return name === undefined || /^(default|utf-?8)$/i.test(name) ? undefined : charsetByName(name);
}

function outputCharsetOf({ program, outputCharset, inputCharset }: MkisofsRequest): string | undefined {
  return outputCharset ?? (program === "xorrisofs" ? undefined : inputCharset);
}

function fileSystemsOf({ rockRidge, joliet, udf }: MkisofsRequest): FileSystemName[] {
  const wanted = { rockridge: rockRidge, joliet, udf };
  return ["iso", ...(["rockridge", "joliet", "udf"] as const).filter((name) => wanted[name])];
}

/** What the command line asks of the image. */
function imageOptionsOf(
  request: MkisofsRequest,
  environment: NodeJS.ProcessEnv,
  onWarning: (warning: Warning) => void,
): ImageOptions {
  const { program, lowercase, anyAscii, longNames, omitVersion, omitPeriod, leadingDots, multipleDots } = request;
  const isContinued = request.previousImage !== undefined;
  return {
    fileSystems: fileSystemsOf(request),
    volumeName: request.volumeName ?? (isContinued ? undefined : volumeNames[program]),
    isoLevel: request.isoLevel,
    isoRelaxations: {
      lowercase,
      anyAscii,
      longNames,
      omitVersion,
      omitPeriod,
      leadingDots,
      multipleDots,
      deepPaths: request.deepPaths,
    },
    jolietNameLength: request.longJolietNames ? 103 : 64,
    rockRidgeVersion: request.rockRidgeVersion,
    udfRevision: request.udf ? request.udfRevision : undefined,
    udfSpecialFiles: request.udfSpecialFiles,
    growable: request.growable,
    films: request.dvdVideo ? "dvd-video" : undefined,
    charset: charsetOf(outputCharsetOf(request)),
    unencodable: "mangle",
    jolietCharset: request.jolietCharset,
    enhancedTree: request.enhancedTree ? true : undefined,
    systemIdentifier: request.systemIdentifier ?? (isContinued ? undefined : systemIdentifiers[program]),
    volumeSetIdentifier: request.volumeSetIdentifier,
    publisherIdentifier: request.publisherIdentifier,
    dataPreparerIdentifier: request.dataPreparerIdentifier,
    applicationIdentifier: request.applicationIdentifier,
    copyrightFileIdentifier: request.copyrightFileIdentifier,
    abstractFileIdentifier: request.abstractFileIdentifier,
    bibliographicFileIdentifier: request.bibliographicFileIdentifier,
    volumeCreation: request.volumeCreation,
    volumeModification: request.volumeModification,
    volumeExpiration: request.volumeExpiration,
    volumeEffective: request.volumeEffective,
    padding: request.padding ? paddingBlocks : 0,
    sourceDateEpoch: sourceDateEpochOf(environment),
    onWarning,
  };
}

function setTimes(root: DirectoryNode, { fileTimes }: MkisofsRequest): void {
  if (fileTimes === undefined) return;
  const items = [root, ...[...walkTree(root)].map(({ node }) => node)];
  for (const item of items) {
    const time = fileTimes === "modification" ? (item.mtimeMs ?? undefined) : fileTimes;
    item.assign({ mtime: time, atime: time, ctime: time });
  }
}

/** Makes a place for the boot catalog, whatever was taken of that name. */
function makeCatalogPlace(root: DirectoryNode, path: string, hiddenIn: readonly FileSystemName[]): void {
  if (root.find(path)?.type === "file") root.remove(path);
  if (root.find(path) === undefined) root.addFile(path, "", { parents: true, mode: 0o444, hiddenIn });
}

/** An image, with what has to stay open until it is written. */
export interface MkisofsImage extends AsyncDisposable {
  readonly image: SessionImage;
  readonly files: number;
  readonly directories: number;
}

/** What is said of all items, in the order in which the programs do it. */
function applyRules(tree: FileSystemImage, request: MkisofsRequest): void {
  const { rationalised, uid, gid, fileMode, directoryMode } = request;
  const rules: AttributeRules = { rationalised, uid, gid, fileMode, directoryMode };
  applyAttributeRules(tree.root, rules);
  setTimes(tree.root, request);
}

function addTables(tree: FileSystemImage, { translationTable, hideTranslationTable }: MkisofsRequest): void {
  if (translationTable === undefined) return;
  addTranslationTables(tree.root, tree.options, translationTable);
  if (!hideTranslationTable) return;
  for (const { node } of walkTree(tree.root)) {
    if (node.type === "file" && node.name === translationTable) node.assign({ hiddenIn: ["joliet"] });
  }
}

/**
 * Makes the image.
 *
 * @throws {@link DiscError} E_USAGE, and as `FileSystemImage.createResultImage` and `addTree`.
 */
export async function buildMkisofsImage(request: MkisofsRequest, context: CommandContext): Promise<MkisofsImage> {
  const { reporter, environment, input } = context;
  const catalogPath = `/${normalPath(request.catalogPath)}`;
  // Whatever was taken of the catalog's name, its place is that of the catalog.
  const onWarning = (warning: Warning): void => {
    if (hasCode(warning, "W_REPLACED") && warning.detail.path === catalogPath) return;
    reporter.onWarning(warning);
  };
  const tree = new FileSystemImage(imageOptionsOf(request, environment, onWarning));
  const task = { ...taskOptions(context), onWarning };
  const hiddenIn = await fillTree(tree, request, charsetOf(request.inputCharset), input, task);
  applyRules(tree, request);
  if (request.isoNoteOnly) hideFromIso(tree.root);
  const hasBootImages = request.bootEntries.some(({ image }) => image !== undefined);
  const showsCatalog = hasBootImages && !request.catalogHidden;
  if (showsCatalog) makeCatalogPlace(tree.root, catalogPath, hiddenIn);
  addTables(tree, request);
  if (request.isoNoteOnly) addNote(tree.root, request.udf ? "udf" : "joliet");
  const opened = await continueSession(tree, request, context);
  try {
    const boot = await bootOf(request, tree.root, showsCatalog ? catalogPath : undefined);
    tree.options = { ...tree.options, boot };
    const { zisofs: recognise, zisofsSignature: signature } = request;
    // Without Rock Ridge there is nothing to tell it by, and genisoimage does not either.
    const isTold = recognise.length > 0 && request.rockRidge;
    const zisofs = isTold ? { compress: false, recognise, signature } : undefined;
    const image = await compressedResult(tree, zisofs, task);
    const { fileCount: files, directoryCount: directories } = tree;
    return { image, files, directories, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
