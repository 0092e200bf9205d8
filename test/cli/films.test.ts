/** Films, from the command line. */
import { existsSync } from "node:fs";
import test from "ava";
import { handMadeFilm } from "../support/hand-made-film.js";
import { NearShell } from "./support.js";

function shellWithFilm(t: ConstructorParameters<typeof NearShell>[0]): NearShell {
  const shell = new NearShell(t);
  const film = handMadeFilm([{ menu: 10 }, { menu: 5, titles: [20, 30] }]);
  for (const [name, bytes] of film) shell.file(`film/video_ts/${name.toLowerCase()}`, bytes);
  shell.file("film/extras/notes.txt");
  return shell;
}

test.serial("build --films recognises a film, says what it does to it, and verify finds it right", async (t) => {
  const shell = shellWithFilm(t);
  const { code, err } = await shell.run(["build", "film", "--films", "auto", "--volume", "FILM", "-o", "film.iso"]);
  t.is(code, 0, err);
  t.true(err.includes('"/video_ts" becomes "/VIDEO_TS"'));
  t.true(err.includes('the empty directory "/AUDIO_TS" is added'));
  t.regex(await shell.ok(t, "verify", "film.iso"), /: 0 errors, 0 warnings/);
  const paths = await shell.list(t, "film.iso", "--fs", "udf");
  t.true(["/AUDIO_TS", "/VIDEO_TS/VTS_01_2.VOB", "/extras/notes.txt"].every((path) => paths.includes(path)));
  const { fileSystems } = (await shell.json<{ sessions: { fileSystems: string[] }[] }>(t, "info", "film.iso"))
    .sessions[0]!;
  t.deepEqual(fileSystems.toSorted(), ["iso", "udf"]);
});

test.serial("write --films makes a disc that is a film, and append leaves it one", async (t) => {
  const shell = shellWithFilm(t);
  await shell.ok(t, "create", "film.disc", "--media", "dvd+r");
  await shell.ok(t, "write", "film.disc", "film", "--films", "dvd-video");
  t.regex(await shell.ok(t, "verify", "film.disc"), /: 0 errors, 0 warnings/);
  await shell.ok(t, "append", "film.disc", "film/extras/notes.txt");
  t.regex(await shell.ok(t, "verify", "film.disc"), /^2 sessions.*: 0 errors, 0 warnings/m);
});

test.serial("rebuild keeps a film one as long as it is, and says where it is none any more", async (t) => {
  const shell = shellWithFilm(t);
  await shell.ok(t, "build", "film", "--films", "auto", "-o", "film.iso");
  await shell.ok(t, "rebuild", "film.iso", "--remove", "/extras", "-o", "small.iso");
  t.regex(await shell.ok(t, "verify", "small.iso"), /: 0 errors, 0 warnings/);
  const { code, err } = await shell.run(["rebuild", "film.iso", "--remove", "/VIDEO_TS/VTS_01_0.IFO", "-o", "cut.iso"]);
  t.deepEqual([code, /warning: "\/VIDEO_TS\/VTS_01_0\.IFO" is not there/.test(err)], [0, true]);
  t.is((await shell.run(["verify", "cut.iso"])).code, 3);
});

test.serial("a tree without a film, a damaged one, and options that players refuse make no image", async (t) => {
  const shell = shellWithFilm(t);
  const build = ["build", "film", "-o", "x.iso", "--films"];
  t.like(await shell.fails(t, 1, "build", "film/extras", "-o", "x.iso", "--films", "auto"), { code: "E_FILM_INVALID" });
  t.like(await shell.fails(t, 1, ...build, "bdmv"), { code: "E_FILM_INVALID", detail: { path: "/BDMV" } });
  t.like(await shell.fails(t, 2, ...build, "auto", "--udf-revision", "2.50"), { code: "E_OPTION_INVALID" });
  shell.file("film/video_ts/vts_01_2.vob", new Uint8Array(100 * 2048));
  const refused = await shell.fails(t, 1, ...build, "auto");
  t.like(refused, {
    code: "E_FILM_INVALID",
    detail: { path: "/VIDEO_TS/VTS_01_0.BUP", rule: "VIDEO_PLACE_IMPOSSIBLE" },
  });
  t.true(refused.message.includes("VTS_01_2.VOB"));
  t.false(existsSync(shell.path("x.iso")));
});
