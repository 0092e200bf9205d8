import { DiscError } from "../node.js";

/** The error for a command line that cannot be understood. */
export function usageError(what: string, cause?: unknown): DiscError<"E_USAGE"> {
  return new DiscError("E_USAGE", what, { what }, { cause });
}
