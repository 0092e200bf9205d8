import test from "ava";
import { openImage } from "../../../src/fs/image/open-image.js";
import { charsetOfEscapeSequences } from "../../../src/fs/iso9660/escape-sequences.js";
import { charsetByName, findCharset } from "../../../src/host/charsets.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { makeImage } from "../../support/made-image.js";

/** A field of escape sequences. */
function field(text: string): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set(Buffer.from(text, "latin1"));
  return bytes;
}

test("registered escape sequences name their sets, and others none", (t) => {
  const rows = [
    ["%G", "utf-8"],
    ["%/I", "utf-8"],
    ["-A", "iso-8859-1"],
    ["-F", "iso-8859-7"],
    ["$)C", "euc-kr"],
    ["", undefined],
    // Joliet's are no set of bytes.
    ["%/E", undefined],
    ["-Z", undefined],
    ["-A-B", undefined],
  ] as const;
  for (const [sequence, expected] of rows) t.is(charsetOfEscapeSequences(field(sequence)), expected, sequence);
  for (const [, name] of rows) if (name !== undefined) t.not(findCharset(name), undefined, name);
});

test("the tree of an enhanced descriptor is read in the set that it names; a set that is given wins", async (t) => {
  const isoCharset = charsetByName("iso-8859-7");
  const { bytes } = await makeImage((root) => void root.addFile("/αβγ.txt", "x"), {
    fileSystems: ["iso"],
    isoLevel: 4,
    isoCharset,
  });
  const namesIn = async (charset: typeof isoCharset | typeof findCharset | undefined): Promise<string[]> => {
    const image = await openImage(new MemorySource(bytes), { charset });
    return (await image.readdir("/")).map(({ name }) => name);
  };
  t.deepEqual(await namesIn(findCharset), ["\udce1\udce2\udce3.txt"]);
  // The enhanced descriptor is the second one; its escape sequences stand at byte 88.
  bytes.write("-F", 17 * 2048 + 88, "latin1");
  t.deepEqual(await namesIn(findCharset), ["αβγ.txt"]);
  t.deepEqual(await namesIn(undefined), ["\udce1\udce2\udce3.txt"]);
  t.deepEqual(await namesIn(charsetByName("latin1")), ["áâã.txt"]);
});
