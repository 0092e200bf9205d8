import { DiscError } from "../../errors.js";
import type { Item } from "./directory.js";
import { walkTree } from "./walk.js";

/** Code points 32 to 127, the last of which is a control character. IMAPI2 `UseRestrictedCharacterSet`. */
const restrictedName = /^[\x20-\x7e]*$/;

function checkRestrictedName(path: string, name: string): void {
  if (restrictedName.test(name)) return;
  const message = `"${path}": the name "${name}" has other characters than printable ASCII, and only these are allowed`;
  throw new DiscError("E_NAME_RESTRICTED", message, { path, name });
}

/**
 * Refuses names with other characters than printable ASCII: that of an item, and those of all that is in it.
 *
 * @param path Where the item is to be.
 * @param name The name it is to have there.
 * @throws {@link DiscError} E_NAME_RESTRICTED.
 */
export function checkRestrictedNames(path: string, name: string, item: Item): void {
  checkRestrictedName(path, name);
  if (item.type !== "directory") return;
  for (const { path: below, node } of walkTree(item, path)) checkRestrictedName(below, node.name);
}
