// Goes on changing the disc named on the command line by raw commands, saying what is safe; made to be killed.
import { EmulatedDrive } from "../../../src/device/emulated/drive.js";
import { writeParametersFor } from "../../../src/device/mmc/write-parameters-page.js";
import { nodeFileAccess } from "../../../src/host/node-file-access.js";
import { addressOf, octetOf, unitBlocks } from "./killed-steps.js";
import { Bench } from "./support.js";

const [, , path = "", mode = ""] = process.argv;
const drive = await EmulatedDrive.open(nodeFileAccess, path, { polls: { closing: 0, preparing: 1 } });
await drive.reserve();
const bench = new Bench(drive, path);
const { media } = drive.medium.media;

async function required(what: string, outcome: Promise<string>): Promise<void> {
  const found = await outcome;
  if (found !== "ok") throw new Error(`${what}: ${found}`);
}

/** Overwrites units here and there; tells after which step everything is on the disc. */
async function overwrite(): Promise<void> {
  // A disc that comes from a drawer is formatted in the background no more.
  if (media === "dvd+rw") await required("restart", bench.format(0x26, 0, { typeDependentParameter: 1 }));
  for (let step = 0; ; step++) {
    await required(`write ${step}`, bench.write(addressOf(media, step), unitBlocks, octetOf(step)));
    if (step % 8 !== 7) continue;
    await required("sync", bench.sync());
    process.stdout.write(`${step}\n`);
  }
}

/** Writes session after session; tells where each begins once it is closed. */
async function append(): Promise<void> {
  const isCd = media.startsWith("cd");
  await bench.select(writeParametersFor(isCd ? "cdTrackAtOnce" : "dvdIncremental", { keepDiscOpen: true }));
  for (;;) {
    const { lastTrackInLastSession: track } = await bench.disc();
    const start = (await bench.track(track)).nextWritableAddress!;
    for (let at = 0; at < 320; at += 32) await required("write", bench.write(start + at, 32, octetOf(track)));
    await required("sync", bench.sync());
    if (!isCd) await required("close track", bench.close(1, track));
    await required("close session", bench.close(2));
    process.stdout.write(`${start} ${octetOf(track)}\n`);
  }
}

/** Blanks and formats, again and again. */
async function prepare(): Promise<void> {
  for (;;) {
    const outcome = media === "bd-re" ? bench.format(0x30, 0xffff_ffff, { immediate: true }) : bench.blank(0, true);
    await required("prepare", outcome);
    process.stdout.write("begun\n");
    while ((await bench.ready()) !== "ok");
    process.stdout.write("done\n");
  }
}

await { overwrite, append, prepare }[mode]!();
