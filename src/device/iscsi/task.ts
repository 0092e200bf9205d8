import type { CommandOutcome } from "./command-outcome.js";
import { statuses } from "./command-outcome.js";
import type { ScsiCommandPdu } from "./command-pdus.js";
import { scsiResponsePdu } from "./command-pdus.js";
import { dataInPdu } from "./data-pdus.js";
import type { IncomingData } from "./incoming-data.js";
import type { SessionParameters } from "./negotiation.js";
import { noTag } from "./pdu.js";
import type { PduWriter } from "./pdu-writer.js";

const noUnit = new Uint8Array(8);

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
  const data = task.pdu.read ? limitedPieces(outcome.data, task.pdu.expectedDataTransferLength) : [];
  const isGood = outcome.status === statuses.good;
  const count = sendData(writer, task, data, form, isGood ? residual : undefined);
  if (isGood && count > 0) return;
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

/** Pieces up to a number of bytes. */
function limitedPieces(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  const limited: Uint8Array[] = [];
  let left = bytes;
  for (const piece of pieces) {
    if (piece.length > 0 && left > 0) limited.push(piece.subarray(0, left));
    left -= piece.length;
  }
  return limited;
}

/** A piece of data that goes in one PDU. */
interface Segment {
  readonly bytes: Uint8Array;
  readonly bufferOffset: number;
  /** Whether it ends its sequence. */
  readonly final: boolean;
  /** Whether it ends all of the data. */
  readonly isLast: boolean;
}

/** Cuts data into segments and sequences no longer than was agreed upon. */
function* segmentsOf(
  data: readonly Uint8Array[],
  { maxRecvDataSegmentLength, maxBurstLength }: SessionParameters,
): Generator<Segment> {
  const total = data.reduce((sum, { length }) => sum + length, 0);
  let bufferOffset = 0;
  for (const piece of data) {
    for (let at = 0; at < piece.length; ) {
      const burstLeft = maxBurstLength - (bufferOffset % maxBurstLength);
      const bytes = piece.subarray(at, at + Math.min(burstLeft, maxRecvDataSegmentLength));
      const isLast = bufferOffset + bytes.length === total;
      yield { bytes, bufferOffset, final: isLast || bytes.length === burstLeft, isLast };
      at += bytes.length;
      bufferOffset += bytes.length;
    }
  }
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
  data: readonly Uint8Array[],
  form: SessionParameters,
  residual: Residual | undefined,
): number {
  let dataSn = 0;
  for (const { bytes, bufferOffset, final, isLast } of segmentsOf(data, form)) {
    const ending = residual !== undefined && isLast ? residual : undefined;
    const fields = {
      final,
      acknowledge: false,
      overflow: ending?.overflow === true,
      underflow: ending?.underflow === true,
      withStatus: ending !== undefined,
      status: statuses.good,
      logicalUnitNumber: noUnit,
      initiatorTaskTag: task.pdu.initiatorTaskTag,
      targetTransferTag: noTag,
      dataSn: dataSn++,
      bufferOffset,
      residualCount: ending?.residualCount ?? 0,
    };
    if (ending === undefined) writer.sendData(dataInPdu, fields, bytes);
    else writer.send(dataInPdu, fields, bytes);
  }
  return dataSn;
}
