/** Faults of what leads to a UDF volume: recognition, anchors, sequences, and the fields that all descriptors have. */
import { writeU16le, writeU32le } from "../../src/codec/integers.js";
import { logicalVolumeDescriptor } from "../../src/fs/udf/logical-volume.js";
import { tagBytes, tagIdentifiers } from "../../src/fs/udf/tag.js";
import { volumeDescriptorBytes } from "../../src/fs/udf/volume.js";
import { blockBytes } from "../../src/units.js";
import type { UdfEditor } from "./udf-editor.js";
import { entryField, headBytes, sealChecksum } from "./udf-editor.js";
import { chainBlock, set8, set16, set32 } from "./udf-images.js";
import type { UdfMutation } from "./udf-mutations.js";

const {
  primaryVolumeDescriptor,
  partitionDescriptor,
  implementationUseVolumeDescriptor,
  unallocatedSpaceDescriptor,
  terminatingDescriptor,
  volumeDescriptorPointer,
} = tagIdentifiers;

/** Blocks of the recognition sequence of an image without ISO 9660. */
const [bea01, nsr0, tea01] = [16, 17, 18];

/** What UDF says of the text in a field: compression 8, and the length of it in the last byte. */
function text(value: string, bytes: number): Uint8Array {
  const field = new Uint8Array(bytes);
  field.set([8, ...Buffer.from(value, "latin1")]);
  field[bytes - 1] = value.length + 1;
  return field;
}

function setText(at: number, value: string, bytes: number): (data: Uint8Array) => void {
  return (data) => data.set(text(value, bytes), at);
}

/** Wipes the anchors in the last blocks. */
function wipeLastAnchors(editor: UdfEditor): void {
  for (const lba of editor.anchors()) if (lba !== 256) editor.block(lba).fill(0);
}

/** Replaces the descriptors of a kind by such as end a sequence. */
function endAt(editor: UdfEditor, tagIdentifier: number): void {
  const change = (data: Uint8Array): void => {
    data.fill(0, 16, blockBytes);
    writeU16le(terminatingDescriptor, data, 0);
  };
  editor.changeDescriptors(tagIdentifier, change, volumeDescriptorBytes - tagBytes);
}

/** Changes a byte that a tag's checksum covers, and that alone. */
function changeTags(editor: UdfEditor, name: string, change: (tag: Uint8Array) => void): void {
  for (const lba of editor.entries(name)) {
    change(editor.block(lba));
    sealChecksum(editor.bytes, lba * blockBytes);
  }
}

const session: readonly UdfMutation[] = [
  {
    rule: "UDF_UNREADABLE",
    image: "1.02",
    change: (editor) => void editor.unreadable.add(editor.entries("hello.txt")[0]!),
  },
  {
    rule: "UDF_VRS_MISSING",
    image: "1.02",
    change: (editor) => {
      for (const lba of [bea01, nsr0, tea01]) editor.block(lba).fill(0);
    },
  },
  { rule: "UDF_VRS_NSR", image: "1.02", change: (editor) => editor.block(nsr0).set([0x33], 5) },
  { rule: "UDF_VRS_ORDER", image: "1.02", change: (editor) => void editor.block(tea01).fill(0) },
  { rule: "UDF_VRS_FIELD", image: "1.02", change: (editor) => editor.block(bea01).set([2], 6) },
  { rule: "UDF_VRS_END", image: "2.01", change: (editor) => void editor.block(tea01 + 1).fill(0x20) },
  {
    rule: "UDF_SESSION_END",
    image: "vat 2.01",
    change: (editor) => {
      const bytes = new Uint8Array(editor.bytes.length + 20 * blockBytes);
      bytes.set(editor.bytes);
      editor.bytes = bytes;
    },
  },
  { rule: "UDF_ANCHOR_COUNT", image: "1.02", change: wipeLastAnchors },
  { rule: "UDF_ANCHOR_OPEN", image: "vat 2.01", change: wipeLastAnchors },
  { rule: "UDF_ANCHOR_FIRST", image: "1.02", change: (editor) => void editor.block(256).fill(0) },
  {
    rule: "UDF_ANCHOR_DIFFERS",
    image: "1.02",
    change: (editor) => editor.changeBlock(editor.blocks - 1, set32(16, 17 * blockBytes)),
  },
  {
    rule: "UDF_SEQUENCE_LENGTH",
    image: "1.02",
    change: (editor) => editor.changeAnchors(set32(16, 15 * blockBytes)),
  },
];

const tags: readonly UdfMutation[] = [
  {
    rule: "UDF_TAG_IDENTIFIER",
    image: "1.50",
    change: (editor) => editor.changeEntries("device", (entry) => set16(headBytes(entry), 261)(entry)),
  },
  {
    rule: "UDF_TAG_CHECKSUM",
    image: "1.02",
    change: (editor) => {
      for (const at of editor.identifiers("hello.txt")) editor.bytes[at + 4]! ^= 1;
    },
  },
  {
    rule: "UDF_TAG_VERSION",
    image: "1.02",
    change: (editor) => changeTags(editor, "hello.txt", set16(2, 3)),
  },
  {
    rule: "UDF_TAG_VERSION_OLD",
    image: "2.01",
    change: (editor) => editor.changeFileSet(set16(2, 2)),
  },
  {
    rule: "UDF_TAG_RESERVED",
    image: "1.02",
    change: (editor) => changeTags(editor, "hello.txt", set8(5, 1)),
  },
  {
    rule: "UDF_TAG_SERIAL",
    image: "1.02",
    change: (editor) => changeTags(editor, "hello.txt", set16(6, 77)),
  },
  {
    rule: "UDF_TAG_CRC",
    image: "1.02",
    change: (editor) => changeTags(editor, "hello.txt", set16(8, 0)),
  },
  {
    rule: "UDF_TAG_CRC_LENGTH",
    image: "1.02",
    change: (editor) => {
      for (const lba of editor.entries("hello.txt")) {
        const at = lba * blockBytes;
        editor.seal(at, editor.bytes[at + 10]! + 0x100 * editor.bytes[at + 11]! - 4);
      }
    },
  },
  {
    rule: "UDF_TAG_CRC_SHORT",
    image: "2.00",
    change: (editor) => {
      for (const at of editor.identifiers("hello.txt")) editor.seal(at, 20);
    },
  },
  {
    rule: "UDF_TAG_CRC_SHORT",
    image: "descriptors apart 2.01",
    what: "of an allocation extent",
    change: (editor) => editor.seal(chainBlock(editor) * blockBytes, 8),
  },
  {
    rule: "UDF_TAG_LOCATION",
    image: "1.02",
    change: (editor) => editor.changeIdentifiers("hello.txt", set32(12, 1234)),
  },
];

const fields: readonly UdfMutation[] = [
  {
    rule: "UDF_RESERVED",
    image: "1.02",
    what: "behind a descriptor",
    change: (editor) => {
      for (const lba of editor.entries("hello.txt")) editor.block(lba)[blockBytes - 1] = 1;
    },
  },
  {
    rule: "UDF_RESERVED",
    image: "1.02",
    what: "in what ends a sequence",
    change: (editor) => editor.changeDescriptors(terminatingDescriptor, set8(300, 1)),
  },
  { rule: "UDF_RESERVED", image: "1.02", what: "a field", change: (editor) => editor.changeFileSet(set8(500, 1)) },
  {
    rule: "UDF_CHARACTER_SET",
    image: "1.02",
    what: "its name",
    change: (editor) => editor.changeFileSet(set8(241, 0x6f)),
  },
  { rule: "UDF_CHARACTER_SET", image: "1.02", what: "a list", change: (editor) => editor.changeFileSet(set32(32, 3)) },
  {
    rule: "UDF_DSTRING",
    image: "1.02",
    what: "length",
    change: (editor) => editor.changeFileSet(set8(335, 40)),
  },
  { rule: "UDF_DSTRING", image: "1.02", what: "compression", change: (editor) => editor.changeFileSet(set8(304, 9)) },
  { rule: "UDF_DSTRING", image: "1.02", what: "padding", change: (editor) => editor.changeFileSet(set8(334, 9)) },
  {
    rule: "UDF_DSTRING",
    image: "1.02",
    what: "U+FEFF",
    change: (editor) =>
      editor.changeFileSet((data) => {
        data.fill(0, 304, 336);
        data.set([16, 0xfe, 0xff, 0, 0x41], 304);
        data[335] = 5;
      }),
  },
  {
    rule: "UDF_DSTRING_EMPTY",
    image: "1.02",
    change: (editor) => editor.changeFileSet((data) => void data.fill(0, 304, 336)),
  },
  {
    rule: "UDF_TIMESTAMP",
    image: "1.02",
    what: "type",
    change: (editor) =>
      editor.changeEntries("hello.txt", (entry) => set8(entryField(entry, "accessTime") + 1, 0x20)(entry)),
  },
  {
    rule: "UDF_TIMESTAMP",
    image: "1.02",
    what: "month",
    change: (editor) =>
      editor.changeEntries("hello.txt", (entry) => set8(entryField(entry, "accessTime") + 4, 13)(entry)),
  },
  {
    rule: "UDF_TIMESTAMP_MISSING",
    image: "1.02",
    change: (editor) =>
      editor.changeEntries("hello.txt", (entry) => {
        const at = entryField(entry, "accessTime");
        entry.fill(0, at, at + 12);
      }),
  },
  {
    rule: "UDF_TIMESTAMP_ZONE",
    image: "1.02",
    change: (editor) => editor.changeEntries("hello.txt", (entry) => set8(entryField(entry, "accessTime"), 7)(entry)),
  },
  {
    rule: "UDF_TIME_LATER",
    image: "1.02",
    change: (editor) =>
      editor.changeEntries("hello.txt", (entry) => set16(entryField(entry, "accessTime") + 2, 2500)(entry)),
  },
  { rule: "UDF_TIME_FUTURE", image: "1.02", change: (editor) => editor.changeIntegrity(set16(18, 2999)) },
  {
    rule: "UDF_IDENTIFIER_FLAGS",
    image: "1.02",
    change: (editor) => editor.changeDescriptors(partitionDescriptor, set8(24, 2)),
  },
  { rule: "UDF_IDENTIFIER", image: "1.02", change: (editor) => editor.changeFileSet(set8(418, 0x6f)) },
  {
    rule: "UDF_IDENTIFIER_DEVELOPER",
    image: "1.02",
    change: (editor) =>
      editor.changeEntries("hello.txt", (entry) => {
        const at = entryField(entry, "implementationIdentifier");
        entry.fill(0, at + 1, at + 24);
      }),
  },
  {
    rule: "UDF_IDENTIFIER_SUFFIX",
    image: "1.02",
    change: (editor) => editor.changeDescriptors(implementationUseVolumeDescriptor, set16(20 + 24, 0x0150)),
  },
];

const sequences: readonly UdfMutation[] = [
  {
    rule: "UDF_VDS_DESCRIPTOR",
    image: "1.02",
    change: (editor) => {
      for (const lba of editor.descriptors(terminatingDescriptor)) {
        editor.block(lba + 1).set(editor.block(lba));
        editor.changeBlock(lba + 1, set32(12, lba + 1));
        editor.changeBlock(lba, set16(0, 77));
      }
    },
  },
  {
    rule: "UDF_VDS_TERMINATOR",
    image: "1.02",
    change: (editor) => {
      for (const lba of editor.descriptors(terminatingDescriptor)) editor.block(lba).fill(0);
    },
  },
  {
    rule: "UDF_VDS_POINTER",
    image: "1.02",
    change: (editor) => {
      for (const lba of editor.descriptors(terminatingDescriptor)) {
        const first = editor.sequences.find((start) => lba >= start && lba < start + 16)!;
        editor.block(first + 12).set(editor.block(lba));
        editor.changeBlock(first + 12, set32(12, first + 12));
        editor.changeBlock(lba, (data) => {
          data.fill(0, 16);
          writeU16le(volumeDescriptorPointer, data, 0);
          writeU32le(99, data, 16);
          writeU32le(4 * blockBytes, data, 20);
          writeU32le(first + 12, data, 24);
        });
      }
    },
  },
  {
    rule: "UDF_VDS_MISSING",
    image: "1.02",
    // It is the last but the one that ends the sequence.
    change: (editor) => endAt(editor, unallocatedSpaceDescriptor),
  },
  {
    rule: "UDF_VDS_MULTIPLE",
    image: "1.02",
    change: (editor) => editor.insertCopy(primaryVolumeDescriptor, setText(24, "another volume", 32)),
  },
  {
    rule: "UDF_VDS_NUMBER",
    image: "1.02",
    change: (editor) => {
      const [lba] = editor.descriptors(partitionDescriptor);
      const number = editor.block(lba!)[16]!;
      editor.changeDescriptors(implementationUseVolumeDescriptor, set32(16, number));
    },
  },
  {
    rule: "UDF_VDS_DIFFERS",
    image: "1.02",
    change: (editor) => editor.changeBlock(editor.descriptors(primaryVolumeDescriptor)[1]!, set8(430, 1)),
  },
  {
    rule: "UDF_VDS_SAME_PACKET",
    image: "2.50",
    change: (editor) => {
      editor.moveSequence(0, 66);
      editor.moveSequence(1, 82);
    },
  },
  { rule: "UDF_VDS_NEAR", image: "2.50", change: (editor) => editor.moveSequence(1, 112) },
  {
    rule: "UDF_PVD_FIELD",
    image: "1.02",
    what: "interchange level",
    change: (editor) => editor.changeDescriptors(primaryVolumeDescriptor, set16(60, 1)),
  },
  {
    rule: "UDF_PVD_FIELD",
    image: "1.02",
    what: "flags",
    change: (editor) => editor.changeDescriptors(primaryVolumeDescriptor, set16(488, 2)),
  },
  {
    rule: "UDF_VOLUME_SET",
    image: "1.02",
    change: (editor) => editor.changeDescriptors(primaryVolumeDescriptor, setText(72, "no number at all", 128)),
  },
  {
    rule: "UDF_VOLUME_COUNT",
    image: "1.02",
    change: (editor) =>
      editor.changeDescriptors(primaryVolumeDescriptor, (data) => {
        writeU16le(2, data, 58);
        writeU16le(3, data, 60);
        writeU16le(3, data, 62);
        writeU16le(1, data, 488);
      }),
  },
  {
    rule: "UDF_LVD_BLOCK_SIZE",
    image: "bridge",
    change: (editor) =>
      editor.rewrite(logicalVolumeDescriptor, (value) => ({ ...value, logicalBlockSize: 2 * blockBytes })),
  },
  { rule: "UDF_LVD_NAME", image: "1.02", change: (editor) => editor.changeFileSet(setText(112, "another", 128)) },
  {
    rule: "UDF_USD_EXTENT",
    image: "1.02",
    change: (editor) => {
      for (const lba of editor.descriptors(unallocatedSpaceDescriptor)) {
        editor.changeBlock(lba, unallocated([[64, 1]]), 24 + 8 - 16);
      }
    },
  },
  {
    rule: "UDF_USD_OVERLAP",
    image: "1.02",
    change: (editor) => {
      const change = unallocated([
        [70, 2],
        [71, 2],
      ]);
      for (const lba of editor.descriptors(unallocatedSpaceDescriptor)) editor.changeBlock(lba, change, 24 + 16 - 16);
    },
  },
];

function unallocated(extents: readonly (readonly [number, number])[]): (data: Uint8Array) => void {
  return (data) => {
    writeU32le(extents.length, data, 20);
    for (const [index, [first, blocks]] of extents.entries()) {
      writeU32le(blocks * blockBytes, data, 24 + 8 * index);
      writeU32le(first, data, 28 + 8 * index);
    }
  };
}

/** What breaks rules of sessions, fields and sequences. */
export const volumeMutations: readonly UdfMutation[] = [...session, ...tags, ...fields, ...sequences];
