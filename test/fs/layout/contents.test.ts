/** Where contents lie: in blocks of their own, where an earlier session put them, or in what refers to them. */
import test from "ava";
import { takeCatalog } from "../../../src/fs/layout/catalog.js";
import type { ContentLayoutOptions } from "../../../src/fs/layout/contents.js";
import { ContentLayout, contentsLba } from "../../../src/fs/layout/contents.js";
import { planRegions } from "../../../src/fs/layout/planner.js";
import type { Region } from "../../../src/fs/layout/region.js";
import type { Content } from "../../../src/fs/tree/content.js";
import { OnDiscContent } from "../../../src/fs/tree/content.js";
import { DirectoryNode } from "../../../src/fs/tree/directory.js";
import { MemorySource } from "../../../src/medium/memory-source.js";

const isPinned = (content: Content): boolean => content instanceof OnDiscContent;

/** Files of so many bytes, in the order of their names, each full of its number; streams at the second. */
function filled(bytes: readonly number[], streams: Record<string, string> = {}): DirectoryNode {
  const root = new DirectoryNode("");
  for (const [index, length] of bytes.entries()) {
    root.addFile(`/${index}`, new Uint8Array(length).fill(index + 1), index === 1 ? { streams } : {});
  }
  return root;
}

function layOut(root: DirectoryNode, options: Partial<ContentLayoutOptions> = {}): ContentLayout {
  return new ContentLayout(takeCatalog(root, { streams: true }), { isPinned, ...options });
}

/** First blocks of the contents that are written, by their numbers among all. */
function writtenBlocks(layout: ContentLayout): string {
  const written = [...layout.written()];
  return written.map(({ content, block }) => `${layout.contents.indexOf(content)} at ${block}`).join(", ");
}

async function rendered(layout: ContentLayout): Promise<Buffer> {
  const out = new Uint8Array(layout.region.blocks * 2048);
  await layout.render(0, out, planRegions([layout.region], 0));
  return Buffer.from(out);
}

test("each content that is not empty has blocks of its own", (t) => {
  const layout = layOut(filled([1, 0, 2048, 2049, 5]));
  t.is(writtenBlocks(layout), "0 at 0, 2 at 1, 3 at 2, 4 at 4");
  t.is(layout.region.blocks, 5);
  t.deepEqual(layout.extents(3, 0x3fff_f800, 100), [{ lba: 102, bytes: 2049 }]);
  t.deepEqual(layout.extents(1, 0x3fff_f800, 100), [{ lba: 0, bytes: 0 }]);
  t.false([0, 1, 2, 3, 4].some((index) => layout.isEmbedded(index) || layout.isPinned(index)));
});

test("contents up to a limit have no blocks: what refers to them holds them", async (t) => {
  const layout = layOut(filled([1832, 1833, 0, 1, 4000]), { embeddedBytes: 1832 });
  t.is(writtenBlocks(layout), "1 at 0, 4 at 1");
  t.is(layout.region.blocks, 3);
  const embedded = [0, 1, 2, 3, 4].filter((index) => layout.isEmbedded(index));
  // An empty one has nothing to hold.
  t.deepEqual(embedded, [0, 3]);
  t.false(embedded.some((index) => layout.isPinned(index)));
  const bytes = await rendered(layout);
  t.deepEqual([bytes[0], bytes[1832], bytes[1833], bytes[2048], bytes[6047], bytes[6048]], [2, 2, 0, 5, 5, 0]);
});

test("a content that lies on the disc stays there, however small it is", (t) => {
  const root = filled([3000]);
  const disc = new MemorySource(new Uint8Array(20 * 2048));
  root.addFile(
    "/pinned",
    new OnDiscContent(disc, [
      { lba: 7, bytes: 2048 },
      { lba: 12, bytes: 9 },
    ]),
  );
  root.addFile("/small", new OnDiscContent(disc, [{ lba: 9, bytes: 5 }]));
  const layout = layOut(root, { embeddedBytes: 1832 });
  t.is(writtenBlocks(layout), "0 at 0");
  t.deepEqual(
    [0, 1, 2].map((index) => layout.isPinned(index)),
    [false, true, true],
  );
  t.false([0, 1, 2].some((index) => layout.isEmbedded(index)));
  t.is(layout.extentCount(1, 1024), 3);
  t.deepEqual(layout.extents(1, 0x3fff_f800, 100), [
    { lba: 7, bytes: 2048 },
    { lba: 12, bytes: 9 },
  ]);
});

test("contents do not lie before the block that was asked for", (t) => {
  const before: Region = { kind: "before", name: "", blocks: 20, place: { at: "next" }, needs: "plan" };
  for (const [firstBlock, fromBlock, expected] of [
    [0, undefined, 20],
    [0, 288, 288],
    [1000, 288, 1288],
    [1000, 5, 1020],
  ] as const) {
    const layout = layOut(filled([1, 2]), { fromBlock });
    t.is(contentsLba(planRegions([before, layout.region], firstBlock)), expected);
  }
});

test("contents of streams lie before those of files", async (t) => {
  const layout = layOut(filled([1, 1], { one: "stream", two: "x".repeat(3000) }), { embeddedBytes: 0 });
  t.is(writtenBlocks(layout), "2 at 0, 3 at 1, 0 at 3, 1 at 4");
  const bytes = await rendered(layout);
  t.is(bytes.toString("latin1", 0, 7), "stream\0");
  t.deepEqual([bytes[3 * 2048], bytes[4 * 2048]], [1, 2]);
});

test("any part of the region can be rendered alone", async (t) => {
  const layout = layOut(filled([5000, 0, 1, 2048, 4097], { s: "y".repeat(2100) }));
  const whole = await rendered(layout);
  const { blocks } = layout.region;
  for (let first = 0; first < blocks; first++) {
    for (let count = 1; first + count <= blocks; count++) {
      const out = new Uint8Array(count * 2048);
      await layout.render(first, out, planRegions([layout.region], 0));
      t.true(whole.subarray(first * 2048, (first + count) * 2048).equals(out), `${first}+${count}`);
    }
  }
});

test("runs lie before all else, at their distances and phases, and what is between is zero", async (t) => {
  const root = filled([5000, 1, 2049, 100]);
  const contentAt = (index: number): Content => takeCatalog(root, { streams: true }).contents[index]!;
  const run = {
    align: 16,
    phase: 13,
    members: [
      { content: contentAt(2), block: 0 },
      { content: contentAt(1), block: 5 },
    ],
  };
  const other = { align: 32, phase: 0, members: [{ content: contentAt(3), block: 0 }] };
  const layout = layOut(root, { runs: [run, other], fromBlock: 288 });
  t.is(writtenBlocks(layout), "2 at 13, 1 at 18, 3 at 32, 0 at 33");
  t.deepEqual(layout.region.place, { at: "next", from: 288, align: 32 });
  t.is(layout.region.blocks, 36);
  const bytes = await rendered(layout);
  t.deepEqual(
    [bytes[12 * 2048], bytes[13 * 2048], bytes[15 * 2048], bytes[18 * 2048], bytes[32 * 2048]],
    [0, 3, 0, 2, 4],
  );
  t.true(bytes.subarray(19 * 2048, 32 * 2048).every((byte) => byte === 0));
  // Whichever blocks are asked for, a gap is one.
  for (const first of [0, 14, 16, 20, 31]) {
    const out = new Uint8Array(4 * 2048);
    await layout.render(first, out, planRegions([layout.region], 0));
    t.deepEqual(Buffer.from(out), bytes.subarray(first * 2048, (first + 4) * 2048), `${first}`);
  }
});

test("runs that lie on the disc as they have to stay, others are written whole", (t) => {
  const source = new MemorySource(new Uint8Array(100 * 2048));
  const laid = (places: readonly number[], phase: number): string => {
    const root = new DirectoryNode("");
    const contents = places.map((lba, index) => {
      const content = new OnDiscContent(source, [{ lba, bytes: 2048 }]);
      root.addFile(`/${index}`, content);
      return { content, block: index * 4 };
    });
    const layout = layOut(root, { runs: [{ align: 16, phase, members: contents }] });
    return writtenBlocks(layout);
  };
  t.is(laid([35, 39], 3), "");
  t.is(laid([35, 39], 4), "0 at 4, 1 at 8");
  t.is(laid([35, 40], 3), "0 at 3, 1 at 7");
});
