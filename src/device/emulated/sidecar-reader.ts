import { DiscError } from "../../errors.js";

/** Where the sidecar of an emulated disc lies. */
export function sidecarPath(path: string): string {
  return `${path}.mmc.json`;
}

/** What keeps an emulated disc from being used. */
export function sidecarError(path: string, reason: string, cause?: unknown): DiscError<"E_SIDECAR"> {
  const sidecar = sidecarPath(path);
  return new DiscError("E_SIDECAR", `${sidecar}: ${reason}`, { path: sidecar, reason }, { cause });
}

/** Reads members of a parsed sidecar, naming what is wrong. All throw {@link DiscError} E_SIDECAR. */
export class SidecarReader {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  object(value: unknown, name: string): Record<string, unknown> {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw sidecarError(this.path, `${name} is not an object`);
  }

  array(value: unknown, name: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    throw sidecarError(this.path, `${name} is not a list`);
  }

  count(value: unknown, name: string): number {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw sidecarError(this.path, `${name} is ${JSON.stringify(value)}, expected a number of blocks`);
  }

  boolean(value: unknown, name: string): boolean {
    if (typeof value === "boolean") return value;
    throw sidecarError(this.path, `${name} is ${JSON.stringify(value)}, expected true or false`);
  }

  oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    throw sidecarError(this.path, `${name} is ${JSON.stringify(value)}, expected ${allowed.join(" or ")}`);
  }

  /** `null` as itself, everything else by `read`. */
  nullable<T>(value: unknown, read: (value: unknown) => T): T | null {
    return value === null ? null : read(value);
  }
}
