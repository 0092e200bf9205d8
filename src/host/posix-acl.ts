/**
 * POSIX access control lists as Linux keeps them: the values of the extended attributes system.posix_acl_access and
 * system.posix_acl_default. Clauses are those of linux/posix_acl_xattr.h; IEEE 1003.1e draft 17, 23.1.
 */
import { reportFault, strictContext } from "../codec/codec.js";
import { u16le, u32le } from "../codec/integers.js";
import { bit, byte, reservedBits } from "../codec/rows.js";
import type { StructCodec } from "../codec/struct.js";
import { encode, struct } from "../codec/struct.js";
import { reserved } from "../codec/text.js";
import type { AclEntry, AclTag } from "../fs/tree/access-control.js";
import { sortedEntries } from "../fs/tree/access-control.js";

const tagNumbers: Readonly<Record<AclTag, number>> = {
  owner: 0x01,
  user: 0x02,
  owningGroup: 0x04,
  group: 0x08,
  mask: 0x10,
  other: 0x20,
};

/** ACL_UNDEFINED_ID. */
const undefinedId = 0xffff_ffff;
/** POSIX_ACL_XATTR_VERSION. */
const version = 2;
const structureName = "posix_acl_xattr";

interface RawEntry {
  tag: number;
  read: boolean;
  write: boolean;
  execute: boolean;
  id: number;
}

const clause = "posix_acl_xattr_entry";

const rawEntry: StructCodec<RawEntry> = struct<RawEntry>(clause, 8, {
  tag: byte(0, 2, u16le, "e_tag"),
  _reserved2: reservedBits(2, 7, 3, "e_perm"),
  read: bit(2, 2, "e_perm"),
  write: bit(2, 1, "e_perm"),
  execute: bit(2, 0, "e_perm"),
  _reserved3: byte(3, 1, reserved(1), "e_perm"),
  id: byte(4, 4, u32le, "e_id"),
});

const header: StructCodec<{ version: number }> = struct<{ version: number }>("posix_acl_xattr_header", 4, {
  version: byte(0, 4, u32le, "a_version"),
});

/**
 * Reads a list from the value of its attribute.
 *
 * @throws {@link FormatError} E_FIELD_INVALID.
 */
export function decodeAcl(value: Uint8Array): AclEntry[] {
  const fault = (field: string, reason: string): void =>
    reportFault(strictContext, structureName, field, clause, reason);
  const found = header.read(value, 0, strictContext).version;
  if (found !== version) fault("a_version", `is ${found}, expected ${version}`);
  const bytes = value.length - header.size;
  if (bytes % rawEntry.size !== 0) fault("a_entries", `have ${bytes} bytes, not a multiple of ${rawEntry.size}`);
  const entries: AclEntry[] = [];
  for (let at = header.size; at < value.length; at += rawEntry.size) {
    const { tag: number, id, ...permissions } = rawEntry.read(value, at, strictContext);
    const tag = (Object.keys(tagNumbers) as AclTag[]).find((name) => tagNumbers[name] === number);
    if (tag === undefined) fault("e_tag", `is ${number}, which names nobody`);
    else entries.push({ tag, id: tag === "user" || tag === "group" ? id : null, ...permissions });
  }
  return entries;
}

/** The value of the attribute for a list, whose entries stand in the order that the kernel asks for: by tag, by id. */
export function encodeAcl(entries: readonly AclEntry[]): Uint8Array {
  const sorted = sortedEntries(entries);
  const value = new Uint8Array(header.size + sorted.length * rawEntry.size);
  value.set(encode(header, { version }));
  for (const [index, { tag, id, read, write, execute }] of sorted.entries()) {
    const raw = { tag: tagNumbers[tag], read, write, execute, id: id ?? undefinedId };
    rawEntry.write(raw, value, header.size + index * rawEntry.size);
  }
  return value;
}
