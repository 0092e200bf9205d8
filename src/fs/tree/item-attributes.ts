/** What a caller may say of an item besides its name and content, and what is made of it. */
import type { AccessControl } from "./access-control.js";
import { modeOfList } from "./access-control.js";
import type { Content, ContentLike } from "./content.js";
import { contentOf } from "./content.js";
import type { FileSystemName } from "./disc-entry.js";
import type { GivenAttributes } from "./extended-attributes.js";

/** What a caller may say of an item besides its name and content; what is left out takes its default. */
export interface ItemAttributes {
  /** Permission bits with set-user-ID, set-group-ID and sticky bit: 0 to 0o7777. Default 0o755 for directories, 0o644 else. */
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Last modification; left out, it is the time at which the image is made. */
  readonly mtime?: Date | number | undefined;
  readonly atime?: Date | number | undefined;
  /** Last change of attributes. */
  readonly ctime?: Date | number | undefined;
  /** When it was created: kept in UDF alone. */
  readonly birthtime?: Date | number | undefined;
  /** Whether readers should not show it. */
  readonly hidden?: boolean | undefined;
  /** The file systems that do not show it at all, nor what is in it: "iso" stands for Rock Ridge, too. */
  readonly hiddenIn?: readonly FileSystemName[] | undefined;
  /** Named streams, which UDF from revision 2.00 on holds: more contents beside the item's own. */
  readonly streams?: Readonly<Record<string, ContentLike>> | undefined;
  /** All its extended attributes; none take away those that it has. Rock Ridge holds them (AAIP), and UDF. */
  readonly extendedAttributes?: GivenAttributes | undefined;
  /** Its access control lists. Without `mode`, the mode becomes what they say; with it, they follow the mode. */
  readonly accessControl?: AccessControl | undefined;
}

/** What a caller may say of a file besides. */
export interface FileAttributes extends ItemAttributes {
  /** Whether it is meant to be read at a steady rate: a real-time file of UDF 2.01 and later. */
  readonly realTime?: boolean | undefined;
  /** Files of greater weight lie before others on the disc; 0 by default. */
  readonly sortWeight?: number | undefined;
}

/** The named streams that are given; `undefined` for none. */
export function streamsOf({ streams }: ItemAttributes): ReadonlyMap<string, Content> | undefined {
  if (streams === undefined) return undefined;
  const given = Object.entries(streams);
  return given.length === 0 ? undefined : new Map(given.map(([name, content]) => [name, contentOf(content)]));
}

/** Milliseconds since 1970; `null` where nothing is given. @throws RangeError for what is no time. */
export function timeMs(time: Date | number | undefined): number | null {
  if (time === undefined) return null;
  const ms = Number(time);
  if (!Number.isFinite(ms)) throw new RangeError(`a time is a Date or milliseconds since 1970, got ${time}`);
  return ms;
}

/** @throws RangeError for what is no mode. */
export function checkedMode(mode: number): number {
  if (Number.isInteger(mode) && mode >= 0 && mode <= 0o7777) return mode;
  throw new RangeError(`mode is an integer from 0 to 0o7777, got ${mode}`);
}

/** The mode that is given, or follows from lists that are. */
export function givenMode({ mode, accessControl }: ItemAttributes, before: number): number {
  if (mode !== undefined) return checkedMode(mode);
  const access = accessControl?.access ?? null;
  return access === null ? before : modeOfList(access, before);
}

/** The access control lists that are given; `undefined` for none. */
export function listsOf({ accessControl }: ItemAttributes): AccessControl | undefined {
  return accessControl === undefined || (accessControl.access === null && accessControl.default === null)
    ? undefined
    : accessControl;
}
