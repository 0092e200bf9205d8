import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { FileSystemName } from "../tree/disc-entry.js";

/** What is counted, and said once for each two trees: whole classes of items differ on discs of some programs. */
type Difference = "absent" | "empty" | "filled";

interface Count {
  readonly difference: Difference;
  /** The tree the item is from, and the one that was joined. */
  readonly fileSystems: readonly [FileSystemName, FileSystemName];
  readonly path: string;
  count: number;
}

function describe({ difference, count, fileSystems: [taken, other] }: Count): string {
  const items = count === 1 ? "it is" : count === 2 ? "it and 1 more item are" : `it and ${count - 1} more items are`;
  if (difference === "absent") return `${items} not in ${other}`;
  const [empty, full] = difference === "empty" ? [other, taken] : [taken, other];
  return `${items} empty in ${empty}: contents are taken from ${full}`;
}

/** Says in what the trees of a session differ. */
export class JoinReport {
  readonly #onWarning: WarningListener | undefined;
  readonly #counts: Map<string, Count> = new Map();

  constructor(onWarning: WarningListener | undefined) {
    this.#onWarning = onWarning;
  }

  /** Reports what is different about one item. */
  differs(path: string, fileSystems: readonly FileSystemName[], what: string, cause?: unknown): void {
    const detail = { path, fileSystems, what };
    this.#onWarning?.(new DiscError("W_TREES_DIFFER", `"${path}": ${what}`, detail, { cause }));
  }

  /** Counts an item of a class that {@link JoinReport.end} reports as a whole, with the first one's path. */
  count(difference: Difference, path: () => string, taken: FileSystemName, other: FileSystemName): void {
    const key = `${difference} ${taken} ${other}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.count++;
    else this.#counts.set(key, { difference, fileSystems: [taken, other], path: path(), count: 1 });
  }

  /** Reports what was counted. */
  end(): void {
    for (const count of this.#counts.values()) this.differs(count.path, count.fileSystems, describe(count));
    this.#counts.clear();
  }
}
