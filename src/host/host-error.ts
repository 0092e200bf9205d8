import { DiscError } from "../errors.js";

/** The operating system's name of an error: "ENOENT". */
export function errnoOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === "string" ? code : "unknown";
}

/** Wraps an error of the operating system. */
export function hostError(path: string, operation: string, cause: unknown): DiscError<"E_HOST"> {
  const errno = errnoOf(cause);
  return new DiscError("E_HOST", `${operation} of "${path}" failed: ${errno}`, { path, operation, errno }, { cause });
}
