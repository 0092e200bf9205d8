import test from "ava";
import fc from "fast-check";
import type { ReadContext } from "../../../src/codec/codec.js";
import { strictContext } from "../../../src/codec/codec.js";
import { dump } from "../../../src/codec/dump.js";
import type { Warning } from "../../../src/errors.js";
import type { BootCatalog, InitialBootEntry, SectionBootEntry } from "../../../src/fs/eltorito/boot-catalog.js";
import {
  bootCatalogStructure,
  bootEntriesOf,
  decodeBootCatalog,
  encodeBootCatalog,
  isBootCatalog,
  readBootCatalog,
} from "../../../src/fs/eltorito/boot-catalog.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { checkEqual } from "../../support/codec-checks.js";
import { holds } from "../../support/properties.js";

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const idString = (maximum: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 1, max: 0xff }), { maxLength: maximum }).map((codes) => String.fromCharCode(...codes));

const initialMembers = {
  bootable: fc.boolean(),
  emulation: fc.constantFrom("none", "floppy1200", "floppy1440", "floppy2880", "hardDisk" as const),
  loadSegment: u16,
  systemType: u8,
  loadSectors: u16,
  // An entry that is not bootable and has no image is the end of a catalog.
  imageLba: fc.integer({ min: 1, max: 0xffff_ffff }),
} as const;
const initial = fc.record(initialMembers) as fc.Arbitrary<InitialBootEntry>;
const entry = fc.record({
  ...initialMembers,
  hasScsiDriver: fc.boolean(),
  hasAtapiDriver: fc.boolean(),
  selectionCriteriaType: u8,
  selectionCriteria: fc
    .integer({ min: 0, max: 3 })
    .chain((more) => fc.uint8Array({ minLength: 19 + 30 * more, maxLength: 19 + 30 * more })),
}) as fc.Arbitrary<SectionBootEntry>;
const section = fc.record({ platform: u8, idString: idString(28), entries: fc.array(entry, { maxLength: 40 }) });
const catalogs: fc.Arbitrary<BootCatalog> = fc.record({
  platform: u8,
  idString: idString(24),
  initial,
  sections: fc.array(section, { maxLength: 6 }),
});

test("a catalog is read as it was written, however many blocks it has", async (t) => {
  let longest = 0;
  await holds(
    fc.asyncProperty(catalogs, async (catalog) => {
      const bytes = encodeBootCatalog(catalog);
      longest = Math.max(longest, bytes.length);
      if (bytes.length % 2048 !== 0) throw new Error(`${bytes.length} bytes are no whole blocks`);
      const disc = new Uint8Array(3 * 2048 + bytes.length + 2048).fill(0xee);
      disc.set(bytes, 3 * 2048);
      checkEqual(await readBootCatalog(new MemorySource(disc), 3, { tolerant: false }), catalog);
      checkEqual(decodeBootCatalog(bytes, strictContext), catalog);
      if (!isBootCatalog(bytes, 0)) throw new Error("is not recognised");
      const dumped = dump(bootCatalogStructure, bytes, 0);
      const faults = JSON.stringify(dumped.fields, (_key, value) =>
        typeof value === "bigint" ? Number(value) : value,
      );
      if (/"faults":\["/.test(faults) || dumped.faults.length > 0) throw new Error("its dump shows faults");
      if (dumped.bytes !== bytes.length) throw new Error(`its dump covers ${dumped.bytes} of ${bytes.length} bytes`);
    }),
  );
  t.true(longest > 2048, "some were longer than a block");
});

test("any bytes are a catalog, or are refused by a format error", async (t) => {
  await holds(
    fc.property(fc.uint8Array({ minLength: 2048, maxLength: 2048 }), (bytes) => {
      try {
        decodeBootCatalog(bytes, { tolerant: true, lba: 0 });
      } catch (error) {
        if ((error as { code?: string }).code !== "E_FIELD_INVALID") throw error;
      }
      dump(bootCatalogStructure, bytes, 0);
    }),
  );
  t.pass();
});

const plainEntry: SectionBootEntry = {
  bootable: true,
  emulation: "none",
  hasScsiDriver: false,
  hasAtapiDriver: false,
  loadSegment: 0,
  systemType: 0,
  loadSectors: 2880,
  imageLba: 100,
  selectionCriteriaType: 0,
  selectionCriteria: new Uint8Array(19),
};

const { bootable, emulation, loadSegment, systemType } = plainEntry;
const example: BootCatalog = {
  platform: 0,
  idString: "Somebody",
  initial: { bootable, emulation, loadSegment, systemType, loadSectors: 4, imageLba: 50 },
  sections: [
    { platform: 0xef, idString: "UEFI", entries: [plainEntry, { ...plainEntry, imageLba: 200 }] },
    { platform: 1, idString: "", entries: [{ ...plainEntry, imageLba: 300 }] },
  ],
};

// Figures 2 to 5 of the specification, filled in by hand.
test("bytes are where the specification has them", (t) => {
  const bytes = encodeBootCatalog(example);
  const hexAt = (at: number, length: number): string => Buffer.from(bytes.subarray(at, at + length)).toString("hex");
  t.is(hexAt(0, 12), "01000000536f6d65626f6479");
  t.is(hexAt(30, 2), "55aa");
  t.is(hexAt(32, 12), "880000000000040032000000");
  t.is(hexAt(64, 8), "90ef020055454649");
  t.is(hexAt(96, 12), "88000000000040" + "0b64000000");
  t.is(hexAt(160, 4), "91010100");
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += bytes[at]! + bytes[at + 1]! * 256;
  t.is(sum % 65_536, 0);
});

test("entries come with what their section says", (t) => {
  const found = bootEntriesOf(example).map((each) => [each.platform, each.idString, each.imageLba]);
  t.deepEqual(found, [
    [0, "Somebody", 50],
    [0xef, "UEFI", 100],
    [0xef, "UEFI", 200],
    [1, "", 300],
  ]);
});

/** What is odd, and what is made of it in tolerant reading. */
const oddities: readonly {
  readonly name: string;
  readonly change: (bytes: Uint8Array) => void;
  readonly field: string;
  readonly lbas: readonly number[];
}[] = [
  {
    name: "a wrong checksum",
    change: (bytes) => bytes.fill(0x12, 28, 29),
    field: "checksum",
    lbas: [50, 100, 200, 300],
  },
  { name: "a key of zeros", change: (bytes) => bytes.fill(0, 30, 32), field: "_key55", lbas: [50, 100, 200, 300] },
  {
    name: "no final header",
    change: (bytes) => bytes.fill(0x90, 160, 161),
    field: "finalHeader",
    lbas: [50, 100, 200, 300],
  },
  {
    name: "more entries than stated",
    change: (bytes) => bytes.fill(1, 66, 67),
    field: "entries",
    lbas: [50, 100, 200, 300],
  },
  {
    name: "fewer entries than stated",
    change: (bytes) => bytes.fill(9, 66, 67),
    field: "entries",
    lbas: [50, 100, 200, 300],
  },
  {
    name: "entries without a header",
    change: (bytes) => {
      bytes.copyWithin(64, 96, 160);
      bytes.fill(0, 128);
    },
    field: "finalHeader",
    lbas: [50, 100, 200],
  },
  {
    name: "an extension that nothing announces",
    change: (bytes) => bytes.fill(0x44, 224, 225),
    field: "extension",
    lbas: [50, 100, 200, 300],
  },
  {
    name: "an extension that is missing",
    change: (bytes) => bytes.fill(0x20, 193, 194),
    field: "extension",
    lbas: [50, 100, 200, 300],
  },
  {
    name: "an entry of no known kind",
    change: (bytes) => bytes.fill(0x33, 128, 129),
    field: "unknownEntry",
    lbas: [50, 100],
  },
  {
    name: "an unknown emulation",
    change: (bytes) => bytes.fill(7, 97, 98),
    field: "mediaType",
    lbas: [50, 100, 200, 300],
  },
  {
    name: "an unknown indicator",
    change: (bytes) => bytes.fill(0x77, 32, 33),
    field: "bootable",
    lbas: [50, 100, 200, 300],
  },
];

for (const { name, change, field, lbas } of oddities) {
  test(`${name} is reported`, (t) => {
    const bytes = encodeBootCatalog(example);
    change(bytes);
    const warnings: Warning[] = [];
    const context: ReadContext = { tolerant: true, lba: 20, onWarning: (warning) => warnings.push(warning) };
    const catalog = decodeBootCatalog(bytes, context);
    t.deepEqual(
      bootEntriesOf(catalog).map((each) => each.imageLba),
      lbas,
    );
    t.true(
      warnings.some(({ code, detail }) => code === "W_TOLERATED" && "field" in detail && detail.field === field),
      warnings.map(({ message }) => message).join("\n"),
    );
    t.throws(() => decodeBootCatalog(bytes, strictContext), { code: "E_FIELD_INVALID" });
  });
}

test("a catalog with nothing but an initial entry is not odd", (t) => {
  const catalog = { ...example, sections: [] };
  t.deepEqual(decodeBootCatalog(encodeBootCatalog(catalog), strictContext), catalog);
});

test("a catalog that never ends is cut off", async (t) => {
  const entries = Array.from({ length: 3000 }, () => plainEntry);
  const bytes = encodeBootCatalog({ ...example, sections: [{ platform: 0, idString: "", entries }] });
  const warnings: string[] = [];
  const context = { tolerant: true, onWarning: (warning: Warning) => void warnings.push(warning.message) };
  const catalog = await readBootCatalog(new MemorySource(bytes), 0, context);
  t.is(bootEntriesOf(catalog).length, 32 * 64 - 2);
  t.regex(warnings.join(), /length is more than the 32 blocks looked at/);
});

test("values that do not fit are refused", (t) => {
  t.throws(() => encodeBootCatalog({ ...example, idString: "x".repeat(25) }), { instanceOf: RangeError });
  t.throws(() => encodeBootCatalog({ ...example, platform: 256 }), { instanceOf: RangeError });
});
