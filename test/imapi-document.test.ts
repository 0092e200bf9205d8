/** docs/IMAPI.md and docs/RECORDER.md account for every member of the reference API, and what they name is there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import test from "ava";
import { errorTable } from "../src/error-table.js";
import { mediaDefaults } from "../src/fs/image/media-defaults.js";
import type { ReferenceInterface } from "./support/imapi-members.js";
import { referenceInterfaces } from "./support/imapi-members.js";

const top = resolve(import.meta.dirname, "../..");

/** A row of a table: the members in its first column, and the other columns as they are. */
interface Row {
  readonly members: readonly string[];
  readonly here: string;
  readonly remarks: string;
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** The tables of a document by the headings that they stand under. */
function tablesOf(document: string): ReadonlyMap<string, readonly Row[]> {
  const tables = new Map<string, Row[]>();
  let heading = "";
  for (const line of readFileSync(join(top, "docs", document), "utf8").split("\n")) {
    heading = /^## (.*)$/.exec(line)?.[1] ?? heading;
    const cells = /^\| (`.*)\|$/.exec(line)?.[1]?.split(" | ");
    if (cells === undefined) continue;
    const [members = "", here = "", remarks = ""] = cells;
    const rows = tables.get(heading) ?? [];
    rows.push({ members: codesIn(members), here: here.trim(), remarks });
    tables.set(heading, rows);
  }
  return tables;
}

const documents = { IMAPI: tablesOf("IMAPI.md"), RECORDER: tablesOf("RECORDER.md") };

function rowsOf({ document, name }: ReferenceInterface): readonly Row[] {
  return documents[document].get(name) ?? [];
}

for (const described of referenceInterfaces) {
  test(`each member of ${described.name} has its row`, (t) => {
    const rows = rowsOf(described);
    const members = rows.flatMap((row) => row.members);
    t.deepEqual([...members].sort(), [...described.members].sort());
    for (const { members, here } of rows) t.true(here.length > 0, members.join());
    if (described.document === "IMAPI") t.is(rows.length, members.length);
  });
}

test("what has no counterpart is told why", (t) => {
  for (const [heading, rows] of documents.IMAPI) {
    for (const { members, here } of rows) {
      if (heading === "Media types" || /^`[A-Za-z.]+`$/.test(here)) continue;
      t.regex(here, /^none: \S/, members.join());
    }
  }
});

test("errors that are named are there", (t) => {
  const text = readFileSync(join(top, "docs/IMAPI.md"), "utf8");
  const codes = new Set(text.match(/\b[EW]_[A-Z][A-Z0-9_]+\b/g)?.filter((code) => !text.includes(`IMAPI_${code}\``)));
  t.true(codes.size > 25);
  for (const code of codes) t.true(code in errorTable, code);
});

/** Names of the package in a text: "FileSystemImage.root", "blockBytes". */
function namesIn(text: string): string[] {
  return codesIn(text).filter((code) =>
    /^[A-Z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)?$|^[a-z][a-z0-9]*[A-Z]\w+$/.test(code),
  );
}

/** Of another world, or members that are named without their owner. */
const foreign = new Set(["undefined", "floppy1200", "removeTree", "namesIn", "addTree"]);

test("every name that stands for a member is exported, and has that member", (t) => {
  const text = readFileSync(join(top, "docs/IMAPI.md"), "utf8");
  const prose = text.split("\n").filter((line) => !line.startsWith("| `") && !line.startsWith("## "));
  const rows = [...documents.IMAPI.values()].flat();
  const all = [...rows.flatMap(({ here, remarks }) => namesIn(`${here} ${remarks}`)), ...namesIn(prose.join("\n"))];
  const names = [...new Set(all)].filter((name) => !foreign.has(name) && !name.startsWith("IMAPI_"));
  t.true(names.length > 100, `${names.length} names`);
  const lines = names.map((name, index) => {
    const [owner, member] = name.split(".");
    if (member !== undefined) return `export type Name${index} = api.${owner}["${member}"];`;
    return /^[a-z]/.test(name) ? `export const name${index} = api.${name};` : `export type Name${index} = api.${name};`;
  });
  const folder = join(top, "build/imapi-names");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "api.ts"), 'export * from "discsmith";\nexport * from "discsmith/device";\n');
  writeFileSync(join(folder, "names.ts"), `import * as api from "./api.js";\n${lines.join("\n")}\n`);
  const compilerOptions = { rootDir: ".", noEmit: true, incremental: false, tsBuildInfoFile: null };
  const loose = { isolatedDeclarations: false, declaration: false, noUnusedLocals: false };
  const configuration = {
    extends: "../../tsconfig.json",
    compilerOptions: { ...compilerOptions, ...loose },
    include: ["*.ts"],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));
  const compile = (): string =>
    execFileSync(join(top, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8", stdio: "pipe" });
  t.notThrows(compile);
  // It would be told of a name that is not there.
  writeFileSync(
    join(folder, "wrong.ts"),
    'import type * as api from "./api.js";\nexport type X = api.FileSystemImage["y"];\n',
  );
  t.throws(compile);
});

test("the table of media types is that of the code", (t) => {
  const rows = readFileSync(join(top, "docs/IMAPI.md"), "utf8").match(/^\| \d+ \| .*$/gm) ?? [];
  const known = { iso: "ISO 9660", rockridge: "Rock Ridge", joliet: "Joliet", udf: "UDF" } as const;
  const media: string[] = [];
  for (const row of rows) {
    const [, , names = "", fileSystems = "", udf = ""] = row.split("|").map((cell) => cell.trim());
    for (const name of codesIn(names)) {
      const defaults = mediaDefaults.get(name);
      media.push(name);
      t.is(defaults?.fileSystems.map((fileSystem) => known[fileSystem]).join(", "), fileSystems, name);
      t.is(defaults?.udfRevision ?? "", udf, name);
    }
  }
  t.deepEqual(media.sort(), [...mediaDefaults.keys()].sort());
});
