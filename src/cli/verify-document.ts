/** docs/VERIFY.md, made from the tables of what is verified. */
import type { VerifyRuleGroup } from "../node.js";
import { verifyRules } from "../node.js";

const introduction: readonly string[] = [
  "<!-- Generated: npm run build. -->",
  "# What `verify` checks",
  "",
  "`discsmith verify` and `verifyImage` look at every session of a disc or image: at its volume descriptors, at every",
  "structure that they lead to, at where files lie and, unless told otherwise, at whether each block of them can be read.",
  "Nothing that is found ends the search; each finding has a name of the tables below, a place, a message with the clause",
  "it breaks, and is an error where a rule is broken, a warning where only advice was not followed. Warnings and errors that",
  "reading itself raises are findings, too, under their codes (`ERRORS.md`).",
  "",
  'Clauses with a slash are those of ECMA-167, 3rd edition (part/clause); those of ISO 9660 are of ECMA-119; "UDF" is OSTA',
  "UDF 2.60 where nothing else is said. What readers do was tried with Linux 6.1, 7-Zip 26.02, libudfread 1.1.2 (VLC, Kodi),",
  'GRUB 2.06 and blkid 2.38 on images with that one fault, or is what their sources say; "not looked at" speaks of these.',
  "The last column says whether the Philips UDF verifier makes the same check.",
  "",
  "What is measured where the standard names no number:",
  "",
  "- Two copies are far apart where a tenth of the session's other blocks is between them, or 128 blocks in a small one.",
  "- An ECC block is taken to have 16 blocks, those of DVD: an image does not say which medium it is for.",
  "- A session ends with its last anchor or table; up to 200 recorded blocks may follow, such as a drive leaves there, or any",
  "  number of blank ones.",
  "- A partition with a virtual allocation table may end behind its session: the medium may have room for more.",
  "- What is in use is compared with space bitmaps, and every block with all others; two files that have exactly the same",
  "  extent are a warning alone, because images with shared contents are read well by everybody.",
  "",
];

function table({ title, rules }: VerifyRuleGroup): readonly string[] {
  const rows = rules.map(
    ({ name, severity, clause, what, readers, philips }) =>
      `| ${what} | ${clause} | \`${name}\` | ${severity} | ${readers} | ${philips} |`,
  );
  return [
    `## ${title}`,
    "",
    "| check: what is found | clause | finding | | what readers do | Philips |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

/** The document. */
export function verifyDocument(): string {
  return [...introduction, ...verifyRules.flatMap(table)].join("\n");
}
