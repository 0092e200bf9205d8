/** One case in a process of its own: prints a line of JSON. */
import { rmSync } from "node:fs";
import { copyFile, open } from "node:fs/promises";
import { SgTransport } from "../src/device/sg-transport.js";
import type { Transfer } from "../src/device/transport.js";
import { createDisc, openRecorder } from "../src/device.js";
import { appendTo } from "../src/disc-jobs.js";
import { FileSource } from "../src/medium/file-source.js";
import type { SessionData } from "../src/medium/session-data.js";
import type { ImageOptions } from "../src/node.js";
import {
  FileSystemImage,
  fromDirectory,
  nodeFileAccess,
  openImage,
  readyMadeImage,
  writeImageFile,
} from "../src/node.js";
import { blockBytes } from "../src/units.js";

/** What a case measures: milliseconds by phase, and counts. */
type Phases = Record<string, number>;

async function timed<T>(phases: Phases, phase: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  phases[phase] = Math.round(performance.now() - start);
  return result;
}

async function buildImage(folder: string, target: string, options: ImageOptions = {}): Promise<Phases> {
  const phases: Phases = {};
  const image = new FileSystemImage(options);
  await timed(phases, "scan", () => image.root.addTree(fromDirectory(folder)));
  const result = await timed(phases, "plan", () => image.createResultImage());
  await timed(phases, "write", () => writeImageFile(result, target, { force: true }));
  return phases;
}

async function walkImage(path: string): Promise<Phases> {
  const phases: Phases = {};
  await using file = await nodeFileAccess.open(path, "read");
  const source = new FileSource(file, await file.size());
  await timed(phases, "walk", async () => {
    const image = await openImage(source);
    for await (const _entry of image.walk()) phases.entries = (phases.entries ?? 0) + 1;
  });
  return phases;
}

async function newDisc(disc: string, media: string): Promise<void> {
  for (const path of [disc, `${disc}.mmc.json`]) rmSync(path, { force: true });
  await createDisc(disc, { media });
}

async function burnImage(path: string, disc: string): Promise<Phases> {
  const phases: Phases = {};
  await newDisc(disc, "dvd+r");
  await using file = await nodeFileAccess.open(path, "read");
  await using recorder = await openRecorder(disc);
  const session = await readyMadeImage(new FileSource(file, await file.size()), 0, path);
  await timed(phases, "write", () => recorder.write(session));
  return phases;
}

/** What a burn is compared with: a copy, that is on the disk when it is done, as a burn is. */
async function copyImage(path: string, copy: string): Promise<Phases> {
  rmSync(copy, { force: true });
  await copyFile(path, copy);
  const file = await open(copy, "r+");
  await file.sync();
  await file.close();
  return {};
}

/** A session of zeros. */
function blankSession(firstBlock: number, blocks: number): SessionData {
  return {
    firstBlock,
    blocks,
    importedFrom: null,
    read: async (_lba, _count, into) => void into.fill(0),
    async *chunks() {
      yield new Uint8Array(blocks * blockBytes);
    },
  };
}

const sessionsOfDisc = 100;
const readings = 50;

/** How long the state of a disc of many sessions takes to be read, in milliseconds: the median of many times. */
async function readState(disc: string): Promise<Phases> {
  const phases: Phases = { sessions: sessionsOfDisc };
  await newDisc(disc, "dvd+r");
  {
    await using recorder = await openRecorder(disc);
    await timed(phases, "prepare", async () => {
      for (let session = 0; session < sessionsOfDisc; session++) {
        await recorder.write(blankSession(recorder.state.nextWritableAddress!, 16));
      }
    });
  }
  const opening = performance.now();
  await using recorder = await openRecorder(disc);
  phases.open = performance.now() - opening;
  const times: number[] = [];
  for (let reading = 0; reading < readings; reading++) {
    const start = performance.now();
    const { sessions } = await recorder.refresh();
    times.push(performance.now() - start);
    if (sessions.length !== sessionsOfDisc) throw new Error(`found ${sessions.length} sessions`);
  }
  phases.refresh = times.sort((one, other) => one - other)[readings / 2]!;
  phases.slowest = times.at(-1)!;
  return phases;
}

async function appendSession(folder: string, disc: string, options: ImageOptions = {}): Promise<Phases> {
  const phases: Phases = {};
  await newDisc(disc, "bd-r");
  await using recorder = await openRecorder(disc);
  for (const session of ["first", "second"]) {
    const image = new FileSystemImage(options);
    image.multisessionInterfaces = await recorder.multisessionInterfaces();
    if (session === "first") await image.root.addTree(fromDirectory(folder));
    else await timed(phases, "import", () => image.importFileSystem());
    for (let file = 0; file < 10; file++) image.root.addFile(`/${session}-${file}.txt`, session);
    await using result = await timed(phases, `${session}Plan`, () => image.createResultImage());
    phases[`${session}Blocks`] = result.blocks;
    await timed(phases, `${session}Write`, () => recorder.write(result));
  }
  return phases;
}

/** Appends what is in a folder to a plain image in a file. */
async function growImage(image: string, folder: string): Promise<Phases> {
  const { steps } = await appendTo(image, { sources: [folder] });
  const blocks = steps.reduce((sum, step) => sum + (step.kind === "write" ? step.blocks : 0), 0);
  return { writtenBytes: blocks * blockBytes };
}

/** Commands to a fake drive, one after another: what the way to a drive costs, in microseconds a command. */
async function sendCommands(): Promise<Phases> {
  await using drive = await SgTransport.open("/dev/fake-bench");
  const each = async (count: number, cdb: Uint8Array, transfer: Transfer): Promise<number> => {
    for (let index = 0; index < count / 10; index++) await drive.execute(cdb, transfer, 60_000);
    const start = performance.now();
    for (let index = 0; index < count; index++) await drive.execute(cdb, transfer, 60_000);
    return Math.round(((performance.now() - start) * 10_000) / count) / 10;
  };
  const blocks = (operationCode: number): Uint8Array => Uint8Array.of(operationCode, 0, 0, 0, 0, 0, 0, 0, 32, 0);
  const bytes = 65_536;
  return {
    testUnitReadyUs: await each(50_000, new Uint8Array(6), { direction: "none" }),
    read64KiBUs: await each(20_000, blocks(0x28), { direction: "in", allocationBytes: bytes }),
    write64KiBUs: await each(20_000, blocks(0x2a), { direction: "out", data: new Uint8Array(bytes) }),
  };
}

const cases: Record<string, (...paths: string[]) => Promise<Phases>> = {
  build: (folder, target) => buildImage(folder!, target!),
  bridge: (folder, target) => buildImage(folder!, target!, { fileSystems: ["iso", "rockridge", "joliet", "udf"] }),
  embedded: (folder, target) => buildImage(folder!, target!, { fileSystems: ["udf"], udfEmbedFiles: true }),
  "append-bridge": (folder, disc) =>
    appendSession(folder!, disc!, { fileSystems: ["iso", "rockridge", "joliet", "udf"], udfRevision: "1.02" }),
  walk: (image) => walkImage(image!),
  append: (folder, disc) => appendSession(folder!, disc!),
  grow: (image, folder) => growImage(image!, folder!),
  commands: () => sendCommands(),
  burn: (image, disc) => burnImage(image!, disc!),
  copy: (image, copy) => copyImage(image!, copy!),
  state: (disc) => readState(disc!),
};

const [name, ...paths] = process.argv.slice(2);
const start = performance.now();
const phases = await cases[name!]!(...paths);
const totalMs = Math.round(performance.now() - start);
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ case: name, totalMs, peakMiB, phases })}\n`);
