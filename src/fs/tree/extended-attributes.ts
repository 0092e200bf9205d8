/** Extended attributes of items: names with name spaces, as in "user.comment", and values of any bytes. */
import { DiscError } from "../../errors.js";
import { compareNames } from "../names/name-bytes.js";

/** Extended attributes by name. Bytes of a name that are not UTF-8 stand in it as in the names of items. */
export type AttributeMap = ReadonlyMap<string, Uint8Array>;

/** Extended attributes as a caller gives them; a string is its UTF-8 bytes. */
export type GivenAttributes = Readonly<Record<string, Uint8Array | string>> | ReadonlyMap<string, Uint8Array | string>;

/** Which extended attributes are meant: those whose name begins with "user.", or those of all name spaces. */
export type AttributeScope = "user" | "any";

/** What is taken from files of a host besides, given to them, or compared with them. Default: nothing. */
export interface HostAttributes {
  /** Extended attributes: those of "user." alone, or all that the process may see and set. */
  readonly extendedAttributes?: AttributeScope | undefined;
  /** POSIX access control lists. */
  readonly accessControl?: boolean | undefined;
}

/** The attributes in which Linux keeps access control lists; here they are no attributes. */
export const accessListAttributes = {
  access: "system.posix_acl_access",
  default: "system.posix_acl_default",
} as const;

/** The name space in which libisofs notes things about an image. */
export const imageNameSpace = "isofs.";

/**
 * What libisofs notes that is true of one session of one image alone: where checksums are and which is a file's, the
 * character set of names, the file on the writer's host, how names were cut, when the tree was taken.
 */
const notesOfSession: ReadonlySet<string> = new Set(
  ["ca", "cx", "cs", "di", "nt", "st"].map((name) => `isofs.${name}`),
);

/** Whether an attribute says something of its session, and nothing of its item: it ends with that session. */
function isNoteOfSession(name: string): boolean {
  return notesOfSession.has(name);
}

/** Whether an attribute is one of the image's own, which hosts do not have. */
function isOfImage(name: string): boolean {
  return name.startsWith(imageNameSpace);
}

function without(attributes: AttributeMap | undefined, isLeftOut: (name: string) => boolean): AttributeMap | undefined {
  if (attributes === undefined) return undefined;
  let found = false;
  for (const name of attributes.keys()) found ||= isLeftOut(name);
  if (!found) return attributes.size === 0 ? undefined : attributes;
  const kept = [...attributes].filter(([name]) => !isLeftOut(name));
  return kept.length === 0 ? undefined : new Map(kept);
}

/** What a later session carries on; `undefined` for nothing. */
export function carriedAttributes(attributes: AttributeMap | undefined): AttributeMap | undefined {
  return without(attributes, isNoteOfSession);
}

/** Those of a scope; `undefined` for none. What is the image's own is in no scope. */
export function attributesInScope(
  attributes: AttributeMap | undefined,
  scope: AttributeScope,
): AttributeMap | undefined {
  return without(attributes, (name) => isOfImage(name) || (scope === "user" && !name.startsWith("user.")));
}

/** Attributes of a scope, with those that an item has beside it. */
export function withScope(
  before: AttributeMap | undefined,
  given: AttributeMap | undefined,
  scope: AttributeScope,
): AttributeMap {
  const inScope = attributesInScope(before, scope);
  const others = [...(before ?? [])].filter(([name]) => inScope?.has(name) !== true);
  return new Map([...others, ...(given ?? [])]);
}

/** Attributes in the byte order of their names. */
export function sortedAttributes(attributes: AttributeMap): (readonly [string, Uint8Array])[] {
  return [...attributes].sort(([one], [other]) => compareNames(one, other));
}

/** Attributes that a caller gave; `undefined` for none. */
export function attributeMap(given: GivenAttributes): AttributeMap | undefined {
  const pairs = given instanceof Map ? [...given] : Object.entries(given as Record<string, Uint8Array | string>);
  if (pairs.length === 0) return undefined;
  const encoder = new TextEncoder();
  return new Map(pairs.map(([name, value]) => [name, typeof value === "string" ? encoder.encode(value) : value]));
}

/**
 * Refuses what cannot be the name of an attribute that a caller gives.
 *
 * @param path Of its item, for the message.
 * @throws {@link DiscError} E_NAME_INVALID.
 */
export function refuseAttributeName(name: string, path: string): void {
  const rule = faultOf(name);
  if (rule !== undefined) throw new DiscError("E_NAME_INVALID", `attribute "${name}": ${rule}`, { name, path, rule });
}

function faultOf(name: string): string | undefined {
  if (name === "") return "a name is empty";
  if (name.includes("\0")) return "a name contains a NUL character";
  if (isOfImage(name)) return `names of "${imageNameSpace}" are those of the image itself`;
  const lists: readonly string[] = Object.values(accessListAttributes);
  return lists.includes(name) ? "it holds an access control list, which is given as accessControl" : undefined;
}

function areSameBytes(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other?.length === one.length && one.every((octet, index) => octet === other[index]);
}

/** The names of attributes that one side lacks or has with another value, in byte order. */
export function differingAttributes(one: AttributeMap | undefined, other: AttributeMap | undefined): string[] {
  const names = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  const differing = [...names].filter((name) => {
    const value = one?.get(name);
    return value === undefined || !areSameBytes(value, other?.get(name));
  });
  return differing.sort(compareNames);
}
