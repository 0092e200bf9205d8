/** Reads trees of directory records. ECMA-119, 4th edition (June 2019), clauses 6.8, 7.5, 7.6 and 9.1. */
import type { ReadContext } from "../../codec/codec.js";
import { reportFault } from "../../codec/codec.js";
import type { WarningListener } from "../../errors.js";
import { DiscError, throwIfCancelled } from "../../errors.js";
import type { BlockSource } from "../../medium/block-source.js";
import { blockBytes, blocksOf } from "../../units.js";
import type { Charset } from "../names/charset.js";
import type { IdentifierNaming, NamedIdentifier } from "../names/identifier-naming.js";
import { splitVersion } from "../names/identifier-naming.js";
import { bytesFromName, nameFromBytes } from "../names/name-bytes.js";
import { noItemAttributes } from "../susp/attribute-list.js";
import type { ExtendedAttributes, SystemUseProtocol } from "../susp/system-use-reader.js";
import type { Extent } from "../tree/content.js";
import type { DirectoryListing, DiscEntry, DiscStream, FileSystemName, TreeReader } from "../tree/disc-entry.js";
import type { UnnamedEntry } from "../tree/listing-builder.js";
import { ListingBuilder } from "../tree/listing-builder.js";
import type { ItemType } from "../tree/node.js";
import type { ZisofsForm } from "../tree/zisofs-form.js";
import { zisofsFault } from "../tree/zisofs-form.js";
import type { PlacedRecord } from "./directory-reader.js";
import { readDirectoryRecords, recordKind } from "./directory-reader.js";
import type { DirectoryRecord } from "./directory-record.js";
import { fileFlags } from "./directory-record.js";
import { IdentifierUse } from "./identifier-use.js";
import type { CollectedItem } from "./record-collector.js";
import { hasFlag, RecordCollector } from "./record-collector.js";
import type { RootDirectoryRecord } from "./volume-descriptors.js";

/** What names items, for messages. */
const naming = { structure: "DirectoryRecord", clause: "7.5" } as const;

/** Permission bits shown where the disc says none. */
const defaultModes = { directory: 0o555, file: 0o444 } as const;

const noStreams: readonly DiscStream[] = [];

/** A name that does not come from an identifier: it has no version. */
function unversioned(name: string): { readonly name: string; readonly version: undefined } {
  return { name, version: undefined };
}

/** Names of plain ISO 9660: without version, and without the dot that stands before an empty extension. */
export function isoNaming(charset?: Charset): IdentifierNaming {
  return {
    decode(identifier, isDirectory) {
      const text = charset === undefined ? nameFromBytes(identifier) : charset.decode(identifier);
      if (isDirectory) return { name: text, version: 1 };
      const { name, version } = splitVersion(text);
      return { name: name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name, version };
    },
  };
}

/** What a tree of directory records is read from, and how. */
export interface DirectoryTreeOptions {
  readonly source: BlockSource;
  readonly fileSystem: FileSystemName;
  readonly rootDirectoryRecord: RootDirectoryRecord;
  readonly naming: IdentifierNaming;
  /** Reads the system use areas; left out, they are not looked at. */
  readonly protocol?: SystemUseProtocol | undefined;
  /** Shows compressed contents as they are stored. */
  readonly rawContents?: boolean | undefined;
  /** The character set in which names are read, for messages. */
  readonly charset?: Charset | undefined;
  /** Which volume of a set of several this is; `undefined` where there is only one. */
  readonly volumeSequenceNumber?: number | undefined;
  readonly onWarning?: WarningListener | undefined;
}

/**
 * The "." record of a directory, from its first block.
 *
 * @throws {@link DiscError} E_FIELD_INVALID where the block does not start with such a record, E_READ_FAILED.
 */
export async function readSelfRecord(
  source: BlockSource,
  location: number,
  context: ReadContext,
  signal?: AbortSignal,
): Promise<DirectoryRecord> {
  const at = { ...context, lba: location };
  for await (const records of readDirectoryRecords(source, [{ lba: location, bytes: blockBytes }], at, signal)) {
    const first = records[0];
    if (first !== undefined && first.offset === 0 && recordKind(first.record) === "self") {
      const { locationOfExtent, extendedAttributeRecordLength } = first.record;
      if (locationOfExtent + extendedAttributeRecordLength !== location && locationOfExtent !== location) {
        const reason = `of "." is ${locationOfExtent}, in a directory at ${location}`;
        reportFault(at, "DirectoryRecord", "selfLocation", "6.8.2.2", reason);
      }
      return first.record;
    }
  }
  reportFault(at, "DirectoryRecord", "self", "6.8.2.2", 'of a directory (".") is not at its start');
  throw new DiscError("E_DAMAGED", `block ${location} holds no directory`, { what: "directory", lba: location });
}

/** A tree of directory records, of ISO 9660 with or without Rock Ridge, or of Joliet. */
export class DirectoryTree implements TreeReader {
  readonly fileSystem: FileSystemName;
  /** What the identifiers are like that were listed so far. */
  readonly identifiers: IdentifierUse = new IdentifierUse();
  /** Whether names whose bytes are no text were told of: once for a tree. */
  #hasToldOfBytes = false;
  readonly #options: DirectoryTreeOptions;
  readonly #source: BlockSource;
  readonly #protocol: SystemUseProtocol | undefined;

  constructor(options: DirectoryTreeOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#protocol = options.protocol;
    this.fileSystem = options.fileSystem;
  }

  async root(signal?: AbortSignal): Promise<DiscEntry> {
    const { rootDirectoryRecord } = this.#options;
    const lba = rootDirectoryRecord.locationOfExtent + rootDirectoryRecord.extendedAttributeRecordLength;
    const context = this.#context(lba);
    const self = await readSelfRecord(this.#source, lba, context, signal);
    let bytes = rootDirectoryRecord.dataLength;
    if (bytes !== self.dataLength) {
      const reason = `is ${bytes} in the volume descriptor, ${self.dataLength} in the directory`;
      reportFault(context, "RootDirectoryRecord", "dataLength", "9.1.4", reason);
      bytes = Math.max(bytes, self.dataLength);
    }
    const attributes = await this.#attributes(self, context, signal);
    const entry = this.#entry("directory", self, attributes, [{ lba, bytes }], bytes, null);
    return { path: "/", name: "", ...entry };
  }

  async list(directory: DiscEntry, signal?: AbortSignal): Promise<DirectoryListing> {
    if (directory.refusal !== null) {
      throw new DiscError("E_NOT_SUPPORTED", `"${directory.path}": ${directory.refusal}`, { what: directory.refusal });
    }
    const context = this.#context(directory.extents[0]?.lba ?? null);
    const builder = new ListingBuilder(directory.path, naming);
    const collector = new RecordCollector();
    for await (const records of readDirectoryRecords(this.#source, directory.extents, context, signal)) {
      throwIfCancelled(signal, `reading ${directory.path}`);
      for (const placed of records) {
        if (recordKind(placed.record) !== "item") continue;
        if (hasFlag(placed.record, fileFlags.associatedFile)) {
          this.#skipAssociated(placed, builder);
          continue;
        }
        const alone = collector.alone(placed);
        if (alone === undefined) {
          for (const item of collector.add(placed, context)) await this.#addItem(item, builder, signal);
          continue;
        }
        const more = this.#addItem(alone, builder, signal);
        if (more !== undefined) await more;
      }
    }
    for (const item of collector.end(context)) await this.#addItem(item, builder, signal);
    return builder.listing();
  }

  #context(lba: number | null): ReadContext {
    return { tolerant: true, lba, onWarning: this.#options.onWarning };
  }

  #skipAssociated(placed: PlacedRecord, builder: ListingBuilder): void {
    if (hasFlag(placed.record, fileFlags.multiExtent)) return;
    const { name } = this.#options.naming.decode(placed.record.fileIdentifier, false, () => {});
    builder.skip(name, "it is the associated file of another one", this.#context(placed.lba));
  }

  async #attributes(
    record: DirectoryRecord,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<ExtendedAttributes | undefined> {
    const attributes = this.#protocol?.attributes(record.systemUse, context);
    if (attributes?.continuation !== undefined) await this.#protocol?.complete(attributes, context, signal);
    return attributes;
  }

  /** @returns `undefined` where all is done: a promise for each record would be the larger part of the work. */
  #addItem(item: CollectedItem, builder: ListingBuilder, signal: AbortSignal | undefined): Promise<void> | undefined {
    const { record, lba } = item.placed;
    const context = this.#context(lba);
    const attributes = this.#protocol?.attributes(record.systemUse, context);
    if (attributes?.continuation === undefined) return this.#addWhole(item, attributes, builder, context, signal);
    return this.#addContinued(item, attributes, builder, context, signal);
  }

  async #addContinued(
    item: CollectedItem,
    attributes: ExtendedAttributes,
    builder: ListingBuilder,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.#protocol?.complete(attributes, context, signal);
    await this.#addWhole(item, attributes, builder, context, signal);
  }

  /** Adds an item all of whose attributes are known. */
  #addWhole(
    item: CollectedItem,
    attributes: ExtendedAttributes | undefined,
    builder: ListingBuilder,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<void> | undefined {
    const { record } = item.placed;
    if (attributes?.relocated === true) {
      builder.relocated++;
      return undefined;
    }
    const isDirectory = hasFlag(record, fileFlags.directory);
    const given = attributes?.name;
    const { name, version } = given === undefined ? this.#decoded(record, isDirectory, context) : unversioned(given);
    if (this.fileSystem === "joliet") this.identifiers.addJoliet(name);
    else this.identifiers.add(record.fileIdentifier, isDirectory);
    if (!this.#hasToldOfBytes && !name.isWellFormed()) this.#tellOfBytes(builder.pathOf(name), context);
    if (attributes?.childLocation !== undefined) {
      const hidden = hasFlag(record, fileFlags.existence);
      return this.#addRelocated(name, attributes.childLocation, hidden, builder, context, signal);
    }
    const type = typeOf(isDirectory, attributes, name, builder, context);
    const refusal = this.#refusal(item, type, context);
    const zisofs = type === "file" ? this.#zisofs(item, attributes, builder.pathOf(name), context) : undefined;
    const entry = this.#entry(type, record, attributes, item.extents, item.bytes, refusal, zisofs);
    if (attributes?.encoding !== undefined) warnEncoding(builder.pathOf(name), attributes.encoding, context);
    builder.add(name, version, entry, context);
    return undefined;
  }

  #tellOfBytes(path: string, context: ReadContext): void {
    this.#hasToldOfBytes = true;
    const set = this.#options.charset?.name ?? "UTF-8";
    const reason = `of "${path}" are no ${set}: they are kept as they are, as are those of others like it`;
    reportFault(context, "DirectoryRecord", "nameBytes", "7.4", reason);
  }

  #decoded({ fileIdentifier }: DirectoryRecord, isDirectory: boolean, context: ReadContext): NamedIdentifier {
    return this.#options.naming.decode(fileIdentifier, isDirectory, (reason) =>
      reportFault(context, "DirectoryRecord", "fileIdentifier", "9.1.11", reason),
    );
  }

  /** Shows a directory in the place it was moved from. RRIP 4.1.5.1: its attributes are those of its "." record. */
  async #addRelocated(
    name: string,
    location: number,
    hidden: boolean,
    builder: ListingBuilder,
    context: ReadContext,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let self: DirectoryRecord;
    try {
      self = await readSelfRecord(this.#source, location, context, signal);
    } catch (error) {
      if (!(error instanceof DiscError) || signal?.aborted) throw error;
      builder.skip(name, `the directory it was moved to cannot be read: ${error.message}`, context);
      return;
    }
    const attributes = await this.#attributes(self, this.#context(location), signal);
    const extents: Extent[] = [{ lba: location, bytes: self.dataLength }];
    const entry = this.#entry("directory", self, attributes, extents, self.dataLength, null);
    // A "." record does not say whether its directory is hidden; the record left in its place does.
    builder.add(name, undefined, { ...entry, hidden }, context);
  }

  /** How a file is compressed; one that cannot be shown uncompressed is shown as it is stored, with a warning. */
  #zisofs(
    { bytes }: CollectedItem,
    attributes: ExtendedAttributes | undefined,
    path: string,
    context: ReadContext,
  ): ZisofsForm | undefined {
    const form = attributes?.zisofs;
    if (form === undefined || this.#options.rawContents === true) return undefined;
    const fault = zisofsFault(form, bytes);
    if (fault === undefined) return form;
    if (fault.field === "algorithm") {
      warnEncoding(path, `compressed by zisofs with the algorithm "${form.algorithm}"`, context);
      return form;
    }
    const reason = `of "${path}" ${fault.reason}; it is shown as it is stored`;
    reportFault(context, "ZF", fault.field, "zisofs, ZF", reason);
    return undefined;
  }

  #refusal(item: CollectedItem, type: ItemType, context: ReadContext): string | null {
    const expected = this.#options.volumeSequenceNumber;
    const { volumeSequenceNumber } = item.placed.record;
    if (item.interleaved) return "it is recorded interleaved, which is not supported";
    if (expected !== undefined && volumeSequenceNumber !== expected && item.bytes > 0) {
      return `it lies on volume ${volumeSequenceNumber} of its set`;
    }
    if (type !== "file") return null;
    for (const { lba, bytes } of item.extents) {
      if (lba === null || lba + blocksOf(bytes) <= this.#source.blocks) continue;
      const reason = `of ${blocksOf(bytes)} blocks at ${lba} passes the ${this.#source.blocks} blocks there are`;
      reportFault(context, "Extent", "location", "6.4.5", reason);
      return `its extent ${reason}`;
    }
    return null;
  }

  #entry(
    type: ItemType,
    record: DirectoryRecord,
    attributes: ExtendedAttributes | undefined,
    extents: readonly Extent[],
    storedBytes: number,
    refusal: string | null,
    zisofs?: ZisofsForm,
  ): UnnamedEntry {
    const isReadable = zisofs !== undefined && zisofsFault(zisofs, storedBytes) === undefined;
    const bytes = isReadable ? zisofs.uncompressedBytes : storedBytes;
    const hasContents = type === "file" || type === "directory";
    const target = type === "symlink" ? (attributes?.target ?? "") : null;
    const mtimeMs = attributes?.mtimeMs ?? record.recordingDateAndTime;
    const mode = attributes?.mode ?? defaultModes[type === "directory" ? "directory" : "file"];
    const found =
      attributes?.hasItemAttributes === true
        ? attributes.itemAttributes(mode, this.#context(extents[0]?.lba ?? null))
        : noItemAttributes;
    return {
      type,
      bytes: hasContents ? bytes : target === null ? 0 : bytesFromName(target).length,
      mtimeMs,
      atimeMs: attributes?.atimeMs ?? mtimeMs,
      ctimeMs: attributes?.ctimeMs ?? mtimeMs,
      birthtimeMs: null,
      mode,
      uid: attributes?.uid ?? 0,
      gid: attributes?.gid ?? 0,
      links: attributes?.links ?? 1,
      target,
      major: type === "block" || type === "character" ? (attributes?.major ?? 0) : 0,
      minor: type === "block" || type === "character" ? (attributes?.minor ?? 0) : 0,
      hidden: hasFlag(record, fileFlags.existence),
      extents: hasContents ? extents : [],
      serialNumber: attributes?.serialNumber,
      streams: noStreams,
      extendedAttributes: found.extendedAttributes,
      accessControl: found.accessControl,
      realTime: false,
      fileEntry: undefined,
      zisofs,
      refusal,
    };
  }
}

/** The type of an item: what its attributes say, as far as its record agrees. */
function typeOf(
  isDirectory: boolean,
  attributes: ExtendedAttributes | undefined,
  name: string,
  builder: ListingBuilder,
  context: ReadContext,
): ItemType {
  const byRecord = isDirectory ? "directory" : "file";
  const hasTarget = attributes?.target !== undefined && attributes.target !== "";
  const type = attributes?.type ?? (hasTarget && !isDirectory ? "symlink" : byRecord);
  if ((type === "directory") !== isDirectory) {
    const path = builder.pathOf(name);
    reportFault(context, "PX", "mode", "4.1.1 [4]", `of "${path}" is that of a ${type}, its record a ${byRecord}'s`);
    return byRecord;
  }
  if (type === "symlink" && !hasTarget) {
    const path = builder.pathOf(name);
    reportFault(context, "SL", "presence", "4.1.3", `of the link "${path}" is missing; shown as a file`);
    return "file";
  }
  return type;
}

function warnEncoding(path: string, encoding: string, context: ReadContext): void {
  const reason = `its contents are ${encoding}, and shown as they are stored`;
  const detail = { path, fileSystem: "rockridge", reason };
  context.onWarning?.(new DiscError("W_NOT_REPRESENTED", `"${path}": ${reason}`, detail));
}
