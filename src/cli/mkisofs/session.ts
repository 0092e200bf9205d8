/** The session that an image continues: mkisofs -C and -M. */
import type { FileSystemImage, ImportSource, MultisessionSequential } from "../../node.js";
import { MemorySource } from "../../node.js";
import type { CommandContext } from "../command.js";
import { taskOptions } from "../command.js";
import { openDisc, requireRecorded } from "../opened-disc.js";
import { usageError } from "../usage.js";
import type { MkisofsRequest } from "./request.js";

/** Addresses are numbers of 32 bits. ECMA-119 7.3.3. */
const lastAddress = 0xffff_ffff;

/** A disc that a session at `next` goes to, read from a source with a session at `previous`. */
function interfaceOf(
  source: Pick<ImportSource, "name" | "blocks" | "read">,
  previous: number,
  next: number,
  isFirst: boolean,
): MultisessionSequential {
  const session = { number: 1, startLba: previous, blocks: next - previous, state: "complete", data: true } as const;
  const importRecorder: ImportSource = {
    name: source.name,
    blocks: source.blocks,
    read: (lba, count, into, signal) => source.read(lba, count, into, signal),
    sessions: isFirst ? [] : [session],
    identity: { fingerprint: `${source.name}@${previous},${next}`, nextWritableAddress: next },
  };
  return {
    type: "sequential",
    isSupportedOnCurrentMediaState: true,
    inUse: true,
    importRecorder,
    isFirstDataSession: isFirst,
    startAddressOfPreviousSession: isFirst ? -1 : previous,
    lastWrittenAddressOfPreviousSession: isFirst ? -1 : next - 1,
    nextWritableAddress: next,
    freeSectorsOnMedia: lastAddress - next,
    writeUnitSize: 1,
  };
}

/**
 * Tells an image where its session starts, and takes into it the tree of the one that it continues. What is returned
 * has to stay open until the image is written.
 *
 * @throws {@link DiscError} E_USAGE, and as `openDisc` and `FileSystemImage.importFileSystem`.
 */
export async function continueSession(
  image: FileSystemImage,
  { session, previousImage }: MkisofsRequest,
  context: CommandContext,
): Promise<AsyncDisposable> {
  const nothing: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} };
  if (session === undefined) return nothing;
  const { previous, next } = session;
  if (previousImage === undefined) {
    const none = { name: "-C", blocks: 0, read: new MemorySource(new Uint8Array(0)).read };
    image.multisessionInterfaces = [interfaceOf(none, previous, next, true)];
    return nothing;
  }
  if (next <= previous) throw usageError(`-C is "${previous},${next}": the next session lies behind the last one`);
  const disc = await openDisc(previousImage, context);
  try {
    requireRecorded(disc);
    const { source } = disc;
    image.multisessionInterfaces = [
      interfaceOf(
        { ...source, name: previousImage, blocks: source.blocks, read: (...asked) => source.read(...asked) },
        previous,
        next,
        false,
      ),
    ];
    const { signal, onProgress } = taskOptions(context);
    await image.importFileSystem({ signal, onProgress });
    return disc;
  } catch (error) {
    await disc[Symbol.asyncDispose]();
    throw error;
  }
}
