/**
 * Functions that let another one recover. `recover` works in a function that a defer statement calls, not in one that this
 * calls in turn; but in Go 1.22 to 1.25 it does where the compiler inlined the deferred function into the wrapper that it
 * makes for a deferred call with arguments (go.dev/issue/73916):
 *
 *     func callRecover() { recover() }
 *     func cleanup(int)  { callRecover() }
 *     … defer cleanup(1)
 *
 * A hook prevents inlining, so small functions that call one which recovers, without defer, get none; nor do small ones that
 * call these in turn. Functions of other files are not looked at.
 */

import type { HookPoint } from "./hook-points.js";
import { readHead } from "./names.js";
import { withoutOpaque } from "./opaque.js";

/** A function that is longer costs more than the compiler's budget for inlining, in all likelihood. */
const small = 400;

interface Candidate {
  readonly start: number;
  /** Empty for a literal, which cannot be called by name. */
  readonly name: string;
  /** Its code, function literals blanked. */
  readonly body: string;
}

/** Offsets of the functions to leave alone. @param sites of the text, in source order */
export function findRecoverCallers(text: string, sites: readonly HookPoint[]): ReadonlySet<number> {
  const found = new Set<number>();
  if (!/\brecover\b/.test(text)) return found;
  const code = withoutOpaque(text);
  const functions = sites.flatMap((site): Candidate[] => {
    const { kind, start, open, end } = site;
    if (open < 0) return [];
    const name = kind === "declaration" ? (readHead(text, start)?.bare ?? "") : "";
    return [{ start, name, body: ownBody(code, { open, end }, sites) }];
  });
  let callees = functions.filter(({ name, body }) => name !== "" && /(?<![\w.])recover\s*\(\s*\)/.test(body));
  while (callees.length > 0) {
    const calls = callees.map(({ name }) => callOf(name));
    const callers = functions.filter(
      ({ start, body }) => !found.has(start) && body.length <= small && calls.some((call) => call.test(body)),
    );
    for (const { start } of callers) found.add(start);
    callees = callers.filter(({ name }) => name !== "");
  }
  // A literal without parameters is deferred without a wrapper.
  return new Set([...found].filter((start) => !/^func\s*\(\s*\)/.test(code.slice(start, start + 80))));
}

/** A call by name, of a function or a method, that no defer or go statement makes. */
function callOf(name: string): RegExp {
  return new RegExp(`(?<!\\b(?:defer|go)\\s+[\\p{L}\\p{Nd}_.]*)(?<![\\p{L}\\p{Nd}_])${name}\\s*\\(`, "u");
}

function ownBody(code: string, { open, end }: Pick<HookPoint, "open" | "end">, sites: readonly HookPoint[]): string {
  let body = code.slice(open, end);
  for (const { kind, start, end: last } of sites) {
    if (kind !== "literal" || start < open || last > end) continue;
    body = body.slice(0, start - open) + " ".repeat(last - start) + body.slice(last - open);
  }
  return body;
}
