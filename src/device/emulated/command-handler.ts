import { strictContext } from "../../codec/codec.js";
import { hasCode } from "../../errors.js";
import type { Command } from "../mmc/command.js";
import type { DriveState } from "./drive-state.js";
import { checkCondition } from "./refusal.js";

/** Answers one command; returns the data that goes back. */
export type Handler = (drive: DriveState, cdb: Uint8Array, data: Uint8Array) => Promise<Uint8Array>;

/** Fields out of range are the drive's to refuse, not to fall over. */
function decodeCdb<F>(command: Command<F>, cdb: Uint8Array): F {
  try {
    return command.cdb.read(cdb, 0, strictContext);
  } catch (error) {
    if (hasCode(error, "E_FIELD_INVALID")) throw checkCondition(5, 0x24, 0x00);
    throw error;
  }
}

/** A command that is answered with data, by its operation code. */
export function answer<F>(
  command: Command<F>,
  run: (drive: DriveState, fields: F, data: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): readonly [number, Handler] {
  return [command.operationCode, async (drive, cdb, data) => await run(drive, decodeCdb(command, cdb), data)];
}

/** A command that is carried out, and answered with nothing, by its operation code. */
export function perform<F>(
  command: Command<F>,
  run: (drive: DriveState, fields: F, data: Uint8Array) => Promise<void> | void,
): readonly [number, Handler] {
  const handler: Handler = async (drive, cdb, data) => {
    await run(drive, decodeCdb(command, cdb), data);
    return new Uint8Array(0);
  };
  return [command.operationCode, handler];
}
