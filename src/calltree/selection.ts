/** What to show of a recording. */
import type { CallFamily, WrittenCallId } from "./call-id.js";
import type { Scope } from "./replay/scope.js";
import type { PathOptions } from "./views/select.js";
import type { Bound } from "./window.js";

/** The selection to show. Patterns match anywhere in a function's name. */
export interface SelectOptions extends PathOptions {
  /** Only these goroutines. */
  readonly goroutines?: readonly number[];
  /** Only this call, with its callers as context, and the goroutines that it started. */
  readonly call?: WrittenCallId;
  /** Only the time between these. `Recording.windowOf` has the window of a process. */
  readonly from?: Bound;
  readonly to?: Bound;
  /**
   * In a walk: only calls of at least this many nanoseconds. Renderers of trees pass this and the next two to
   * `viewTree` instead.
   */
  readonly minimum?: number;
  readonly depth?: number;
  /** Only this many call paths, those with the largest total times, and their callers. */
  readonly top?: number;
}

/** Whether a selection chooses calls, and not only how much to show of them. */
export function isStructural({ focus, ignore, hide, test, goroutines, call, from, to }: SelectOptions): boolean {
  return [focus, ignore, hide, test, goroutines, call, from, to].some((option) => option !== undefined);
}

/** The calls of a process that a selection counts, at any time. @param family that of the selected call */
export function scopeOf(
  { goroutines }: SelectOptions,
  process: number,
  family?: CallFamily,
): Pick<Scope, "goroutines" | "family"> {
  return {
    ...(goroutines === undefined ? {} : { goroutines: new Set(goroutines) }),
    ...(family === undefined ? {} : { family: familyScope(family, process) }),
  };
}

function familyScope({ id, start, end, members }: CallFamily, process: number): NonNullable<Scope["family"]> {
  const { goid, number } = id;
  const goroutines = process === id.process ? members.map((member) => member.goid) : [];
  return { goroutines: new Set(goroutines), goid, number, start, end };
}
