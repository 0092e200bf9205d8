import type { ErrorCode, ErrorDetails, ErrorReference } from "./error-table.js";
import { errorTable } from "./error-table.js";

export type { ErrorCode, ErrorDetails, ErrorReference } from "./error-table.js";

/**
 * What was asked for cannot be done. Programs branch on {@link DiscError.code}, never on the message; `detail` holds
 * the values that belong to the code, as docs/ERRORS.md lists them.
 */
export class DiscError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly detail: ErrorDetails[C];

  constructor(code: C, message: string, detail: ErrorDetails[C], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.detail = detail;
  }

  /** The error of the reference API for the same failure, where it has one. */
  get reference(): ErrorReference | undefined {
    return errorTable[this.code].reference;
  }
}

/** Bytes on a medium, or in a drive's reply, break a rule of their standard. */
export class FormatError extends DiscError<"E_FIELD_INVALID"> {}

/** A drive refused or failed a command, or could not be reached at all. */
export class DeviceError extends DiscError<"E_COMMAND_FAILED" | "E_TRANSPORT_FAILED"> {}

for (const [errorClass, name] of [
  [DiscError, "DiscError"],
  [FormatError, "FormatError"],
  [DeviceError, "DeviceError"],
] as const) {
  Object.defineProperty(errorClass.prototype, "name", { value: name, configurable: true, writable: true });
}

/** A warning: a {@link DiscError} that was reported and not thrown. */
export type Warning = DiscError;

/** Receives warnings. */
export type WarningListener = (warning: Warning) => void;

/** Whether `error` is a {@link DiscError} with this code, also when it comes from another copy of this package. */
export function hasCode<C extends ErrorCode>(error: unknown, code: C): error is DiscError<C> {
  return error instanceof Error && (error as { code?: unknown }).code === code;
}

/**
 * Throws when `signal` was aborted.
 *
 * @throws {@link DiscError} E_CANCELLED, with the signal's reason as cause.
 */
export function throwIfCancelled(signal: AbortSignal | undefined, doing: string): void {
  if (signal?.aborted)
    throw new DiscError("E_CANCELLED", `cancelled while ${doing}`, { doing }, { cause: signal.reason });
}

/**
 * Refuses the value of an option.
 *
 * @throws {@link DiscError} E_OPTION_INVALID.
 */
export function refuseOption(option: string, value: unknown, allowed: string): never {
  const message = `${option} is ${JSON.stringify(value)}, allowed: ${allowed}`;
  throw new DiscError("E_OPTION_INVALID", message, { option, value, allowed });
}
