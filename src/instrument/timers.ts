/**
 * Finds calls of time.AfterFunc and context.AfterFunc. Their function runs in a goroutine without a parent, or whose parent
 * is the one that cancels the context. To attach it to the call, its second argument, the function, is wrapped (see
 * runtime-go's after.go).
 */
import { importedName } from "./imports.js";
import { withoutOpaque } from "./opaque.js";
import type { Declaration } from "./scan.js";

/** The second argument of a call, [start, end). */
export interface TimerArgument {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the calls by the name under which the package is imported. Calls in a declaration that gives that name another
 * meaning are ignored.
 *
 * @param declarations the text's declarations
 */
export function findTimers(text: string, declarations: readonly Declaration[]): TimerArgument[] {
  if (!text.includes(".AfterFunc")) return [];
  const names = ["time", "context"].map((path) => importedName(text, path)).filter((name) => name !== null);
  if (names.length === 0) return [];
  const masked = withoutOpaque(text);
  const found: TimerArgument[] = [];
  const call = new RegExp(`(?<![\\w.])(${names.join("|")})\\s*\\.\\s*AfterFunc\\s*\\(`, "g");
  for (const match of masked.matchAll(call)) {
    const { start, end } = declarations.find((one) => one.end > match.index) ?? { start: 0, end: masked.length };
    if (isShadowed(masked.slice(start, end), match[1])) continue;
    const argument = secondArgument(masked, match.index + match[0].length);
    if (argument !== null) found.push(argument);
  }
  return found;
}

/**
 * Whether a declaration gives a package's name another meaning: whether the name appears without a selector after it. Keys of
 * literals and labels (before a colon) and fields (after a dot) do not count.
 */
function isShadowed(masked: string, name: string): boolean {
  const other = new RegExp(`(?<![\\p{L}\\p{Nd}_.])(?<!\\.\\s+)${name}(?![\\p{L}\\p{Nd}_])(?!\\s*(?:\\.|:(?!=)))`, "u");
  return other.test(masked);
}

/** The second of exactly two arguments; null otherwise. @param from offset after the opening parenthesis */
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
