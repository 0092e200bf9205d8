import fc from "fast-check";

/** Checks a property; when it fails, the message has the seed, the counterexample and what went wrong with it. */
export async function holds<Values>(
  property: fc.IAsyncProperty<Values> | fc.IProperty<Values>,
  options: fc.Parameters<Values> = {},
): Promise<void> {
  await fc.assert(property, { includeErrorInReport: true, ...options });
}
