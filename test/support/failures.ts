/** Failures as tests assert them: by their code and what belongs to it, never by their message. */
import type { ExecutionContext } from "ava";
import type { ErrorCode, ErrorDetails } from "../../src/errors.js";
import { DiscError } from "../../src/errors.js";

/** What a call raises; `undefined` where it raises nothing. */
async function raised(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Asserts that a call fails with a code, and with these members of its detail. */
export async function failsWith<C extends ErrorCode>(
  t: ExecutionContext,
  code: C,
  detail: Partial<ErrorDetails[C]>,
  call: () => unknown,
): Promise<DiscError<C>> {
  const error = await raised(call);
  if (!(error instanceof DiscError)) throw new Error(`expected ${code}, got ${String(error)}`, { cause: error });
  t.is<string, string>(error.code, code, error.message);
  if (Object.keys(detail).length > 0) t.like(error.detail, detail);
  return error as DiscError<C>;
}

/** Asserts that among warnings there is one with a code and these members of its detail. */
export function warnsOf<C extends ErrorCode>(
  t: ExecutionContext,
  warnings: readonly DiscError[],
  code: C,
  detail: Partial<ErrorDetails[C]>,
): void {
  const found = warnings.filter((warning) => warning.code === code).map((warning) => warning.detail);
  const matches = found.filter((candidate) =>
    Object.entries(detail).every(([key, value]) => (candidate as Record<string, unknown>)[key] === value),
  );
  t.true(matches.length > 0, `${code} ${JSON.stringify(detail)} is not among ${JSON.stringify(found)}`);
}
