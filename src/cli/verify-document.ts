/** docs/VERIFY.md, made from the tables of what is checked. */
import { udfRules } from "../node.js";

const introduction = [
  "<!-- Generated: npm run build. -->",
  "# What is verified",
  "",
  "`discsmith verify`, and `verifyImage`, read a disc as a program would that trusts nothing: descriptors, path tables,",
  "directories, system use, where files lie, whether the trees agree, and that every file can be read. Each thing found is a",
  "finding with a name, a severity, the session, the path and the block. Errors break a rule of the standard, or lose",
  "something; warnings are what standards advise against, or what some readers stumble over.",
  "",
  "## UDF",
  "",
  "Clauses with a part number are those of ECMA-167, 3rd edition; “UDF” those of OSTA UDF. The last column says whether the",
  "Philips UDF verifier makes the same check, and where it takes it for something else.",
  "",
  "| finding | severity | clause | what is wrong | what readers make of it | Philips |",
  "|---|---|---|---|---|---|",
];

/** The document. */
export function verifyDocument(): string {
  const rows = [...udfRules].map(
    ([name, { severity, clause, what, readers, philips }]) =>
      `| \`${name}\` | ${severity} | ${clause} | ${what} | ${readers} | ${philips} |`,
  );
  return [...introduction, ...rows, ""].join("\n");
}
