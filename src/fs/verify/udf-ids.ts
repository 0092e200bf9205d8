/** Checks unique ids, of entries and of names. OSTA UDF 2.3.4.3, 2.3.6.7, 3.2.1.1. */
import type { UdfChecking } from "./udf-checking.js";
import type { EntryRecord } from "./udf-entries.js";
import type { UdfPlace } from "./udf-report.js";

/** Ids below it are reserved, in the lower 32 bits. OSTA UDF 3.2.1.1. */
const firstFreeId = 16n;

const low32 = (id: bigint): bigint => id % 0x1_0000_0000n;

/** Checks the ids of one volume. */
export class UniqueIds {
  readonly #checking: UdfChecking;
  /** The first id that is free; `undefined` where it is not known. */
  readonly #next: bigint | undefined;
  /** Addresses of entries by their ids. */
  readonly #entries: Map<bigint, number> = new Map();
  /** Ids of names. */
  readonly #names: Set<number> = new Set();

  constructor(checking: UdfChecking, next: bigint | undefined) {
    this.#checking = checking;
    this.#next = next;
  }

  /** Checks the id of an entry. @param main The item that it is a stream, or the attributes, of. */
  entry(record: EntryRecord, main: EntryRecord | undefined): void {
    const { report, revision } = this.#checking;
    const { uniqueId: id, address, path, role } = record;
    const place = { address, path };
    if (role === "metadata" || role === "table") return;
    if (role === "root") {
      if (id !== 0n) report("UDF_UNIQUE_ID", place, `the root's unique id is ${id}, expected 0`);
      return;
    }
    const isOfSystem = role === "systemStreamDirectory" || main?.role === "systemStreamDirectory";
    if (isOfSystem) {
      if (id !== 0n && revision > 0x0201) report("UDF_UNIQUE_ID", place, `the unique id is ${id}, expected 0`);
      return;
    }
    if (main !== undefined) {
      // What 2.00 says of streams contradicts itself.
      const isRight = id === main.uniqueId || (id === 0n && revision === 0x0200);
      if (!isRight) report("UDF_UNIQUE_ID", place, `the unique id is ${id}, that of the item ${main.uniqueId}`);
      return;
    }
    this.#range(id, place, "unique id");
    const other = this.#entries.get(id);
    if (other !== undefined) report("UDF_UNIQUE_ID_TWICE", place, `${id} is also the unique id of another item`);
    else this.#entries.set(id, address);
  }

  #range(id: bigint, place: UdfPlace, name: string): void {
    const { report } = this.#checking;
    if (low32(id) < firstFreeId)
      report("UDF_UNIQUE_ID", place, `the ${name} is ${id}, and those below 16 are reserved`);
    else if (this.#next !== undefined && id >= this.#next) {
      report("UDF_UNIQUE_ID", place, `the ${name} is ${id}, and the next one is said to be ${this.#next}`);
    }
  }

  /** Checks the id in a name of an item. */
  name(id: number, record: EntryRecord, place: UdfPlace): void {
    const { report, isThirdEdition } = this.#checking;
    if (!isThirdEdition) return;
    const isWrapped = this.#next !== undefined && this.#next > 0xffff_ffffn;
    if (!isWrapped && record.uniqueId > BigInt(id)) {
      report("UDF_UNIQUE_ID_NAME", place, `the name has the id ${id}, its file entry ${record.uniqueId}`);
      return;
    }
    if (low32(record.uniqueId) !== BigInt(id)) this.#range(BigInt(id), place, "unique id of the name");
    const owner = this.#entries.get(BigInt(id));
    if (this.#names.has(id) || (owner !== undefined && owner !== record.address)) {
      report("UDF_UNIQUE_ID_TWICE", place, `${id} is also the unique id of another name`);
    }
    this.#names.add(id);
  }

  /** Checks the id in what leads back to a parent, or to a stream: that of the entry. */
  same(id: number, record: EntryRecord, place: UdfPlace, name: string): void {
    if (!this.#checking.isThirdEdition || low32(record.uniqueId) === BigInt(id)) return;
    const isOpen = this.#checking.revision === 0x0200 && id === 0 && record.role === "stream";
    if (isOpen) return;
    const message = `the ${name} has the id ${id}, its file entry ${record.uniqueId}`;
    this.#checking.report("UDF_UNIQUE_ID_NAME", place, message);
  }
}
