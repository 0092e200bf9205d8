/** Images with a film: however they are written, and whatever is asked of their blocks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { FileSystemImage, filmOptions, writeImageFile } from "../../../src/node.js";
import { addVideo, handMadeFilm } from "../../support/hand-made-film.js";
import { bytesOf } from "../../support/made-image.js";
import { temporaryFolder } from "../../support/tools.js";

function imageWithFilm(): FileSystemImage {
  const image = new FileSystemImage({ ...filmOptions("dvd-video", {}), sourceDateEpoch: 1_700_000_000 });
  addVideo(image.root, handMadeFilm([{ menu: 10 }, { titles: [20, 30], gaps: [0, 9, 40] }]));
  image.root.addFile("/a.txt", "lies behind the film");
  return image;
}

test("a file is written as the blocks are rendered, and progress reaches the end", async (t) => {
  const image = imageWithFilm();
  await using result = await image.createResultImage();
  const path = join(temporaryFolder(t), "film.iso");
  let last = 0;
  await writeImageFile(result, path, {
    onProgress: ({ phase, doneBlocks }) => {
      if (phase === "writing") last = doneBlocks;
    },
  });
  t.true(readFileSync(path).equals(await bytesOf(result)));
  t.is(last, result.blocks);
  t.is(await image.usedBlocks(), result.blocks);
});

test("blocks in gaps hold nothing, others their files", async (t) => {
  await using result = await imageWithFilm().createResultImage();
  const { progressItems } = result;
  const first = progressItems.fromDescription("/VIDEO_TS/VIDEO_TS.IFO")!.firstBlock;
  t.is(first % 16, 0);
  t.is(progressItems.fromBlock(first + 3)?.description, "/VIDEO_TS/VIDEO_TS.IFO");
  t.is(progressItems.fromBlock(first + 4)?.description, "/VIDEO_TS/VIDEO_TS.VOB");
  // Sixteen sectors before the backup of the manager, and nine before the titles.
  t.is(progressItems.fromBlock(first + 14), undefined);
  t.is(progressItems.fromBlock(first + 30)?.description, "/VIDEO_TS/VIDEO_TS.BUP");
  t.is(progressItems.fromBlock(first + 34 + 4), undefined);
  t.is(progressItems.fromBlock(first + 34 + 4 + 9)?.description, "/VIDEO_TS/VTS_01_1.VOB");
  const behind = progressItems.fromDescription("/a.txt")!.firstBlock;
  t.true(behind > progressItems.fromDescription("/VIDEO_TS/VTS_01_0.BUP")!.lastBlock);
});
