/** The package under Node: the core, and what the host gives it. */

export type { DirectorySourceOptions } from "./host/directory-source.js";
export { fromDirectory, fromPath } from "./host/directory-source.js";
export { imageStream } from "./host/image-stream.js";
export { nodeFileAccess } from "./host/node-file-access.js";
export { fromFile } from "./host/path-content.js";
export { fromStream } from "./host/stream-content.js";
export type { WriteImageOptions } from "./host/write-image-file.js";
export { writeImageFile } from "./host/write-image-file.js";
export * from "./index.js";
