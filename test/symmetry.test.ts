import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";

/** Codecs that one side alone uses, with the reason. */
const oneSided: Readonly<Record<string, string>> = {
  posixAttributesRows: "the rows that the straight-line PX is held equal to, by a property test",
  directoryRecordHead:
    "rows for reading what the straight-line head refuses; the writer is held equal to them by a test",
  directoryRecord: "written straight line by the renderer, and held equal by a test",
  pathTableRecordM: "read by verification alone: nobody walks a tree by path tables",
  pathTableRecordL: "read by verification alone: nobody walks a tree by path tables",
  parentLink: "a reader comes from the parent, and needs no way back",
  sparingTableHead: "media with packets that go bad are read, and not written",
  sparingMapEntry: "media with packets that go bad are read, and not written",
  extendedAttributeHeader: "a reader walks the attributes, and needs not be told where each kind begins",
  volumeStructureDescriptor: "a reader looks at the identifier alone",
  relocated: "its presence alone says all; it has no members",
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function filesBelow(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return path.endsWith(".ts") ? [{ path, text: readFileSync(path, "utf8") }] : [];
  });
}

const files = filesBelow("src/fs");
const codecs = files.flatMap(({ path, text }) =>
  [...text.matchAll(/^export const (\w+): (?:Struct)?Codec</gm)].map((match) => ({ name: match[1]!, path })),
);

function isUsed(name: string, declaredIn: string, use: (text: string) => boolean): boolean {
  return files.some(({ path, text }) => path !== declaredIn && new RegExp(`\\b${name}\\b`).test(text) && use(text));
}

test("there are codecs to look at", (t) => {
  t.true(codecs.length > 15);
});

for (const { name, path } of codecs) {
  test(`${name} is written and read, or its reason is given`, (t) => {
    const isWritten = isUsed(name, path, (text) =>
      new RegExp(`\\b${name}\\.write\\(|pending\\("\\w+", ${name}\\b|: ${name};|\\? ${name} `).test(text),
    );
    const isRead = isUsed(name, path, (text) =>
      new RegExp(`\\b${name}(\\.read\\(|\\b[^;]*\\.read\\()`, "s").test(text),
    );
    const hasReason = name in oneSided;
    t.true((isWritten && isRead) || hasReason, `${name}: written ${isWritten}, read ${isRead}`);
  });
}
