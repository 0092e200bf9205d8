/** How the options would have files compressed. */
import type { ZisofsOptions } from "../node.js";
import type { CommandContext } from "./command.js";
import { fitsPattern } from "./source-options.js";
import { usageError } from "./usage.js";

const blockSizes: Readonly<Record<string, number>> = {
  "32K": 2 ** 15,
  "64K": 2 ** 16,
  "128K": 2 ** 17,
  "256K": 2 ** 18,
  "512K": 2 ** 19,
  "1M": 2 ** 20,
};

/** Names of --zisofs-block. */
export const zisofsBlockSizes: readonly string[] = Object.keys(blockSizes);

const versions = { "1": 1, "2": 2, auto: "auto" } as const;

/** How files are compressed; `undefined` where that is not asked for. @throws {@link DiscError} E_USAGE. */
export function zisofsOptionsOf({ options }: CommandContext): ZisofsOptions | undefined {
  const compress = options.has("zisofs");
  const isRecognised = options.has("zisofs-ready");
  const idle = ["block", "min", "version", "exclude"].find((name) => options.has(`zisofs-${name}`));
  if (!compress && idle !== undefined)
    throw usageError(`--zisofs-${idle} says how to compress, and --zisofs is missing`);
  if (!compress && !isRecognised) return undefined;
  const level = options.text("zisofs");
  const tests = options.texts("zisofs-exclude").map(fitsPattern);
  return {
    compress,
    level: level === undefined || level === "" ? undefined : Number(level),
    blockBytes: blockSizes[options.text("zisofs-block") ?? "32K"],
    minimumBytes: options.number("zisofs-min"),
    version: versions[(options.text("zisofs-version") ?? "1") as keyof typeof versions],
    recognise: isRecognised ? [1, 2] : undefined,
    exclude: (path) => tests.some((test) => test(path, path.slice(path.lastIndexOf("/") + 1))),
  };
}
