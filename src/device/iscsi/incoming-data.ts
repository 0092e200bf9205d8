import type { DataOutPdu } from "./data-pdus.js";
import type { SessionParameters } from "./negotiation.js";
import { joinPieces, noTag } from "./pdu.js";
import { ProtocolFault } from "./protocol-fault.js";

/** What is asked for with one R2T. */
export interface DataRequest {
  readonly targetTransferTag: number;
  readonly r2tSn: number;
  readonly bufferOffset: number;
  readonly desiredDataTransferLength: number;
}

/**
 * The data of one command on their way in: some with the command, some unasked, the rest asked for, always in order.
 * RFC 7143 4.2.5.2 and 11.7.
 */
export class IncomingData {
  readonly expectedBytes: number;
  readonly #parameters: SessionParameters;
  readonly #pieces: Uint8Array[] = [];
  #receivedBytes = 0;
  /** Whether more comes unasked. */
  #isUnsolicited: boolean;
  #burst: { readonly tag: number; readonly end: number } | undefined;
  #nextDataSn = 0;
  #requests = 0;

  /**
   * @param immediate What came with the command.
   * @param final Whether nothing more comes unasked.
   * @throws {@link ProtocolFault} for what was not agreed upon.
   */
  constructor(expectedBytes: number, parameters: SessionParameters, immediate: Uint8Array, final: boolean) {
    this.expectedBytes = expectedBytes;
    this.#parameters = parameters;
    if (immediate.length > 0 && !parameters.immediateData)
      throw new ProtocolFault("immediate data, which were excluded");
    if (!final && parameters.initialR2t) throw new ProtocolFault("unsolicited data, which were excluded");
    this.#isUnsolicited = !final;
    this.#append(immediate, Math.min(expectedBytes, parameters.firstBurstLength));
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** How many requests were sent. */
  get requests(): number {
    return this.#requests;
  }

  /** Whether nothing comes any more unless it is asked for. */
  get isQuiet(): boolean {
    return !this.#isUnsolicited && this.#burst === undefined;
  }

  get isComplete(): boolean {
    return this.isQuiet && this.#receivedBytes === this.expectedBytes;
  }

  /** Asks for the next piece. */
  request(targetTransferTag: number): DataRequest {
    const left = this.expectedBytes - this.#receivedBytes;
    const desiredDataTransferLength = Math.min(left, this.#parameters.maxBurstLength);
    this.#burst = { tag: targetTransferTag, end: this.#receivedBytes + desiredDataTransferLength };
    this.#nextDataSn = 0;
    const r2tSn = this.#requests++;
    return { targetTransferTag, r2tSn, bufferOffset: this.#receivedBytes, desiredDataTransferLength };
  }

  /**
   * Takes a piece.
   *
   * @throws {@link ProtocolFault} for one that was not asked for, or is not the next one.
   */
  take(pdu: DataOutPdu, data: Uint8Array): void {
    const isUnsolicited = pdu.targetTransferTag === noTag;
    if (isUnsolicited ? !this.#isUnsolicited : pdu.targetTransferTag !== this.#burst?.tag) {
      throw new ProtocolFault("data that were not asked for");
    }
    if (pdu.dataSn !== this.#nextDataSn || pdu.bufferOffset !== this.#receivedBytes) {
      throw new ProtocolFault(`data for byte ${pdu.bufferOffset}, expected for ${this.#receivedBytes}`);
    }
    this.#nextDataSn++;
    const limit = isUnsolicited ? Math.min(this.expectedBytes, this.#parameters.firstBurstLength) : this.#burst!.end;
    this.#append(data, limit);
    if (!pdu.final) return;
    if (!isUnsolicited && this.#receivedBytes < limit) throw new ProtocolFault("less data than were asked for");
    this.#isUnsolicited = false;
    this.#burst = undefined;
  }

  /** Everything, as one. */
  bytes(): Uint8Array {
    return joinPieces(this.#pieces);
  }

  #append(data: Uint8Array, limit: number): void {
    if (this.#receivedBytes + data.length > limit) throw new ProtocolFault("more data than was agreed upon");
    if (data.length > 0) this.#pieces.push(data);
    this.#receivedBytes += data.length;
  }
}
