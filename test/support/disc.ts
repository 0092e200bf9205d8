/** Emulated discs that tests write sessions to. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { createDisc, openRecorder } from "../../src/device.js";
import { FileSystemImage } from "../../src/fs/image/file-system-image.js";
import type { ImageOptions } from "../../src/fs/image/options.js";
import type { DiscIdentity } from "../../src/medium/session.js";
import type { SessionData } from "../../src/medium/session-data.js";
import { blockBytes } from "../../src/units.js";
import { temporaryFolder } from "./tools.js";

/** Makes a blank disc; returns its path. */
export async function blankDisc(t: ExecutionContext, media: string): Promise<string> {
  const path = join(temporaryFolder(t), "test.disc");
  await createDisc(path, { media });
  return path;
}

/**
 * Writes the next session of a disc: the imported tree, changed.
 *
 * @returns The session's first block.
 */
export async function appendSession(
  path: string,
  change: (image: FileSystemImage) => unknown,
  options: ImageOptions = {},
): Promise<number> {
  await using recorder = await openRecorder(path);
  const image = new FileSystemImage(options);
  image.multisessionInterfaces = await recorder.multisessionInterfaces();
  if (!recorder.state.blank) await image.importFileSystem();
  await change(image);
  await using result = await image.createResultImage();
  await recorder.write(result);
  return result.firstBlock;
}

/** A ready-made image as a session that starts at a block. */
export function readyMade(bytes: Buffer, firstBlock: number, importedFrom: DiscIdentity | null): SessionData {
  const blocks = bytes.length / blockBytes;
  return {
    firstBlock,
    blocks,
    importedFrom,
    read: async (lba, count, into) => {
      const first = (lba - firstBlock) * blockBytes;
      into.set(bytes.subarray(first, first + count * blockBytes));
    },
    async *chunks() {
      for (let done = 0; done < blocks; done += 64) yield bytes.subarray(done * blockBytes, (done + 64) * blockBytes);
    },
  };
}

/**
 * A copy of a disc's file in which the anchor of one session stands in block 256, too: for readers of UDF that look for
 * none elsewhere.
 */
export function withAnchorAt256(t: ExecutionContext, path: string, start: number): string {
  const bytes = readFileSync(path);
  const from = (start + 256) * blockBytes;
  bytes.copy(bytes, 256 * blockBytes, from, from + blockBytes);
  const tag = bytes.subarray(256 * blockBytes, 256 * blockBytes + 16);
  tag.writeUInt32LE(256, 12);
  tag[4] = 0;
  tag[4] = tag.reduce((sum, octet) => sum + octet, 0);
  const copy = join(temporaryFolder(t), "session.udf");
  writeFileSync(copy, bytes);
  return copy;
}

/** A copy of a disc's file with one session's volume descriptors at block 16: for readers that look nowhere else. */
export function withDescriptorsAt16(t: ExecutionContext, path: string, start: number): string {
  const bytes = readFileSync(path);
  for (let index = 16; index < 32; index++) {
    const from = (start + index) * blockBytes;
    bytes.copy(bytes, index * blockBytes, from, from + blockBytes);
    if (bytes[from] === 255) break;
  }
  const copy = join(temporaryFolder(t), "session.iso");
  writeFileSync(copy, bytes);
  return copy;
}
