/**
 * docs/BURNERS.md: what this package and other burners send to the rig's drive, side by side. Takes minutes, so it is
 * compared in slow runs alone; with DISCSMITH_WRITE_BURNERS=1 the file is written anew.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ExecutionContext } from "ava";
import test from "ava";
import { burn } from "../support/burners.js";
import { requireNative } from "../support/fake-drives.js";
import type { LoggedCommand } from "../support/logged-commands.js";
import { commandTable, loggedCommands } from "../support/logged-commands.js";
import { patternBytes } from "../support/rich-tree.js";
import { burnOnRig, hasRig } from "../support/rig.js";
import { requireTool, temporaryFolder } from "../support/tools.js";

const top = resolve(import.meta.dirname, "../../..");
const document = join(top, "docs", "BURNERS.md");
const isWriting = process.env.DISCSMITH_WRITE_BURNERS === "1";

type Burner = "discsmith" | "xorriso" | "growisofs" | "wodim";

interface MediumCase {
  readonly media: string;
  readonly others: readonly Burner[];
  /** Whether this package adds a second session to it. */
  readonly grows: boolean;
  /** Those that begin no disc on the rig's drive: it offers no formats for spare areas, which growisofs asks for. */
  readonly cannotBegin?: readonly Burner[];
}

const cases: readonly MediumCase[] = [
  { media: "cd-r", others: ["xorriso", "wodim"], grows: true },
  { media: "cd-rw", others: ["xorriso", "wodim"], grows: true },
  { media: "dvd-r", others: ["xorriso", "growisofs"], grows: true },
  { media: "dvd+r", others: ["xorriso", "growisofs"], grows: true },
  { media: "bd-r", others: ["xorriso", "growisofs"], grows: true, cannotBegin: ["growisofs"] },
  { media: "dvd+rw", others: ["xorriso", "growisofs"], grows: false },
  { media: "dvd-ram", others: ["xorriso", "growisofs"], grows: false },
  { media: "bd-re", others: ["xorriso", "growisofs"], grows: false },
];

function source(t: ExecutionContext, session: number): string {
  const folder = join(temporaryFolder(t), `source${session}`);
  mkdirSync(folder);
  writeFileSync(join(folder, `file${session}`), patternBytes(1_000_000, session));
  return folder;
}

async function burnSession(
  t: ExecutionContext,
  burner: Burner,
  media: string,
  disc: string,
  session: number,
): Promise<void> {
  const tree = source(t, session);
  const isFirst = session === 1;
  if (burner === "xorriso") {
    await burn(
      t,
      media,
      disc,
      ["xorriso", isFirst ? "-outdev" : "-dev", "/dev/sr0", "-map", "TREE", "/", "-commit"],
      tree,
    );
  } else if (burner === "growisofs") {
    const words = ["-use-the-force-luke=tty", isFirst ? "-Z" : "-M", "/dev/sr0", "-R", "-J", "-quiet", "TREE"];
    await burn(t, media, disc, ["growisofs", ...words], tree);
  } else if (burner === "wodim") {
    await burn(t, media, disc, ["wodim"], tree);
  } else {
    const commandLine = join(top, "dist", "cli", "main.js");
    const words = [commandLine, isFirst ? "write" : "append", "/dev/sr0", tree];
    const { status, messages } = await burnOnRig(t, media, disc, [process.execPath, ...words]);
    t.is(status, 0, messages);
  }
}

/** What a burner sends for one session after the other, on a disc of its own; "xorriso" begins it where that one cannot. */
async function commandsOf(t: ExecutionContext, burner: Burner, medium: MediumCase): Promise<LoggedCommand[][]> {
  const { media, grows, cannotBegin = [] } = medium;
  const disc = join(temporaryFolder(t), "disc.img");
  const logged: LoggedCommand[][] = [];
  for (const session of grows ? [1, 2] : [1]) {
    const isHelped = session === 1 && cannotBegin.includes(burner);
    await burnSession(t, isHelped ? "xorriso" : burner, media, disc, session);
    const all = loggedCommands(readFileSync(`${disc}.cdb`, "utf8"));
    logged.push(all.slice(logged.reduce((sum, { length }) => sum + length, 0)));
  }
  return logged;
}

async function sectionOf(t: ExecutionContext, medium: MediumCase): Promise<string> {
  const { media, others, grows, cannotBegin = [] } = medium;
  const columns: { name: Burner; sessions: LoggedCommand[][] }[] = [];
  for (const name of ["discsmith", ...others] as const) {
    columns.push({ name, sessions: await commandsOf(t, name, medium) });
  }
  const tables = (grows ? [1, 2] : [1]).map((session) => {
    const shown = columns.filter(({ name }) => session === 2 || !cannotBegin.includes(name));
    const table = commandTable(shown.map(({ name, sessions }) => ({ name, commands: sessions[session - 1]! })));
    return `### ${media}: a ${session === 1 ? "first" : "second"} session\n\n${table}\n`;
  });
  return tables.join("\n");
}

const marks = { begin: "<!-- Below: made by test/oracle/burners-document.test.ts -->" } as const;

if (hasRig && (isWriting || process.env.DISCSMITH_SLOW === "1")) {
  test("docs/BURNERS.md shows what is sent", async (t) => {
    for (const tool of ["xorriso", "genisoimage", "growisofs", "wodim", "gcc"]) if (!requireTool(t, tool)) return;
    if (!requireNative(t)) return;
    const sections: string[] = [];
    for (const medium of cases) sections.push(await sectionOf(t, medium));
    const before = readFileSync(document, "utf8");
    const head = before.slice(0, before.indexOf(marks.begin) + marks.begin.length);
    const made = `${head}\n\n${sections.join("\n")}`;
    if (isWriting) writeFileSync(document, made);
    t.is(made, isWriting ? made : before);
  });
} else {
  test("what burners send is logged in slow runs beside the rig", (t) => t.pass());
}
