/** Structures for people: one line a field, in columns. */
import type { DumpedField, PlacedStructure } from "../node.js";
import type { Output } from "./output.js";

/** Values longer than this do not push the clauses of the others aside. */
const widestValue = 48;

/** Bytes of a line of a hexadecimal dump, and lines that are shown of one field. */
const lineBytes = 16;
const shownLines = 16;

/** A field as a line, and the lines of its bytes. */
interface Line {
  readonly range: string;
  readonly field: string;
  readonly value: string;
  readonly clause: string;
  readonly below: readonly string[];
}

/** Whether a value is bytes in hexadecimal. */
function isBytes({ type, value, fields }: DumpedField): boolean {
  return typeof value === "string" && fields.length === 0 && /^(rawBytes|reserved|zeros)\(/.test(type);
}

/** Text in which what a terminal would take for orders is escaped, as in JSON. */
function safe(text: string): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, escaped);
}

function quoted(text: string): string {
  return safe(JSON.stringify(text));
}

function printable(octets: readonly string[]): string {
  return octets
    .map((octet) => Number.parseInt(octet, 16))
    .map((code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "."))
    .join("");
}

/** Bytes as a short text, and, where there are too many, as lines. */
function bytesText(hex: string): { readonly value: string; readonly below: readonly string[] } {
  const octets = hex.match(/../g) ?? [];
  const [first = "00"] = octets;
  if (octets.length > 1 && octets.every((octet) => octet === first)) {
    return { value: `${octets.length} × ${first}`, below: [] };
  }
  if (octets.length <= lineBytes) return { value: octets.join(" "), below: [] };
  const used = octets.length - [...octets].reverse().findIndex((octet) => octet !== "00");
  const lines: string[] = [];
  for (let at = 0; at < used && lines.length < shownLines; at += lineBytes) {
    const line = octets.slice(at, at + lineBytes);
    lines.push(`${String(at).padStart(5)}  ${line.join(" ").padEnd(3 * lineBytes)} ${printable(line)}`);
  }
  const left = octets.length - lines.length * lineBytes;
  const isRest = used > lines.length * lineBytes;
  if (left > 0) lines.push(isRest ? `       … ${left} more bytes` : `       ${left} × 00`);
  return { value: `${octets.length} bytes`, below: lines };
}

function lineOf(field: DumpedField, depth: number): Line {
  const { at, bytes, clause, value, meaning, faults, fields } = field;
  const range = bytes > 1 ? `${at}-${at + bytes - 1}` : String(at);
  const shown = isBytes(field)
    ? bytesText(value as string)
    : { value: value === null ? "" : typeof value === "string" ? quoted(value) : String(value), below: [] };
  const explained = meaning === null ? "" : value === null ? meaning : `(${meaning})`;
  const wrong = faults.map((fault) => `! ${safe(fault)}`).join(" ");
  const text = [fields.length > 0 ? field.type : shown.value, explained, wrong].filter((part) => part !== "").join(" ");
  return { range, field: `${"  ".repeat(depth)}${field.field}`, value: text, clause, below: shown.below };
}

function linesOf(fields: readonly DumpedField[], depth: number): Line[] {
  return fields.flatMap((field) => [lineOf(field, depth), ...linesOf(field.fields, depth + 1)]);
}

/** Prints a structure: a heading, and a line for each field. */
export async function printStructure(output: Output, structure: PlacedStructure): Promise<void> {
  const { name, role, block, offset, bytes, faults, fields } = structure;
  const place = offset === 0 ? `block ${block}` : `block ${block}, byte ${offset}`;
  const what = role === `block ${block}` ? "" : ` (${safe(role)})`;
  await output.line(`${place}: ${name}, ${bytes} bytes${what}`);
  for (const fault of faults) await output.line(`  ! ${safe(fault)}`);
  const lines = linesOf(fields, 0);
  const width = (key: "range" | "field" | "value"): number => Math.max(0, ...lines.map((line) => line[key].length));
  const [rangeWidth, fieldWidth] = [width("range"), width("field")];
  const valueWidth = Math.max(0, ...lines.map(({ value }) => value.length).filter((length) => length <= widestValue));
  for (const { range, field, value, clause, below } of lines) {
    const left = `  ${range.padEnd(rangeWidth)}  ${field.padEnd(fieldWidth)}`;
    const right = clause === "" ? value : `${value.padEnd(valueWidth)}  ${clause}`;
    await output.line(`${left}  ${right}`.trimEnd());
    for (const line of below) await output.line(`    ${line}`);
  }
  await output.line("");
}
