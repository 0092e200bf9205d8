/** One row of the tables of what is checked: one name of a finding. */
export interface VerifyRule {
  readonly name: string;
  readonly severity: "error" | "warning";
  /** Of ECMA-119, ECMA-167 (3rd edition) or OSTA UDF. */
  readonly clause: string;
  /** What is wrong, as a heading says it. */
  readonly what: string;
  /** What readers make of it. */
  readonly readers: string;
  /** Whether the Philips UDF verifier makes the same check; "-" for what is no matter of UDF. */
  readonly philips: "yes" | "no" | "as an error" | "as a warning" | "-";
}

/** A rule as it stands in the tables under its name, in the order of the members. */
export type VerifyRuleRow = readonly [
  severity: VerifyRule["severity"],
  clause: string,
  what: string,
  readers: string,
  philips: VerifyRule["philips"],
];

/** The rules of a table. */
export function rulesOfTable<N extends string>(
  table: Readonly<Record<N, VerifyRuleRow>>,
): readonly (VerifyRule & { readonly name: N })[] {
  return (Object.entries(table) as [N, VerifyRuleRow][]).map(([name, [severity, clause, what, readers, philips]]) => ({
    name,
    severity,
    clause,
    what,
    readers,
    philips,
  }));
}
