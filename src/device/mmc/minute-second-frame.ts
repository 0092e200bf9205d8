/** Frames from minute 0 to block 0. MMC-6 "MSF to LBA translation". */
const framesBeforeBlock0 = 150;
const framesPerSecond = 75;
const framesPerMinute = 60 * framesPerSecond;
/** Minutes from 90 on mean the lead-in, before block 0. */
const leadInMinute = 90;
const framesOfAllMinutes = 450_000;

/**
 * The time of a block on a CD, in the low three bytes of a number: minute, second, frame.
 * MMC-6 "LBA to MSF translation".
 */
export function msfFromLba(block: number): number {
  const frames = block + framesBeforeBlock0 + (block < -framesBeforeBlock0 ? framesOfAllMinutes : 0);
  const minute = Math.floor(frames / framesPerMinute);
  const second = Math.floor(frames / framesPerSecond) % 60;
  return minute * 0x1_0000 + second * 0x100 + (frames % framesPerSecond);
}

/** The block at a time on a CD; the inverse of {@link msfFromLba}. */
export function lbaFromMsf(msf: number): number {
  const minute = Math.floor(msf / 0x1_0000) % 0x100;
  const second = Math.floor(msf / 0x100) % 0x100;
  const frames = minute * framesPerMinute + second * framesPerSecond + (msf % 0x100);
  return frames - framesBeforeBlock0 - (minute >= leadInMinute ? framesOfAllMinutes : 0);
}
