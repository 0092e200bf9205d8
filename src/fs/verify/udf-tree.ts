/** Walks the tree of a UDF volume, and checks what holds of it as a whole. ECMA-167, 3rd edition, 4/8.6, 4/8.8; OSTA UDF 2.3. */
import type { LongAllocationDescriptor } from "../udf/allocation.js";
import { extentTypes } from "../udf/allocation.js";
import { fileCharacteristics } from "../udf/file-identifier.js";
import { fileTypes } from "../udf/icb.js";
import { hasCharacteristic } from "../udf/identifier-name.js";
import type { ByteRun } from "../udf/partition-space.js";
import { readSymlinkTarget } from "../udf/path-components.js";
import type { FoundIdentifier } from "./udf-directories.js";
import { DirectoryCheck } from "./udf-directories.js";
import type { CheckedEntry, EntryChecker, EntryRecord } from "./udf-entries.js";
import { checkIcbLength } from "./udf-entries.js";
import { UniqueIds } from "./udf-ids.js";
import type { UdfVolumeModel } from "./udf-model.js";
import { addressOfIcb } from "./udf-model.js";
import type { UdfPlace } from "./udf-report.js";
import { checkObjectSize, checkStreams } from "./udf-streams.js";

/** The longest path up to 2.00. OSTA UDF 2.00, 2.3.4.1. */
const maximumPathBytes = 1023;

/** Links that a file entry can state at the most. */
const maximumLinks = 0xffff;

/** The longest target of a link that is looked at. */
const maximumTargetBytes = 64 * 1024;

/** A file of the tree, where its contents lie. */
export interface FoundFile {
  readonly path: string;
  readonly runs: readonly ByteRun[];
  readonly isStream: boolean;
}

/** What is checked. */
export interface TreeContext {
  readonly model: UdfVolumeModel;
  readonly checker: EntryChecker;
  readonly rootIcb: LongAllocationDescriptor;
  readonly systemStreamIcb: LongAllocationDescriptor | undefined;
  /** Where the file set lies. */
  readonly place: UdfPlace;
  /** The next unique id; `undefined` where it is not known. */
  readonly nextUniqueId: bigint | undefined;
  visit(file: FoundFile): void;
}

/** What a tree has. */
export interface TreeCounts {
  readonly files: number;
  /** With the root. */
  readonly directories: number;
}

/** A directory that waits to be read. */
interface OpenDirectory {
  readonly entry: CheckedEntry;
  /** Bytes of the names on the way to it. */
  readonly pathBytes: number;
}

class TreeWalk {
  files = 0;
  directories = 0;
  readonly #context: TreeContext;
  readonly #model: UdfVolumeModel;
  readonly #checker: EntryChecker;
  readonly #ids: UniqueIds;
  readonly #open: OpenDirectory[] = [];
  /** Blocks of directories: none can be those of two. */
  readonly #blocks: BlockSet = new BlockSet();

  constructor(context: TreeContext) {
    this.#context = context;
    this.#model = context.model;
    this.#checker = context.checker;
    this.#ids = new UniqueIds(context.model.checking, context.nextUniqueId);
  }

  async run(): Promise<void> {
    const { rootIcb, systemStreamIcb, place } = this.#context;
    if (systemStreamIcb !== undefined) await this.#streams(systemStreamIcb, undefined, place);
    const root = await this.#checker.check({ icb: rootIcb, role: "root", path: "/", parent: undefined, place });
    if (root === undefined) return;
    await this.#enter(root, 0);
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) await this.#directory(next);
    this.#checkLinks();
  }

  /** Takes note of an entry that is seen for the first time. */
  async #enter(entry: CheckedEntry, pathBytes: number): Promise<void> {
    const { record } = entry;
    this.#ids.entry(record, undefined);
    if (record.streamDirectoryIcb === undefined) checkObjectSize(this.#model, record, 0);
    else {
      const place = { address: record.address, path: record.path };
      const bytes = await this.#streams(record.streamDirectoryIcb, record, place);
      if (bytes !== undefined) checkObjectSize(this.#model, record, bytes);
    }
    if (record.fileType === fileTypes.directory) {
      this.directories++;
      this.#open.push({ entry, pathBytes });
      return;
    }
    this.#visit(entry, record.path);
    if (record.fileType === fileTypes.symlink) await this.#checkLink(entry);
  }

  async #streams(
    icb: LongAllocationDescriptor,
    owner: EntryRecord | undefined,
    place: UdfPlace,
  ): Promise<number | undefined> {
    const { checking } = this.#model;
    if (!checking.isThirdEdition) {
      checking.report("UDF_STREAM", place, "streams, in a revision that has none");
      return undefined;
    }
    const visit = (stream: CheckedEntry, path: string): void => this.#visit(stream, path);
    const context = { model: this.#model, checker: this.#checker, ids: this.#ids, visit };
    return await checkStreams(context, { icb, owner, place });
  }

  #visit({ record, extents, embedded }: CheckedEntry, path: string): void {
    const { fileType } = record;
    const isStream = record.role === "stream";
    if (fileType !== fileTypes.none && fileType !== fileTypes.file && fileType !== fileTypes.realTime) return;
    if (embedded !== undefined) {
      this.#context.visit({ path, runs: [embedded], isStream });
      return;
    }
    const runs: ByteRun[] = [];
    for (const { type, bytes, runs: own } of extents) {
      let left = type === extentTypes.recorded ? bytes : 0;
      for (const { address, bytes: length } of own) {
        const count = Math.min(left, length);
        if (count > 0) runs.push({ address, bytes: count });
        left -= count;
      }
    }
    this.#context.visit({ path, runs, isStream });
  }

  async #checkLink({ record, extents, embedded }: CheckedEntry): Promise<void> {
    const { checking } = this.#model;
    const { address, path, bytes } = record;
    const run = embedded ?? extents[0]?.runs[0];
    // Longer ones, and those in pieces, are of nobody who is known.
    if (run?.address === null || run === undefined || run.bytes < bytes || bytes > maximumTargetBytes) return;
    const data = await checking.read(run.address, bytes, "symbolic link", path);
    if (data === undefined) return;
    const faults: string[] = [];
    const target = readSymlinkTarget(data, (reason) => faults.push(`a component ${reason}`));
    const fault = faults[0] ?? (target === "" ? `its ${bytes} bytes make no target` : undefined);
    if (fault !== undefined) checking.report("UDF_SYMLINK", { address, path }, fault);
  }

  async #directory({ entry, pathBytes }: OpenDirectory): Promise<void> {
    const { checking } = this.#model;
    const { record } = entry;
    const place = { address: record.address, path: record.path };
    const directory = new DirectoryCheck(this.#model, entry);
    if (entry.extents.length > 1) {
      checking.report("UDF_DIRECTORY_EXTENTS", place, `"${record.path}" lies in ${entry.extents.length} extents`);
    }
    for (const { address, bytes } of entry.embedded === undefined ? directory.runs : []) {
      if (this.#blocks.add(Math.floor(address / checking.blockBytes), Math.ceil(bytes / checking.blockBytes))) continue;
      // That they overlap is reported with all that does.
      return;
    }
    for await (const found of directory.identifiers()) await this.#identifier(record, pathBytes, found);
  }

  async #identifier(directory: EntryRecord, pathBytes: number, found: FoundIdentifier): Promise<void> {
    const { identifier, hasIcb, name } = found;
    if (hasCharacteristic(identifier, fileCharacteristics.parent)) {
      if (hasIcb) this.#parent(directory, found);
      return;
    }
    if (hasCharacteristic(identifier, fileCharacteristics.deleted)) return;
    const isDirectory = hasCharacteristic(identifier, fileCharacteristics.directory);
    if (!isDirectory) this.files++;
    const bytes = pathBytes + 1 + identifier.fileIdentifier.length;
    const { checking } = this.#model;
    if (checking.revision <= 0x0200 && bytes > maximumPathBytes) {
      checking.report("UDF_PATH_LENGTH", found.place, `a path of ${bytes} bytes`);
    }
    if (hasIcb && name !== "") await this.#named(directory, bytes, isDirectory, found);
  }

  /** What a directory says of its parent; the root is its own. */
  #parent(directory: EntryRecord, { identifier, place }: FoundIdentifier): void {
    const parent = directory.parent ?? directory;
    if (addressOfIcb(this.#model, identifier.icb) !== parent.address) {
      this.#model.checking.report("UDF_FID_PARENT", place, "it names another directory than the one it is in");
      return;
    }
    checkIcbLength(this.#model.checking, identifier.icb, parent, place);
    if (!hasCharacteristic(identifier, fileCharacteristics.directory)) {
      this.#model.checking.report("UDF_FID_BITS", place, "the parent is not marked as a directory");
    }
    parent.links++;
    this.#ids.same(identifier.icb.udfUniqueId, parent, place, "parent");
  }

  async #named(
    directory: EntryRecord,
    pathBytes: number,
    isDirectory: boolean,
    { identifier, place }: FoundIdentifier,
  ): Promise<void> {
    const { checking } = this.#model;
    const { icb } = identifier;
    const path = place.path ?? "";
    const address = addressOfIcb(this.#model, icb);
    const known = address === undefined ? undefined : this.#checker.known(address);
    let record = known ?? undefined;
    if (known === undefined) {
      const entry = await this.#checker.check({ icb, role: "item", path, parent: directory, place });
      record = entry?.record;
      if (entry !== undefined) await this.#enter(entry, pathBytes);
    }
    if (record === undefined) return;
    const isKnown = known !== undefined;
    if (isKnown) checkIcbLength(checking, icb, record, place);
    if (isKnown && (record.fileType === fileTypes.directory || record.role !== "item")) {
      checking.report("UDF_DIRECTORY_LOOP", place, `"${path}" is "${record.path}", which has a name`);
      return;
    }
    record.links++;
    if (isDirectory !== (record.fileType === fileTypes.directory)) {
      const message = `"${path}" is ${isDirectory ? "" : "not "}marked as a directory, and of file type ${record.fileType}`;
      checking.report("UDF_FID_BITS", place, message);
    }
    this.#ids.name(icb.udfUniqueId, record, place);
  }

  /** Holds the links that entries state against the names that were found. */
  #checkLinks(): void {
    for (const { role, statedLinks, links, address, path } of this.#checker.records) {
      if (role === "metadata" || role === "table") continue;
      const wanted = role === "streamDirectory" || role === "attributes" ? 0 : Math.min(links, maximumLinks);
      if (statedLinks === wanted) continue;
      const message = `the link count of "${path}" is ${statedLinks}, expected ${wanted}`;
      this.#model.checking.report("UDF_ENTRY_LINKS", { address, path }, message);
    }
  }
}

/** Blocks that were seen: a bit for each, in pieces. */
class BlockSet {
  readonly #pieces: Map<number, Uint8Array> = new Map();

  /** @returns Whether none of the blocks was in the set before. */
  add(first: number, count: number): boolean {
    let isNew = true;
    for (let block = first; block < first + count; block++) {
      const number = Math.floor(block / 4096);
      let piece = this.#pieces.get(number);
      if (piece === undefined) {
        piece = new Uint8Array(512);
        this.#pieces.set(number, piece);
      }
      const at = Math.floor((block % 4096) / 8);
      const bit = 1 << (block % 8);
      if ((piece[at]! & bit) !== 0) isNew = false;
      piece[at] = piece[at]! | bit;
    }
    return isNew;
  }
}

/** Checks the tree of a volume. */
export async function checkTree(context: TreeContext): Promise<TreeCounts> {
  const walk = new TreeWalk(context);
  await walk.run();
  return { files: walk.files, directories: walk.directories };
}
