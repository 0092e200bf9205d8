/** Entity identifiers (regid): who or what a structure is of. ECMA-167 1/7.4, OSTA UDF 2.1.5. */
import { explained, flagged } from "../../codec/explained.js";
import { u8, u16le } from "../../codec/integers.js";
import type { FieldType } from "../../codec/rows.js";
import { rbp } from "../../codec/rows.js";
import type { StructCodec } from "../../codec/struct.js";
import { struct } from "../../codec/struct.js";
import { rawBytes, textFromBytes, writeTextBytes } from "../../codec/text.js";
import { revisionText } from "./revision.js";

/** Text filled with zeros, one byte a character. */
function zeroPaddedText(length: number): FieldType<string> {
  return {
    name: `zeroPaddedText(${length})`,
    bytes: length,
    read: (source, at) => textFromBytes(source, at, length).replace(/\0+$/, ""),
    write: (value, target, at) => {
      if (value.length > length) throw new RangeError(`an identifier has up to ${length} characters, got "${value}"`);
      target.fill(0, at, at + length);
      writeTextBytes(value, target, at);
    },
  };
}

/** Bits of the flags of an entity identifier. ECMA-167 1/7.4.1. */
const entityFlags = flagged(u8, { dirty: 1, protected: 2 });

/** A revision, binary coded: 0x0102 is 1.02. OSTA UDF 2.1.5.3. */
export const revision: FieldType<number> = explained(u16le, revisionText);

/** Bits of a domain's flags. OSTA UDF 2.1.5.3. */
const domainFlags = flagged(u8, { hardWriteProtect: 1, softWriteProtect: 2 });

/** Classes of operating systems, by their numbers. OSTA UDF 6.3.1. */
const osClasses = [
  "undefined",
  "DOS",
  "OS/2",
  "Mac OS",
  "UNIX",
  "Windows 9x",
  "Windows NT",
  "OS/400",
  "BeOS",
  "Windows CE",
];
const osClass = explained(u8, (value) => osClasses[value]);

/** An entity identifier whose suffix is kept as it is. */
export interface EntityIdentifier {
  readonly flags: number;
  readonly identifier: string;
  /** Eight bytes, whose meaning depends on the identifier. */
  readonly suffix: Uint8Array;
}

/** regid. ECMA-167 1/7.4. */
export const entityIdentifier: StructCodec<EntityIdentifier> = struct<EntityIdentifier>("EntityIdentifier", 32, {
  flags: rbp(0, 1, entityFlags, "1/7.4.1"),
  identifier: rbp(1, 23, zeroPaddedText(23), "1/7.4.2"),
  suffix: rbp(24, 8, rawBytes(8), "1/7.4.3"),
});

/** An entity identifier with a domain suffix. */
export interface DomainIdentifier {
  readonly flags: number;
  readonly identifier: string;
  /** Binary coded: 0x0102 is 1.02. */
  readonly udfRevision: number;
  /** Bit 0 hard, bit 1 soft write protection. */
  readonly domainFlags: number;
  readonly reserved: Uint8Array;
}

/** regid of a domain. OSTA UDF 2.1.5.3. */
export const domainIdentifier: StructCodec<DomainIdentifier> = struct<DomainIdentifier>("DomainIdentifier", 32, {
  flags: rbp(0, 1, entityFlags, "1/7.4.1"),
  identifier: rbp(1, 23, zeroPaddedText(23), "1/7.4.2"),
  udfRevision: rbp(24, 2, revision, "UDF 2.1.5.3"),
  domainFlags: rbp(26, 1, domainFlags, "UDF 2.1.5.3"),
  reserved: rbp(27, 5, rawBytes(5), "UDF 2.1.5.3"),
});

/** An entity identifier that UDF itself defines. */
export interface UdfIdentifier {
  readonly flags: number;
  readonly identifier: string;
  readonly udfRevision: number;
  readonly osClass: number;
  readonly osIdentifier: number;
  readonly reserved: Uint8Array;
}

/** regid of a UDF structure. OSTA UDF 2.1.5.3. */
export const udfIdentifier: StructCodec<UdfIdentifier> = struct<UdfIdentifier>("UdfIdentifier", 32, {
  flags: rbp(0, 1, entityFlags, "1/7.4.1"),
  identifier: rbp(1, 23, zeroPaddedText(23), "1/7.4.2"),
  udfRevision: rbp(24, 2, revision, "UDF 2.1.5.3"),
  osClass: rbp(26, 1, osClass, "UDF 2.1.5.3"),
  osIdentifier: rbp(27, 1, u8, "UDF 2.1.5.3"),
  reserved: rbp(28, 4, rawBytes(4), "UDF 2.1.5.3"),
});

/** An entity identifier of the program that wrote a structure. */
export interface ImplementationIdentifier {
  readonly flags: number;
  readonly identifier: string;
  readonly osClass: number;
  readonly osIdentifier: number;
  readonly implementationUse: Uint8Array;
}

/** regid of an implementation. OSTA UDF 2.1.5.3. */
export const implementationIdentifier: StructCodec<ImplementationIdentifier> = struct<ImplementationIdentifier>(
  "ImplementationIdentifier",
  32,
  {
    flags: rbp(0, 1, entityFlags, "1/7.4.1"),
    identifier: rbp(1, 23, zeroPaddedText(23), "1/7.4.2"),
    osClass: rbp(24, 1, osClass, "UDF 2.1.5.3"),
    osIdentifier: rbp(25, 1, u8, "UDF 2.1.5.3"),
    implementationUse: rbp(26, 6, rawBytes(6), "UDF 2.1.5.3"),
  },
);

const none = new Uint8Array(0);

/** What this package writes as the implementation; class 4 is UNIX, whose generic identifier every revision knows. */
export const thisImplementation: ImplementationIdentifier = {
  flags: 0,
  identifier: "*discsmith",
  osClass: 4,
  osIdentifier: 0,
  implementationUse: none,
};

/** The identifier of no entity: 32 bytes of zero. */
export const noEntity: EntityIdentifier = { flags: 0, identifier: "", suffix: none };

/** The domain of UDF, without write protection. OSTA UDF 2.1.5.3. */
export function udfDomain(udfRevision: number): DomainIdentifier {
  return { flags: 0, identifier: "*OSTA UDF Compliant", udfRevision, domainFlags: 0, reserved: none };
}

/** The identifier of a structure that UDF defines, such as "*UDF LV Info". */
export function udfEntity(identifier: string, udfRevision: number): UdfIdentifier {
  return { flags: 0, identifier, udfRevision, osClass: 4, osIdentifier: 0, reserved: none };
}

/** The contents of a partition: a volume of NSR02 or NSR03. ECMA-167 3/10.5.4. */
export function partitionContents(tagVersion: 2 | 3): EntityIdentifier {
  return { flags: 0, identifier: `+NSR0${tagVersion}`, suffix: none };
}
