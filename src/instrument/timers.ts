/**
 * Calls of time.AfterFunc. The runtime gives the goroutine that runs the function no parent, so the function itself must
 * carry the way back: the second argument is wrapped.
 */
import { scan } from "./scan.js";

/** The second argument of a call, [start, end). */
export interface TimerArgument {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the calls by name: package time under the name that it is imported by. A local variable of that name with a method
 * AfterFunc is taken for it; where that does not compile, the file is left untraced.
 */
export function findTimers(text: string): TimerArgument[] {
  if (!text.includes(".AfterFunc")) return [];
  const name = importedName(text);
  if (name === null) return [];
  const masked = withoutOpaque(text);
  const found: TimerArgument[] = [];
  for (const match of masked.matchAll(new RegExp(`(?<![\\w.])${name}\\s*\\.\\s*AfterFunc\\s*\\(`, "g"))) {
    const argument = secondArgument(masked, match.index + match[0].length);
    if (argument !== null) found.push(argument);
  }
  return found;
}

function importedName(text: string): string | null {
  const match = /(?:^|[\n;(]|\bimport)[ \t]*(?:([\p{L}_][\p{L}\p{Nd}_]*)[ \t]+)?"time"/u.exec(text);
  if (match === null || match[1] === "_") return null;
  return match[1] === undefined || match[1] === "import" ? "time" : match[1];
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
