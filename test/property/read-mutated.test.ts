import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { DiscError } from "../../src/errors.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { importTree } from "../../src/fs/image/import.js";
import { openImage } from "../../src/fs/image/open-image.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { compressContents } from "../../src/host/compress-contents.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { bytesOf } from "../support/made-image.js";
import { randomNumbers } from "../support/random-numbers.js";
import { requireTool, temporaryFolder } from "../support/tools.js";
import { compressible } from "../support/zisofs.js";

async function readAll(bytes: Uint8Array): Promise<void> {
  const source = new MemorySource(bytes);
  for (const scan of [false, true]) {
    try {
      const image = await openImage(source, { scan });
      for await (const entry of image.walk()) {
        if (entry.type === "file" && entry.refusal === null) await image.readFile(entry);
      }
      await importTree(source, { scan });
      await verifyImage(source, { scan });
    } catch (error) {
      if (!(error instanceof DiscError)) throw error;
    }
  }
}

/** Changes bytes of an image, round for round, and reads what came of it. */
async function mutate(t: ExecutionContext, original: Buffer, usualRounds: number): Promise<void> {
  // Only blocks with something in them are worth changing.
  const places = [...original.keys()].filter((at) => at >= 16 * 2048 && original[at] !== 0);
  const rounds = process.env.DISCSMITH_SLOW === "1" ? 20_000 : usualRounds;
  const seed = Number(process.env.DISCSMITH_SEED ?? Date.now() % 1_000_000);
  t.log(`seed ${seed}`);
  const random = randomNumbers(seed);
  for (let round = 0; round < rounds; round++) {
    const bytes = Uint8Array.from(original);
    const changes = 1 + Math.floor(random() * 8);
    for (let change = 0; change < changes; change++) {
      const at = places[Math.floor(random() * places.length)]! + Math.floor(random() * 4);
      bytes[at] = random() < 0.3 ? 255 : Math.floor(random() * 256);
    }
    const length = random() < 0.1 ? Math.floor(random() * bytes.length) : bytes.length;
    const started = Date.now();
    try {
      await readAll(bytes.subarray(0, length));
    } catch (error) {
      t.fail(`seed ${seed}, round ${round}: ${error instanceof Error ? error.stack : error}`);
      return;
    }
    if (Date.now() - started > 10_000) t.fail(`seed ${seed}, round ${round}: took ${Date.now() - started} ms`);
  }
  t.pass();
}

test("a mutated image gives an answer or a DiscError", async (t) => {
  if (!requireTool(t, "xorriso")) return;
  const folder = temporaryFolder(t);
  const tree = join(folder, "tree");
  mkdirSync(join(tree, "a", "b"), { recursive: true });
  for (const name of ["one.txt", `${"long".repeat(50)}.txt`, "a/two", "a/b/three"]) {
    writeFileSync(join(tree, name), name);
  }
  symlinkSync("x/".repeat(150), join(tree, "a", "link"));
  const image = join(folder, "image.iso");
  const options = ["-as", "mkisofs", "-quiet", "-J", "-no-pad", "-o", image, tree];
  execFileSync("xorriso", options, { stdio: "ignore" });
  await mutate(t, readFileSync(image), 600);
});

test("a mutated image of compressed files gives an answer or a DiscError", async (t) => {
  const image = new FileSystemImage({ fileSystems: ["iso", "rockridge"] });
  image.root.addFile("/text", compressible(100_000));
  image.root.addFile("/zeros", new Uint8Array(300_000));
  await using compressed = await compressContents(image, { version: 2 });
  t.is(compressed.files, 2);
  await using result = await image.createResultImage();
  const bytes = await bytesOf(result);
  // What is compressed has more bytes than all else: it is cut off, so that headers and pointers are hit as often.
  await mutate(t, bytes.subarray(0, (result.blocks - 8) * 2048), 200);
});
