/**
 * The command line on a /dev/sr0 of Linux: in a guest, whose kernel has the rig's drive by iSCSI. The kernel mounts what
 * was burned.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { openImage } from "../../src/fs/image/open-image.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";
import { requireNative } from "../support/fake-drives.js";
import { hasRig, rigTracks, runInGuest } from "../support/rig.js";
import { requireTool, run, temporaryFolder } from "../support/tools.js";

const top = resolve(import.meta.dirname, "../../..");
const isSlow = process.env.DISCSMITH_SLOW === "1";

/** The package as it is installed, in one file. */
function packed(t: ExecutionContext): string {
  const archive = join(temporaryFolder(t), "package.tar");
  const packages = run("npm", ["ls", "--omit=dev", "--all", "--parseable"], { cwd: top }).toString().trim().split("\n");
  const names = packages.slice(1).map((path) => path.slice(top.length + 1));
  run("tar", ["-cf", archive, "-C", top, "dist", "package.json", "native/build/Release/discsmith.node", ...names]);
  return archive;
}

/** The kernel keeps the capacity that a disc had when it was put in. */
const reload = "sg_start --eject /dev/sr0 && sg_start --load /dev/sr0";
const mount = `${reload}; mount -t iso9660 -o ro /dev/sr0 /mnt && (cd /mnt && find . -type f | sort | xargs sha256sum); umount /mnt`;

const prepare = (archive: string): string => `
  modprobe isofs
  mkdir -p /package && tar -xf ${archive} -C /package
  for i in 1 2 3; do mkdir -p /tree$i/directory$i; echo "session $i" >/tree$i/file$i.txt; head -c 20000$i /dev/urandom >/tree$i/directory$i/r.bin; done
  discsmith() { node /package/dist/cli/main.js "$@" </dev/null; echo "discsmith $1: $?"; }
  burn() { name=$1; shift; "$@" >/tmp/said 2>&1 || cat /tmp/said; echo "$name: $?"; }
`;

interface GuestBurn {
  readonly media: string;
  readonly script: string;
  readonly sessions: number;
  readonly programs: readonly string[];
  readonly says?: readonly string[];
}

const first: GuestBurn = {
  media: "dvd+r",
  script: "discsmith write /dev/sr0 /tree1",
  sessions: 1,
  programs: ["node", "sg_start"],
};

/** Three sessions each, of ours and of others. */
const longer: readonly GuestBurn[] = [
  {
    media: "cd-r",
    script: `discsmith write /dev/sr0 /tree1; ${reload}
      burn xorriso xorriso -dev /dev/sr0 -map /tree2 / -commit; ${reload}
      discsmith append /dev/sr0 /tree3 --close --yes`,
    sessions: 3,
    programs: ["node", "sg_start", "xorriso"],
  },
  {
    media: "bd-re",
    script: `discsmith write /dev/sr0 /tree1; ${reload}
      mount -t iso9660 -o ro /dev/sr0 /mnt
      node /package/dist/cli/main.js list /dev/sr0 >/tmp/said && grep -q file1 /tmp/said && echo READ-WHILE-MOUNTED
      node /package/dist/cli/main.js write /dev/sr0 /tree1 --yes --json </dev/null 2>/tmp/said
      grep -q 'E_DISC_BUSY.*mounted on /mnt' /tmp/said && echo KEPT-WHILE-MOUNTED || cat /tmp/said
      umount /mnt`,
    sessions: 1,
    programs: ["node", "sg_start"],
    says: ["READ-WHILE-MOUNTED", "KEPT-WHILE-MOUNTED"],
  },
  {
    media: "dvd+r",
    script: `burn xorriso xorriso -outdev /dev/sr0 -map /tree1 / -commit; ${reload}
      discsmith append /dev/sr0 /tree2; ${reload}
      burn growisofs growisofs -use-the-force-luke=tty -M /dev/sr0 -R -J -quiet /tree3`,
    sessions: 3,
    programs: ["node", "sg_start", "xorriso", "growisofs", "genisoimage"],
  },
  {
    media: "bd-r",
    script: `discsmith write /dev/sr0 /tree1; ${reload}
      discsmith append /dev/sr0 /tree2; ${reload}
      burn xorriso xorriso -dev /dev/sr0 -map /tree3 / -commit`,
    sessions: 3,
    programs: ["node", "sg_start", "xorriso"],
  },
];

/** The lines of sha256sum in a text, as contents by path. */
function contentsIn(text: string): Record<string, string> {
  const lines = [...text.matchAll(/^([0-9a-f]{64}) {2}\.(\/.*)$/gm)];
  return Object.fromEntries(lines.map(([, digest, path]) => [path!, digest!]));
}

if (hasRig) {
  for (const { media, script, sessions, programs, says = [] } of isSlow ? [first, ...longer] : [first]) {
    test.serial(`${media}, ${sessions} sessions by the kernel's /dev/sr0`, async (t) => {
      for (const tool of ["qemu-system-x86_64", "sg_start", ...programs.slice(2)]) if (!requireTool(t, tool)) return;
      if (!requireNative(t)) return;
      const archive = packed(t);
      const disc = join(temporaryFolder(t), "disc.img");
      const trees = Array.from({ length: sessions }, (_, index) => `/tree${index + 1}`);
      const sources = trees.map((tree) => `(cd ${tree} && find . -type f | xargs sha256sum)`).join("; ");
      const whole = `${prepare(archive)}${script}\n${sources}; echo MOUNTED; ${mount}\n`;
      const said = await runInGuest(t, media, disc, whole, { programs, files: [archive] });
      const outcomes = [...said.matchAll(/^(discsmith \w+|xorriso|growisofs): (\d+)\r?$/gm)].map(([, , code]) => code);
      t.deepEqual(
        outcomes,
        Array.from({ length: sessions }, () => "0"),
        said,
      );
      for (const words of says) t.true(said.includes(words), said);
      const [before = "", after = ""] = said.split("MOUNTED");
      const expected = contentsIn(before);
      t.is(Object.keys(expected).length, 2 * sessions, said);
      t.deepEqual(contentsIn(after), expected, said);
      const tracks = rigTracks(disc);
      if (media !== "bd-re") t.is(tracks.length, sessions);
      const bytes = readFileSync(disc);
      const source = new MemorySource(bytes.subarray(0, bytes.length - (bytes.length % blockBytes)));
      const image = await openImage(source, { start: tracks.at(-1)?.start ?? 0 });
      for (const path of Object.keys(expected)) t.is((await image.stat(path)).type, "file", path);
    });
  }
} else {
  test("the rig is not beside the project: no guest burns", (t) => t.pass());
}
