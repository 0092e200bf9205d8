import { crc32c } from "../../codec/checksum.js";
import { writeU32le } from "../../codec/integers.js";
import type { StructCodec } from "../../codec/struct.js";
import type { ByteConnection } from "./byte-connection.js";
import type { CommandWindow } from "./command-window.js";
import type { ResponseHead, StatusNumbers } from "./pdu.js";
import { nextNumber, paddedBytes } from "./pdu.js";

/** The fields of an answer but for its numbers, which follow from when it is sent. */
export type AnswerFields<F> = Omit<F, keyof ResponseHead | keyof StatusNumbers>;

const nothing = new Uint8Array(0);
const padding = new Uint8Array(4);

/** Sends a target's PDUs on one connection, numbered in the order in which they are sent. RFC 7143 4.2.2.2. */
export class PduWriter {
  readonly #connection: ByteConnection;
  #window: CommandWindow;
  #statSn = 1;
  #digests = { header: false, data: false };
  #room: Promise<void> = Promise.resolve();

  constructor(connection: ByteConnection, window: CommandWindow) {
    this.#connection = connection;
    this.#window = window;
  }

  /** From here on, commands are those of this window. */
  follow(window: CommandWindow): void {
    this.#window = window;
  }

  /** From here on, PDUs have these digests. RFC 7143 13.1. */
  useDigests(header: boolean, data: boolean): void {
    this.#digests = { header, data };
  }

  /** When the connection takes more. */
  async room(): Promise<void> {
    await this.#room;
  }

  /** Sends a PDU that has a number of its own among the answers. */
  send<F extends ResponseHead & StatusNumbers>(
    codec: StructCodec<F>,
    fields: AnswerFields<F>,
    data: Uint8Array = nothing,
  ): void {
    this.#write(codec, fields, data, this.#statSn);
    this.#statSn = nextNumber(this.#statSn);
  }

  /** Sends a PDU that only tells the number of the next answer. */
  sendUnnumbered<F extends ResponseHead & StatusNumbers>(codec: StructCodec<F>, fields: AnswerFields<F>): void {
    this.#write(codec, fields, nothing, this.#statSn);
  }

  /** Sends a PDU of data without status, which has no such number. */
  sendData<F extends ResponseHead & StatusNumbers>(
    codec: StructCodec<F>,
    fields: AnswerFields<F>,
    data: Uint8Array,
  ): void {
    this.#write(codec, fields, data, 0);
  }

  #write<F extends ResponseHead & StatusNumbers>(
    codec: StructCodec<F>,
    fields: AnswerFields<F>,
    data: Uint8Array,
    statSn: number,
  ): void {
    const { expCmdSn, maxCmdSn } = this.#window;
    const numbers: ResponseHead & StatusNumbers = { dataSegmentLength: data.length, statSn, expCmdSn, maxCmdSn };
    const header = new Uint8Array(codec.size);
    codec.write({ ...fields, ...numbers } as unknown as F, header, 0);
    const pieces: Uint8Array[] = [header];
    if (this.#digests.header) pieces.push(digestOf(header));
    if (data.length > 0) {
      const pad = padding.subarray(0, paddedBytes(data.length) - data.length);
      pieces.push(data, pad);
      if (this.#digests.data) pieces.push(digestOf(data, pad));
    }
    this.#room = this.#connection.write(pieces);
  }
}

/** A digest as it is sent: the CRC's bytes, the lowest first. */
function digestOf(...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(4);
  writeU32le(crc32c(...pieces), bytes, 0);
  return bytes;
}
