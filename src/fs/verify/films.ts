/** Checks the films of a session: whether players find them, and what they state where they state it. */
import type { BlockSource } from "../../medium/block-source.js";
import { bdmvDirectory, clusterBlocks, layOutBdmv } from "../films/bdmv-layout.js";
import type { FilmFault } from "../films/film-fault.js";
import { backupFaults, layOutVideo, videoDirectory, videoFileName } from "../films/video-layout.js";
import type { DetectedVolume } from "../image/detect.js";
import { openTree } from "../image/detect.js";
import { OnDiscContent } from "../tree/content.js";
import type { DiscEntry, TreeReader } from "../tree/disc-entry.js";
import type { FindingReporter } from "./structures.js";

/** What is checked, and where it goes. */
export interface FilmCheck {
  readonly source: BlockSource;
  readonly volume: DetectedVolume;
  readonly report: FindingReporter;
  readonly signal: AbortSignal | undefined;
}

class FilmVerification {
  readonly #check: FilmCheck;
  readonly #tree: TreeReader;
  readonly #hasUdf: boolean;

  constructor(check: FilmCheck) {
    const { source, volume, signal } = check;
    this.#check = check;
    this.#hasUdf = volume.fileSystems.includes("udf");
    // Players look at UDF. What is wrong with a tree is found where the whole of it is looked at.
    this.#tree = openTree(source, volume, this.#hasUdf ? "udf" : volume.fileSystems[0]!, { signal });
  }

  async run(): Promise<void> {
    const root = await this.#tree.root(this.#check.signal);
    for (const directory of await this.#list(root)) {
      if (directory.type !== "directory") continue;
      const name = directory.name.toUpperCase();
      if (name === videoDirectory) await this.#video(directory);
      if (name === bdmvDirectory) await this.#bdmv(directory);
    }
  }

  async #list(directory: DiscEntry): Promise<readonly DiscEntry[]> {
    return (await this.#tree.list(directory, this.#check.signal)).entries;
  }

  #report({ severity, name, path, message }: FilmFault): void {
    this.#check.report(severity, name, { path }, message);
  }

  #content({ extents }: DiscEntry): OnDiscContent {
    return new OnDiscContent(this.#check.source, extents);
  }

  async #video(directory: DiscEntry): Promise<void> {
    const { report, volume, signal } = this.#check;
    const entries = new Map<string, DiscEntry>();
    for (const entry of await this.#list(directory)) {
      const name = entry.name.toUpperCase();
      if (entry.type === "file" && videoFileName.test(name)) entries.set(name, entry);
    }
    if (entries.size === 0) return;
    const isBridge = this.#hasUdf && volume.fileSystems.includes("iso");
    if (!isBridge || volume.udf?.information.udfRevision !== 0x0102) {
      const what = "holds a film, and the disc is no bridge of ISO 9660 and UDF 1.02";
      report("warning", "VIDEO_UDF", directory, `"${directory.path}" ${what}`);
    }
    if (!this.#hasUdf) return;
    for (const { path, name } of [directory, ...entries.values()]) {
      if (name !== name.toUpperCase()) report("warning", "VIDEO_NAME", { path }, `"${path}" is not in capital letters`);
    }
    const files = new Map([...entries].map(([name, entry]) => [name, this.#content(entry)]));
    const { places, pairs, faults } = await layOutVideo(files, signal);
    for (const fault of faults) this.#report(fault);
    const first = entries.get("VIDEO_TS.IFO")?.extents[0]?.lba;
    if (typeof first !== "number") return;
    for (const fault of backupFaults(pairs, first)) this.#report(fault);
    for (const { path, block } of places) {
      const entry = entries.get(path.slice(path.lastIndexOf("/") + 1))!;
      this.#checkPlace(entry, first + block);
    }
  }

  #checkPlace({ path, extents }: DiscEntry, stated: number): void {
    const { report } = this.#check;
    const [extent, ...others] = extents;
    if (extent === undefined || extent.lba === null) return;
    if (others.length > 0 || extent.offset !== undefined) {
      const what = others.length > 0 ? `is in ${extents.length} extents` : "is kept in its file entry";
      report("error", "VIDEO_EXTENTS", { path, lba: extent.lba }, `"${path}" ${what}`);
    }
    if (extent.lba === stated) return;
    const what = `lies at block ${extent.lba}, and block ${stated} is stated`;
    report("error", "VIDEO_PLACE", { path, lba: extent.lba }, `"${path}" ${what}`);
  }

  async #bdmv(directory: DiscEntry): Promise<void> {
    const { report, volume, signal } = this.#check;
    const entries = new Map<string, DiscEntry>();
    const above = directory.path.length + 1;
    for (const entry of await this.#list(directory)) {
      if (entry.type === "file") entries.set(entry.name, entry);
      if (entry.type !== "directory") continue;
      for (const below of await this.#list(entry)) {
        if (below.type === "file") entries.set(below.path.slice(above), below);
      }
    }
    if (entries.size === 0) return;
    const isMetadata = volume.udf?.information.partitions.some(({ kind }) => kind === "metadata") ?? false;
    if (!isMetadata) {
      const what = "holds a film, and the disc has no UDF volume with a metadata partition";
      report("warning", "BDMV_UDF", directory, `"${directory.path}" ${what}`);
      return;
    }
    const files = new Map([...entries].map(([path, entry]) => [path, this.#content(entry)]));
    const { streams, faults } = await layOutBdmv(files, signal);
    for (const fault of faults) this.#report(fault);
    for (const path of streams) {
      const lba = entries.get(path.slice(bdmvDirectory.length + 2))!.extents[0]?.lba;
      if (typeof lba !== "number" || lba % clusterBlocks === 0) continue;
      const message = `"${path}" starts at block ${lba}, no multiple of ${clusterBlocks}`;
      report("warning", "BDMV_ALIGNMENT", { path, lba }, message);
    }
  }
}

/** Checks the films of a session. @throws {@link DiscError} where directories or files of theirs cannot be read. */
export async function checkFilms(check: FilmCheck): Promise<void> {
  await new FilmVerification(check).run();
}
