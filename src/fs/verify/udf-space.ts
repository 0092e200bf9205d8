/** Keeps what of the medium is in use, and by what; finds what is used twice. ECMA-167, 3rd edition, 4/14.14. */
import type { ByteRun } from "../udf/partition-space.js";
import type { UdfReporter } from "./udf-report.js";

/** What a run of bytes is: contents of files may be shared, structures may not. */
export type UseKind = "contents" | "structure";

/** A run of bytes of the medium that is in use. */
export interface UsedRun {
  readonly address: number;
  readonly bytes: number;
  readonly kind: UseKind;
  /** What uses it, for messages. */
  readonly owner: string;
  readonly path: string | undefined;
}

/** Who uses runs. */
export type UseOwner = Pick<UsedRun, "kind" | "owner" | "path">;

/** All that is in use: in partitions themselves, and, apart from it, in a metadata partition, which is a file of one. */
export class SpaceUse {
  readonly #runs: UsedRun[] = [];
  readonly #metadataRuns: UsedRun[] = [];
  #inMetadata: readonly Pick<UsedRun, "address" | "bytes">[] | undefined;

  /** @param isMetadata Whether the runs lie in a metadata partition. */
  add(runs: readonly ByteRun[], { kind, owner, path }: UseOwner, isMetadata: boolean): void {
    const target = isMetadata ? this.#metadataRuns : this.#runs;
    for (const { address, bytes } of runs) {
      if (address !== null && bytes > 0) target.push({ address, bytes, kind, owner, path });
    }
  }

  /** Whether a byte of the metadata partition, as it lies on the medium, is in use. To be asked when all runs are known. */
  isMetadataInUse(address: number): boolean {
    this.#inMetadata ??= joined(this.#metadataRuns);
    let [low, high] = [0, this.#inMetadata.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#inMetadata[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    const run = this.#inMetadata[low - 1];
    return run !== undefined && address < run.address + run.bytes;
  }

  /** The runs of the partitions themselves, in order. */
  get runs(): readonly UsedRun[] {
    return this.#runs.sort((one, other) => one.address - other.address);
  }

  /** Reports runs that overlap. Whole extents that two file entries have are told from others. */
  report(report: UdfReporter): void {
    reportOverlaps(this.runs, report);
    reportOverlaps(
      this.#metadataRuns.sort((one, other) => one.address - other.address),
      report,
    );
  }
}

/** Runs in order, of which none touch each other. */
function joined(runs: readonly UsedRun[]): readonly Pick<UsedRun, "address" | "bytes">[] {
  const found: { readonly address: number; bytes: number }[] = [];
  for (const { address, bytes } of runs.toSorted((one, other) => one.address - other.address)) {
    const last = found.at(-1);
    if (last === undefined || address > last.address + last.bytes) found.push({ address, bytes });
    else last.bytes = Math.max(last.bytes, address + bytes - last.address);
  }
  return found;
}

function reportOverlaps(runs: readonly UsedRun[], report: UdfReporter): void {
  let before: UsedRun | undefined;
  for (const run of runs) {
    if (before !== undefined && run.address < before.address + before.bytes) reportOverlap(before, run, report);
    if (before === undefined || run.address + run.bytes > before.address + before.bytes) before = run;
  }
}

function reportOverlap(before: UsedRun, run: UsedRun, report: UdfReporter): void {
  const areContents = before.kind === "contents" && run.kind === "contents";
  const isShared = areContents && before.address === run.address && before.bytes === run.bytes;
  const place = { address: run.address, path: run.path ?? before.path };
  const rule = isShared ? "UDF_EXTENT_SHARED" : "UDF_EXTENT_OVERLAP";
  report(rule, place, `${run.owner} and ${before.owner} have the same bytes`);
}
