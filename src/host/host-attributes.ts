/** Extended attributes and access control lists of files of the host: taken from it, and given to it. */
import { DiscError, hasCode } from "../errors.js";
import type { AccessControl } from "../fs/tree/access-control.js";
import { writtenAccessControl } from "../fs/tree/access-control.js";
import type { DiscEntry } from "../fs/tree/disc-entry.js";
import type { AttributeMap, HostAttributes } from "../fs/tree/extended-attributes.js";
import { accessListAttributes, attributesInScope } from "../fs/tree/extended-attributes.js";
import type { ExtendedAttribute } from "./native-files.js";
import {
  accessControlOf,
  attributesOfAccessControl,
  lackOfNativeFiles,
  readExtendedAttributes,
  setExtendedAttribute,
} from "./native-files.js";

/** What a file of the host has; what was not asked for is `undefined`. */
export interface FoundOnHost {
  /** Empty for none. */
  readonly extendedAttributes: AttributeMap | undefined;
  /** Both lists `null` for none. */
  readonly accessControl: AccessControl | undefined;
}

/** Whether any of them are asked for. */
export function wantsAttributes({ extendedAttributes, accessControl }: HostAttributes): boolean {
  return extendedAttributes !== undefined || accessControl === true;
}

/**
 * Refuses what cannot be done here.
 *
 * @throws {@link DiscError} E_NOT_SUPPORTED where they are asked for and the addon is missing.
 */
export function requireAttributes(wanted: HostAttributes): void {
  const reason = wantsAttributes(wanted) ? lackOfNativeFiles() : undefined;
  if (reason === undefined) return;
  const what = `extended attributes and access control lists of files: ${reason}`;
  throw new DiscError("E_NOT_SUPPORTED", `not supported: ${what}`, { what });
}

/**
 * What a file of the host has of what is asked for. File systems that keep none have none.
 *
 * @throws {@link DiscError} E_HOST; E_FIELD_INVALID for a list that is none.
 */
export async function attributesOfHost(path: string, follow: boolean, wanted: HostAttributes): Promise<FoundOnHost> {
  const found = (await readExtendedAttributes(path, { follow })) ?? [];
  const lists: readonly string[] = Object.values(accessListAttributes);
  const others = new Map(found.filter(({ name }) => !lists.includes(name)).map(({ name, value }) => [name, value]));
  const { extendedAttributes, accessControl } = wanted;
  return {
    extendedAttributes:
      extendedAttributes === undefined ? undefined : (attributesInScope(others, extendedAttributes) ?? new Map()),
    accessControl: accessControl === true ? accessControlOf(found) : undefined,
  };
}

/** Why an attribute could not be set; `undefined` where it was. */
async function failureOf(path: string, attribute: ExtendedAttribute): Promise<string | undefined> {
  try {
    await setExtendedAttribute(path, attribute);
    return undefined;
  } catch (error) {
    if (!hasCode(error, "E_HOST")) throw error;
    return error.detail.errno;
  }
}

async function setAll(path: string, attributes: readonly ExtendedAttribute[]): Promise<string[]> {
  const failures: string[] = [];
  for (const attribute of attributes) {
    const failure = await failureOf(path, attribute);
    if (failure !== undefined) failures.push(`${attribute.name} (${failure})`);
  }
  return failures;
}

/**
 * Gives a file the extended attributes of an item, as far as they are asked for. To be done before it gets its mode,
 * which may forbid it.
 *
 * @returns Those that it does not take, with the reason.
 */
export function restoreExtendedAttributes(path: string, entry: DiscEntry, wanted: HostAttributes): Promise<string[]> {
  const { extendedAttributes: scope } = wanted;
  const attributes = scope === undefined ? undefined : attributesInScope(entry.extendedAttributes, scope);
  return setAll(
    path,
    [...(attributes ?? [])].map(([name, value]) => ({ name, value })),
  );
}

/** Gives a file the access control lists of an item, where they are asked for; its mode comes before. @returns As above. */
export async function restoreAccessControl(path: string, entry: DiscEntry, wanted: HostAttributes): Promise<string[]> {
  if (wanted.accessControl !== true || entry.type === "symlink") return [];
  const lists = writtenAccessControl(entry.accessControl, entry.mode);
  return lists === undefined ? [] : await setAll(path, attributesOfAccessControl(lists));
}
