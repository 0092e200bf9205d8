import { textFromBytes, writeTextBytes } from "../../codec/text.js";

/** A key with its value, as two sides tell each other. */
export type KeyValue = readonly [key: string, value: string];

/** The longest names and values that a side has to take. RFC 7143 6.1. */
const longestKey = 63;
const longestValue = 8192;

/**
 * Reads "key=value" pairs, each ended by a zero byte; the last one's may be missing. RFC 7143 6.1.
 *
 * @returns `undefined` for bytes that are no such pairs.
 */
export function readKeyValues(bytes: Uint8Array): KeyValue[] | undefined {
  const pairs: KeyValue[] = [];
  for (const text of textFromBytes(bytes, 0, bytes.length).split("\0")) {
    if (text === "") continue;
    const equals = text.indexOf("=");
    const key = text.slice(0, equals);
    const value = text.slice(equals + 1);
    // Keys are letters, digits and a few signs; vendors begin theirs with "X-" or "X#". RFC 7143 6.1.
    if (equals < 1 || !/^[A-Za-z0-9.\-+@_#/]+$/.test(key) || key.length > longestKey) return undefined;
    if (value.length > longestValue) return undefined;
    pairs.push([key, value]);
  }
  return pairs;
}

/** Writes such pairs. */
export function writeKeyValues(pairs: readonly KeyValue[]): Uint8Array {
  const text = pairs.map(([key, value]) => `${key}=${value}\0`).join("");
  const bytes = new Uint8Array(text.length);
  writeTextBytes(text, bytes, 0);
  return bytes;
}
