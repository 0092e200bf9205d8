import { emulatedMediaOf } from "./media.js";

/**
 * Tolerance "sidecar-schema-1": sidecars of discsmith 0.1, which knew CD-R, DVD+R and BD-R, without reserved tracks,
 * audio, session-at-once writing and formats. The members they lack get the values that those discs had.
 *
 * @param root A parsed sidecar of any version; one that is not of version 1 is returned as it is.
 */
export function upgradeSchema1(root: Record<string, unknown>): Record<string, unknown> {
  if (root.schema !== 1) return root;
  const writing = emulatedMediaOf(String(root.media))?.family === "cd" ? "trackAtOnce" : "incremental";
  const tracks = Array.isArray(root.tracks)
    ? root.tracks.map((track: object) => ({ reservedBlocks: null, content: "mode1", writing, ...track }))
    : root.tracks;
  const defaults = { model: "sequential", interrupted: null, atOnceOnly: false, firstLayerBlocks: null, format: null };
  return { ...defaults, ...root, schema: 2, tracks };
}
