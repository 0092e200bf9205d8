import type { CommandOutcome } from "./command-outcome.js";
import { statuses } from "./command-outcome.js";
import type { ScsiCommandPdu } from "./command-pdus.js";
import { scsiResponsePdu } from "./command-pdus.js";
import { dataInPdu } from "./data-pdus.js";
import type { IncomingData } from "./incoming-data.js";
import type { SessionParameters } from "./negotiation.js";
import { noTag } from "./pdu.js";
import type { PduWriter } from "./pdu-writer.js";

/** A command of SCSI from its PDU to its answer. */
export interface Task {
  readonly pdu: ScsiCommandPdu;
  /** What comes in for it; `undefined` for a command without data for the drive. */
  readonly incoming: IncomingData | undefined;
  /** Set where it is answered without the drive, once its unsolicited data are in. */
  readonly refusal: CommandOutcome | undefined;
}

/** How far what a command is about differs from what the initiator expected. RFC 7143 11.4.5. */
interface Residual {
  readonly overflow: boolean;
  readonly underflow: boolean;
  readonly residualCount: number;
}

function residualOf({ pdu }: Task, transferBytes: number): Residual {
  const expected = pdu.expectedDataTransferLength;
  const difference = pdu.read || pdu.write ? transferBytes - expected : 0;
  return { overflow: difference > 0, underflow: difference < 0, residualCount: Math.abs(difference) };
}

/**
 * Sends what became of a command: its data in sequences and segments no longer than the initiator takes, then its
 * status, which travels with the last data where all went well. RFC 7143 4.2.5.2 and 11.7.3.
 */
export function answerTask(writer: PduWriter, task: Task, outcome: CommandOutcome, form: SessionParameters): void {
  const residual = residualOf(task, outcome.transferBytes);
  const data = task.pdu.read ? outcome.data.subarray(0, task.pdu.expectedDataTransferLength) : new Uint8Array(0);
  const isGood = outcome.status === statuses.good;
  const count = sendData(writer, task, data, form, isGood ? residual : undefined);
  if (isGood && data.length > 0) return;
  const senseLength = outcome.sense.length;
  const sense = senseLength === 0 ? outcome.sense : Uint8Array.of(0, senseLength, ...outcome.sense);
  const fields = {
    bidirectionalOverflow: false,
    bidirectionalUnderflow: false,
    ...residual,
    response: 0,
    status: outcome.status,
    initiatorTaskTag: task.pdu.initiatorTaskTag,
    snackTag: 0,
    expDataSn: count + (task.incoming?.requests ?? 0),
    bidirectionalReadResidualCount: 0,
  };
  writer.send(scsiResponsePdu, fields, sense);
}

/**
 * Sends data.
 *
 * @param residual Of a command that was done well, whose status comes with the last PDU.
 * @returns How many PDUs there were.
 */
function sendData(
  writer: PduWriter,
  task: Task,
  data: Uint8Array,
  { maxRecvDataSegmentLength, maxBurstLength }: SessionParameters,
  residual: Residual | undefined,
): number {
  let dataSn = 0;
  for (let at = 0; at < data.length; dataSn++) {
    const burstEnd = Math.min(data.length, (Math.floor(at / maxBurstLength) + 1) * maxBurstLength);
    const end = Math.min(burstEnd, at + maxRecvDataSegmentLength);
    const withStatus = residual !== undefined && end === data.length;
    const fields = {
      final: end === burstEnd,
      acknowledge: false,
      overflow: withStatus && residual.overflow,
      underflow: withStatus && residual.underflow,
      withStatus,
      status: statuses.good,
      logicalUnitNumber: new Uint8Array(8),
      initiatorTaskTag: task.pdu.initiatorTaskTag,
      targetTransferTag: noTag,
      dataSn,
      bufferOffset: at,
      residualCount: withStatus ? residual.residualCount : 0,
    };
    const piece = data.subarray(at, end);
    if (withStatus) writer.send(dataInPdu, fields, piece);
    else writer.sendData(dataInPdu, fields, piece);
    at = end;
  }
  return dataSn;
}
