/** Where the files of VIDEO_TS have to lie, by what their information files state. */
import test from "ava";
import type { FilmFile } from "../../../src/fs/films/information-file.js";
import { backupFaults, bestPhase, layOutVideo } from "../../../src/fs/films/video-layout.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import type { HandMadeSet } from "../../support/hand-made-film.js";
import { handMadeFilm } from "../../support/hand-made-film.js";

type Files = Map<string, Buffer>;

async function laidOut(files: Files) {
  return await layOutVideo(new Map([...files].map(([name, bytes]) => [name, new MemoryContent(bytes)])), undefined);
}

async function placesOf(sets: readonly HandMadeSet[]): Promise<string> {
  const { places, faults } = await laidOut(handMadeFilm(sets));
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join("\n"));
  return places.map(({ path, block }) => `${path.slice("/VIDEO_TS/".length)} ${block}`).join(", ");
}

test("a manager and title sets follow on each other, each with its menu, titles and backup", async (t) => {
  t.is(
    await placesOf([{ menu: 10 }, { menu: 5, titles: [20, 30] }, { titles: [7] }]),
    [
      "VIDEO_TS.IFO 0, VIDEO_TS.VOB 4, VIDEO_TS.BUP 30",
      "VTS_01_0.IFO 34, VTS_01_0.VOB 38, VTS_01_1.VOB 43, VTS_01_2.VOB 63, VTS_01_0.BUP 109",
      "VTS_02_0.IFO 113, VTS_02_1.VOB 117, VTS_02_0.BUP 140",
    ].join(", "),
  );
});

test("where more room is stated than files need, there are gaps", async (t) => {
  const places = await placesOf([{}, { menu: 5, titles: [20, 30], gaps: [12, 3, 100] }]);
  t.is(
    places,
    "VIDEO_TS.IFO 0, VIDEO_TS.BUP 20, " +
      "VTS_01_0.IFO 24, VTS_01_0.VOB 40, VTS_01_1.VOB 48, VTS_01_2.VOB 68, VTS_01_0.BUP 198",
  );
});

test("backups are kept out of the blocks of error correction of what they are copies of", async (t) => {
  const near = await laidOut(handMadeFilm([{ information: 4, gaps: [0, 0, 0] }]));
  const phase = bestPhase(near.pairs);
  // The backup, four sectors behind, starts with such a block.
  t.is((phase + 4) % 16, 0);
  t.deepEqual(backupFaults(near.pairs, phase), []);
  t.deepEqual(
    backupFaults(near.pairs, 0).map(({ name, path }) => [name, path]),
    [["VIDEO_BACKUP_NEAR", "/VIDEO_TS/VIDEO_TS.BUP"]],
  );
  t.is(bestPhase((await laidOut(handMadeFilm([{ gaps: [0, 0, 16] }]))).pairs), 0);
  const pairsOf = async (information: number) => {
    const set = { information, gaps: [0, 0, 0] } as const;
    return (await laidOut(handMadeFilm([set, set]))).pairs;
  };
  // Both backups are eight sectors behind a multiple of sixteen; with half of that, one of them always is in the middle.
  const [even, odd] = [await pairsOf(8), await pairsOf(4)];
  t.deepEqual([bestPhase(even), backupFaults(even, bestPhase(even)).length], [8, 0]);
  t.is(backupFaults(odd, bestPhase(odd)).length, 1);
});

const usual: readonly HandMadeSet[] = [{ menu: 10 }, { menu: 5, titles: [20, 30] }];

/** What is done to a film, and what is found: severity, rule, file. */
const faults: readonly (readonly [
  string,
  (files: Files) => unknown,
  readonly (readonly [string, string, string])[],
])[] = [
  ["no VIDEO_TS.IFO", (files) => files.delete("VIDEO_TS.IFO"), [["error", "VIDEO_FILE_MISSING", "VIDEO_TS.IFO"]]],
  [
    "no information file of a set",
    (files) => files.delete("VTS_01_0.IFO"),
    [["error", "VIDEO_FILE_MISSING", "VTS_01_0.IFO"]],
  ],
  ["no backup", (files) => files.delete("VTS_01_0.BUP"), [["warning", "VIDEO_FILE_MISSING", "VTS_01_0.BUP"]]],
  ["no menu", (files) => files.delete("VIDEO_TS.VOB"), [["error", "VIDEO_FILE_MISSING", "VIDEO_TS.VOB"]]],
  [
    "no titles",
    (files) => files.delete("VTS_01_1.VOB") && files.delete("VTS_01_2.VOB"),
    [["error", "VIDEO_FILE_MISSING", "VTS_01_1.VOB"]],
  ],
  [
    "a file of titles is missing before others",
    (files) => files.delete("VTS_01_1.VOB"),
    [
      ["error", "VIDEO_FILE_MISSING", "VTS_01_1.VOB"],
      ["warning", "VIDEO_CUT_OFF", "VTS_01_2.VOB"],
    ],
  ],
  [
    "no information file at all",
    (files) => files.set("VTS_01_0.IFO", Buffer.alloc(8192)),
    [["error", "VIDEO_INFORMATION", "VTS_01_0.IFO"]],
  ],
  [
    "one of a few bytes",
    (files) => files.set("VIDEO_TS.IFO", Buffer.from("DVDVIDEO-VMG")),
    [["error", "VIDEO_INFORMATION", "VIDEO_TS.IFO"]],
  ],
  [
    "an information file without its tables",
    (files) => files.set("VTS_01_0.IFO", files.get("VTS_01_0.IFO")!.subarray(0, 4096)),
    [["error", "VIDEO_INFORMATION", "VTS_01_0.IFO"]],
  ],
  [
    "the set ends with its information file",
    (files) => files.get("VTS_01_0.IFO")!.writeUInt32BE(3, 12),
    [["error", "VIDEO_INFORMATION", "VTS_01_0.IFO"]],
  ],
  [
    "the information file states more sectors than it has",
    (files) => files.get("VIDEO_TS.IFO")!.writeUInt32BE(5, 28),
    [["warning", "VIDEO_CUT_OFF", "VIDEO_TS.IFO"]],
  ],
  [
    "titles that end before their last cell",
    (files) => files.set("VTS_01_2.VOB", Buffer.alloc(29 * 2048)),
    [["warning", "VIDEO_CUT_OFF", "VTS_01_2.VOB"]],
  ],
  [
    "titles that reach into the backup",
    (files) => files.set("VTS_01_2.VOB", Buffer.alloc(47 * 2048)),
    [["error", "VIDEO_PLACE_IMPOSSIBLE", "VTS_01_0.BUP"]],
  ],
  [
    "a title set that is stated for the sectors of the manager",
    (files) => files.get("VIDEO_TS.IFO")!.writeUInt32BE(33, 2048 + 8 + 8),
    [["error", "VIDEO_PLACE_IMPOSSIBLE", "VTS_01_0.IFO"]],
  ],
  [
    "a file that goes on in another one with half a sector",
    (files) => files.set("VTS_01_1.VOB", Buffer.alloc(20 * 2048 - 1)),
    [["error", "VIDEO_FILE_SIZE", "VTS_01_1.VOB"]],
  ],
  [
    "a menu that nothing states",
    (files) => files.get("VTS_01_0.IFO")!.writeUInt32BE(0, 192),
    [["warning", "VIDEO_NOT_STATED", "VTS_01_0.VOB"]],
  ],
  [
    "a backup of another length",
    (files) => files.set("VIDEO_TS.BUP", Buffer.alloc(2048)),
    [["warning", "VIDEO_BACKUP", "VIDEO_TS.BUP"]],
  ],
];

for (const [what, change, expected] of faults) {
  test(`found: ${what}`, async (t) => {
    const files = handMadeFilm(usual);
    t.deepEqual((await laidOut(files)).faults, []);
    change(files);
    const found = (await laidOut(files)).faults.map(({ severity, name, path, message }) => {
      t.true(message.includes(path));
      return [severity, name, path.slice("/VIDEO_TS/".length)] as const;
    });
    t.deepEqual(found, expected);
  });
}

test("found: a file of more than one extent", async (t) => {
  const files = new Map<string, FilmFile>(
    [...handMadeFilm(usual)].map(([name, bytes]) => [name, new MemoryContent(bytes)]),
  );
  files.set("VTS_01_2.VOB", { bytes: 2 ** 30, read: async () => {} });
  const { faults: found } = await layOutVideo(files, undefined);
  t.true(found.some(({ name, path }) => name === "VIDEO_FILE_SIZE" && path === "/VIDEO_TS/VTS_01_2.VOB"));
});
