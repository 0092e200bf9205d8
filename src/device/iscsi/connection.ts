import type { ByteConnection } from "./byte-connection.js";
import { CommandWindow } from "./command-window.js";
import type { LogicalUnit } from "./logical-unit.js";
import type { LoggedIn, LoginTarget } from "./login.js";
import { Login } from "./login.js";
import { loginResponsePdu } from "./login-pdus.js";
import { defaultMaxRecvDataSegmentLength, ownMaxRecvDataSegmentLength } from "./negotiation.js";
import { PduReader } from "./pdu-reader.js";
import { PduWriter } from "./pdu-writer.js";
import { ProtocolFault } from "./protocol-fault.js";
import { Session } from "./session.js";

/** What a connection needs of its target. */
export interface ConnectionTarget extends LoginTarget {
  readonly unit: LogicalUnit;
  /** Ends the session that a new one takes the place of. RFC 7143 6.3.5. */
  reinstate(loggedIn: LoggedIn): Promise<void>;
  entered(session: Session, connection: ByteConnection): void;
  left(session: Session, reason: string): void;
  /** Tells of a login that failed, for people. */
  refused(connection: ByteConnection, reason: string): void;
}

/** How long an initiator may take to log in. */
const loginLimitMs = 15_000;

/** Serves one connection until it ends; never fails. */
export async function serveConnection(connection: ByteConnection, target: ConnectionTarget): Promise<void> {
  const reader = new PduReader(connection.input);
  const writer = new PduWriter(connection, new CommandWindow(0));
  try {
    const session = await login(connection, reader, writer, target);
    if (session !== undefined) await serveSession(connection, reader, writer, target, session);
  } finally {
    connection.close();
    await reader.close();
  }
}

async function login(
  connection: ByteConnection,
  reader: PduReader,
  writer: PduWriter,
  target: ConnectionTarget,
): Promise<Session | undefined> {
  const timer = setTimeout(() => connection.close(), loginLimitMs);
  try {
    return await negotiate(connection, reader, writer, target);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    target.refused(connection, error.message);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function negotiate(
  connection: ByteConnection,
  reader: PduReader,
  writer: PduWriter,
  target: ConnectionTarget,
): Promise<Session | undefined> {
  const form = { headerDigest: false, dataDigest: false, maximumDataBytes: defaultMaxRecvDataSegmentLength };
  const dialogue = new Login(target);
  for (;;) {
    const pdu = await reader.next(form);
    if (pdu === undefined) return undefined;
    const { fields, cmdSn, text, loggedIn, failed } = dialogue.answer(pdu);
    writer.follow(new CommandWindow(cmdSn));
    if (loggedIn === undefined) {
      writer.send(loginResponsePdu, fields, text);
      if (failed === undefined) continue;
      target.refused(connection, failed);
      return undefined;
    }
    await target.reinstate(loggedIn);
    const portal = { targetName: target.targetName, targetAddress: `${connection.localAddress},1` };
    const session = new Session(loggedIn, writer, target.unit, portal);
    target.entered(session, connection);
    writer.follow(session.window);
    writer.send(loginResponsePdu, fields, text);
    writer.useDigests(loggedIn.parameters.headerDigest, loggedIn.parameters.dataDigest);
    return session;
  }
}

async function serveSession(
  connection: ByteConnection,
  reader: PduReader,
  writer: PduWriter,
  target: ConnectionTarget,
  session: Session,
): Promise<void> {
  const { headerDigest, dataDigest } = session.loggedIn.parameters;
  const form = { headerDigest, dataDigest, maximumDataBytes: ownMaxRecvDataSegmentLength };
  let reason = "connection lost";
  try {
    for (let pdu = await reader.next(form); pdu !== undefined; pdu = await reader.next(form)) {
      await session.take(pdu);
      if (session.hasLoggedOut) {
        reason = "logged out";
        break;
      }
      // Whoever does not read what it asked for is not read from either.
      await writer.room();
    }
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    reason = error.message;
    session.refuse(error);
  } finally {
    connection.close();
    await session.end();
    target.left(session, reason);
  }
}
