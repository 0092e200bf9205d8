import { nameFromBytes } from "../../src/fs/names/name-bytes.js";
import type { ContentLike } from "../../src/fs/tree/content.js";
import { MemoryContent } from "../../src/fs/tree/content.js";
import type { AddOptions, DirectoryNode } from "../../src/fs/tree/directory.js";

/** Seconds since 1970 of the oldest item; the others follow, each with a time of its own. */
const firstTime = 1_500_000_000;

/** Bytes that differ from block to block, the same for the same seed. */
export function patternBytes(bytes: number, seed: number): Uint8Array {
  const pattern = new Uint8Array(bytes);
  let state = (seed * 2_654_435_761 + 12_345) % 2 ** 32;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    pattern[at] = state >>> 24;
  }
  return pattern;
}

/** Puts items into a tree, each with attributes that no other has. */
export class TreeFiller {
  readonly root: DirectoryNode;
  #number = 0;

  constructor(root: DirectoryNode) {
    this.root = root;
  }

  #attributes(mode: number): AddOptions {
    const number = this.#number++;
    return { mode, uid: 1000 + number, gid: 2000 + number, mtime: (firstTime + number * 4321) * 1000 };
  }

  directory(path: string, mode = 0o755): void {
    this.root.addDirectory(path, this.#attributes(mode));
  }

  file(path: string, content: ContentLike | number, mode = 0o644, more: AddOptions = {}): void {
    const given = typeof content === "number" ? patternBytes(content, this.#number) : content;
    this.root.addFile(path, given, { ...this.#attributes(mode), ...more });
  }

  link(path: string, target: string): void {
    this.root.addSymlink(path, target, this.#attributes(0o777));
  }
}

/** Two names of one file: hard links have the same attributes. */
function addHardLinks(root: DirectoryNode): void {
  const content = new MemoryContent(patternBytes(5000, 77));
  const attributes: AddOptions = { mode: 0o640, uid: 77, gid: 78, mtime: firstTime * 1000 };
  root.addFile("/links/first name", content, attributes);
  root.addFile("/links/second name", content, attributes);
  root.addFile("/files/third name", content, attributes);
}

/** A name of that many bytes. */
export function longName(bytes: number, extension = ""): string {
  return "n".repeat(bytes - extension.length) + extension;
}

function addNames(filler: TreeFiller): void {
  filler.directory("/names");
  const names = [
    "readme",
    "README.TXT",
    "readme.txt",
    "lower.case",
    ".hidden",
    ".hidden.tar.gz",
    "many.dots.in.a.name.tar.gz",
    "two  blanks",
    "trailing blank ",
    "trailing dot.",
    "semi;colon",
    "version;1",
    "star*question?",
    'quote"less<more>pipe|back\\slash',
    "colon:name",
    "dash-and_under+plus=equal",
    "percent%20hash#at@",
    "naïve",
    "grün",
    "\u00e9-composed",
    "e\u0301-decomposed",
    "Tiếng Việt",
    "日本語の名前.txt",
    "Ελληνικά",
    "emoji 🎉🎊 name.txt",
    "almost the same name 1.txt",
    "almost the same name 2.txt",
    "almost the same name 3.txt",
    `${longName(63)}`,
    `${longName(64)}`,
    `${longName(65)}`,
    `${"m".repeat(60)}.txt`,
    `${longName(102)}`,
    `${longName(103)}`,
    `${longName(104)}`,
    longName(247, ".247"),
    longName(248, ".248"),
    longName(250, ".250"),
    `${"語".repeat(80)}.txt`,
    "newline\nin name",
  ];
  for (const [index, name] of names.entries()) filler.file(`/names/${name}`, 10 + index);
  filler.directory("/names/directory.with.dots");
  filler.file("/names/directory.with.dots/inside", "inside");
  filler.file(`/names/${nameFromBytes(Uint8Array.of(0x6c, 0xe4, 0x74, 0x69, 0x6e, 0x31))}`, "latin 1");
  filler.file(`/names/${nameFromBytes(Uint8Array.of(0x62, 0xff, 0xfe, 0x80))}`, "not UTF-8");
}

/** What a host's folder may hold, and more: names, links, sizes, depths that have broken other writers. */
export function fillRichTree(root: DirectoryNode): void {
  const filler = new TreeFiller(root);
  filler.directory("/empty directory");
  filler.directory("/files");
  filler.file("/files/empty", 0);
  filler.file("/files/another empty", 0);
  filler.file("/files/one byte", 1);
  filler.file("/files/exactly 2047", 2047);
  filler.file("/files/exactly 2048", 2048);
  filler.file("/files/exactly 2049", 2049);
  filler.file("/files/large.bin", 300_001);
  filler.file("/files/setuid", 100, 0o4755);
  filler.file("/files/setgid sticky", 100, 0o3777);
  filler.file("/files/nobody may", 100, 0);
  filler.file("/files/hidden one", 100, 0o644, { hidden: true });
  filler.directory("/sticky directory", 0o1777);
  addNames(filler);
  filler.directory("/links");
  addHardLinks(root);
  filler.link("/links/relative", "../files/empty");
  filler.link("/links/absolute", "/usr/share/some/where");
  filler.link("/links/root", "/");
  filler.link("/links/parent", "..");
  filler.link("/links/current", ".");
  filler.link("/links/up and down", "../../x/./y/..");
  filler.link("/links/dangling", "no such file");
  filler.link("/links/unicode", "ünïcödé/日本語");
  filler.link("/links/not text", nameFromBytes(Uint8Array.of(0x61, 0xff, 0x2f, 0xfe, 0x62)));
  root.addDirectory("/devices", { mtime: firstTime * 1000 });
  root.addSpecial("/devices/fifo", "fifo", { major: 0, minor: 0 }, { mode: 0o600, mtime: firstTime * 1000 });
  root.addSpecial("/devices/block", "block", { major: 8, minor: 17 }, { mode: 0o660, gid: 6, mtime: firstTime * 1000 });
  root.addSpecial("/devices/character", "character", { major: 5, minor: 1 }, { mode: 0o620, mtime: firstTime * 1000 });
  root.addSpecial("/devices/large numbers", "block", { major: 259, minor: 70_000 }, { mtime: firstTime * 1000 });
  let deep = "";
  for (let level = 1; level <= 12; level++) {
    deep += `/level ${level}`;
    filler.directory(deep);
    filler.file(`${deep}/file ${level}.txt`, `at level ${level}`);
  }
  let same = "";
  for (let level = 1; level <= 20; level++) {
    same += "/same";
    filler.directory(same);
  }
  filler.file(`${same}/bottom`, "at the bottom of twenty");
}

/** Links whose targets need several SL entries. */
export function addLongLinks(root: DirectoryNode): void {
  const filler = new TreeFiller(root);
  filler.directory("/long links");
  filler.link("/long links/thousand", `../${"component/".repeat(99)}end`.padEnd(1000, "x"));
  filler.link("/long links/long component", `${"c".repeat(255)}/${"d".repeat(255)}/x`);
  filler.link("/long links/all kinds", `/${"a/../".repeat(60)}./end`);
}

/** One directory of many entries. */
export function addLargeDirectory(root: DirectoryNode, count: number): void {
  root.addDirectory("/large", { mtime: firstTime * 1000 });
  for (let index = 0; index < count; index++) {
    root.addFile(`/large/a name that is common to all ${index}.dat`, `content ${index}`, { mtime: firstTime * 1000 });
  }
}
