/** Patterns of the shell, by which files are excluded, hidden and sorted. IEEE Std 1003.1, fnmatch(). */

/** A set of characters: "[a-z]", "[!.]". */
function setOf(pattern: string, from: number): { source: string; end: number } | undefined {
  // A "]" that comes first is a member.
  const end = pattern.indexOf("]", pattern[from + 1] === "!" || pattern[from + 1] === "^" ? from + 3 : from + 2);
  if (end < 0) return undefined;
  const inside = pattern.slice(from + 1, end).replaceAll(/[\\\]]/g, "\\$&");
  const isNegative = inside.startsWith("!") || inside.startsWith("^");
  const members = isNegative ? inside.slice(1) : inside;
  return { source: `(?!/)[${isNegative ? "^" : ""}${members.replaceAll("[", "\\[")}]`, end };
}

/** A pattern as an expression for whole texts; "*" and "?" stand for no "/". */
export function expressionOf(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    const set = character === "[" ? setOf(pattern, at) : undefined;
    if (set !== undefined) {
      source += set.source;
      at = set.end;
    } else if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else {
      const isEscape = character === "\\" && at + 1 < pattern.length;
      if (isEscape) at++;
      source += pattern[at]!.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    }
  }
  try {
    return new RegExp(`^${source}$`, "s");
  } catch {
    // A range that runs backwards matches nothing but itself.
    return new RegExp(`^${pattern.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}$`, "s");
  }
}
