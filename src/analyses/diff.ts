/**
 * Compares the summaries of execution traces before (a) and after (b) a change: tasks, regions, start functions and
 * states, matched by name. A side may have several runs: numbers are then means over runs, and the Mann-Whitney U test
 * shows whether a difference may be chance.
 */
import { canTell, type Evidence, evidence } from "../base/evidence.js";
import type { Distribution } from "../base/histogram.js";
import type { TraceSummary } from "./summary.js";

export const measures = ["total", "mean", "p50", "p95", "p99", "count"] as const;
export type Measure = (typeof measures)[number];
export const itemKinds = ["task", "region", "function", "state"] as const;
export type ItemKind = (typeof itemKinds)[number];

/** Means over the runs of a side, in ns; `count` is a number. */
type Side = Readonly<Record<Measure, number>>;

/** One item on both sides. */
export interface Change extends Evidence {
  readonly kind: ItemKind;
  /** Type of a task or region, start function of goroutines, or a state such as "runnable" or "sync". */
  readonly name: string;
  /** Undefined if no run of the side has the item. */
  readonly a: Side | undefined;
  readonly b: Side | undefined;
  /** b − a of the chosen measure; a missing side counts as 0. */
  readonly delta: number;
  /** delta / a; undefined if a side lacks the item, or a is 0. */
  readonly ratio: number | undefined;
}

/** What to compare, and how to sort it. */
export interface DiffOptions {
  readonly measure: Measure;
  /** Items whose total is below this on both sides are left out, ns. */
  readonly min: number;
  /** Kinds of items to compare; default: all. */
  readonly kinds?: readonly ItemKind[] | undefined;
  /** Pattern of the names to compare; default: all. */
  readonly match?: RegExp | undefined;
}

/** The result of a comparison. */
export interface TraceDiff {
  readonly measure: Measure;
  readonly runs: { readonly a: number; readonly b: number };
  /** Whether there are enough runs for the test. */
  readonly tested: boolean;
  /** Largest |delta| first. */
  readonly changes: readonly Change[];
}

/** Compares two sides. @param a @param b the summaries of a side's runs */
export function diffTraces(
  a: readonly TraceSummary[],
  b: readonly TraceSummary[],
  { measure, min, kinds = itemKinds, match }: DiffOptions,
): TraceDiff {
  const tested = canTell(a.length, b.length);
  const [before, after] = [a.map(itemsOf), b.map(itemsOf)];
  const changes: Change[] = [];
  for (const key of new Set([...before, ...after].flatMap((items) => [...items.keys()]))) {
    const [kind, name] = JSON.parse(key) as [ItemKind, string];
    if (!kinds.includes(kind) || (match && !match.test(name))) continue;
    const [as, bs] = [before, after].map((runs) => runs.map((items) => items.get(key)));
    const [sideA, sideB] = [sideOf(as), sideOf(bs)];
    if (Math.max(sideA?.total ?? 0, sideB?.total ?? 0) < min) continue;
    const delta = (sideB?.[measure] ?? 0) - (sideA?.[measure] ?? 0);
    const both = sideA !== undefined && sideB !== undefined;
    changes.push({
      kind,
      name,
      a: sideA,
      b: sideB,
      delta,
      ratio: both && sideA[measure] > 0 ? delta / sideA[measure] : undefined,
      ...evidence(valuesOf(as, measure), valuesOf(bs, measure), tested && both),
    });
  }
  changes.sort((one, other) => Math.abs(other.delta) - Math.abs(one.delta));
  return { measure, runs: { a: a.length, b: b.length }, tested, changes };
}

/**
 * The changes that are significant and grew by more than a share (0.1: 10 %). An item that one side lacks has no
 * growth.
 */
export function exceeding(diff: TraceDiff, share: number): Change[] {
  return diff.changes.filter(({ ratio, significant }) => ratio !== undefined && ratio > share && significant);
}

function itemsOf(summary: TraceSummary): Map<string, Distribution> {
  const items = new Map<string, Distribution>();
  const add = (kind: ItemKind, name: string, of: Distribution) => {
    if (of.count > 0) items.set(JSON.stringify([kind, name]), of);
  };
  for (const { type = "", durations } of summary.tasks) add("task", type, durations);
  for (const { type, durations } of summary.regions) add("region", type, durations);
  for (const { function: name, system, lifetime } of summary.goroutines) if (!system) add("function", name, lifetime);
  for (const { name, of } of summary.states) add("state", name, of);
  return items;
}

/** Means over runs. A run without the item counts as 0 in `count` and `total` and is ignored in the other measures. */
function sideOf(runs: readonly (Distribution | undefined)[]): Side | undefined {
  if (runs.every((run) => run === undefined)) return undefined;
  return Object.fromEntries(measures.map((measure) => [measure, mean(valuesOf(runs, measure))])) as Side;
}

function valuesOf(runs: readonly (Distribution | undefined)[], measure: Measure): number[] {
  if (measure === "total" || measure === "count") return runs.map((run) => run?.[measure] ?? 0);
  return runs.flatMap((run) => (run ? [run[measure]] : []));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
