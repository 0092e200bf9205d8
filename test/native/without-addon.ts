/** What the package does where the native addon cannot be loaded: `node without-addon.js FOLDER`. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createDisc, listDrives, openRecorder } from "../../src/device.js";
import {
  birthTimeNs,
  copyFileRange,
  dataRanges,
  lackOfNativeFiles,
  readExtendedAttributes,
  removeExtendedAttribute,
  setExtendedAttribute,
} from "../../src/host/native-files.js";
import { appendTo, buildImage } from "../../src/node.js";

const folder = process.argv[2]!;
const path = join(folder, "file");
await writeFile(path, "content");
assert.match(lackOfNativeFiles() ?? "", /native addon/);
assert.equal(await readExtendedAttributes(path), undefined);
assert.equal(await birthTimeNs(path), undefined);
assert.equal(await dataRanges(path), undefined);
assert.equal(await setExtendedAttribute(path, { name: "user.a", value: new Uint8Array(1) }), false);
assert.equal(await removeExtendedAttribute(path, "user.a"), false);
assert.equal(await copyFileRange({ source: 0, sourceOffset: 0, target: 1, targetOffset: 0 }, 10), 0);

await assert.rejects(openRecorder("/dev/sr99"), {
  code: "E_NOT_SUPPORTED",
  message: /real drives: the native addon does not load: .*\/nowhere\/discsmith\.node/,
});
if (process.platform === "linux") assert.ok(Array.isArray(await listDrives()));
const disc = join(folder, "disc");
await createDisc(disc, { media: "dvd+r" });
await appendTo(disc, { sources: [path] });
await buildImage([path], { output: join(folder, "image.iso") });
process.stdout.write("works\n");
