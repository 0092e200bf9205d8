/** Arguments that many commands have. */
import type { ArgumentRow } from "./command-table.js";

export const disc: ArgumentRow = { name: "DISC", completes: "file" };

export const sources: ArgumentRow = { name: "SOURCE", multiple: true, completes: "file" };

/** What is said of {@link sources}. */
export const sourceText =
  "A SOURCE is a path, or TARGET=PATH. A folder gives its contents, a file itself under its base name, both at --at; TARGET= names the place of this one source. A plain = in a path is written \\=. Folders merge; a later file takes the place of an earlier one and is reported.";
