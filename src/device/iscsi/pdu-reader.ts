import { crc32c } from "../../codec/checksum.js";
import { readU32le } from "../../codec/integers.js";
import { rejectReasons } from "./notice-pdus.js";
import { headerBytes, paddedBytes } from "./pdu.js";
import { ProtocolFault } from "./protocol-fault.js";

/** A PDU as it came. */
export interface ReceivedPdu {
  /** The basic header segment: 48 bytes. */
  readonly header: Uint8Array;
  /** The additional header segments, which may be none. */
  readonly additionalHeaders: Uint8Array;
  /** The data segment, without padding. */
  readonly data: Uint8Array;
}

/** What the two sides agreed upon. */
export interface PduForm {
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
  /** The longest data segment that may come. */
  readonly maximumDataBytes: number;
}

const digestBytes = 4;

/**
 * Cuts what comes in into PDUs. Holds no more than one PDU and the piece behind it, whatever lengths the other side
 * announces.
 */
export class PduReader {
  readonly #input: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /**
   * The next PDU; `undefined` where the connection ended.
   *
   * @throws {@link ProtocolFault} for one that is too long, and for wrong digests.
   */
  async next(form: PduForm): Promise<ReceivedPdu | undefined> {
    const header = await this.#take(headerBytes);
    if (header === undefined) return undefined;
    const dataBytes = header[5]! * 0x1_0000 + header[6]! * 0x100 + header[7]!;
    if (dataBytes > form.maximumDataBytes) {
      throw new ProtocolFault(`a data segment of ${dataBytes} bytes, ${form.maximumDataBytes} are allowed`, header);
    }
    const additionalHeaders = await this.#take(header[4]! * 4);
    if (additionalHeaders === undefined) return undefined;
    if (form.headerDigest && !(await this.#hasDigest(header, additionalHeaders))) {
      throw new ProtocolFault("a header digest that does not match", undefined);
    }
    const padded = await this.#take(paddedBytes(dataBytes));
    if (padded === undefined) return undefined;
    if (form.dataDigest && dataBytes > 0 && !(await this.#hasDigest(padded))) {
      throw new ProtocolFault("a data digest that does not match", header, rejectReasons.dataDigestError);
    }
    return { header, additionalHeaders, data: padded.subarray(0, dataBytes) };
  }

  /** Lets the input go. */
  async close(): Promise<void> {
    await this.#input.return?.();
  }

  /** Whether a digest follows that is the one of these pieces. It comes as the CRC's bytes, the lowest first. */
  async #hasDigest(...pieces: readonly Uint8Array[]): Promise<boolean> {
    const digest = await this.#take(digestBytes);
    return digest !== undefined && readU32le(digest, 0) === crc32c(...pieces);
  }

  /** That many bytes; `undefined` where the input ends before. */
  async #take(bytes: number): Promise<Uint8Array | undefined> {
    while (this.#piece.length === 0 && bytes > 0) if (!(await this.#more())) return undefined;
    if (this.#piece.length >= bytes) {
      const taken = this.#piece.subarray(0, bytes);
      this.#piece = this.#piece.subarray(bytes);
      return taken;
    }
    const target = new Uint8Array(bytes);
    for (let done = 0; done < bytes; ) {
      if (this.#piece.length === 0 && !(await this.#more())) return undefined;
      const part = this.#piece.subarray(0, bytes - done);
      target.set(part, done);
      done += part.length;
      this.#piece = this.#piece.subarray(part.length);
    }
    return target;
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#input.next();
    if (done === true) return false;
    this.#piece = value;
    return true;
  }
}
