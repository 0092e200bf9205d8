/** Faults of partitions, and of how they are mapped. */
import { writeU16le, writeU32le } from "../../src/codec/integers.js";
import type { SparablePartitionMap } from "../../src/fs/udf/partition.js";
import { tagIdentifiers } from "../../src/fs/udf/tag.js";
import { virtualAllocationTableTail } from "../../src/fs/udf/virtual-allocation-table.js";
import { blockBytes } from "../../src/units.js";
import type { UdfEditor } from "./udf-editor.js";
import {
  bitmapBlock,
  freeBlocks,
  set8,
  set16,
  set32,
  sparingTables,
  writeBitmap,
  writeSparingTable,
} from "./udf-images.js";
import type { UdfMutation } from "./udf-mutations.js";

const partition = tagIdentifiers.partitionDescriptor;

function changeSparableMap(editor: UdfEditor, change: Partial<SparablePartitionMap>): void {
  editor.changeMaps((maps) => maps.map((map) => (map.kind === "sparable" ? { ...map, ...change } : map)));
}

/** Adds a map of another partition, of which the integrity descriptor counts the blocks. */
function addMap(editor: UdfEditor, partitionNumber: number, blocks: number): void {
  editor.changeMaps((maps) => [...maps, { kind: "plain", volumeSequenceNumber: 1, partitionNumber }]);
  const bytes = editor.block(editor.integrity);
  const crcLength = bytes[10]! + bytes[11]! * 0x100;
  editor.changeIntegrity((data) => {
    const [size, rest] = [data.slice(84, 88), data.slice(88, 600)];
    writeU32le(2, data, 72);
    writeU32le(0, data, 84);
    data.set(size, 88);
    writeU32le(blocks, data, 92);
    data.set(rest, 96);
  }, crcLength + 8);
}

/** A partition in blocks that nothing else is in. */
const elsewhere =
  (number: number, start: number, blocks: number) =>
  (data: Uint8Array): void => {
    writeU16le(number, data, 22);
    writeU32le(start, data, 188);
    writeU32le(blocks, data, 192);
  };

/** States another revision in all that says which one a volume is of. */
function changeRevision(editor: UdfEditor, revision: number): void {
  editor.changeDescriptors(tagIdentifiers.logicalVolumeDescriptor, set16(240, revision));
  editor.changeMaps((maps) =>
    maps.map((map) => {
      if (!("partitionTypeIdentifier" in map)) return map;
      return { ...map, partitionTypeIdentifier: { ...map.partitionTypeIdentifier, udfRevision: revision } };
    }),
  );
  editor.changeDescriptors(tagIdentifiers.implementationUseVolumeDescriptor, set16(44, revision));
  editor.changeFileSet(set16(440, revision));
}

const placed: readonly UdfMutation[] = [
  { rule: "UDF_PARTITION_FLAGS", image: "1.02", change: (editor) => editor.changeDescriptors(partition, set16(20, 2)) },
  {
    rule: "UDF_PARTITION_ACCESS",
    image: "1.02",
    change: (editor) => editor.changeDescriptors(partition, set32(184, 9)),
  },
  {
    rule: "UDF_PARTITION_START",
    image: "1.02",
    also: ["UDF_PARTITION_UNUSED"],
    change: (editor) => editor.insertCopy(partition, elsewhere(1, 8, 4)),
  },
  {
    rule: "UDF_PARTITION_LOW",
    image: "1.02",
    also: ["UDF_PARTITION_UNUSED"],
    change: (editor) => editor.insertCopy(partition, elsewhere(1, 100, 4)),
  },
  { rule: "UDF_PARTITION_ALIGNMENT", image: "2.50", what: "to ECC", change: (editor) => editor.shiftPartition(1) },
  {
    rule: "UDF_PARTITION_ALIGNMENT",
    image: "sparable",
    what: "to packets",
    change: (editor) => editor.growPartition(1),
  },
  {
    rule: "UDF_PARTITION_END",
    image: "1.02",
    change: (editor) =>
      editor.growPartition(
        editor.blocks - editor.partition.partitionStartingLocation - editor.partition.partitionLength + 1,
      ),
  },
  {
    rule: "UDF_PARTITION_COUNT",
    image: "1.02",
    change: (editor) => {
      editor.insertCopy(partition, elsewhere(1, 540, 10));
      addMap(editor, 1, 10);
    },
  },
  {
    rule: "UDF_PARTITION_UNUSED",
    image: "1.02",
    change: (editor) => editor.insertCopy(partition, elsewhere(1, 600, 4)),
  },
  { rule: "UDF_PARTITION_MISSING", image: "bridge", change: (editor) => addMap(editor, 5, 10) },
  {
    rule: "UDF_PARTITION_NUMBER",
    image: "1.02",
    change: (editor) => {
      editor.changeDescriptors(partition, set16(22, 3));
      editor.changeMaps(() => [{ kind: "plain", volumeSequenceNumber: 1, partitionNumber: 3 }]);
    },
  },
  {
    rule: "UDF_PARTITION_OVERLAP",
    image: "overwritable",
    change: (editor) => {
      const bitmap = editor.partition.partitionStartingLocation + bitmapBlock(editor);
      editor.growPartition(1);
      editor.changeBlock(bitmap, set32(16, editor.partition.partitionLength));
    },
  },
  {
    rule: "UDF_PARTITION_OVERLAP",
    image: "1.02",
    what: "of two",
    change: (editor) => {
      editor.insertCopy(partition, (data) => {
        elsewhere(1, 500, 10)(data);
        writeU32le(2, data, 184);
      });
      addMap(editor, 1, 10);
    },
    also: ["UDF_SPACE_SET"],
  },
];

const space: readonly UdfMutation[] = [
  {
    rule: "UDF_SPACE_SET",
    image: "overwritable",
    what: "missing",
    change: (editor) => editor.changeDescriptors(partition, (data) => void data.fill(0, 56, 184)),
  },
  {
    rule: "UDF_SPACE_SET",
    image: "2.50",
    what: "where nothing can be written",
    also: ["UDF_SPACE_LOST"],
    change: (editor) => {
      const { partitionStartingLocation: start } = editor.partition;
      const free = editor.metadataStarts[1]! + 96 - start;
      editor.changeDescriptors(partition, (data) => {
        writeU32le(blockBytes, data, 88);
        writeU32le(free, data, 92);
      });
      writeBitmap(editor, [], free);
    },
  },
  {
    rule: "UDF_SPACE_SET_NEEDLESS",
    image: "overwritable",
    change: (editor) => {
      editor.changeDescriptors(partition, set32(184, 1));
      editor.changeIntegrity(set32(80, 0));
    },
  },
  {
    rule: "UDF_SPACE_BITMAP",
    image: "overwritable",
    change: (editor) => {
      const { partitionStartingLocation: start, partitionLength } = editor.partition;
      editor.changeBlock(start + bitmapBlock(editor), set32(16, partitionLength + 1));
    },
  },
  {
    rule: "UDF_SPACE_IN_USE",
    image: "overwritable",
    change: (editor) => {
      const free = [...freeBlocks(editor), 0];
      writeBitmap(editor, free);
      editor.changeIntegrity(set32(80, free.length));
    },
  },
  {
    rule: "UDF_SPACE_LOST",
    image: "overwritable",
    change: (editor) => {
      const free = freeBlocks(editor).slice(1);
      writeBitmap(editor, free);
      editor.changeIntegrity(set32(80, free.length));
    },
  },
];

const maps: readonly UdfMutation[] = [
  {
    rule: "UDF_MAP",
    image: "1.02",
    what: "volume",
    change: (editor) => editor.changeMaps(() => [{ kind: "plain", volumeSequenceNumber: 2, partitionNumber: 0 }]),
  },
  {
    rule: "UDF_MAP",
    image: "bridge",
    what: "unknown kind",
    change: (editor) => editor.changeMaps(() => [{ kind: "unknown", bytes: Uint8Array.of(9, 6, 0, 0, 0, 0) }]),
    also: ["UDF_PARTITION_UNUSED", "UDF_FSD_SEQUENCE", "UDF_FSD_MISSING"],
  },
  {
    rule: "UDF_MAP",
    image: "2.50",
    what: "reserved bytes",
    change: (editor) => editor.changeDescriptors(tagIdentifiers.logicalVolumeDescriptor, set8(440 + 6 + 2, 1)),
  },
  {
    rule: "UDF_MAP_REVISION",
    image: "vat 1.50",
    also: ["UDF_LVID_REVISIONS"],
    change: (editor) => {
      changeRevision(editor, 0x0102);
      editor.writeTables(0, (table) => {
        writeU16le(0x0102, table, table.length - virtualAllocationTableTail.size + 24);
        return table;
      });
    },
  },
  {
    rule: "UDF_MAP_COMBINATION",
    image: "2.01",
    also: ["UDF_VDS_NEAR"],
    change: (editor) => {
      changeRevision(editor, 0x0250);
      editor.changeIntegrity(set16(editor.integrityTables.use + 44, 0x0250));
    },
  },
  {
    rule: "UDF_VIRTUAL_ACCESS",
    image: "vat 2.01",
    change: (editor) => {
      editor.changeDescriptors(partition, set32(184, 1));
      editor.changeIntegrity(set32(80, 0));
    },
  },
  {
    rule: "UDF_SPARING_MAP",
    image: "sparable",
    change: (editor) => changeSparableMap(editor, { sizeOfEachSparingTable: blockBytes - 4 }),
  },
  {
    rule: "UDF_SPARING_ADVICE",
    image: "sparable",
    what: "one table",
    change: (editor) => {
      const [first] = sparingTables(editor);
      changeSparableMap(editor, { numberOfSparingTables: 1, locationsOfSparingTables: [first] });
    },
  },
  {
    rule: "UDF_SPARING_TABLE",
    image: "sparable",
    what: "order",
    change: (editor) => {
      const [bad, free] = [0xffff_fff0, 0xffff_ffff];
      for (const lba of sparingTables(editor))
        writeSparingTable(editor, lba, [
          [free, 128],
          [bad, 160],
        ]);
    },
  },
  {
    rule: "UDF_SPARING_TABLE",
    image: "sparable",
    what: "differs",
    change: (editor) => {
      const [, second] = sparingTables(editor);
      editor.changeBlock(second, set32(52, 7));
    },
  },
  {
    rule: "UDF_SPARING_TABLE",
    image: "sparable",
    what: "behind the end",
    change: (editor) => {
      for (const lba of sparingTables(editor)) writeSparingTable(editor, lba, [[0xffff_ffff, 32 * 1024]]);
    },
  },
  {
    rule: "UDF_SPARING_TABLE",
    image: "sparable",
    what: "within a packet",
    change: (editor) => {
      for (const lba of sparingTables(editor)) writeSparingTable(editor, lba, [[0xffff_ffff, 129]]);
    },
  },
];

/** What breaks rules of partitions and of their maps. */
export const partitionMutations: readonly UdfMutation[] = [...placed, ...space, ...maps];
