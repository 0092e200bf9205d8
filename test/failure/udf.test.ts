/** What UDF cannot be asked for, and what is warned of. */
import test from "ava";
import { openRecorder } from "../../src/device.js";
import type { DiscError, Warning } from "../../src/errors.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { readSessions } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import { nameFromBytes } from "../../src/fs/names/name-bytes.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import type { UdfRevision } from "../../src/fs/udf/revision.js";
import { appendSession, blankDisc } from "../support/disc.js";
import { failsWith, warnsOf } from "../support/failures.js";
import { makeImage } from "../support/made-image.js";

const alone = { fileSystems: ["udf"] } as const satisfies ImageOptions;
const bridge = { fileSystems: ["iso", "rockridge", "joliet", "udf"] } as const satisfies ImageOptions;
const withoutRockRidge = { fileSystems: ["iso", "joliet", "udf"] } as const satisfies ImageOptions;

test("options that contradict each other", async (t) => {
  const wrong: readonly (readonly [string, ImageOptions])[] = [
    ["udfRevision", { ...alone, udfRevision: "2.02" as UdfRevision }],
    ["udfRevision", { ...alone, udfRevision: "2.5" as UdfRevision }],
    ["fileSystems", { fileSystems: ["udf2" as "udf"] }],
    ["udfVirtual", { ...alone, udfRevision: "1.02", udfVirtual: true }],
    ["udfVirtual", { ...alone, udfRevision: "2.50", udfVirtual: true }],
    ["udfVirtual", { ...bridge, udfRevision: "2.60", udfVirtual: true }],
    ["udfEmbedFiles", { ...bridge, udfEmbedFiles: true }],
    ["udfEmbedFiles", { udfEmbedFiles: true }],
    ["udfEmbedFiles", { ...alone, udfRevision: "2.01", udfVirtual: true, udfEmbedFiles: true }],
  ];
  for (const [option, options] of wrong) {
    await failsWith(t, "E_OPTION_INVALID", { option }, () => new FileSystemImage(options));
    const image = new FileSystemImage();
    image.options = options;
    await failsWith(t, "E_OPTION_INVALID", { option }, () => image.createResultImage());
  }
});

/** A disc whose first session has UDF of a revision. */
async function discOf(t: Parameters<typeof blankDisc>[0], options: ImageOptions): Promise<string> {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/first", "1"), options);
  return path;
}

for (const [imported, wanted, systems] of [
  ["1.02", "1.50", alone],
  ["1.02", "2.60", bridge],
  ["2.01", "1.02", bridge],
  ["2.50", "2.60", alone],
  ["2.60", "2.01", alone],
] as const) {
  test(`a disc with UDF ${imported} is not continued in ${wanted}, unless all is written anew`, async (t) => {
    const path = await discOf(t, { ...systems, udfRevision: imported });
    const change = ({ root }: FileSystemImage): unknown => root.addFile("/second", "2");
    const detail = { imported, wanted };
    await failsWith(t, "E_UDF_REVISION_FIXED", detail, () => appendSession(path, change, { udfRevision: wanted }));
    await using recorder = await openRecorder(path);
    t.is(recorder.sessions.length, 1, "nothing was written");
    await appendSession(path, change, { udfRevision: wanted, udfRebuild: true });
    await recorder.refresh();
    const revisions = (await readSessions(recorder)).map(({ udf }) => udf?.udfRevision.toString(16));
    t.deepEqual(
      revisions,
      [imported, wanted].map((revision) => revision.replace(".", "")),
    );
    // The one asked for is the one there is: nothing is in the way.
    await appendSession(path, ({ root }) => root.addFile("/third", "3"), { udfRevision: wanted });
  });
}

for (const udfRevision of ["1.02", "2.50"] as const) {
  test(`a disc with UDF ${udfRevision} gets no virtual allocation table`, async (t) => {
    const path = await discOf(t, { ...alone, udfRevision });
    const detail = { option: "udfVirtual" };
    await failsWith(t, "E_OPTION_INVALID", detail, () => appendSession(path, () => {}, { udfVirtual: true }));
  });
}

/** What is warned of UDF when an image is made. */
async function udfWarnings(fill: (root: DirectoryNode) => void, options: ImageOptions): Promise<DiscError[]> {
  const { warnings } = await makeImage(fill, options);
  const isUdf = ({ detail }: Warning): boolean => !("fileSystem" in detail) || detail.fileSystem === "UDF";
  return warnings.filter(isUdf);
}

test("names that UDF cannot hold are shortened, and that is said where no other tree has them", async (t) => {
  const long = `${"語".repeat(140)}.txt`;
  const fill = (root: DirectoryNode): void => {
    root.addDirectory(`/d/${"n".repeat(300)}`, { parents: true });
    root.addFile(`/d/${long}`, "");
    root.addFile(`/${nameFromBytes(Uint8Array.of(0x61, 0xff))}`, "");
    root.addFile("/a\ufeffb", "");
    root.addFile(`/${"l".repeat(254)}`, "");
  };
  const expected = [
    [`/d/${"n".repeat(300)}`, "n".repeat(254)],
    [`/d/${long}`, `${"語".repeat(123)}.txt`],
    ["/a\udcff", "a_"],
    ["/a\ufeffb", "a_b"],
  ];
  for (const options of [alone, withoutRockRidge]) {
    const warnings = await udfWarnings(fill, options);
    for (const [path, name] of expected) warnsOf(t, warnings, "W_NAME_SHORTENED", { path: path!, name: name! });
    t.is(warnings.filter(({ code }) => code === "W_NAME_SHORTENED").length, expected.length);
  }
  const both = await udfWarnings(fill, bridge);
  t.false(both.some(({ code }) => code === "W_NAME_SHORTENED"));
  const detail = { fileSystem: "UDF" };
  await failsWith(t, "W_NAME_SHORTENED", detail, () =>
    makeImage((root) => root.addFile("/a\ufeffb", ""), { ...alone, strict: true }),
  );
});

test("items that UDF leaves out are named, each where no other tree has them", async (t) => {
  const fill = (root: DirectoryNode): void => {
    root.addSymlink("/link", "target");
    root.addSpecial("/dir/device", "block", { major: 8, minor: 1 }, { parents: true });
    root.addSpecial("/fifo", "fifo", { major: 0, minor: 0 });
    root.addFile("/file", "");
  };
  for (const options of [alone, withoutRockRidge]) {
    const warnings = await udfWarnings(fill, options);
    for (const path of ["/link", "/dir/device", "/fifo"]) {
      warnsOf(t, warnings, "W_NOT_REPRESENTED", { path, fileSystem: "UDF" });
    }
    t.is(warnings.length, 3);
  }
  // Where Rock Ridge has them, one of them stands for all.
  const [one, ...more] = await udfWarnings(fill, bridge);
  t.like(one, { code: "W_NOT_REPRESENTED", detail: { path: "/fifo", fileSystem: "UDF" } });
  t.deepEqual(more, []);
  t.deepEqual(await udfWarnings(fill, { ...alone, udfSpecialFiles: true }), []);
  await failsWith(t, "W_NOT_REPRESENTED", { path: "/fifo" }, () =>
    makeImage((root) => root.addSpecial("/fifo", "fifo", { major: 0, minor: 0 }), { ...alone, strict: true }),
  );
});

test("links whose target finds no room are left out, and named", async (t) => {
  const fill = (root: DirectoryNode): void => {
    root.addSymlink("/component", `a/${"x".repeat(255)}`);
    root.addSymlink("/bytes", `a/${"\udcff"}`);
    root.addSymlink("/whole", "12345/".repeat(200).slice(0, -1));
    root.addSymlink("/fits", "12345/".repeat(180).slice(0, -1));
  };
  const options = { ...alone, udfRevision: "2.01", udfSpecialFiles: true } as const;
  const warnings = (await udfWarnings(fill, options)).filter(({ code }) => code === "W_NOT_REPRESENTED");
  for (const path of ["/component", "/bytes", "/whole"]) warnsOf(t, warnings, "W_NOT_REPRESENTED", { path });
  t.is(warnings.length, 3);
  // It was told to hold links: the reason is that of the first.
  const both = await udfWarnings(fill, { ...bridge, udfSpecialFiles: true });
  const reasons = both.filter(({ code }) => code === "W_NOT_REPRESENTED").map(({ detail }) => detail);
  const bytes = warnings.map(({ detail }) => detail).find((detail) => "path" in detail && detail.path === "/bytes");
  t.deepEqual(reasons, [bytes!]);
});

test("paths are longer than revisions up to 2.00 allow", async (t) => {
  // Each directory is a separator, a compression identifier, and 200 characters.
  const name = "p".repeat(200);
  const path = `/${[1, 2, 3, 4, 5].map(() => name).join("/")}`;
  const fill = (root: DirectoryNode): void => void root.addFile(`${path}/${"f".repeat(12)}`, "", { parents: true });
  const fits = (root: DirectoryNode): void => void root.addFile(`${path}/${"f".repeat(11)}`, "", { parents: true });
  for (const udfRevision of ["1.02", "1.50", "2.00"] as const) {
    for (const systems of [alone, bridge]) {
      const detail = { path: `${path}/${"f".repeat(12)}`, bytes: 1024, limitBytes: 1023 };
      warnsOf(t, await udfWarnings(fill, { ...systems, udfRevision }), "W_NAME_LONG", detail);
    }
    t.deepEqual(await udfWarnings(fits, { ...alone, udfRevision }), []);
  }
  for (const udfRevision of ["2.01", "2.50"] as const) {
    t.deepEqual(await udfWarnings(fill, { ...alone, udfRevision }), []);
  }
});

test("named streams are told of where nothing holds them, or not under their names", async (t) => {
  const fill = (root: DirectoryNode): void => void root.addFile("/f", "x", { streams: { s: "stream" } });
  t.deepEqual(await udfWarnings(fill, { ...bridge, udfRevision: "2.00" }), []);
  const { warnings } = await makeImage(fill);
  warnsOf(t, warnings, "W_NOT_REPRESENTED", { path: "/f", fileSystem: "ISO 9660" });
  const old = await udfWarnings(fill, { ...bridge, udfRevision: "1.50" });
  warnsOf(t, old, "W_NOT_REPRESENTED", { path: "/f", fileSystem: "UDF" });
  const onDirectory = (root: DirectoryNode): void => void root.addDirectory("/d", { streams: { s: "stream" } });
  warnsOf(t, (await makeImage(onDirectory)).warnings, "W_NOT_REPRESENTED", { path: "/d" });
  const long = "s".repeat(260);
  const fillLong = (root: DirectoryNode): void => void root.addFile("/f", "x", { streams: { [long]: "stream" } });
  const shortened = await udfWarnings(fillLong, { ...bridge, udfRevision: "2.01" });
  warnsOf(t, shortened, "W_NAME_SHORTENED", { path: `/f:${long}`, name: "s".repeat(254) });
  for (const name of ["", "a/b", "nul\0"]) {
    const { root } = new FileSystemImage();
    await failsWith(t, "E_NAME_INVALID", { name, path: "/f" }, () =>
      root.addFile("/f", "", { streams: { [name]: "" } }),
    );
  }
});
