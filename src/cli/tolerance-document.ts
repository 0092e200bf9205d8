/** docs/TOLERANCES.md, made from the table of the tolerances. */
import { tolerances } from "../node.js";

/** The document. */
export function toleranceDocument(): string {
  const rows = tolerances.map(({ name, structures, fields, seen }) => {
    const shown = fields.map((field) => `\`${field}\``).join(", ");
    return `| \`${name}\` | ${structures.join(", ")} | ${shown} | ${seen} |`;
  });
  return [
    "<!-- Generated: npm run build. -->",
    "# Tolerances",
    "",
    "Faults of real discs that reading passes over. Each is reported as a `W_TOLERATED` that names the structure, the field,",
    "the clause it breaks and the tolerance; any other fault is an `E_FIELD_INVALID`.",
    "",
    "| tolerance | structure | fields | seen on discs |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
