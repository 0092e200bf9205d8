import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { EmulatedDrive } from "../../../src/device/emulated/drive.js";
import { QuirkTransport } from "../../../src/device/emulated/quirk-transport.js";
import { quirksNamed } from "../../../src/device/emulated/quirks.js";
import { createDisc } from "../../../src/device.js";
import { nodeFileAccess } from "../../../src/host/node-file-access.js";
import { temporaryFolder } from "../support.js";

/** A blank disc small enough for every test. */
export async function blankDisc(t: ExecutionContext, media: string): Promise<string> {
  const path = join(await temporaryFolder(t), "disc");
  await createDisc(path, { media });
  return path;
}

/** A drive with quirks, and the disc at `path` in it. */
export async function quirkyDrive(path: string, ...names: readonly string[]): Promise<QuirkTransport> {
  return new QuirkTransport(await EmulatedDrive.open(nodeFileAccess, path, {}), quirksNamed(names));
}
