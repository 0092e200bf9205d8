/** Image files that several programs add to in turn, with what each of them should show. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { readSessions } from "../../src/fs/image/open-image.js";
import type { ImageSession } from "../../src/fs/image/sessions.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import { FileSource } from "../../src/medium/file-source.js";
import type { AppendOptions, BuildOptions } from "../../src/node.js";
import { appendTo, buildImage, openImage } from "../../src/node.js";
import { execute } from "./judges.js";
import type { Listing } from "./listing.js";
import { folderListing, imageListing } from "./listing.js";
import { patternBytes } from "./rich-tree.js";
import { run, temporaryFolder } from "./tools.js";

/** Who adds a session. */
export type Hand = "discsmith" | "xorriso" | "growisofs";

/** An image file, and the tree that it should show. */
export class GrownImage {
  readonly path: string;
  readonly #folder: string;
  #hands = 0;
  #tree: Record<string, Listing[string]>;

  constructor(t: ExecutionContext) {
    this.#folder = temporaryFolder(t);
    this.path = join(this.#folder, "image.iso");
    this.#fill("first", { "one.txt": "one\n", "large.bin": patternBytes(700_000, 5), "folder/below.txt": "below\n" });
    this.#tree = { ...folderListing(this.firstFolder) };
  }

  /** What the first session holds. */
  get firstFolder(): string {
    return join(this.#folder, "first");
  }

  get tree(): Listing {
    return this.#tree;
  }

  #fill(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
    const folder = join(this.#folder, name);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  }

  /** Makes the image with this package. */
  async build(options: BuildOptions): Promise<void> {
    await buildImage([this.firstFolder], { ...options, output: this.path });
  }

  /** Adds a folder of two files, by one of the programs. @param options For this package. */
  async add(hand: Hand, options: AppendOptions = {}): Promise<void> {
    const name = `hand${++this.#hands}`;
    const large = patternBytes(50_000, 10 + this.#hands);
    const folder = this.#fill(name, { "text.txt": `by ${hand}\n`, "data.bin": large });
    if (hand === "discsmith") await appendTo(this.path, { sources: [{ path: folder, target: `/${name}` }] }, options);
    else if (hand === "xorriso") {
      run("xorriso", ["-dev", this.path, "-joliet", "on", "-map", folder, `/${name}`, "-commit", "-end"]);
    } else {
      const words = ["-quiet", "-M", this.path, "-R", "-J", "-graft-points", `/${name}=${folder}`];
      const { status, messages } = execute("growisofs", words);
      if (status !== 0) throw new Error(`growisofs: ${messages}`);
    }
    const above: Listing = { [`/${name}`]: { type: "directory" } };
    const below = Object.entries(folderListing(folder)).map(([path, item]) => [`/${name}${path}`, item] as const);
    this.#tree = { ...this.#tree, ...above, ...Object.fromEntries(below) };
  }

  /** Uses what the file holds, as this package reads it. */
  async #with<T>(task: (source: FileSource) => Promise<T>): Promise<T> {
    await using file = await nodeFileAccess.open(this.path, "read");
    return await task(new FileSource(file, await file.size()));
  }

  /** The sessions that this package finds. */
  async sessions(): Promise<readonly ImageSession[]> {
    return await this.#with((source) => readSessions(source));
  }

  /** What this package lists of a session; left out, of what is shown from block 0 on. */
  async listing(session?: number): Promise<Listing> {
    const options = session === undefined ? { start: 0 } : { session };
    return await this.#with(async (source) => await imageListing(await openImage(source, options)));
  }
}
