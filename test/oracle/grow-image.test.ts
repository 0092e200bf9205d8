/** Image files that this package, xorriso and growisofs add sessions to, in turn: every reader sees the newest tree. */
import type { ExecutionContext } from "ava";
import test from "ava";
import type { Hand } from "../support/grown-images.js";
import { GrownImage } from "../support/grown-images.js";
import {
  bsdtarListing,
  execute,
  isoinfoListing,
  pycdlibListing,
  sevenZipListing,
  xorrisoListing,
} from "../support/judges.js";
import type { Listing } from "../support/listing.js";
import { differences } from "../support/listing.js";
import { requireTool, run } from "../support/tools.js";
import { compare } from "../support/verdicts.js";

const tools = ["xorriso", "growisofs", "genisoimage", "isoinfo", "bsdtar", "7zz"];

/** A session as xorriso shows it. */
interface ToldSession {
  readonly number: number;
  readonly start: number;
  readonly blocks: number;
  readonly volumeName: string;
}

function xorrisoSessions(image: string): ToldSession[] {
  const { output } = execute("xorriso", ["-indev", image, "-toc"]);
  const rows = output.toString().matchAll(/^ISO session +: +(\d+) , +(\d+) , +(\d+)s , (.*)$/gm);
  return [...rows].map(([, number, start, blocks, volumeName]) => ({
    number: Number(number),
    start: Number(start),
    blocks: Number(blocks),
    volumeName: volumeName!.trim(),
  }));
}

/** Joliet names without versions, which some programs show where they are there. */
function plainNames(listing: Listing): Listing {
  return Object.fromEntries(Object.entries(listing).map(([path, item]) => [path.replace(/;1$/, ""), item]));
}

/** How what every reader sees at the front of an image differs from the tree. */
async function whatReadersMiss(t: ExecutionContext, image: GrownImage, hand: Hand): Promise<string[]> {
  const { path, tree } = image;
  const newest = (await image.sessions()).at(-1)!.number;
  const found: Record<string, Listing> = {
    discsmith: await image.listing(),
    "discsmith, newest session": await image.listing(newest),
    xorriso: xorrisoListing(t, path).listing,
    bsdtar: bsdtarListing(t, path),
    "isoinfo -R": isoinfoListing(path, ["-R"]),
    "isoinfo -J": plainNames(isoinfoListing(path, ["-J"])),
    "7-Zip": sevenZipListing(t, path),
  };
  // genisoimage copies records of Rock Ridge 1.12 beside its own of 1.10, which pycdlib refuses.
  if (hand !== "growisofs") {
    found["pycdlib, Rock Ridge"] = pycdlibListing(path, "rr_path");
    found["pycdlib, Joliet"] = plainNames(pycdlibListing(path, "joliet_path"));
  }
  return Object.entries(found).flatMap(([reader, listing]) =>
    differences(listing, tree, ["digest"]).map((difference) => `${reader}: ${difference}`),
  );
}

const starts: Readonly<Record<string, (image: GrownImage) => unknown>> = {
  "a growable image": (image) => image.build({ growable: true }),
  "an ordinary image": (image) => image.build({}),
  "an image of xorriso": ({ path, firstFolder }) =>
    run("xorriso", ["-as", "mkisofs", "-quiet", "-R", "-J", "-o", path, firstFolder]),
  "an image of genisoimage": ({ path, firstFolder }) =>
    run("genisoimage", ["-quiet", "-R", "-J", "-o", path, firstFolder]),
  "a bridge of genisoimage": ({ path, firstFolder }) =>
    run("genisoimage", ["-quiet", "-R", "-J", "-udf", "-o", path, firstFolder]),
  "an image that growisofs added to": async (image) => {
    run("genisoimage", ["-quiet", "-R", "-J", "-o", image.path, image.firstFolder]);
    await image.add("growisofs");
  },
};

const hands: readonly Hand[] = ["discsmith", "xorriso", "discsmith", "growisofs", "discsmith"];

for (const [name, begin] of Object.entries(starts)) {
  test.serial(`three programs add to ${name} in turn`, async (t) => {
    if (!tools.every((tool) => requireTool(t, tool))) return;
    const image = new GrownImage(t);
    await begin(image);
    const trees = [image.tree];
    for (const hand of hands) {
      await image.add(hand);
      trees.push(image.tree);
      t.deepEqual(await whatReadersMiss(t, image, hand), [], `after hand ${trees.length - 1}, ${hand}`);
    }
    const sessions = await image.sessions();
    t.is(sessions.length, trees.length);
    for (const [index, tree] of trees.entries()) compare(t, await image.listing(index + 1), tree, ["digest"]);
    const told = xorrisoSessions(image.path);
    if (name !== "a growable image") {
      // It follows no chain that begins elsewhere than at block 32: it has one session of everything.
      t.deepEqual(
        told.map(({ start }) => start),
        [0],
      );
      return;
    }
    for (const [index, { startLba: start, blocks, volumeName }] of sessions.entries()) {
      t.deepEqual(told[index], { number: index + 1, start, blocks: blocks!, volumeName });
    }
    t.is(told.length, trees.length);
  });
}

test("xorriso loads each session by its number and its block", async (t) => {
  if (!requireTool(t, "xorriso")) return;
  const image = new GrownImage(t);
  const trees = [image.tree];
  await image.build({ growable: true, volumeName: "ONE" });
  for (const volumeName of ["TWO", "THREE"]) {
    await image.add("discsmith", { volumeName });
    trees.push(image.tree);
  }
  for (const [index, { number, startLba, volumeName }] of (await image.sessions()).entries()) {
    t.is(xorrisoSessions(image.path)[index]!.volumeName, volumeName);
    // By its name it finds none in a file, not even those that it wrote.
    for (const load of [
      ["session", String(number)],
      ["lba", String(startLba)],
    ]) {
      const { listing, complaints } = xorrisoListing(t, image.path, ["-load", ...load]);
      compare(t, listing, trees[index]!, ["digest"]);
      t.deepEqual(complaints, []);
    }
  }
});
