import { usageError } from "./usage.js";

/**
 * Permission bits in octal digits: "0755".
 *
 * @param option As it is spelled: "--file-mode".
 * @throws {@link DiscError} E_USAGE.
 */
export function octalMode(option: string, text: string): number {
  const value = /^[0-7]{1,5}$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
  if (value <= 0o7777) return value;
  throw usageError(`${option} is "${text}", expected a mode in octal digits, such as 0755`);
}
