import type { ErrorCode } from "../node.js";
import { DiscError } from "../node.js";

/** What the process ends with. docs and man page list them, too. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  damaged: 3,
  refused: 4,
  different: 5,
  losses: 6,
  interrupted: 130,
} as const;

const byCode: ReadonlyMap<ErrorCode, number> = new Map<ErrorCode, number>([
  ["E_USAGE", exitCodes.usage],
  ["E_OPTION_INVALID", exitCodes.usage],
  ["E_VOLUME_NAME_INVALID", exitCodes.usage],
  ["E_PATH_INVALID", exitCodes.usage],
  ["E_FIELD_INVALID", exitCodes.damaged],
  ["E_NO_FILE_SYSTEM", exitCodes.damaged],
  ["E_READ_FAILED", exitCodes.damaged],
  ["E_DAMAGED", exitCodes.damaged],
  ["E_SIDECAR", exitCodes.damaged],
  ["E_TRACE_INVALID", exitCodes.damaged],
  ["E_NO_MEDIUM", exitCodes.refused],
  ["E_DISC_BLANK", exitCodes.refused],
  ["E_DISC_NOT_BLANK", exitCodes.refused],
  ["E_DISC_FINALISED", exitCodes.refused],
  ["E_DISC_FULL", exitCodes.refused],
  ["E_DISC_CHANGED", exitCodes.refused],
  ["E_DISC_WRONG", exitCodes.refused],
  ["E_DISC_BUSY", exitCodes.refused],
  ["E_DISC_READ_ONLY", exitCodes.refused],
  ["E_IMAGE_WRONG_ADDRESS", exitCodes.refused],
  ["E_MULTISESSION_UNUSABLE", exitCodes.refused],
  ["E_NOTHING_TO_IMPORT", exitCodes.refused],
  ["E_DIFFERENT", exitCodes.different],
  ["E_CANCELLED", exitCodes.interrupted],
]);

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  return error instanceof DiscError ? (byCode.get(error.code) ?? exitCodes.failed) : exitCodes.failed;
}
