/** Information files with anything in them: what is found is said, and nothing is thrown. */
import test from "ava";
import fc from "fast-check";
import { backupFaults, bestPhase, layOutVideo, videoFileName } from "../../src/fs/films/video-layout.js";
import { MemoryContent } from "../../src/fs/tree/content.js";
import { handMadeFilm } from "../support/hand-made-film.js";
import { holds } from "../support/properties.js";

const film = handMadeFilm([{ menu: 3 }, { menu: 2, titles: [4, 5] }, { titles: [2] }]);
const names = [...film.keys()].filter((name) => name.endsWith(".IFO"));

/** Some bytes of a file, changed. */
const change = fc.record({
  name: fc.constantFrom(...names),
  at: fc.oneof(
    fc.integer({ min: 0, max: 228 }),
    fc.integer({ min: 2048, max: 2100 }),
    fc.integer({ min: 0, max: 8191 }),
  ),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
});

test("places of damaged films do not overlap, or a fault says so", async (t) => {
  const property = fc.asyncProperty(fc.array(change, { maxLength: 4 }), async (changes) => {
    const files = new Map([...film].map(([name, bytes]) => [name, Buffer.from(bytes)]));
    for (const { name, at, bytes } of changes) files.get(name)!.set(bytes.slice(0, 8192 - at), at);
    const contents = new Map([...files].map(([name, bytes]) => [name, new MemoryContent(bytes)]));
    const { places, pairs, faults } = await layOutVideo(contents, undefined);
    if (changes.length === 0) t.deepEqual(faults, []);
    let end = 0;
    let isOverlapping = false;
    for (const { path, block } of places) {
      const name = path.slice("/VIDEO_TS/".length);
      t.regex(name, videoFileName);
      isOverlapping ||= block < end;
      end = block + files.get(name)!.length / 2048;
    }
    if (isOverlapping) t.true(faults.some(({ name }) => name === "VIDEO_PLACE_IMPOSSIBLE"));
    const phase = bestPhase(pairs);
    t.true(phase >= 0 && phase < 16);
    t.true(backupFaults(pairs, phase).length <= backupFaults(pairs, 0).length);
  });
  await holds(property);
});
