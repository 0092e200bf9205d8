import { once } from "node:events";
import type { Writable } from "node:stream";
import { bytesFromName } from "../node.js";

/** Standard output was closed by whoever read it. */
export class OutputClosed extends Error {}

/** Bytes that are gathered before they are written. */
const gatheredBytes = 65_536;

/** Standard output: data alone goes there. */
export class Output {
  readonly #stream: Writable;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #closed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", () => {
      this.#closed = true;
    });
  }

  /** Writes bytes, and waits until there is room for more. @throws {@link OutputClosed}. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#closed || this.#stream.destroyed) throw new OutputClosed("standard output was closed");
    const failed = await new Promise<boolean>((done) => {
      this.#stream.write(bytes, (error) => done(error !== null && error !== undefined));
    });
    if (failed) {
      this.#closed = true;
      throw new OutputClosed("standard output was closed");
    }
  }

  /** Writes a line; text with bytes that are not UTF-8 (see `bytesFromName`) gets them back. */
  async line(text: string): Promise<void> {
    const bytes = bytesFromName(`${text}\n`);
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= gatheredBytes) await this.flush();
  }

  /** A value as JSON, in lines that people can read. */
  async json(value: unknown): Promise<void> {
    await this.line(JSON.stringify(value, null, 2));
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    if (this.#gathered.length === 0) return;
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.write(bytes);
    if (this.#stream.writableNeedDrain) await once(this.#stream, "drain");
  }
}
