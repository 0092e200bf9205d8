/** One row of the tables of what is checked of UDF. */
export interface UdfRule {
  readonly severity: "error" | "warning";
  /** Of ECMA-167, 3rd edition, or of OSTA UDF. */
  readonly clause: string;
  /** What is wrong, as a heading says it. */
  readonly what: string;
  /** What readers make of it. */
  readonly readers: string;
  /** Whether the Philips UDF verifier makes the same check. */
  readonly philips: "yes" | "no" | "as a note" | "as an error" | "as a warning";
}

/** A rule as it stands in the tables, in the order of the members. */
export type UdfRuleRow = readonly [
  severity: UdfRule["severity"],
  clause: string,
  what: string,
  readers: string,
  philips: UdfRule["philips"],
];
