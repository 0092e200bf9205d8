import { once } from "node:events";
import type { Writable } from "node:stream";
import { bytesFromName, DiscError } from "../node.js";

/** Standard output was closed by whoever read it. */
export class OutputClosed extends Error {}

/** Bytes that are gathered before they are written. */
const gatheredBytes = 65_536;

/** Standard output: data alone goes there. */
export class Output {
  readonly #stream: Writable;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #failure: NodeJS.ErrnoException | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error) => {
      this.#failure ??= error;
    });
  }

  /**
   * Writes bytes, and waits until there is room for more.
   *
   * @throws {@link OutputClosed} where whoever read it has gone; {@link DiscError} E_HOST where it cannot be written.
   */
  async write(bytes: Uint8Array): Promise<void> {
    this.#throwFailure();
    await new Promise<void>((done) => {
      this.#stream.write(bytes, (error) => {
        if (error !== null && error !== undefined) this.#failure ??= error;
        done();
      });
    });
    this.#throwFailure();
  }

  #throwFailure(): void {
    const failure = this.#failure;
    if (failure === undefined && !this.#stream.destroyed) return;
    const errno = failure?.code ?? "ERR_STREAM_DESTROYED";
    if (errno === "EPIPE" || errno === "ERR_STREAM_DESTROYED") throw new OutputClosed("standard output was closed");
    const detail = { path: "-", operation: "write", errno };
    throw new DiscError("E_HOST", `standard output cannot be written: ${errno}`, detail, { cause: failure });
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
