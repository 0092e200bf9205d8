/** What all checks of one UDF volume share. */
import { throwIfCancelled } from "../../errors.js";
import { isReadFailure, lbaOfAddress, type VolumeBytes } from "../udf/volume-bytes.js";
import type { UdfReporter } from "./udf-report.js";

/** A time as a timestamp has it. */
export interface CheckedTime {
  /** Milliseconds since 1970, in the zone of the reader where it has none. */
  readonly ms: number;
  readonly hasZone: boolean;
}

/** What is known of a volume from the start. */
export interface UdfCheckingOptions {
  readonly bytes: VolumeBytes;
  /** Bytes of a block of the volume. */
  readonly blockBytes: number;
  /** First block of the session, and its last recorded one, in blocks of the volume. */
  readonly first: number;
  readonly last: number;
  readonly report: UdfReporter;
  readonly signal: AbortSignal | undefined;
}

/** What checks share. What is known of a volume later is added on the way. */
export class UdfChecking {
  readonly bytes: VolumeBytes;
  readonly blockBytes: number;
  readonly first: number;
  readonly last: number;
  readonly report: UdfReporter;
  readonly signal: AbortSignal | undefined;
  /** Binary coded: 0x0102 is 1.02. */
  revision = 0x0102;
  /** Of the first descriptor that was seen. */
  tagSerialNumber: number | undefined;
  /** When the volume was last modified: no time in it is later. */
  lastModified: CheckedTime | undefined;

  constructor({ bytes, blockBytes, first, last, report, signal }: UdfCheckingOptions) {
    this.bytes = bytes;
    this.blockBytes = blockBytes;
    this.first = first;
    this.last = last;
    this.report = report;
    this.signal = signal;
  }

  /** Whether the volume is one of the third edition: of NSR03. */
  get isThirdEdition(): boolean {
    return this.revision >= 0x0200;
  }

  /** The byte of the medium at which a block of the volume starts. */
  addressOf(block: number): number {
    return block * this.blockBytes;
  }

  /** Reads bytes; `undefined`, and a finding, where that is not possible. */
  async read(address: number, length: number, what: string, path?: string): Promise<Uint8Array | undefined> {
    try {
      return await this.bytes.read(address, length, this.signal);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      this.throwIfCancelled();
      this.report("UDF_UNREADABLE", { address, path }, `${what}: ${error.message}`);
      return undefined;
    }
  }

  /** Reads a block of the volume; `undefined` where that is not possible, which is no finding. */
  async tryBlock(block: number): Promise<Uint8Array | undefined> {
    const address = this.addressOf(block);
    if (block < 0 || address + this.blockBytes > this.bytes.bytes) return undefined;
    try {
      return await this.bytes.read(address, this.blockBytes, this.signal);
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      this.throwIfCancelled();
      return undefined;
    }
  }

  /** Does what may fail because of what is on the medium. */
  async attempt<T>(work: () => Promise<T>, onFailure: (reason: string) => void): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!isReadFailure(error)) throw error;
      this.throwIfCancelled();
      onFailure(error.message);
      return undefined;
    }
  }

  throwIfCancelled(): void {
    throwIfCancelled(this.signal, "verifying UDF");
  }
}

/** Whether all bytes of a range are 0. */
export function isZero(source: Uint8Array, at: number, end: number): boolean {
  for (let index = at; index < end; index++) if (source[index] !== 0) return false;
  return true;
}

/** A block of the medium, for messages. */
export function lbaText(address: number): string {
  return `block ${lbaOfAddress(address)}`;
}
