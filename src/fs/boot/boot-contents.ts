/** Contents that hold addresses of an image, and so are final only once every block has its place. */
import { DiscError } from "../../errors.js";
import type { BootCatalog } from "../eltorito/boot-catalog.js";
import { encodeBootCatalog } from "../eltorito/boot-catalog.js";
import { withBootInfoTable, withGrub2BootInfo } from "../eltorito/boot-info-table.js";
import type { Content } from "../tree/content.js";

/** A content of known length whose bytes follow from where things lie. */
abstract class PlacedContent implements Content {
  readonly repeatable = true;
  abstract readonly bytes: number;
  abstract readonly label: string;
  #final: Uint8Array | undefined;

  protected finish(bytes: Uint8Array): void {
    this.#final = bytes;
  }

  async read(offset: number, into: Uint8Array): Promise<void> {
    if (this.#final === undefined) throw new TypeError(`${this.label} has no place yet`);
    into.set(this.#final.subarray(offset, offset + into.length));
  }
}

/** The boot catalog. El Torito 1.0, 2.0. */
export class BootCatalogContent extends PlacedContent {
  readonly label = "boot catalog";
  readonly bytes: number;

  /** @param draft The catalog with any addresses, which have no part in its length. */
  constructor(draft: BootCatalog) {
    super();
    this.bytes = encodeBootCatalog(draft).length;
  }

  place(catalog: BootCatalog): void {
    this.finish(encodeBootCatalog(catalog));
  }
}

/** What is written into a boot image. */
export interface BootImagePatches {
  readonly infoTable: boolean;
  readonly grub2BootInfo: boolean;
}

/** Bytes of the largest image that is patched: it is kept in memory. */
const maximumPatchedBytes = 64 * 1024 * 1024;

/** A boot image that is told where it lies. */
export class PatchedBootImage extends PlacedContent {
  readonly label: string;
  readonly #image: Uint8Array;
  readonly #patches: BootImagePatches;

  /** @param image All of it. */
  constructor(image: Uint8Array, label: string, patches: BootImagePatches) {
    super();
    this.#image = image;
    this.label = label;
    this.#patches = patches;
  }

  get bytes(): number {
    return this.#image.length;
  }

  place(imageLba: number, primaryLba: number): void {
    const { infoTable, grub2BootInfo } = this.#patches;
    const located = grub2BootInfo ? withGrub2BootInfo(this.#image, imageLba) : this.#image;
    this.finish(infoTable ? withBootInfoTable(located, { primaryLba, imageLba }) : located);
  }
}

/**
 * Reads a boot image that is to be patched.
 *
 * @throws {@link DiscError} E_BOOT_IMAGE_INVALID for one that has no room for what is written into it, or is too large;
 *   what reading it raises.
 */
export async function patchedBootImage(
  content: Content,
  path: string,
  patches: BootImagePatches,
): Promise<PatchedBootImage> {
  const refuse = (rule: string): never => {
    throw new DiscError("E_BOOT_IMAGE_INVALID", `boot image "${path}": ${rule}`, { path, rule });
  };
  if (content.bytes > maximumPatchedBytes)
    refuse(`one with a boot information table has up to ${maximumPatchedBytes} bytes`);
  const image = new Uint8Array(content.bytes);
  await content.read(0, image);
  const patched = new PatchedBootImage(image, content.label, patches);
  try {
    patched.place(0, 0);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refuse(error.message);
  }
  return patched;
}
