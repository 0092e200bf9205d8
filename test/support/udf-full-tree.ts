/** A tree with all that UDF can hold, for images that are checked structure by structure. */
import { MemoryContent } from "../../src/fs/tree/content.js";
import type { DirectoryNode } from "../../src/fs/tree/directory.js";
import { patternBytes } from "./rich-tree.js";

/** Milliseconds since 1970. */
const mtime = 1_600_000_000_000;

/**
 * Fills a tree with files, hard links, links, devices, a long directory and names of every width.
 *
 * @param withStreams Whether items have named streams, which no tree but UDF's from 2.00 on holds.
 */
export function fillUdfTree(root: DirectoryNode, withStreams: boolean): void {
  const streams = withStreams ? { "a stream": "of some bytes", "another one": patternBytes(5000, 3) } : undefined;
  root.addFile("/hello.txt", "hello", { mtime, streams });
  root.addDirectory("/dir", { mtime, streams: withStreams ? { "of a directory": "text" } : undefined });
  root.addFile("/dir/big.bin", patternBytes(10_000, 1), { mtime, birthtime: mtime - 5000 });
  root.addFile("/dir/empty", "", { mtime });
  for (let index = 0; index < 60; index++) {
    root.addFile(`/dir/a file with number ${index}.txt`, patternBytes(index * 97, index), { mtime });
  }
  root.addDirectory("/dir/sub", { mtime });
  root.addFile("/dir/sub/wide ☃ name.txt", "u", { mtime });
  const content = new MemoryContent(patternBytes(3000, 9));
  root.addFile("/first name", content, { mtime, mode: 0o640 });
  root.addFile("/second name", content, { mtime, mode: 0o640 });
  root.addFile("/dir/real time", patternBytes(4096, 4), { mtime, realTime: true });
  root.addSymlink("/link", "../dir/big.bin", { mtime });
  root.addSpecial("/device", "block", { major: 8, minor: 1 }, { mtime });
}
