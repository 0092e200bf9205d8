/** What the numbers in fields mean, for dumps: the same tables that readers and writers go by. */
import type { FieldType } from "./rows.js";

/** Names of numbers: "directory" of 4. */
export type NumberNames = Readonly<Record<string, number>>;

/** A type whose values say by themselves what they mean. */
export function explained<T>(type: FieldType<T>, explain: (value: T) => string | undefined): FieldType<T> {
  return { ...type, explain };
}

/** The name of a number; `undefined` for one that has none. */
export function nameOf(value: number, names: NumberNames): string | undefined {
  return Object.keys(names).find((name) => names[name] === value);
}

/** A number of which some values have names. */
export function named(type: FieldType<number>, names: NumberNames): FieldType<number> {
  return explained(type, (value) => nameOf(value, names));
}

/** The flags that are set in a number, and in numbers what is left; `undefined` for none. */
export function flagNames(value: number, flags: NumberNames): string | undefined {
  let rest = value;
  const set: string[] = [];
  for (const [name, flag] of Object.entries(flags)) {
    if (Math.floor(rest / flag) % 2 === 0) continue;
    set.push(name);
    rest -= flag;
  }
  if (rest > 0) set.push(`0x${rest.toString(16)}`);
  return set.length === 0 ? undefined : set.join(", ");
}

/** A number that is a sum of flags, each a power of two. */
export function flagged(type: FieldType<number>, flags: NumberNames): FieldType<number> {
  return explained(type, (value) => flagNames(value, flags));
}
