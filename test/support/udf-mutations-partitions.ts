/** Faults of partitions, of how they are mapped, and of what a logical volume says of its contents. */
import { writeU16le, writeU32le } from "../../src/codec/integers.js";
import { udfEntity } from "../../src/fs/udf/entity-identifier.js";
import { logicalVolumeDescriptor } from "../../src/fs/udf/logical-volume.js";
import type { MetadataPartitionMap, PartitionMap, SparablePartitionMap } from "../../src/fs/udf/partition.js";
import { tagIdentifiers } from "../../src/fs/udf/tag.js";
import {
  noVirtualBlock,
  virtualAllocationTableHeader,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "../../src/fs/udf/virtual-allocation-table.js";
import { blockBytes } from "../../src/units.js";
import type { UdfEditor } from "./udf-editor.js";
import { entryField, headBytes } from "./udf-editor.js";
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

/** Changes the maps of the logical volume. */
function changeMaps(editor: UdfEditor, change: (maps: readonly PartitionMap[]) => readonly PartitionMap[]): void {
  editor.rewrite(logicalVolumeDescriptor, (value) => ({ ...value, partitionMaps: change(value.partitionMaps) }));
}

function changeMetadataMap(editor: UdfEditor, change: Partial<MetadataPartitionMap>): void {
  changeMaps(editor, (maps) => maps.map((map) => (map.kind === "metadata" ? { ...map, ...change } : map)));
}

function changeSparableMap(editor: UdfEditor, change: Partial<SparablePartitionMap>): void {
  changeMaps(editor, (maps) => maps.map((map) => (map.kind === "sparable" ? { ...map, ...change } : map)));
}

/** Adds a map of another partition, of which the integrity descriptor counts the blocks. */
function addMap(editor: UdfEditor, partitionNumber: number, blocks: number): void {
  changeMaps(editor, (maps) => [...maps, { kind: "plain", volumeSequenceNumber: 1, partitionNumber }]);
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
  changeMaps(editor, (maps) =>
    maps.map((map) => {
      if (!("partitionTypeIdentifier" in map)) return map;
      return { ...map, partitionTypeIdentifier: { ...map.partitionTypeIdentifier, udfRevision: revision } };
    }),
  );
  editor.changeDescriptors(tagIdentifiers.implementationUseVolumeDescriptor, set16(44, revision));
  editor.changeFileSet(set16(440, revision));
}

/** Writes another table; the two layouts are told apart by the file type. */
function writeTables(editor: UdfEditor, fileType: number, make: (table: Uint8Array) => Uint8Array): void {
  editor.changeTables((entry) => {
    const at = headBytes(entry);
    const bytes = make(entry.slice(at, at + entry[at - 4]! + 0x100 * entry[at - 3]!));
    entry.fill(0, at);
    entry.set(bytes, at);
    entry[27] = fileType;
    writeU32le(bytes.length, entry, at - 4);
    writeU32le(bytes.length, entry, entryField(entry, "informationLength"));
  });
}

const { size: headerBytes } = virtualAllocationTableHeader;

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
      changeMaps(editor, () => [{ kind: "plain", volumeSequenceNumber: 1, partitionNumber: 3 }]);
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
    change: (editor) => changeMaps(editor, () => [{ kind: "plain", volumeSequenceNumber: 2, partitionNumber: 0 }]),
  },
  {
    rule: "UDF_MAP",
    image: "bridge",
    what: "unknown kind",
    change: (editor) => changeMaps(editor, () => [{ kind: "unknown", bytes: Uint8Array.of(9, 6, 0, 0, 0, 0) }]),
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
      writeTables(editor, 0, (table) => {
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
    what: "within a packet",
    change: (editor) => {
      for (const lba of sparingTables(editor)) writeSparingTable(editor, lba, [[0xffff_ffff, 129]]);
    },
  },
];

const metadata: readonly UdfMutation[] = [
  { rule: "UDF_METADATA_MAP", image: "2.50", change: (editor) => changeMetadataMap(editor, { flags: 3 }) },
  {
    rule: "UDF_METADATA_FILE",
    image: "2.50",
    change: (editor) => editor.changeEntry(editor.metadataFiles[1]!, set8(27, 250)),
  },
  {
    rule: "UDF_METADATA_EXTENT",
    image: "2.50",
    change: (editor) => changeMetadataMap(editor, { alignmentUnitSize: 4096 }),
  },
  {
    rule: "UDF_METADATA_EXTENTS",
    image: "2.50",
    change: (editor) => {
      editor.insertBeforeTail(600);
      editor.growPartition(600);
      const { partitionStartingLocation: start } = editor.partition;
      const [first] = editor.metadataStarts;
      const [at, moved] = [first! + 32, start + 640];
      for (let index = 0; index < 64; index++) {
        editor.block(moved + index).set(editor.block(at + index));
        editor.block(at + index).fill(0);
      }
      editor.changeEntry(editor.metadataFiles[0]!, (entry) => {
        const descriptors = headBytes(entry);
        writeU32le(16, entry, descriptors - 4);
        writeU32le(32 * blockBytes, entry, descriptors);
        writeU32le(64 * blockBytes, entry, descriptors + 8);
        writeU32le(moved - start, entry, descriptors + 12);
      });
    },
  },
  {
    rule: "UDF_METADATA_MIRROR",
    image: "2.50",
    change: (editor) => void editor.block(editor.metadataStarts[1]! + 95).fill(1),
  },
  {
    rule: "UDF_METADATA_BITMAP",
    image: "2.50",
    change: (editor) => changeMetadataMap(editor, { metadataBitmapFileLocation: 5 }),
  },
  {
    rule: "UDF_METADATA_NEAR",
    image: "2.50",
    change: (editor) => {
      editor.insertBeforeTail(3000);
      editor.growPartition(3000);
    },
  },
];

const tables: readonly UdfMutation[] = [
  {
    rule: "UDF_VAT_MISSING",
    image: "vat bridge",
    change: (editor) => {
      for (const lba of editor.tables) editor.block(lba).fill(0);
    },
  },
  {
    rule: "UDF_VAT_PLACE",
    image: "vat 2.01",
    change: (editor) => void editor.block(editor.blocks - 1).fill(0),
  },
  {
    rule: "UDF_VAT_TYPE",
    image: "vat 2.01",
    change: (editor) =>
      writeTables(editor, 0, (table) => {
        const bytes = new Uint8Array(table.length - headerBytes + virtualAllocationTableTail.size);
        bytes.set(table.subarray(headerBytes));
        const tail = {
          entityIdentifier: udfEntity(virtualAllocationTableIdentifier, 0x0201),
          previousVatIcbLocation: noVirtualBlock,
        };
        virtualAllocationTableTail.write(tail, bytes, bytes.length - virtualAllocationTableTail.size);
        return bytes;
      }),
  },
  {
    rule: "UDF_VAT_LAYOUT",
    image: "vat 2.01",
    change: (editor) => editor.changeTables((entry) => writeU16le(4, entry, headBytes(entry) + 2)),
  },
  {
    rule: "UDF_VAT_ENTRY",
    image: "vat 2.01",
    change: (editor) => writeTables(editor, 248, (table) => Uint8Array.of(...table, 255, 255, 255, 0)),
  },
  { rule: "UDF_VAT_ICB", image: "vat 2.01", change: (editor) => editor.changeTables(set16(48, 1)) },
  {
    rule: "UDF_VAT_PREVIOUS",
    image: "vat 2.01",
    change: (editor) => editor.changeTables((entry) => writeU32le(3, entry, headBytes(entry) + 132)),
  },
];

const integrity: readonly UdfMutation[] = [
  { rule: "UDF_LVID_MISSING", image: "1.02", change: (editor) => void editor.block(editor.integrity).fill(0) },
  {
    rule: "UDF_LVID_SEQUENCE",
    image: "1.02",
    change: (editor) => editor.changeBlock(editor.integrity + 1, set16(0, 77)),
  },
  {
    rule: "UDF_LVID_EXTENT",
    image: "overwritable",
    change: (editor) =>
      editor.rewrite(logicalVolumeDescriptor, (value) => ({
        ...value,
        integritySequenceExtent: { ...value.integritySequenceExtent, extentLength: 2 * blockBytes },
      })),
  },
  { rule: "UDF_LVID_STATE", image: "1.02", change: (editor) => editor.changeIntegrity(set32(28, 0)) },
  {
    rule: "UDF_LVID_LENGTH",
    image: "1.02",
    change: (editor) =>
      editor.changeIntegrity((data) => {
        writeU32le(40, data, 76);
        data.fill(0, 128, blockBytes);
      }, 128 - 16),
  },
  { rule: "UDF_LVID_FREE", image: "1.02", change: (editor) => editor.changeIntegrity(set32(80, 5)) },
  { rule: "UDF_LVID_SIZE", image: "1.02", change: (editor) => editor.changeIntegrity(set32(84, 5)) },
  { rule: "UDF_LVID_FILES", image: "1.02", change: (editor) => editor.changeIntegrity(set32(120, 5)) },
  {
    rule: "UDF_LVID_FILES",
    image: "vat 2.01",
    what: "in a table",
    change: (editor) => editor.changeTables((entry) => writeU32le(5, entry, headBytes(entry) + 136)),
  },
  { rule: "UDF_LVID_DIRECTORIES", image: "1.02", change: (editor) => editor.changeIntegrity(set32(124, 5)) },
  { rule: "UDF_LVID_REVISIONS", image: "1.02", change: (editor) => editor.changeIntegrity(set16(128, 0x0260)) },
  {
    rule: "UDF_NEXT_ID",
    image: "2.01",
    what: "above 32 bits",
    change: (editor) => editor.changeIntegrity(set32(44, 1)),
  },
  { rule: "UDF_NEXT_ID_LARGE", image: "1.02", change: (editor) => editor.changeIntegrity(set32(40, 0x8000_0000)) },
  { rule: "UDF_FSD_MISSING", image: "bridge", change: (editor) => void editor.block(editor.fileSets[0]!).fill(0) },
  { rule: "UDF_FSD_FIELD", image: "1.02", change: (editor) => editor.changeFileSet(set16(28, 2)) },
  {
    rule: "UDF_FSD_SEQUENCE",
    image: "1.02",
    change: (editor) => editor.changeBlock(editor.fileSets[0]! + 1, set16(0, 77)),
  },
  {
    rule: "UDF_FSD_STREAMS",
    image: "1.02",
    change: (editor) =>
      editor.changeFileSet((data) => {
        writeU32le(blockBytes, data, 464);
        writeU32le(2, data, 468);
      }),
  },
];

/** What breaks rules of partitions, maps, tables, and of the logical volume. */
export const partitionMutations: readonly UdfMutation[] = [
  ...placed,
  ...space,
  ...maps,
  ...metadata,
  ...tables,
  ...integrity,
];
