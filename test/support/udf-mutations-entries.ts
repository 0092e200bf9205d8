/** Faults of extents and of file entries. */
import { writeU16le, writeU32le } from "../../src/codec/integers.js";
import { extendedFileEntryHead, fileEntryHead } from "../../src/fs/udf/file-entry.js";
import { tagIdentifiers } from "../../src/fs/udf/tag.js";
import { blockBytes } from "../../src/units.js";
import type { Change, UdfEditor } from "./udf-editor.js";
import { entryField, headBytes, setExtents } from "./udf-editor.js";
import { chainBlock, set8, set16, set32 } from "./udf-images.js";
import type { UdfMutation } from "./udf-mutations.js";

/** Types of extents, as they stand in the upper bits of their lengths. */
const [allocated, hole, next] = [0x4000_0000, 0x8000_0000, 0xc000_0000];

/** The first block of a file's one extent. */
function contentsOf(editor: UdfEditor, name: string): number {
  const entry = editor.block(editor.entries(name)[0]!);
  const at = headBytes(entry) + entry[headBytes(entry) - 8]!;
  return entry[at + 4]! + entry[at + 5]! * 0x100;
}

/** Gives a file other extents, made of the first block of what it has. */
function changeExtents(
  name: string,
  make: (block: number, editor: UdfEditor) => readonly (readonly [number, number, number?])[],
): (editor: UdfEditor) => void {
  return (editor) => {
    const block = contentsOf(editor, name);
    editor.changeEntries(name, (entry) => setExtents(entry, make(block, editor)));
  };
}

/** Changes a field of a file's entry. */
function changeField(name: string, key: string, change: (at: number) => Change): (editor: UdfEditor) => void {
  return (editor) => editor.changeEntries(name, (entry) => change(entryField(entry, key))(entry));
}

/** Changes the ICB tag of a file. */
function changeIcbTag(name: string, change: Change): (editor: UdfEditor) => void {
  return (editor) => editor.changeEntries(name, (entry) => change(entry.subarray(16)));
}

/** Copies the fields of one kind of entry to where the other has them. */
function convert(entry: Uint8Array, isExtended: boolean): void {
  const [from, to] = isExtended ? [fileEntryHead, extendedFileEntryHead] : [extendedFileEntryHead, fileEntryHead];
  const before = entry.slice();
  entry.fill(0, 16);
  for (const { key, row } of from.fields) {
    const target = to.fields.find((field) => field.key === key);
    if (target === undefined || key === "_tag") continue;
    const first = row.firstBit / 8;
    entry.set(before.subarray(first, first + row.bits / 8), target.row.firstBit / 8);
  }
  writeU16le(isExtended ? tagIdentifiers.extendedFileEntry : tagIdentifiers.fileEntry, entry, 0);
  entry.set(before.subarray(from.size, before.length - Math.max(0, to.size - from.size)), to.size);
  if (!isExtended) return;
  const at = (key: string): number => entryField(entry, key);
  entry.copyWithin(at("objectSize"), at("informationLength"), at("informationLength") + 8);
  entry.copyWithin(at("creationTime"), at("modificationTime"), at("modificationTime") + 12);
}

const extents: readonly UdfMutation[] = [
  {
    rule: "UDF_EXTENT_LENGTH",
    image: "1.02",
    change: changeExtents("big.bin", (block) => [
      [2047, block],
      [7953, block + 1],
    ]),
  },
  {
    rule: "UDF_EXTENT_TYPE",
    image: "1.02",
    what: "behind the end",
    change: changeExtents("big.bin", (block) => [
      [10_000, block],
      [hole + blockBytes, 0],
    ]),
  },
  {
    rule: "UDF_EXTENT_TYPE",
    image: "1.02",
    what: "of an ICB",
    change: (editor) => editor.changeIdentifiers("hello.txt", set32(20, allocated + blockBytes)),
  },
  {
    rule: "UDF_EXTENT_PLACE",
    image: "1.02",
    change: changeExtents("big.bin", (block) => [
      [10_000, block],
      [0, 5],
    ]),
  },
  {
    rule: "UDF_EXTENT_PARTITION",
    image: "1.02",
    what: "behind its end",
    change: changeExtents("big.bin", (_block, { partition }) => [[10_000, partition.partitionLength - 2]]),
  },
  {
    rule: "UDF_EXTENT_PARTITION",
    image: "2.50",
    what: "that is not there",
    change: changeExtents("big.bin", (block) => [[10_000, block, 7]]),
  },
  {
    rule: "UDF_EXTENT_MEDIUM",
    image: "vat 2.01",
    change: (editor) => {
      editor.growPartition(1000);
      changeExtents("big.bin", () => [[10_000, 1200]])(editor);
    },
  },
  {
    rule: "UDF_EXTENT_METADATA",
    image: "2.50",
    // The last blocks of the metadata are free.
    change: changeExtents("big.bin", () => [[10_000, 90, 1]]),
  },
  {
    rule: "UDF_EXTENT_VIRTUAL",
    image: "vat 2.01",
    change: (editor) => {
      const block = contentsOf(editor, "real time");
      const first = editor.addTableEntries([block, block + 1]);
      editor.changeEntries("real time", (entry) => setExtents(entry, [[4096, first, 1]]));
    },
  },
  {
    rule: "UDF_EXTENT_FLAGS",
    image: "1.02",
    change: (editor) => editor.changeIdentifiers("hello.txt", set16(30, 2)),
  },
  {
    rule: "UDF_EXTENT_SHARED",
    image: "1.02",
    change: (editor) => {
      const block = contentsOf(editor, "a file with number 40.txt");
      changeExtents("a file with number 39.txt", () => [[39 * 97, block]])(editor);
    },
  },
  {
    rule: "UDF_EXTENT_OVERLAP",
    image: "1.02",
    change: changeExtents("big.bin", (block) => [[10_000, block + 1]]),
  },
  {
    rule: "UDF_AED",
    image: "descriptors apart",
    what: "of less than a block",
    change: (editor) => {
      const block = contentsOf(editor, "big.bin");
      editor.changeEntries("big.bin", (entry) => setExtents(entry, [[next + 1024, block]]));
    },
  },
  {
    rule: "UDF_AED",
    image: "descriptors apart",
    what: "that leads back",
    change: (editor) => {
      const block = contentsOf(editor, "big.bin");
      editor.changeBlock(chainBlock(editor), (data) => {
        writeU32le(16, data, 20);
        writeU32le(next + blockBytes, data, 32);
        writeU32le(block, data, 36);
      });
    },
  },
  {
    rule: "UDF_AED_PREVIOUS",
    image: "descriptors apart",
    change: (editor) => editor.changeBlock(chainBlock(editor), set32(16, 5)),
  },
];

const icbs: readonly UdfMutation[] = [
  {
    rule: "UDF_ENTRY_UNREADABLE",
    image: "1.02",
    change: (editor) => editor.changeEntries("hello.txt", set16(0, 263)),
  },
  {
    rule: "UDF_ENTRY_ICB",
    image: "1.02",
    change: (editor) => editor.changeIdentifiers("hello.txt", set32(20, 2 * blockBytes)),
  },
  {
    rule: "UDF_ENTRY_ICB",
    image: "1.02",
    what: "of a parent",
    change: (editor) =>
      editor.rewriteDirectory("sub", ([parent, ...others]) => {
        writeU32le(2 * blockBytes, parent!, 20);
        return [parent!, ...others];
      }),
  },
  {
    rule: "UDF_ENTRY_ICB",
    image: "1.02",
    what: "of a second name",
    change: (editor) => editor.changeIdentifiers("second name", set32(20, 2 * blockBytes)),
  },
  {
    rule: "UDF_ENTRY_KIND",
    image: "1.50",
    change: (editor) => editor.changeEntries("big.bin", (entry) => convert(entry, true)),
  },
  {
    rule: "UDF_ENTRY_OLD_KIND",
    image: "2.01",
    change: (editor) => editor.changeEntries("big.bin", (entry) => convert(entry, false)),
  },
  { rule: "UDF_ICB_STRATEGY", image: "1.02", what: "parameter", change: changeIcbTag("big.bin", set16(6, 1)) },
  { rule: "UDF_ICB_STRATEGY", image: "1.02", what: "entries", change: changeIcbTag("big.bin", set16(8, 2)) },
  { rule: "UDF_ICB_FILE_TYPE", image: "1.02", change: changeIcbTag("big.bin", set8(11, 13)) },
  { rule: "UDF_ICB_FILE_TYPE_ODD", image: "1.02", change: changeIcbTag("big.bin", set8(11, 0)) },
  { rule: "UDF_ICB_PARENT", image: "1.02", change: changeIcbTag("big.bin", set32(12, 5)) },
  { rule: "UDF_ICB_PARENT", image: "2.01", what: "outside", change: changeIcbTag("big.bin", set32(12, 5000)) },
  { rule: "UDF_ICB_PARENT_SET", image: "2.01", change: changeIcbTag("big.bin", set32(12, 5)) },
  { rule: "UDF_ICB_FORM", image: "1.02", change: changeIcbTag("empty", set16(18, 2)) },
  {
    rule: "UDF_ICB_FORM",
    image: "2.50",
    what: "short, in a metadata partition",
    change: changeIcbTag("empty", set16(18, 0)),
  },
  { rule: "UDF_ICB_FLAGS", image: "1.02", change: changeIcbTag("big.bin", set16(18, 8)) },
  { rule: "UDF_ICB_FLAGS_ADVICE", image: "1.02", change: changeIcbTag("big.bin", set16(18, 0x200)) },
  { rule: "UDF_ICB_STREAM", image: "2.01", change: changeIcbTag("big.bin", set16(18, 0x2000)) },
];

const entries: readonly UdfMutation[] = [
  {
    rule: "UDF_ENTRY_OWNER",
    image: "1.02",
    change: (editor) => {
      changeField("big.bin", "uid", (at) => set32(at, 1000))(editor);
      changeField("big.bin", "implementationIdentifier", (at) => set16(at + 24, 6))(editor);
    },
  },
  {
    rule: "UDF_ENTRY_PERMISSIONS",
    image: "1.02",
    change: changeField("big.bin", "permissions", (at) => set32(at, 0x8000)),
  },
  { rule: "UDF_ENTRY_LINKS", image: "1.02", change: changeField("big.bin", "fileLinkCount", (at) => set16(at, 7)) },
  { rule: "UDF_ENTRY_RECORD", image: "1.02", change: changeField("big.bin", "recordFormat", (at) => set8(at, 1)) },
  {
    rule: "UDF_ENTRY_LENGTH",
    image: "1.02",
    change: changeField("big.bin", "informationLength", (at) => set32(at, 9999)),
  },
  {
    rule: "UDF_ENTRY_BLOCKS",
    image: "1.02",
    change: changeField("big.bin", "logicalBlocksRecorded", (at) => set32(at, 6)),
  },
  {
    rule: "UDF_ENTRY_OBJECT_SIZE",
    image: "2.01",
    change: changeField("hello.txt", "objectSize", (at) => set32(at, 5)),
  },
  { rule: "UDF_ENTRY_CHECKPOINT", image: "1.02", change: changeField("big.bin", "checkpoint", (at) => set32(at, 0)) },
  {
    rule: "UDF_ENTRY_TIMES",
    image: "2.01",
    change: changeField("big.bin", "creationTime", (at) => set16(at + 2, 2022)),
  },
  {
    rule: "UDF_ENTRY_OVERFULL",
    image: "1.02",
    what: "of no whole length",
    change: changeField("big.bin", "lengthOfAllocationDescriptors", (at) => set32(at, 12)),
  },
  {
    rule: "UDF_ENTRY_OVERFULL",
    image: "1.02",
    what: "too long",
    change: (editor) => {
      for (const lba of editor.entries("big.bin")) editor.changeBlock(lba, set32(168, 2000));
    },
  },
  {
    rule: "UDF_UNIQUE_ID",
    image: "1.02",
    what: "of the root",
    change: (editor) => editor.changeEntry(editor.roots[0]!, set32(160, 5)),
  },
  {
    rule: "UDF_UNIQUE_ID",
    image: "1.02",
    what: "that is reserved",
    change: changeField("big.bin", "uniqueId", (at) => set32(at, 15)),
  },
  {
    rule: "UDF_UNIQUE_ID",
    image: "1.02",
    what: "above the next one",
    change: changeField("big.bin", "uniqueId", (at) => set32(at, 5000)),
  },
  {
    rule: "UDF_UNIQUE_ID_TWICE",
    image: "1.02",
    change: (editor) => {
      const entry = editor.block(editor.entries("hello.txt")[0]!);
      changeField("big.bin", "uniqueId", (at) => set8(at, entry[at]!))(editor);
    },
  },
  {
    rule: "UDF_UNIQUE_ID_NAME",
    image: "2.01",
    change: (editor) => editor.changeIdentifiers("hello.txt", set32(32, 17)),
  },
  {
    rule: "UDF_SYMLINK",
    image: "1.02",
    change: (editor) => editor.changeEntries("link", (entry) => set8(headBytes(entry), 9)(entry)),
  },
];

/** What breaks rules of extents and file entries. */
export const entryMutations: readonly UdfMutation[] = [...extents, ...icbs, ...entries];
