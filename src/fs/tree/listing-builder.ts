import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { DiscError } from "../../errors.js";
import type { DirectoryListing, DiscEntry } from "./disc-entry.js";
import { joinPath, nameFault } from "./path.js";

/** Everything of an entry that does not hang on its name. */
export type UnnamedEntry = Omit<DiscEntry, "path" | "name">;

/** An entry with its name. Member by member: engines are slow to copy an object behind others, and every file has one. */
function namedEntry(path: string, name: string, entry: UnnamedEntry): DiscEntry {
  return {
    path,
    name,
    type: entry.type,
    bytes: entry.bytes,
    mtimeMs: entry.mtimeMs,
    atimeMs: entry.atimeMs,
    ctimeMs: entry.ctimeMs,
    birthtimeMs: entry.birthtimeMs,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    links: entry.links,
    target: entry.target,
    major: entry.major,
    minor: entry.minor,
    hidden: entry.hidden,
    extents: entry.extents,
    serialNumber: entry.serialNumber,
    streams: entry.streams,
    extendedAttributes: entry.extendedAttributes,
    accessControl: entry.accessControl,
    realTime: entry.realTime,
    fileEntry: entry.fileEntry,
    zisofs: entry.zisofs,
    refusal: entry.refusal,
  };
}

/** The structure that names items, for messages, and the clause of its standard that says what names are. */
export interface NamingStructure {
  readonly structure: string;
  readonly clause: string;
}

/** Puts the entries of one directory together under names that are legal and unique. Nothing is lost silently. */
export class ListingBuilder {
  relocated = 0;
  readonly #directoryPath: string;
  readonly #naming: NamingStructure;
  readonly #entries: DiscEntry[] = [];
  /** Which version of its file each entry is. */
  readonly #versions: (number | undefined)[] = [];
  /** For each name, where its entry stands. */
  readonly #places: Map<string, number> = new Map();
  /** The last number that was put behind a name. */
  readonly #numbers: Map<string, number> = new Map();

  constructor(directoryPath: string, naming: NamingStructure) {
    this.#directoryPath = directoryPath;
    this.#naming = naming;
  }

  /** For messages. */
  pathOf(name: string): string {
    return joinPath(this.#directoryPath, name);
  }

  /** Reports that an item is left out. */
  skip(name: string, reason: string, context: ReadContext): void {
    const path = this.pathOf(name);
    context.onWarning?.(new DiscError("W_SKIPPED", `"${path}" is left out: ${reason}`, { path, reason }));
  }

  /** @param version File Version Number of a file that has no other name than its identifier; else `undefined`. */
  add(given: string, version: number | undefined, entry: UnnamedEntry, context: ReadContext): void {
    let name = this.#legal(given, context);
    const existing = this.#places.get(name);
    if (existing !== undefined) {
      const other = this.#versions[existing];
      if (version !== undefined && other !== undefined && version !== other) {
        this.skip(name, `it is version ${Math.min(version, other)} of a file with newer ones`, context);
        if (version > other) {
          this.#entries[existing] = namedEntry(this.pathOf(name), name, entry);
          this.#versions[existing] = version;
        }
        return;
      }
      name = this.#unique(name, context);
    }
    this.#places.set(name, this.#entries.length);
    this.#versions.push(version);
    this.#entries.push(namedEntry(this.pathOf(name), name, entry));
  }

  listing(): DirectoryListing {
    return { entries: this.#entries, relocated: this.relocated };
  }

  #legal(name: string, context: ReadContext): string {
    const fault = nameFault(name);
    if (fault === undefined) return name;
    const legal = name.replace(/[/\0]/g, "_").replace(/^\.{0,2}$/, (dots) => "_".repeat(Math.max(1, dots.length)));
    const reason = `of "${this.pathOf(name)}" is no name (${fault}); shown as "${legal}"`;
    reportFault(context, this.#naming.structure, "legalName", this.#naming.clause, reason);
    return legal;
  }

  #unique(name: string, context: ReadContext): string {
    let number = this.#numbers.get(name) ?? 1;
    let unique: string;
    do {
      number++;
      unique = `${name}~${number}`;
    } while (this.#places.has(unique));
    this.#numbers.set(name, number);
    const reason = `"${this.pathOf(name)}" stands there twice; the later one is shown as "${unique}"`;
    reportFault(context, this.#naming.structure, "uniqueName", this.#naming.clause, reason);
    return unique;
  }
}
