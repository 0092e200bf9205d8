import test from "ava";
import type { Warning } from "../../../src/errors.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { fileFlags } from "../../../src/fs/iso9660/directory-record.js";
import { planPatch } from "../../../src/fs/patch/plan-patch.js";
import { contentOf } from "../../../src/fs/tree/content.js";
import type { FileSystemName } from "../../../src/fs/tree/disc-entry.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { failsWith, warnsOf } from "../../support/failures.js";
import { imageWithRoot } from "../../support/hand-made-image.js";
import { makeImage } from "../../support/made-image.js";
import { findingsOf, imageEpoch, patchedImage, plannedPatch, shownFiles, withPatch } from "../../support/patched.js";
import { smallUdf } from "../../support/small-udf.js";

const time = new Date(Date.UTC(2022, 1, 2, 3, 4, 5));

/** An image of a text, a file of some blocks and an empty one. */
async function made(options: ImageOptions): Promise<Uint8Array> {
  const { bytes } = await makeImage(
    (root) => {
      root.addFile("/text.txt", "first\n", { mtime: time });
      root.addFile("/large.bin", new Uint8Array(5000).fill(7), { mtime: time });
      root.addDirectory("/folder");
      root.addFile("/folder/empty", "", { mtime: time });
    },
    { ...options, sourceDateEpoch: imageEpoch },
  );
  return bytes;
}

/** What each tree shows when both files were patched. */
const expected = {
  "/text.txt": "the second, which is longer\n new",
  "/large.bin": "6100 × 8 new",
  "/folder/empty": "",
};
const contents = {
  "/text.txt": "the second, which is longer\n",
  "/large.bin": new Uint8Array(6100).fill(8),
};

const layouts: readonly { readonly name: string; readonly options: ImageOptions; readonly trees: FileSystemName[] }[] =
  [
    { name: "ISO 9660, Rock Ridge and Joliet", options: {}, trees: ["rockridge", "joliet"] },
    { name: "level 4", options: { fileSystems: ["iso"], isoLevel: 4 }, trees: ["iso"] },
    {
      name: "ISO 9660:1999 beside Rock Ridge",
      options: { fileSystems: ["iso", "rockridge"], enhancedTree: true },
      trees: ["rockridge", "iso"],
    },
    {
      name: "a bridge",
      options: { fileSystems: ["iso", "rockridge", "joliet", "udf"] },
      trees: ["rockridge", "joliet", "udf"],
    },
    {
      name: "a growable bridge",
      options: { fileSystems: ["iso", "rockridge", "joliet", "udf"], growable: true },
      trees: ["rockridge", "joliet", "udf"],
    },
    {
      name: "a bridge with a metadata partition",
      options: { fileSystems: ["iso", "rockridge", "udf"], udfRevision: "2.60" },
      trees: ["rockridge", "udf"],
    },
    { name: "UDF alone", options: { fileSystems: ["udf"], udfRevision: "2.01" }, trees: ["udf"] },
    {
      name: "UDF with a virtual allocation table",
      options: { fileSystems: ["udf"], udfRevision: "2.01", udfVirtual: true },
      trees: ["udf"],
    },
    {
      name: "UDF with contents in file entries",
      options: { fileSystems: ["udf"], udfEmbedFiles: true },
      trees: ["udf"],
    },
  ];

for (const { name, options, trees } of layouts) {
  test(`${name}: every tree has the new contents, lengths and times, and nothing is wrong with it`, async (t) => {
    const image = await made(options);
    const patched = await patchedImage(image, contents);
    for (const tree of trees) t.deepEqual(await shownFiles(patched, tree), expected, tree);
    t.deepEqual(await findingsOf(patched), []);
    // And back to fewer bytes, down to none.
    const shorter = await patchedImage(patched, { "/text.txt": "x", "/large.bin": "" });
    for (const tree of trees) {
      const shown = await shownFiles(shorter, tree);
      t.is(shown["/text.txt"], "x new");
      t.is(shown["/large.bin"], " new");
    }
    t.deepEqual(await findingsOf(shorter), []);
  });
}

test("a file that loses blocks keeps a right account of them in UDF", async (t) => {
  for (const udfRevision of ["1.02", "2.60"] as const) {
    const image = await made({ fileSystems: ["iso", "rockridge", "udf"], udfRevision });
    const patched = await patchedImage(image, { "/large.bin": new Uint8Array(2048).fill(9) });
    for (const tree of ["rockridge", "udf"] as const) {
      t.is((await shownFiles(patched, tree))["/large.bin"], "2048 × 9 new", tree);
    }
    t.deepEqual(await findingsOf(patched), []);
  }
});

test("only what differs is written: contents to the end of their last block, and what tells of them", async (t) => {
  const image = await made({});
  const plan = await plannedPatch(image, { "/large.bin": new Uint8Array(5000).fill(3) });
  t.is(
    plan.contents.reduce((sum, { bytes }) => sum + bytes, 0),
    3 * 2048,
  );
  // The length is what it was: times alone are written, of a record of Joliet and of one with Rock Ridge.
  t.deepEqual(
    plan.structures.map(({ bytes }) => bytes.length),
    [7, 7, 7],
  );
  const patched = await withPatch(image, plan);
  const last = plan.contents.at(-1)!;
  const end = last.offsetBytes + last.bytes;
  t.true(patched.subarray(last.offsetBytes + 5000, end).every((octet) => octet === 0));
});

test("a time can stay as it is", async (t) => {
  const image = await made({});
  const plan = await plannedPatch(image, { "/text.txt": "short" });
  const kept = await planPatch(new MemorySource(image), [{ target: "/text.txt", content: contentOf("short") }]);
  t.is(kept.structures.length, 2);
  t.is(plan.structures.length, 5);
});

test("what all names of a file are is told, and all change", async (t) => {
  const { bytes } = await makeImage(
    (root) => {
      const file = root.addFile("/one", "same\n");
      root.addDirectory("/folder");
      root.addFile("/folder/two", file.content);
    },
    { fileSystems: ["iso", "rockridge", "joliet", "udf"], sourceDateEpoch: imageEpoch },
  );
  const plan = await plannedPatch(bytes, { "/one": "changed\n" });
  const [file] = plan.files;
  t.deepEqual(
    file!.names.map(({ fileSystem, path }) => `${fileSystem} ${path}`).sort(),
    ["joliet", "rockridge", "udf"].flatMap((tree) => [`${tree} /folder/two`, `${tree} /one`]),
  );
  t.like(file, { path: "/one", oldBytes: 5, newBytes: 8, limitBytes: 2048, isTold: false });
  const patched = await withPatch(bytes, plan);
  for (const tree of ["joliet", "rockridge", "udf"] as const) {
    const wanted = { "/one": "changed\n new", "/folder/two": "changed\n new" };
    t.deepEqual(await shownFiles(patched, tree), wanted);
  }
  t.deepEqual(await findingsOf(patched), []);
  await failsWith(t, "E_OPTION_INVALID", { option: "target", value: "/folder/two" }, () =>
    plannedPatch(bytes, { "/one": "1", "/folder/two": "2" }),
  );
});

test("a content that needs more blocks is refused, with what has room", async (t) => {
  const image = await made({ fileSystems: ["iso", "rockridge", "udf"] });
  const path = "/text.txt";
  await failsWith(t, "E_CONTENT_TOO_BIG", { path, bytes: 2049, limitBytes: 2048 }, () =>
    plannedPatch(image, { [path]: new Uint8Array(2049) }),
  );
  await failsWith(t, "E_CONTENT_TOO_BIG", { path: "/folder/empty", bytes: 1, limitBytes: 0 }, () =>
    plannedPatch(image, { "/folder/empty": "x" }),
  );
  const embedded = await made({ fileSystems: ["udf"], udfEmbedFiles: true });
  const { detail } = await failsWith(t, "E_CONTENT_TOO_BIG", { path, bytes: 2000 }, () =>
    plannedPatch(embedded, { [path]: new Uint8Array(2000) }),
  );
  const whole = await patchedImage(embedded, { [path]: new Uint8Array(detail.limitBytes).fill(1) });
  t.is((await shownFiles(whole, "udf"))[path], `${detail.limitBytes} × 1 new`);
  t.deepEqual(await findingsOf(whole), []);
});

test("an image does not grow, though its last block is not whole", async (t) => {
  const image = imageWithRoot([{ name: "A", lba: 31, bytes: 100 }]);
  const imageBytes = 31 * 2048 + 100;
  const plan = await plannedPatch(image, { "/A": new Uint8Array(100).fill(1) }, { imageBytes });
  t.deepEqual(
    plan.contents.map(({ offsetBytes, bytes }) => [offsetBytes, bytes]),
    [[31 * 2048, 100]],
  );
  await failsWith(t, "E_CONTENT_TOO_BIG", { limitBytes: 100 }, () =>
    plannedPatch(image, { "/A": new Uint8Array(101) }, { imageBytes }),
  );
});

test("what is no file is refused", async (t) => {
  const { bytes } = await makeImage((root) => {
    root.addDirectory("/folder");
    root.addFile("/folder/file", "x");
    root.addSymlink("/link", "folder/file");
  });
  await failsWith(t, "E_NOT_A_FILE", { path: "/folder" }, () => plannedPatch(bytes, { "/folder": "" }));
  await failsWith(t, "E_NOT_A_FILE", { path: "/link" }, () => plannedPatch(bytes, { "/link": "" }));
  await failsWith(t, "E_ITEM_NOT_FOUND", { path: "/none" }, () => plannedPatch(bytes, { "/none": "" }));
  await failsWith(t, "E_OPTION_INVALID", { value: "/folder/file" }, () =>
    plannedPatch(bytes, { "/folder/file": "1", "folder/file": "2" }),
  );
});

test("a file of several extents keeps all but the last of them whole", async (t) => {
  const { multiExtent } = fileFlags;
  const image = imageWithRoot([
    { name: "A", lba: 24, bytes: 2048, flags: multiExtent },
    { name: "A", lba: 28, bytes: 100 },
  ]);
  const patched = await patchedImage(image, { "/A": new Uint8Array(4000).fill(5) });
  t.deepEqual(await shownFiles(patched, "iso"), { "/A": "4000 × 5 new" });
  t.deepEqual(
    [24, 25, 28, 29].map((lba) => patched[lba * 2048]),
    [5, 0, 5, 0],
  );
  await failsWith(t, "E_CONTENT_TOO_BIG", { limitBytes: 4096 }, () =>
    plannedPatch(image, { "/A": new Uint8Array(4097) }),
  );
  // A record of no bytes would stay, which readers take in different ways.
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => plannedPatch(image, { "/A": new Uint8Array(2048) }));
});

test("blocks that other files have are not written", async (t) => {
  for (const [lba, bytes] of [
    [24, 2048],
    [25, 10],
    [23, 2049],
    [24, 99],
  ] as const) {
    const image = imageWithRoot([
      { name: "A", lba: 24, bytes: 2100 },
      { name: "B", lba, bytes },
    ]);
    await failsWith(t, "E_CONTENT_SHARED", { path: "/A", sessions: [1], names: ["/B"] }, () =>
      plannedPatch(image, { "/A": "x" }),
    );
  }
  const onDirectory = imageWithRoot([{ name: "A", lba: 20, bytes: 100 }]);
  await failsWith(t, "E_DAMAGED", { path: "/" }, () => plannedPatch(onDirectory, { "/A": "x" }));
  const onDescriptor = imageWithRoot([{ name: "A", lba: 17, bytes: 100 }]);
  await failsWith(t, "E_DAMAGED", { lba: 17 }, () => plannedPatch(onDescriptor, { "/A": "x" }));
  const interleaved = imageWithRoot([{ name: "A", lba: 24, bytes: 100, unit: 1 }]);
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => plannedPatch(interleaved, { "/A": "x" }));
});

for (const kind of ["plain", "virtual", "metadata"] as const) {
  test(`extents that go on in another block are followed: ${kind}`, async (t) => {
    const { bytes } = smallUdf(kind);
    // It was made by hand, and much is wrong with it; but nothing else after the patch.
    const namesOf = async (image: Uint8Array): Promise<Set<string>> =>
      new Set((await findingsOf(image)).map((finding) => finding.split(":")[0]!));
    const before = await namesOf(bytes);
    const nothingNew = async (image: Uint8Array): Promise<void> => {
      t.deepEqual(
        [...(await namesOf(image))].filter((name) => !before.has(name)),
        [],
      );
    };
    const image = await patchedImage(bytes, { "/file.bin": new Uint8Array(5000).fill(4) });
    const names = ["/file.bin", "/folder/ä"];
    for (const name of names) t.is((await shownFiles(image, "udf"))[name], "5000 × 4 new");
    await nothingNew(image);
    // What leads to the second block of extents is gone with what was in it.
    const short = await patchedImage(image, { "/file.bin": new Uint8Array(4096).fill(2) });
    for (const name of names) t.is((await shownFiles(short, "udf"))[name], "4096 × 2 new");
    await nothingNew(short);
    await failsWith(t, "E_CONTENT_TOO_BIG", { limitBytes: 4096 }, () =>
      plannedPatch(short, { "/file.bin": new Uint8Array(4097) }),
    );
    await failsWith(t, "E_CONTENT_TOO_BIG", { limitBytes: 6144 }, () =>
      plannedPatch(bytes, { "/file.bin": new Uint8Array(6145) }),
    );
  });
}

test("a time that no record can hold is clamped", async (t) => {
  const warnings: Warning[] = [];
  const image = await made({});
  const change = { target: "/text.txt", content: contentOf("x"), mtimeMs: Date.UTC(2500, 0, 1) };
  await planPatch(new MemorySource(image), [change], { onWarning: (warning) => void warnings.push(warning) });
  warnsOf(t, warnings, "W_TIME_CLAMPED", { path: "/text.txt", time: "2500-01-01T00:00:00.000Z" });
});

test("planning can be cancelled", async (t) => {
  const image = await made({});
  await failsWith(t, "E_CANCELLED", {}, () =>
    plannedPatch(image, { "/text.txt": "x" }, { signal: AbortSignal.abort() }),
  );
});

test("where HFS lies over the same files, their lengths stay", async (t) => {
  const image = imageWithRoot([{ name: "A", lba: 24, bytes: 100 }]);
  image.set([0x42, 0x44], 1024);
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => plannedPatch(image, { "/A": new Uint8Array(99) }));
  const patched = await patchedImage(image, { "/A": new Uint8Array(100).fill(1) });
  t.is((await shownFiles(patched, "iso"))["/A"], "100 × 1 new");
});
