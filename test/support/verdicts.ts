/** A judge's listing against the tree that was asked for, with what that judge is known not to see. */
import type { ExecutionContext } from "ava";
import { bsdtarListing, xorrisoListing } from "./judges.js";
import type { ListedField, ListedItem, Listing } from "./listing.js";
import { differences, filterListing } from "./listing.js";

/** All that can be compared. */
export const everything: readonly ListedField[] = ["digest", "mode", "owner", "mtime", "target", "device", "links"];

/** Asserts that two listings are equal in these members. */
export function compare(t: ExecutionContext, found: Listing, expected: Listing, fields: readonly ListedField[]): void {
  t.deepEqual(differences(found, expected, fields), []);
}

/** libarchive and libisofs take both halves of PN for one number, which puts large ones elsewhere. */
const smallDevices = (path: string): boolean => path !== "/devices/large numbers";

/** Asserts that xorriso sees the tree, and complains of nothing. @param load Commands that choose a session. */
export function xorrisoAgrees(
  t: ExecutionContext,
  file: string,
  tree: Listing,
  load: readonly string[] = [],
  accepted: RegExp = /^$/,
): void {
  const { listing, complaints } = xorrisoListing(t, file, load);
  const unexpected = complaints.filter((line) => !accepted.test(line));
  t.deepEqual(unexpected, []);
  const expected = filterListing(tree, smallDevices);
  const found = filterListing(listing, smallDevices);
  // xorriso gives no times to links that it extracts, and lists devices without seconds.
  const hasTime = (_path: string, { type }: ListedItem): boolean => ["file", "directory", "fifo"].includes(type);
  const timeless = (path: string, item: ListedItem): boolean => !hasTime(path, item);
  // It recognises hard links by serial numbers, which version 1.10 has none of.
  const timed: ListedField[] = ["digest", "mode", "owner", "mtime"];
  compare(t, filterListing(found, hasTime), filterListing(expected, hasTime), timed);
  const others: ListedField[] = ["mode", "owner", "device", "target"];
  compare(t, filterListing(found, timeless), filterListing(expected, timeless), others);
}

/** What is compared of bsdtar's listing besides the rest; both by default. */
interface BsdtarScope {
  readonly links?: boolean;
  readonly relocated?: boolean;
}

/** Asserts that bsdtar sees the tree. */
export function bsdtarAgrees(t: ExecutionContext, file: string, tree: Listing, scope: BsdtarScope = {}): void {
  const { links = true, relocated = true } = scope;
  const relocatedPath = /^\/(rr_moved|same|level 1\/level 2\/level 3\/level 4\/level 5\/level 6\/level 7)\//;
  // libarchive shows the directory that relocated ones lie in, and loses a "/" where SL entries end at "..".
  const keep = (path: string): boolean =>
    smallDevices(path) &&
    path !== "/rr_moved" &&
    path !== "/long links/all kinds" &&
    (relocated || !relocatedPath.test(path));
  const isDevice = (_path: string, { type }: ListedItem): boolean => type === "block" || type === "character";
  const others = (path: string, item: ListedItem): boolean => !isDevice(path, item);
  const expected = filterListing(tree, keep);
  const found = filterListing(bsdtarListing(t, file), keep);
  const fields = everything.filter((field) => links || field !== "links");
  compare(t, filterListing(found, others), filterListing(expected, others), fields);
  compare(t, filterListing(found, isDevice), filterListing(expected, isDevice), ["mode", "owner", "device"]);
}
