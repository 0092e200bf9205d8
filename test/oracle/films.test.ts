/** Films as players' libraries read them: libdvdread of DVD-Video, libbluray of BDMV. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { appendTo, buildImage, MemorySource, rebuildImage, verifyImage } from "../../src/node.js";
import { bluRayFilm } from "../support/blu-ray-film.js";
import { authoredFilm } from "../support/dvd-film.js";
import { bsdtarListing, execute } from "../support/judges.js";
import { folderListing } from "../support/listing.js";
import { hasRig, kernelMounts, udfreadListing } from "../support/rig.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";
import { compare } from "../support/verdicts.js";

const sourceOfJudge = join(import.meta.dirname, "../../../test/oracle/dvd-read.c");
const sourceDateEpoch = 1_700_000_000;

/** Names of findings with their severities, and how often each was made. */
async function findingsOf(image: string): Promise<Readonly<Record<string, number>>> {
  const { findings } = await verifyImage(new MemorySource(readFileSync(image)));
  const counts: Record<string, number> = {};
  for (const { severity, name } of findings) counts[`${severity} ${name}`] = (counts[`${severity} ${name}`] ?? 0) + 1;
  return counts;
}

/** What libdvdread says of an image. */
interface DvdReading {
  readonly status: number | null;
  /** Files, with their blocks counted from that of VIDEO_TS.IFO, and their bytes. */
  readonly places: Readonly<Record<string, string>>;
  readonly wrong: readonly string[];
  /** Whether the menus and titles that it read are those of the film. */
  readonly isWhole: boolean;
}

class DvdJudge {
  readonly #program: string;
  readonly #film: string;
  readonly #t: ExecutionContext;

  constructor(t: ExecutionContext, film: string) {
    this.#program = join(temporaryFolder(t), "dvd-read");
    this.#film = film;
    this.#t = t;
    run("gcc", ["-Wall", "-Werror", "-O1", "-o", this.#program, sourceOfJudge, "-ldvdread"]);
  }

  read(image: string): DvdReading {
    const folder = temporaryFolder(this.#t);
    const { status, output } = execute(this.#program, [image, folder]);
    const lines = output.toString().split("\n");
    const found = lines.flatMap((line) => {
      const match = /^(\S+) (\d+) (\d+)$/.exec(line);
      return match === null ? [] : [{ name: match[1]!, block: Number(match[2]), bytes: match[3]! }];
    });
    const first = found[0]?.block ?? 0;
    const names = readdirSync(folder);
    const original = (name: string): Buffer => readFileSync(join(this.#film, "VIDEO_TS", name));
    return {
      status,
      places: Object.fromEntries(found.map(({ name, block, bytes }) => [name, `${block - first} ${bytes}`])),
      wrong: lines.filter((line) => line.startsWith("wrong ")),
      isWhole: names.length === 4 && names.every((name) => readFileSync(join(folder, name)).equals(original(name))),
    };
  }
}

test.serial("DVD-Video: libdvdread finds everything where it is stated, as in an image of genisoimage", async (t) => {
  for (const tool of ["gcc", "dvdauthor", "genisoimage", "lsdvd"]) if (!requireTool(t, tool)) return;
  const film = authoredFilm(t);
  const folder = temporaryFolder(t);
  const judge = new DvdJudge(t, film);
  const at = (name: string): string => join(folder, name);

  const notes: string[] = [];
  const options = { filmPreset: "auto", volumeName: "FILM", onNote: (note: string) => void notes.push(note) } as const;
  await buildImage([film], { ...options, output: at("film.iso") });
  t.deepEqual(notes, []);
  const ours = judge.read(at("film.iso"));
  t.like(ours, { status: 0, wrong: [], isWhole: true });
  execute("genisoimage", ["-quiet", "-dvd-video", "-o", at("reference.iso"), film]);
  const reference = judge.read(at("reference.iso"));
  t.is(reference.status, 0);
  t.is(Object.keys(ours.places).length, 10);
  t.deepEqual(ours.places, reference.places);
  t.deepEqual(await findingsOf(at("film.iso")), {});
  t.deepEqual(
    await findingsOf(at("reference.iso")).then((counts) => Object.keys(counts).filter((name) => /VIDEO/.test(name))),
    [],
  );

  const titles = execute("lsdvd", [at("film.iso")]).output.toString();
  t.true(titles.includes("Disc Title: FILM"));
  t.is(titles.match(/^Title: /gm)?.length, 2);
  compare(t, bsdtarListing(t, at("film.iso")), folderListing(film), ["digest"]);
  const listed = execute("isoinfo", ["-f", "-i", at("film.iso")]).output.toString();
  t.true(listed.includes("/VIDEO_TS/VTS_01_0.IFO;1\n"));
  t.regex(execute("blkid", ["-p", at("film.iso")]).output.toString(), /LABEL="FILM".*VERSION="1.02".*TYPE="udf"/);

  // Judges that find nothing wrong with anything would be none.
  await buildImage([film], { fileSystems: ["iso", "udf"], output: at("plain.iso") });
  t.is(judge.read(at("plain.iso")).status, 1);
  const found = await findingsOf(at("plain.iso"));
  t.true((found["error VIDEO_PLACE"] ?? 0) > 5);
  t.is(found["warning VIDEO_BACKUP_NEAR"], undefined);

  // A film stays one when the disc goes on, and when it is made anew.
  writeFileSync(at("note.txt"), "added later");
  await appendTo(at("film.iso"), { sources: [at("note.txt")] });
  t.like(judge.read(at("film.iso")), { status: 0, wrong: [], isWhole: true });
  t.deepEqual(await findingsOf(at("film.iso")), {});
  const changes = { remove: ["/note.txt"], sources: [at("note.txt")] };
  await rebuildImage(new MemorySource(readFileSync(at("film.iso"))), changes, { output: at("again.iso") });
  t.like(judge.read(at("again.iso")), { status: 0, wrong: [], isWhole: true });
});

test.serial("BDMV: libbluray plays the same of the image and of the folder", async (t) => {
  for (const tool of ["bd_info", "bd_list_titles", "bd_splice"]) if (!requireTool(t, tool)) return;
  const film = temporaryFolder(t);
  for (const [path, bytes] of bluRayFilm()) {
    mkdirSync(join(film, path, ".."), { recursive: true });
    writeFileSync(join(film, path), bytes);
  }
  const folder = temporaryFolder(t);
  const image = join(folder, "film.iso");
  const notes: string[] = [];
  await buildImage([film], {
    filmPreset: "auto",
    volumeName: "FILM",
    sourceDateEpoch,
    output: image,
    onNote: (note) => void notes.push(note),
  });
  t.is(notes.length, 5);
  t.deepEqual(await findingsOf(image), {});

  const said = (program: string, place: string): string =>
    execute(program, [place])
      .output.toString()
      .replace(/^Volume Identifier.*\n/m, "");
  t.regex(said("bd_info", image), /BluRay detected +: yes[\s\S]*HDMV titles +: 1/);
  t.is(said("bd_info", image), said("bd_info", film));
  t.is(said("bd_list_titles", image), said("bd_list_titles", film));
  t.regex(said("bd_list_titles", image), /duration: 00:00:10/);
  const spliced = (place: string): Buffer => execute("bd_splice", ["-t", "1", place]).output;
  t.is(spliced(image).length, 40 * 6144);
  t.deepEqual(spliced(image), spliced(film));
  t.regex(execute("blkid", ["-p", image]).output.toString(), /LABEL="FILM".*VERSION="2.50".*TYPE="udf"/);

  if (!hasRig) return;
  compare(t, udfreadListing(t, image), listingWithAdded(film), ["digest"]);
  const [mounted] = kernelMounts("6.1", image, ["bs=2048"], [], { fileSystem: "udf" });
  t.is(mounted!.status, 0, mounted!.messages.join("\n"));
  compare(t, mounted!.listing, listingWithAdded(film), ["digest"]);
});

/** A folder with the directories that were added to its film. */
function listingWithAdded(film: string): ReturnType<typeof folderListing> {
  const added = ["/CERTIFICATE", "/BDMV/AUXDATA", "/BDMV/BDJO", "/BDMV/JAR", "/BDMV/META"];
  return { ...folderListing(film), ...Object.fromEntries(added.map((path) => [path, { type: "directory" as const }])) };
}
