/** Fills the tree of an image as a command line of mkisofs says. */
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Readable } from "node:stream";
import type {
  Charset,
  DirectoryNode,
  DirectorySourceOptions,
  FileSystemImage,
  FileSystemName,
  Item,
  ItemAttributes,
  TaskOptions,
  TreeSource,
} from "../../node.js";
import { applySortWeights, bytesFromName, fromDirectory, fromPath, SymlinkNode, walkTree } from "../../node.js";
import { usageError } from "../usage.js";
import type { PathTest } from "./path-patterns.js";
import { linesOf, pathTestOfAll } from "./path-patterns.js";
import type { PathSpec } from "./path-specs.js";
import { normalPath, pathSpecsOf, placeOfFile } from "./path-specs.js";
import type { MkisofsRequest } from "./request.js";
import { applySortFiles } from "./sort-files.js";

/** What is said of items by their paths on the host. */
interface PathRules {
  readonly hiddenIn: readonly (readonly [FileSystemName, PathTest])[];
  readonly hidden: PathTest | undefined;
  readonly exclude: PathTest | undefined;
}

async function pathRulesOf(request: MkisofsRequest): Promise<PathRules> {
  const { program, hideIso, hideJoliet, hideUdf, withoutBackups } = request;
  const hiding = [
    ["iso", await pathTestOfAll(program, hideIso)],
    ["joliet", await pathTestOfAll(program, hideJoliet)],
    ["udf", await pathTestOfAll(program, hideUdf)],
  ] as const;
  const excluded = await pathTestOfAll(program, request.exclude);
  const isBackup = (name: string): boolean => withoutBackups && /[~#]|\.bak$/.test(name);
  return {
    hiddenIn: hiding.flatMap(([name, test]) => (test === undefined ? [] : [[name, test] as const])),
    hidden: await pathTestOfAll(program, request.hidden),
    exclude:
      excluded === undefined && !withoutBackups
        ? undefined
        : (path, name) => isBackup(name) || excluded?.(path, name) === true,
  };
}

/** The file systems that hide an item. */
function hiddenInOf({ hiddenIn }: PathRules, path: string, name: string): FileSystemName[] {
  return hiddenIn.flatMap(([fileSystem, test]) => (test(path, name) ? [fileSystem] : []));
}

/** A path as the host takes it: its bytes, where they are no UTF-8. */
function hostBytes(path: string): string | Buffer {
  return path.isWellFormed() ? path : Buffer.from(bytesFromName(path));
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(hostBytes(path))).isDirectory();
  } catch {
    // What is wrong with it is said where it is read.
    return false;
  }
}

/** A link like another one, with the target that its bytes stand for. */
function decodedLink(link: SymlinkNode, charset: Charset): SymlinkNode {
  const decoded = new SymlinkNode(link.name, charset.decode(bytesFromName(link.target)));
  decoded.restore(link);
  return decoded;
}

/** Gives all that is below a directory the names that its bytes stand for in a character set. */
function decodeNames(directory: DirectoryNode, charset: Charset): void {
  const items = [...directory];
  directory.children.clear();
  for (const given of items) {
    const item = given.type === "symlink" ? decodedLink(given, charset) : given;
    item.name = charset.decode(bytesFromName(item.name));
    directory.attach(item);
    if (item.type === "directory") decodeNames(item, charset);
  }
}

/** Takes the paths of a command line into an image. */
class TreeFilling {
  readonly #image: FileSystemImage;
  readonly #request: MkisofsRequest;
  readonly #rules: PathRules;
  readonly #charset: Charset | undefined;
  readonly #task: TaskOptions & Pick<DirectorySourceOptions, "onWarning">;
  /** Paths on the host of what was taken. */
  readonly hostPaths = new Map<Item, string>();

  constructor(
    image: FileSystemImage,
    request: MkisofsRequest,
    rules: PathRules,
    charset: Charset | undefined,
    task: TaskOptions & Pick<DirectorySourceOptions, "onWarning">,
  ) {
    this.#image = image;
    this.#request = request;
    this.#rules = rules;
    this.#charset = charset;
    this.#task = task;
  }

  async add(spec: PathSpec): Promise<void> {
    const { source: path } = spec;
    const { followLinks, hostAttributes } = this.#request;
    const { exclude } = this.#rules;
    const { onWarning } = this.#task;
    const options: DirectorySourceOptions = { exclude, followLinks, hostAttributes, onWarning };
    if (await isFolder(path)) {
      await this.#addTree(fromDirectory(path, options), path.replace(/(?<=.)\/+$/, ""), spec.target, true);
      return;
    }
    const { directory, name } = placeOfFile(spec);
    await this.#addTree(fromPath(path, { ...options, name }), path, directory, false);
  }

  async #addTree(source: TreeSource, path: string, directory: string, isWhole: boolean): Promise<void> {
    await this.#makeDirectories(directory, isWhole ? path : dirname(resolve(path)));
    const { signal, onProgress } = this.#task;
    const marked: TreeSource = {
      load: async (into, task) => {
        await source.load(into, task);
        this.#mark(into, path, isWhole);
        if (this.#charset !== undefined) decodeNames(into, this.#charset);
      },
    };
    await this.#image.root.addTree(marked, { at: `/${directory}`, signal, onProgress });
  }

  /**
   * Directories that nothing of the host is taken for have a mode of their own; xorriso gives them what the folders have
   * that lie as far above what is taken.
   *
   * @param source The folder of the host that stands for the last of them.
   */
  async #makeDirectories(directory: string, source: string): Promise<void> {
    const { root } = this.#image;
    const names = directory.split("/").filter((name) => name !== "");
    for (const [index] of names.entries()) {
      const path = `/${names.slice(0, index + 1).join("/")}`;
      if (root.find(path) !== undefined) continue;
      const above = resolve(source, ...names.slice(index + 1).map(() => ".."));
      root.addDirectory(path, await this.#attributesLike(above));
    }
  }

  async #attributesLike(folder: string): Promise<ItemAttributes> {
    const { program, newDirectoryMode } = this.#request;
    // What is not there is said where it is read.
    const stats = program === "xorrisofs" ? await stat(hostBytes(folder)).catch(() => undefined) : undefined;
    if (stats === undefined) return { mode: newDirectoryMode };
    const { mode, uid, gid, mtimeMs } = stats;
    return { mode: mode % 0o10000, uid, gid, mtime: mtimeMs };
  }

  #mark(loaded: DirectoryNode, path: string, isWhole: boolean): void {
    for (const { path: below, node } of walkTree(loaded)) {
      const hostPath = isWhole ? `${path === "/" ? "" : path}${below}` : path;
      const name = hostPath.slice(hostPath.lastIndexOf("/") + 1);
      this.hostPaths.set(node, hostPath);
      const hiddenIn = hiddenInOf(this.#rules, hostPath, name);
      if (hiddenIn.length > 0) node.assign({ hiddenIn });
      if (this.#rules.hidden?.(hostPath, name) === true) node.assign({ hidden: true });
    }
  }
}

/** Gives files of the image the weights that the command line has for them. */
async function applyWeights(root: DirectoryNode, request: MkisofsRequest): Promise<void> {
  const weights = [...request.weights];
  for (const list of request.weightLists) {
    for (const line of await linesOf(list)) {
      const match = /^([-+]?\d+)[ \t](.+)$/.exec(line);
      if (match === null) throw usageError(`${list}: "${line}" is no weight with a path`);
      weights.push({ weight: Number(match[1]), path: match[2]! });
    }
  }
  applySortWeights(
    root,
    weights.map(({ weight, path }) => ({ weight, path: `/${normalPath(path)}` })),
  );
}

/**
 * Fills the tree of an image.
 *
 * @param charset That of names on the host; `undefined` for UTF-8.
 * @returns The file systems that hide a file of the catalog's name.
 * @throws {@link DiscError} E_USAGE, E_SOURCE_UNREADABLE, and as `addTree`.
 */
export async function fillTree(
  image: FileSystemImage,
  request: MkisofsRequest,
  charset: Charset | undefined,
  input: Readable,
  task: TaskOptions & Pick<DirectorySourceOptions, "onWarning">,
): Promise<readonly FileSystemName[]> {
  const rules = await pathRulesOf(request);
  const filling = new TreeFilling(image, request, rules, charset, task);
  image.root.assign({ mode: request.newDirectoryMode });
  for (const spec of await pathSpecsOf(request, input)) await filling.add(spec);
  await applySortFiles(request, filling.hostPaths);
  await applyWeights(image.root, request);
  const catalog = normalPath(request.catalogPath);
  // xorriso does not hide the catalog by patterns.
  if (request.program === "xorrisofs") return [];
  return hiddenInOf(rules, catalog, catalog.slice(catalog.lastIndexOf("/") + 1));
}
