/** How compressed contents are told of: what an entry of zisofs in a directory record says. */

/** What a ZF entry says of the contents of its file. libisofs, doc/zisofs_format.txt and doc/zisofs2_format.txt. */
export interface ZisofsForm {
  /** "Z2" is version 2 alone: Linux passes over it without a message. */
  readonly signature: "ZF" | "Z2";
  readonly version: 1 | 2;
  /** "pz" in version 1; "PZ", "XZ", "L4", "ZD" or "B2" in version 2. */
  readonly algorithm: string;
  /** Bytes before the block pointers. */
  readonly headerBytes: number;
  /** Binary logarithm of the bytes that are compressed together. */
  readonly blockSizeLog2: number;
  readonly uncompressedBytes: number;
}

/** Why contents cannot be read as what an entry says, and the member of {@link ZisofsForm} that says so. */
export interface ZisofsFault {
  readonly field: keyof ZisofsForm;
  readonly reason: string;
}

interface VersionRules {
  /** The one that is read and written: zlib. */
  readonly algorithm: string;
  readonly headerBytes: number;
  readonly pointerBytes: number;
  readonly smallestLog2: number;
  readonly largestLog2: number;
  readonly maximumBytes: number;
}

/** What the versions prescribe. Version 2 has blocks of up to 1 MiB as libisofs 1.5.4 writes them. */
export const zisofsVersions: Readonly<Record<1 | 2, VersionRules>> = {
  1: {
    algorithm: "pz",
    headerBytes: 16,
    pointerBytes: 4,
    smallestLog2: 15,
    largestLog2: 17,
    maximumBytes: 0xffff_ffff,
  },
  2: {
    algorithm: "PZ",
    headerBytes: 24,
    pointerBytes: 8,
    smallestLog2: 15,
    largestLog2: 20,
    maximumBytes: Number.MAX_SAFE_INTEGER,
  },
};

/** How many blocks are compressed. */
export function zisofsBlocks({ uncompressedBytes, blockSizeLog2 }: ZisofsForm): number {
  return Math.ceil(uncompressedBytes / 2 ** blockSizeLog2);
}

/** Bytes before the first compressed block: the header, a pointer to each block, and one to the end of the last. */
export function zisofsHeadBytes(form: ZisofsForm): number {
  return form.headerBytes + (zisofsBlocks(form) + 1) * zisofsVersions[form.version].pointerBytes;
}

/**
 * Why contents cannot be shown uncompressed; `undefined` for those that can, as far as their entry tells.
 *
 * @param storedBytes Bytes of the file as its directory record has them.
 */
export function zisofsFault(form: ZisofsForm, storedBytes: number): ZisofsFault | undefined {
  const rules = zisofsVersions[form.version];
  const { algorithm, headerBytes, blockSizeLog2 } = form;
  if (algorithm !== rules.algorithm) return { field: "algorithm", reason: `is "${algorithm}"` };
  if (headerBytes !== rules.headerBytes) {
    return { field: "headerBytes", reason: `is ${headerBytes}, expected ${rules.headerBytes}` };
  }
  if (blockSizeLog2 < rules.smallestLog2 || blockSizeLog2 > rules.largestLog2) {
    const allowed = `${rules.smallestLog2} to ${rules.largestLog2}`;
    return { field: "blockSizeLog2", reason: `is ${blockSizeLog2}, expected ${allowed}` };
  }
  const needed = zisofsHeadBytes(form);
  if (storedBytes >= needed) return undefined;
  const reason = `is ${form.uncompressedBytes}, for which header and pointers take ${needed} bytes of ${storedBytes}`;
  return { field: "uncompressedBytes", reason };
}
