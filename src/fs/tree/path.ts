import { DiscError } from "../../errors.js";

/**
 * Splits a path of the image into names. A leading "/" may be left out; "/" alone is the root: no names.
 *
 * @throws {@link DiscError} E_PATH_INVALID for an empty name, ".", ".." or a NUL character.
 */
export function splitPath(path: string): string[] {
  const trimmed = path.replace(/^\/+|\/+$/g, "");
  if (trimmed === "") return [];
  const names = trimmed.split("/");
  for (const name of names) {
    const rule = nameFault(name);
    if (rule !== undefined) throw new DiscError("E_PATH_INVALID", `path "${path}": ${rule}`, { path, rule });
  }
  return names;
}

/** Why a name cannot be one, or `undefined`. */
export function nameFault(name: string): string | undefined {
  if (name === "") return "a name is empty";
  if (name === "." || name === "..") return `"${name}" is not a name`;
  if (name.includes("/")) return 'a name contains "/"';
  if (name.includes("\0")) return "a name contains a NUL character";
  return undefined;
}

/**
 * Refuses what cannot be a name.
 *
 * @param path For the message.
 * @throws {@link DiscError} E_NAME_INVALID.
 */
export function refuseName(name: string, path: string): void {
  const rule = nameFault(name);
  if (rule !== undefined) throw new DiscError("E_NAME_INVALID", `"${name}": ${rule}`, { name, path, rule });
}

/** Joins a directory's path and a name. */
export function joinPath(directory: string, name: string): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
