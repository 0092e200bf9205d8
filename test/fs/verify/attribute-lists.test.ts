/** Lists of attributes with one fault each: verifying finds it. */
import test from "ava";
import { aclEntry } from "../../../src/fs/tree/access-control.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { makeImage } from "../../support/made-image.js";

const access = [aclEntry("owner", null, 6), aclEntry("owningGroup", null, 4), aclEntry("other", null, 4)];

async function image(): Promise<Buffer> {
  const { bytes } = await makeImage((root) => {
    root.addFile("/a", "", { extendedAttributes: { "user.name": "value" }, accessControl: { access, default: null } });
    root.addFile("/b", "", { extendedAttributes: { "user.long": "l".repeat(400) } });
  });
  return bytes;
}

/** Bytes of the component records of "/a". */
const ofName = Buffer.from("\u0000\u0005\u0003name\u0000\u0005value", "latin1");
const ofList = Buffer.from([0, 0, 0, 3, 0x16, 0x34, 0x64]);

function at(bytes: Buffer, wanted: Buffer, offset: number): number {
  const found = bytes.indexOf(wanted);
  if (found < 0) throw new RangeError("it is there");
  return found + offset;
}

for (const [what, damage, expected] of [
  ["nothing", () => {}, []],
  ["a record that passes its end", (bytes) => (bytes[at(bytes, ofName, 8)] = 200), ["ATTRIBUTE_LIST", "W_TOLERATED"]],
  ["a record that goes on", (bytes) => (bytes[at(bytes, ofName, 7)] = 1), ["ATTRIBUTE_LIST", "W_TOLERATED"]],
  ["another mode than PX has", (bytes) => (bytes[at(bytes, ofList, 4)] = 0x17), ["ATTRIBUTE_LIST", "W_TOLERATED"]],
  ["a user without a mask", (bytes) => bytes.set([0xa4], at(bytes, ofList, 5)), ["ATTRIBUTE_LIST", "W_TOLERATED"]],
  [
    "an entry that is followed by none",
    (bytes) => (bytes[bytes.indexOf("AL") + 4] = 1),
    ["ATTRIBUTE_LIST", "W_TOLERATED"],
  ],
  [
    "entries of the wrong extension",
    (bytes) => (bytes[at(bytes, Buffer.from([0x45, 0x53, 5, 1, 1]), 4)] = 0),
    ["ATTRIBUTE_SELECTION"],
  ],
  [
    "an announcement that is another's",
    (bytes) => bytes.write("B", bytes.indexOf("AAIP_0200")),
    ["ATTRIBUTE_SELECTION"],
  ],
] as readonly (readonly [string, (bytes: Buffer) => unknown, readonly string[]])[]) {
  test(`verifying finds ${what}`, async (t) => {
    const bytes = await image();
    damage(bytes);
    const { findings } = await verifyImage(new MemorySource(bytes));
    t.deepEqual([...new Set(findings.map(({ name }) => name))].sort(), [...expected], JSON.stringify(findings));
  });
}

test("verifying finds a record with more areas than Linux follows", async (t) => {
  const { bytes } = await makeImage((root) => root.addFile("/a", ""));
  // The first record that goes on elsewhere, the root's, leads to a chain of areas behind the image.
  const chain = 40;
  const first = bytes.length / 2048;
  const longer = Buffer.concat([bytes, Buffer.alloc(chain * 2048)]);
  const entryFor = (block: number): Buffer => {
    const made = Buffer.alloc(28);
    made.write("CE");
    made.set([28, 1], 2);
    for (const [index, value] of [block, 0, 32].entries()) {
      made.writeUInt32LE(value, 4 + index * 8);
      made.writeUInt32BE(value, 8 + index * 8);
    }
    return made;
  };
  for (let index = 0; index < chain; index++) {
    longer.write("XX\u0004\u0001", (first + index) * 2048, "latin1");
    if (index + 1 < chain) longer.set(entryFor(first + index + 1), (first + index) * 2048 + 4);
  }
  longer.set(entryFor(first), bytes.indexOf("CE", 18 * 2048));
  const { findings } = await verifyImage(new MemorySource(longer));
  t.true(
    findings.some(({ name }) => name === "CONTINUATION_CHAIN"),
    JSON.stringify(findings),
  );
});
