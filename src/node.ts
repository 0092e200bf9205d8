/** The package under Node: the core, and what the host gives it. */

export type { BuildOptions, BuiltImage, FirstSessionOptions, HiddenPlace } from "./disc-jobs.js";
export { appendTo, buildImage, writeTo } from "./disc-jobs.js";
export { charsetByName, findCharset } from "./host/charsets.js";
export type { CompressedContents } from "./host/compress-contents.js";
export { compressContents } from "./host/compress-contents.js";
export type { DirectorySourceOptions } from "./host/directory-source.js";
export { fromDirectory, fromPath } from "./host/directory-source.js";
export { dryFileAccess } from "./host/dry-file-access.js";
export type { ExtractOptions, ExtractReport } from "./host/extract-tree.js";
export { extractTree } from "./host/extract-tree.js";
export type { CompareFolderOptions, CompareOptions, Comparison, Difference } from "./host/folder-comparison.js";
export { compareImageWithFolder, compareWithFolder } from "./host/folder-comparison.js";
export { imageStream } from "./host/image-stream.js";
export { nodeFileAccess } from "./host/node-file-access.js";
export { fromFile } from "./host/path-content.js";
export type { StageOptions } from "./host/stage.js";
export { Stage } from "./host/stage.js";
export { fromStream } from "./host/stream-content.js";
export { streamedImage } from "./host/streamed-image.js";
export { validateImageFile, validateImageStream } from "./host/validate-file.js";
export type { WriteImageOptions } from "./host/write-image-file.js";
export { writeImageFile } from "./host/write-image-file.js";
export type { ZisofsOptions } from "./host/zisofs-options.js";
export * from "./index.js";
export type {
  PatchImageOptions,
  PatchRange,
  PatchReport,
  PatchSource,
  RevertPatchOptions,
  RevertReport,
} from "./patch-job.js";
export { patchImage, revertPatch, undoPathOf } from "./patch-job.js";
export type { RebuildOptions, RebuiltImage } from "./rebuild-job.js";
export { rebuildImage } from "./rebuild-job.js";
export type { AppendOptions, SessionReport, SessionWriting } from "./session-job.js";
export type { FilmPreset, SourceLike, SourceOptions, SourcePlace, TreeChanges } from "./tree-changes.js";
export { applyFilmPreset } from "./tree-changes.js";
export type { UpdateOptions, UpdateReport } from "./update-job.js";
export { updateTo } from "./update-job.js";
