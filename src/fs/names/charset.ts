/**
 * A character set that names are recorded in. The core knows UTF-8 alone (see name-bytes.ts); others are implemented by
 * `host`.
 */
export interface Charset {
  /** As people know it: "shift_jis". */
  readonly name: string;
  decode(bytes: Uint8Array): string;
  /** `undefined` for text with characters that the set lacks. */
  encode(text: string): Uint8Array | undefined;
}
