/** Reports what is found wrong with UDF volumes, by the names of their rules. */
import { lbaOfAddress } from "../udf/volume-bytes.js";
import type { FindingReporter } from "./verify-structures.js";
import { udfLogicalRules, udfPartitionRules } from "./verify-udf-partition-rules.js";
import type { UdfRule, UdfRuleRow } from "./verify-udf-rule.js";
import { udfDirectoryRules, udfEntryRules, udfExtentRules } from "./verify-udf-tree-rules.js";
import { udfFieldRules, udfSequenceRules, udfSessionRules } from "./verify-udf-volume-rules.js";

const tables = [
  udfSessionRules,
  udfFieldRules,
  udfSequenceRules,
  udfPartitionRules,
  udfLogicalRules,
  udfExtentRules,
  udfEntryRules,
  udfDirectoryRules,
] as const;

/** The name of a rule of UDF, which is that of its findings. */
export type UdfRuleName =
  | keyof typeof udfSessionRules
  | keyof typeof udfFieldRules
  | keyof typeof udfSequenceRules
  | keyof typeof udfPartitionRules
  | keyof typeof udfLogicalRules
  | keyof typeof udfExtentRules
  | keyof typeof udfEntryRules
  | keyof typeof udfDirectoryRules;

/** All that is checked of UDF volumes, in the order of docs/VERIFY.md. */
export const udfRules: ReadonlyMap<UdfRuleName, UdfRule> = new Map(
  tables
    .flatMap((table) => Object.entries<UdfRuleRow>(table) as [UdfRuleName, UdfRuleRow][])
    .map(([name, [severity, clause, what, readers, philips]]) => [name, { severity, clause, what, readers, philips }]),
);

/** Where something is wrong. */
export interface UdfPlace {
  /** Byte of the medium; `null` where it is not one place. */
  readonly address: number | null;
  readonly path?: string | undefined;
}

/** Reports a broken rule. */
export type UdfReporter = (name: UdfRuleName, place: UdfPlace, message: string) => void;

/** Makes a reporter of the rules: severities and clauses follow from the names. */
export function udfReporter(report: FindingReporter): UdfReporter {
  return (name, { address, path }, message) => {
    const { severity, clause } = udfRules.get(name)!;
    const place = {
      ...(path === undefined ? {} : { path }),
      ...(address === null ? {} : { lba: lbaOfAddress(address) }),
    };
    report(severity, name, place, `${message} (${clause})`);
  };
}
