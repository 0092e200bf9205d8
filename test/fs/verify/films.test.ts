/** What verifying finds of films, on images that hold them in one wrong way each. */
import test from "ava";
import type { DirectoryNode, ImageOptions } from "../../../src/index.js";
import { filmOptions, MemorySource, verifyImage, verifyRules } from "../../../src/index.js";
import { addFilm, bluRayFilm } from "../../support/blu-ray-film.js";
import type { HandMadeSet } from "../../support/hand-made-film.js";
import { addVideo, handMadeFilm } from "../../support/hand-made-film.js";
import { makeImage } from "../../support/made-image.js";

const sets: readonly HandMadeSet[] = [{ menu: 10 }, { menu: 5, titles: [20, 30] }];
const video = filmOptions("dvd-video", {});
const blueRay = filmOptions("bdmv", {});
const severities = new Map<string, string>(verifyRules.at(-1)!.rules.map(({ name, severity }) => [name, severity]));

interface Found {
  readonly severity: string;
  readonly name: string;
  readonly path: string | null;
}

async function foundIn(fill: (root: DirectoryNode) => void, options: ImageOptions): Promise<Found[]> {
  const { bytes } = await makeImage(fill, options);
  const { findings } = await verifyImage(new MemorySource(bytes));
  return findings.map(({ severity, name, path }) => ({ severity, name, path }));
}

/** A film that is wrong in one way, and what is found of it. */
interface Case {
  readonly what: string;
  readonly fill: (root: DirectoryNode) => void;
  readonly options: ImageOptions;
  readonly found: readonly (readonly [name: string, path: string])[];
}

/** A film that is written as it is, wherever that leads. */
function unplanned(change: (files: Map<string, Buffer>) => unknown): (root: DirectoryNode) => void {
  const files = handMadeFilm(sets);
  change(files);
  return (root) => addVideo(root, files);
}

const cases: readonly Case[] = [
  { what: "a film as it should be", fill: unplanned(() => {}), options: video, found: [] },
  {
    what: "no UDF",
    fill: unplanned(() => {}),
    options: {},
    found: [["VIDEO_UDF", "/VIDEO_TS"]],
  },
  {
    what: "no bridge",
    fill: unplanned(() => {}),
    options: { ...video, fileSystems: ["udf"] },
    found: [["VIDEO_UDF", "/VIDEO_TS"]],
  },
  {
    what: "another revision",
    fill: unplanned(() => {}),
    options: { ...video, udfRevision: "2.01" },
    found: [["VIDEO_UDF", "/VIDEO_TS"]],
  },
  {
    what: "no film in VIDEO_TS",
    fill: (root) => root.addFile("/VIDEO_TS/holiday.mp4", "no film", { parents: true }),
    options: {},
    found: [],
  },
  {
    what: "names in small letters, and files in the order of their names",
    fill: (root) => {
      const files = [...handMadeFilm([{}])].map(([name, bytes]) => [name.toLowerCase(), bytes] as const);
      addVideo(root, new Map(files), "/video_ts");
    },
    options: { fileSystems: ["iso", "udf"], udfRevision: "1.02" },
    found: [
      ["VIDEO_NAME", "/video_ts"],
      ["VIDEO_NAME", "/video_ts/video_ts.bup"],
      ["VIDEO_NAME", "/video_ts/video_ts.ifo"],
      ["VIDEO_PLACE", "/video_ts/video_ts.bup"],
    ],
  },
  {
    what: "a file in its entry",
    fill: (root) => {
      const files = handMadeFilm([{ menu: 1 }]);
      files.set("VIDEO_TS.VOB", Buffer.alloc(100));
      addVideo(root, files);
    },
    options: { fileSystems: ["udf"], udfRevision: "1.02", udfEmbedFiles: true },
    found: [
      ["VIDEO_UDF", "/VIDEO_TS"],
      ["VIDEO_EXTENTS", "/VIDEO_TS/VIDEO_TS.VOB"],
      ["VIDEO_PLACE", "/VIDEO_TS/VIDEO_TS.VOB"],
      ["VIDEO_PLACE", "/VIDEO_TS/VIDEO_TS.BUP"],
    ],
  },
  {
    what: "a backup that is stated for the block of error correction of its information file",
    fill: (root) => addVideo(root, handMadeFilm([{ gaps: [0, 0, 0] }, { gaps: [0, 0, 0] }])),
    options: video,
    found: [["VIDEO_BACKUP_NEAR", "/VIDEO_TS/VIDEO_TS.BUP"]],
  },
  {
    what: "a title set without its information file",
    fill: unplanned((files) => files.delete("VTS_01_0.IFO")),
    options: { ...video, films: undefined },
    found: [
      ["VIDEO_FILE_MISSING", "/VIDEO_TS/VTS_01_0.IFO"],
      ["VIDEO_PLACE", "/VIDEO_TS/VIDEO_TS.BUP"],
    ],
  },
  {
    what: "BDMV without a metadata partition",
    fill: (root) => addFilm(root, bluRayFilm()),
    options: { fileSystems: ["udf"], udfRevision: "2.01" },
    found: [["BDMV_UDF", "/BDMV"]],
  },
  {
    what: "streams that start anywhere",
    fill: (root) => {
      root.addFile("/BDMV/index.bdmv", "INDX0200", { parents: true });
      root.addFile("/BDMV/MovieObject.bdmv", "MOBJ0200");
      root.addFile("/BDMV/CLIPINF/00000.clpi", "HDMV0200", { parents: true });
      root.addFile("/BDMV/STREAM/00000.m2ts", new Uint8Array(6144), { parents: true });
      root.addFile("/BDMV/STREAM/00000.mts.txt", "no stream");
    },
    options: { ...blueRay, films: undefined },
    found: [["BDMV_ALIGNMENT", "/BDMV/STREAM/00000.m2ts"]],
  },
  { what: "BDMV as it should be", fill: (root) => addFilm(root, bluRayFilm()), options: blueRay, found: [] },
];

for (const { what, fill, options, found } of cases) {
  test(`films: ${what}`, async (t) => {
    const findings = await foundIn(fill, options);
    t.deepEqual(
      findings.map(({ name, path }) => [name, path]),
      found.map(([name, path]) => [name, path]),
    );
    for (const { name, severity } of findings) {
      // Those of the table say "or (as a warning)".
      if (name !== "VIDEO_FILE_MISSING") t.is(severity, severities.get(name) ?? "", name);
    }
  });
}
