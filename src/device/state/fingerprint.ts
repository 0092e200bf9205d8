const offsetBases = [0x811c_9dc5, 0x1234_5678];
const prime = 0x0100_0193;

/** Digits that differ for different bytes, as a rule (two of FNV-1a). They tell discs apart; they protect from nobody. */
export function fingerprint(bytes: Uint8Array): string {
  return offsetBases
    .map((basis) => {
      let hash = basis;
      for (const octet of bytes) hash = Math.imul(hash ^ octet, prime);
      return (hash >>> 0).toString(16).padStart(8, "0");
    })
    .join("");
}
