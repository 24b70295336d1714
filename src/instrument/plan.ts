/** Decides which hook points get a hook, and explains why others do not. */
import { agentCode, OF_AGENT } from "./agent.js";
import { forbiddenBy } from "./directives.js";
import { argumentOf, DUMP, whyIgnored } from "./dumps.js";
import type { HookPoint } from "./hook-points.js";
import { isEntry } from "./inlined.js";
import { readHead, skipTrivia } from "./names.js";
import { findRecoverCallers } from "./recovers.js";
import type { Scan } from "./scan.js";
import { type TestParameter, TestParameters } from "./tests.js";
import { findTimers } from "./timers.js";

/**
 * A hook point that gets a hook: a function with its `{` at `open`, a go statement or timer argument at [start, end), or a
 * comment that asks for a snapshot, whose path the variable gets if it is not "".
 */
type Hook =
  | { readonly kind: "function"; readonly open: number; readonly name: string; readonly test?: TestParameter }
  | { readonly kind: "spawn" | "timer"; readonly start: number; readonly end: number }
  | { readonly kind: "dump"; readonly start: number; readonly variable: string };

/** A function or comment without a hook. */
interface Refusal {
  readonly name: string;
  readonly offset: number;
  readonly reason: string;
}

/** Hooks in source order, functions left out, and comments that are ignored. */
export interface Plan {
  readonly hooks: Hook[];
  readonly refusals: Refusal[];
  readonly misplaced: Refusal[];
}

/** A function that encloses the current position. */
interface Frame {
  readonly end: number;
  readonly name: string;
  readonly reason: string | null;
  readonly literal: boolean;
  literals: number;
}

/**
 * Decides for each hook point. Function literals within a function that must not be hooked get no hook either: Go may inline
 * them, and a hook would turn them into calls, for which `//go:nosplit` code may lack the stack.
 *
 * @param found the text's hook points, in source order
 * @param omitted functions to leave out unless a comment in them asks for a snapshot: offset (of the token after `func` for a
 *   declaration, of `func` for a literal) → reason
 */
export function planHooks(
  text: string,
  found: readonly HookPoint[],
  scanned: Scan,
  omitted: ReadonlyMap<number, string> = new Map(),
): Plan {
  const timers = findTimers(text, scanned.declarations).map(
    ({ start, end }): HookPoint => ({ kind: "timer", start, end, open: -1 }),
  );
  // The sort is stable: a timer argument precedes a function literal at the same offset.
  const sites = timers.length === 0 ? found : [...timers, ...found].sort((a, b) => a.start - b.start);
  const tests = new TestParameters(text);
  const callers = findRecoverCallers(text, found);
  const isAgent = agentCode(text);
  const dumps = found.filter(({ kind }) => kind === "dump");
  const hooks: Hook[] = [];
  const refusals: Refusal[] = [];
  const misplaced: Refusal[] = [];
  const frames: Frame[] = [];
  const outside: Frame = { end: text.length, name: "glob.", reason: null, literal: false, literals: 0 };
  let declaration = 0;
  let started = -1;
  for (const site of sites) {
    if (site.kind === "type") continue;
    while (frames.length > 0 && frames[frames.length - 1].end <= site.start) frames.pop();
    const around = frames.length > 0 ? frames[frames.length - 1] : outside;
    if (site.kind === "dump" || site.kind === "misplaced") {
      const variable = argumentOf(text.slice(site.start, site.end)) ?? "";
      if (site.kind === "dump" && around.reason === null) hooks.push({ kind: "dump", start: site.start, variable });
      else {
        const name = `${DUMP} ${variable}`.trimEnd();
        misplaced.push({ name, offset: site.start, reason: around.reason ?? whyIgnored(variable) });
      }
      continue;
    }
    if (site.kind === "go") {
      started = skipTrivia(text, site.start + 2);
      // The grammar accepts a go statement outside any function, but Go does not.
      if (around !== outside && around.reason === null) hooks.push({ kind: "spawn", start: site.start, end: site.end });
      continue;
    }
    if (site.kind === "timer") {
      if (around.reason === null) hooks.push({ kind: "timer", start: site.start, end: site.end });
      continue;
    }
    let frame: Frame;
    let at = site.start;
    let parameters = site.start + "func".length;
    if (site.kind === "literal") {
      const number = ++around.literals;
      const name = `${around.name}.${around.literal ? "" : "func"}${number}`;
      frame = { end: site.end, name, reason: inherited(around), literal: true, literals: 0 };
    } else {
      while (scanned.declarations[declaration].start < site.start) declaration++;
      const head = readHead(text, site.start);
      const name = head?.name ?? "?";
      at = head?.afterFunc ?? at;
      parameters = head?.nameEnd ?? parameters;
      const lead = scanned.declarations[declaration].lead;
      const reason =
        site.open < 0
          ? "no body"
          : head?.bare === "_"
            ? "function named _"
            : forbiddenBy(text, lead, head?.afterFunc ?? site.start);
      frame = { end: site.end, name, reason, literal: false, literals: 0 };
    }
    const entry = site.start === started || isEntry(text, frame.name, site);
    const isAsked = dumps.some(({ start }) => start > site.start && start < site.end);
    const small = callers.has(site.start)
      ? "calls a function that recovers, which a hook might prevent"
      : isAsked
        ? undefined
        : omitted.get(at);
    const own = isAgent(site.start) ? OF_AGENT : null;
    const reason = frame.reason ?? own ?? (entry ? null : (small ?? null));
    const test = reason === null ? tests.of(parameters) : undefined;
    if (reason === null) hooks.push({ kind: "function", open: site.open, name: frame.name, ...(test ? { test } : {}) });
    else refusals.push({ name: frame.name, offset: site.start, reason });
    frames.push(frame);
  }
  return { hooks, refusals, misplaced };
}

function inherited({ name, reason }: Frame): string | null {
  if (reason === null || reason.startsWith("in ")) return reason;
  return `in ${name}: ${reason}`;
}
