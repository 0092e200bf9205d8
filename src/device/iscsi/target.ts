import { DiscError } from "../../errors.js";
import type { Transport } from "../transport.js";
import type { ByteConnection, Listen, Listener } from "./byte-connection.js";
import type { ConnectionTarget } from "./connection.js";
import { serveConnection } from "./connection.js";
import { LogicalUnit } from "./logical-unit.js";
import type { LoggedIn } from "./login.js";
import type { Session } from "./session.js";
import { isTargetName, placeNumber, targetNameFor } from "./target-name.js";

/** What happens at a served drive, for people to see. */
export type ServiceEvent =
  | { readonly type: "login"; readonly initiator: string; readonly address: string; readonly discovery: boolean }
  | { readonly type: "logout"; readonly initiator: string; readonly discovery: boolean; readonly reason: string }
  /** Somebody connected and was not let in. */
  | { readonly type: "refused"; readonly address: string; readonly reason: string }
  /** The drive could not be reached, or this program failed. */
  | { readonly type: "failure"; readonly reason: string };

/** How a drive is served. */
export interface ServeOptions {
  /** Address to listen at; "127.0.0.1" where none is said, which nobody reaches from another machine. */
  readonly host?: string | undefined;
  /** 3260 where none is said, 0 for any that is free. */
  readonly port?: number | undefined;
  /** Name of the target; made of the drive's name where none is said. */
  readonly targetName?: string | undefined;
  /** Ends the service. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ServiceEvent) => void) | undefined;
}

/** A drive that is being served. */
export interface DriveService extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly targetName: string;
  /** What initiators of libiscsi take, QEMU among them: "iscsi://127.0.0.1:3260/iqn.…/0". */
  readonly url: string;
  /**
   * Ends it: asks initiators to leave, waits a moment for them and as long as it takes for the command under way, and
   * gives the drive back.
   */
  close(): Promise<void>;
  /** Resolves once it has ended. */
  readonly closed: Promise<void>;
}

const usualHost = "127.0.0.1";
const usualPort = 3260;
const mostConnections = 32;
const mostSessions = 8;
/** How long initiators have to leave by themselves. */
const graceMs = 2_000;

/**
 * Serves a drive to other systems: as the one logical unit of a target of iSCSI. RFC 7143.
 *
 * The drive is reserved as long as that goes on. There is no authentication: whoever reaches the address can write.
 *
 * @param listen The host's network.
 * @param isOwned Whether the transport belongs to the service, and is closed with it.
 * @throws {@link DiscError} E_DISC_BUSY, E_OPTION_INVALID, E_HOST.
 */
export async function serveTransport(
  transport: Transport,
  listen: Listen,
  options: ServeOptions = {},
  isOwned = false,
): Promise<DriveService> {
  const targetName = options.targetName ?? targetNameFor(transport.name);
  checkOptions(targetName, options.port);
  await transport.reserve();
  try {
    const target = new Target(transport, targetName, options, isOwned);
    await target.listen(listen);
    return target;
  } catch (error) {
    await transport.release();
    throw error;
  }
}

function checkOptions(targetName: string, port: number | undefined): void {
  if (!isTargetName(targetName)) {
    const allowed = "iqn.YEAR-MONTH.DOMAIN:NAME in small letters, eui. or naa. with hexadecimal digits";
    const detail = { option: "targetName", value: targetName, allowed };
    throw new DiscError("E_OPTION_INVALID", `targetName is "${targetName}", expected ${allowed}`, detail);
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    const allowed = "a whole number from 0 to 65535";
    throw new DiscError("E_OPTION_INVALID", `port is ${port}, expected ${allowed}`, {
      option: "port",
      value: port,
      allowed,
    });
  }
}

/** The sessions of one target. */
class Target implements ConnectionTarget, DriveService {
  readonly targetName: string;
  readonly targetAlias: string;
  readonly unit: LogicalUnit;
  readonly closed: Promise<void>;
  readonly #transport: Transport;
  readonly #options: ServeOptions;
  readonly #isOwned: boolean;
  readonly #sessions = new Map<Session, ByteConnection>();
  readonly #connections = new Map<ByteConnection, Promise<void>>();
  #listener: Listener | undefined;
  #lastHandle = 0;
  #closing: Promise<void> | undefined;
  #noteClosed: () => void = () => {};

  constructor(transport: Transport, targetName: string, options: ServeOptions, isOwned: boolean) {
    this.#transport = transport;
    this.#isOwned = isOwned;
    this.#options = options;
    this.targetName = targetName;
    this.targetAlias = `discsmith ${transport.name.replace(/[^ -~]/g, "?").slice(0, 200)}`;
    const onFailure = (reason: string): void => options.onEvent?.({ type: "failure", reason });
    this.unit = new LogicalUnit(transport, { serialNumber: placeNumber(targetName), targetName }, onFailure);
    this.closed = new Promise((done) => {
      this.#noteClosed = done;
    });
  }

  get host(): string {
    return this.#listener!.host;
  }

  get port(): number {
    return this.#listener!.port;
  }

  get url(): string {
    const host = this.host.includes(":") ? `[${this.host}]` : this.host;
    return `iscsi://${host}:${this.port}/${this.targetName}/0`;
  }

  async listen(listen: Listen): Promise<void> {
    const { host = usualHost, port = usualPort, signal } = this.#options;
    this.#listener = await listen(host, port, (connection) => this.#connected(connection));
    if (signal === undefined) return;
    const onAbort = (): void => void this.close();
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#listener?.close();
    for (const [session] of this.#sessions) session.requestLogout(graceMs / 1000);
    for (const connection of this.#connections.keys()) {
      if (![...this.#sessions.values()].includes(connection)) connection.close();
    }
    const all = Promise.all(this.#connections.values());
    const timer = setTimeout(() => {
      for (const connection of this.#connections.keys()) connection.close();
    }, graceMs);
    await all;
    clearTimeout(timer);
    await this.#transport.release();
    if (this.#isOwned) await this.#transport[Symbol.asyncDispose]();
    this.#noteClosed();
  }

  newHandle(initiatorName: string, initiatorSessionId: Uint8Array): number | undefined {
    const isAgain = this.#sessionOf(initiatorName, initiatorSessionId) !== undefined;
    if (this.#sessions.size >= mostSessions && !isAgain) return undefined;
    do this.#lastHandle = (this.#lastHandle % 0xffff) + 1;
    while (this.hasSession(this.#lastHandle));
    return this.#lastHandle;
  }

  hasSession(handle: number): boolean {
    return [...this.#sessions.keys()].some(({ loggedIn }) => loggedIn.targetSessionIdentifyingHandle === handle);
  }

  async reinstate({ initiatorName, initiatorSessionId }: LoggedIn): Promise<void> {
    const earlier = this.#sessionOf(initiatorName, initiatorSessionId);
    if (earlier === undefined) return;
    this.#sessions.get(earlier)?.close();
    await earlier.end();
    this.left(earlier, "logged in again");
  }

  entered(session: Session, connection: ByteConnection): void {
    this.#sessions.set(session, connection);
    const { initiatorName, discovery } = session.loggedIn;
    const address = connection.remoteAddress;
    this.#options.onEvent?.({ type: "login", initiator: initiatorName, address, discovery });
  }

  left(session: Session, reason: string): void {
    if (!this.#sessions.delete(session)) return;
    const { initiatorName, discovery } = session.loggedIn;
    this.#options.onEvent?.({ type: "logout", initiator: initiatorName, discovery, reason });
  }

  refused(connection: ByteConnection, reason: string): void {
    this.#options.onEvent?.({ type: "refused", address: connection.remoteAddress, reason });
  }

  #sessionOf(initiatorName: string, initiatorSessionId: Uint8Array): Session | undefined {
    return [...this.#sessions.keys()].find(
      ({ loggedIn }) =>
        loggedIn.initiatorName === initiatorName &&
        loggedIn.initiatorSessionId.every((octet, index) => octet === initiatorSessionId[index]),
    );
  }

  #connected(connection: ByteConnection): void {
    if (this.#connections.size >= mostConnections || this.#closing !== undefined) {
      connection.close();
      return;
    }
    const served = serveConnection(connection, this).then(undefined, (error: unknown) => {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.onEvent?.({ type: "failure", reason });
    });
    const ended = served.finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, ended);
  }
}
