/** Other people's programs burn sessions on the rig's drive. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { patternBytes } from "./rich-tree.js";
import { burnOnRig } from "./rig.js";
import { temporaryFolder } from "./tools.js";

/** A folder for a session, with what tells it from the others. */
export function sessionFolder(t: ExecutionContext, number: number): string {
  const folder = join(temporaryFolder(t), `tree${number}`);
  mkdirSync(join(folder, `directory ${number}`, "deeper"), { recursive: true });
  writeFileSync(join(folder, `file ${number}.txt`), `session ${number}\n`);
  writeFileSync(join(folder, `directory ${number}`, "grün 日本語.bin"), patternBytes(100_000 + number, number));
  writeFileSync(join(folder, `directory ${number}`, "deeper", "empty"), "");
  return folder;
}

/** A burner and its words; "TREE" stands for the folder that is burned. */
export type Words = readonly [string, ...string[]];

/** Burns a folder as the next session. */
export async function burn(
  t: ExecutionContext,
  media: string,
  disc: string,
  command: Words,
  tree: string,
): Promise<void> {
  if (command[0] === "wodim") {
    await burnByWodim(t, media, disc, tree);
    return;
  }
  const [name, ...args] = command;
  const words = args.map((word) => (word === "TREE" ? tree : word));
  const outcome = await burnOnRig(t, media, disc, [name, ...words]);
  t.is(outcome.status, 0, outcome.messages);
}

/** genisoimage makes the image for the numbers that wodim says, wodim burns it. */
async function burnByWodim(t: ExecutionContext, media: string, disc: string, tree: string): Promise<void> {
  const asked = await burnOnRig(t, media, disc, ["wodim", "dev=/dev/sr0", "-msinfo"]);
  // Of a blank disc it says none.
  const numbers = asked.output.toString().trim();
  t.regex(numbers, /^(\d+,\d+)?$/);
  const image = join(temporaryFolder(t), "next.iso");
  const made = await burnOnRig(t, media, disc, [
    "genisoimage",
    "-quiet",
    "-R",
    ...(numbers === "" ? [] : ["-C", numbers, "-M", "/dev/sr0"]),
    "-o",
    image,
    tree,
  ]);
  t.is(made.status, 0, made.messages);
  const burnt = await burnOnRig(t, media, disc, ["wodim", "dev=/dev/sr0", "-multi", "-tao", "-data", image]);
  t.is(burnt.status, 0, burnt.messages);
}
