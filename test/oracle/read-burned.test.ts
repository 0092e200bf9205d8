/** Discs that others began on the rig's drive, which refuses wrong commands: read by us, and gone on with. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { openImage } from "../../src/fs/image/open-image.js";
import { verifyImage } from "../../src/fs/image/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import type { Listing } from "../support/listing.js";
import { filterListing, folderListing, imageListing } from "../support/listing.js";
import { patternBytes } from "../support/rich-tree.js";
import { burnOnRig, hasRig, rigTracks } from "../support/rig.js";
import { requireTool, temporaryFolder } from "../support/tools.js";
import { compare } from "../support/verdicts.js";

/** A folder for a session, with what tells it from the others. */
function sessionFolder(t: ExecutionContext, number: number): string {
  const folder = join(temporaryFolder(t), `tree${number}`);
  mkdirSync(join(folder, `directory ${number}`, "deeper"), { recursive: true });
  writeFileSync(join(folder, `file ${number}.txt`), `session ${number}\n`);
  writeFileSync(join(folder, `directory ${number}`, "grün 日本語.bin"), patternBytes(100_000 + number, number));
  writeFileSync(join(folder, `directory ${number}`, "deeper", "empty"), "");
  return folder;
}

type Words = readonly [string, ...string[]];

/** The sessions of each medium: who burns them, and how. "TREE" stands for the folder, "NEXT" for the numbers. */
const burners: Readonly<Record<string, readonly Words[]>> = {
  "cd-r": [
    ["xorriso", "-outdev", "/dev/sr0", "-map", "TREE", "/", "-commit"],
    ["xorriso", "-dev", "/dev/sr0", "-map", "TREE", "/", "-commit"],
    ["wodim"],
  ],
  "dvd+r": [
    ["growisofs", "-use-the-force-luke=tty", "-Z", "/dev/sr0", "-R", "-J", "-quiet", "TREE"],
    ["growisofs", "-use-the-force-luke=tty", "-M", "/dev/sr0", "-R", "-J", "-quiet", "TREE"],
    ["xorriso", "-dev", "/dev/sr0", "-map", "TREE", "/", "-commit"],
  ],
  "bd-r": [
    ["xorriso", "-outdev", "/dev/sr0", "-map", "TREE", "/", "-commit"],
    ["growisofs", "-use-the-force-luke=tty", "-M", "/dev/sr0", "-R", "-quiet", "TREE"],
    ["xorriso", "-dev", "/dev/sr0", "-map", "TREE", "/", "-commit"],
  ],
};

async function burn(t: ExecutionContext, media: string, disc: string, command: Words, tree: string): Promise<void> {
  if (command[0] === "wodim") {
    await burnByWodim(t, media, disc, tree);
    return;
  }
  const [name, ...args] = command;
  const words = args.map((word) => (word === "TREE" ? tree : word));
  const outcome = await burnOnRig(t, media, disc, [name, ...words]);
  t.is(outcome.status, 0, outcome.messages);
}

/** genisoimage makes the image for the numbers that wodim says, wodim burns it. */
async function burnByWodim(t: ExecutionContext, media: string, disc: string, tree: string): Promise<void> {
  const asked = await burnOnRig(t, media, disc, ["wodim", "dev=/dev/sr0", "-msinfo"]);
  const numbers = asked.output.toString().trim();
  t.regex(numbers, /^\d+,\d+$/);
  const image = join(temporaryFolder(t), "next.iso");
  const made = await burnOnRig(t, media, disc, [
    "genisoimage",
    "-quiet",
    "-R",
    "-C",
    numbers,
    "-M",
    "/dev/sr0",
    "-o",
    image,
    tree,
  ]);
  t.is(made.status, 0, made.messages);
  const burnt = await burnOnRig(t, media, disc, ["wodim", "dev=/dev/sr0", "-multi", "-tao", "-data", image]);
  t.is(burnt.status, 0, burnt.messages);
}

if (hasRig) {
  for (const [media, commands] of Object.entries(burners)) {
    test.serial(`${media} begun by ${commands.map(([name]) => name).join(", ")}`, async (t) => {
      for (const tool of ["xorriso", "genisoimage", "growisofs", "wodim", "gcc"]) if (!requireTool(t, tool)) return;
      const disc = join(temporaryFolder(t), "burned.img");
      let expected: Listing = {};
      for (const [index, command] of commands.entries()) {
        const tree = sessionFolder(t, index + 1);
        await burn(t, media, disc, command, tree);
        expected = { ...expected, ...folderListing(tree) };
        const tracks = rigTracks(disc);
        t.is(tracks.length, index + 1);
        const start = tracks.at(-1)!.start;
        const copy = join(temporaryFolder(t), "copy.img");
        copyFileSync(disc, copy);
        const bytes = readFileSync(copy);
        const whole = bytes.subarray(0, bytes.length - (bytes.length % blockBytes));
        const image = await openImage(new MemorySource(whole), { start });
        t.is(image.fileSystem, "rockridge");
        t.is(image.session.startLba, start);
        const isSource = (path: string): boolean => path !== "/rr_moved";
        const found = filterListing(await imageListing(image), isSource);
        compare(t, found, expected, index === 0 ? ["digest", "mtime"] : ["digest"]);
        const { findings } = await verifyImage(new MemorySource(whole), { start });
        t.deepEqual(
          findings.filter(({ severity }) => severity === "error"),
          [],
        );
      }
    });
  }
} else {
  test("the rig is not beside the project: nothing is burned on its drive", (t) => t.pass());
}
