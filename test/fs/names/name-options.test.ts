/** What becomes of names that a file system, or the character set chosen for it, cannot hold. */
import test from "ava";
import type { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { utf8Charset } from "../../../src/fs/names/charset.js";
import type { FileSystemName } from "../../../src/fs/tree/disc-entry.js";
import { charsetByName } from "../../../src/host/charsets.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { failsWith } from "../../support/failures.js";
import { makeImage } from "../../support/made-image.js";

const latin = charsetByName("iso-8859-1");
const japanese = charsetByName("shift_jis");
const all: readonly FileSystemName[] = ["iso", "rockridge", "joliet", "udf"];

function files(...names: string[]): (root: FileSystemImage["root"]) => void {
  return (root) => {
    for (const name of names) root.addFile(`/${name}`, name, { parents: true });
  };
}

/** The names in one tree of an image, decoded in a set. */
async function namesOf(bytes: Buffer, fileSystem: FileSystemName, charset = utf8Charset): Promise<string[]> {
  const image = await openImage(new MemorySource(bytes), { fileSystem, charset });
  return (await image.readdir("/")).map(({ name }) => name);
}

interface Case {
  readonly what: string;
  readonly options: ImageOptions;
  readonly names: readonly string[];
  /** The path, the name and the character that the error tells. */
  readonly refused: readonly [path: string, fileSystem: string, character: string];
  readonly tree: FileSystemName;
  /** The names in that tree where they are mangled. */
  readonly mangled: readonly string[];
}

const cases: readonly Case[] = [
  {
    what: "ISO 9660 in Latin-1",
    options: { fileSystems: ["iso"], isoCharset: latin },
    names: ["ä日.txt", "ä本.txt", "ä_.txt"],
    refused: ["/ä日.txt", "ISO 9660", '"日" (U+65E5)'],
    tree: "iso",
    // The name that is legal keeps its place; the others are numbered in the order of their bytes.
    mangled: ["Ä_.TXT", "Ä_1.TXT", "Ä_2.TXT"],
  },
  {
    what: "Rock Ridge in Latin-1",
    options: { fileSystems: ["iso", "rockridge"], charset: latin },
    names: ["ä日.txt", "ä本.txt", "ä_.txt"],
    refused: ["/ä日.txt", "Rock Ridge", '"日" (U+65E5)'],
    tree: "rockridge",
    mangled: ["ä_.txt", "ä_1.txt", "ä_2.txt"],
  },
  {
    what: "Rock Ridge in Shift_JIS, without a pair of surrogates",
    options: { fileSystems: ["iso", "rockridge"], charset: japanese },
    names: ["日🎉本.txt"],
    refused: ["/日🎉本.txt", "Rock Ridge", '"🎉" (U+1F389)'],
    tree: "rockridge",
    mangled: ["日_本.txt"],
  },
  {
    what: "Joliet in UCS-2",
    options: { fileSystems: ["iso", "joliet"], jolietCharset: "ucs-2" },
    names: ["🎉.txt", "🎊.txt", "日.txt"],
    refused: ["/🎉.txt", "Joliet", '"🎉" (U+1F389)'],
    tree: "joliet",
    mangled: ["_.txt", "_1.txt", "日.txt"],
  },
];

for (const { what, options, names, refused, tree, mangled } of cases) {
  test(`${what}: what cannot be held is refused, or mangled and told`, async (t) => {
    const [path, fileSystem, character] = refused;
    const error = await failsWith(t, "E_NAME_INVALID", { path }, () => makeImage(files(...names), options));
    t.is(error.detail.rule, `${fileSystem} cannot hold ${character}`);
    const { bytes, warnings } = await makeImage(files(...names), { ...options, unencodable: "mangle" });
    const { charset = options.isoCharset } = options;
    t.deepEqual((await namesOf(bytes, tree, charset)).sort(), [...mangled].sort());
    const told = warnings.filter(({ code }) => code === "W_NAME_MANGLED").map(({ detail }) => detail);
    t.is(told.length, names.filter((name) => !mangled.includes(name) && !mangled.includes(name.toUpperCase())).length);
    t.like(told[0], { path, fileSystem });
    // The order of adding decides nothing.
    const reversed = await makeImage(files(...names.toReversed()), { ...options, unencodable: "mangle" });
    t.deepEqual(await namesOf(reversed.bytes, tree, charset), await namesOf(bytes, tree, charset));
  });
}

test("links keep leading to what they led to, in another set and another form", async (t) => {
  const fill = (root: FileSystemImage["root"]): void => {
    root.addFile("/Verzeichnis ä/Datei ö.txt", "x", { parents: true });
    root.addSymlink("/link", "Verzeichnis ä/Datei ö.txt");
  };
  for (const options of [{ charset: latin }, { unicodeForm: "nfd" }, { charset: latin, unicodeForm: "nfc" }] as const) {
    const { bytes } = await makeImage(fill, options);
    const charset = "charset" in options ? latin : undefined;
    const image = await openImage(new MemorySource(bytes), { charset });
    t.is(Buffer.from(await image.readFile("/link")).toString(), "x", JSON.stringify(options));
  }
  const broken = (root: FileSystemImage["root"]): void => void root.addSymlink("/link", "日");
  await failsWith(t, "E_NAME_INVALID", { path: "/link" }, () => makeImage(broken, { charset: latin }));
});

test("names are composed, or taken apart, in every tree; those that become one are numbered", async (t) => {
  const names = ["caf\u00e9", "cafe\u0301", "n\u0303.txt"];
  const forms = { nfc: ["caf\u00e9", "caf\u00e91", "\u00f1.txt"], nfd: ["cafe\u0301", "cafe\u03011", "n\u0303.txt"] };
  for (const [form, expected] of Object.entries(forms)) {
    const { bytes } = await makeImage(files(...names), { fileSystems: all, unicodeForm: form as "nfc" | "nfd" });
    for (const fileSystem of ["rockridge", "joliet", "udf"] as const) {
      t.deepEqual((await namesOf(bytes, fileSystem)).sort(), [...expected].sort(), `${form}, ${fileSystem}`);
    }
  }
  const { bytes } = await makeImage(files(...names), { fileSystems: all });
  for (const fileSystem of ["rockridge", "joliet", "udf"] as const) {
    t.deepEqual((await namesOf(bytes, fileSystem)).sort(), [...names].sort(), fileSystem);
  }
  // A set that has composed characters alone says what would help.
  const error = await failsWith(t, "E_NAME_INVALID", {}, () => makeImage(files("e\u0301"), { charset: latin }));
  t.regex(error.detail.rule, /U\+0301.*nfc/);
  t.deepEqual(
    await namesOf(
      (await makeImage(files("e\u0301"), { charset: latin, unicodeForm: "nfc" })).bytes,
      "rockridge",
      latin,
    ),
    ["\u00e9"],
  );
});

test("names whose bytes are no text keep them in ISO 9660 and Rock Ridge, and collide with none", async (t) => {
  // The bytes of "ソ", and of "é" in Latin-1, as the host may have them.
  const names = ["\udc83\\.txt", "\udce9", "\u00e9"];
  const { bytes } = await makeImage(files(...names), {
    fileSystems: ["iso", "rockridge"],
    charset: latin,
    isoCharset: latin,
  });
  const raw = { ...utf8Charset, decode: (octets: Uint8Array) => Buffer.from(octets).toString("latin1") };
  t.deepEqual((await namesOf(bytes, "rockridge", raw)).sort(), ["\x83\\.txt", "\xe9", "\xe91"]);
  t.deepEqual((await namesOf(bytes, "iso", raw)).sort(), ["\x83\\.txt", "\xc9", "\xe9"]);
});

test("names that become one in capitals are numbered, by what the set has", async (t) => {
  // In code page 437, "á" has no capital; in Latin-1 it has.
  for (const [set, expected] of [
    ["cp437", ["Ä.TXT", "Ä1.TXT", "Á", "á"]],
    ["latin1", ["Ä.TXT", "Ä1.TXT", "Á", "Á1"]],
  ] as const) {
    const isoCharset = charsetByName(set);
    const options = { fileSystems: ["iso"], isoCharset, unencodable: "mangle" } as const;
    const { bytes } = await makeImage(files("ä.txt", "Ä.TXT", "á", "Á"), options);
    const shown = (await namesOf(bytes, "iso", isoCharset)).sort();
    // The set of DOS has no "Á" at all.
    t.deepEqual(shown, [...expected].map((name) => (set === "cp437" && name === "Á" ? "_" : name)).sort(), set);
  }
});

test("options that cannot be are refused", async (t) => {
  const refused: readonly ImageOptions[] = [
    { jolietCharset: "utf-8" as never },
    { unencodable: "ignore" as never },
    { unicodeForm: "nfkc" as never },
    { enhancedTree: true, isoLevel: 4 },
    { strictFileSystemCompliance: true, isoCharset: latin },
    { strictFileSystemCompliance: true, jolietCharset: "utf-16" },
  ];
  for (const options of refused) {
    await failsWith(t, "E_OPTION_INVALID", {}, () => makeImage(() => {}, options));
  }
  // Where standards are to be kept, Joliet is UCS-2.
  const strict = { strictFileSystemCompliance: true };
  await failsWith(t, "E_NAME_INVALID", { path: "/🎉" }, () => makeImage(files("🎉"), strict));
});
