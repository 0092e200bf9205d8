/** Runs every case several times, in turn with the same job by another program, and prints medians. */
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTree } from "./trees.js";

const caseScript = fileURLToPath(new URL("./case.js", import.meta.url));

/** One run, from the start of its process to its end. */
interface Run {
  readonly seconds: number;
  readonly peakMiB: number | null;
  /** Bytes that were written, where they are counted. */
  readonly writtenBytes?: number | undefined;
}

interface Result {
  readonly name: string;
  readonly runs: readonly Run[];
}

/** Microseconds that the addon's commands took, by command, in each run. */
type CommandTimes = Readonly<Record<string, number>>;

function oursInPhases(name: string, ...paths: string[]): Run & { readonly phases: Readonly<Record<string, number>> } {
  const start = performance.now();
  const output = execFileSync(process.execPath, [caseScript, name, ...paths], { encoding: "utf8" });
  const seconds = (performance.now() - start) / 1000;
  process.stderr.write(output);
  const { peakMiB, phases } = JSON.parse(output) as { peakMiB: number; phases: Record<string, number> };
  return { seconds, peakMiB, phases };
}

function ours(name: string, ...paths: string[]): Run {
  const { seconds, peakMiB } = oursInPhases(name, ...paths);
  return { seconds, peakMiB };
}

/** Commands over the native addon to a drive that does nothing; `undefined` where the addon or a compiler is missing. */
function commandTimes(folder: string): CommandTimes | undefined {
  const library = join(folder, "fake-sg.so");
  const source = fileURLToPath(new URL("../../test/native/fake-sg.c", import.meta.url));
  const options = ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-pthread"];
  if (spawnSync("gcc", options, { stdio: "inherit" }).status !== 0) return undefined;
  const env = { ...process.env, LD_PRELOAD: library, FAKE_SG_FOLDER: folder };
  const { status, stdout } = spawnSync(process.execPath, [caseScript, "commands"], { env, encoding: "utf8" });
  return status === 0 ? (JSON.parse(stdout) as { phases: CommandTimes }).phases : undefined;
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
  const digits = Math.max(...seconds) < 0.1 ? 4 : 2;
  const spread = `${Math.min(...seconds).toFixed(digits)} to ${Math.max(...seconds).toFixed(digits)}`;
  const peaks = runs.map(({ peakMiB }) => peakMiB).filter((peak) => peak !== null);
  const peak = peaks.length > 0 ? `, peak ${median(peaks)} MiB` : "";
  const written = runs.map(({ writtenBytes }) => writtenBytes).filter((bytes) => bytes !== undefined);
  const bytes = written.length > 0 ? `, ${median(written)} bytes written` : "";
  process.stdout.write(
    `${name}: median ${median(seconds).toFixed(digits)} s (${spread}, ${runs.length} runs)${peak}${bytes}\n`,
  );
}

/** One of two ways to do a job; `undefined` where it cannot be done here. */
interface Way {
  readonly label: string;
  readonly run: () => Run | undefined;
}

/** Pairs of runs, one way and the other in turn, so that a machine whose speed drifts is fair to both. */
function pair(name: string, count: number, one: Way, other: Way): Result[] {
  const first: Run[] = [];
  const second: Run[] = [];
  const ratios: number[] = [];
  for (let run = 0; run < count; run++) {
    const measured = one.run();
    const compared = other.run();
    if (measured !== undefined) first.push(measured);
    if (compared !== undefined) second.push(compared);
    if (measured !== undefined && compared !== undefined) ratios.push(measured.seconds / compared.seconds);
  }
  if (ratios.length > 0) {
    process.stdout.write(`${name}: ratio ${one.label} / ${other.label}, median ${median(ratios).toFixed(2)}\n`);
  }
  return [
    { name: `${name}, ${one.label}`, runs: first },
    { name: `${name}, ${other.label}`, runs: second },
  ];
}

/** A file of that many bytes that nothing can make smaller, and no file system shares with its copy by itself. */
function makeLargeFile(path: string, bytes: number): void {
  const piece = randomBytes(2 ** 24);
  const file = openSync(path, "w");
  for (let done = 0; done < bytes; done += piece.length) {
    piece.writeDoubleLE(done, 0);
    writeSync(file, piece, 0, Math.min(piece.length, bytes - done));
  }
  closeSync(file);
}

/** Writing a large image to an emulated disc, against copying it. */
function burnLarge(rounds: number, bytes: number): Result[] {
  const image = join(tmpdir(), "discsmith-bench-large.iso");
  const disc = join(tmpdir(), "discsmith-bench-large.disc");
  const copy = join(tmpdir(), "discsmith-bench-large.copy");
  makeLargeFile(image, bytes);
  const burn = (): Run => {
    const run = ours("burn", image, disc);
    for (const path of [disc, `${disc}.mmc.json`]) rmSync(path);
    return run;
  };
  const copyIt = (): Run => {
    const run = ours("copy", image, copy);
    rmSync(copy);
    return run;
  };
  try {
    const name = `write an image of ${bytes / 1e9} GB to an emulated DVD+R`;
    return pair(name, rounds, { label: "burn", run: burn }, { label: "copy of the file", run: copyIt });
  } finally {
    rmSync(image);
  }
}

/** A folder of ten files, to be appended. */
function makeTenFiles(folder: string): string {
  mkdirSync(folder);
  for (let index = 0; index < 10; index++) writeFileSync(join(folder, `appended-${index}.dat`), randomBytes(8192));
  return folder;
}

/** Ten files appended to a plain image of a large tree: ours with all file systems, xorriso's with ISO 9660 alone. */
function growLarge(rounds: number, tree: string): Result[] {
  const folder = mkdtempSync(join(tmpdir(), "discsmith-bench-grow-"));
  const ten = makeTenFiles(join(folder, "ten"));
  const bridge = join(folder, "bridge.iso");
  const iso = join(folder, "iso.iso");
  const copy = join(folder, "copy.iso");
  ours("bridge", tree, bridge);
  const isMade = theirs("xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", iso, tree) !== undefined;
  const append = (): Run => {
    ours("copy", bridge, copy);
    const run = oursInPhases("grow", copy, ten);
    return { seconds: run.seconds, peakMiB: run.peakMiB, writtenBytes: run.phases.writtenBytes };
  };
  const appendToIso = (): Run | undefined => {
    if (!isMade) return undefined;
    ours("copy", iso, copy);
    const run = theirs("xorriso", "-dev", copy, "-map", ten, "/", "-commit");
    return run && { ...run, writtenBytes: statSync(copy).size - statSync(iso).size };
  };
  try {
    const name = "append ten files to a plain image of many files";
    const bridgeAppend: Way = { label: "bridge", run: append };
    return pair(name, rounds, bridgeAppend, { label: "xorriso, ISO 9660 alone", run: appendToIso });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Reading the state of a disc of 100 sessions. */
function readManySessions(rounds: number): Result {
  const disc = join(tmpdir(), "discsmith-bench-sessions.disc");
  const runs = Array.from({ length: rounds }, (): Run => {
    const { peakMiB, phases } = oursInPhases("state", disc);
    return { seconds: phases.refresh! / 1000, peakMiB };
  });
  for (const path of [disc, `${disc}.mmc.json`]) rmSync(path);
  return { name: "read the state of a disc with 100 sessions", runs };
}

/** Keeps what was measured, with where and when. */
function writeRecord(suffix: string, measured: Readonly<Record<string, unknown>>): void {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, memoryMiB: Math.round(totalmem() / 2 ** 20) };
  const folder = fileURLToPath(new URL("../../bench/results/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const date = new Date().toISOString().slice(0, 10);
  const record = { date, node: process.version, machine, ...measured };
  writeFileSync(join(folder, `${date}${suffix}.json`), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** A tree of which the files' contents are the smaller part. */
function makeTinyTree(quick: boolean): string {
  return makeTree({ files: quick ? 10_000 : 100_000, largestBytes: 1024, filesPerDirectory: 500 });
}

function main(): void {
  const quick = process.argv.includes("--quick");
  const rounds = quick ? 2 : 5;
  if (process.argv.includes("--append")) {
    const results = growLarge(rounds, makeTinyTree(quick));
    for (const result of results) report(result);
    writeRecord(quick ? "-append-quick" : "-append", { results });
    return;
  }
  const image = join(tmpdir(), "discsmith-bench.iso");
  const other = join(tmpdir(), "discsmith-bench-other.iso");
  const disc = join(tmpdir(), "discsmith-bench.disc");
  const small = makeTree({ files: quick ? 10_000 : 100_000, largestBytes: 16_384, filesPerDirectory: 500 });
  const fakes = mkdtempSync(join(tmpdir(), "discsmith-bench-"));
  const build = (name: string, folder: string): Run => {
    rmSync(image, { force: true });
    const run = ours(name, folder, image);
    process.stdout.write(`${name}: an image of ${statSync(image).size} bytes\n`);
    return run;
  };
  const usual: Way = { label: "discsmith", run: () => build("build", small) };
  const results: Result[] = pair("build many files of 0-16 KiB", rounds, usual, {
    label: "xorriso",
    run: () => {
      rmSync(other, { force: true });
      return theirs("xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-o", other, small);
    },
  });
  results.push(
    ...pair(
      "many files of 0-16 KiB, with UDF",
      rounds,
      { label: "bridge", run: () => build("bridge", small) },
      { ...usual, label: "without UDF" },
    ),
  );
  const tiny = makeTinyTree(quick);
  results.push(
    ...pair(
      "many files of 0-1 KiB",
      rounds,
      { label: "UDF alone, embedded", run: () => build("embedded", tiny) },
      { label: "ISO 9660", run: () => build("build", tiny) },
    ),
  );
  results.push(...growLarge(rounds, tiny));
  rmSync(image, { force: true });
  ours("build", small, image);
  results.push({ name: "walk that image", runs: [ours("walk", image), ours("walk", image)] });
  results.push(...burnLarge(rounds, quick ? 400_000_000 : 4_000_000_000), readManySessions(rounds));
  results.push({ name: "append to a disc that holds it", runs: [ours("append", small, disc)] });
  results.push({ name: "append ten files to a bridge that holds it", runs: [ours("append-bridge", small, disc)] });
  if (!quick) {
    const many = makeTree({ files: 1_000_000, largestBytes: 1024, filesPerDirectory: 1000 });
    rmSync(image, { force: true });
    results.push({ name: "build 1,000,000 files of 0-1 KiB", runs: [ours("build", many, image)] });
  }
  for (const result of results) report(result);
  const commands = Array.from({ length: rounds }, () => commandTimes(fakes)).filter((times) => times !== undefined);
  rmSync(fakes, { recursive: true });
  for (const name of Object.keys(commands[0] ?? {})) {
    const times = commands.map((one) => one[name]!);
    const spread = `${Math.min(...times)} to ${Math.max(...times)}`;
    process.stdout.write(`SG_IO to a drive that does nothing, ${name}: median ${median(times)} (${spread})\n`);
  }
  writeRecord(quick ? "-quick" : "", { imageBytes: statSync(image).size, results, commands });
  for (const path of [image, other, disc, `${disc}.mmc.json`]) rmSync(path, { force: true });
}

main();
