/** What the host that is killed writes, known to the test that looks at the disc afterwards. */

export const unitBlocks = 32;
/** Blocks of the discs that are used. */
export const capacityBlocks = 60_000;

/** Whether a medium is written from its begin on, without leaving anything out. */
function grows(media: string): boolean {
  return media === "dvd-rw";
}

/** Where a step writes: here and there; or at the end, and every third time over what is there. */
export function addressOf(media: string, step: number): number {
  const scattered = (step * 7_919) % 300;
  if (!grows(media)) return scattered * unitBlocks;
  const unit = step - Math.floor((step + 1) / 3);
  return (step % 3 === 2 ? scattered % Math.max(1, unit) : unit) * unitBlocks;
}

/** The byte that a step fills its blocks with. */
export function octetOf(step: number): number {
  return (step % 250) + 1;
}
