/** What the files of BDMV, a film on Blu-ray disc, have to be like, and in which order they should lie. */
import { textFromBytes } from "../../codec/text.js";
import type { FilmFault } from "./film-fault.js";
import type { FilmFile } from "./information-file.js";

/** The directory of a film on Blu-ray disc, in the root. */
export const bdmvDirectory = "BDMV";

/** Blocks of a Blu-ray disc that are corrected together: a cluster, the unit in which drives read. */
export const clusterBlocks = 32;

/** Streams are made of units of 32 transport packets, each with a header of 4 bytes. */
const alignedUnitBytes = 6144;

/** Which kind of file of a film has which place below BDMV; names of AVCHD are of eight and three characters. */
const kinds = {
  index: /^index\.(?:bdmv|bdm)$/i,
  objects: /^(?:MovieObject\.bdmv|MOVIEOBJ\.BDM)$/i,
  playList: /^PLAYLIST\/\d{5}\.(?:mpls|mpl)$/i,
  clipInformation: /^CLIPINF\/\d{5}\.(?:clpi|cpi)$/i,
  stream: /^STREAM\/\d{5}\.(?:m2ts|mts)$/i,
} as const;

type BdmvKind = keyof typeof kinds;

/** What files begin with, before the number of their version. */
const identifiers: Readonly<Record<Exclude<BdmvKind, "stream">, string>> = {
  index: "INDX",
  objects: "MOBJ",
  playList: "MPLS",
  clipInformation: "HDMV",
};

/** The files of a film, and what is wrong with them. */
export interface BdmvLayout {
  /** Paths of what a player reads before it plays anything: to lie together, in this order. */
  readonly navigation: readonly string[];
  /** Paths of streams, each to start at a multiple of {@link clusterBlocks}. */
  readonly streams: readonly string[];
  readonly faults: readonly FilmFault[];
}

function kindOf(path: string): BdmvKind | undefined {
  return (Object.keys(kinds) as BdmvKind[]).find((kind) => kinds[kind].test(path));
}

/** The number in the name of a clip. */
function clipOf(path: string): string {
  return path.slice(path.indexOf("/") + 1, path.lastIndexOf("."));
}

class BdmvPlanner {
  readonly faults: FilmFault[] = [];
  readonly #files: ReadonlyMap<string, FilmFile>;
  readonly #found: Record<BdmvKind, string[]> = {
    index: [],
    objects: [],
    playList: [],
    clipInformation: [],
    stream: [],
  };

  constructor(files: ReadonlyMap<string, FilmFile>) {
    this.#files = files;
    for (const path of [...files.keys()].sort()) {
      const kind = kindOf(path);
      if (kind !== undefined) this.#found[kind].push(path);
    }
  }

  #fault(severity: FilmFault["severity"], name: string, file: string, what: string): void {
    const path = `/${bdmvDirectory}/${file}`;
    this.faults.push({ severity, name, path, message: `"${path}" ${what}` });
  }

  async check(signal: AbortSignal | undefined): Promise<void> {
    const { index, objects, clipInformation, stream } = this.#found;
    if (index.length === 0) this.#fault("error", "BDMV_FILE_MISSING", "index.bdmv", "is not there");
    if (objects.length === 0) this.#fault("error", "BDMV_FILE_MISSING", "MovieObject.bdmv", "is not there");
    for (const kind of Object.keys(identifiers) as (keyof typeof identifiers)[]) {
      for (const path of this.#found[kind]) await this.#checkIdentifier(path, identifiers[kind], signal);
    }
    for (const path of stream) {
      const { bytes } = this.#files.get(path)!;
      if (bytes % alignedUnitBytes === 0) continue;
      this.#fault("warning", "BDMV_STREAM_LENGTH", path, `has ${bytes} bytes, no whole units of ${alignedUnitBytes}`);
    }
    this.#checkClips(stream, clipInformation, "clip information");
    this.#checkClips(clipInformation, stream, "stream");
  }

  async #checkIdentifier(path: string, identifier: string, signal: AbortSignal | undefined): Promise<void> {
    const file = this.#files.get(path)!;
    const head = new Uint8Array(Math.min(file.bytes, identifier.length));
    await file.read(0, head, signal);
    if (textFromBytes(head, 0, head.length) === identifier) return;
    this.#fault("error", "BDMV_INFORMATION", path, `does not begin with "${identifier}"`);
  }

  #checkClips(paths: readonly string[], others: readonly string[], what: string): void {
    const clips = new Set(others.map(clipOf));
    for (const path of paths) {
      if (!clips.has(clipOf(path))) this.#fault("warning", "BDMV_CLIP", path, `has no ${what} of its number`);
    }
  }

  paths(...wanted: readonly BdmvKind[]): string[] {
    return wanted.flatMap((kind) => this.#found[kind].map((path) => `/${bdmvDirectory}/${path}`));
  }
}

/**
 * Looks at the files of BDMV.
 *
 * @param files By their paths below BDMV: "STREAM/00000.m2ts".
 * @throws what reading the files raises.
 */
export async function layOutBdmv(
  files: ReadonlyMap<string, FilmFile>,
  signal: AbortSignal | undefined,
): Promise<BdmvLayout> {
  const planner = new BdmvPlanner(files);
  await planner.check(signal);
  const navigation = planner.paths("index", "objects", "playList", "clipInformation");
  return { navigation, streams: planner.paths("stream"), faults: planner.faults };
}
