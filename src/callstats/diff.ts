/**
 * Compares call traces from before and after a change: calls and times by function or call path, matched by name. A
 * side may have several runs; then numbers are means over runs, and their spread decides what is significant.
 */
import { canTell, type Evidence, evidence } from "../base/evidence.js";
import { STATES } from "../calltree/index.js";
import type { RunItems } from "./items.js";

export const callMeasures = ["total", "self", "calls"] as const;
export type CallMeasure = (typeof callMeasures)[number];

/** A number over the runs of a side; a run without the item counts as 0. */
interface Extent {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Nanoseconds, except for `calls`. */
type CallSide = Readonly<Record<CallMeasure, Extent>>;

/** How a measure of an item changed. */
interface Shift extends Evidence {
  /** b − a; a missing item counts as 0. */
  readonly delta: number;
  /** delta / a; undefined if a is 0 or missing, or b is missing. */
  readonly ratio: number | undefined;
  /**
   * For `calls`: whether the runs of each side agree. Then the count is deterministic and needs no significance test.
   */
  readonly exact: boolean;
}

/** One item on both sides. */
export interface CallChange {
  /** Go's name of the function. */
  readonly name: string;
  /** Outermost call first, the function last; undefined when functions are compared. */
  readonly path: readonly string[] | undefined;
  /** Undefined if no run of the side has the item. */
  readonly a: CallSide | undefined;
  readonly b: CallSide | undefined;
  readonly shifts: Readonly<Record<CallMeasure, Shift>>;
  /**
   * How the times divide into states, which explains their change; undefined unless all runs with the item have an
   * execution trace.
   */
  readonly parts: Readonly<Record<"total" | "self", Parts>> | undefined;
}

/** Means over the runs of a side, by index into STATES, nanoseconds; a run without the item counts as 0. */
export interface Parts {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export interface ComparisonOptions {
  /** Order of the changes. */
  readonly measure: CallMeasure;
  /** Nanoseconds: items with a smaller total on both sides are left out, unless their calls changed. */
  readonly min: number;
}

/** The result of a comparison. */
export interface CallDiff {
  readonly measure: CallMeasure;
  readonly runs: { readonly a: number; readonly b: number };
  /** Whether there are enough runs for the significance test. */
  readonly tested: boolean;
  /** Largest |delta| first. */
  readonly changes: readonly CallChange[];
  /** Number of items left out by `min`. */
  readonly small: number;
}

/** Compares the runs of two sides. @param names the name or path of an item */
export function diffCalls(
  a: readonly RunItems[],
  b: readonly RunItems[],
  names: (item: number) => Pick<CallChange, "name" | "path">,
  { measure, min }: ComparisonOptions,
): CallDiff {
  const tested = canTell(a.length, b.length);
  const changes: CallChange[] = [];
  let small = 0;
  for (const item of new Set([...a, ...b].flatMap((run) => [...run.keys()]))) {
    const [sideA, sideB] = [sideOf(a, item), sideOf(b, item)];
    const shifts = Object.fromEntries(
      callMeasures.map((one) => [one, shiftOf(a, b, item, one, tested)]),
    ) as CallChange["shifts"];
    const change = { ...names(item), a: sideA, b: sideB, shifts, parts: partsOf(a, b, item) };
    if (Math.max(sideA?.total.mean ?? 0, sideB?.total.mean ?? 0) >= min || callsChanged(change)) changes.push(change);
    else small++;
  }
  changes.sort(
    (one, other) =>
      Math.abs(other.shifts[measure].delta) - Math.abs(one.shifts[measure].delta) ||
      Math.abs(other.shifts.calls.delta) - Math.abs(one.shifts.calls.delta),
  );
  return { measure, runs: { a: a.length, b: b.length }, tested, changes, small };
}

/** Whether the number of calls changed. If it does not vary between the runs of a side, any difference counts. */
export function callsChanged({ shifts: { calls } }: Pick<CallChange, "shifts">): boolean {
  return calls.delta !== 0 && (calls.exact || calls.significant);
}

/** The time measures that grew significantly, by more than `share` (0.1 is 10 %), to at least `min` ns. */
export function grown({ b, shifts }: CallChange, share: number, min: number): ("total" | "self")[] {
  return (["total", "self"] as const).filter((one) => {
    const { ratio, significant } = shifts[one];
    return ratio !== undefined && ratio > share && significant && b![one].mean >= min;
  });
}

function valuesOf(runs: readonly RunItems[], item: number, measure: CallMeasure): number[] {
  return runs.map((run) => run.get(item)?.[measure] ?? 0);
}

function sideOf(runs: readonly RunItems[], item: number): CallSide | undefined {
  if (!runs.some((run) => run.has(item))) return undefined;
  return Object.fromEntries(callMeasures.map((one) => [one, extentOf(valuesOf(runs, item, one))])) as CallSide;
}

function partsOf(a: readonly RunItems[], b: readonly RunItems[], item: number): CallChange["parts"] {
  const isDivided = (run: RunItems) => !run.has(item) || run.get(item)!.states !== undefined;
  if (![...a, ...b].every(isDivided)) return undefined;
  const mean = (runs: readonly RunItems[], time: "total" | "self") =>
    STATES.map((_, state) => {
      const sum = runs.reduce((sum, run) => sum + (run.get(item)?.states?.[time][state] ?? 0), 0);
      return sum / runs.length;
    });
  const of = (time: "total" | "self"): Parts => ({ a: mean(a, time), b: mean(b, time) });
  return { total: of("total"), self: of("self") };
}

function extentOf(values: readonly number[]): Extent {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, min: Math.min(...values), max: Math.max(...values) };
}

function shiftOf(
  a: readonly RunItems[],
  b: readonly RunItems[],
  item: number,
  measure: CallMeasure,
  tested: boolean,
): Shift {
  const [before, after] = [valuesOf(a, item, measure), valuesOf(b, item, measure)];
  const [left, right] = [extentOf(before), extentOf(after)];
  const delta = right.mean - left.mean;
  const known = a.some((run) => run.has(item)) && b.some((run) => run.has(item));
  return {
    delta,
    ratio: known && left.mean > 0 ? delta / left.mean : undefined,
    exact: measure === "calls" && left.min === left.max && right.min === right.max,
    ...evidence(before, after, tested),
  };
}
