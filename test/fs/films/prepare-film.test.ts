/** What becomes of a tree, and of options, where it is to be written as a film. */
import test from "ava";
import { walkTree } from "../../../src/fs/tree/walk.js";
import type { FilmKind, ImageOptions } from "../../../src/index.js";
import { DirectoryNode, FileSystemImage, filmOptions, prepareFilm, recogniseFilm } from "../../../src/index.js";
import { addFilm, bluRayFilm } from "../../support/blu-ray-film.js";
import { failsWith, warnsOf } from "../../support/failures.js";
import { addVideo, handMadeFilm } from "../../support/hand-made-film.js";
import { bytesOf, makeImage } from "../../support/made-image.js";

const video = handMadeFilm([{ menu: 10 }, { titles: [20, 30] }]);

function pathsOf(root: DirectoryNode): string[] {
  return [...walkTree(root)].map(({ node }) => node.path).sort();
}

test("a film is recognised by the file that is read first, in letters of either case", (t) => {
  const kindOf = (...paths: string[]): FilmKind | undefined => {
    const root = new DirectoryNode("");
    for (const path of paths) root.addFile(path, "", { parents: true });
    return recogniseFilm(root);
  };
  t.is(kindOf("/VIDEO_TS/VIDEO_TS.IFO"), "dvd-video");
  t.is(kindOf("/video_ts/video_ts.ifo"), "dvd-video");
  t.is(kindOf("/BDMV/index.bdmv"), "bdmv");
  t.is(kindOf("/BDMV/INDEX.BDM"), "bdmv");
  t.is(kindOf("/VIDEO_TS/notes.txt", "/films/BDMV/index.bdmv"), undefined);
});

test("names become those that players look for, and directories that they expect are added", (t) => {
  const root = new DirectoryNode("");
  addVideo(root, new Map([...video].map(([name, bytes]) => [name.toLowerCase(), bytes])), "/video_ts");
  root.addFile("/video_ts/notes.txt", "kept as it is");
  const notes: string[] = [];
  t.is(
    prepareFilm(root, "auto", (note) => notes.push(note)),
    "dvd-video",
  );
  const expected = [
    "/AUDIO_TS",
    "/VIDEO_TS",
    "/VIDEO_TS/notes.txt",
    ...[...video.keys()].map((name) => `/VIDEO_TS/${name}`),
  ];
  t.deepEqual(pathsOf(root), expected.sort());
  t.is(notes.length, video.size + 2);
  const before = notes.length;
  prepareFilm(root, "dvd-video", (note) => notes.push(note));
  t.is(notes.length, before, "what is as it should be is left alone");
});

test("the directories of BDMV are completed", (t) => {
  const root = new DirectoryNode("");
  for (const [path, bytes] of bluRayFilm()) root.addFile(path.toUpperCase(), bytes, { parents: true });
  prepareFilm(root, "auto", () => {});
  const paths = pathsOf(root);
  for (const [path] of bluRayFilm()) t.true(paths.includes(path), path);
  for (const name of ["/CERTIFICATE", "/BDMV/AUXDATA", "/BDMV/BDJO", "/BDMV/JAR", "/BDMV/META"])
    t.true(paths.includes(name));
});

test("where there is no film, that is said, and where its files are", async (t) => {
  const root = new DirectoryNode("");
  root.addFile("/VIDEO_TS.IFO", "");
  const prepare = (kind: FilmKind | "auto") => () => prepareFilm(root, kind, () => {});
  await failsWith(t, "E_FILM_INVALID", { path: "/VIDEO_TS" }, prepare("auto"));
  await failsWith(t, "E_FILM_INVALID", { path: "/" }, () => prepareFilm(new DirectoryNode(""), "auto", () => {}));
  const misplaced = await failsWith(t, "E_FILM_INVALID", { path: "/VIDEO_TS" }, prepare("dvd-video"));
  t.true(misplaced.message.includes("VIDEO_TS=FOLDER"));
  await failsWith(t, "E_FILM_INVALID", { path: "/BDMV" }, prepare("bdmv"));
});

test("what options do not say is as players want it, and what they refuse is refused", async (t) => {
  t.like(filmOptions("dvd-video", { volumeName: "FILM" }), {
    volumeName: "FILM",
    fileSystems: ["iso", "udf"],
    isoLevel: 1,
    udfRevision: "1.02",
    films: "dvd-video",
  });
  t.like(filmOptions("bdmv", {}), { fileSystems: ["udf"], udfRevision: "2.50", films: "bdmv" });
  const refused: readonly (readonly [FilmKind, ImageOptions, string])[] = [
    ["dvd-video", { fileSystems: ["udf"] }, "fileSystems"],
    ["dvd-video", { fileSystems: ["iso", "joliet"] }, "fileSystems"],
    ["dvd-video", { isoLevel: 3 }, "isoLevel"],
    ["dvd-video", { udfRevision: "2.01" }, "udfRevision"],
    ["bdmv", { udfRevision: "2.01" }, "udfRevision"],
    ["bdmv", { udfMetadataMirror: false }, "udfMetadataMirror"],
    ["bdmv", { fileSystems: ["iso"] }, "fileSystems"],
  ];
  for (const [kind, options, option] of refused) {
    await failsWith(t, "E_OPTION_INVALID", { option }, () => filmOptions(kind, options));
  }
  for (const wrong of [
    { udfEmbedFiles: true },
    { udfVirtual: true, udfRevision: "2.01" as const },
    { fileSystems: ["iso"] as const },
  ]) {
    const options = { fileSystems: ["udf"] as const, films: "bdmv" as const, ...wrong };
    await failsWith(t, "E_OPTION_INVALID", {}, () => makeImage((root) => addFilm(root, bluRayFilm()), options));
  }
});

test("an image is refused, or warned of, by the file that is at fault", async (t) => {
  const options = filmOptions("dvd-video", {});
  const without = (name: string) =>
    makeImage((root) => addVideo(root, new Map([...video].filter(([key]) => key !== name))), options);
  await failsWith(t, "E_FILM_INVALID", { path: "/VIDEO_TS/VTS_01_0.IFO", rule: "VIDEO_FILE_MISSING" }, () =>
    without("VTS_01_0.IFO"),
  );
  const { warnings } = await without("VTS_01_0.BUP");
  warnsOf(t, warnings, "W_FILM_FAULTY", { path: "/VIDEO_TS/VTS_01_0.BUP", rule: "VIDEO_FILE_MISSING" });
  await failsWith(t, "E_FILM_INVALID", { path: "/VIDEO_TS" }, () =>
    makeImage((root) => root.addFile("/a", "a"), options),
  );
  const image = new FileSystemImage(options);
  addVideo(image.root, video);
  const { content } = image.root.addFile("/VIDEO_TS/VTS_01_0.BUP", video.get("VTS_01_0.BUP")!, { replace: true });
  image.root.addFile("/VIDEO_TS/VTS_01_0.IFO", content, { replace: true });
  await failsWith(t, "E_FILM_INVALID", { rule: "VIDEO_PLACE_IMPOSSIBLE" }, () => image.createResultImage());
  image.root.addFile("/VIDEO_TS/VTS_01_0.IFO", video.get("VTS_01_0.IFO")!, { replace: true });
  await using result = await image.createResultImage();
  t.true((await bytesOf(result)).length > 0);
});
