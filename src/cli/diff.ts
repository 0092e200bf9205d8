import { resolve } from "node:path";
import { pathKind } from "../host/path-kind.js";
import type { DiscImage, TreeDifference } from "../node.js";
import { compareImages, compareImageWithFolder, DiscError } from "../node.js";
import type { CommandContext } from "./command.js";
import { taskOptions } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import type { OpenedDisc } from "./opened-disc.js";
import { openDisc, openTree } from "./opened-disc.js";
import type { Output } from "./output.js";
import { treeOptionsOf } from "./reading.js";
import { hostAttributesOf } from "./source-options.js";
import { usageError } from "./usage.js";

/** A disc, and the session of it that is meant; without one, the last whole session. */
interface SessionWord {
  readonly path: string;
  readonly session: number | undefined;
}

/** Understands DISC@N; what lies at a path of the whole word is that. @throws {@link DiscError} E_USAGE. */
async function parseSessionWord(word: string): Promise<SessionWord> {
  const [, path, digits] = /^(.+)@(-?\d+)$/s.exec(word) ?? [];
  if (path === undefined || (await pathKind(word)) !== undefined) return { path: word, session: undefined };
  const session = Number(digits);
  if (session === 0 || !Number.isSafeInteger(session)) {
    throw usageError(`"${word}": sessions are numbered from 1, and -1 is the one before the last`);
  }
  return { path, session };
}

/** Opens the sessions of discs; a disc that is named twice is opened once. */
class Discs implements AsyncDisposable {
  readonly #context: CommandContext;
  readonly #opened = new Map<string, OpenedDisc>();

  constructor(context: CommandContext) {
    this.#context = context;
  }

  async tree({ path, session }: SessionWord): Promise<DiscImage> {
    const key = resolve(path);
    const disc = this.#opened.get(key) ?? (await openDisc(path, this.#context));
    this.#opened.set(key, disc);
    const { options } = this.#context;
    return await openTree(disc, { ...treeOptionsOf(this.#context), scan: options.has("scan"), session });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const disc of this.#opened.values()) await disc[Symbol.asyncDispose]();
  }
}

const marks: Readonly<Record<TreeDifference["kind"], string>> = { onlyInOne: "-", onlyInOther: "+", changed: "M" };

function lineOf({ path, kind, changes }: TreeDifference): string {
  const what = changes.length === 0 ? "" : `: ${changes.map((change) => change.kind).join(", ")}`;
  return `${marks[kind]} ${path}${what}`;
}

/** One object, a difference a line: so that many need no memory. */
async function printJson(
  output: Output,
  names: { readonly one: string; readonly other: string },
  differences: AsyncIterable<TreeDifference>,
): Promise<number> {
  let count = 0;
  await output.line(`{"one":${JSON.stringify(names.one)},"other":${JSON.stringify(names.other)},"differences":[`);
  for await (const difference of differences) {
    await output.line(`${count === 0 ? "" : ","}${JSON.stringify(difference)}`);
    count++;
  }
  await output.line(`],"count":${count}}`);
  return count;
}

async function printLines(output: Output, differences: AsyncIterable<TreeDifference>): Promise<number> {
  let count = 0;
  for await (const difference of differences) {
    await output.line(lineOf(difference));
    count++;
  }
  return count;
}

/** `discsmith diff`. */
export async function diff(context: CommandContext): Promise<number> {
  const { arguments: words, options, output } = context;
  const [one = "", other = ""] = words;
  const comparing = { ...taskOptions(context), at: options.text("at"), content: !options.has("no-content") };
  const hostAttributes = hostAttributesOf(options);
  await using discs = new Discs(context);
  const image = await discs.tree(await parseSessionWord(one));
  const differences =
    (await pathKind(other)) === "folder"
      ? compareImageWithFolder(image, other, { ...comparing, hostAttributes })
      : compareImages(image, await discs.tree(await parseSessionWord(other)), comparing);
  const count = options.has("json")
    ? await printJson(output, { one, other }, differences)
    : await printLines(output, differences);
  await output.flush();
  if (count === 0) return exitCodes.done;
  throw new DiscError("E_DIFFERENT", `${one} and ${other}: ${count} differences were found`, { differences: count });
}
