import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { DiscError } from "../errors.js";
import { errnoOf, hostError } from "./host-error.js";
import { hostPath } from "./host-path.js";

/** A file that takes text line by line. */
export interface LineFile {
  readonly name: string;
  /** @throws {@link DiscError} E_HOST. */
  write(line: string): void;
  /** @throws {@link DiscError} E_HOST. */
  close(): void;
}

/** Pipes and devices are there before anybody writes to them, and lose nothing by it. */
function isStream(path: string): boolean {
  const stats = statSync(hostPath(path), { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

function openForLines(path: string): number {
  try {
    return openSync(hostPath(path), isStream(path) ? "a" : "ax");
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw hostError(path, "create", error);
    throw new DiscError("E_TARGET_EXISTS", `${path} exists`, { path }, { cause: error });
  }
}

/**
 * Makes a file for lines. A line is the operating system's when `write` returns: it survives the end of this process,
 * however that comes, and nothing else has happened meanwhile.
 *
 * @param path Of a new file, a pipe or a device.
 * @throws {@link DiscError} E_TARGET_EXISTS where there is a file; E_HOST.
 */
export function createLineFile(path: string): LineFile {
  const descriptor = openForLines(path);
  return {
    name: path,
    write(line) {
      const bytes = Buffer.from(line);
      try {
        for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      } catch (error) {
        throw hostError(path, "write", error);
      }
    },
    close() {
      try {
        closeSync(descriptor);
      } catch (error) {
        throw hostError(path, "close", error);
      }
    },
  };
}

/** Makes a file for lines under the first name that is free: "x", "x.2", "x.3" … @throws {@link DiscError} E_HOST. */
export function createNumberedLineFile(path: string): LineFile {
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${path}.${number}`;
    try {
      return createLineFile(name);
    } catch (error) {
      if (!(error instanceof DiscError) || error.code !== "E_TARGET_EXISTS") throw error;
    }
  }
}
