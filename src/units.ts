/** Bytes of a logical block, and of a sector's user data on every medium this package writes. ECMA-119 6.1.2, 6.2.2. */
export const blockBytes = 2048;

declare const lbaBrand: unique symbol;

/**
 * A logical block address counted from the start of the medium (the *volume*), in blocks of 2,048 bytes.
 * Branded, because mixing it with an address inside a partition is the classic error of this field.
 */
export type Lba = number & { readonly [lbaBrand]: true };

/** Marks a plain number as an address on the medium. */
export function lba(block: number): Lba {
  return block as Lba;
}

/** How many whole blocks `bytes` bytes occupy. */
export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / blockBytes);
}

/** The smallest multiple of `unit` that is not below `value`. */
export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
