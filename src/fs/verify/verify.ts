import type { Warning } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { DisplacedSource } from "../../medium/displaced-source.js";
import { PartitionSource } from "../../medium/partition-source.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { readPartitionOffset } from "../boot/partition-offset.js";
import type { DetectedVolume } from "../image/detect.js";
import { detectVolume, openTree } from "../image/detect.js";
import type { ImageSource, OpenOptions } from "../image/open-image.js";
import { openImage } from "../image/open-image.js";
import type { ImageSession } from "../image/sessions.js";
import { rootLbaOf } from "../iso9660/descriptor-set.js";
import { ContinuationReader } from "../susp/system-use-reader.js";
import type { DiscEntry, FileSystemName, TreeReader } from "../tree/disc-entry.js";
import { identityOf } from "../tree/disc-entry.js";
import { extentsOfRuns } from "../udf/contents-reader.js";
import { AttributeListCheck } from "./attribute-lists.js";
import {
  areSameContents,
  ContentMap,
  checkOverlaps,
  compareTrees,
  readContents,
  uncompressContents,
} from "./contents.js";
import { checkFilms } from "./films.js";
import type { FindingReporter } from "./structures.js";
import { checkStructures } from "./structures.js";
import { checkUdf } from "./udf.js";
import { udfReporter } from "./udf-report.js";

/** One thing that verifying found. */
export interface Finding {
  readonly severity: "error" | "warning";
  /** What kind of finding: "PATH_TABLE", or the code of a warning or error. */
  readonly name: string;
  /** Number of the session. */
  readonly session: number;
  readonly path: string | null;
  readonly lba: number | null;
  readonly message: string;
}

/** How a disc or image is verified; one session where `session` or `start` name it, else all. */
export interface VerifyOptions extends Omit<OpenOptions, "onWarning" | "fileSystem">, TaskOptions {
  /** Whether the contents of files are read too. Default true. */
  readonly contents?: boolean | undefined;
  /** Called with each finding as it is made. */
  readonly onFinding?: ((finding: Finding) => void) | undefined;
}

/** What verifying found, and how much it looked at. */
export interface VerifyReport {
  /** The first of them: at most 10,000. */
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly warnings: number;
  readonly sessions: number;
  readonly directories: number;
  readonly files: number;
  readonly blocksRead: number;
}

const maximumFindings = 10_000;

/** Where the files of a UDF tree lie. */
interface UdfContents {
  readonly map: ContentMap;
  /** Whether there is a tree to compare others with: that there is none is a finding of its own. */
  readonly isTree: boolean;
}

/** Whether a warning is of UDF alone. */
function isOfUdf({ code, detail }: Warning): boolean {
  if (code === "W_NOT_REPRESENTED") return (detail as { fileSystem?: string }).fileSystem === "udf";
  if (code !== "W_TOLERATED") return false;
  const { clause } = detail as { clause: string };
  return /^(UDF|ECMA-167|[1-4]\/)/.test(clause);
}

/** Whether a warning tells of bytes that are no text: a name in Rock Ridge may be any bytes, and that is no fault. */
function isOfNames({ code, detail }: Warning): boolean {
  return code === "W_TOLERATED" && (detail as { tolerance: string }).tolerance === "name-not-text";
}

/** A tree of directory records, by the descriptors that show it. */
interface RecordTree {
  /** For messages. */
  readonly name: string;
  readonly fileSystem: FileSystemName;
  readonly volume: DetectedVolume;
}

/**
 * The trees of directory records of a volume: each once, though plain ISO 9660 is what Rock Ridge extends, and an Enhanced
 * Volume Descriptor may describe the primary tree.
 */
function recordTreesOf(volume: DetectedVolume): RecordTree[] {
  const { descriptors, fileSystems, rockRidge } = volume;
  const { primary, enhanced } = descriptors;
  const isApart = primary !== undefined && enhanced !== undefined && rootLbaOf(primary) !== rootLbaOf(enhanced);
  const trees: RecordTree[] = [];
  for (const fileSystem of fileSystems) {
    if (fileSystem === "udf" || (fileSystem === "iso" && rockRidge !== undefined)) continue;
    const plain = { ...volume, descriptors: { ...descriptors, enhanced: undefined } };
    trees.push({ name: fileSystem, fileSystem, volume: isApart ? plain : volume });
  }
  if (isApart && fileSystems.includes("iso")) trees.push({ name: "ISO 9660:1999", fileSystem: "iso", volume });
  return trees;
}

class Verification {
  /** Where the files of the trees of ISO 9660 lie, for each session that was checked. */
  readonly contents: ContentMap[] = [];
  readonly findings: Finding[] = [];
  errors = 0;
  warnings = 0;
  directories = 0;
  files = 0;
  blocksRead = 0;
  readonly #source: BlockSource;
  readonly #options: VerifyOptions;

  constructor(source: BlockSource, options: VerifyOptions) {
    this.#source = source;
    this.#options = options;
  }

  #reporter(session: number): FindingReporter {
    return (severity, name, place, message) => {
      const { path = null, lba = null } = place;
      this.#take({ severity, name, session, path, lba, message });
    };
  }

  #take(finding: Finding): void {
    if (finding.severity === "error") this.errors++;
    else this.warnings++;
    if (this.findings.length < maximumFindings) this.findings.push(finding);
    this.#options.onFinding?.(finding);
  }

  /**
   * Checks the tree that a partition has for itself. It shows what one of the sessions shows: the newest one, unless
   * sessions were added by a program that left it.
   */
  async partition(session: ImageSession): Promise<void> {
    const report = this.#reporter(session.number);
    // What of the front cannot be read is no fault of any session: discs that grow have copies alone there.
    const offset = await this.#guarded(
      () => {},
      () => readPartitionOffset(this.#source, this.#options.signal),
    );
    if (offset === undefined || offset === 0) return;
    const place = `the partition at block ${offset}`;
    const onFinding = (finding: Finding): void => {
      const lba = finding.lba === null ? null : finding.lba + offset;
      this.#take({ ...finding, lba, message: `in ${place}: ${finding.message}` });
    };
    const source = new PartitionSource(this.#source, offset);
    const own = new Verification(source, { ...this.#options, contents: false, onFinding });
    await own.session({ ...session, startLba: 0, endLba: source.blocks, state: "complete" }, true);
    const shown = new ContentMap();
    for (const contents of own.contents) shown.include(contents, offset);
    if (this.contents.some((contents) => areSameContents(contents, shown))) return;
    const newest = this.contents.at(-1) ?? new ContentMap();
    compareTrees(newest, shown, `the whole image, not ${place}`, report);
    compareTrees(shown, newest, `${place}, not the whole image`, report);
  }

  /** @param isNamed Whether the caller asked for this session; of the others, those that were cut off are passed over. */
  async session({ number, startLba, endLba, state }: ImageSession, isNamed: boolean): Promise<void> {
    const report = this.#reporter(number);
    if (!isNamed && state !== "complete") {
      report("warning", "SESSION_DAMAGED", { lba: startLba }, "was cut off; a later or earlier one takes its place");
      return;
    }
    const { signal } = this.#options;
    const errorsBefore = this.errors;
    // What readers say of UDF is looked at more closely below.
    const ofUdf: Warning[] = [];
    const onWarning = (warning: Warning): void => {
      if (isOfNames(warning)) return;
      if (isOfUdf(warning)) ofUdf.push(warning);
      else reportError(report, "warning", warning);
    };
    const options = { onWarning, signal, endLba };
    const volume = await this.#guarded(report, () => detectVolume(this.#source, startLba, options));
    if (volume === undefined) return;
    const { primary, joliet, enhanced } = volume.descriptors;
    for (const [tree, descriptor] of [
      ["iso", primary],
      ["joliet", joliet],
      ["iso", enhanced],
    ] as const) {
      if (descriptor === undefined) continue;
      // What is tolerated is found once more when the trees are read as users see them.
      const context = { tolerant: true, lba: startLba };
      const attributes =
        descriptor === primary && volume.rockRidge !== undefined
          ? new AttributeListCheck(volume.rockRidge, new ContinuationReader(this.#source), report)
          : undefined;
      const check = { source: this.#source, tree, context, report, signal, attributes };
      const directories = await this.#guarded(report, () => checkStructures(check, descriptor));
      if (tree === "iso") this.directories = Math.max(this.directories, directories ?? 0);
    }
    const before = this.errors + this.warnings;
    const udf = await this.#udf(volume, endLba, report);
    if (this.errors + this.warnings === before) {
      for (const warning of ofUdf) reportError(report, "warning", warning);
    }
    await this.#contents(volume, udf, report, onWarning);
    // What is in the films of a tree that is damaged is not known.
    if (this.errors > errorsBefore) return;
    await this.#guarded(report, () => checkFilms({ source: this.#source, volume, report, signal }));
  }

  /** Checks the UDF volume of a session, if it has one, or is said to. @returns Its files. */
  async #udf(volume: DetectedVolume, endLba: number, report: FindingReporter): Promise<UdfContents | undefined> {
    const { startLba, descriptors, fileSystems, udf } = volume;
    if (udf === undefined && !descriptors.udf) return undefined;
    const map = new ContentMap();
    const counts = await checkUdf({
      source: this.#source,
      range: { startLba, endLba },
      blockBytes: udf?.information.blockBytes,
      report: udfReporter(report),
      signal: this.#options.signal,
      visit: ({ path, runs, isStream }) => map.addExtents(extentsOfRuns(runs), path, true, isStream),
    });
    if (fileSystems.every((fileSystem) => fileSystem === "udf")) {
      this.directories = Math.max(this.directories, counts?.directories ?? 0);
      this.files += counts?.files ?? 0;
    }
    return { map, isTree: (counts?.directories ?? 0) > 0 };
  }

  async #contents(
    volume: DetectedVolume,
    udf: UdfContents | undefined,
    report: FindingReporter,
    onWarning: (warning: Warning) => void,
  ): Promise<void> {
    const { charset, signal } = this.#options;
    const all = new ContentMap();
    const maps = new Map<string, ContentMap>();
    const compressed: DiscEntry[] = [];
    for (const { name, fileSystem, volume: shown } of recordTreesOf(volume)) {
      const tree = openTree(this.#source, shown, fileSystem, { onWarning, charset, signal });
      const map = new ContentMap();
      maps.set(name, map);
      const isFirst = maps.size === 1;
      await this.#guarded(report, () =>
        this.#walk(tree, report, (entry) => {
          if (isFirst && entry.type === "file") this.files++;
          if (entry.refusal !== null) report("error", "NOT_READABLE", entry, `"${entry.path}": ${entry.refusal}`);
          else map.add(entry);
          if (entry.refusal === null) all.add(entry);
          if (entry.refusal === null && entry.zisofs !== undefined) compressed.push(entry);
        }),
      );
    }
    if (udf?.isTree === true && maps.size > 0) maps.set("udf", udf.map);
    const [[preferred, contents] = ["iso", all], ...others] = [...maps];
    for (const [other, otherContents] of others) {
      compareTrees(contents, otherContents, `${preferred}, not ${other}`, report);
      compareTrees(otherContents, contents, `${other}, not ${preferred}`, report);
    }
    checkOverlaps(all, report);
    this.#checkSize(volume, all.endLba, report);
    this.contents.push(all);
    if (this.#options.contents === false) return;
    if (udf !== undefined) all.include(udf.map);
    this.blocksRead += await readContents(this.#source, all, report, this.#options);
    await uncompressContents(this.#source, compressed, report, this.#options);
  }

  /** A volume may state its end from its own start, or from block 0 of the medium; it has to hold all its files. */
  #checkSize(volume: DetectedVolume, endLba: number, report: FindingReporter): void {
    const { primary, joliet, primaryLba = 0 } = volume.descriptors;
    const descriptor = primary ?? joliet;
    if (descriptor === undefined) return;
    const size = descriptor.volumeSpaceSize;
    const { blocks } = this.#source;
    const place = { lba: primaryLba };
    if (Math.max(size, volume.startLba + size) < endLba) {
      report("error", "VOLUME_SIZE", place, `the volume has ${size} blocks, and files up to block ${endLba}`);
    } else if (size > blocks) {
      report("error", "VOLUME_SIZE", place, `the volume has ${size} blocks, and the medium ${blocks}`);
    }
  }

  async #walk(tree: TreeReader, report: FindingReporter, visit: (entry: DiscEntry) => void): Promise<void> {
    const { signal } = this.#options;
    const open = [await tree.root(signal)];
    const entered = new Set<number>();
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      throwIfCancelled(signal, "verifying");
      const directory = next;
      const identity = identityOf(directory);
      if (identity !== undefined && entered.has(identity)) {
        const place = { path: directory.path, lba: directory.extents[0]!.lba! };
        report("error", "DIRECTORY_LOOP", place, "the directory stands in the tree already");
        continue;
      }
      if (identity !== undefined) entered.add(identity);
      visit(directory);
      const listing = await this.#guarded(report, () => tree.list(directory, signal));
      for (const entry of listing?.entries ?? []) {
        if (entry.type === "directory" && entry.refusal === null) open.push(entry);
        else visit(entry);
      }
    }
  }

  /** What cannot be read at all is a finding; the rest is looked at nevertheless. */
  async #guarded<T>(report: FindingReporter, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DiscError) || error.code === "E_CANCELLED") throw error;
      reportError(report, "error", error);
      return undefined;
    }
  }
}

function reportError(report: FindingReporter, severity: "error" | "warning", error: DiscError): void {
  const { path, lba } = error.detail as { path?: string; lba?: number | null };
  const place = { ...(path === undefined ? {} : { path }), ...(typeof lba === "number" ? { lba } : {}) };
  report(severity, error.code, place, error.message);
}

/**
 * Checks the sessions of a disc or image: descriptors, path tables, directories, system use, where files lie, whether
 * the trees agree, and, unless `contents` is false, that every file can be read.
 *
 * @throws {@link DiscError} E_NO_FILE_SYSTEM, E_SESSION_NOT_FOUND, E_OPTION_INVALID, E_CANCELLED; all else is a finding.
 */
export async function verifyImage(source: ImageSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  const { addressOffset = 0 } = options;
  const { sessions, session } = await openImage(source, options);
  const blocks = addressOffset > 0 ? new DisplacedSource(source, addressOffset) : source;
  const verification = new Verification(blocks, options);
  const one = options.session !== undefined || options.start !== undefined;
  const checked = one ? [session] : sessions;
  for (const each of checked) await verification.session(each, one);
  const last = checked.at(-1);
  if (last !== undefined && addressOffset === 0 && (!one || last.startLba === 0)) await verification.partition(last);
  const { findings, errors, warnings, directories, files, blocksRead } = verification;
  return { findings, errors, warnings, sessions: checked.length, directories, files, blocksRead };
}
