/** docs/ERRORS.md, made from the table of the errors. */
import type { ErrorCode } from "../node.js";
import { DiscError, errorTable } from "../node.js";
import { exitCodeOf } from "./exit-codes.js";

function section(code: ErrorCode): string[] {
  const { summary, detail, raisedBy, remedy, reference } = errorTable[code];
  const members = detail.length === 0 ? "none" : detail.map((member) => `\`${member}\``).join(", ");
  const exit = code.startsWith("W_") ? [] : [`- Exit code: ${exitCodeOf(new DiscError(code, "", {} as never))}`];
  const same = reference === undefined ? [] : [`- IMAPI2: \`${reference.name}\` (0x${reference.hresult.toString(16)})`];
  return [
    `### ${code}`,
    "",
    summary,
    "",
    `- Raised by: ${raisedBy}`,
    `- Detail: ${members}`,
    `- What to do: ${remedy}`,
    ...exit,
    ...same,
    "",
  ];
}

/** The document. */
export function errorDocument(): string {
  const codes = Object.keys(errorTable) as ErrorCode[];
  return [
    "<!-- Generated: npm run build. -->",
    "# Errors and warnings",
    "",
    "Every error is a `DiscError` with a `code` and a `detail`; `FormatError` and `DeviceError` are kinds of it. Programs",
    "branch on `code`, never on the message: codes are stable, messages are not. The original error is the `cause`.",
    "Warnings have the same form; they go to `onWarning`, and `strict` throws them.",
    "",
    "```ts",
    'import { FileSystemImage, hasCode } from "discsmith";',
    "",
    "try {",
    '  new FileSystemImage().root.remove("/nothing");',
    "} catch (error) {",
    '  if (!hasCode(error, "E_ITEM_NOT_FOUND")) throw error;',
    "  console.log(error.detail.path);",
    "}",
    "```",
    "",
    "## Errors",
    "",
    ...codes.filter((code) => code.startsWith("E_")).flatMap(section),
    "## Warnings",
    "",
    ...codes.filter((code) => code.startsWith("W_")).flatMap(section),
  ].join("\n");
}
