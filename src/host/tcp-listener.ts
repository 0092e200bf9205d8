import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { createServer } from "node:net";
import type { ByteConnection, Listener } from "../device/iscsi/byte-connection.js";
import { hostError } from "./host-error.js";

/** How long the other side of a connection that was closed may take to close it, too. */
const farewellMs = 2_000;

function addressOf(host: string | undefined, port: number | undefined): string {
  // Addresses of IPv4 in those of IPv6, as hosts that listen for both have them.
  const plain = (host ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  return plain.includes(":") ? `[${plain}]:${port ?? 0}` : `${plain}:${port ?? 0}`;
}

/** The bytes of a socket. Ends where the other side does; a connection that breaks has just ended, too. */
async function* bytesOf(socket: Socket): AsyncGenerator<Uint8Array> {
  let isEnded = socket.destroyed;
  let wake = (): void => {};
  const onReadable = (): void => wake();
  const onEnd = (): void => {
    isEnded = true;
    wake();
  };
  socket.on("readable", onReadable);
  for (const event of ["end", "close", "error"]) socket.on(event, onEnd);
  try {
    for (;;) {
      const bytes = socket.read() as Buffer | null;
      if (bytes !== null) {
        // Slices of Node's buffers are no copies, which nobody here expects.
        yield new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
      } else if (isEnded) {
        return;
      } else {
        await new Promise<void>((done) => {
          wake = done;
        });
      }
    }
  } finally {
    // What nobody reads is let go: a connection that is closed before it was read breaks, and with it what was sent.
    socket.off("readable", onReadable);
    socket.resume();
  }
}

class TcpConnection implements ByteConnection {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly input: AsyncIterable<Uint8Array>;
  readonly #socket: Socket;
  #drained: Promise<void> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.localAddress = addressOf(socket.localAddress, socket.localPort);
    this.remoteAddress = addressOf(socket.remoteAddress, socket.remotePort);
    socket.setNoDelay(true);
    // Whoever vanishes without a word is found out by the network's own signs of life.
    socket.setKeepAlive(true, 60_000);
    // What breaks is seen where the bytes end.
    socket.on("error", () => {});
    this.input = bytesOf(socket);
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
    if (!socket.writableNeedDrain) return;
    this.#drained ??= new Promise((done) => {
      const onEnd = (): void => {
        socket.off("drain", onEnd);
        socket.off("close", onEnd);
        this.#drained = undefined;
        done();
      };
      socket.on("drain", onEnd);
      socket.on("close", onEnd);
    });
    await this.#drained;
  }

  close(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    socket.end();
    const timer = setTimeout(() => socket.destroy(), farewellMs);
    socket.once("close", () => clearTimeout(timer));
  }
}

/**
 * Listens for TCP connections.
 *
 * @param port 0 for any that is free.
 * @throws {@link DiscError} E_HOST where the address cannot be had.
 */
export async function listenTcp(
  host: string,
  port: number,
  onConnection: (connection: ByteConnection) => void,
): Promise<Listener> {
  const server = createServer((socket) => onConnection(new TcpConnection(socket)));
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw hostError(`${host}:${port}`, "listen", error);
  }
  // A connection that could not be accepted is one that is not there.
  server.on("error", () => {});
  return { ...boundTo(server), close: () => closed(server) };
}

function boundTo(server: Server): { host: string; port: number } {
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a server that listens to no port");
  return { host: address.address, port: address.port };
}

/** Connections that are open keep a server from having ended; here it only has to let no more in. */
async function closed(server: Server): Promise<void> {
  server.close();
}
