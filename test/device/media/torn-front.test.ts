/** Power lost while a session is added to media that can be overwritten: with any write unit missing, half or torn. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { Recorder } from "../../../src/device/recorder.js";
import type { CommandResult, Transfer, Transport } from "../../../src/device/transport.js";
import { createDisc, openRecorder } from "../../../src/device.js";
import { openTransport } from "../../../src/disc-access.js";
import type { WarningListener } from "../../../src/errors.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import type { ImageSource } from "../../../src/fs/image/open-image.js";
import { openImage, readSessions } from "../../../src/fs/image/open-image.js";
import type { DirectoryNode } from "../../../src/fs/tree/directory.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { blockBytes } from "../../../src/units.js";
import { digestOf } from "../../support/listing.js";
import { refused } from "../../support/scripted-drive.js";
import { temporaryFolder } from "../../support/tools.js";

/** A write unit as it reached the disc. */
interface WrittenUnit {
  readonly lba: number;
  readonly bytes: Uint8Array;
}

const write10 = 0x2a;
const read10 = 0x28;

/** A drive that keeps account of what is written, and in which some blocks cannot be read until they are written. */
class TornDrive implements Transport {
  readonly name: string;
  readonly kind = "emulated";
  readonly maximumTransferBytes: number;
  readonly written: WrittenUnit[] = [];
  readonly unreadable: Set<number>;
  readonly #drive: Transport;

  constructor(drive: Transport, unreadable: ReadonlySet<number>) {
    this.#drive = drive;
    this.name = drive.name;
    this.maximumTransferBytes = drive.maximumTransferBytes;
    this.unreadable = new Set(unreadable);
  }

  async execute(cdb: Uint8Array, transfer: Transfer, timeoutMs: number): Promise<CommandResult> {
    const view = new DataView(cdb.buffer, cdb.byteOffset, cdb.length);
    if (cdb[0] === read10) {
      const [lba, blocks] = [view.getUint32(2), view.getUint16(7)];
      for (let block = lba; block < lba + blocks; block++)
        if (this.unreadable.has(block)) return refused(3, 0x11, 0x00);
    }
    if (cdb[0] === write10 && transfer.direction === "out") {
      const lba = view.getUint32(2);
      this.written.push({ lba, bytes: transfer.data.slice() });
      for (let block = lba; block < lba + transfer.data.length / blockBytes; block++) this.unreadable.delete(block);
    }
    return await this.#drive.execute(cdb, transfer, timeoutMs);
  }

  async reserve(): Promise<void> {
    await this.#drive.reserve();
  }

  async release(): Promise<void> {
    await this.#drive.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drive[Symbol.asyncDispose]();
  }
}

/** Adds a session. @returns The write units, in order. */
async function add(
  path: string,
  change: (root: DirectoryNode) => void,
  unreadable: ReadonlySet<number> = new Set(),
  onWarning: WarningListener = () => {},
): Promise<WrittenUnit[]> {
  const drive = new TornDrive(await openTransport(path), unreadable);
  await using recorder = await Recorder.on(drive);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  await image.importFileSystem();
  change(image.root);
  await using result = await image.createResultImage();
  await recorder.write(result, { onWarning });
  const unitBytes = recorder.state.writeUnitBlocks * blockBytes;
  return drive.written.flatMap(({ lba, bytes }) =>
    Array.from({ length: bytes.length / unitBytes }, (_unused, index) => ({
      lba: lba + (index * unitBytes) / blockBytes,
      bytes: bytes.subarray(index * unitBytes, (index + 1) * unitBytes),
    })),
  );
}

type Tree = readonly string[];

/** What every tree of a session shows. */
async function treesOf(source: ImageSource, start?: number): Promise<Record<string, Tree>> {
  const trees: Record<string, Tree> = {};
  for (const fileSystem of (await openImage(source, { start })).fileSystems) {
    const image = await openImage(source, { start, fileSystem });
    const found: string[] = [];
    for await (const entry of image.walk()) found.push(line(entry.path.toLowerCase(), await image.readFile(entry)));
    trees[fileSystem] = found.sort();
  }
  return trees;
}

const line = (path: string, content: string | Uint8Array): string => `${path} ${digestOf(Buffer.from(content))}`;

/** Whether each file system shows one of some trees. */
function showsSome(shown: Record<string, Tree>, trees: readonly Tree[]): boolean {
  return Object.values(shown).every((tree) => trees.some((one) => one.join() === tree.join()));
}

/** Whether all file systems show one of some trees, and all the same. */
function showsOne(shown: Record<string, Tree>, trees: readonly Tree[]): boolean {
  return trees.some((tree) => showsSome(shown, [tree]));
}

// A burned image is then a multiple of 32 blocks: a DVD-RW grows without gaps, and sessions start at such multiples.
const large = new Uint8Array(132_000).fill(7);
const oldTree: Tree = [line("/large", large), line("/one", "first\n")];
const newTree: Tree = [line("/large", large), line("/two", "second\n")];
const third = line("/three", "third\n");

/** What becomes of the last unit that was written when power failed. */
const tears = {
  missing: (_unit: Uint8Array, before: Uint8Array) => before,
  half: (unit: Uint8Array, before: Uint8Array) =>
    Buffer.concat([unit.subarray(0, unit.length / 2), before.subarray(unit.length / 2)]),
  garbage: (unit: Uint8Array) => new Uint8Array(unit.length).fill(0xa5),
  unreadable: (unit: Uint8Array) => new Uint8Array(unit.length).fill(0xa5),
} as const;
type Tear = keyof typeof tears;

const layouts = {
  "ISO 9660": ["iso", "rockridge", "joliet"],
  bridge: ["iso", "rockridge", "joliet", "udf"],
  UDF: ["udf"],
} as const;

/** A disc that power failed at. */
interface Scenario {
  readonly media: string;
  readonly layout: keyof typeof layouts;
  readonly growable: boolean;
}

async function madeDisc(t: ExecutionContext, { media, layout, growable }: Scenario): Promise<string> {
  const path = join(temporaryFolder(t), "disc");
  await createDisc(path, { media, capacityBlocks: 80_000 });
  await using recorder = await openRecorder(path);
  if (media === "dvd-rw") await recorder.format();
  const image = new FileSystemImage({ fileSystems: layouts[layout] });
  // Without, it is a ready-made image that was burned from block 0 on.
  if (growable) image.multisessionInterfaces = await recorder.multisessionInterfaces();
  image.root.addFile("/one", "first\n");
  image.root.addFile("/large", large);
  await using result = await image.createResultImage();
  await recorder.write(result);
  return path;
}

/** A disc as power left it. */
interface Cut {
  /** Write units that are whole. */
  readonly count: number;
  readonly tear: Tear;
  /** The unit that was torn. */
  readonly lba: number;
  readonly blocks: number;
  readonly isFront: boolean;
  readonly disc: Uint8Array;
}

/** Every disc that power may have left: body units are torn now and then, those of the front always, in all ways. */
function* cuts(before: Uint8Array, units: readonly WrittenUnit[]): Generator<Cut> {
  let isFront = false;
  for (let count = 0; count <= units.length; count++) {
    const unit = units[count] ?? { lba: before.length / blockBytes, bytes: new Uint8Array(0) };
    isFront ||= unit.lba < 512;
    for (const tear of Object.keys(tears) as Tear[]) {
      if (tear !== "missing" && (unit.bytes.length === 0 || (!isFront && count % 8 !== 0))) continue;
      const disc = Buffer.from(before);
      for (const { lba, bytes } of units.slice(0, count)) disc.set(bytes, lba * blockBytes);
      const at = unit.lba * blockBytes;
      disc.set(tears[tear](unit.bytes, disc.subarray(at, at + unit.bytes.length)), at);
      yield { count, tear, lba: unit.lba, blocks: unit.bytes.length / blockBytes, isFront, disc };
    }
  }
}

/** Says what is wrong with a disc as a reader sees it that knows of no sessions. */
async function faultOfFront({ disc }: Cut): Promise<string | undefined> {
  try {
    const shown = await treesOf(new MemorySource(disc), 0);
    // ISO 9660 and UDF change one after the other.
    return showsSome(shown, [oldTree, newTree]) ? undefined : JSON.stringify(shown);
  } catch (error) {
    return String(error);
  }
}

/** What a torn unit of the front takes with it that nobody has a copy of. */
function isBeyondRepair({ media, layout, growable }: Scenario, { tear, lba, blocks }: Cut): boolean {
  if (growable || tear === "missing" || tear === "half") return false;
  // Where an image was burned that was not laid out to grow: its only header and where the chain begins, or what the
  // unit holds of its contents, or, of UDF, where the chain begins.
  return lba === 0 ? blocks === 32 || layout === "UDF" : media !== "bd-re" && lba === 16 && layout === "ISO 9660";
}

/** Says what is wrong once the next session was added. */
async function faultOfNext(path: string, { tear, lba, blocks }: Cut): Promise<string | undefined> {
  const torn = Array.from({ length: tear === "unreadable" ? blocks : 0 }, (_unused, index) => lba + index);
  try {
    await add(path, (root) => void root.addFile("/three", "third\n"), new Set(torn));
    const source = new MemorySource(readFileSync(path));
    const shown = await treesOf(source, 0);
    const trees = [oldTree, newTree].map((tree) => [...tree, third].sort());
    if (!showsOne(shown, trees)) return JSON.stringify(shown);
    if (!showsOne(await treesOf(source), trees)) return "the newest session is another";
    const sessions = await readSessions(source);
    return sessions.length >= 2 ? undefined : `${sessions.length} sessions`;
  } catch (error) {
    return String(error);
  }
}

const media = ["dvd+rw", "dvd-ram", "dvd-rw", "bd-re"];
const layoutNames = Object.keys(layouts) as (keyof typeof layouts)[];
const everyScenario = layoutNames.flatMap((layout) =>
  [true, false].flatMap((growable) => media.map((one): Scenario => ({ media: one, layout, growable }))),
);
/** Each layout on one of the media, and that with the largest write units; all on all where there is time. */
const scenarios = everyScenario.filter(
  ({ layout, growable }, index) =>
    process.env.DISCSMITH_SLOW === "1" ||
    index % 4 === Math.floor(index / 4) % 4 ||
    (index % 4 === 3 && growable && layout !== "UDF"),
);

for (const scenario of scenarios) {
  const { layout, growable } = scenario;
  test(`${scenario.media}: power is lost, ${layout}, ${growable ? "laid out to grow" : "burned from block 0 on"}`, async (t) => {
    const path = await madeDisc(t, scenario);
    const old = readFileSync(path);
    const sidecars = [readFileSync(`${path}.mmc.json`)];
    const units = await add(path, (root) => {
      root.remove("/one");
      root.addFile("/two", "second\n");
    });
    // Before the first unit of the front is written, the drive has been told to keep everything.
    sidecars.push(readFileSync(`${path}.mmc.json`));
    const before = Buffer.alloc(readFileSync(path).length);
    before.set(old);
    const problems: string[] = [];
    let continued = 0;
    for (const cut of cuts(before, units)) {
      const { count, tear, lba, isFront } = cut;
      const label = `${count} of ${units.length} units, that at block ${lba} ${tear}`;
      const isFrontTorn = isFront && tear !== "missing";
      const fault = isFrontTorn ? undefined : await faultOfFront(cut);
      if (fault !== undefined) problems.push(`${label}: ${fault}`);
      if ((!isFront && count % 16 !== 0) || isBeyondRepair(scenario, cut)) continue;
      writeFileSync(path, cut.disc);
      writeFileSync(`${path}.mmc.json`, sidecars[isFront ? 1 : 0]!);
      const later = await faultOfNext(path, cut);
      if (later !== undefined) problems.push(`${label}, next: ${later}`);
      continued++;
    }
    t.deepEqual(problems, []);
    t.true(continued > 5, `${continued} times the next session was added`);
  });
}

test("what cannot be read beside the front is said to be lost", async (t) => {
  const path = await madeDisc(t, { media: "dvd+rw", layout: "ISO 9660", growable: true });
  const warnings: string[] = [];
  const torn = new Set(Array.from({ length: 16 }, (_unused, index) => 16 + index));
  await add(
    path,
    (root) => void root.addFile("/three", "third\n"),
    torn,
    ({ code }) => void warnings.push(code),
  );
  t.deepEqual(warnings, ["W_BLOCKS_LOST"]);
});

test("a session of old files alone is not written over when the front is torn", async (t) => {
  const path = await madeDisc(t, { media: "dvd+rw", layout: "ISO 9660", growable: true });
  await add(path, (root) => void root.remove("/one"));
  const disc = readFileSync(path);
  writeFileSync(path, disc.fill(0xa5, 16 * blockBytes, 32 * blockBytes));
  await add(path, (root) => void root.addFile("/three", "third\n"));
  const source = new MemorySource(readFileSync(path));
  t.is((await readSessions(source)).length, 3);
  t.true(showsOne(await treesOf(source, 0), [[line("/large", large), third]]));
});
