/** Faults of metadata files, tables, integrity and file sets. */
import { writeU16le, writeU32le } from "../../src/codec/integers.js";
import { udfEntity } from "../../src/fs/udf/entity-identifier.js";
import { logicalVolumeDescriptor } from "../../src/fs/udf/logical-volume.js";
import type { MetadataPartitionMap } from "../../src/fs/udf/partition.js";
import {
  noVirtualBlock,
  virtualAllocationTableHeader,
  virtualAllocationTableIdentifier,
  virtualAllocationTableTail,
} from "../../src/fs/udf/virtual-allocation-table.js";
import { blockBytes } from "../../src/units.js";
import type { UdfEditor } from "./udf-editor.js";
import { headBytes } from "./udf-editor.js";
import { set8, set16, set32 } from "./udf-images.js";
import type { UdfMutation } from "./udf-mutations.js";

const { size: headerBytes } = virtualAllocationTableHeader;

function changeMetadataMap(editor: UdfEditor, change: Partial<MetadataPartitionMap>): void {
  editor.changeMaps((maps) => maps.map((map) => (map.kind === "metadata" ? { ...map, ...change } : map)));
}

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
    change: (editor) => editor.changeEntry(editor.entries("hello.txt")[1]!, set8(36, 7)),
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
      editor.writeTables(0, (table) => {
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
    change: (editor) => editor.writeTables(248, (table) => Uint8Array.of(...table, 255, 255, 255, 0)),
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
    rule: "UDF_LVID_REVISIONS",
    image: "vat 2.01",
    what: "beside a table",
    change: (editor) => editor.changeIntegrity(set16(editor.integrityTables.use + 44, 0x0203)),
  },
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
    what: "reserved bytes",
    change: (editor) => editor.changeFileSet(set8(479, 1)),
  },
  {
    rule: "UDF_FSD_STREAMS",
    image: "1.02",
    what: "an ICB",
    change: (editor) =>
      editor.changeFileSet((data) => {
        writeU32le(blockBytes, data, 464);
        writeU32le(2, data, 468);
      }),
  },
];

/** What breaks rules of what a logical volume has. */
export const logicalMutations: readonly UdfMutation[] = [...metadata, ...tables, ...integrity];
