/**
 * Finds functions that a hook might keep from recovering from a panic. `recover` works only in a function that a defer
 * statement calls directly. But in Go 1.22 to 1.25 it also works one level deeper if the compiler inlined the deferred
 * function into the wrapper that it makes for a deferred call with arguments (go.dev/issue/73916):
 *
 *     func callRecover() { recover() }
 *     func cleanup(int)  { callRecover() }
 *     … defer cleanup(1)
 *
 * A hook prevents inlining. So small functions get none if they call, without defer, a function that recovers or another
 * such small function. Only functions of the same file are considered.
 */

import type { HookPoint } from "./hook-points.js";
import { readHead } from "./names.js";
import { withoutOpaque } from "./opaque.js";

/** The maximum length of a body in UTF-16 units; longer functions very likely exceed the compiler's budget for inlining. */
const small = 400;

interface Candidate {
  readonly start: number;
  /** Empty for a literal, which cannot be called by name. */
  readonly name: string;
  /** Its code, with spaces for function literals. */
  readonly body: string;
}

/** The offsets of the functions to leave out. @param sites the text's hook points, in source order */
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
  // Go makes no wrapper for a deferred literal without parameters.
  return new Set([...found].filter((start) => !/^func\s*\(\s*\)/.test(code.slice(start, start + 80))));
}

/** Matches calls of a function or method by name, except by defer and go statements. */
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
