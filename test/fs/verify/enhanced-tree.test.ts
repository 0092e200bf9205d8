import test from "ava";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { makeImage } from "../../support/made-image.js";

const name = "a long name, in small letters";

for (const fileSystems of [["iso"], ["iso", "rockridge"]] as const) {
  test(`a tree of ISO 9660:1999 is compared with the others: ${fileSystems.join(", ")}`, async (t) => {
    const { bytes } = await makeImage(
      (root) => {
        root.addFile(`/${name}`, "one");
        root.addFile("/b long name, in small letters", "two");
      },
      { fileSystems, enhancedTree: true },
    );
    t.deepEqual((await verifyImage(new MemorySource(bytes))).findings, []);
    // The record of the enhanced tree is the one whose identifier is the name: its length stands before it.
    const at = bytes.indexOf(`${String.fromCharCode(name.length)}${name}`, 0, "latin1") - 32;
    bytes.writeUInt32LE(bytes.readUInt32LE(at + 2) + 1, at + 2);
    bytes.writeUInt32BE(bytes.readUInt32BE(at + 6) + 1, at + 6);
    const { findings } = await verifyImage(new MemorySource(bytes));
    t.true(findings.some(({ name, message }) => name === "TREES_DIFFER" && /1999/.test(message)));
  });
}
