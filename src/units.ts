/** Bytes of a logical block, and of a sector's user data on every medium this package writes. ECMA-119 6.1.2, 6.2.2. */
export const blockBytes = 2048;

/** How many whole blocks `bytes` bytes occupy. */
export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / blockBytes);
}

/** The smallest multiple of `unit` that is not below `value`. */
export function alignUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
