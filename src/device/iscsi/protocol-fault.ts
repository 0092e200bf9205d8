import { hasCode } from "../../errors.js";
import { rejectReasons } from "./notice-pdus.js";

/**
 * An initiator broke a rule of the protocol. Thrown inside of the target; the initiator is told the reason, and its
 * connection ends, since at error recovery level 0 nothing smaller can be recovered. RFC 7143 7.1.5.
 */
export class ProtocolFault extends Error {
  /** One of {@link rejectReasons}. */
  readonly reason: number;
  /** The header that is refused, as far as there is one. */
  readonly header: Uint8Array | undefined;

  constructor(message: string, header?: Uint8Array, reason: number = rejectReasons.protocolError) {
    super(message);
    this.reason = reason;
    this.header = header;
  }
}

/**
 * An error while a PDU was understood, as a fault of the initiator.
 *
 * @returns `undefined` for a fault of this program.
 */
export function protocolFaultOf(error: unknown, header: Uint8Array): ProtocolFault | undefined {
  if (error instanceof ProtocolFault) return new ProtocolFault(error.message, error.header ?? header, error.reason);
  if (!hasCode(error, "E_FIELD_INVALID")) return undefined;
  return new ProtocolFault(error.message, header, rejectReasons.invalidPduField);
}
