/** Sessions of random changes on discs with UDF: each tree of each session holds what a model of it holds. */
import { join } from "node:path";
import test from "ava";
import fc from "fast-check";
import { openRecorderOn } from "../../src/device/drives.js";
import { createDiscFile } from "../../src/device/emulated/store.js";
import type { Recorder } from "../../src/device.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { FileSystemName } from "../../src/fs/tree/disc-entry.js";
import type { UdfRevision } from "../../src/fs/udf/revision.js";
import { revisionNumber, udfRevisions } from "../../src/fs/udf/revision.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import type { ModelItem, Operation } from "../support/session-model.js";
import {
  anyOperation,
  applyToBoth,
  assertEqualListing,
  listSession,
  newModel,
  printModel,
  walkModel,
} from "../support/session-model.js";
import { temporaryFolder } from "../support/tools.js";

interface SessionPlan {
  readonly operations: readonly Operation[];
  /** Whether entries are found by a table; where the revision has one. */
  readonly virtual: boolean;
  /** Whether the UDF tree alone is imported, where it holds all items. */
  readonly fromUdf: boolean;
}

interface DiscPlan {
  readonly revision: UdfRevision;
  readonly fileSystems: readonly FileSystemName[];
  readonly specialFiles: boolean;
  readonly embed: boolean;
  readonly sessions: readonly SessionPlan[];
}

/** Targets that find room in a file entry. */
const anyUdfOperation = anyOperation.map(
  (operation): Operation =>
    operation.what === "addSymlink" ? { ...operation, text: operation.text.slice(0, 200) } : operation,
);

const anyDisc: fc.Arbitrary<DiscPlan> = fc.record({
  revision: fc.constantFrom(...udfRevisions),
  fileSystems: fc.constantFrom<readonly FileSystemName[]>(
    ["udf"],
    ["iso", "rockridge", "joliet", "udf"],
    ["iso", "rockridge", "udf"],
  ),
  specialFiles: fc.boolean(),
  embed: fc.boolean(),
  sessions: fc.array(
    fc.record({
      operations: fc.array(anyUdfOperation, { maxLength: 8 }),
      virtual: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      fromUdf: fc.boolean(),
    }),
    { minLength: 3, maxLength: 3 },
  ),
});

const hasTables: readonly UdfRevision[] = ["1.50", "2.00", "2.01"];

/** What a session listed in each of its trees. */
type Listed = ReadonlyMap<FileSystemName, Map<string, string>>;

function withoutLinks(root: ModelItem): void {
  for (const { item } of [...walkModel(root)]) {
    for (const [name, child] of item.children) if (child.type === "symlink") item.children.delete(name);
  }
  for (const [name, child] of root.children) if (child.type === "symlink") root.children.delete(name);
}

class Game {
  readonly #plan: DiscPlan;
  readonly #path: string;
  readonly #root = newModel();
  readonly #history: Listed[] = [];
  #partitionStart: number | undefined;

  constructor(plan: DiscPlan, path: string) {
    this.#plan = plan;
    this.#path = path;
  }

  async run(): Promise<void> {
    for (const session of this.#plan.sessions) {
      await using recorder = await openRecorderOn(nodeFileAccess, this.#path, {});
      await this.#write(recorder, session);
      const listed = this.#expected();
      this.#history.push(listed);
      await this.#check(recorder, this.#history.length, listed);
      await this.#checkVolume(recorder);
      // What no tree holds is not there any more.
      if (this.#isUdfAlone && !this.#plan.specialFiles) withoutLinks(this.#root);
    }
    // The disc as somebody else finds it, and every session on it as it was when it was written.
    await using recorder = await openRecorderOn(nodeFileAccess, this.#path, {});
    for (const [index, listed] of this.#history.entries()) await this.#check(recorder, index + 1, listed);
  }

  get #isUdfAlone(): boolean {
    return this.#plan.fileSystems.length === 1;
  }

  async #write(recorder: Recorder, { operations, virtual, fromUdf }: SessionPlan): Promise<void> {
    const { revision, fileSystems, specialFiles, embed } = this.#plan;
    const isFirst = this.#history.length === 0;
    const udfVirtual = virtual && hasTables.includes(revision);
    const udfEmbedFiles = embed && this.#isUdfAlone && !udfVirtual;
    // Later sessions take revision and file systems from the disc.
    const image = new FileSystemImage({
      udfSpecialFiles: specialFiles,
      udfEmbedFiles: isFirst && udfEmbedFiles,
      udfVirtual,
      ...(isFirst ? { fileSystems, udfRevision: revision } : {}),
    });
    image.multisessionInterfaces = await recorder.multisessionInterfaces();
    if (!isFirst && fromUdf && specialFiles) await image.importSpecificFileSystem("udf");
    else if (!isFirst) await image.importFileSystem();
    if (!isFirst && udfEmbedFiles) image.options = { ...image.options, udfEmbedFiles };
    for (const operation of operations) applyToBoth(this.#root, image.root, operation);
    await using result = await image.createResultImage();
    await recorder.write(result);
  }

  #expected(): Listed {
    const holds = ({ type }: ModelItem): boolean => type !== "symlink" || this.#plan.specialFiles;
    const trees: [FileSystemName, Map<string, string>][] = [["udf", printModel(this.#root, holds)]];
    if (!this.#isUdfAlone) trees.push(["rockridge", printModel(this.#root)]);
    return new Map(trees);
  }

  async #check(recorder: Recorder, session: number, listed: Listed): Promise<void> {
    for (const [fileSystem, expected] of listed) {
      const warnings: string[] = [];
      const onWarning = ({ message }: Error): unknown => warnings.push(message);
      const { items, extents } = await listSession(recorder, { session, fileSystem, onWarning });
      assertEqualListing(`${fileSystem} of session ${session}`, items, expected);
      if (warnings.length > 0) throw new Error(`session ${session}: ${warnings.join("\n")}`);
      if (session === this.#history.length && fileSystem === "udf") this.#checkPlaces(extents);
    }
  }

  /** Contents stay where they are, but for those in file entries, which are written anew. */
  #checkPlaces(extents: ReadonlyMap<string, string>): void {
    for (const { path, item } of walkModel(this.#root)) {
      if (item.type !== "file") continue;
      const now = extents.get(path);
      const isCopied = item.extents?.includes("offset") === true;
      if (item.extents !== undefined && item.extents !== now && !isCopied) {
        throw new Error(`"${path}" lay in ${item.extents}, now in ${now}: its content was copied`);
      }
      item.extents = now;
    }
  }

  async #checkVolume(recorder: Recorder): Promise<void> {
    const { session, fileSystems } = await openImage(recorder);
    const { udf, number } = session;
    const last = this.#plan.sessions[number - 1]!;
    const isVirtual = last.virtual && hasTables.includes(this.#plan.revision);
    this.#partitionStart ??= udf?.partitions[0]?.startLba;
    const found = {
      number,
      revision: udf?.udfRevision,
      start: udf?.partitions[0]?.startLba,
      isVirtual: udf?.vat !== undefined,
      fileSystems: [...fileSystems].sort(),
    };
    const expected = {
      number: this.#history.length,
      revision: revisionNumber(this.#plan.revision),
      start: this.#partitionStart,
      isVirtual,
      fileSystems: [...this.#plan.fileSystems].sort(),
    };
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      throw new Error(`${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
    }
  }
}

const numRuns = process.env.DISCSMITH_SLOW === "1" ? 200 : 25;

for (const media of ["dvd+r", "cd-r", "bd-r"]) {
  test(`three sessions on ${media} hold, in each tree, what a model holds`, async (t) => {
    const path = join(temporaryFolder(t), "model.disc");
    await fc.assert(
      fc.asyncProperty(anyDisc, async (plan) => {
        await createDiscFile(nodeFileAccess, path, { media, capacityBlocks: 60_000, force: true });
        await new Game(plan, path).run();
      }),
      { numRuns, includeErrorInReport: true },
    );
    t.pass();
  });
}
