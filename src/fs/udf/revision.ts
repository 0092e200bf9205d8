/** The revisions of OSTA UDF, and what follows from them. */

/** A revision that can be written. */
export type UdfRevision = "1.02" | "1.50" | "2.00" | "2.01" | "2.50" | "2.60";

/** All that can be written, in order. */
export const udfRevisions: readonly UdfRevision[] = ["1.02", "1.50", "2.00", "2.01", "2.50", "2.60"];

/** The newest revision a reader may be asked for: there is none of 2.60 that readers of 2.50 cannot read. OSTA UDF 2.2.6.4. */
const newestReadRevision = 0x0250;

/** The number that stands on disc: "2.01" is 0x0201. OSTA UDF 2.1.5.3. */
export function revisionNumber(revision: UdfRevision): number {
  return Number.parseInt(revision.replace(".", ""), 16);
}

/** The revision of a number on disc, also of one that cannot be written: 0x0201 is "2.01". */
export function revisionText(number: number): string {
  const digits = number.toString(16).padStart(4, "0");
  return `${Number(digits.slice(0, 2))}.${digits.slice(2)}`;
}

/** What a revision asks of the structures. */
export interface RevisionRules {
  readonly revision: UdfRevision;
  readonly number: number;
  /** The revision a reader has to know at least. */
  readonly readNumber: number;
  /** Of tags, and of the NSR descriptor. */
  readonly descriptorVersion: 2 | 3;
  /** Whether file entries are Extended File Entries, and items may have named streams. */
  readonly extended: boolean;
  readonly hasRealTimeFiles: boolean;
  /** Whether file entries and directories lie in a metadata partition, and volume structures are kept apart. */
  readonly hasMetadataPartition: boolean;
}

/** What that revision asks of the structures. */
export function rulesOf(revision: UdfRevision): RevisionRules {
  const number = revisionNumber(revision);
  return {
    revision,
    number,
    readNumber: Math.min(number, newestReadRevision),
    descriptorVersion: number >= 0x0200 ? 3 : 2,
    extended: number >= 0x0200,
    hasRealTimeFiles: number >= 0x0201,
    hasMetadataPartition: number >= 0x0250,
  };
}
