/** One connection with an initiator: bytes in order, both ways. Node's is in `host`, tests have one without a network. */
export interface ByteConnection {
  /** Where the initiator reached the target: "127.0.0.1:3260". */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** The bytes as they come. Ends where the other side closes, and where the connection breaks. */
  readonly input: AsyncIterable<Uint8Array>;
  /**
   * Sends pieces one behind the other.
   *
   * @returns When there is room for more. Never fails: that a connection broke is seen where its input ends.
   */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** Ends the connection; what was written before is still sent, as long as the other side takes it. */
  close(): void;
}

/** A place where connections come in. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Lets no further connection in; those that are there go on. */
  close(): Promise<void>;
}

/**
 * Listens at an address of the host.
 *
 * @param port 0 for any that is free.
 * @throws {@link DiscError} E_HOST where the address cannot be had.
 */
export type Listen = (
  host: string,
  port: number,
  onConnection: (connection: ByteConnection) => void,
) => Promise<Listener>;
