/**
 * Calls of time.AfterFunc and context.AfterFunc. The goroutine that runs the function has no parent, or has the one that
 * cancels the context: so the function itself must carry the way back, and the second argument is wrapped.
 */
import { importedName } from "./imports.js";
import { scan } from "./scan.js";

/** The second argument of a call, [start, end). */
export interface TimerArgument {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the calls by name: a package under the name that it is imported by. A local variable of that name with a method
 * AfterFunc is taken for it; where that does not compile, the file is left untraced.
 */
export function findTimers(text: string): TimerArgument[] {
  if (!text.includes(".AfterFunc")) return [];
  const names = ["time", "context"].map((path) => importedName(text, path)).filter((name) => name !== null);
  if (names.length === 0) return [];
  const masked = withoutOpaque(text);
  const found: TimerArgument[] = [];
  for (const match of masked.matchAll(
    new RegExp(`(?<![\\w.])(?:${names.join("|")})\\s*\\.\\s*AfterFunc\\s*\\(`, "g"),
  )) {
    const argument = secondArgument(masked, match.index + match[0].length);
    if (argument !== null) found.push(argument);
  }
  return found;
}

/** The text with comments blanked and strings turned into letters, every offset as it was. */
function withoutOpaque(text: string): string {
  const parts: string[] = [];
  let done = 0;
  scan(text, 0, text.length, (start, end) => {
    parts.push(text.slice(done, start), (text[start] === "/" ? " " : "x").repeat(end - start));
    done = end;
  });
  parts.push(text.slice(done));
  return parts.join("");
}

/** The second of exactly two arguments. @param from offset behind the opening parenthesis */
function secondArgument(masked: string, from: number): TimerArgument | null {
  const commas: number[] = [];
  let depth = 0;
  for (let at = from; at < masked.length; at++) {
    const char = masked[at];
    if (char === "(" || char === "[" || char === "{") depth++;
    else if (char === "," && depth === 0) commas.push(at);
    else if (char === ")" || char === "]" || char === "}") {
      if (depth-- > 0) continue;
      const last = commas[1] ?? at;
      if (commas.length === 0 || commas.length > 2 || masked.slice(last + 1, at).trim() !== "") return null;
      const argument = masked.slice(commas[0] + 1, last);
      if (argument.trim() === "" || /\.\.\.\s*$/.test(argument)) return null;
      const start = commas[0] + 1 + (argument.length - argument.trimStart().length);
      return { start, end: commas[0] + 1 + argument.trimEnd().length };
    }
  }
  return null;
}
