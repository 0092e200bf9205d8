/** All that verifying looks at, by the names of its findings. docs/VERIFY.md is made of it. */
import { filmRules } from "./film-rules.js";
import { isoRules } from "./iso-rules.js";
import type { VerifyRule } from "./rule.js";
import { rulesOfTable } from "./rule.js";
import { udfLogicalRules, udfPartitionRules } from "./udf-partition-rules.js";
import { udfDirectoryRules, udfEntryRules, udfExtentRules } from "./udf-tree-rules.js";
import { udfFieldRules, udfSequenceRules, udfSessionRules } from "./udf-volume-rules.js";

/** Rules that belong together. */
export interface VerifyRuleGroup {
  readonly title: string;
  readonly rules: readonly VerifyRule[];
}

/** All that is checked. */
export const verifyRules: readonly VerifyRuleGroup[] = [
  { title: "Sessions, ISO 9660, and where files lie", rules: rulesOfTable(isoRules) },
  { title: "UDF: recognition and anchors", rules: rulesOfTable(udfSessionRules) },
  { title: "UDF: tags, and fields that all descriptors have", rules: rulesOfTable(udfFieldRules) },
  { title: "UDF: descriptor sequences", rules: rulesOfTable(udfSequenceRules) },
  { title: "UDF: partitions and their maps", rules: rulesOfTable(udfPartitionRules) },
  { title: "UDF: metadata, tables, integrity, file set", rules: rulesOfTable(udfLogicalRules) },
  { title: "UDF: extents", rules: rulesOfTable(udfExtentRules) },
  { title: "UDF: file entries", rules: rulesOfTable(udfEntryRules) },
  { title: "UDF: directories, attributes, streams", rules: rulesOfTable(udfDirectoryRules) },
  { title: "Films: DVD-Video and BDMV", rules: rulesOfTable(filmRules) },
];
