/** Files that are compressed when an image is made. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import fc from "fast-check";
import type { Warning } from "../../src/errors.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { openImage } from "../../src/fs/image/open-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { compressContents } from "../../src/host/compress-contents.js";
import { fromFile } from "../../src/host/path-content.js";
import { fromStream } from "../../src/host/stream-content.js";
import type { ZisofsOptions } from "../../src/host/zisofs-options.js";
import { formFor, zisofsSettings } from "../../src/host/zisofs-options.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import type { Progress } from "../../src/medium/session-data.js";
import { failsWith } from "../support/failures.js";
import { bytesOf } from "../support/made-image.js";
import { holds } from "../support/properties.js";
import { patternBytes } from "../support/rich-tree.js";
import { temporaryFolder } from "../support/tools.js";
import { compressible, unzisofs, zisofsFile } from "../support/zisofs.js";

const bare: ImageOptions = { fileSystems: ["iso", "rockridge"] };

interface Compressed {
  readonly source: MemorySource;
  readonly blocks: number;
  readonly files: number;
  readonly recognised: number;
  readonly warnings: readonly Warning[];
}

/** Makes an image with compressed contents. */
async function make(
  fill: (root: DirectoryNode) => void,
  zisofs: ZisofsOptions = {},
  options: ImageOptions = bare,
): Promise<Compressed> {
  const warnings: Warning[] = [];
  const image = new FileSystemImage({ onWarning: (warning) => warnings.push(warning), ...options });
  fill(image.root);
  await using compressed = await compressContents(image, zisofs);
  const { files, recognised } = compressed;
  await using result = await image.createResultImage();
  return { source: new MemorySource(await bytesOf(result)), blocks: result.blocks, files, recognised, warnings };
}

/** The bytes of a file as they lie in an image. */
async function storedIn({ source }: Compressed, path: string): Promise<Buffer> {
  return Buffer.from(await (await openImage(source, { rawContents: true })).readFile(path));
}

async function plainIn({ source }: Compressed, path: string): Promise<Buffer> {
  return Buffer.from(await (await openImage(source)).readFile(path));
}

test("whatever the contents and the options, what is stored is what it was, and never more blocks", async (t) => {
  const kind = fc.constantFrom<"text" | "zeros" | "noise">("text", "zeros", "noise");
  const size = fc.constantFrom(0, 1, 2048, 2049, 4096, 32_767, 32_768, 32_769, 65_536, 131_072, 262_145);
  const file = fc.array(fc.tuple(kind, size), { minLength: 1, maxLength: 3 });
  await holds(
    fc.asyncProperty(
      fc.record({
        files: fc.array(file, { minLength: 1, maxLength: 6 }),
        level: fc.integer({ min: 0, max: 9 }),
        version: fc.constantFrom<1 | 2>(1, 2),
        log2: fc.integer({ min: 15, max: 17 }),
      }),
      async ({ files, level, version, log2 }) => {
        const contents = files.map((pieces) =>
          Buffer.concat(
            pieces.map(([what, bytes], index) => {
              if (what === "zeros") return Buffer.alloc(bytes);
              return what === "text" ? compressible(bytes) : Buffer.from(patternBytes(bytes, index));
            }),
          ),
        );
        const made = await make(
          (root) => contents.forEach((content, index) => void root.addFile(`/${index}`, content)),
          { level, version, blockBytes: 2 ** log2 },
        );
        const image = await openImage(made.source);
        for (const [index, content] of contents.entries()) {
          const stored = await storedIn(made, `/${index}`);
          const { zisofs, bytes } = await image.stat(`/${index}`);
          if (!(await plainIn(made, `/${index}`)).equals(content)) throw new Error("read otherwise");
          if (bytes !== content.length) throw new Error("another length");
          const blocks = Math.ceil(stored.length / 2048);
          const plainBlocks = Math.ceil(content.length / 2048);
          if (zisofs === undefined) {
            if (!stored.equals(content)) throw new Error("plain, and stored otherwise");
            continue;
          }
          if (blocks >= plainBlocks) throw new Error("compressed for nothing");
          const { plain, form } = unzisofs(stored);
          if (!plain.equals(content)) throw new Error("stored otherwise");
          if (form.version !== version || form.log2 !== log2) throw new Error("another form");
        }
        const { findings } = await verifyImage(made.source);
        if (findings.length > 0) throw new Error(JSON.stringify(findings));
      },
    ),
    { numRuns: 30 },
  );
  t.pass();
});

test("what gains a block is compressed, what does not is not, and zeros take nothing", async (t) => {
  const noise = Buffer.from(patternBytes(40_000, 3));
  const made = await make((root) => {
    const { content } = root.addFile("/text", compressible(100_000));
    root.addFile("/noise", noise);
    root.addFile("/zeros", Buffer.alloc(5_000_000));
    root.addFile("/small", compressible(2048));
    root.addFile("/link", content);
  });
  t.is(made.files, 2);
  t.true((await storedIn(made, "/noise")).equals(noise));
  const zeros = await storedIn(made, "/zeros");
  t.is(zeros.length, 16 + (153 + 1) * 4);
  t.true(unzisofs(await storedIn(made, "/text")).plain.equals(compressible(100_000)));
  const image = await openImage(made.source);
  const [text, link] = [await image.stat("/text"), await image.stat("/link")];
  t.deepEqual(link.extents, text.extents);
  t.is(link.links, 2);
});

test("files of several pieces, many files, and large ones among them", async (t) => {
  const contents = Array.from({ length: 60 }, (_, index) =>
    index % 20 === 7
      ? Buffer.concat([compressible(2_600_000, index), patternBytes(10_000, 1)])
      : compressible(3000 + index * 500, index),
  );
  const events: Progress[] = [];
  const image = new FileSystemImage(bare);
  for (const [index, content] of contents.entries()) image.root.addFile(`/${index}`, content);
  const workingDirectory = temporaryFolder(t);
  await using compressed = await compressContents(
    image,
    { level: 1, workingDirectory },
    { onProgress: (progress) => events.push(progress) },
  );
  t.deepEqual(readdirSync(workingDirectory), []);
  t.is(compressed.files, 60);
  t.is(
    compressed.bytes,
    contents.reduce((sum, { length }) => sum + length, 0),
  );
  await using result = await image.createResultImage();
  t.true(result.blocks * 2048 < compressed.bytes / 2);
  const read = await openImage(new MemorySource(await bytesOf(result)));
  for (const [index, content] of contents.entries())
    t.true(Buffer.from(await read.readFile(`/${index}`)).equals(content));
  t.true(events.every(({ phase }) => phase === "compressing"));
  const last = events.at(-1)!;
  t.is(last.doneBlocks, last.totalBlocks);
  t.deepEqual(
    events.map(({ doneBlocks }) => doneBlocks),
    events.map(({ doneBlocks }) => doneBlocks).sort((one, other) => one - other),
  );
});

test("what is left as it is: by pattern, by size, by what it is", async (t) => {
  const text = compressible(50_000);
  const stream = new ReadableStream({
    start(controller): void {
      controller.enqueue(new Uint8Array(text));
      controller.close();
    },
  });
  const made = await make(
    (root) => {
      root.addFile("/one.txt", text);
      const { content: kernel } = root.addFile("/sub/kernel", compressible(60_000), { parents: true });
      root.addFile("/a link to it", kernel);
      root.addFile("/short", compressible(9000));
      root.addFile("/stream", fromStream(stream, text.length));
      root.addFile("/hidden", compressible(70_000), { hiddenIn: ["iso"] });
    },
    { exclude: (path) => path === "/sub/kernel", minimumBytes: 10_000 },
    { fileSystems: ["iso", "rockridge", "joliet"] },
  );
  t.is(made.files, 1);
  t.true((await storedIn(made, "/stream")).equals(text));
  t.like(made.warnings, [{ code: "W_CONTENTS_COMPRESSED", detail: { files: 1 } }]);
  // Joliet has no way to tell: there, the file is what lies on the disc.
  const joliet = await openImage(made.source, { fileSystem: "joliet" });
  t.true(unzisofs(Buffer.from(await joliet.readFile("/one.txt"))).plain.equals(text));
  t.true(Buffer.from(await joliet.readFile("/hidden")).equals(compressible(70_000)));
});

test("boot images stay as they are: firmware reads blocks", async (t) => {
  const bootImage = compressible(30_000);
  const made = await make(
    (root) => {
      root.addFile("/boot.img", bootImage);
      root.addFile("/text", compressible(30_000, 5));
    },
    {},
    {
      ...bare,
      boot: {
        images: [
          { image: "/boot.img", infoTable: true },
          { platform: "uefi", image: "/boot.img" },
        ],
      },
    },
  );
  // What a loader reads besides is not known here.
  t.like(made.warnings, [{ code: "W_CONTENTS_COMPRESSED", detail: { files: 1 } }]);
  const image = await openImage(made.source);
  t.is((await image.stat("/boot.img")).zisofs, undefined);
  t.not((await image.stat("/text")).zisofs, undefined);
  t.true((await storedIn(made, "/boot.img")).subarray(64).equals(bootImage.subarray(64)));
});

test("files that are compressed already are told of, those that only look so are not", async (t) => {
  const text = compressible(80_000);
  const first = zisofsFile(text, { version: 1, log2: 16 });
  const second = zisofsFile(text, { version: 2, log2: 17 });
  const broken = Buffer.from(first);
  broken.writeUInt32LE(3, 20);
  const fill = (root: DirectoryNode): void => {
    root.addFile("/first", first);
    root.addFile("/second", second);
    root.addFile("/broken", broken);
    root.addFile("/header", first.subarray(0, 16));
    root.addFile("/text", text);
    root.addFile("/empty", "");
  };
  const one = await make(fill, { compress: false, recognise: [1] });
  t.deepEqual([one.files, one.recognised], [1, 1]);
  t.true((await plainIn(one, "/first")).equals(text));
  t.true((await plainIn(one, "/second")).equals(second));
  t.true((await plainIn(one, "/broken")).equals(broken));
  const both = await make(fill, { recognise: [1, 2], signature: "Z2" });
  t.is(both.recognised, 2);
  for (const path of ["/first", "/second", "/text"]) t.true((await plainIn(both, path)).equals(text));
  t.true((await plainIn(both, "/broken")).equals(broken));
  t.true((await storedIn(both, "/first")).equals(first));
  t.like((await (await openImage(both.source)).stat("/second")).zisofs, { signature: "Z2", version: 2 });
});

test("version 1 holds less than 4 GiB; auto takes version 2 for more", (t) => {
  const form = (bytes: number, version: 1 | 2 | "auto"): number | undefined =>
    formFor(bytes, zisofsSettings({ version }))?.version;
  t.deepEqual([form(0xffff_ffff, 1), form(0x1_0000_0000, 1)], [1, undefined]);
  t.deepEqual([form(0xffff_ffff, "auto"), form(0x1_0000_0000, "auto")], [1, 2]);
  t.deepEqual([form(3000, 2), form(0x1_0000_0000, 2)], [2, 2]);
});

test("options that cannot be, and images that cannot tell, are refused before anything is made", async (t) => {
  const refused = (options: ZisofsOptions, option: string, image: ImageOptions = bare): Promise<unknown> =>
    failsWith(t, "E_OPTION_INVALID", { option }, () => compressContents(new FileSystemImage(image), options));
  await refused({ level: 10 }, "zisofs.level");
  await refused({ level: 1.5 }, "zisofs.level");
  await refused({ blockBytes: 16_384 }, "zisofs.blockBytes");
  await refused({ blockBytes: 2 ** 18 }, "zisofs.blockBytes");
  await refused({ blockBytes: 2 ** 21, version: 2 }, "zisofs.blockBytes");
  await refused({ blockBytes: 40_000 }, "zisofs.blockBytes");
  await refused({ minimumBytes: -1 }, "zisofs.minimumBytes");
  await refused({ version: 3 as 2 }, "zisofs.version");
  await refused({ signature: "XX" as "ZF" }, "zisofs.signature");
  await refused({ recognise: [3 as 2] }, "zisofs.recognise");
  await refused({}, "fileSystems", { fileSystems: ["iso", "joliet"] });
  await refused({}, "fileSystems", { fileSystems: ["iso", "rockridge", "udf"] });
  const image = new FileSystemImage(bare);
  image.root.addFile("/text", compressible(10_000));
  await using result = await image.createResultImage();
  t.truthy(result);
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => compressContents(image));
});

test("what was compressed once is not again, and is written as it is when that is gone", async (t) => {
  const image = new FileSystemImage(bare);
  image.root.addFile("/text", compressible(100_000));
  const first = await compressContents(image);
  image.root.addFile("/more", compressible(50_000));
  const second = await compressContents(image);
  t.deepEqual([first.files, second.files, second.bytes], [1, 1, 50_000]);
  await first[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await using result = await image.createResultImage();
  const read = await openImage(new MemorySource(await bytesOf(result)));
  t.is((await read.stat("/text")).zisofs, undefined);
  t.not((await read.stat("/more")).zisofs, undefined);
  // While a result reads from it, it stays.
  await failsWith(t, "E_IMAGE_IN_USE", {}, () => second[Symbol.asyncDispose]());
});

test("where UDF is written after all, files are plain", async (t) => {
  const image = new FileSystemImage(bare);
  image.root.addFile("/text", compressible(100_000));
  await using compressed = await compressContents(image);
  t.is(compressed.files, 1);
  image.fileSystems = ["iso", "rockridge", "udf"];
  await using result = await image.createResultImage();
  const source = new MemorySource(await bytesOf(result));
  for (const fileSystem of ["rockridge", "udf"] as const) {
    const read = await openImage(source, { fileSystem, rawContents: true });
    t.true(Buffer.from(await read.readFile("/text")).equals(compressible(100_000)));
  }
});

function interrupted(t: ExecutionContext): { readonly image: FileSystemImage; readonly workingDirectory: string } {
  const image = new FileSystemImage(bare);
  image.root.addFile("/text", compressible(4_000_000));
  return { image, workingDirectory: temporaryFolder(t) };
}

test("cancelling ends it, and leaves nothing", async (t) => {
  const { image, workingDirectory } = interrupted(t);
  const controller = new AbortController();
  const onProgress = (): void => controller.abort();
  const { signal } = controller;
  await failsWith(t, "E_CANCELLED", {}, () => compressContents(image, { workingDirectory }, { signal, onProgress }));
  t.deepEqual(readdirSync(workingDirectory), []);
  await using result = await image.createResultImage();
  const read = await openImage(new MemorySource(await bytesOf(result)));
  t.is((await read.stat("/text")).zisofs, undefined);
});

test("a file that cannot be read, or changes, fails as it does elsewhere", async (t) => {
  const { image, workingDirectory } = interrupted(t);
  const path = join(workingDirectory, "file");
  writeFileSync(path, compressible(100_000));
  image.root.addFile("/file", await fromFile(path));
  writeFileSync(path, readFileSync(path).subarray(0, 50_000));
  await failsWith(t, "E_CONTENT_CHANGED", {}, () => compressContents(image));
  await failsWith(t, "E_HOST", {}, () => compressContents(image, { workingDirectory: join(workingDirectory, "none") }));
});
