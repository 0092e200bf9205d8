/** Rock Ridge entries. Rock Ridge Interchange Protocol (IEEE P1282) version 1.12, clause 4; 1.10 differs in PX and ER. */
import type { Codec, ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { explained, nameOf } from "../../codec/explained.js";
import { both32, fixedU8, readU32le, writeBoth32 } from "../../codec/integers.js";
import { bp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { fixedText } from "../../codec/text.js";
import { readLongTime, readRecordingTime, writeRecordingTime } from "../../codec/time.js";
import type { ExtensionsReference } from "../susp/entries.js";

/** The versions of the protocol that can be written. */
export type RockRidgeVersion = "1.10" | "1.12";

/** The ER of each version, with the texts that its document prescribes. RRIP 1.12, 4.3; RRIP 1.10, 4.2. */
export const rockRidgeReferences: Readonly<Record<RockRidgeVersion, ExtensionsReference>> = {
  "1.12": {
    identifier: "IEEE_1282",
    descriptor: "THE IEEE 1282 PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS.",
    source: "PLEASE CONTACT THE IEEE STANDARDS DEPARTMENT, PISCATAWAY, NJ, USA FOR THE 1282 SPECIFICATION.",
    extensionVersion: 1,
  },
  "1.10": {
    identifier: "RRIP_1991A",
    descriptor: "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS",
    source:
      "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR " +
      "FOR CONTACT INFORMATION.",
    extensionVersion: 1,
  },
};

/** File type bits of the mode in PX. RRIP 4.1.1. */
export const fileTypeBits = {
  socket: 0o140000,
  symlink: 0o120000,
  file: 0o100000,
  block: 0o060000,
  character: 0o020000,
  directory: 0o040000,
  fifo: 0o010000,
} as const;

/** PX: POSIX file attributes. */
export interface PosixAttributes {
  /** File type and permission bits. */
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** File serial number; absent in version 1.10. */
  readonly serialNumber?: number;
}

/** Bytes of PX in each version. */
export const posixAttributesBytes: Readonly<Record<RockRidgeVersion, number>> = { "1.10": 36, "1.12": 44 };

/** A mode in octal, with its file type. */
function explainMode(mode: number): string {
  const permissions = mode % 0o10000;
  const type = nameOf(mode - permissions, fileTypeBits);
  const octal = permissions.toString(8).padStart(4, "0");
  return type === undefined ? `0${mode.toString(8)}` : `${type} ${octal}`;
}

/** PX as version 1.12 has it, by its rows. RRIP 4.1.1. */
export const posixAttributesRows: StructCodec<Required<PosixAttributes>> = struct<Required<PosixAttributes>>("PX", 44, {
  _signature: bp(1, 2, fixedText("PX"), "4.1.1 [1]"),
  _length: bp(3, 3, fixedU8(44), "4.1.1 [2]"),
  _version: bp(4, 4, fixedU8(1), "4.1.1 [3]"),
  mode: bp(5, 12, explained(both32, explainMode), "4.1.1 [4]"),
  links: bp(13, 20, both32, "4.1.1 [5]"),
  uid: bp(21, 28, both32, "4.1.1 [6]"),
  gid: bp(29, 36, both32, "4.1.1 [7]"),
  serialNumber: bp(37, 44, both32, "4.1.1 [8]"),
});

/** PX in both versions, straight line: once for every record. Equal to its rows, as a property test shows. */
export const posixAttributes: Codec<PosixAttributes> = {
  name: "PX",
  bytes: (value) => posixAttributesBytes[value.serialNumber === undefined ? "1.10" : "1.12"],
  write: (value, target, at) => {
    target[at] = 0x50; // "P"
    target[at + 1] = 0x58; // "X"
    target[at + 2] = posixAttributes.bytes(value);
    target[at + 3] = 1;
    writeBoth32(value.mode, target, at + 4);
    writeBoth32(value.links, target, at + 12);
    writeBoth32(value.uid, target, at + 20);
    writeBoth32(value.gid, target, at + 28);
    if (value.serialNumber !== undefined) writeBoth32(value.serialNumber, target, at + 36);
  },
  read: (source, at, context: ReadContext) => {
    const length = source[at + 2]!;
    if (length < 36) reportFault(context, "PX", "length", "4.1.1 [2]", `is ${length}, expected 36 or 44`);
    return {
      mode: readU32le(source, at + 4),
      links: readU32le(source, at + 12),
      uid: readU32le(source, at + 20),
      gid: readU32le(source, at + 28),
      ...(length >= 44 ? { serialNumber: readU32le(source, at + 36) } : {}),
    };
  },
};

/** PN: the numbers of a device. RRIP 4.1.2. */
export interface DeviceNumber {
  readonly high: number;
  readonly low: number;
}

/** PN. RRIP 4.1.2. */
export const deviceNumber: StructCodec<DeviceNumber> = struct<DeviceNumber>("PN", 20, {
  _signature: bp(1, 2, fixedText("PN"), "4.1.2 [1]"),
  _length: bp(3, 3, fixedU8(20), "4.1.2 [2]"),
  _version: bp(4, 4, fixedU8(1), "4.1.2 [3]"),
  high: bp(5, 12, both32, "4.1.2 [4]"),
  low: bp(13, 20, both32, "4.1.2 [5]"),
});

/** TF: times, in milliseconds since 1970; those that are not recorded are absent. RRIP 4.1.6. */
export interface TimeStamps {
  readonly creation?: number;
  readonly modify?: number;
  readonly access?: number;
  /** Last change of attributes. */
  readonly attributes?: number;
  readonly backup?: number;
  readonly expiration?: number;
  readonly effective?: number;
}

/** The times of TF in their order; a time's bit in the flags is 2 to the power of its index. RRIP 4.1.6. */
export const timeStampOrder = [
  "creation",
  "modify",
  "access",
  "attributes",
  "backup",
  "expiration",
  "effective",
] as const;

/** Set in the flags of TF for times of 17 bytes. */
export const longForm = 0x80;

/** Bytes of a time in each form. */
const shortTimeBytes = 7;
const longTimeBytes = 17;

/** Visits the times that a TF records, each with its place and its bytes: 17 in the long form, else 7. RRIP 4.1.6. */
export function visitTimes(
  source: Uint8Array,
  at: number,
  visit: (key: keyof TimeStamps, position: number, bytes: number) => void,
): void {
  const end = at + source[at + 2]!;
  const flags = source[at + 4]!;
  const bytes = (flags & longForm) !== 0 ? longTimeBytes : shortTimeBytes;
  let position = at + 5;
  for (let index = 0; index < timeStampOrder.length; index++) {
    if ((flags & (2 ** index)) === 0) continue;
    if (position + bytes > end) break;
    visit(timeStampOrder[index]!, position, bytes);
    position += bytes;
  }
}

/** TF. Written in the short form. RRIP 4.1.6. */
export const timeStamps: Codec<TimeStamps> = {
  name: "TF",
  bytes: (value) => {
    const { creation, modify, access, attributes, backup, expiration, effective } = value;
    let bytes = 5;
    if (creation !== undefined) bytes += 7;
    if (modify !== undefined) bytes += 7;
    if (access !== undefined) bytes += 7;
    if (attributes !== undefined) bytes += 7;
    if (backup !== undefined) bytes += 7;
    if (expiration !== undefined) bytes += 7;
    if (effective !== undefined) bytes += 7;
    return bytes;
  },
  write: (value, target, at) => {
    let flags = 0;
    let position = at + 5;
    for (let index = 0; index < timeStampOrder.length; index++) {
      const time = value[timeStampOrder[index]!];
      if (time === undefined) continue;
      flags += 2 ** index;
      writeRecordingTime(time, target, position);
      position += 7;
    }
    target[at] = 0x54; // "T"
    target[at + 1] = 0x46; // "F"
    target[at + 2] = position - at;
    target[at + 3] = 1;
    target[at + 4] = flags;
  },
  read: (source, at) => {
    const value: Record<string, number> = {};
    visitTimes(source, at, (key, position, bytes) => {
      // A time that is not specified, or no time at all, is as good as none.
      const time = bytes === longTimeBytes ? readLongTime(source, position) : readRecordingTime(source, position);
      if (time !== null && time !== undefined) value[key] = time;
    });
    return value;
  },
};

/** NM: a piece of the name. */
export interface AlternateName {
  /** Whether the name goes on in the next NM. */
  readonly continues: boolean;
  /** Up to 250 bytes. */
  readonly name: Uint8Array;
  /** Set for the names "." and "..", which NM says by flags. */
  readonly special?: "current" | "parent";
}

/** The longest piece of a name in one NM: its length is one byte, five of it are head. */
export const maximumNamePieceBytes = 250;

/** NM. RRIP 4.1.4. */
export const alternateName: Codec<AlternateName> = {
  name: "NM",
  bytes: (value) => 5 + value.name.length,
  write: (value, target, at) => {
    target[at] = 0x4e; // "N"
    target[at + 1] = 0x4d; // "M"
    target[at + 2] = 5 + value.name.length;
    target[at + 3] = 1;
    target[at + 4] = (value.continues ? 1 : 0) + (value.special === "current" ? 2 : value.special === "parent" ? 4 : 0);
    target.set(value.name, at + 5);
  },
  read: (source, at, context: ReadContext) => {
    const length = source[at + 2]!;
    const flags = source[at + 4]!;
    if (length < 5) reportFault(context, "NM", "length", "4.1.4 [2]", `is ${length}, less than its head`);
    return {
      continues: (flags & 1) !== 0,
      name: source.subarray(at + 5, at + length),
      ...((flags & 2) !== 0
        ? { special: "current" as const }
        : (flags & 4) !== 0
          ? { special: "parent" as const }
          : {}),
    };
  },
};

/** One component record of SL. RRIP 4.1.3.1. */
export interface LinkComponent {
  readonly kind: "name" | "current" | "parent" | "root";
  /** Whether the component goes on in the next record. */
  readonly continues: boolean;
  readonly text: Uint8Array;
}

/** SL: a piece of a symbolic link's target. */
export interface SymbolicLink {
  /** Whether the target goes on in the next SL. */
  readonly continues: boolean;
  readonly components: readonly LinkComponent[];
}

/** Bits of a component record's flags. RRIP 4.1.3.1. */
export const componentFlags = { name: 0, current: 2, parent: 4, root: 8 } as const;

/** SL. RRIP 4.1.3. */
export const symbolicLink: Codec<SymbolicLink> = {
  name: "SL",
  bytes: (value) => value.components.reduce((sum, { text }) => sum + 2 + text.length, 5),
  write: (value, target, at) => {
    target[at] = 0x53; // "S"
    target[at + 1] = 0x4c; // "L"
    target[at + 2] = symbolicLink.bytes(value);
    target[at + 3] = 1;
    target[at + 4] = value.continues ? 1 : 0;
    let position = at + 5;
    for (const { kind, continues, text } of value.components) {
      target[position] = componentFlags[kind] + (continues ? 1 : 0);
      target[position + 1] = text.length;
      target.set(text, position + 2);
      position += 2 + text.length;
    }
  },
  read: (source, at, context: ReadContext) => {
    const end = at + source[at + 2]!;
    const components: LinkComponent[] = [];
    for (let position = at + 5; position + 2 <= end; ) {
      const flags = source[position]!;
      const length = source[position + 1]!;
      if (position + 2 + length > end) {
        reportFault(context, "SL", "component", "4.1.3.1", `of ${length} bytes passes the end of its entry`);
      }
      const kind =
        (flags & 8) !== 0 ? "root" : (flags & 4) !== 0 ? "parent" : (flags & 2) !== 0 ? "current" : ("name" as const);
      components.push({
        kind,
        continues: (flags & 1) !== 0,
        text: source.subarray(position + 2, position + 2 + length),
      });
      position += 2 + length;
    }
    return { continues: (source[at + 4]! & 1) !== 0, components };
  },
};

/** CL and PL: where a relocated directory, or its parent, lies. */
export interface DirectoryLocation {
  readonly location: number;
}

function directoryLocation(signature: "CL" | "PL", clause: string): StructCodec<DirectoryLocation> {
  return struct<DirectoryLocation>(signature, 12, {
    _signature: bp(1, 2, fixedText(signature), `${clause} [1]`),
    _length: bp(3, 3, fixedU8(12), `${clause} [2]`),
    _version: bp(4, 4, fixedU8(1), `${clause} [3]`),
    location: bp(5, 12, both32, `${clause} [4]`),
  });
}

/** CL: in the place a directory was moved from. RRIP 4.1.5.1. */
export const childLink: StructCodec<DirectoryLocation> = directoryLocation("CL", "4.1.5.1");

/** PL: in the ".." record of a directory that was moved. RRIP 4.1.5.2. */
export const parentLink: StructCodec<DirectoryLocation> = directoryLocation("PL", "4.1.5.2");

/** RE: marks the record of a directory that was moved. RRIP 4.1.5.3. */
export const relocated: StructCodec<object> = struct<object>("RE", 4, {
  _signature: bp(1, 2, fixedText("RE"), "4.1.5.3 [1]"),
  _length: bp(3, 3, fixedU8(4), "4.1.5.3 [2]"),
  _version: bp(4, 4, fixedU8(1), "4.1.5.3 [3]"),
});
