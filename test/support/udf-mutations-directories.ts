/** Faults of directories, extended attributes and streams. */
import { readU32le, writeU16le, writeU32le } from "../../src/codec/integers.js";
import { udfEntity, udfIdentifier } from "../../src/fs/udf/entity-identifier.js";
import { attributeTypes, listIdentifier } from "../../src/fs/udf/extended-attributes.js";
import { blockBytes } from "../../src/units.js";
import { makeImage } from "./made-image.js";
import type { UdfEditor } from "./udf-editor.js";
import { headBytes, sealTag, setExtents } from "./udf-editor.js";
import { set8, set16, set32, udfOptions } from "./udf-images.js";
import type { UdfMutation } from "./udf-mutations.js";

/** Bytes of a header of attributes, and of a device specification. */
const [headerBytes, deviceBytes] = [24, 56];

/** Where the name of a file identifier begins that has no implementation use. */
const nameAt = 38;

function addToCount(editor: UdfEditor, count: number): void {
  const files = editor.integrityTables.use + 32;
  editor.changeIntegrity((data) => writeU32le(readU32le(data, files) + count, data, files));
}

/** The block of the partition that a name leads to. */
function blockOf(editor: UdfEditor, name: string): number {
  return readU32le(editor.bytes, editor.identifiers(name)[0]! + 24);
}

/** Changes the attributes of the device: what they are, and what their header says. */
function changeAttributes(make: (device: Uint8Array) => readonly Uint8Array[], header: (area: Uint8Array) => void) {
  return (editor: UdfEditor): void =>
    editor.changeEntries("device", (entry) => {
      const at = headBytes(entry);
      const device = entry.slice(at + headerBytes, at + headerBytes + deviceBytes);
      const attributes = Buffer.concat(make(device));
      entry.set(attributes, at + headerBytes);
      const area = entry.subarray(at, at + headerBytes + attributes.length);
      for (const location of [16, 20]) writeU32le(area.length, area, location);
      header(area);
      sealTag(area, 0, 8);
      writeU32le(area.length, entry, at - 8);
    });
}

/** An attribute of an implementation or application, with room for a checksum. */
function namedAttribute(attributeType: number, identifier: string, udfRevision: number): Uint8Array {
  const bytes = new Uint8Array(52);
  writeU32le(attributeType, bytes, 0);
  bytes[4] = 1;
  writeU32le(bytes.length, bytes, 8);
  writeU32le(4, bytes, 12);
  udfIdentifier.write(udfEntity(identifier, udfRevision), bytes, 16);
  return bytes;
}

/** The attribute with its checksum. */
function summed(attribute: Uint8Array): Uint8Array {
  writeU16le(
    attribute.subarray(0, 48).reduce((sum, octet) => sum + octet, 0),
    attribute,
    48,
  );
  return attribute;
}

const directories: readonly UdfMutation[] = [
  {
    rule: "UDF_DIRECTORY_EXTENTS",
    image: "1.02",
    change: (editor) =>
      editor.changeEntries("dir", (entry) => {
        const at = headBytes(entry);
        const [length, block] = [readU32le(entry, at), readU32le(entry, at + 4)];
        setExtents(entry, [
          [blockBytes, block],
          [length - blockBytes, block + 1],
        ]);
      }),
  },
  {
    rule: "UDF_DIRECTORY_LENGTH",
    image: "1.02",
    change: (editor) => editor.rewriteDirectory("dir", (identifiers) => identifiers, 4),
  },
  {
    rule: "UDF_DIRECTORY_LOOP",
    image: "1.02",
    change: (editor) => {
      const block = blockOf(editor, "dir");
      editor.changeIdentifiers("hello.txt", (data) => {
        writeU32le(block, data, 24);
        data[18] = 2;
      });
      addToCount(editor, -1);
    },
  },
  {
    rule: "UDF_FID_DAMAGED",
    image: "1.02",
    change: (editor) => {
      for (const at of editor.identifiers("hello.txt")) editor.bytes.fill(0xaa, at, at + 16);
      addToCount(editor, -1);
    },
  },
  {
    rule: "UDF_FID_PARENT",
    image: "1.02",
    what: "another directory",
    also: ["UDF_ENTRY_LINKS"],
    change: (editor) =>
      editor.rewriteDirectory("sub", ([parent, ...others]) => {
        writeU32le(2, parent!, 24);
        return [parent!, ...others];
      }),
  },
  {
    rule: "UDF_FID_PARENT",
    image: "1.02",
    what: "not the first",
    change: (editor) => editor.rewriteDirectory("sub", (identifiers) => identifiers.reverse()),
  },
  {
    rule: "UDF_FID_VERSION",
    image: "1.02",
    change: (editor) => editor.changeIdentifiers("hello.txt", set16(16, 2)),
  },
  {
    rule: "UDF_FID_BITS",
    image: "1.02",
    what: "reserved",
    change: (editor) => editor.changeIdentifiers("hello.txt", set8(18, 0x20)),
  },
  {
    rule: "UDF_FID_BITS",
    image: "1.02",
    what: "no directory",
    change: (editor) => {
      editor.changeIdentifiers("hello.txt", set8(18, 2));
      addToCount(editor, -1);
    },
  },
  {
    rule: "UDF_FID_DELETED",
    image: "1.02",
    what: "no ICB",
    change: (editor) => editor.changeIdentifiers("hello.txt", (data) => void data.fill(0, 20, 36)),
  },
  {
    rule: "UDF_FID_DELETED",
    image: "1.02",
    what: "half an ICB",
    change: (editor) => {
      editor.changeIdentifiers("hello.txt", (data) => {
        data.fill(0, 20, 36);
        data[18] = 4;
        data[32] = 1;
      });
      addToCount(editor, -1);
    },
  },
  {
    rule: "UDF_FID_NAME",
    image: "1.02",
    what: "compression",
    change: (editor) => editor.changeIdentifiers("hello.txt", set8(nameAt, 9)),
  },
  {
    rule: "UDF_FID_NAME",
    image: "1.02",
    what: "U+FEFF",
    change: (editor) => editor.changeIdentifiers("wide ☃ name.txt", (data) => data.set([0xfe, 0xff], nameAt + 1)),
  },
  {
    rule: "UDF_FID_NAME_TWICE",
    image: "1.02",
    change: (editor) =>
      editor.changeIdentifiers("a file with number 11.txt", set8(nameAt + 1 + "a file with number 1".length, 0x30)),
  },
  {
    rule: "UDF_FID_USE",
    image: "1.02",
    change: (editor) =>
      editor.changeIdentifiers("hello.txt", (data) => {
        const name = data.slice(nameAt, nameAt + 6);
        data[19] = name.length;
        writeU16le(4, data, 36);
        data.fill(0, nameAt, nameAt + 4);
        data.set(name, nameAt + 4);
      }),
  },
  {
    rule: "UDF_FID_PADDING",
    image: "1.02",
    change: (editor) => editor.changeIdentifiers("big.bin", set8(nameAt + 8, 1)),
  },
  { rule: "UDF_FID_SPLIT", image: "vat 2.01", change: splitIdentifier },
  {
    rule: "UDF_PATH_LENGTH",
    image: "1.02",
    change: async (editor) => {
      const image = await makeImage((root) => {
        let path = "";
        for (let level = 0; level < 5; level++) {
          path += `/${String(level).repeat(220)}`;
          root.addDirectory(path);
        }
      }, udfOptions("1.02"));
      editor.bytes = Uint8Array.from(image.bytes);
    },
  },
];

/** Shortens names until an identifier begins less than a tag's length before the end of a block. */
function splitIdentifier(editor: UdfEditor): void {
  editor.rewriteDirectory("dir", (identifiers) => {
    const plain = identifiers.map(withoutUse);
    let at = 0;
    const index = plain.findIndex(({ length }) => {
      at += length;
      return at >= blockBytes;
    });
    let surplus = at - (blockBytes - 8);
    return plain.map((identifier, each) => {
      const cut = each > index || identifier[19]! < 20 ? 0 : Math.min(8, surplus);
      surplus -= cut;
      return shortened(identifier, cut);
    });
  });
}

/** An identifier without what fills it up. */
function withoutUse(identifier: Uint8Array): Uint8Array {
  const use = identifier[36]! + identifier[37]! * 0x100;
  if (use === 0) return identifier;
  const bytes = identifier.slice(0, Math.ceil((nameAt + identifier[19]!) / 4) * 4).fill(0, nameAt);
  bytes.set(identifier.subarray(nameAt + use, nameAt + use + identifier[19]!), nameAt);
  writeU16le(0, bytes, 36);
  return bytes;
}

/** An identifier whose name lacks characters before the last six, which tell it from others. */
function shortened(identifier: Uint8Array, cut: number): Uint8Array {
  if (cut === 0) return identifier;
  const name = identifier.slice(nameAt, nameAt + identifier[19]!);
  const kept = Uint8Array.of(...name.subarray(0, name.length - 6 - cut), ...name.subarray(-6));
  const bytes = new Uint8Array(identifier.length - cut);
  bytes.set(identifier.subarray(0, nameAt));
  bytes.set(kept, nameAt);
  bytes[19] = kept.length;
  return bytes;
}

const attributes: readonly UdfMutation[] = [
  {
    rule: "UDF_EA_SPACE",
    image: "1.02",
    change: (editor) =>
      editor.changeEntries("device", (entry) => {
        entry.fill(0, headBytes(entry) + 8);
        writeU32le(8, entry, headBytes(entry) - 8);
      }),
  },
  {
    rule: "UDF_EA_HEADER",
    image: "1.02",
    change: changeAttributes((device) => [device], set32(16, headerBytes)),
  },
  {
    rule: "UDF_EA",
    image: "1.02",
    what: "subtype",
    change: changeAttributes((device) => [device], set8(headerBytes + 4, 2)),
  },
  {
    rule: "UDF_EA",
    image: "1.02",
    what: "length",
    change: changeAttributes((device) => [device], set32(headerBytes + 8, 4000)),
  },
  {
    rule: "UDF_EA_ORDER",
    image: "1.02",
    change: changeAttributes(
      (device) => [namedAttribute(attributeTypes.applicationUse, "*of an application", 0x0102), device],
      set32(20, headerBytes),
    ),
  },
  {
    rule: "UDF_EA_CHECKSUM",
    image: "1.02",
    change: changeAttributes(
      (device) => [device, namedAttribute(attributeTypes.implementationUse, "*UDF FreeEASpace", 0x0102)],
      set32(16, headerBytes + deviceBytes),
    ),
  },
  {
    rule: "UDF_EA_LIST",
    image: "1.02",
    change: changeAttributes(
      (device) => [device, namedAttribute(attributeTypes.implementationUse, listIdentifier, 0x0004)],
      set32(16, headerBytes + deviceBytes),
    ),
  },
  {
    rule: "UDF_EA_NAME",
    image: "1.02",
    change: changeAttributes(
      (device) => [device, summed(namedAttribute(attributeTypes.implementationUse, "*UDF of nobody", 0))],
      set32(16, headerBytes + deviceBytes),
    ),
  },
];

const streams: readonly UdfMutation[] = [
  { rule: "UDF_STREAM", image: "2.01", change: (editor) => editor.changeEntries("a stream", set8(27, 6)) },
  {
    rule: "UDF_STREAM_NAME",
    image: "2.01",
    what: "reserved",
    change: (editor) => editor.changeIdentifiers("a stream", (data) => data.set(Buffer.from("*UDF own"), nameAt + 1)),
  },
];

/** What breaks rules of directories, attributes and streams. */
export const directoryMutations: readonly UdfMutation[] = [...directories, ...attributes, ...streams];
