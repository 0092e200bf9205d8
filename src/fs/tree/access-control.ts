/** Access control lists as POSIX has them: IEEE 1003.1e draft 17, 23.1. What stands where they are kept is told by codecs. */

/** Whom an entry is for. */
export type AclTag = "owner" | "user" | "owningGroup" | "group" | "mask" | "other";

/** What someone may do. */
export interface AclEntry {
  readonly tag: AclTag;
  /** Number of the user or group; `null` for the other tags, which need none. */
  readonly id: number | null;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

/** Access control lists of an item; `null` where there is none beyond its mode. */
export interface AccessControl {
  readonly access: readonly AclEntry[] | null;
  /** What files made in the directory begin with; directories alone have it. */
  readonly default: readonly AclEntry[] | null;
}

/** The order in which entries stand wherever they are kept. */
const tagOrder: readonly AclTag[] = ["owner", "user", "owningGroup", "group", "mask", "other"];

/** Bits of a mode for each of its classes: what they are shifted by. */
const classShifts = { owner: 6, group: 3, other: 0 } as const;

const tagLetters: Readonly<Record<AclTag, string>> = {
  owner: "u:",
  user: "u:",
  owningGroup: "g:",
  group: "g:",
  mask: "m:",
  other: "o:",
};

/** Entries in the order of their tags, those of users and groups by number. */
export function sortedEntries(entries: readonly AclEntry[]): AclEntry[] {
  return [...entries].sort(
    (one, other) => tagOrder.indexOf(one.tag) - tagOrder.indexOf(other.tag) || (one.id ?? 0) - (other.id ?? 0),
  );
}

/** The class of a mode's bits that an entry is said by, in a list with or without a mask; `undefined` for none. */
function classOf(tag: AclTag, hasMask: boolean): keyof typeof classShifts | undefined {
  if (tag === "owner" || tag === "other") return tag;
  return tag === (hasMask ? "mask" : "owningGroup") ? "group" : undefined;
}

/** The permissions of an entry as a digit of a mode. */
export function permissionsOf({ read, write, execute }: Omit<AclEntry, "tag" | "id">): number {
  return (read ? 4 : 0) + (write ? 2 : 0) + (execute ? 1 : 0);
}

/** An entry with the permissions of a digit of a mode. */
export function aclEntry(tag: AclTag, id: number | null, permissions: number): AclEntry {
  const has = (bit: number): boolean => (permissions & bit) !== 0;
  return { tag, id, read: has(4), write: has(2), execute: has(1) };
}

/** The mode of an item that gets a list: permissions of its owner, its mask or else its group, and of all others. */
export function modeOfList(entries: readonly AclEntry[], mode: number): number {
  const hasMask = entries.some(({ tag }) => tag === "mask");
  let result = mode;
  for (const entry of entries) {
    const named = classOf(entry.tag, hasMask);
    if (named === undefined) continue;
    const shift = classShifts[named];
    result = (result & ~(7 << shift)) | (permissionsOf(entry) << shift);
  }
  return result;
}

/** A list whose entries say what the mode of its item says, as after `chmod`; sorted. */
export function listOfMode(entries: readonly AclEntry[], mode: number): AclEntry[] {
  const hasMask = entries.some(({ tag }) => tag === "mask");
  return sortedEntries(entries).map((entry) => {
    const named = classOf(entry.tag, hasMask);
    return named === undefined ? entry : aclEntry(entry.tag, entry.id, (mode >> classShifts[named]) & 7);
  });
}

/** What of an item's lists is written: none where there is nothing beyond its mode, and one that agrees with that. */
export function writtenAccessControl(given: AccessControl | undefined, mode: number): AccessControl | undefined {
  if (given === undefined) return undefined;
  const access = given.access === null || given.access.length === 0 ? null : listOfMode(given.access, mode);
  const initial = given.default === null || given.default.length === 0 ? null : sortedEntries(given.default);
  return access === null && initial === null ? undefined : { access, default: initial };
}

/** Why a list is none; `undefined` for a good one. IEEE 1003.1e draft 17, 23.1.2: acl_valid. */
export function listFault(entries: readonly AclEntry[]): string | undefined {
  const seen = new Set<string>();
  for (const { tag, id } of entries) {
    const isNumbered = tag === "user" || tag === "group";
    if (!tagOrder.includes(tag)) return `there is no tag "${tag}"`;
    if (isNumbered && !(Number.isInteger(id) && id! >= 0 && id! < 0xffff_ffff)) return `${id} is no number of a ${tag}`;
    const key = `${tag}:${isNumbered ? id : ""}`;
    if (seen.has(key)) return `two entries are for ${key}`;
    seen.add(key);
  }
  for (const tag of ["owner", "owningGroup", "other"])
    if (!seen.has(`${tag}:`)) return `an entry for "${tag}" is missing`;
  const needsMask = entries.some(({ tag }) => tag === "user" || tag === "group");
  return needsMask && !seen.has("mask:") ? 'an entry for "mask" is missing, which users and groups need' : undefined;
}

function listText(entries: readonly AclEntry[]): string {
  const texts = sortedEntries(entries).map(({ tag, id, read, write, execute }) => {
    const permissions = `${read ? "r" : "-"}${write ? "w" : "-"}${execute ? "x" : "-"}`;
    return `${tagLetters[tag]}${id ?? ""}:${permissions}`;
  });
  return texts.join(",");
}

/** Lists in the short form of `getfacl`: "u::rw-,u:1000:r--,g::r--,m::r--,o::---"; "" for none. */
export function accessControlText(lists: AccessControl | undefined): string {
  if (lists === undefined) return "";
  const initial = lists.default === null ? "" : listText(lists.default).replace(/(^|,)/g, "$1d:");
  return [lists.access === null ? "" : listText(lists.access), initial].filter((text) => text !== "").join(",");
}
