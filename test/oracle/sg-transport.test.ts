/**
 * The command line on the rig's drive, over SG_IO: a drive that shares nothing with ours, and refuses wrong commands. Other
 * people's programs go on with what we began, and we with what they did.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { openImage } from "../../src/fs/image/open-image.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import type { Words } from "../support/burners.js";
import { burn, sessionFolder } from "../support/burners.js";
import { requireNative } from "../support/fake-drives.js";
import type { Outcome } from "../support/judges.js";
import type { Listing } from "../support/listing.js";
import { filterListing, folderListing, imageListing } from "../support/listing.js";
import { burnOnRig, hasRig, rigTracks } from "../support/rig.js";
import { requireTool, temporaryFolder } from "../support/tools.js";
import { compare } from "../support/verdicts.js";

const commandLine = resolve(import.meta.dirname, "../../../dist/cli/main.js");

/** Who burns each session; "ours" is this package. */
const burners: Readonly<Record<string, readonly ("ours" | Words)[]>> = {
  "cd-r": ["ours", ["wodim"], "ours"],
  "dvd+r": ["ours", ["growisofs", "-use-the-force-luke=tty", "-M", "/dev/sr0", "-R", "-J", "-quiet", "TREE"], "ours"],
  "cd-rw": [["xorriso", "-outdev", "/dev/sr0", "-map", "TREE", "/", "-commit"], "ours", "ours"],
  "dvd-r": ["ours", ["xorriso", "-dev", "/dev/sr0", "-map", "TREE", "/", "-commit"], "ours"],
  "bd-r": [["xorriso", "-outdev", "/dev/sr0", "-map", "TREE", "/", "-commit"], "ours", "ours"],
};

interface Info {
  readonly kind: string;
  readonly media: string;
  readonly state: string;
  readonly sessions: readonly { readonly startLba: number; readonly blocks: number; readonly state: string }[];
  readonly multisession: { readonly nextWritableAddress: number | null };
}

/** A disc in the rig's drive, and the command line that uses it. */
class RigDisc {
  readonly path: string;
  readonly #media: string;
  readonly #t: ExecutionContext;

  constructor(t: ExecutionContext, media: string) {
    this.path = join(temporaryFolder(t), "disc.img");
    this.#media = media;
    this.#t = t;
  }

  async run(...words: string[]): Promise<Outcome> {
    return await burnOnRig(this.#t, this.#media, this.path, [process.execPath, commandLine, ...words]);
  }

  /**
   * Runs a command that has to work, and to which the drive has no objection. A structure of the disc that it does not know is
   * none: drives may, and nothing depends on it.
   */
  async ok(...words: string[]): Promise<string> {
    const before = this.log().length;
    const { status, output, messages } = await this.run(...words);
    this.#t.is(status, 0, messages);
    const refused = this.log()
      .slice(before)
      .filter((line) => !line.endsWith(" ok") && !/^ad[0-9a-f]+ .* sense=5\/24\/00$/.test(line));
    this.#t.deepEqual(refused, [], words.join(" "));
    return output.toString();
  }

  async burn(command: Words, tree: string): Promise<void> {
    await burn(this.#t, this.#media, this.path, command, tree);
  }

  async info(): Promise<Info> {
    return JSON.parse(await this.ok("info", "/dev/sr0", "--json")) as Info;
  }

  /** Every command the drive got, and how it ended. */
  log(): string[] {
    const path = `${this.path}.cdb`;
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  }

  /** Asserts that the session that starts there holds what it should, without a fault. */
  async check(start: number, expected: Listing): Promise<void> {
    const bytes = readFileSync(this.path);
    const whole = new MemorySource(bytes.subarray(0, bytes.length - (bytes.length % blockBytes)));
    const image = await openImage(whole, { start });
    const isSource = (path: string): boolean => path !== "/rr_moved";
    compare(this.#t, filterListing(await imageListing(image), isSource), expected, ["digest"]);
    const { findings } = await verifyImage(whole, { start });
    this.#t.deepEqual(
      findings.filter(({ severity }) => severity === "error"),
      [],
    );
  }
}

if (hasRig) {
  for (const [media, sessions] of Object.entries(burners)) {
    const names = sessions.map((session) => (session === "ours" ? session : session[0]));
    test.serial(`${media}, burned by ${names.join(", ")}`, async (t) => {
      for (const tool of ["xorriso", "genisoimage", "growisofs", "wodim", "gcc"]) if (!requireTool(t, tool)) return;
      if (!requireNative(t)) return;
      const disc = new RigDisc(t, media);
      let expected: Listing = {};
      const blank = await disc.info();
      t.like(blank, { kind: "drive", media, state: "blank", sessions: [], multisession: { nextWritableAddress: 0 } });
      for (const [index, session] of sessions.entries()) {
        const isLast = index === sessions.length - 1;
        const tree = sessionFolder(t, index + 1);
        const closing = isLast ? ["--close", "--yes"] : [];
        if (session === "ours") await disc.ok(index === 0 ? "write" : "append", "/dev/sr0", tree, ...closing);
        else await disc.burn(session, tree);
        expected = { ...expected, ...folderListing(tree) };
        const tracks = rigTracks(disc.path);
        t.is(tracks.length, index + 1);
        const { sessions: found, state } = await disc.info();
        t.is(state, isLast ? "complete" : "appendable");
        t.deepEqual(
          found.map(({ startLba }) => startLba),
          tracks.map(({ start }) => start),
        );
        await disc.check(tracks.at(-1)!.start, expected);
      }
      t.like(JSON.parse((await disc.run("append", "/dev/sr0", sessionFolder(t, 9), "--json")).messages), {
        error: { code: "E_DISC_FINALISED" },
      });
      await disc.ok("verify", "/dev/sr0");
      const read = await burnOnRig(t, media, disc.path, ["xorriso", "-indev", "/dev/sr0", "-toc"]);
      t.is(read.status, 0, read.messages);
      t.is(read.output.toString().match(/^ISO session/gm)?.length, sessions.length, read.output.toString());
    });
  }

  for (const media of ["dvd+rw", "dvd-ram", "bd-re"]) {
    test.serial(`${media}, written by ours, grown by growisofs, read by ours`, async (t) => {
      for (const tool of ["xorriso", "genisoimage", "growisofs", "gcc"]) if (!requireTool(t, tool)) return;
      if (!requireNative(t)) return;
      const disc = new RigDisc(t, media);
      const trees = [1, 2, 3].map((number) => sessionFolder(t, number));
      await disc.ok("write", "/dev/sr0", trees[0]!);
      await disc.check(0, folderListing(trees[0]!));
      await disc.burn(["growisofs", "-use-the-force-luke=tty", "-M", "/dev/sr0", "-R", "-quiet", "TREE"], trees[1]!);
      const found = JSON.parse(await disc.ok("list", "/dev/sr0", "--json")) as { readonly path: string }[];
      const paths = found.map(({ path }) => path);
      for (const path of ["/file 1.txt", "/file 2.txt"]) t.true(paths.includes(path), path);
      await disc.ok("verify", "/dev/sr0");
      // What holds something is not written over by itself.
      t.not((await disc.run("write", "/dev/sr0", trees[2]!)).status, 0);
    });
  }

  test.serial("a dry run sends nothing that changes the disc", async (t) => {
    if (!requireTool(t, "gcc") || !requireNative(t)) return;
    const disc = new RigDisc(t, "dvd+r");
    await disc.ok("write", "/dev/sr0", sessionFolder(t, 1), "--dry-run");
    const reading = ["00", "12", "1e", "25", "28", "43", "46", "4a", "51", "52", "5a", "ac", "ad"];
    const changing = disc.log().filter((line) => !reading.includes(line.slice(0, 2)));
    t.deepEqual(changing, []);
    t.is((await disc.info()).state, "blank");
  });
} else {
  test("the rig is not beside the project: nothing is burned on its drive", (t) => t.pass());
}
