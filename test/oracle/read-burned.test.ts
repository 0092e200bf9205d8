/** Discs that others began on the rig's drive, which refuses wrong commands: read by us, and gone on with. */
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { openImage } from "../../src/fs/image/open-image.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import type { Words } from "../support/burners.js";
import { burn, sessionFolder } from "../support/burners.js";
import type { Listing } from "../support/listing.js";
import { filterListing, folderListing, imageListing } from "../support/listing.js";
import { hasRig, rigTracks } from "../support/rig.js";
import { requireTool, temporaryFolder } from "../support/tools.js";
import { compare } from "../support/verdicts.js";

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
