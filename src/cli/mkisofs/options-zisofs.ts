/** Options of mkisofs about files that were compressed before, by mkzftree and the like. */
import type { MkisofsOption } from "./option-row.js";
import { acts } from "./option-row.js";

/** Files that are compressed already. */
export const zisofsOptions: readonly MkisofsOption[] = [
  acts(
    "-z, -transparent-compression",
    "both",
    "Files that mkzftree compressed are told of, so that Linux shows them uncompressed. With -R, and without -udf.",
    (request) => {
      if (request.zisofs.length === 0) request.zisofs = [1];
    },
  ),
  acts("-zisofs-version-2", "xorrisofs", "Likewise, also those of zisofs2, which Linux does not read.", (request) => {
    request.zisofs = [1, 2];
  }),
  acts("-zisofs2-susp-z2", "xorrisofs", "Files of zisofs2 get the entry Z2, which Linux passes over.", (request) => {
    request.zisofsSignature = "Z2";
  }),
  acts("-zisofs2-susp-zf", "xorrisofs", "Files of zisofs2 get the entry ZF: the default.", (request) => {
    request.zisofsSignature = "ZF";
  }),
];
