import { readFileSync } from "node:fs";

function packageFile(): string {
  try {
    return readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  } catch {
    // The tests' own build lies one folder deeper.
    return readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  }
}

/** The version of this package. */
export function packageVersion(): string {
  return (JSON.parse(packageFile()) as { version: string }).version;
}
