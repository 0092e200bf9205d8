import test from "ava";
import fc from "fast-check";
import { describeBootImage } from "../../../src/fs/eltorito/boot-image.js";
import {
  bootImageChecksum,
  hasGrub2BootInfo,
  readBootInfoTable,
  withBootInfoTable,
  withGrub2BootInfo,
} from "../../../src/fs/eltorito/boot-info-table.js";
import { holds } from "../../support/properties.js";

const lbas = fc.integer({ min: 0, max: 0xffff_ffff });
const imagesOf = (minLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength, maxLength: 6000 });

test("a table is found in the image it was written into, and in no other place", async (t) => {
  await holds(
    fc.property(imagesOf(64), lbas, lbas, fc.nat({ max: 3000 }), (image, primaryLba, imageLba, behind) => {
      const patched = withBootInfoTable(image, { primaryLba, imageLba });
      const onDisc = new Uint8Array(patched.length + behind);
      onDisc.set(patched);
      const expected = { primaryLba, imageLba, imageBytes: image.length, checksum: bootImageChecksum(image) };
      if (JSON.stringify(readBootInfoTable(onDisc, imageLba)) !== JSON.stringify(expected))
        throw new Error("not found");
      if (readBootInfoTable(onDisc, (imageLba + 1) % 2 ** 32) !== undefined) throw new Error("found elsewhere");
      if (Buffer.compare(patched.subarray(64), image.subarray(64)) !== 0) throw new Error("changed the image");
      if (Buffer.compare(patched.subarray(0, 8), image.subarray(0, 8)) !== 0) throw new Error("changed the start");
    }),
  );
  t.pass();
});

test("a table with a wrong checksum or length is none", (t) => {
  const image = Uint8Array.from({ length: 1001 }, (_unused, index) => index % 256);
  const patched = withBootInfoTable(image, { primaryLba: 16, imageLba: 40 });
  t.truthy(readBootInfoTable(patched, 40));
  t.is(readBootInfoTable(patched.subarray(0, 1000), 40), undefined, "shorter than it says");
  patched[500] = patched[500]! + 1;
  t.is(readBootInfoTable(patched, 40), undefined);
  t.is(readBootInfoTable(new Uint8Array(63), 0), undefined);
  t.throws(() => withBootInfoTable(new Uint8Array(63), { primaryLba: 16, imageLba: 40 }), { instanceOf: RangeError });
});

test("the checksum counts words from byte 64 on, the last one filled with zeros", (t) => {
  const image = new Uint8Array(71).fill(0xff, 0, 64);
  image.set([1, 2, 3, 4, 5, 6, 7], 64);
  t.is(bootImageChecksum(image), 0x0403_0201 + 0x0007_0605);
  t.is(bootImageChecksum(new Uint8Array(72).fill(0xff)), 0xffff_fffe, "modulo 2^32");
});

test("GRUB's address is that of the fifth sector behind the image's first", (t) => {
  const patched = withGrub2BootInfo(new Uint8Array(3000), 1000);
  t.is(Buffer.from(patched).readBigUInt64LE(2548), 4005n);
  t.true(hasGrub2BootInfo(patched, 1000));
  t.false(hasGrub2BootInfo(patched, 1001));
  t.false(hasGrub2BootInfo(patched.subarray(0, 2555), 1000));
  t.is(Buffer.from(withGrub2BootInfo(patched, 2 ** 32 - 1)).readBigUInt64LE(2548), 2n ** 34n + 1n);
  t.throws(() => withGrub2BootInfo(new Uint8Array(2555), 1000), { instanceOf: RangeError });
});

test("an image's length is that of its floppy, of what is loaded, or what its table says", (t) => {
  const none = { emulation: "none", loadSectors: 4, imageLba: 40 } as const;
  t.is(describeBootImage(none, new Uint8Array(4096)).bytes, 2048);
  t.is(describeBootImage({ ...none, emulation: "floppy1440" }, new Uint8Array(4096)).bytes, 1440 * 1024);
  const patched = withBootInfoTable(new Uint8Array(3333), { primaryLba: 16, imageLba: 40 });
  t.is(describeBootImage(none, patched).bytes, 3333);
});
