/** Reads the file identifiers of directories. ECMA-167, 3rd edition, 4/8.6, 4/14.4; OSTA UDF 2.3.4. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import { DiscError, hasCode, throwIfCancelled } from "../../errors.js";
import { blockBytes } from "../../units.js";
import type { Extent } from "../tree/content.js";
import { byteAddressOf } from "../tree/disc-entry.js";
import type { EntryReading } from "./file-entry-reader.js";
import type { FileIdentifierDescriptor } from "./file-identifier.js";
import { fileIdentifierBytesAt, fileIdentifierDescriptor, fileIdentifierHeadBytes } from "./file-identifier.js";
import { checkTag, tagIdentifierAt, tagIdentifiers } from "./tag.js";
import type { VolumeBytes } from "./volume-bytes.js";
import { isReadFailure, lbaOfAddress } from "./volume-bytes.js";

/** Bytes of a directory that are read at once. */
const pieceBytes = 64 * blockBytes;

/** Bytes that are read at once of second copies: they lie together, whatever the size of a block. */
const copiedBytes = 512;

/** File identifiers lie at multiples of it. */
const alignment = 4;

/** Some writers state the location in another way than others, and no reader looks. */
const expectedTag = { tagIdentifier: tagIdentifiers.fileIdentifierDescriptor, tagLocation: undefined };

/** A file identifier, and the block of the medium in which it starts. */
export interface PlacedIdentifier {
  readonly identifier: FileIdentifierDescriptor;
  readonly lba: number;
}

/** What a directory holds. */
export interface ReadDirectory {
  /** Those of the parent and of deleted files among them. */
  readonly identifiers: readonly PlacedIdentifier[];
  /** What was found between them that is none. */
  readonly faults: readonly { readonly lba: number; readonly reason: string }[];
}

/** Where a byte of a directory stands on the medium. */
type Places = readonly { readonly first: number; readonly address: number }[];

function placeOf(places: Places, position: number): number {
  let found = places[0];
  for (const place of places) if (place.first <= position) found = place;
  return found === undefined ? 0 : found.address + position - found.first;
}

/** Splits the bytes of a directory into file identifiers; finds the next one behind what is none. */
class IdentifierSplitter {
  readonly identifiers: PlacedIdentifier[] = [];
  readonly faults: { readonly lba: number; readonly reason: string }[] = [];
  #rest: Uint8Array = new Uint8Array(0);
  /** Where the rest, and what follows on it, stand on the medium. */
  #places: { readonly first: number; readonly address: number }[] = [];
  #isLost = false;
  /** Where zeros begin, which end a directory unless something follows on them. */
  #blankLba: number | undefined;

  add(piece: Uint8Array, address: number, isLast: boolean): void {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    this.#places.push({ first: this.#rest.length, address });
    const used = this.#split(bytes, isLast);
    const restAddress = placeOf(this.#places, used);
    const later = this.#places.filter(({ first }) => first > used);
    this.#places = [
      { first: 0, address: restAddress },
      ...later.map((place) => ({ first: place.first - used, address: place.address })),
    ];
    this.#rest = bytes.slice(used);
  }

  /** @returns How many bytes are done with. */
  #split(bytes: Uint8Array, isLast: boolean): number {
    let at = 0;
    while (at + fileIdentifierHeadBytes <= bytes.length) {
      const lba = lbaOfAddress(placeOf(this.#places, at));
      // Both bytes of the identifier are 1: of what is damaged, little else has to be looked at.
      const isTag = bytes[at] === 1 && tagIdentifierAt(bytes, at) === tagIdentifiers.fileIdentifierDescriptor;
      const length = isTag ? fileIdentifierBytesAt(bytes, at) : 0;
      if (isTag && at + length > bytes.length && !isLast) break;
      const identifier = isTag ? this.#identifierAt(bytes, at, length, lba) : undefined;
      if (identifier !== undefined) {
        if (this.#blankLba !== undefined) this.#lose(this.#blankLba, "zeros stand between file identifiers");
        this.identifiers.push({ identifier, lba });
        this.#blankLba = undefined;
        this.#isLost = false;
        at += length;
        continue;
      }
      // Zeros behind the last identifier, up to the directory's length, are what some writers leave.
      if (!this.#isLost && isZero(bytes, at)) this.#blankLba ??= lba;
      else if (!this.#isLost) this.#lose(lba, "no file identifier stands there");
      at += alignment;
    }
    const isOver = isLast && at < bytes.length && !this.#isLost && !isZero(bytes, at);
    if (isOver) this.#lose(lbaOfAddress(placeOf(this.#places, at)), "a file identifier is cut off");
    return at;
  }

  #identifierAt(bytes: Uint8Array, at: number, length: number, lba: number): FileIdentifierDescriptor | undefined {
    try {
      const end = Math.min(at + length, bytes.length);
      const context: ReadContext = { tolerant: false, lba };
      checkTag(bytes, at, end, expectedTag, context);
      return fileIdentifierDescriptor.read(end === bytes.length ? bytes : bytes.subarray(0, end), at, context);
    } catch (error) {
      if (!hasCode(error, "E_FIELD_INVALID")) throw error;
      if (!this.#isLost) this.#lose(lba, error.message);
      return undefined;
    }
  }

  #lose(lba: number, reason: string): void {
    this.#isLost = true;
    this.#blankLba = undefined;
    this.faults.push({ lba, reason });
  }
}

function isZero(bytes: Uint8Array, at: number): boolean {
  const end = Math.min(bytes.length, at + fileIdentifierHeadBytes);
  for (let index = at; index < end; index++) if (bytes[index] !== 0) return false;
  return true;
}

/**
 * Reads all file identifiers of a directory. What is damaged is passed over.
 *
 * @param alternateOf Where a second copy of a byte stands, for the whole directory; left out, the first one is read.
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
async function readIdentifiers(
  volume: VolumeBytes,
  extents: readonly Extent[],
  signal: AbortSignal | undefined,
  alternateOf?: (address: number) => number | undefined,
): Promise<ReadDirectory> {
  const splitter = new IdentifierSplitter();
  for (const [index, extent] of extents.entries()) {
    const start = byteAddressOf(extent);
    if (start === undefined) continue;
    const step = alternateOf === undefined ? pieceBytes : copiedBytes;
    for (let done = 0; done < extent.bytes; done += step) {
      const count = Math.min(step, extent.bytes - done);
      const address = alternateOf?.(start + done) ?? start + done;
      const piece = await volume.read(address, count, signal);
      const isLast = index === extents.length - 1 && done + count === extent.bytes;
      splitter.add(piece, address, isLast);
    }
  }
  return splitter;
}

/** Reports what was found in a directory that is no file identifier. */
export function reportIdentifierFaults({ faults }: ReadDirectory, path: string, context: ReadContext): void {
  for (const { lba, reason } of faults) {
    const message = `of "${path}" is damaged (${reason}); read on behind it`;
    reportFault({ ...context, lba }, "FileIdentifierDescriptor", "record", "4/14.4", message);
  }
}

/**
 * Reads a directory. Where it is damaged and stands on the medium twice, the better copy is taken.
 *
 * @throws {@link DiscError} E_READ_FAILED, E_CANCELLED.
 */
export async function readDirectory(
  { bytes, spaces, context }: EntryReading,
  extents: readonly Extent[],
  signal: AbortSignal | undefined,
): Promise<ReadDirectory> {
  const copied = spaces.filter((space) => space.alternateOf !== undefined);
  let main: ReadDirectory | undefined;
  let failure: DiscError | undefined;
  try {
    main = await readIdentifiers(bytes, extents, signal);
    if (main.faults.length === 0) return main;
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    throwIfCancelled(signal, "reading a directory");
    failure = error;
  }
  const alternateOf = (address: number): number | undefined => {
    for (const space of copied) {
      const alternate = space.alternateOf?.(address);
      if (alternate !== undefined) return alternate;
    }
    return undefined;
  };
  const first = byteAddressOf(extents[0]);
  const hasCopy = first !== undefined && alternateOf(first) !== undefined;
  if (!hasCopy) return orThrow(main, failure);
  try {
    const copy = await readIdentifiers(bytes, extents, signal, alternateOf);
    if (main !== undefined && copy.faults.length >= main.faults.length) return main;
    const why = failure?.message ?? main?.faults[0]?.reason ?? "";
    const reason = `at block ${lbaOfAddress(first)} is damaged, its copy was taken: ${why}`;
    reportFault({ ...context, lba: lbaOfAddress(first) }, "MetadataPartition", "block", "UDF 2.2.13", reason);
    return copy;
  } catch (error) {
    if (!isReadFailure(error)) throw error;
    throwIfCancelled(signal, "reading a directory");
    return orThrow(main, failure);
  }
}

function orThrow(main: ReadDirectory | undefined, failure: DiscError | undefined): ReadDirectory {
  if (main !== undefined) return main;
  throw failure ?? new DiscError("E_DAMAGED", "a directory cannot be read", { what: "directory" });
}
