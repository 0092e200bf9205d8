/** Discs: create, write, append, burn, info. */
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import test from "ava";
import type { DiscInfo } from "../../src/cli/info.js";
import type { SessionReport } from "../../src/session-job.js";
import { requireTool, run } from "../support/tools.js";
import { NearShell as Shell } from "./support.js";

type Info = DiscInfo & { readonly warnings: readonly { readonly code: string }[] };

async function disc(shell: Shell, t: Parameters<Shell["ok"]>[0], media = "dvd+r"): Promise<void> {
  shell.file("one/one.txt");
  shell.file("one/docs/a.txt");
  shell.file("one/docs/b.txt");
  shell.file("two/two.txt");
  await shell.ok(t, "create", "x.disc", "--media", media);
}

test.serial("info of a blank disc, member by member", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t, "cd-r");
  const info = await shell.json<Info>(t, "info", "x.disc");
  t.deepEqual(Object.keys(info), [
    "kind",
    "media",
    "profile",
    "state",
    "capacityBlocks",
    "freeBlocks",
    "discId",
    "sessions",
    "multisession",
    "warnings",
  ]);
  const { freeBlocks } = info;
  t.like(info, { kind: "emulated", media: "cd-r", profile: 9, state: "blank", sessions: [], warnings: [] });
  t.like(info.multisession, {
    type: "sequential",
    isFirstDataSession: true,
    startAddressOfPreviousSession: null,
    lastWrittenAddressOfPreviousSession: null,
    nextWritableAddress: 0,
    freeSectorsOnMedia: freeBlocks,
    writeUnitSize: 1,
    totalSectorsOnMedia: null,
  });
  t.is((await shell.fails(t, 4, "list", "x.disc")).code, "E_DISC_BLANK");
  t.is((await shell.fails(t, 4, "verify", "x.disc")).code, "E_DISC_BLANK");
});

test.serial("create refuses what is there, and media that are not", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  t.is((await shell.fails(t, 1, "create", "x.disc", "--media", "bd-r")).code, "E_TARGET_EXISTS");
  t.is((await shell.fails(t, 2, "create", "y.disc", "--media", "bd-rom")).code, "E_USAGE");
  t.is((await shell.fails(t, 2, "create", "y.disc", "--media", "tape")).code, "E_USAGE");
  t.is((await shell.fails(t, 2, "create", "y.disc")).code, "E_USAGE");
  await shell.ok(t, "create", "y.disc", "--media", "bd-r", "--dry-run");
  t.false(existsSync(shell.path("y.disc")));
  await shell.ok(t, "create", "y.disc", "--media", "bd-r", "--capacity", "25M");
  t.is((await shell.json<Info>(t, "info", "y.disc")).capacityBlocks, (25 * 2 ** 20) / 2048);
});

for (const media of ["cd-r", "dvd+r", "bd-r"]) {
  test.serial(`three sessions on ${media}`, async (t) => {
    const shell = new Shell(t);
    await disc(shell, t, media);
    const first = await shell.json<SessionReport>(t, "write", "x.disc", "one", "--volume", "Three");
    t.like(first, { session: 1, start: 0, files: 3, directories: 2, isFirstSession: true, hidden: [], dryRun: false });
    const before = await shell.json<Info>(t, "info", "x.disc");
    const changes = ["two", "--remove", "/docs/a.txt", "--move", "/one.txt=/docs/uno.txt", "new/b=two/two.txt"];
    const planned = await shell.json<SessionReport>(t, "append", "x.disc", ...changes, "--dry-run");
    t.deepEqual(await shell.json<Info>(t, "info", "x.disc"), before);
    t.like(planned, { session: 2, start: before.multisession.nextWritableAddress!, dryRun: true, files: 4 });
    t.deepEqual(planned.hidden, ["/docs/a.txt"]);
    t.is(planned.freeBlocks, before.freeBlocks!);
    const second = await shell.json<SessionReport>(t, "append", "x.disc", ...changes);
    t.like(second, {
      session: 2,
      start: planned.start,
      blocks: planned.blocks,
      volumeName: "Three",
      importedFrom: "rockridge",
    });
    const now = ["/docs", "/docs/b.txt", "/docs/uno.txt", "/new", "/new/b", "/two.txt"];
    t.deepEqual(await shell.list(t, "x.disc"), now);
    t.deepEqual(await shell.list(t, "x.disc", "--session", "-1"), ["/docs", "/docs/a.txt", "/docs/b.txt", "/one.txt"]);
    t.is(await shell.ok(t, "cat", "x.disc", "/docs/uno.txt"), "This is one/one.txt.\n");
    shell.file("two/two.txt", "changed\n");
    const third = await shell.json<SessionReport>(t, "append", "x.disc", "two", "--close");
    t.deepEqual(third.hidden, ["/two.txt"]);
    t.true(third.closed);
    t.is(await shell.ok(t, "cat", "x.disc", "/two.txt"), "changed\n");
    const info = await shell.json<Info>(t, "info", "x.disc");
    t.is(info.state, "complete");
    t.is(info.multisession.nextWritableAddress, null);
    t.deepEqual(
      info.sessions.map(({ number, state, volumeName }) => `${number} ${state} ${volumeName}`),
      ["1 complete Three", "2 complete Three", "3 complete Three"],
    );
    t.deepEqual(info.sessions[2]?.fileSystems, ["rockridge", "joliet", "iso"]);
    for (const verb of ["append", "write"]) {
      t.is((await shell.fails(t, 4, verb, "x.disc", "one")).code, "E_DISC_FINALISED");
    }
    await shell.ok(t, "verify", "x.disc");
  });
}

test.serial("write is for blank discs, and names append", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  const { err } = await shell.run(["append", "x.disc", "one"]);
  t.regex(err, /is blank: the first session is written/);
  const error = await shell.fails(t, 4, "write", "x.disc", "two");
  t.is(error.code, "E_DISC_NOT_BLANK");
  t.regex(error.message, /append/);
  t.is((await shell.fails(t, 2, "append", "x.disc")).code, "E_USAGE");
  t.is((await shell.fails(t, 1, "append", "x.disc", "--remove", "/nothing")).code, "E_ITEM_NOT_FOUND");
  t.is((await shell.fails(t, 2, "append", "x.disc", "--remove", "/a/../b")).code, "E_PATH_INVALID");
  t.is((await shell.json<Info>(t, "info", "x.disc")).sessions.length, 1);
});

test.serial("what does not fit is refused before anything is written", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "create", "small.disc", "--media", "bd-r", "--capacity", "4M");
  await shell.ok(t, "write", "small.disc", "one");
  shell.file("big/big", new Uint8Array(5 * 2 ** 20));
  const before = readFileSync(shell.path("small.disc.mmc.json"), "utf8");
  t.is((await shell.fails(t, 4, "append", "small.disc", "big")).code, "E_DISC_FULL");
  t.is(readFileSync(shell.path("small.disc.mmc.json"), "utf8"), before);
});

test.serial("a file of its own leaves the attributes of its directory alone", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "write", "x.disc", "one");
  const mode = async (): Promise<unknown> =>
    (await shell.json<{ path: string; mode: string; mtime: string }[]>(t, "list", "x.disc")).find(
      ({ path }) => path === "/docs",
    );
  const before = (await mode()) as { mode: string; mtime: string };
  await shell.ok(t, "append", "x.disc", "two/two.txt", "--at", "/docs");
  t.like(await mode(), { mode: before.mode, mtime: before.mtime });
});

test.serial("a broken sidecar: read as a plain image, not written without being told to", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "write", "x.disc", "one");
  writeFileSync(shell.path("x.disc.mmc.json"), "{");
  const { code, out, err } = await shell.run(["list", "x.disc"]);
  t.is(code, 0);
  t.regex(out, /^\/one\.txt$/m);
  t.regex(err, /warning: .*is read as a plain image/);
  t.is((await shell.fails(t, 3, "append", "x.disc", "two")).code, "E_SIDECAR");
  await shell.ok(t, "append", "x.disc", "two", "--media", "dvd+r", "--force", "--dry-run");
  t.is(readFileSync(shell.path("x.disc.mmc.json"), "utf8"), "{");
  await shell.ok(t, "append", "x.disc", "two", "--media", "dvd+r", "--force");
  t.deepEqual(await shell.list(t, "x.disc"), ["/docs", "/docs/a.txt", "/docs/b.txt", "/one.txt", "/two.txt"]);
  truncateSync(shell.path("x.disc"), 100_000);
  t.is((await shell.fails(t, 3, "append", "x.disc", "two")).code, "E_SIDECAR");
});

test.serial("append imports one tree alone where it is named", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  shell.file("odd/what?.txt");
  await shell.ok(t, "write", "x.disc", "odd", "--fs", "rockridge,joliet");
  const joined = await shell.json<SessionReport>(t, "append", "x.disc", "two", "--dry-run");
  t.is(joined.importedFrom, "rockridge");
  const report = await shell.json<SessionReport>(t, "append", "x.disc", "two", "--import-fs", "joliet");
  t.is(report.importedFrom, "joliet");
  t.deepEqual([...report.fileSystems].sort(), ["iso", "joliet", "rockridge"]);
  t.deepEqual(await shell.list(t, "x.disc", "--fs", "rockridge"), ["/two.txt", "/what_.txt"]);
  t.is((await shell.fails(t, 2, "append", "x.disc", "two", "--import-fs", "fat")).code, "E_USAGE");
  t.is((await shell.fails(t, 1, "append", "x.disc", "two", "--import-fs", "udf")).code, "E_FILE_SYSTEM_NOT_FOUND");
});

test.serial("interrupted while it writes: the last whole session stays, and the next append works", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "write", "x.disc", "one");
  shell.file("big/big", new Uint8Array(1));
  truncateSync(shell.path("big/big"), 3 * 2 ** 30);
  const begun = statSync(shell.path("x.disc")).size;
  const { code, err } = await shell.run(["append", "x.disc", "big", "--json"], {
    onStart: (pid) => {
      const timer = setInterval(() => {
        if (statSync(shell.path("x.disc")).size <= begun + 8 * 2 ** 20) return;
        clearInterval(timer);
        process.kill(pid, "SIGINT");
      }, 5);
    },
  });
  t.is(code, 130);
  t.is((JSON.parse(err) as { error: { code: string } }).error.code, "E_CANCELLED");
  t.deepEqual(await shell.list(t, "x.disc"), ["/docs", "/docs/a.txt", "/docs/b.txt", "/one.txt"]);
  const torn = await shell.json<Info>(t, "info", "x.disc");
  t.is(torn.state, "damaged");
  t.is(torn.warnings[0]?.code, "W_SESSION_DAMAGED");
  t.false(readdirSync(shell.folder).includes("x.disc.lock"));
  const planned = await shell.json<SessionReport>(t, "append", "x.disc", "two", "--dry-run");
  t.is((await shell.json<Info>(t, "info", "x.disc")).state, "damaged", "a dry run repairs nothing");
  const report = await shell.json<SessionReport>(t, "append", "x.disc", "two");
  t.like(report, { repaired: true, start: planned.start, session: 3 });
  t.deepEqual(await shell.list(t, "x.disc"), ["/docs", "/docs/a.txt", "/docs/b.txt", "/one.txt", "/two.txt"]);
});

test.serial("an interrupted build leaves nothing", async (t) => {
  const shell = new Shell(t);
  shell.file("big/big", "");
  truncateSync(shell.path("big/big"), 4 * 2 ** 30);
  const { code } = await shell.run(["build", "big", "-o", "x.iso"], {
    onStart: (pid) => {
      const timer = setInterval(() => {
        if (readdirSync(shell.folder).length < 2) return;
        clearInterval(timer);
        process.kill(pid, "SIGINT");
      }, 5);
    },
  });
  t.is(code, 130);
  t.deepEqual(readdirSync(shell.folder), ["big"]);
});

test.serial("burn takes images made for the next writable address alone", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "build", "one", "-o", "one.iso");
  await shell.ok(t, "burn", "x.disc", "one.iso", "--dry-run");
  await shell.ok(t, "burn", "x.disc", "one.iso");
  t.true((await shell.list(t, "x.disc")).includes("/one.txt"));
  const { multisession } = await shell.json<Info>(t, "info", "x.disc");
  const { startAddressOfPreviousSession: start, nextWritableAddress: next } = multisession;
  const error = await shell.fails(t, 4, "burn", "x.disc", "one.iso");
  t.is(error.code, "E_IMAGE_WRONG_ADDRESS");
  t.deepEqual(error.detail, { nextWritableAddress: next, madeFor: 0 });
  if (!requireTool(t, "genisoimage")) return;
  const numbers = `${start},${next}`;
  run("genisoimage", ["-quiet", "-C", numbers, "-M", "x.disc", "-R", "-J", "-o", "two.iso", "two"], {
    cwd: shell.folder,
  });
  await shell.ok(t, "burn", "x.disc", "two.iso");
  t.deepEqual(await shell.list(t, "x.disc"), ["/docs", "/docs/a.txt", "/docs/b.txt", "/one.txt", "/two.txt"]);
  const wrong = await shell.fails(t, 4, "burn", "x.disc", "two.iso");
  t.like(wrong.detail, { madeFor: next });
  shell.file("three/three.txt");
  await shell.ok(t, "append", "x.disc", "three");
  t.true((await shell.list(t, "x.disc")).includes("/three.txt"));
  t.is((await shell.json<Info>(t, "info", "x.disc")).sessions.length, 3);
});

test.serial("burn takes an image from standard input", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  await shell.ok(t, "build", "one", "-o", "one.iso");
  const input = readFileSync(shell.path("one.iso"));
  const blocks = input.length / 2048;
  t.is((await shell.run(["burn", "x.disc", "-"], { input })).code, 2);
  const short = await shell.run(["burn", "x.disc", "-", "--blocks", String(blocks)], {
    input: input.subarray(0, 10_000),
  });
  t.is(short.code, 1);
  t.is((await shell.json<Info>(t, "info", "x.disc")).state, "blank");
  const { code, err } = await shell.run(["burn", "x.disc", "-", "--blocks", String(blocks)], { input });
  t.is(code, 0, err);
  t.true((await shell.list(t, "x.disc")).includes("/docs/b.txt"));
  await shell.ok(t, "verify", "x.disc");
  const wrong = await shell.run(["burn", "x.disc", "-", "--blocks", String(blocks), "--json"], { input });
  t.is(wrong.code, 4);
  t.regex(wrong.err, /E_IMAGE_WRONG_ADDRESS/);
});

test.serial("nothing is written behind the table that ends a ready-made image", async (t) => {
  const shell = new Shell(t);
  await shell.ok(t, "create", "made.disc", "--media", "cd-r");
  await shell.ok(t, "create", "x.disc", "--media", "cd-r");
  shell.file("one/large.bin", new Uint8Array(700_000));
  await shell.ok(t, "write", "made.disc", "one", "--fs", "udf", "--udf-revision", "2.00", "--udf-vat");
  const image = readFileSync(shell.path("made.disc"));
  writeFileSync(shell.path("table.udf"), image);
  await shell.ok(t, "burn", "x.disc", "table.udf");
  t.is(statSync(shell.path("x.disc")).size, image.length);
  t.deepEqual(await shell.list(t, "x.disc"), ["/large.bin"]);
});

test.serial("the disc's identity is its own, whatever is written on it", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  const identity = async (name: string): Promise<string | null> => (await shell.json<Info>(t, "info", name)).discId;
  const first = await identity("x.disc");
  await shell.ok(t, "write", "x.disc", "one");
  await shell.ok(t, "append", "x.disc", "two");
  t.is(await identity("x.disc"), first);
  await shell.ok(t, "create", "y.disc", "--media", "dvd+r");
  t.not(await identity("y.disc"), first);
});

test.serial("a session that lacks its end is shown as damaged, though its track is closed", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  shell.file("large/file", new Uint8Array(200_000));
  await shell.ok(t, "build", "large", "-o", "x.iso");
  truncateSync(shell.path("x.iso"), 100_000);
  await shell.ok(t, "burn", "x.disc", "x.iso");
  const info = await shell.json<Info>(t, "info", "x.disc");
  t.is(info.sessions[0]?.state, "damaged");
  t.regex(await shell.ok(t, "info", "x.disc"), /^1 +0 +64 +damaged /m);
});

test.serial("an empty image is not burned", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  shell.file("empty.iso", "");
  t.is((await shell.fails(t, 3, "burn", "x.disc", "empty.iso")).message, "empty.iso is empty");
});

for (const media of ["cd-r", "dvd+r", "dvd+rw", "bd-r"]) {
  test.serial(`a disc that boots, also when a session is added: ${media}`, async (t) => {
    const shell = new Shell(t);
    await disc(shell, t, media);
    shell.file("live/isolinux/isolinux.bin", Buffer.alloc(5000, 3));
    shell.file("live/EFI/BOOT/BOOTX64.EFI", Buffer.alloc(700, 4));
    await shell.ok(t, "write", "x.disc", "live", "--boot", "auto", "--hybrid");
    const bootsOf = async (): Promise<unknown> => await shell.json(t, "boot", "x.disc");
    const first = (await bootsOf()) as { images: { lba: number }[] };
    t.like(first, {
      images: [
        { platform: "x86", path: "/isolinux/isolinux.bin", bootInfoTable: true },
        { platform: "uefi", path: null },
      ],
      mbrLoader: "isolinux",
      hasGptBackup: true,
    });
    await shell.ok(t, "append", "x.disc", "two");
    const second = (await bootsOf()) as { images: object[] };
    t.deepEqual(second.images, first.images);
    await shell.ok(t, "verify", "x.disc", "--session", "1");
    await shell.ok(t, "verify", "x.disc");
  });
}

test.serial("a disc that is to boot and has nothing to boot from stays blank", async (t) => {
  const shell = new Shell(t);
  await disc(shell, t);
  t.is((await shell.fails(t, 1, "write", "x.disc", "one", "--boot", "auto")).code, "E_BOOT_NOT_FOUND");
  t.is((await shell.json<Info>(t, "info", "x.disc")).state, "blank");
});
