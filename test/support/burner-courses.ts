/** What burners do in a guest to each medium, as lines of its shell: three sessions, each by another program. */

/** The folders that are burned: /t/s1 to /t/s3, listed in /out. */
export const sourceFolders: string = `
for i in 1 2 3; do
  mkdir -p /t/s$i/d$i/deeper
  echo "session $i" >/t/s$i/file$i.txt
  seq 1 3000$i >/t/s$i/d$i/numbers.txt
  ln -s ../file$i.txt /t/s$i/d$i/link
  : >/t/s$i/d$i/deeper/empty
  chmod 640 /t/s$i/file$i.txt
  chmod 755 /t/s$i/d$i/numbers.txt
  touch -h -d "202$i-0$i-0$i 0$i:00:00" /t/s$i/d$i/link
  touch -d "202$i-0$i-0$i 0$i:00:00" /t/s$i/file$i.txt /t/s$i/d$i/numbers.txt /t/s$i/d$i/deeper/empty
  kwalk /t/s$i >/out/source$i
done
`;

/** The programs that courses call. */
export const burners: readonly string[] = [
  "xorriso",
  "genisoimage",
  "growisofs",
  "wodim",
  "dvd+rw-mediainfo",
  "dvd+rw-format",
  "sg_start",
];

const growisofs = "growisofs -use-the-force-luke=tty";

function byXorriso(session: number, drive = "-dev"): string {
  return `step s${session} xorriso ${drive} $d -volid S${session} -map /t/s${session} /s${session} -commit`;
}

function byGrowisofs(session: number, letter: "Z" | "M"): string {
  const source = `-graft-points /s${session}/=/t/s${session}`;
  return `step s${session} ${growisofs} -${letter} $d -R -V S${session} -quiet ${source}`;
}

/** genisoimage makes the image for the numbers that wodim says, wodim burns it. */
function byWodim(session: number): string {
  const image = `/tmp/$course-${session}.iso`;
  const numbers = session === 1 ? "" : `-C $(cat /out/$course/numbers.out) -M $d`;
  return [
    ...(session === 1 ? [] : ["step numbers wodim dev=$d -msinfo"]),
    `step image${session} genisoimage -quiet -R -V S${session} ${numbers} -graft-points -o ${image} /s${session}/=/t/s${session}`,
    `step s${session} wodim -v dev=$d -multi -tao -data ${image}`,
  ].join("\n");
}

const reload = "reload";
const cd = [byXorriso(1, "-outdev"), byXorriso(2), reload, byWodim(3)];
const sequential = [byXorriso(1, "-outdev"), reload, byGrowisofs(2, "M"), reload, byXorriso(3)];
const overwritable = [byGrowisofs(1, "Z"), reload, byGrowisofs(2, "M"), reload, byXorriso(3)];

/** A course: on which medium, and what is done to it. */
export interface Course {
  readonly media: string;
  /** Whether the host wrote the first session before: folder /t/s1 of the guest, made there, too. */
  readonly begunHere?: true;
  readonly lines: readonly string[];
}

/** Every course, by its name. */
export const courses: Readonly<Record<string, Course>> = {
  "cd-r": { media: "cd-r", lines: cd },
  "dvd-r": { media: "dvd-r", lines: sequential },
  "dvd+r": { media: "dvd+r", lines: sequential },
  "dvd+r-dl": { media: "dvd+r-dl", lines: sequential },
  "bd-r": { media: "bd-r", lines: sequential },
  "bd-r-dl": { media: "bd-r-dl", lines: sequential },
  "dvd+rw": { media: "dvd+rw", lines: overwritable },
  "dvd-ram": { media: "dvd-ram", lines: overwritable },
  "bd-re": { media: "bd-re", lines: overwritable },
  "bd-re-dl": { media: "bd-re-dl", lines: overwritable },
  "cd-rw blanked by wodim and xorriso": {
    media: "cd-rw",
    lines: [
      byWodim(1),
      "step blank1 wodim -v dev=$d blank=fast",
      reload,
      "step again xorriso -outdev $d -volid AGAIN -map /t/s1 /again -commit",
      "step blank2 xorriso -outdev $d -blank all",
      reload,
      ...cd,
    ],
  },
  "dvd-rw blanked by dvd+rw-format and xorriso": {
    media: "dvd-rw",
    lines: [
      byGrowisofs(1, "Z"),
      "step blank1 dvd+rw-format -blank=full $d",
      reload,
      "step again xorriso -outdev $d -volid AGAIN -map /t/s1 /again -commit",
      "step blank2 xorriso -outdev $d -blank all",
      reload,
      ...sequential,
    ],
  },
  "dvd-rw formatted by dvd+rw-format": {
    media: "dvd-rw",
    lines: ["step format dvd+rw-format -force $d", reload, ...overwritable],
  },
  "cd-r begun here": { media: "cd-r", begunHere: true, lines: [byWodim(2), reload, byXorriso(3)] },
  "dvd+r begun here": { media: "dvd+r", begunHere: true, lines: [byGrowisofs(2, "M"), reload, byXorriso(3)] },
  "bd-r begun here": { media: "bd-r", begunHere: true, lines: [byXorriso(2), reload, byGrowisofs(3, "M")] },
};

/** What is asked about a disc when the course is through. */
const questions = `
reload
step toc xorriso -indev $d -toc
step wodim-toc wodim dev=$d -toc
step msinfo wodim dev=$d -msinfo
case $media in cd-*) ;; *) step mediainfo dvd+rw-mediainfo $d ;; esac
look end ro
`;

/** The script of courses that go on side by side, each on the drive of its number. */
export function courseScript(drives: readonly { readonly name: string; readonly number: number }[]): string {
  const runs = drives.map(({ name, number }) => {
    const { media, lines } = courses[name]!;
    return `(course=${number}; media=${media}; d=$(drive ${number}); mkdir -p /out/${number}
${lines.join("\n")}
${questions}) &`;
  });
  return `${sourceFolders}\n${runs.join("\n")}\nwait`;
}
