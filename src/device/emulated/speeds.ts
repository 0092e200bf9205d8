import { fullSpeed } from "../mmc/set-cd-speed.js";
import type { MediaFamily } from "./media.js";

/** Speeds at which the emulated drive writes, in 1,000 bytes a second, the fastest first. */
const speedsOf: Readonly<Record<MediaFamily, readonly number[]>> = {
  // 48, 24, 8 and 4 times 176.4.
  cd: [8_467, 4_234, 1_411, 706],
  // 16, 8, 4 and 2 times 1,385.
  "dvd-r": [22_160, 11_080, 5_540, 2_770],
  "dvd+r": [22_160, 11_080, 5_540, 3_324],
  "dvd+rw": [11_080, 5_540, 3_324],
  "dvd-ram": [6_925, 4_155, 2_770],
  // 6, 4 and 2 times 4,495.5.
  "bd-r": [26_973, 17_982, 8_991],
  "bd-re": [8_991],
};

/** The speeds of a family; without a medium, those of CD, as drives do. */
export function writeSpeedsOf(family: MediaFamily | undefined): readonly number[] {
  return speedsOf[family ?? "cd"];
}

/** The speed that comes of a wish: the fastest that isn't faster, or the slowest there is. */
export function nearestSpeed(speeds: readonly number[], wanted: number): number {
  const fastest = speeds[0]!;
  if (wanted === fullSpeed) return fastest;
  return speeds.find((speed) => speed <= wanted) ?? speeds.at(-1)!;
}
