/** Where the files of VIDEO_TS have to lie: where their information files state. */
import { blockBytes, blocksOf } from "../../units.js";
import type { FilmFault, FilmPlace } from "./film-fault.js";
import type { FilmFile, InformationFile } from "./information-file.js";
import { readInformationFile } from "./information-file.js";

/** The directory of a film on DVD, in the root. */
export const videoDirectory = "VIDEO_TS";

/** Names that files of that directory have; others are no part of the film. */
export const videoFileName: RegExp = /^(?:VIDEO_TS\.(?:IFO|VOB|BUP)|VTS_\d\d_(?:0\.(?:IFO|VOB|BUP)|[1-9]\.VOB))$/;

/** Blocks of a DVD that are corrected, and so lost, together. ECMA-267. */
export const eccBlocks = 16;

/** Files are single extents. OSTA UDF 6.9.1. */
const maximumFileBytes = 2 ** 30 - blockBytes;

/** An information file and its backup: the one's last block and the other's first, counted as places are. */
export interface BackupPair {
  /** Of the backup. */
  readonly path: string;
  readonly lastBlock: number;
  readonly backupBlock: number;
}

/** Where files have to lie, and what is wrong with them. */
export interface VideoLayout {
  /** In the order of their blocks, which are counted from the first of VIDEO_TS.IFO. */
  readonly places: readonly FilmPlace[];
  readonly pairs: readonly BackupPair[];
  readonly faults: readonly FilmFault[];
}

/** What is wrong with backups that one scratch takes together with what they are to replace, where the first block lies there. */
export function backupFaults(pairs: readonly BackupPair[], firstBlock: number): FilmFault[] {
  const eccBlockOf = (block: number): number => Math.floor((firstBlock + block) / eccBlocks);
  const shared = pairs.filter(({ lastBlock, backupBlock }) => eccBlockOf(lastBlock) === eccBlockOf(backupBlock));
  return shared.map(({ path }) => {
    const message = `"${path}" shares a block of error correction with the file that it is a copy of`;
    return { severity: "warning", name: "VIDEO_BACKUP_NEAR", path, message };
  });
}

/**
 * What the first block's address should leave over when divided by {@link eccBlocks}: 0, unless another number keeps more
 * backups out of the blocks of error correction of what they are to replace.
 */
export function bestPhase(pairs: readonly BackupPair[]): number {
  const shared = Array.from({ length: eccBlocks }, (_, phase) => backupFaults(pairs, phase).length);
  return shared.indexOf(Math.min(...shared));
}

class VideoPlanner {
  readonly places: FilmPlace[] = [];
  readonly faults: FilmFault[] = [];
  readonly pairs: BackupPair[] = [];
  readonly #files: ReadonlyMap<string, FilmFile>;
  readonly #signal: AbortSignal | undefined;
  /** The block behind the last file that has a place, and that file. */
  #end = 0;
  #last = "";

  constructor(files: ReadonlyMap<string, FilmFile>, signal: AbortSignal | undefined) {
    this.#files = files;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    const manager = await this.#information("VIDEO_TS.IFO", "manager");
    if (manager === undefined) return;
    this.#set("VIDEO_TS", manager, 0);
    const stated = manager.titleSetSectors;
    for (let number = 1; number <= manager.titleSets; number++) {
      const base = `VTS_${String(number).padStart(2, "0")}_0`;
      const titleSet = await this.#information(`${base}.IFO`, "titleSet");
      if (titleSet !== undefined) this.#set(base, titleSet, stated.get(number) ?? this.#end);
    }
  }

  #fault(severity: FilmFault["severity"], name: string, file: string, what: string): void {
    const path = `/${videoDirectory}/${file}`;
    this.faults.push({ severity, name, path, message: `"${path}" ${what}` });
  }

  async #information(name: string, kind: "manager" | "titleSet"): Promise<InformationFile | undefined> {
    const file = this.#files.get(name);
    if (file === undefined) {
      this.#fault("error", "VIDEO_FILE_MISSING", name, "is not there");
      return undefined;
    }
    const information = await readInformationFile(file, kind, this.#signal);
    if (typeof information !== "string") return information;
    this.#fault("error", "VIDEO_INFORMATION", name, `is no information file: ${information}`);
    return undefined;
  }

  /** Gives the files of one set their places. @param base What the names of its own files are without the extension. */
  #set(base: string, information: InformationFile, start: number): void {
    const { lastSector, lastInformationSector, menuSector, titleSector } = information;
    const own = `${base}.IFO`;
    const file = this.#files.get(own)!;
    if (blocksOf(file.bytes) <= lastInformationSector) {
      const what = `has ${blocksOf(file.bytes)} sectors, it states ${lastInformationSector + 1}: it was cut off`;
      this.#fault("warning", "VIDEO_CUT_OFF", own, what);
    }
    this.#place(own, start);
    this.#objects([`${base}.VOB`], start, menuSector, information.menuSectors);
    if (base !== "VIDEO_TS") {
      const names = Array.from({ length: 9 }, (_, index) => `${base.slice(0, -1)}${index + 1}.VOB`);
      this.#objects(names, start, titleSector, information.titleSectors);
    }
    this.#backup(base, file, start, start + lastSector - lastInformationSector);
    this.#end = Math.max(this.#end, start + lastSector + 1);
  }

  /** Places menus, or titles, which are one run in several files. */
  #objects(names: readonly string[], start: number, sector: number, reach: number): void {
    const present = names.filter((name) => this.#files.has(name));
    if (sector === 0) {
      for (const name of present) this.#fault("warning", "VIDEO_NOT_STATED", name, "is in no information file");
      return;
    }
    if (present.length === 0) {
      const what = `is not there, but stated for sector ${sector}`;
      this.#fault("error", "VIDEO_FILE_MISSING", names[0]!, what);
      return;
    }
    const gap = names.slice(0, present.length).find((name) => !this.#files.has(name));
    if (gap !== undefined) this.#fault("error", "VIDEO_FILE_MISSING", gap, "is not there, and files behind it are");
    let block = start + sector;
    for (const [index, name] of present.entries()) {
      const { bytes } = this.#files.get(name)!;
      this.#place(name, block);
      block += blocksOf(bytes);
      if (index < present.length - 1 && bytes % blockBytes !== 0) {
        this.#fault(
          "error",
          "VIDEO_FILE_SIZE",
          name,
          `goes on in another file, and has ${bytes} bytes: no whole sectors`,
        );
      }
    }
    const sectors = block - start - sector;
    if (sectors >= reach) return;
    const what = `and those before it have ${sectors} sectors, and cells that reach ${reach}: something was cut off`;
    this.#fault("warning", "VIDEO_CUT_OFF", present.at(-1)!, what);
  }

  #backup(base: string, file: FilmFile, start: number, block: number): void {
    const name = `${base}.BUP`;
    const backup = this.#files.get(name);
    if (backup === undefined) {
      this.#fault("warning", "VIDEO_FILE_MISSING", name, `is not there: it should be a copy of ${base}.IFO`);
      return;
    }
    if (backup.bytes !== file.bytes) {
      const what = `has ${backup.bytes} bytes, and ${base}.IFO, of which it is a copy, ${file.bytes}`;
      this.#fault("warning", "VIDEO_BACKUP", name, what);
    }
    this.#place(name, block);
    const lastBlock = start + blocksOf(file.bytes) - 1;
    this.pairs.push({ path: `/${videoDirectory}/${name}`, lastBlock, backupBlock: block });
  }

  #place(name: string, block: number): void {
    const { bytes } = this.#files.get(name)!;
    if (bytes > maximumFileBytes) {
      this.#fault(
        "error",
        "VIDEO_FILE_SIZE",
        name,
        `has ${bytes} bytes, more than the ${maximumFileBytes} of one extent`,
      );
    }
    if (block < this.#end) {
      const what = `is stated for block ${block} from VIDEO_TS.IFO on, but ${this.#last} ends at ${this.#end}`;
      this.#fault("error", "VIDEO_PLACE_IMPOSSIBLE", name, what);
    }
    this.places.push({ path: `/${videoDirectory}/${name}`, block });
    this.#end = Math.max(this.#end, block + blocksOf(bytes));
    this.#last = name;
  }
}

/**
 * Finds out where the files of VIDEO_TS have to lie, by what the information files among them state.
 *
 * @param files By their names, in capital letters.
 * @throws what reading the files raises.
 */
export async function layOutVideo(
  files: ReadonlyMap<string, FilmFile>,
  signal: AbortSignal | undefined,
): Promise<VideoLayout> {
  const planner = new VideoPlanner(files, signal);
  await planner.run();
  const { places, pairs, faults } = planner;
  return { places, pairs, faults };
}
