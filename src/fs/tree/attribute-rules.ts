/** Attributes that a whole tree is given, whatever its sources have. */
import type { DirectoryNode, Item } from "./directory.js";
import { walkTree } from "./walk.js";

/** What is given; what is left out stays. */
export interface AttributeRules {
  /**
   * Makes owner and modes those of a disc for everybody: owner and group 0, readable by all, executable by all what is by
   * anybody, nothing writable. As `mkisofs -r`.
   */
  readonly rationalised?: boolean | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Permission bits of everything but directories and links: 0 to 0o7777. */
  readonly fileMode?: number | undefined;
  /** Permission bits of directories. */
  readonly directoryMode?: number | undefined;
}

/** Permission bits of everybody. ISO/IEC 9945, sys/stat.h. */
const execution = 0o111;
const reading = 0o444;

function rationalisedMode({ type, mode }: Item): number {
  const isExecutable = type === "directory" || (mode & execution) !== 0;
  return isExecutable ? reading + execution : reading;
}

function modeOf(item: Item, rules: AttributeRules): number | undefined {
  if (item.type === "symlink") return undefined;
  const given = item.type === "directory" ? rules.directoryMode : rules.fileMode;
  return given ?? (rules.rationalised === true ? rationalisedMode(item) : undefined);
}

/** Gives attributes to a directory and all that is in it. */
export function applyAttributeRules(root: DirectoryNode, rules: AttributeRules): void {
  const usualOwner = rules.rationalised === true ? 0 : undefined;
  const apply = (item: Item): void =>
    item.assign({ mode: modeOf(item, rules), uid: rules.uid ?? usualOwner, gid: rules.gid ?? usualOwner });
  apply(root);
  for (const { node } of walkTree(root)) apply(node);
}
