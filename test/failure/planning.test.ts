/** Images that cannot be planned, and what is warned of. */
import test from "ava";
import type { ErrorCode } from "../../src/errors.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import { failsWith, warnsOf } from "../support/failures.js";
import { makeImage } from "../support/made-image.js";
import { SparseContent } from "../support/sparse.js";

/** Plans an image of what `fill` adds. */
async function plan(fill: (root: DirectoryNode) => void, options: ImageOptions = {}): Promise<number> {
  const image = new FileSystemImage(options);
  fill(image.root);
  await using result = await image.createResultImage();
  return result.blocks;
}

test("an image larger than what it may have", async (t) => {
  const fill = (root: DirectoryNode): void => void root.addFile("/x", new Uint8Array(1_000_000));
  const blocks = await plan(fill);
  t.is(await plan(fill, { freeMediaBlocks: blocks }), blocks);
  await failsWith(t, "E_IMAGE_TOO_BIG", { blocks, limitBlocks: blocks - 1 }, () =>
    plan(fill, { freeMediaBlocks: blocks - 1 }),
  );
  const huge = (root: DirectoryNode): void => void root.addFile("/x", new SparseContent(9 * 2 ** 40, []));
  await failsWith(t, "E_IMAGE_TOO_BIG", { limitBlocks: 0xffff_ffff }, () => plan(huge));
});

test("more directories than a path table can number", async (t) => {
  const fill = (root: DirectoryNode): void => {
    for (let index = 0; index < 0xffff; index++) root.addDirectory(`/d${index}`);
  };
  const detail = { fileSystem: "ISO 9660", directories: 0x1_0000, limit: 0xffff } as const;
  await failsWith(t, "E_TOO_MANY_DIRECTORIES", detail, () => plan(fill));
});

test("directories too deep without Rock Ridge", async (t) => {
  const path = "/1/2/3/4/5/6/7/8";
  const fill = (root: DirectoryNode): void => void root.addFile(`${path}/x`, "", { parents: true });
  const options: ImageOptions = { fileSystems: ["iso", "joliet"] };
  await failsWith(t, "E_PATH_TOO_DEEP", { path, limit: 8 }, () => plan(fill, options));
  t.true((await plan(fill, { ...options, isoRelaxations: { deepPaths: true } })) > 0);
  t.true((await plan(fill)) > 0);
});

test("files too large for levels 1 and 2", async (t) => {
  const bytes = 4 * 1024 ** 3;
  const fill = (root: DirectoryNode): void => void root.addFile("/big", new SparseContent(bytes, []));
  for (const isoLevel of [1, 2] as const) {
    const detail = { path: "/big", bytes, limitBytes: bytes - 2048 };
    await failsWith(t, "E_FILE_TOO_BIG", detail, () => plan(fill, { isoLevel }));
  }
  t.true((await plan(fill, { isoLevel: 3 })) > 2 ** 21);
});

test("options and volume names that cannot be", async (t) => {
  const wrong: readonly (readonly [string, ImageOptions])[] = [
    ["fileSystems", { fileSystems: [] }],
    ["isoLevel", { isoLevel: 5 as 4 }],
    ["rockRidgeVersion", { rockRidgeVersion: "1.11" as "1.10" }],
    ["jolietNameLength", { jolietNameLength: 100 as 64 }],
    ["isoRelaxations", { isoRelaxations: { longNames: true } }],
    ["sourceDateEpoch", { sourceDateEpoch: -1 }],
    ["sourceDateEpoch", { sourceDateEpoch: 1.5 }],
    ["sourceDateEpoch", { sourceDateEpoch: 5_869_584_000 }],
    ["freeMediaBlocks", { freeMediaBlocks: -1 }],
    ["systemIdentifier", { systemIdentifier: "x".repeat(33) }],
    ["publisherIdentifier", { publisherIdentifier: "ü" }],
  ];
  for (const [option, options] of wrong) {
    await failsWith(t, "E_OPTION_INVALID", { option }, () => new FileSystemImage(options));
    const image = new FileSystemImage();
    image.options = options;
    await failsWith(t, "E_OPTION_INVALID", { option }, () => image.createResultImage());
  }
  for (const name of ["", "x".repeat(33), "line\nend", "nul\0"]) {
    await failsWith(t, "E_VOLUME_NAME_INVALID", { name }, () => new FileSystemImage({ volumeName: name }));
  }
});

/** Names that the eight characters of level 1 leave no numbers for cannot be had; so a mapping of one is taken. */
test("names for which there is no other", async (t) => {
  const { assignUniqueNames } = await import("../../src/fs/names/unique-names.js");
  const mapping = {
    fileSystem: "Tiny",
    candidate: () => ({ stem: "x", extension: ".toolong" }),
    maximumStem: () => 1,
    cut: (text: string, length: number) => text.slice(0, length),
  };
  const names = Array.from({ length: 11 }, (_, index) => `name ${String(index).padStart(2, "0")}`);
  t.is(
    new Set(
      assignUniqueNames(
        mapping,
        names.slice(0, 10),
        () => false,
        (index) => `/${index}`,
      ),
    ).size,
    10,
  );
  await failsWith(t, "E_NAME_NOT_UNIQUE", { path: "/10", fileSystem: "Tiny" }, () =>
    assignUniqueNames(
      mapping,
      names,
      () => false,
      (index) => `/${index}`,
    ),
  );
});

const warned: readonly (readonly [ErrorCode, Record<string, unknown>, (root: DirectoryNode) => void, ImageOptions])[] =
  [
    [
      "W_NAME_SHORTENED",
      { path: `/${"n".repeat(70)}.txt`, fileSystem: "Joliet", name: `${"n".repeat(60)}.txt` },
      (root) => root.addFile(`/${"n".repeat(70)}.txt`, ""),
      {},
    ],
    [
      "W_NAMES_FOLD",
      { path: "/readme", other: "README" },
      (root) => {
        root.addFile("/readme", "");
        root.addFile("/README", "");
      },
      {},
    ],
    ["W_NAME_LONG", { bytes: 254, limitBytes: 253 }, (root) => root.addFile(`/${"n".repeat(254)}`, ""), {}],
    [
      "W_NOT_REPRESENTED",
      { path: "/link", fileSystem: "ISO 9660" },
      (root) => root.addSymlink("/link", "x"),
      { fileSystems: ["iso"] },
    ],
    [
      "W_TIME_CLAMPED",
      { path: "/old", time: "1800-01-01T00:00:00.000Z" },
      (root) => root.addFile("/old", "", { mtime: Date.UTC(1800, 0, 1) }),
      {},
    ],
  ];

for (const [code, detail, fill, options] of warned) {
  test(`${code} is reported, and thrown where asked for`, async (t) => {
    const { warnings } = await makeImage(fill, options);
    warnsOf(t, warnings, code, detail);
    await failsWith(t, code, detail, () => plan(fill, { ...options, strict: true }));
  });
}
