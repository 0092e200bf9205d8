/** AAIP 2.0: the bytes of its document's examples, and what is made of any. */
import test from "ava";
import fc from "fast-check";
import {
  attributeComponents,
  attributesOfComponents,
  componentsOf,
  packComponents,
} from "../../../src/fs/susp/attribute-list.js";
import type { AccessControl, AclEntry } from "../../../src/fs/tree/access-control.js";
import { accessControlText, aclEntry, listFault, listOfMode, modeOfList } from "../../../src/fs/tree/access-control.js";
import { DirectoryNode } from "../../../src/fs/tree/directory.js";
import type { ItemAttributes } from "../../../src/fs/tree/item-attributes.js";
import { holds } from "../../support/properties.js";

function item(attributes: ItemAttributes): DirectoryNode {
  return new DirectoryNode("item", attributes);
}

function octets(...parts: readonly (number | string)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === "number" ? [part] : [...Buffer.from(part, "latin1")])),
  );
}

/** What component records say, with the faults that were reported. */
function decoded(containers: readonly Uint8Array[], mode: number): readonly unknown[] {
  const faults: string[] = [];
  const fault = (field: string): void => void faults.push(field);
  const { extendedAttributes, accessControl } = attributesOfComponents(componentsOf(containers, fault), mode, fault);
  return [Object.fromEntries(extendedAttributes ?? []), accessControlText(accessControl), faults];
}

const permissions = { r: 4, rw: 6, rwx: 7, rx: 5 } as const;

test("lists have the bytes of the document's examples", (t) => {
  const { r, rw, rwx, rx } = permissions;
  const lisa: AccessControl = {
    access: [
      aclEntry("owner", null, rw),
      aclEntry("user", 123, rw),
      aclEntry("owningGroup", null, r),
      aclEntry("group", 65534, rw),
      aclEntry("mask", null, r),
      aclEntry("other", null, r),
    ],
    default: null,
  };
  // The document's own order of entries, which means nothing, is sorted by tag.
  const bytes = octets(0, 0, 0, 11, 0x16, 0xae, 1, 123, 0x34, 0xce, 2, 255, 254, 0x54, 0x64);
  t.deepEqual(packComponents(attributeComponents(item({ accessControl: lisa })), 250), [bytes]);
  t.deepEqual(decoded([bytes], 0o644), [{}, accessControlText(lisa), []]);
  const both: AccessControl = {
    access: [aclEntry("owner", null, rwx), aclEntry("owningGroup", null, rx), aclEntry("other", null, rx)],
    default: [
      aclEntry("owner", null, rwx),
      aclEntry("user", 123, rwx),
      aclEntry("owningGroup", null, rx),
      aclEntry("mask", null, rwx),
      aclEntry("other", null, rx),
    ],
  };
  // The document prints A7 for the last entry, without the flag of the qualifier that follows it.
  const example = octets(0, 0, 0, 11, 0x17, 0x35, 0x65, 0x81, 0x17, 0x35, 0x57, 0x65, 0xaf, 1, 123);
  t.deepEqual(decoded([example], 0o755), [{}, accessControlText(both), []]);
  const own = attributeComponents(item({ accessControl: both }));
  t.deepEqual(own[1], octets(0x17, 0x35, 0x65, 0x81, 0x17, 0xaf, 1, 123, 0x35, 0x57, 0x65));
});

test("names are shortened, and records may go on in the next container", (t) => {
  const given = { "user.abc": "v", "\u0003abc": "", mime_type: "w", "security.x": "", "trusted.y": "", "system.z": "" };
  const components = attributeComponents(item({ extendedAttributes: given }));
  const names = components.filter((_component, index) => index % 2 === 0);
  t.deepEqual(names, [
    octets(1, 3, "abc"),
    octets("mime_type"),
    octets(6, "x"),
    octets(2, "z"),
    octets(5, "y"),
    octets(3, "abc"),
  ]);
  t.deepEqual(Object.keys(decoded(packComponents(components, 250), 0)[0] as object).sort(), Object.keys(given).sort());
  // The document's example has a record of 255 bytes, 13 of them in the next entry.
  const long = Buffer.alloc(255, "l");
  const first = Buffer.concat([octets(0, 4, "name", 1, 255), long.subarray(0, 242)]);
  const second = Buffer.concat([long.subarray(242), octets(0, 7, "content", 0, 3, "one", 0, 4, "more")]);
  const [attributes, lists, faults] = decoded([first, second], 0);
  t.deepEqual(attributes, { name: new Uint8Array(Buffer.concat([long, octets("content")])), one: octets("more") });
  t.deepEqual([lists, faults], ["", []]);
});

for (const [what, bytes, field] of [
  ["a record that is cut off", octets(0, 3, "u.x", 0, 9, "short"), "component"],
  ["a record that goes on nowhere", octets(0, 1, "n", 1, 1, "v"), "component"],
  ["a name without a value", octets(0, 1, "n"), "pair"],
  ["a name space to come", octets(0, 2, 0x1f, "n", 0, 0), "name"],
  ["one name twice", octets(0, 1, "n", 0, 1, "a", 0, 1, "n", 0, 1, "b"), "name"],
  ["a list of a later version", octets(0, 0, 0, 1, 0xf0), "accessControl"],
  ["a qualifier that is cut off", octets(0, 0, 0, 2, 0xa8, 4), "accessControl"],
  ["a number of five bytes", octets(0, 0, 0, 7, 0xa8, 5, 1, 2, 3, 4, 5), "accessControl"],
  ["a list of another mode", octets(0, 0, 0, 3, 0x17, 0x37, 0x67), "mode"],
] as const) {
  test(`${what} is reported`, (t) => {
    t.true((decoded([bytes], 0o644)[2] as string[]).includes(field), JSON.stringify(decoded([bytes], 0o644)));
  });
}

test("names of numbers and unknown types are passed over, what is left out comes from the mode", (t) => {
  const translate = octets(0x08, 128 + 3, 0, 1, 2, 6, "x", 0, 0, "lisa".slice(0, 3));
  const value = octets(...translate, 0x27, 0xae, 1, 0, 0x57);
  const record = octets(0, 0, 0, value.length, ...value);
  t.deepEqual(decoded([record], 0o674), [{}, "u::rw-,u:0:rw-,g::rwx,m::rwx,o::r--", []]);
});

const anyBytes = fc.uint8Array({ maxLength: 700 });

test("any components come back, however small their containers", async (t) => {
  const property = fc.property(
    fc.array(anyBytes, { maxLength: 8 }),
    fc.integer({ min: 3, max: 400 }),
    (given, room) => {
      const containers = packComponents(given, room);
      t.true(containers.every(({ length }) => length <= room));
      t.deepEqual(
        componentsOf(containers, (field) => t.fail(field)),
        given.map((component) => Uint8Array.from(component)),
      );
    },
  );
  await holds(property);
});

test("any bytes are read without an exception", async (t) => {
  await holds(
    fc.property(fc.array(anyBytes, { maxLength: 3 }), fc.integer({ min: 0, max: 0o7777 }), (containers, mode) => {
      t.is(decoded(containers, mode).length, 3);
    }),
  );
});

const digit = fc.integer({ min: 0, max: 7 });
const id = fc.integer({ min: 0, max: 0xffff_fffe });

/** A list that is one: what all lists have, and entries of users and groups with a mask. */
const anyList: fc.Arbitrary<AclEntry[]> = fc
  .record({
    owner: digit,
    group: digit,
    other: digit,
    mask: digit,
    users: fc.uniqueArray(fc.tuple(id, digit), { maxLength: 4, selector: ([number]) => number }),
    groups: fc.uniqueArray(fc.tuple(id, digit), { maxLength: 4, selector: ([number]) => number }),
  })
  .map(({ owner, group, other, mask, users, groups }) => [
    aclEntry("other", null, other),
    ...groups.map(([number, bits]) => aclEntry("group", number, bits)),
    aclEntry("owner", null, owner),
    ...(users.length + groups.length > 0 ? [aclEntry("mask", null, mask)] : []),
    ...users.map(([number, bits]) => aclEntry("user", number, bits)),
    aclEntry("owningGroup", null, group),
  ]);

test("any lists come back, with the mode that they say", async (t) => {
  const property = fc.property(anyList, fc.option(anyList), (access, initial) => {
    const accessControl = { access, default: initial };
    t.is(listFault(access), undefined);
    const made = item({ accessControl });
    t.is(made.mode, modeOfList(access, 0o755));
    const [, text, faults] = decoded(packComponents(attributeComponents(made), 250), made.mode);
    t.deepEqual([text, faults], [accessControlText(accessControl), []]);
    // As after chmod: the mode is right.
    t.is(modeOfList(listOfMode(access, 0o640), 0), 0o640);
  });
  await holds(property);
});

test("lists that are none are refused", (t) => {
  const whole = [aclEntry("owner", null, 7), aclEntry("owningGroup", null, 5), aclEntry("other", null, 5)];
  t.is(listFault(whole), undefined);
  t.regex(listFault(whole.slice(1)) ?? "", /"owner" is missing/);
  t.regex(listFault([...whole, aclEntry("user", 5, 1)]) ?? "", /"mask" is missing/);
  t.regex(listFault([...whole, aclEntry("mask", null, 1), aclEntry("user", null, 1)]) ?? "", /no number/);
  t.regex(listFault([...whole, aclEntry("owner", null, 1)]) ?? "", /two entries/);
});
