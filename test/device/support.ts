import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { openRecorderOn } from "../../src/device/drives.js";
import type { Recorder } from "../../src/device/recorder.js";
import { nodeFileAccess } from "../../src/host/node-file-access.js";
import type { FileAccess, FileHandle } from "../../src/medium/file-access.js";
import type { DiscIdentity } from "../../src/medium/session.js";
import type { SessionData } from "../../src/medium/session-data.js";
import { blockBytes } from "../../src/units.js";

/** A folder that is removed when the test ends. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "discsmith-device-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const passing = Buffer.alloc(blockBytes);

/** What block `lba` of the session `seed` holds: every eight bytes say which these are. Valid until the next call. */
function passingBlock(seed: number, lba: number): Buffer {
  for (let at = 0; at < blockBytes; at += 8) {
    passing.writeUInt32BE(lba, at);
    passing.writeUInt32BE(seed * 65_536 + at, at + 4);
  }
  return passing;
}

/** What block `lba` of the session `seed` holds. */
export function blockContent(seed: number, lba: number): Uint8Array {
  return new Uint8Array(passingBlock(seed, lba));
}

/** A session whose blocks can be told from those of any other. */
export function sessionOf(
  seed: number,
  firstBlock: number,
  blocks: number,
  importedFrom: DiscIdentity | null = null,
  chunkBlocks = 7,
): SessionData {
  const read = async (lba: number, count: number, into: Uint8Array): Promise<void> => {
    for (let index = 0; index < count; index++) into.set(passingBlock(seed, lba + index), index * blockBytes);
  };
  return {
    firstBlock,
    blocks,
    importedFrom,
    read,
    async *chunks() {
      for (let done = 0; done < blocks; done += chunkBlocks) {
        const count = Math.min(chunkBlocks, blocks - done);
        const chunk = new Uint8Array(count * blockBytes);
        await read(firstBlock + done, count, chunk);
        yield chunk;
      }
    },
  };
}

/** Whether a recorder gives back the session's blocks. */
export async function readsBack(
  recorder: Recorder,
  seed: number,
  firstBlock: number,
  blocks: number,
): Promise<boolean> {
  const into = new Uint8Array(blocks * blockBytes);
  await recorder.read(firstBlock, blocks, into);
  for (let index = 0; index < blocks; index++) {
    const found = into.subarray(index * blockBytes, (index + 1) * blockBytes);
    if (!passingBlock(seed, firstBlock + index).equals(found)) return false;
  }
  return true;
}

/** Writes the next session, as made from what the recorder says now. */
export async function append(recorder: Recorder, seed: number, blocks: number): Promise<number> {
  const firstBlock = recorder.state.nextWritableAddress!;
  await recorder.write(sessionOf(seed, firstBlock, blocks, recorder.identity));
  return firstBlock;
}

/** The host went away, as when power fails. */
export class PowerLoss extends Error {}

/** What was done to the host's files, each operation with its number from 1. */
export interface Faults {
  operations: number;
  /** The operation that fails; from then on, with `power`, all do. */
  failAt: number;
  power: boolean;
  /** How many bytes of a failing write still reach the file. */
  partialBytes: number;
}

/** Files of the host of which a chosen operation fails. */
export function faultyFiles(faults: Faults): FileAccess {
  const step = (): boolean => {
    faults.operations++;
    return faults.operations === faults.failAt || (faults.power && faults.operations > faults.failAt);
  };
  const fail = (): never => {
    throw new PowerLoss("the test's fault");
  };
  const gate = <T>(run: () => Promise<T>): Promise<T> => (step() ? Promise.reject(new PowerLoss("fault")) : run());
  const wrap = (handle: FileHandle): FileHandle => ({
    size: () => gate(() => handle.size()),
    read: (offset, into) => gate(() => handle.read(offset, into)),
    async write(offset, from) {
      if (!step()) return await handle.write(offset, from);
      const first = faults.operations === faults.failAt;
      if (first && faults.partialBytes > 0) await handle.write(offset, from.subarray(0, faults.partialBytes));
      return fail();
    },
    truncate: (bytes) => gate(() => handle.truncate(bytes)),
    sync: () => gate(() => handle.sync()),
    close: () => handle.close(),
    [Symbol.asyncDispose]: () => handle.close(),
  });
  return {
    open: async (path, mode) => wrap(await gate(() => nodeFileAccess.open(path, mode))),
    exists: (path) => gate(() => nodeFileAccess.exists(path)),
    readFile: (path) => gate(() => nodeFileAccess.readFile(path)),
    replaceFile: (path, bytes) => gate(() => nodeFileAccess.replaceFile(path, bytes)),
    remove: (path) => gate(() => nodeFileAccess.remove(path)),
    // A lock ends with its process, so it works whatever else fails.
    lock: (path) => nodeFileAccess.lock(path),
  };
}

/** Opens a disc without any faults. */
export async function openPlainly(path: string): Promise<Recorder> {
  return await openRecorderOn(nodeFileAccess, path, {});
}
