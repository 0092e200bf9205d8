/** What the reference API asks of an image itself: its limits, names, file systems and defaults. docs/IMAPI.md. */
import test from "ava";
import { createDisc, mediaTypes, openRecorder } from "../../../src/device.js";
import type { Warning } from "../../../src/errors.js";
import { readBootSetUp } from "../../../src/fs/image/boot-set-up.js";
import { FileSystemImage } from "../../../src/fs/image/file-system-image.js";
import { mediaDefaults } from "../../../src/fs/image/media-defaults.js";
import { openImage } from "../../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../../src/fs/image/options.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import { verifyImage } from "../../../src/fs/verify/verify.js";
import { charsetByName } from "../../../src/host/charsets.js";
import { MemorySource } from "../../../src/medium/memory-source.js";
import { appendSession, blankDisc } from "../../support/disc.js";
import { failsWith } from "../../support/failures.js";
import { bytesOf, makeImage } from "../../support/made-image.js";

test("the root has no name, and its path is /", (t) => {
  const { root } = new FileSystemImage();
  t.deepEqual([root.name, root.path, root.type], ["", "/", "directory"]);
});

test("an image has no limit unless it is given one, and 0 takes it away", async (t) => {
  const image = new FileSystemImage();
  t.is(image.freeMediaBlocks, 0);
  image.root.addFile("/x", new Uint8Array(100 * 2048));
  image.freeMediaBlocks = 50;
  t.is(image.freeMediaBlocks, 50);
  const blocks = await image.usedBlocks();
  await failsWith(t, "E_IMAGE_TOO_BIG", { blocks, limitBlocks: 50 }, () => image.createResultImage());
  image.freeMediaBlocks = 0;
  await using result = await image.createResultImage();
  t.is(result.blocks, blocks);
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => {
    image.freeMediaBlocks = 1;
  });
});

test("the limit of a CD that the reference has by default is none here", async (t) => {
  const image = new FileSystemImage();
  const content = { bytes: 700 * 2 ** 20, repeatable: true, label: "zeros", read: async () => {} };
  image.root.addFile("/large", content);
  await using result = await image.createResultImage();
  t.true(result.blocks > 332_800);
});

test("the used blocks are what the result has, and nothing is changed by asking", async (t) => {
  for (const fileSystems of [["iso", "rockridge", "joliet"], ["udf"], ["iso", "udf"]] as const) {
    const warnings: unknown[] = [];
    const image = new FileSystemImage({ fileSystems, onWarning: (warning) => warnings.push(warning) });
    image.root.addFile("/a/b", "content", { parents: true });
    image.root.addFile("/A", "other", { streams: { more: "stream" } });
    image.root.addFile("/boot.img", new Uint8Array(4096));
    if (fileSystems[0] === "iso") {
      image.options = { ...image.options, boot: { images: [{ image: "/boot.img" }], catalogPath: "/boot.cat" } };
    }
    const used = await image.usedBlocks();
    t.deepEqual([warnings.length, image.exists("/boot.cat"), image.changePoint], [0, undefined, 3]);
    await using result = await image.createResultImage();
    t.is(result.blocks, used);
    t.true(warnings.length > 0);
    t.is(await image.usedBlocks(), used);
  }
});

test("what is changed while the used blocks are counted stays", async (t) => {
  const image = new FileSystemImage({ boot: { images: [{ image: "/boot.img" }], catalogPath: "/boot/boot.cat" } });
  image.root.addFile("/boot.img", new Uint8Array(4096));
  const counting = image.usedBlocks();
  image.root.addFile("/meanwhile", "x");
  await counting;
  t.deepEqual(
    [...image.root].map(({ name }) => name),
    ["boot.img", "meanwhile"],
  );
  await failsWith(t, "E_PATH_INVALID", {}, () => {
    image.options = { boot: { images: [{ image: "/boot.img" }], catalogPath: "/../boot.cat" } };
    return image.usedBlocks();
  });
});

test("the room on a disc in a recorder becomes the limit", async (t) => {
  await using recorder = await openRecorder(await blankDisc(t, "cd-r"));
  const image = new FileSystemImage();
  image.setMaxMediaBlocksFromDevice(recorder);
  t.is(image.freeMediaBlocks, recorder.state.freeBlocks);
});

test("a disc that takes no session gives no limit and no defaults", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/x", "x"));
  await using recorder = await openRecorder(path);
  await recorder.close();
  const image = new FileSystemImage();
  await failsWith(t, "E_DISC_FINALISED", {}, () => image.setMaxMediaBlocksFromDevice(recorder));
  await failsWith(t, "E_DISC_FINALISED", {}, () => image.chooseImageDefaults(recorder));
  t.deepEqual(image.options, {});
});

test("an image can be made for an address without a disc", async (t) => {
  const image = new FileSystemImage();
  image.sessionStartBlock = 11_702;
  image.root.addFile("/x", "x");
  await using result = await image.createResultImage();
  t.is(result.firstBlock, 11_702);
  const read = await openImage(new MemorySource(await bytesOf(result)), { addressOffset: 11_702 });
  t.is(await read.readFile("/x").then((bytes) => Buffer.from(bytes).toString()), "x");
  result.dispose();
  await failsWith(t, "E_OPTION_INVALID", { option: "sessionStartBlock" }, () => {
    image.sessionStartBlock = -1;
  });
  await failsWith(t, "E_OPTION_INVALID", { option: "sessionStartBlock" }, () => {
    image.options = { growable: true, sessionStartBlock: 32 };
    return image.createResultImage();
  });
});

test("a disc says itself where its next session starts", async (t) => {
  await using recorder = await openRecorder(await blankDisc(t, "cd-r"));
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  await failsWith(t, "E_OPTION_INVALID", { option: "sessionStartBlock" }, () => {
    image.sessionStartBlock = 300;
  });
  t.is(image.sessionStartBlock, 0);
});

test("each file system has the volume's name in its own form, and the image has just these", async (t) => {
  const volumeName = "Größe of_everything 𝄞";
  const { image, bytes } = await makeImage((root) => root.addFile("/x", "x"), {
    fileSystems: ["iso", "joliet", "udf"],
    volumeName,
  });
  t.is(image.volumeNameOf("iso"), "Gr__e of_everything _");
  t.is(image.volumeNameOf("joliet"), "Größe of_everyth");
  t.is(image.volumeNameOf("udf"), volumeName);
  const source = new MemorySource(bytes);
  for (const fileSystem of ["iso", "joliet"] as const) {
    const { volume } = await openImage(source, { fileSystem });
    t.is(volume.volumeName, fileSystem === "iso" ? image.volumeNameOf("joliet") : image.volumeNameOf(fileSystem));
  }
  const { sessions } = await openImage(source);
  t.is(sessions[0]!.udf!.logicalVolumeIdentifier, volumeName);
  const { bytes: plain } = await makeImage((root) => root.addFile("/x", "x"), { fileSystems: ["iso"], volumeName });
  t.is((await openImage(new MemorySource(plain))).volume.volumeName, image.volumeNameOf("iso"));
});

test("a volume whose name is another one in ISO 9660 is told of", async (t) => {
  const warnings: Warning[] = [];
  const make = (options: ImageOptions): Promise<unknown> =>
    makeImage((root) => root.addFile("/x", "x"), { ...options, onWarning: (warning) => warnings.push(warning) });
  await make({ volumeName: "Größe" });
  t.is(warnings.length, 1);
  t.like(warnings[0], { code: "W_NAME_MANGLED", detail: { path: "/", name: "Gr__e", character: "ö" } });
  await make({ volumeName: "Größe", isoCharset: charsetByName("latin1") });
  await make({ volumeName: "under_score" });
  await make({ volumeName: "Gr\udcf6\udcdfe" });
  await make({ volumeName: "Größe", fileSystems: ["udf"] });
  t.is(warnings.length, 1);
});

test("a surrogate pair is not torn where Joliet has no room for it", (t) => {
  t.is(new FileSystemImage({ volumeName: "fifteen letters𝄞" }).volumeNameOf("joliet"), "fifteen letters");
});

test("a volume name that is too long is refused when it is set, and the old one stays", async (t) => {
  const image = new FileSystemImage();
  image.volumeName = "Test_FileSystem of 32 characters";
  await failsWith(t, "E_VOLUME_NAME_INVALID", {}, () => {
    image.volumeName = "Test_FileSystem of 33 characters.";
  });
  t.is(image.volumeName, "Test_FileSystem of 32 characters");
});

test("what is at a path", (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/d/f", "f", { parents: true });
  t.deepEqual([image.exists("/d"), image.exists("/d/f"), image.exists("/e")], ["directory", "file", undefined]);
  t.throws(() => image.exists("/d/../e"), { code: "E_PATH_INVALID" });
});

test("counts: the root is one of the directories", (t) => {
  const image = new FileSystemImage();
  t.deepEqual([image.fileCount, image.directoryCount], [0, 1]);
  image.root.addFile("/a/b", "b", { parents: true });
  t.deepEqual([image.fileCount, image.directoryCount], [1, 2]);
});

test("with strict compliance, relaxed forms are refused", async (t) => {
  const image = new FileSystemImage({ strictFileSystemCompliance: true });
  image.root.addFile("/Some Name", "x");
  t.true(image.strictFileSystemCompliance);
  for (const options of [{ isoRelaxations: { lowercase: true } }, { jolietNameLength: 103 as const }]) {
    await failsWith(
      t,
      "E_OPTION_INVALID",
      {},
      () => new FileSystemImage({ ...options, strictFileSystemCompliance: true }),
    );
    const relaxed = new FileSystemImage(options);
    await failsWith(t, "E_OPTION_INVALID", {}, () => {
      relaxed.strictFileSystemCompliance = true;
    });
    t.false(relaxed.strictFileSystemCompliance);
  }
  await using result = await image.createResultImage();
  t.true(result.blocks > 0);
});

test("with the restricted character set, new names are ASCII, and those that are there stay", async (t) => {
  const image = new FileSystemImage();
  image.root.addFile("/größe", "x");
  image.useRestrictedCharacterSet = true;
  const { root } = image;
  await failsWith(t, "E_NAME_RESTRICTED", { name: "naïve" }, () => root.addFile("/naïve", "x"));
  await failsWith(t, "E_NAME_RESTRICTED", { name: "é" }, () => root.addFile("/a/é/b", "x", { parents: true }));
  await failsWith(t, "E_NAME_RESTRICTED", { name: "\u007f" }, () => root.addDirectory("/\u007f"));
  await failsWith(t, "E_NAME_RESTRICTED", { path: "tree/ü" }, () =>
    root.addTree({
      load: async (into) => {
        into.addFile("tree/ü", "x", { parents: true });
      },
    }),
  );
  await failsWith(t, "E_NAME_RESTRICTED", { name: "ö" }, () => image.createFileItem("ö", "x"));
  t.deepEqual(
    [...root].map(({ name }) => name),
    ["größe"],
  );
  root.addFile("/plain name~", "x");
  root.addDirectory("/d");
  await failsWith(t, "E_NAME_RESTRICTED", { name: "größe" }, () => root.move("/größe", "/d"));
  root.move("/größe", "/size");
  t.true(image.useRestrictedCharacterSet);
  await using _result = await image.createResultImage();
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => {
    image.useRestrictedCharacterSet = false;
  });
});

test("the file systems, levels and revisions that there are can all be chosen", async (t) => {
  const image = new FileSystemImage();
  t.deepEqual(image.fileSystems, ["iso", "rockridge", "joliet"]);
  image.root.addFile("/x", "x");
  for (const fileSystem of image.fileSystemsSupported) {
    image.fileSystems = [fileSystem];
    await using result = await image.createResultImage();
    const { fileSystems } = await openImage(new MemorySource(await bytesOf(result)));
    t.true(fileSystems.includes(fileSystem), fileSystem);
  }
  image.fileSystems = ["iso"];
  for (const level of image.isoLevelsSupported) {
    image.isoLevel = level;
    await using result = await image.createResultImage();
    t.true(result.blocks > 0);
  }
  image.fileSystems = ["udf"];
  t.is(image.udfRevision, "1.02");
  for (const revision of image.udfRevisionsSupported) {
    image.udfRevision = revision;
    t.is(image.udfRevision, revision);
    await using result = await image.createResultImage();
    const { sessions } = await openImage(new MemorySource(await bytesOf(result)));
    t.is(sessions[0]!.udf!.udfRevision, Number.parseInt(revision.replace(".", ""), 16));
  }
  const wrong: Record<string, () => void> = {
    fileSystems: () => {
      image.fileSystems = [];
    },
    isoLevel: () => {
      image.isoLevel = 5 as 4;
    },
    udfRevision: () => {
      image.udfRevision = "2.02" as "2.01";
    },
  };
  for (const [option, set] of Object.entries(wrong)) await failsWith(t, "E_OPTION_INVALID", { option }, set);
});

test("every medium that can be written has defaults", (t) => {
  t.deepEqual([...mediaDefaults.keys()].sort(), [...mediaTypes].sort());
  for (const [media, { fileSystems, udfRevision, freeMediaBlocks }] of mediaDefaults) {
    const image = new FileSystemImage({ udfRevision: "2.01" });
    image.chooseImageDefaultsForMediaType(media);
    t.deepEqual(image.fileSystems, fileSystems, media);
    t.is(image.freeMediaBlocks, freeMediaBlocks);
    t.is(image.udfRevision, udfRevision ?? "1.02");
    t.is(fileSystems.includes("udf"), udfRevision !== undefined);
  }
  const image = new FileSystemImage();
  t.throws(() => image.chooseImageDefaultsForMediaType("cd-rom"), { code: "E_OPTION_INVALID" });
});

test("the defaults for the disc in a recorder have what is free there as their limit", async (t) => {
  for (const [media, revision] of [
    ["cd-r", "1.02"],
    ["dvd+rw", "1.02"],
    ["bd-r", "2.50"],
  ] as const) {
    const path = await blankDisc(t, media);
    await using recorder = await openRecorder(path);
    const image = new FileSystemImage();
    image.chooseImageDefaults(recorder);
    t.is(image.freeMediaBlocks, recorder.state.freeBlocks);
    t.is(image.udfRevision, revision);
    t.is(image.fileSystems.includes("udf"), media !== "cd-r");
    image.multisessionInterfaces = await recorder.multisessionInterfaces();
    image.root.addFile("/x", "x");
    await using result = await image.createResultImage();
    await recorder.write(result);
  }
});

test("defaults leave the revision of an imported volume as it is", async (t) => {
  const path = await blankDisc(t, "bd-r");
  await appendSession(path, ({ root }) => root.addFile("/x", "x"), { fileSystems: ["udf"], udfRevision: "2.01" });
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage();
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  t.is(image.udfRevision, "2.50");
  await image.importFileSystem();
  t.is(image.udfRevision, "2.01");
  image.chooseImageDefaults(recorder);
  t.is(image.udfRevision, "2.01");
  await failsWith(t, "E_UDF_REVISION_FIXED", { imported: "2.01", wanted: "2.50" }, () => {
    image.udfRevision = "2.50";
  });
  image.udfRevision = "2.01";
  await using result = await image.createResultImage();
  t.true(result.blocks > 0);
});

test("the metadata of UDF 2.50 lie on the disc twice, or once", async (t) => {
  const image = new FileSystemImage({ fileSystems: ["udf"], udfRevision: "2.50" });
  for (let number = 0; number < 200; number++) image.root.addDirectory(`/${number}`);
  t.true(image.createRedundantUdfMetadataFiles);
  const twice = await image.usedBlocks();
  image.createRedundantUdfMetadataFiles = false;
  const once = await image.usedBlocks();
  t.true(twice - once >= 400, `${twice} and ${once} blocks`);
  await using result = await image.createResultImage();
  const source = new MemorySource(await bytesOf(result));
  t.deepEqual((await verifyImage(source)).findings, []);
  t.is((await (await openImage(source)).readdir("/")).length, 200);
});

test("sessions go on with metadata that lie on the disc twice or once, and change that", async (t) => {
  const path = await blankDisc(t, "bd-r");
  const fileSystems = ["udf"] as const;
  for (const [number, udfMetadataMirror] of [true, false, true].entries()) {
    const fill = (name: number): string => `/${number}-${name}`;
    await appendSession(
      path,
      ({ root }) => {
        // Where there are many, a session goes on with the metadata of the one before.
        for (let name = 0; name < 4200; name++) if (number === 0 || name < 5) root.addFile(fill(name), "");
      },
      { fileSystems, udfMetadataMirror },
    );
    await using recorder = await openRecorder(path);
    const { findings } = await verifyImage(recorder);
    t.deepEqual(
      findings.filter(({ severity }) => severity === "error"),
      [],
      `session ${number + 1}`,
    );
    t.is((await (await openImage(recorder)).readdir("/")).length, 4200 + 5 * number);
  }
});

const bootCode = new Uint8Array(1_474_560);

test("what an image boots from can be asked and set, as one or as many", async (t) => {
  const image = new FileSystemImage();
  t.is(image.bootImageOptions, undefined);
  t.deepEqual(image.bootImageOptionsArray, []);
  const bios = { image: new MemoryContent(bootCode), idString: "Somebody" };
  const uefi = { image: new MemoryContent(bootCode), platform: "uefi" } as const;
  image.bootImageOptionsArray = [bios, uefi];
  t.is(image.bootImageOptions, bios);
  image.bootImageOptions = uefi;
  t.deepEqual(image.bootImageOptionsArray, [uefi]);
  image.bootImageOptionsArray = [bios, uefi];
  await using result = await image.createResultImage();
  const { idString, entries } = await readBootSetUp(new MemorySource(await bytesOf(result)));
  t.is(idString, "Somebody");
  // Of the length of a floppy disc, and emulated as nothing nevertheless.
  t.deepEqual(
    entries.map(({ platform, emulation }) => [platform, emulation]),
    [
      [0, "none"],
      [0xef, "none"],
    ],
  );
  result.dispose();
  image.bootImageOptions = undefined;
  t.is(image.options.boot, undefined);
});

test("more than 32 images can be booted, of any platform", async (t) => {
  const image = new FileSystemImage();
  image.bootImageOptionsArray = Array.from({ length: 60 }, (_, number) => ({
    image: new MemoryContent(new Uint8Array(2048).fill(number)),
    platform: number,
  }));
  await using result = await image.createResultImage();
  t.is((await readBootSetUp(new MemorySource(await bytesOf(result)))).entries.length, 60);
});

test("what cannot be booted is refused", async (t) => {
  const image = new FileSystemImage();
  await failsWith(t, "E_OPTION_INVALID", { option: "boot.images[0].idString" }, () => {
    image.bootImageOptions = { image: "/x", idString: "x".repeat(25) };
  });
  await failsWith(t, "E_OPTION_INVALID", { option: "boot.images[0].platform" }, () => {
    image.bootImageOptions = { image: "/x", platform: 256 };
  });
  image.bootImageOptions = { image: "/x" };
  await failsWith(t, "E_ITEM_NOT_FOUND", {}, () => image.createResultImage());
  image.root.addFile("/x", "");
  await failsWith(t, "E_BOOT_IMAGE_INVALID", {}, () => image.createResultImage());
  image.bootImageOptions = { image: new MemoryContent(new Uint8Array(99)), emulation: "floppy1440" };
  await failsWith(t, "E_BOOT_EMULATION_MISMATCH", { bytes: 99 }, () => image.createResultImage());
});

test("a session that is added to a disc can boot", async (t) => {
  const path = await blankDisc(t, "dvd+r");
  await appendSession(path, ({ root }) => root.addFile("/x", "x"));
  const start = await appendSession(path, (image) => {
    image.root.addFile("/boot.img", bootCode);
    image.bootImageOptions = { image: "/boot.img" };
  });
  await using recorder = await openRecorder(path);
  const { entries } = await readBootSetUp(recorder, { startLba: start });
  t.deepEqual(
    entries.map(({ emulation }) => emulation),
    ["none"],
  );
  const image = await openImage(recorder);
  t.is(Buffer.from(await image.readFile("/x")).toString(), "x");
});

test("a disc of another type is not made", async (t) => {
  await failsWith(t, "E_NOT_SUPPORTED", {}, () => createDisc("nowhere.disc", { media: "hd-dvd-r" }));
});
