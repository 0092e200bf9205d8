/** Images whose tree of ISO 9660 holds a note alone: oscdimg -u2 and -j2. */
import type { DirectoryNode } from "../../node.js";

const notes = {
  udf: "The files of this disc are in its UDF file system, which this system does not show.\r\n",
  joliet: "The files of this disc are in its Joliet file system, which this system does not show.\r\n",
} as const;

/** Hides everything from ISO 9660. */
export function hideFromIso(root: DirectoryNode): void {
  for (const item of root) item.assign({ hiddenIn: ["iso", ...(item.hiddenIn ?? [])] });
}

/** Adds the note, which ISO 9660 alone shows, under a name that is free. */
export function addNote(root: DirectoryNode, holder: "udf" | "joliet"): void {
  let name = "README.TXT";
  for (let number = 1; root.children.has(name); number++) name = `README${number}.TXT`;
  root.addFile(name, notes[holder], { mode: 0o444, hiddenIn: ["udf", "joliet"] });
}
