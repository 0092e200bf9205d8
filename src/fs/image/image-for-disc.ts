import { DiscError } from "../../errors.js";
import type { ImportSource } from "../../medium/import-source.js";
import type { DiscIdentity } from "../../medium/session.js";
import type { TaskOptions } from "../../medium/session-data.js";
import { chooseMultisession } from "../../multisession/choose.js";
import type { MultisessionInterface } from "../../multisession/interfaces.js";
import { blockBytes } from "../../units.js";
import type { Plan } from "../layout/plan.js";
import type { FileSystemName } from "../tree/disc-entry.js";
import type { UdfRevision } from "../udf/revision.js";
import { ImageSettings } from "./image-settings.js";
import { richestOf } from "./import.js";
import type { ImageSource } from "./open-image.js";
import { readSessions } from "./open-image.js";
import type { ImageSession } from "./sessions.js";
import { usualRevisionOf } from "./udf-session.js";

/** Blocks that BD writes as one. MMC-6 4.4. */
const bdWriteUnit = 32;

/** The last session that an import would take. */
async function lastSession(source: ImageSource, { signal }: TaskOptions): Promise<ImageSession | undefined> {
  const sessions = await readSessions(source, { signal });
  return sessions.findLast(({ state, fileSystems }) => state === "complete" && fileSystems.length > 0);
}

/** What an image knows of the disc that it is made for: where its session goes, how much room there is, what is there. */
export abstract class ImageForDisc extends ImageSettings {
  #multisessionInterfaces: readonly MultisessionInterface[] = [];
  /** How the disc takes the session; `undefined` without a disc. */
  protected chosen: MultisessionInterface | undefined;
  /** What the disc was when it was chosen: a result made for it must not be written to another. */
  protected identity: DiscIdentity | null = null;

  /** How the disc takes the session, as a recorder's `multisessionInterfaces()` gave it. */
  get multisessionInterfaces(): readonly MultisessionInterface[] {
    return this.#multisessionInterfaces;
  }

  /** @throws {@link DiscError} E_MULTISESSION_UNUSABLE, E_IMAGE_IN_USE. */
  set multisessionInterfaces(offered: readonly MultisessionInterface[]) {
    this.refuseWhileInUse("multisessionInterfaces");
    this.chosen = offered.length === 0 ? undefined : chooseMultisession(offered);
    this.identity = this.chosen?.importRecorder.identity ?? null;
    this.#multisessionInterfaces = offered;
  }

  /**
   * Address of the session's first block: the next writable address of the disc, or what was set, or 0. On media that can
   * be overwritten it depends on what is there already, and so only the result tells.
   */
  get sessionStartBlock(): number {
    return this.chosen?.type === "sequential" ? this.chosen.nextWritableAddress : (this.options.sessionStartBlock ?? 0);
  }

  /** @throws {@link DiscError} E_OPTION_INVALID where a disc says it; E_IMAGE_IN_USE. */
  set sessionStartBlock(sessionStartBlock: number) {
    if (this.chosen !== undefined) {
      const detail = {
        option: "sessionStartBlock",
        value: sessionStartBlock,
        allowed: "none beside multisessionInterfaces",
      };
      throw new DiscError("E_OPTION_INVALID", "the disc says where its next session starts", detail);
    }
    this.setOptions({ sessionStartBlock });
  }

  /** Blocks the image may have; 0 for no limit. What is free on the disc, unless it is set; no limit without a disc. */
  get freeMediaBlocks(): number {
    const chosen = this.chosen;
    const free = chosen?.type === "randomWrite" ? chosen.totalSectorsOnMedia : chosen?.freeSectorsOnMedia;
    return this.options.freeMediaBlocks ?? free ?? 0;
  }

  set freeMediaBlocks(freeMediaBlocks: number) {
    this.setOptions({ freeMediaBlocks });
  }

  protected get usualUdfRevision(): UdfRevision {
    const medium = this.chosen !== undefined && this.chosen.writeUnitSize >= bdWriteUnit ? "2.50" : "1.02";
    return usualRevisionOf(this.options, medium);
  }

  /** @throws {@link DiscError} E_MULTISESSION_NOT_SET. */
  protected chosenDisc(operation: string): MultisessionInterface {
    if (this.chosen !== undefined) return this.chosen;
    const message = `${operation}: multisessionInterfaces is not set, there is no disc to look at`;
    throw new DiscError("E_MULTISESSION_NOT_SET", message, {});
  }

  /** The disc to import from. */
  protected chosenToImport(): MultisessionInterface {
    const chosen = this.chosenDisc("importFileSystem");
    if (chosen.type === "sequential" && chosen.isFirstDataSession) {
      const reason = "it has no session with data";
      throw new DiscError("E_NOTHING_TO_IMPORT", `${chosen.importRecorder.name}: ${reason}`, { reason });
    }
    return chosen;
  }

  /** Whether it is still the disc that was chosen. @throws {@link DiscError} E_DISC_CHANGED. */
  protected sameDisc(source: ImportSource): ImportSource {
    if (source.identity.fingerprint !== this.identity?.fingerprint) {
      const message = `${source.name} is another disc, or in another state, than when it was chosen`;
      const detail = { what: "disc", expected: this.identity?.fingerprint ?? "", actual: source.identity.fingerprint };
      throw new DiscError("E_DISC_CHANGED", message, detail);
    }
    return source;
  }

  /** What tells the disc with its sessions from others. @throws {@link DiscError} E_MULTISESSION_NOT_SET. */
  calculateDiscIdentifier(): string {
    return this.chosenDisc("calculateDiscIdentifier").importRecorder.identity.fingerprint;
  }

  /**
   * The file systems of the disc's last whole session; none where nothing can be read.
   *
   * @param source Left out, the disc of `multisessionInterfaces`.
   * @throws {@link DiscError} E_MULTISESSION_NOT_SET, E_READ_FAILED, E_CANCELLED.
   */
  async identifyFileSystemsOnDisc(source?: ImageSource, options: TaskOptions = {}): Promise<readonly FileSystemName[]> {
    const disc = source ?? this.chosenDisc("identifyFileSystemsOnDisc").importRecorder;
    return (await lastSession(disc, options))?.fileSystems ?? [];
  }

  /**
   * Of the file systems that were found, the one whose names and attributes an import takes first.
   *
   * @throws {@link DiscError} E_OPTION_INVALID for none.
   */
  getDefaultFileSystemForImport(found: readonly FileSystemName[]): FileSystemName {
    return richestOf(found);
  }

  /**
   * Whether a session can be added to the disc that goes on with that file system of the last one.
   *
   * @throws {@link DiscError} E_MULTISESSION_NOT_SET, E_READ_FAILED, E_CANCELLED.
   */
  async probeSpecificFileSystem(fileSystem: FileSystemName, options: TaskOptions = {}): Promise<boolean> {
    const { importRecorder } = this.chosenDisc("probeSpecificFileSystem");
    const last = await lastSession(importRecorder, options);
    const isThere = last?.fileSystems.includes(fileSystem) === true;
    return isThere && (fileSystem !== "udf" || last?.udf?.blockBytes === blockBytes);
  }

  /** @throws {@link DiscError} E_DISC_FULL. */
  protected checkRoom({ firstBlock, blocks }: Plan): void {
    const chosen = this.chosen;
    if (chosen === undefined) return;
    const freeBlocks =
      chosen.type === "sequential" ? chosen.freeSectorsOnMedia : Math.max(0, chosen.totalSectorsOnMedia - firstBlock);
    if (blocks <= freeBlocks) return;
    const message = `session needs ${blocks} blocks, the disc has ${freeBlocks} free`;
    throw new DiscError("E_DISC_FULL", message, { blocks, freeBlocks });
  }
}
