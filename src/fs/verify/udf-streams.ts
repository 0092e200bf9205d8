/** Checks named streams and their directories. ECMA-167, 3rd edition, 4/9.2; OSTA UDF 3.3.5 to 3.3.8. */
import type { LongAllocationDescriptor } from "../udf/allocation.js";
import { fileCharacteristics } from "../udf/file-identifier.js";
import { fileTypes } from "../udf/icb.js";
import { hasCharacteristic } from "../udf/identifier-name.js";
import type { FoundIdentifier } from "./udf-directories.js";
import { DirectoryCheck } from "./udf-directories.js";
import type { CheckedEntry, EntryChecker, EntryRecord } from "./udf-entries.js";
import { checkIcbLength } from "./udf-entries.js";
import type { UniqueIds } from "./udf-ids.js";
import type { UdfVolumeModel } from "./udf-model.js";
import { addressOfIcb } from "./udf-model.js";
import type { UdfPlace } from "./udf-report.js";

/** Streams of UDF itself: of the whole volume, and of items. OSTA UDF 3.3.7, 3.3.8. */
const systemNames: readonly string[] = [
  "*UDF Unique ID Mapping Data",
  "*UDF Non-Allocatable Space",
  "*UDF Power Cal Table",
  "*UDF Backup",
];
const itemNames: readonly string[] = ["*UDF Macintosh Resource Fork", "*UDF OS/2 EA", "*UDF NT ACL", "*UDF UNIX ACL"];

/** What streams are checked with. */
export interface StreamContext {
  readonly model: UdfVolumeModel;
  readonly checker: EntryChecker;
  readonly ids: UniqueIds;
  /** Called with each stream that can be read. */
  visit(stream: CheckedEntry, path: string): void;
}

/** Where a directory of streams is named. */
export interface StreamLink {
  readonly icb: LongAllocationDescriptor;
  /** The item whose streams they are; `undefined` for those of the volume. */
  readonly owner: EntryRecord | undefined;
  readonly place: UdfPlace;
}

/**
 * Checks a directory of streams and the streams in it.
 *
 * @returns Bytes of all streams; `undefined` where the directory cannot be read.
 */
export async function checkStreams(context: StreamContext, link: StreamLink): Promise<number | undefined> {
  const { model, checker, ids } = context;
  const { owner, icb, place } = link;
  const path = owner === undefined ? "<system streams>" : `${owner.path}:*`;
  const address = addressOfIcb(model, icb);
  if (address !== undefined && checker.known(address) !== undefined) {
    model.checking.report("UDF_DIRECTORY_LOOP", place, `"${path}" is the stream directory of another item, too`);
    return undefined;
  }
  const role = owner === undefined ? "systemStreamDirectory" : "streamDirectory";
  const directory = await checker.check({ icb, role, path, parent: owner, place });
  if (directory === undefined) return undefined;
  ids.entry(directory.record, owner);
  if (directory.record.fileType !== fileTypes.streamDirectory) return undefined;
  let bytes = 0;
  const main = owner ?? directory.record;
  for await (const found of new DirectoryCheck(model, directory).identifiers()) {
    bytes += await checkIdentifier(context, directory.record, main, found);
  }
  return bytes;
}

async function checkIdentifier(
  context: StreamContext,
  directory: EntryRecord,
  main: EntryRecord,
  found: FoundIdentifier,
): Promise<number> {
  const { model, ids } = context;
  const { identifier, place, hasIcb, name } = found;
  const { report } = model.checking;
  const isDirectory = hasCharacteristic(identifier, fileCharacteristics.directory);
  if (hasCharacteristic(identifier, fileCharacteristics.parent)) {
    if (addressOfIcb(model, identifier.icb) !== main.address) {
      report("UDF_FID_PARENT", place, "it names another item as the one whose streams these are");
      return 0;
    }
    checkIcbLength(model.checking, identifier.icb, main, place);
    main.links++;
    ids.same(identifier.icb.udfUniqueId, main, place, "parent");
    return 0;
  }
  if (hasCharacteristic(identifier, fileCharacteristics.deleted) || !hasIcb) return 0;
  checkName(model, found, directory.role === "systemStreamDirectory");
  if (isDirectory) report("UDF_STREAM", place, `"${name}" is a directory among streams`);
  return await checkStream(context, directory, main, found);
}

function checkName(
  { checking }: UdfVolumeModel,
  { identifier, name, place }: FoundIdentifier,
  isSystem: boolean,
): void {
  if (!name.startsWith("*UDF")) return;
  const isMarked = hasCharacteristic(identifier, fileCharacteristics.metadata);
  const names = isSystem ? systemNames : itemNames;
  if (!names.includes(name)) checking.report("UDF_STREAM_NAME", place, `"${name}" is reserved`);
  else if (isMarked !== isSystem) {
    checking.report("UDF_STREAM_NAME", place, `"${name}" is ${isMarked ? "" : "not "}marked as metadata`);
  }
}

async function checkStream(
  { model, checker, ids, visit }: StreamContext,
  directory: EntryRecord,
  main: EntryRecord,
  { identifier, place, name }: FoundIdentifier,
): Promise<number> {
  const { report } = model.checking;
  const { icb } = identifier;
  const path = `${main.role === "systemStreamDirectory" ? "<system streams>" : main.path}:${name}`;
  const address = addressOfIcb(model, icb);
  if (address !== undefined && checker.known(address) !== undefined) {
    report("UDF_DIRECTORY_LOOP", place, `the stream "${path}" has another name, too`);
    return 0;
  }
  const stream = await checker.check({ icb, role: "stream", path, parent: directory, place });
  if (stream === undefined) return 0;
  const { record } = stream;
  record.links++;
  ids.entry(record, main);
  ids.same(icb.udfUniqueId, record, place, `name of the stream "${path}"`);
  if (record.streamDirectoryIcb !== undefined) {
    report("UDF_STREAM", { address: record.address, path }, "a stream has streams of its own");
  }
  checkObjectSize(model, record, 0);
  visit(stream, path);
  return record.bytes;
}

/** Checks that an entry's object size is that of the file and its streams. ECMA-167 4/14.17.11. */
export function checkObjectSize({ checking }: UdfVolumeModel, record: EntryRecord, streamBytes: number): void {
  const { objectSize, bytes, address, path } = record;
  if (objectSize === undefined || objectSize === BigInt(bytes + streamBytes)) return;
  const message = `the object size is ${objectSize}, the file has ${bytes} bytes and its streams ${streamBytes}`;
  checking.report("UDF_ENTRY_OBJECT_SIZE", { address, path }, message);
}
