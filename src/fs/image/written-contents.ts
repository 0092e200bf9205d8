/** What is written for the contents of a tree. */
import type { WarningListener } from "../../errors.js";
import { DiscError } from "../../errors.js";
import type { BootPlan } from "../boot/boot-plan.js";
import type { Catalog, ContentChanges } from "../layout/catalog.js";
import type { Content } from "../tree/content.js";
import type { ImageOptions } from "./options.js";
import { isWritten } from "./options.js";

/** The contents that firmware and boot loaders find by their blocks: they know nothing of compression. */
function bootedContents(boot: BootPlan | undefined): ReadonlySet<Content> {
  const { images = [], partitions = [] } = boot ?? {};
  const booted = [...images, ...partitions].map(({ content }) => content);
  return new Set(booted.filter((content) => content !== undefined));
}

/**
 * Whether compressed contents can be told from others: by Rock Ridge, which has an entry for them, but not where the
 * same files are in UDF, which has nothing of the kind.
 */
export function canTellCompressed(options: ImageOptions): boolean {
  return isWritten(options, "rockridge") && !isWritten(options, "udf");
}

/**
 * What is written in the place of contents of a tree.
 *
 * @param compressed Contents, with the compressed forms in which they are to be written where that can be told.
 */
export function contentChanges(
  options: ImageOptions,
  boot: BootPlan | undefined,
  compressed: ReadonlyMap<Content, Content>,
): ContentChanges {
  const { replaced = new Map<Content, Content>(), hidden = [] } = boot ?? {};
  const booted = bootedContents(boot);
  const canTell = canTellCompressed(options);
  const isPlain = (content: Content): boolean => !canTell || booted.has(content);
  return {
    replaced,
    hidden,
    compressed: (content) => (isPlain(content) ? undefined : (compressed.get(content) ?? content.stored)),
  };
}

/** Who reads files that this session writes compressed, and does not see that they are. */
function unawareReaders(options: ImageOptions, boot: BootPlan | undefined): string[] {
  const readers: string[] = [];
  if (isWritten(options, "joliet")) readers.push("programs that read Joliet, as Windows does");
  if (boot !== undefined) readers.push("boot loaders, which read kernels and configurations from the tree");
  return readers;
}

/** Reports readers that show files compressed which this session writes so. */
export function reportCompressed(
  { contents }: Catalog,
  options: ImageOptions,
  boot: BootPlan | undefined,
  isPinned: (content: Content) => boolean,
  onWarning: WarningListener,
): void {
  const files = contents.filter((content) => content.zisofs !== undefined && !isPinned(content)).length;
  if (files === 0) return;
  for (const readers of unawareReaders(options, boot)) {
    const message = `${files} files are compressed by zisofs, and stay so for ${readers}`;
    onWarning(new DiscError("W_CONTENTS_COMPRESSED", message, { files, readers }));
  }
}
