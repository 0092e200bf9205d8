/** What files of BDMV have to be like. */
import test from "ava";
import { layOutBdmv } from "../../../src/fs/films/bdmv-layout.js";
import { MemoryContent } from "../../../src/fs/tree/content.js";
import { bluRayFilm } from "../../support/blu-ray-film.js";

type Files = Map<string, Uint8Array>;

function film(): Files {
  return new Map([...bluRayFilm()].map(([path, bytes]) => [path.slice("/BDMV/".length), bytes]));
}

async function laidOut(files: Files) {
  return await layOutBdmv(new Map([...files].map(([path, bytes]) => [path, new MemoryContent(bytes)])), undefined);
}

test("what is read first is told apart from streams", async (t) => {
  const { navigation, streams, faults } = await laidOut(film());
  t.deepEqual(faults, []);
  const [first, second, ...others] = navigation;
  t.deepEqual([first, second, others.length], ["/BDMV/index.bdmv", "/BDMV/MovieObject.bdmv", 4]);
  t.deepEqual(streams, ["/BDMV/STREAM/00000.m2ts", "/BDMV/STREAM/00001.m2ts"]);
});

test("names of AVCHD are those of a film, too", async (t) => {
  const short = new Map(
    [...film()].map(([path, bytes]) => {
      const name = path.toUpperCase().replace("MOVIEOBJECT", "MOVIEOBJ");
      return [
        name
          .replace(/\.M2TS$/, ".MTS")
          .replace(/\.(\w{3})\w$/, ".$1")
          .replace("CLPI", "CPI"),
        bytes,
      ] as const;
    }),
  );
  const renamed = new Map([...short].map(([path, bytes]) => [path.replace(".CLP", ".CPI"), bytes]));
  const { navigation, streams, faults } = await laidOut(renamed);
  t.deepEqual(faults, []);
  t.deepEqual([navigation.length, streams.length], [6, 2]);
});

const faults: readonly (readonly [
  string,
  (files: Files) => unknown,
  readonly (readonly [string, string, string])[],
])[] = [
  ["no index", (files) => files.delete("index.bdmv"), [["error", "BDMV_FILE_MISSING", "index.bdmv"]]],
  [
    "no movie objects",
    (files) => files.delete("MovieObject.bdmv"),
    [["error", "BDMV_FILE_MISSING", "MovieObject.bdmv"]],
  ],
  [
    "a playlist of another kind",
    (files) => files.set("PLAYLIST/00000.mpls", Buffer.from("MPL")),
    [["error", "BDMV_INFORMATION", "PLAYLIST/00000.mpls"]],
  ],
  [
    "a stream that was cut off",
    (files) => files.set("STREAM/00000.m2ts", new Uint8Array(6143)),
    [["warning", "BDMV_STREAM_LENGTH", "STREAM/00000.m2ts"]],
  ],
  [
    "a stream without information",
    (files) => files.delete("CLIPINF/00001.clpi"),
    [["warning", "BDMV_CLIP", "STREAM/00001.m2ts"]],
  ],
  [
    "information without a stream",
    (files) => files.delete("STREAM/00001.m2ts"),
    [["warning", "BDMV_CLIP", "CLIPINF/00001.clpi"]],
  ],
];

for (const [what, change, expected] of faults) {
  test(`found: ${what}`, async (t) => {
    const files = film();
    change(files);
    const found = (await laidOut(files)).faults.map(({ severity, name, path }) => [
      severity,
      name,
      path.slice("/BDMV/".length),
    ]);
    t.deepEqual(found, expected as unknown as string[][]);
  });
}
