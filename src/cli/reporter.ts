import type { Writable } from "node:stream";
import { styleText } from "node:util";
import type { ErrorCode, ProgressListener, Warning } from "../node.js";
import { bytesFromName, DiscError, errorTable } from "../node.js";
import { ProgressLine } from "./progress.js";

/** Warnings of one kind that are printed; the rest is counted. */
const printedWarnings = 20;

/** Errors whose message does not say by itself what to do. */
const hintedErrors: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "E_DISC_BLANK",
  "E_DISC_CHANGED",
  "E_DISC_FINALISED",
  "E_DISC_FULL",
  "E_FILE_TOO_BIG",
  "E_IMAGE_WRONG_ADDRESS",
  "E_NAME_NOT_UNIQUE",
  "E_PATH_TOO_DEEP",
  "E_SIDECAR",
  "E_TARGET_EXISTS",
  "E_TYPE_COLLISION",
]);

/** What is told to people: on standard error. */
export class Reporter {
  /** Whether errors are JSON. */
  readonly json: boolean;
  /** All warnings, in order. */
  readonly warnings: Warning[] = [];
  readonly #stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly #color: boolean;
  readonly #line: ProgressLine | undefined;
  readonly #counts = new Map<ErrorCode, number>();
  #warningsTaken = false;

  constructor(stream: Writable & { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv, json: boolean) {
    this.#stream = stream;
    this.json = json;
    const isTerminal = stream.isTTY === true && environment.TERM !== "dumb";
    this.#color = isTerminal && (environment.NO_COLOR ?? "") === "";
    this.#line = isTerminal && !json ? new ProgressLine(this.#stream) : undefined;
    // Nobody reads it: nothing can be told any more, and nothing is lost by going on.
    stream.on("error", () => {});
  }

  /** Draws progress; `undefined` where nobody would see it. */
  get onProgress(): ProgressListener | undefined {
    return this.#line?.listener;
  }

  readonly onWarning = (warning: Warning): void => {
    this.warnings.push(warning);
    if (this.json) return;
    const count = (this.#counts.get(warning.code) ?? 0) + 1;
    this.#counts.set(warning.code, count);
    if (count <= printedWarnings) this.#print(`${this.#styled("yellow", "warning:")} ${warning.message}`);
  };

  /** Says something that is neither a warning nor an error. */
  readonly note = (text: string): void => {
    if (!this.json) this.#print(text);
  };

  /** The warnings for a JSON result, which are then not reported in another way. */
  takeWarnings(): object[] {
    this.#warningsTaken = true;
    return this.warnings.map(plainError);
  }

  /** Says how many warnings were not printed. To be called at the end. */
  finish(): void {
    this.#line?.clear();
    if (this.json && !this.#warningsTaken) {
      for (const warning of this.warnings) this.#stream.write(`${JSON.stringify({ warning: plainError(warning) })}\n`);
    }
    for (const [code, count] of this.#counts) {
      if (count > printedWarnings) this.#print(`${count - printedWarnings} more warnings of the kind ${code}`);
    }
  }

  /** Reports the error that ended the command. */
  error(error: unknown): void {
    if (this.json) {
      const warnings = this.warnings.length === 0 ? {} : { warnings: this.takeWarnings() };
      this.#stream.write(`${JSON.stringify({ error: plainError(error), ...warnings })}\n`);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    const known: DiscError | undefined = error instanceof DiscError ? error : undefined;
    const hint = known !== undefined && hintedErrors.has(known.code) ? `; ${hintOf(known.code)}` : "";
    this.#print(`${this.#color ? styleText("red", message) : message}${hint}`);
    // An error without a code is a fault of the program.
    if (known === undefined && error instanceof Error && error.stack !== undefined) this.#print(error.stack);
  }

  #styled(color: "yellow", text: string): string {
    return this.#color ? styleText(color, text) : text;
  }

  #print(text: string): void {
    this.#line?.clear();
    this.#stream.write(bytesFromName(`discsmith: ${text}\n`));
  }
}

/** What to do about an error, as the end of a sentence. */
function hintOf(code: ErrorCode): string {
  const { remedy } = errorTable[code];
  return remedy.charAt(0).toLowerCase() + remedy.slice(1).replace(/\.$/, "");
}

function plainError(error: unknown): object {
  if (error instanceof DiscError) return { code: error.code, message: error.message, detail: error.detail };
  return { code: null, message: error instanceof Error ? error.message : String(error), detail: {} };
}
