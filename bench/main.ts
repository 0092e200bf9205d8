/** Runs every case several times, in turn with the same job by another program, and prints medians. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTree } from "./trees.js";

const caseScript = fileURLToPath(new URL("./case.js", import.meta.url));

/** One run, from the start of its process to its end. */
interface Run {
  readonly seconds: number;
  readonly peakMiB: number | null;
}

interface Result {
  readonly name: string;
  readonly runs: readonly Run[];
}

function ours(name: string, ...paths: string[]): Run {
  const start = performance.now();
  const output = execFileSync(process.execPath, [caseScript, name, ...paths], { encoding: "utf8" });
  const seconds = (performance.now() - start) / 1000;
  process.stderr.write(output);
  return { seconds, peakMiB: (JSON.parse(output) as { peakMiB: number }).peakMiB };
}

/** The whole time of another program, its start included; `undefined` where it is not installed. */
function theirs(command: string, ...options: string[]): Run | undefined {
  const start = performance.now();
  const { error, status } = spawnSync(command, options, { stdio: "ignore" });
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return { seconds: (performance.now() - start) / 1000, peakMiB: null };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function report({ name, runs }: Result): void {
  if (runs.length === 0) return;
  const seconds = runs.map((run) => run.seconds);
  const spread = `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`;
  const peaks = runs.map(({ peakMiB }) => peakMiB).filter((peak) => peak !== null);
  const peak = peaks.length > 0 ? `, peak ${median(peaks)} MiB` : "";
  process.stdout.write(`${name}: median ${median(seconds).toFixed(2)} s (${spread}, ${runs.length} runs)${peak}\n`);
}

/** Pairs of runs, ours and theirs in turn, so that a machine whose speed drifts is fair to both. */
function pair(name: string, count: number, one: () => Run, other: () => Run | undefined): Result[] {
  const own: Run[] = [];
  const foreign: Run[] = [];
  for (let run = 0; run < count; run++) {
    own.push(one());
    const compared = other();
    if (compared !== undefined) foreign.push(compared);
  }
  if (foreign.length > 0) {
    const ratios = own.map((run, index) => run.seconds / foreign[index]!.seconds);
    process.stdout.write(`${name}: ratio discsmith / xorriso, median ${median(ratios).toFixed(2)}\n`);
  }
  return [
    { name: `${name}, discsmith`, runs: own },
    { name: `${name}, xorriso`, runs: foreign },
  ];
}

function main(): void {
  const quick = process.argv.includes("--quick");
  const image = join(tmpdir(), "discsmith-bench.iso");
  const other = join(tmpdir(), "discsmith-bench-other.iso");
  const disc = join(tmpdir(), "discsmith-bench.disc");
  const small = makeTree({ files: quick ? 10_000 : 100_000, largestBytes: 16_384, filesPerDirectory: 500 });
  const results: Result[] = pair(
    "build many files of 0-16 KiB",
    quick ? 2 : 5,
    () => {
      rmSync(image, { force: true });
      return ours("build", small, image);
    },
    () => {
      rmSync(other, { force: true });
      return theirs("xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-o", other, small);
    },
  );
  results.push({ name: "walk that image", runs: [ours("walk", image), ours("walk", image)] });
  results.push({ name: "append to a disc that holds it", runs: [ours("append", small, disc)] });
  if (!quick) {
    const many = makeTree({ files: 1_000_000, largestBytes: 1024, filesPerDirectory: 1000 });
    rmSync(image, { force: true });
    results.push({ name: "build 1,000,000 files of 0-1 KiB", runs: [ours("build", many, image)] });
  }
  for (const result of results) report(result);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryMiB: Math.round(totalmem() / 2 ** 20) };
  const folder = fileURLToPath(new URL("../../bench/results/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const record = { date, node: process.version, machine, imageBytes: statSync(image).size, results };
  writeFileSync(join(folder, `${date}${quick ? "-quick" : ""}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
  for (const path of [image, other, disc, `${disc}.mmc.json`]) rmSync(path, { force: true });
}

main();
