/** docs/NAMES.md tells what becomes of names; here it is held to the code. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import type { FileSystemName } from "../../../src/fs/tree/disc-entry.js";
import { charsetByName } from "../../../src/host/charsets.js";

const document = readFileSync(join(import.meta.dirname, "../../../../docs/NAMES.md"), "utf8");

/** A name of the document: "\xE9" is a byte. */
function nameOf(cell: string): string {
  return cell
    .trim()
    .replace(/^`|`$/g, "")
    .replace(/\\x([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(0xdc00 + Number.parseInt(hex, 16)));
}

const columns: readonly (readonly [FileSystemName, ImageOptions])[] = [
  ["iso", {}],
  ["iso", { isoCharset: charsetByName("latin1"), unencodable: "mangle" }],
  ["iso", { isoCharset: charsetByName("shift_jis"), unencodable: "mangle" }],
  ["rockridge", {}],
  ["joliet", {}],
  ["udf", {}],
];

test("the table of names is what the code does", (t) => {
  const [, table = ""] = /^\| in the tree \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(document) ?? [];
  const rows = table.split("\n").filter((line) => line !== "");
  const cells = rows.map((line) => line.split("|").slice(1, -1).map(nameOf));
  t.true(cells.length > 5);
  for (const [index, [fileSystem, options]] of columns.entries()) {
    const image = new FileSystemImage({ fileSystems: ["iso", "rockridge", "joliet", "udf"], ...options });
    for (const [name] of cells) image.root.addFile(`/${name}`, "");
    const names = image.namesIn(fileSystem);
    t.deepEqual(
      cells.map(([name]) => names.nameOf(`/${name}`)),
      cells.map((row) => row[index + 1]),
      `${fileSystem} ${options.isoCharset?.name ?? ""}`,
    );
  }
});
