/**
 * What Node's `fs` lacks, by the native addon: extended attributes, access control lists, times of birth, the holes of
 * sparse files, and copying in the kernel.
 *
 * Without the addon nothing here fails: reading calls give `undefined`, and those that do something say that they did
 * not. Paths are written as everywhere in this package, bytes that are not UTF-8 as lone surrogates.
 */
import { bytesFromName, nameFromBytes } from "../fs/names/name-bytes.js";
import type { AccessControl, AclEntry } from "../fs/tree/access-control.js";
import { accessListAttributes } from "../fs/tree/extended-attributes.js";
import type { AttributesReply, BirthReply, CopyReply, NativeBinding, RangesReply } from "../native-binding.js";
import { errnoName, loadNative } from "../native-binding.js";
import { hostError } from "./host-error.js";
import { decodeAcl, encodeAcl } from "./posix-acl.js";

/** Which of two files a path means where it is a symbolic link. */
export interface LinkOptions {
  /** The link's target, and not the link itself. */
  readonly follow?: boolean | undefined;
}

/** An extended attribute of a file. */
export interface ExtendedAttribute {
  /** With its name space: "user.comment". */
  readonly name: string;
  readonly value: Uint8Array;
}

/** A part of a file. */
export interface ByteRange {
  /** Offset of its first byte. */
  readonly start: number;
  /** Offset behind its last byte. */
  readonly end: number;
}

const nanosecondsPerSecond = 1_000_000_000n;

/** File systems that keep no extended attributes have none. */
const withoutAttributes = "ENOTSUP";
/** The kernel does not copy between these two files, or not that. */
const notCopied: readonly string[] = ["EXDEV", "EINVAL", "ENOSYS", "ENOTSUP", "EPERM", "ETXTBSY"];
/** The file is no file with offsets. */
const withoutOffsets: readonly string[] = ["ESPIPE", "EINVAL", "EISDIR"];

/** Why the addon cannot be used here; `undefined` where it can. */
export function lackOfNativeFiles(): string | undefined {
  const loaded = loadNative();
  return "reason" in loaded ? loaded.reason : undefined;
}

/** The outcome of one of the addon's operations; `undefined` without the addon. */
async function native<T>(
  begin: (binding: NativeBinding, callback: (outcome: T) => void) => void,
): Promise<T | undefined> {
  const loaded = loadNative();
  return "reason" in loaded ? undefined : await new Promise<T>((resolve) => begin(loaded.binding, resolve));
}

function failure(path: string, operation: string, error: number): Error {
  const code = errnoName(error);
  return hostError(path, operation, Object.assign(new Error(`${operation}: ${code}`), { code, errno: -error }));
}

/**
 * All extended attributes of a file that this process may see.
 *
 * @returns `undefined` without the addon.
 * @throws {@link DiscError} E_HOST.
 */
export async function readExtendedAttributes(
  path: string,
  { follow = false }: LinkOptions = {},
): Promise<ExtendedAttribute[] | undefined> {
  const reply = await native<AttributesReply>((binding, callback) =>
    binding.readAttributes(bytesFromName(path), follow, callback),
  );
  if (reply === undefined) return undefined;
  const { error, names, values } = reply;
  if (error !== 0 && errnoName(error) === withoutAttributes) return [];
  if (error !== 0) throw failure(path, "read attributes", error);
  return names.map((name, index) => ({ name: nameFromBytes(name), value: values[index]! }));
}

/**
 * Gives a file an extended attribute, or another value to one that it has.
 *
 * @returns Whether it was done: `false` without the addon.
 * @throws {@link DiscError} E_HOST.
 */
export async function setExtendedAttribute(
  path: string,
  { name, value }: ExtendedAttribute,
  { follow = false }: LinkOptions = {},
): Promise<boolean> {
  const error = await native<number>((binding, callback) =>
    binding.setAttribute(bytesFromName(path), follow, bytesFromName(name), value, callback),
  );
  if (error === undefined) return false;
  if (error !== 0) throw failure(path, `set attribute ${name}`, error);
  return true;
}

/**
 * Takes an extended attribute away.
 *
 * @returns Whether it was done: `false` without the addon.
 * @throws {@link DiscError} E_HOST; ENODATA where there is no such attribute.
 */
export async function removeExtendedAttribute(
  path: string,
  name: string,
  { follow = false }: LinkOptions = {},
): Promise<boolean> {
  const error = await native<number>((binding, callback) =>
    binding.removeAttribute(bytesFromName(path), follow, bytesFromName(name), callback),
  );
  if (error === undefined) return false;
  if (error !== 0) throw failure(path, `remove attribute ${name}`, error);
  return true;
}

/**
 * The access control lists among a file's extended attributes.
 *
 * @throws {@link FormatError} E_FIELD_INVALID.
 */
export function accessControlOf(attributes: readonly ExtendedAttribute[]): AccessControl {
  const listOf = (name: string): AclEntry[] | null => {
    const attribute = attributes.find((candidate) => candidate.name === name);
    return attribute === undefined ? null : decodeAcl(attribute.value);
  };
  return { access: listOf(accessListAttributes.access), default: listOf(accessListAttributes.default) };
}

/** The extended attributes that hold access control lists. */
export function attributesOfAccessControl({ access, default: initial }: AccessControl): ExtendedAttribute[] {
  return [
    ...(access === null ? [] : [{ name: accessListAttributes.access, value: encodeAcl(access) }]),
    ...(initial === null ? [] : [{ name: accessListAttributes.default, value: encodeAcl(initial) }]),
  ];
}

/**
 * When a file was made.
 *
 * @returns Nanoseconds since 1970; `null` where its file system doesn't keep that, `undefined` without the addon.
 * @throws {@link DiscError} E_HOST.
 */
export async function birthTimeNs(
  path: string,
  { follow = false }: LinkOptions = {},
): Promise<bigint | null | undefined> {
  const reply = await native<BirthReply>((binding, callback) =>
    binding.birthTime(bytesFromName(path), follow, callback),
  );
  if (reply === undefined) return undefined;
  if (reply.error !== 0) throw failure(path, "examine", reply.error);
  return reply.known ? BigInt(reply.seconds) * nanosecondsPerSecond + BigInt(reply.nanoseconds) : null;
}

/**
 * Where a file holds data; the rest are holes, which read as zeros.
 *
 * @param path Of a file, or of a symbolic link to one.
 * @returns Ranges in ascending order; one of the whole file where its file system knows no holes; `undefined` without
 *   the addon, and for what is no regular file.
 * @throws {@link DiscError} E_HOST.
 */
export async function dataRanges(path: string): Promise<ByteRange[] | undefined> {
  const reply = await native<RangesReply>((binding, callback) => binding.dataRanges(bytesFromName(path), callback));
  if (reply === undefined) return undefined;
  const { error, borders } = reply;
  if (error !== 0 && withoutOffsets.includes(errnoName(error))) return undefined;
  if (error !== 0) throw failure(path, "find the holes", error);
  return Array.from({ length: borders.length / 2 }, (_, index) => ({
    start: borders[2 * index]!,
    end: borders[2 * index + 1]!,
  }));
}

/** Both ends of a copy, open files and offsets in bytes. */
export interface CopyEnds {
  readonly source: number;
  readonly sourceOffset: number;
  readonly target: number;
  readonly targetOffset: number;
}

/** So much at once: a thread that others wait for is not kept for longer. */
const largestCopyBytes = 64 * 1024 * 1024;

/**
 * Copies bytes from one open file to another in the kernel, which may share the blocks instead.
 *
 * @returns How many bytes were copied. Fewer than `bytes` where the source ended, and where the kernel does not do that
 *   between these two files, or the addon is missing: then the caller copies the rest by reading and writing.
 * @throws {@link DiscError} E_HOST.
 */
export async function copyFileRange(ends: CopyEnds, bytes: number): Promise<number> {
  const { source, sourceOffset, target, targetOffset } = ends;
  let done = 0;
  while (done < bytes) {
    const count = Math.min(largestCopyBytes, bytes - done);
    const reply = await native<CopyReply>((binding, callback) =>
      binding.copyFileRange(source, sourceOffset + done, target, targetOffset + done, count, callback),
    );
    if (reply === undefined) break;
    if (reply.error !== 0 && notCopied.includes(errnoName(reply.error))) break;
    if (reply.error !== 0) throw failure(`file descriptor ${target}`, "copy", reply.error);
    if (reply.bytes === 0) break;
    done += reply.bytes;
  }
  return done;
}
