import type { Stats } from "node:fs";
import type { ItemType } from "../fs/tree/node.js";

/** What kind of item something on the host is; every kind that POSIX knows has a name. */
export function typeOf(stats: Stats): ItemType {
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isBlockDevice()) return "block";
  if (stats.isCharacterDevice()) return "character";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "file";
}

/** Numbers of a device, as Linux packs them into `st_rdev`; 0 for what is none. glibc, sys/sysmacros.h. */
export function deviceOf(stats: Stats): { major: number; minor: number } {
  if (!stats.isBlockDevice() && !stats.isCharacterDevice()) return { major: 0, minor: 0 };
  const { rdev } = stats;
  const high = Math.floor(rdev / 2 ** 32);
  const low = rdev % 2 ** 32;
  const major = (Math.floor(low / 0x100) % 0x1000) + Math.floor(high / 0x1000) * 0x1000;
  const minor = (low % 0x100) + Math.floor(low / 0x10_0000) * 0x100;
  return { major, minor };
}
