import { once } from "node:events";
import type { ExecutionContext } from "ava";
import type { DriveService, ServeOptions, ServiceEvent } from "../../../src/device/iscsi/target.js";
import { serveTransport } from "../../../src/device/iscsi/target.js";
import type { Transport } from "../../../src/device/transport.js";
import { listenTcp } from "../../../src/host/tcp-listener.js";
import type { LoginOptions } from "../../support/iscsi-initiator.js";
import { Initiator } from "../../support/iscsi-initiator.js";

/** A drive that is served until the test ends. */
export interface Served {
  readonly service: DriveService;
  readonly events: ServiceEvent[];
  /** A connection with nothing said yet. */
  connect(): Promise<Initiator>;
  /** An initiator that logged in, and was told what there is to be told. */
  enter(options?: LoginOptions): Promise<Initiator>;
}

/** Serves a drive at a port of its own. */
export async function served(t: ExecutionContext, transport: Transport, options: ServeOptions = {}): Promise<Served> {
  const events: ServiceEvent[] = [];
  const onEvent = (event: ServiceEvent): void => {
    events.push(event);
  };
  const service = await serveTransport(transport, listenTcp, { port: 0, onEvent, ...options });
  t.teardown(() => service.close());
  const connect = (): Promise<Initiator> => Initiator.connect(t, service);
  const enter = async (login: LoginOptions = {}): Promise<Initiator> => {
    const initiator = await connect();
    await initiator.login({ target: service.targetName, ...login });
    await initiator.settle();
    return initiator;
  };
  return { service, events, connect, enter };
}

/** Waits for the other side to close. */
export async function closedBy(initiator: Initiator): Promise<void> {
  if (!initiator.isClosed) await once(initiator.socket, "close");
}

/** A CDB of READ (10) or WRITE (10). */
export function blocksCommand(operationCode: number, lba: number, blocks: number): number[] {
  const cdb = Buffer.alloc(10);
  cdb[0] = operationCode;
  cdb.writeUInt32BE(lba, 2);
  cdb.writeUInt16BE(blocks, 7);
  return [...cdb];
}

export const read10 = 0x28;
export const write10 = 0x2a;
