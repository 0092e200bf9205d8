/** Patches as tests plan and apply them, in memory. */
import { openImage } from "../../src/fs/image/open-image.js";
import { PatchedSource } from "../../src/fs/patch/patched-source.js";
import type { PatchPlan, PlanPatchOptions } from "../../src/fs/patch/plan-patch.js";
import { planPatch } from "../../src/fs/patch/plan-patch.js";
import { contentOf } from "../../src/fs/tree/content.js";
import type { FileSystemName } from "../../src/fs/tree/disc-entry.js";
import { verifyImage } from "../../src/fs/verify/verify.js";
import { MemorySource } from "../../src/medium/memory-source.js";
import { blockBytes } from "../../src/units.js";

/** What is to be in files, by their paths. */
export type NewContents = Readonly<Record<string, string | Uint8Array>>;

/** A time that no image of a test has; later than those made with {@link imageEpoch}. */
export const patchTime: number = Date.UTC(2024, 4, 5, 6, 7, 8);

/** When images are made that are patched: seconds since 1970. */
export const imageEpoch: number = Date.UTC(2023, 1, 2) / 1000;

/** Plans a patch of an image in memory. */
export async function plannedPatch(
  image: Uint8Array,
  contents: NewContents,
  options: PlanPatchOptions = {},
): Promise<PatchPlan> {
  const changes = Object.entries(contents).map(([target, content]) => ({
    target,
    content: contentOf(content),
    mtimeMs: patchTime,
  }));
  return await planPatch(new MemorySource(image), changes, options);
}

/** The image with a patch. */
export async function withPatch(image: Uint8Array, plan: PatchPlan): Promise<Uint8Array> {
  const bytes = new Uint8Array(image.length);
  const source = new PatchedSource(new MemorySource(image), plan);
  await source.read(0, image.length / blockBytes, bytes);
  return bytes;
}

/** An image in memory, patched. */
export async function patchedImage(
  image: Uint8Array,
  contents: NewContents,
  options: PlanPatchOptions = {},
): Promise<Uint8Array> {
  return await withPatch(image, await plannedPatch(image, contents, options));
}

/** What a tree shows of all its files: path, time and content; a content of more than a few bytes as its length. */
export async function shownFiles(
  image: Uint8Array,
  fileSystem: FileSystemName,
  session?: number,
): Promise<Record<string, string>> {
  const opened = await openImage(new MemorySource(image), { fileSystem, session });
  const shown: Record<string, string> = {};
  for await (const entry of opened.walk()) {
    if (entry.type !== "file") continue;
    const content = await opened.readFile(entry);
    const isText = content.length < 100;
    const text = isText ? Buffer.from(content).toString() : `${content.length} × ${[...new Set(content)].join("+")}`;
    const isNew = entry.mtimeMs === patchTime ? " new" : "";
    shown[entry.path] = `${text}${isNew}`;
  }
  return shown;
}

/** What verification finds, as one text each. */
export async function findingsOf(image: Uint8Array): Promise<string[]> {
  const { findings } = await verifyImage(new MemorySource(image));
  return findings.map(({ name, message }) => `${name}: ${message}`);
}
