/** Reports what is found wrong with UDF volumes, by the names of their rules. */
import { lbaOfAddress } from "../udf/volume-bytes.js";
import type { VerifyRule } from "./rule.js";
import { rulesOfTable } from "./rule.js";
import type { FindingReporter } from "./structures.js";
import { udfLogicalRules, udfPartitionRules } from "./udf-partition-rules.js";
import { udfDirectoryRules, udfEntryRules, udfExtentRules } from "./udf-tree-rules.js";
import { udfFieldRules, udfSequenceRules, udfSessionRules } from "./udf-volume-rules.js";

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

/** All that is checked of UDF volumes. */
export const udfRules: ReadonlyMap<UdfRuleName, VerifyRule> = new Map(
  [
    ...rulesOfTable<UdfRuleName>({
      ...udfSessionRules,
      ...udfFieldRules,
      ...udfSequenceRules,
      ...udfPartitionRules,
      ...udfLogicalRules,
      ...udfExtentRules,
      ...udfEntryRules,
      ...udfDirectoryRules,
    }),
  ].map((rule) => [rule.name, rule]),
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
