import test from "ava";
import fc from "fast-check";
import type { AclEntry } from "../../src/fs/tree/access-control.js";
import { decodeAcl, encodeAcl } from "../../src/host/posix-acl.js";
import { holds } from "../support/properties.js";

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

function entry(tag: AclEntry["tag"], permissions: string, id: number | null = null): AclEntry {
  return { tag, id, read: permissions[0] === "r", write: permissions[1] === "w", execute: permissions[2] === "x" };
}

/** What Linux stores after setfacl -m u:1000:rw,g:2000:r-x on a file of mode 0640. */
const stored = fromHex(
  "02000000 0100 0600 ffffffff 0200 0600 e8030000 0400 0400 ffffffff 0800 0500 d0070000 1000 0700 ffffffff 2000 0000 ffffffff",
);
const list = [
  entry("owner", "rw-"),
  entry("user", "rw-", 1000),
  entry("owningGroup", "r--"),
  entry("group", "r-x", 2000),
  entry("mask", "rwx"),
  entry("other", "---"),
];

test("a list is read as Linux stores it, and written so", (t) => {
  t.deepEqual(decodeAcl(stored), list);
  t.deepEqual(encodeAcl([...list].reverse()), stored);
  t.deepEqual(decodeAcl(encodeAcl([])), []);
});

test("what is no list is refused", (t) => {
  const changed = (at: number, octet: number) => Uint8Array.from(stored, (old, index) => (index === at ? octet : old));
  t.throws(() => decodeAcl(changed(0, 3)), { code: "E_FIELD_INVALID", message: /a_version is 3, expected 2/ });
  t.throws(() => decodeAcl(changed(4, 3)), { code: "E_FIELD_INVALID", message: /e_tag is 3/ });
  t.throws(() => decodeAcl(stored.subarray(0, 11)), { code: "E_FIELD_INVALID", message: /a_entries have 7 bytes/ });
  t.throws(() => decodeAcl(new Uint8Array(2)), { code: "E_FIELD_INVALID" });
});

test("every list is read as it was written", async (t) => {
  const permissions = { read: fc.boolean(), write: fc.boolean(), execute: fc.boolean() };
  const named = fc.record({
    tag: fc.constantFrom("user" as const, "group" as const),
    id: fc.integer({ min: 0, max: 0xffff_fffe }),
    ...permissions,
  });
  const unnamed = fc.record({
    tag: fc.constantFrom("owner" as const, "owningGroup" as const, "mask" as const, "other" as const),
    id: fc.constant(null),
    ...permissions,
  });
  await holds(
    fc.property(fc.array(fc.oneof(named, unnamed), { maxLength: 20 }), (entries) => {
      const value = encodeAcl(entries);
      const read = decodeAcl(value);
      if (read.length !== entries.length) throw new Error("an entry is lost");
      if (!Buffer.from(encodeAcl(read)).equals(value)) throw new Error("is written otherwise");
    }),
  );
  t.pass();
});
