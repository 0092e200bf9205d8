/** One case in a process of its own: prints a line of JSON. */
import { rmSync } from "node:fs";
import { createDisc, openRecorder } from "../src/device.js";
import { FileSource } from "../src/medium/file-source.js";
import type { ImageOptions } from "../src/node.js";
import { FileSystemImage, fromDirectory, nodeFileAccess, openImage, writeImageFile } from "../src/node.js";

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

async function appendSession(folder: string, disc: string, options: ImageOptions = {}): Promise<Phases> {
  const phases: Phases = {};
  for (const path of [disc, `${disc}.mmc.json`]) rmSync(path, { force: true });
  await createDisc(disc, { media: "bd-r" });
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

const cases: Record<string, (...paths: string[]) => Promise<Phases>> = {
  build: (folder, target) => buildImage(folder!, target!),
  bridge: (folder, target) => buildImage(folder!, target!, { fileSystems: ["iso", "rockridge", "joliet", "udf"] }),
  embedded: (folder, target) => buildImage(folder!, target!, { fileSystems: ["udf"], udfEmbedFiles: true }),
  "append-bridge": (folder, disc) =>
    appendSession(folder!, disc!, { fileSystems: ["iso", "rockridge", "joliet", "udf"], udfRevision: "1.02" }),
  walk: (image) => walkImage(image!),
  append: (folder, disc) => appendSession(folder!, disc!),
};

const [name, ...paths] = process.argv.slice(2);
const start = performance.now();
const phases = await cases[name!]!(...paths);
const totalMs = Math.round(performance.now() - start);
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ case: name, totalMs, peakMiB, phases })}\n`);
