import type { AccessControl } from "./access-control.js";
import { accessControlText, writtenAccessControl } from "./access-control.js";
import type { AttributeMap, HostAttributes } from "./extended-attributes.js";
import { attributesInScope, differingAttributes } from "./extended-attributes.js";
import type { ItemType } from "./node.js";

/** What is compared of an item besides its content. */
export interface ComparedItem {
  readonly type: ItemType;
  /** Length of a file. */
  readonly bytes: number;
  /** Milliseconds since 1970; `null` where it is not known. */
  readonly mtimeMs: number | null;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Where a symbolic link points; else `null`. */
  readonly target: string | null;
  /** Numbers of a device; else 0. */
  readonly major: number;
  readonly minor: number;
  readonly extendedAttributes: AttributeMap | undefined;
  readonly accessControl: AccessControl | undefined;
}

/** In what two items of one path can differ. */
export type ChangeKind =
  | "type"
  | "size"
  | "content"
  | "target"
  | "device"
  | "mode"
  | "owner"
  | "xattr"
  | "acl"
  | "mtime";

/** One thing in which two items differ. */
export interface ItemChange {
  readonly kind: ChangeKind;
  /** What the first has, as text; `null` where it has none. */
  readonly one: string | null;
  readonly other: string | null;
  /** Of contents of one length, the first byte that differs. */
  readonly firstByte?: number;
}

/** What of two items counts. */
export interface ChangeRules {
  /** Whether both sides record permissions. */
  readonly modes: boolean;
  /** Whether owners and groups count, where both sides record them. */
  readonly owners: boolean;
  /** Which extended attributes and access control lists count, where both sides record permissions. */
  readonly attributes: HostAttributes;
  /** Whether the times of directories count, which change with what is put into them. */
  readonly directoryTimes: boolean;
  /** Whether the second item stands on a disc, too, so that its time may have been cut; the first always does. */
  readonly isOtherOnDisc: boolean;
}

/** The units of time that discs keep, in microseconds: whole seconds, hundredths of Rock Ridge's long form, UDF's own. */
const timeUnits = [1_000_000, 10_000] as const;

function secondOf(timeMs: number): number {
  return Math.floor(timeMs / 1000);
}

/** Microseconds behind the second, as UDF writes them: a number of milliseconds holds a quarter of one. */
function microsecondsOf(timeMs: number): number {
  return Math.min(999_999, Math.floor((timeMs - secondOf(timeMs) * 1000) * 1000 + 0.13));
}

/** The unit to which a time on a disc is kept, as far as it shows: microseconds. */
function unitOf(timeMs: number): number {
  return timeUnits.find((unit) => microsecondsOf(timeMs) % unit === 0) ?? 1;
}

/**
 * Whether a time on a disc is that of something else, cut to what the disc keeps of it: whole seconds in ISO 9660 and
 * the short form of Rock Ridge, hundredths in its long form, microseconds in UDF.
 *
 * @param onDiscMs Milliseconds since 1970, as the other.
 * @param isOtherOnDisc Whether the other time was cut, too.
 */
function isSameTime(onDiscMs: number, otherMs: number, isOtherOnDisc: boolean): boolean {
  if (secondOf(onDiscMs) !== secondOf(otherMs)) return false;
  const unit = Math.max(unitOf(onDiscMs), isOtherOnDisc ? unitOf(otherMs) : 1);
  return Math.floor(microsecondsOf(onDiscMs) / unit) === Math.floor(microsecondsOf(otherMs) / unit);
}

function timeText(timeMs: number): string {
  const micro = String(microsecondsOf(timeMs)).padStart(6, "0");
  return new Date(secondOf(timeMs) * 1000).toISOString().replace(/000Z$/, `${micro.replace(/0{3}$/, "")}Z`);
}

function modeText(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function deviceText({ type, major, minor }: ComparedItem): string | null {
  return type === "block" || type === "character" ? `${major}:${minor}` : null;
}

/** In what extended attributes and lists differ: the names of those that do, as each side has them. */
function listChanges(one: ComparedItem, other: ComparedItem, wanted: HostAttributes): ItemChange[] {
  const changes: ItemChange[] = [];
  const { extendedAttributes: scope, accessControl } = wanted;
  if (scope !== undefined) {
    const [own, others] = [one, other].map((item) => attributesInScope(item.extendedAttributes, scope));
    const differing = differingAttributes(own, others);
    const named = (map: AttributeMap | undefined): string | null =>
      differing.filter((name) => map?.has(name)).join(", ") || null;
    if (differing.length > 0) changes.push({ kind: "xattr", one: named(own), other: named(others) });
  }
  if (accessControl === true && one.type !== "symlink") {
    const [own, others] = [one, other].map((item) =>
      accessControlText(writtenAccessControl(item.accessControl, item.mode)),
    );
    if (own !== others) changes.push({ kind: "acl", one: own || null, other: others || null });
  }
  return changes;
}

/**
 * In what two items of one path differ, but for their contents, which have to be read. Where their types differ,
 * nothing else is said. The mode of a symbolic link means nothing. A time that is not known differs from none.
 */
export function itemChanges(one: ComparedItem, other: ComparedItem, rules: ChangeRules): ItemChange[] {
  const changes: ItemChange[] = [];
  const add = (kind: ChangeKind, left: string | null, right: string | null): void => {
    if (left !== right) changes.push({ kind, one: left, other: right });
  };
  add("type", one.type, other.type);
  if (changes.length > 0) return changes;
  if (one.type === "file") add("size", String(one.bytes), String(other.bytes));
  add("target", one.target, other.target);
  add("device", deviceText(one), deviceText(other));
  if (rules.modes && one.type !== "symlink") add("mode", modeText(one.mode), modeText(other.mode));
  if (rules.modes && rules.owners) add("owner", `${one.uid}:${one.gid}`, `${other.uid}:${other.gid}`);
  if (rules.modes) changes.push(...listChanges(one, other, rules.attributes));
  const isTimed = one.type !== "directory" || rules.directoryTimes;
  const { mtimeMs } = one;
  if (isTimed && mtimeMs !== null && other.mtimeMs !== null) {
    const isSame = isSameTime(mtimeMs, other.mtimeMs, rules.isOtherOnDisc);
    if (!isSame) changes.push({ kind: "mtime", one: timeText(mtimeMs), other: timeText(other.mtimeMs) });
  }
  return changes;
}
