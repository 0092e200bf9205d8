import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { Catalog, CatalogDirectory } from "../layout/catalog.js";
import { bytesFromName } from "../names/name-bytes.js";
import { fitsEntries } from "../rockridge/attribute-entry.js";
import { hasAttributes } from "../susp/attribute-list.js";
import type { Item } from "../tree/directory.js";
import { joinPath } from "../tree/path.js";
import type { RevisionRules } from "../udf/revision.js";
import type { ImageOptions } from "./options.js";
import { isoVolumeName, isWritten, lostInVolumeName } from "./options.js";
import type { ImageTimes } from "./times.js";

/** The longest name that Linux shows: its buffer for Rock Ridge names has 254 bytes, fs/isofs. */
const linuxNameBytes = 253;

/** The longest target of a link that libisofs reads; one that is longer makes it refuse the whole image. */
const libisofsTargetBytes = 1023;

/** Warns of a link that reads badly, or that Rock Ridge writes in another way: empty components are nowhere in SL. */
function reportLink(path: string, target: string, onWarning: WarningListener): void {
  const bytes = bytesFromName(target).length;
  if (bytes > libisofsTargetBytes) {
    const message = `"${path}": a target of ${bytes} bytes; xorriso reads no image with more than ${libisofsTargetBytes}`;
    onWarning(new DiscError("W_NAME_LONG", message, { path, bytes, limitBytes: libisofsTargetBytes }));
  }
  if (!/\/{2}|[^/]\/$/.test(target)) return;
  const reason = `its target "${target}" is written without empty components`;
  onWarning(new DiscError("W_NOT_REPRESENTED", `"${path}": ${reason}`, { path, fileSystem: "Rock Ridge", reason }));
}

/** Warns of named streams that are not written. */
function reportStreams(item: Item, { streams }: Catalog, fileSystem: string, onWarning: WarningListener): void {
  if (item.streams === undefined || streams.has(item)) return;
  const { path } = item;
  const reason = "UDF from 2.00 on alone holds its named streams";
  onWarning(new DiscError("W_NOT_REPRESENTED", `"${path}": ${reason}`, { path, fileSystem, reason }));
}

/** Warns of extended attributes and access control lists that are not written. */
function reportAttributes(item: Item, { rules, hasRockRidge }: WrittenTrees, onWarning: WarningListener): void {
  if (!hasAttributes(item)) return;
  const isHidden = item.hiddenIn?.includes("iso") ?? false;
  const isLeftOut = hasRockRidge ? !isHidden && !fitsEntries(item) : rules === undefined;
  if (!isLeftOut) return;
  const { path } = item;
  const reason = hasRockRidge
    ? "its extended attributes are more than Linux follows in Rock Ridge, and left out there"
    : "Rock Ridge and UDF alone hold its extended attributes and access control lists";
  const fileSystem = hasRockRidge ? "Rock Ridge" : "ISO 9660";
  onWarning(new DiscError("W_NOT_REPRESENTED", `"${path}": ${reason}`, { path, fileSystem, reason }));
}

/** Warns of files that are not marked as real-time files. OSTA UDF 2.01, 2.3.5.2.1. */
function reportRealTime(item: Item, rules: RevisionRules | undefined, onWarning: WarningListener): void {
  if (item.type !== "file" || !item.realTime || rules?.hasRealTimeFiles === true) return;
  const { path } = item;
  const fileSystem = rules === undefined ? "ISO 9660" : "UDF";
  const reason = "UDF from 2.01 on alone tells that it is a real-time file";
  onWarning(new DiscError("W_NOT_REPRESENTED", `"${path}": ${reason}`, { path, fileSystem, reason }));
}

/** Warns of a volume whose name has other characters in ISO 9660, by which most systems call it. */
export function reportVolumeName(options: ImageOptions, onWarning: WarningListener): void {
  const { volumeName = "", isoCharset } = options;
  const character = isWritten(options, "iso") ? lostInVolumeName(volumeName, isoCharset) : undefined;
  if (character === undefined) return;
  const name = isoVolumeName(volumeName, isoCharset);
  const message = `the volume is called "${name}" in ISO 9660, which cannot hold "${character}"`;
  onWarning(new DiscError("W_NAME_MANGLED", message, { path: "/", fileSystem: "ISO 9660", name, character }));
}

/** Trees that hold what others do not. */
export interface WrittenTrees {
  /** Those of UDF, which would hold streams and tell of real-time files; `undefined` where it is not written. */
  readonly rules: RevisionRules | undefined;
  readonly hasRockRidge: boolean;
}

/**
 * Warns of what is written rightly and still reads badly somewhere: names that fold, long names, odd times; and of streams
 * and attributes that are not written.
 */
export function reportNames(
  catalog: Catalog,
  times: ImageTimes,
  written: WrittenTrees,
  onWarning: WarningListener,
): void {
  const { rules } = written;
  const fileSystem = rules === undefined ? "ISO 9660" : "UDF";
  for (const directory of catalog.directories) {
    times.check(directory.node);
    reportStreams(directory.node, catalog, fileSystem, onWarning);
    reportAttributes(directory.node, written, onWarning);
    reportFolding(directory, onWarning);
    for (const child of directory.children) {
      if (child.type !== "directory") {
        times.check(child);
        reportStreams(child, catalog, fileSystem, onWarning);
        reportAttributes(child, written, onWarning);
        reportRealTime(child, rules, onWarning);
      }
      if (child.type === "symlink") reportLink(joinPath(directory.node.path, child.name), child.target, onWarning);
      if (child.name.length * 3 <= linuxNameBytes) continue;
      const bytes = bytesFromName(child.name).length;
      if (bytes <= linuxNameBytes) continue;
      const path = joinPath(directory.node.path, child.name);
      const message = `"${path}": a name of ${bytes} bytes; Linux shows ${linuxNameBytes} of them`;
      onWarning(new DiscError("W_NAME_LONG", message, { path, bytes, limitBytes: linuxNameBytes }));
    }
  }
}

function reportFolding(directory: CatalogDirectory, onWarning: WarningListener): void {
  const folded = new Map<string, string>();
  for (const { name } of directory.children) {
    const key = name.normalize("NFC").toLowerCase();
    const other = folded.get(key);
    if (other === undefined) {
      folded.set(key, name);
      continue;
    }
    const path = joinPath(directory.node.path, name);
    const message = `"${path}" and "${other}" differ only in case or Unicode form: Windows and macOS take them for one`;
    onWarning(new DiscError("W_NAMES_FOLD", message, { path, other, readers: "Windows, macOS" }));
  }
}
