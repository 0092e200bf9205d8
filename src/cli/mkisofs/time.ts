/** Times as xorriso and oscdimg take them. */
import { usageError } from "../usage.js";

/**
 * Milliseconds since 1970 of "YYYYMMDDhhmmsscc" in zone 0, of "=" with seconds since 1970, or of what is a date to
 * JavaScript, such as "Nov 8 14:51:13 CET 2007" without its zone.
 *
 * @throws {@link DiscError} E_USAGE.
 */
export function timeOf(option: string, text: string): number {
  const digits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (digits !== null) {
    const [year, month, day, hour, minute, second, centisecond] = digits.slice(1).map(Number) as number[];
    const ms = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!, centisecond! * 10);
    // A 32nd of a month would be taken for the next one's first.
    const isReal = new Date(ms).toISOString().replaceAll(/\D/g, "").slice(0, 14) === text.slice(0, 14);
    if (isReal) return ms;
  } else if (/^=\d+$/.test(text)) {
    return Number(text.slice(1)) * 1000;
  } else if (!Number.isNaN(Date.parse(text)) && /\d{4}/.test(text)) {
    return Date.parse(text);
  }
  throw usageError(`-${option} is "${text}", expected a time as YYYYMMDDhhmmsscc: 2026030411223300`);
}
