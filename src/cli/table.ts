import type { Output } from "./output.js";

/** Prints rows in columns, two spaces apart. */
export async function printTable(output: Output, rows: readonly (readonly string[])[]): Promise<void> {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  for (const row of rows) {
    const cells = row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!)));
    await output.line(cells.join("  "));
  }
}
