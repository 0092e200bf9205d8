/** An image of gigabytes that grows: what is written does not depend on what is there. Takes some gigabytes of disk. */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import { ImageFile } from "../../src/host/image-file.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import type { FileAccess } from "../../src/medium/file-access.js";
import { execute } from "../support/judges.js";
import { hasRig, rigFolder } from "../support/rig.js";
import { SparseContent, writeSparse } from "../support/sparse.js";
import { run, temporaryFolder } from "../support/tools.js";
import { bridge, hasTools } from "../support/udf-verdicts.js";

const gibibyte = 2 ** 30;

/** Files in which it is counted how much is read and written. */
function countingFiles(counts: { read: number; written: number }): FileAccess {
  return {
    ...nodeFileAccess,
    async open(path, mode) {
      const handle = await nodeFileAccess.open(path, mode);
      return {
        size: () => handle.size(),
        async read(offset, into) {
          counts.read += into.length;
          return await handle.read(offset, into);
        },
        async write(offset, from) {
          counts.written += from.length;
          await handle.write(offset, from);
        },
        truncate: (bytes) => handle.truncate(bytes),
        sync: () => handle.sync(),
        close: () => handle.close(),
        [Symbol.asyncDispose]: () => handle.close(),
      };
    },
  };
}

if (process.env.DISCSMITH_SLOW === "1") {
  test.serial("ten files are added to a bridge of 3 GiB, and to one of 3 MiB, with as many bytes", async (t) => {
    if (!hasTools(t)) return;
    const folder = mkdtempSync("/var/tmp/discsmith-large-");
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "image.iso");
    const written: number[] = [];
    for (const bytes of [3 * 2 ** 20, 3 * gibibyte]) {
      const marks = [0, bytes - 4096];
      const content = new SparseContent(bytes, marks);
      const first = new FileSystemImage(bridge);
      first.root.addFile("/old.bin", content);
      {
        await using image = await first.createResultImage();
        const { lba } = image.plan.regions.find(({ region }) => region.kind === "contents")!;
        await writeSparse(image, path, [{ lba, content }]);
      }
      const counts = { read: 0, written: 0 };
      const begun = performance.now();
      {
        await using file = await ImageFile.open(countingFiles(counts), path);
        const next = new FileSystemImage();
        next.multisessionInterfaces = file.multisessionInterfaces();
        await next.importFileSystem();
        for (let number = 0; number < 10; number++) next.root.addFile(`/new${number}.txt`, `this is new ${number}\n`);
        await using result = await next.createResultImage();
        await file.write(result);
      }
      const ms = Math.round(performance.now() - begun);
      t.log(`${bytes} bytes: ${ms} ms, ${counts.read} bytes read, ${counts.written} written`);
      t.true(counts.read < 8 * 2 ** 20);
      written.push(counts.written);
    }
    t.is(written[0], written[1]);
    t.true(written[1]! < 4 * 2 ** 20);
    t.true(statSync(path).size > 3 * gibibyte);
    t.is(execute("7zz", ["x", "-so", "-tudf", path, "new7.txt"]).output.toString(), "this is new 7\n");
    t.is(execute("7zz", ["x", "-so", "-tiso", path, "new7.txt"]).output.toString(), "this is new 7\n");
    t.is(execute("grub-fstest", [path, "cat", "(loop0)/new7.txt"]).output.toString(), "this is new 7\n");
    const tree = join(folder, "tree");
    run("xorriso", ["-osirrox", "on", "-indev", path, "-extract", "/new7.txt", `${tree}/new7.txt`]);
    t.is(run("cat", [join(tree, "new7.txt")]).toString(), "this is new 7\n");
    const listed = execute("xorriso", ["-indev", path, "-find", "/", "-type", "f"]).output.toString();
    t.is(listed.trim().split("\n").length, 11);
    const end = `mark at ${3 * gibibyte - 4096}`;
    const skipped = ["-s", String(3 * gibibyte - 4096), "-n", String(end.length)];
    t.is(execute("grub-fstest", [path, "cat", ...skipped, "(loop0)/old.bin"]).output.toString(), end);
    if (!hasRig) return;
    const program = join(temporaryFolder(t), "udfread-ls");
    run("gcc", ["-O1", "-o", program, join(rigFolder, "udfread-ls.c"), "-ludfread"]);
    const { output } = execute(program, [path]);
    for (const name of ["old.bin", "new0.txt", "new9.txt"]) t.regex(output.toString(), new RegExp(name));
  });
} else {
  test("with DISCSMITH_SLOW=1, an image of gigabytes grows", (t) => t.pass());
}
