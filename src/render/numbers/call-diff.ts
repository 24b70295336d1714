/** A comparison of call traces as a table or as JSON. */
import { RUNS_NEEDED } from "../../base/evidence.js";
import { fullNames, type Naming } from "../../base/names.js";
import { jsonText, printable } from "../../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import {
  type CallChange,
  type CallDiff,
  type CallMeasure,
  callMeasures,
  callsChanged,
  type HookCost,
  namedStep,
  type Parts,
} from "../../callstats/index.js";
import { STATES } from "../../calltree/index.js";
import { type Column, type ColumnStyle, columns, number } from "../columns.js";
import { painter } from "../style.js";
import { tracingLine } from "../tracing.js";
import { remarks } from "./responsive-columns.js";
import { costsJson, ns, type StatsStyle } from "./stats.js";

export interface CallDiffReport {
  readonly diff: CallDiff;
  /** Rows to show. */
  readonly top: number;
  /** The changes beyond a threshold. */
  readonly exceeded: readonly Exceeded[];
  /** Why a threshold on times was not applied; undefined if it was. */
  readonly notJudged: string | undefined;
  /** By process, the most that tracing adds to a call; undefined if unknown. */
  readonly costs: readonly (HookCost | undefined)[];
  readonly notices: readonly string[];
}

export interface Exceeded {
  readonly change: CallChange;
  readonly measure: CallMeasure;
}

/** The table of changes, remarks on their significance, and the exceeded thresholds. */
export function* callDiffTable(report: CallDiffReport, options: StatsStyle): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour), notesAt: 4 };
  const { diff, exceeded, costs } = report;
  const { naming = fullNames } = options;
  const changed = diff.changes.filter(({ shifts }) => shifts[diff.measure].delta !== 0);
  const shown = changed.slice(0, report.top);
  if (diff.changes.length > 0 && changed.length === 0) yield `no change of ${diff.measure}\n`;
  else if (shown.length === 0) yield "no call to compare\n";
  else yield* columns(columnsOf(diff), shown.map(rowOf(diff, naming)), style);
  const more = changed.length - shown.length;
  if (more > 0) yield `${style.paint("dim", `${formatCount(more)} more`)}\n`;
  const tracing = tracingLine(costs);
  const what = diff.changes.some(({ path }) => path) ? "path" : "function";
  const same = diff.changes.length - changed.length;
  const lines = [
    chance(diff),
    ...(same > 0 ? [`unchanged: ${formatNumberOf(same, what)}`] : []),
    ...(diff.small > 0 ? [`left out by --min: ${formatNumberOf(diff.small, what)}`] : []),
    ...(tracing === undefined ? [] : [tracing]),
    ...report.notices,
  ];
  yield remarks(lines, style);
  if (exceeded.length > 0) yield "\n";
  for (const { change, measure } of exceeded.slice(0, report.top)) {
    yield `${style.paint("red", "exceeded")}: ${measure} ${sides(change, measure)}${share(change, measure)}: ${nameOf(change, naming)}\n`;
  }
  if (exceeded.length > report.top) yield `exceeded: ${formatCount(exceeded.length - report.top)} more\n`;
}

function chance({ runs, tested }: CallDiff): string {
  const sides = `A: ${formatNumberOf(runs.a, "run")}, B: ${formatNumberOf(runs.b, "run")}`;
  if (tested) return `${sides}, means; ~: no significant change (Mann-Whitney U test, p ≥ 0.05)`;
  return `${sides}: calls are exact, times vary from run to run; ${RUNS_NEEDED} runs a side (--a, --b) tell chance from change`;
}

function columnsOf({ measure }: CallDiff): Column[] {
  const others = callMeasures.filter((one) => one !== measure);
  return [
    ...[`A ${measure.toUpperCase()}`, "B", "DELTA", "CHANGE"].map(number),
    ...others.map((one) => number(one.toUpperCase())),
    { heading: "NAME", kind: "name" },
  ];
}

function rowOf(
  { measure, tested }: CallDiff,
  naming: Naming,
): (change: CallChange) => { cells: string[]; notes: string[] } {
  const others = callMeasures.filter((one) => one !== measure);
  return (change) => {
    const { a, b, shifts, name, path } = change;
    const { delta, significant, exact } = shifts[measure];
    const chance = tested && delta !== 0 && !significant && !exact;
    const cell = (side: CallChange["a"]) => (side ? format(side[measure].mean, measure) : "-");
    const word = !a ? "new" : !b ? "gone" : chance ? "~" : percent(shifts[measure].ratio);
    return {
      cells: [cell(a), cell(b), signed(delta, measure), word, ...others.map((one) => sides(change, one)), naming(name)],
      notes: [
        ...(path && path.length > 1 ? [shownPath(path.slice(0, -1), naming)] : []),
        ...(chance || measure === "calls" ? [] : partsText(change, measure)),
      ],
    };
  };
}

/** The states that changed most of a time, at most this many, each by at least this share of what the largest did. */
const PARTS = 4;
const LEAST = 0.05;

/** One line that says which parts of a time changed, most first: `lock +11.0ms, runnable +1.00ms`; none without states. */
export function partsText({ parts }: CallChange, measure: "total" | "self"): string[] {
  if (parts === undefined) return [];
  const { a, b } = parts[measure];
  const shifts = STATES.map((name, state) => ({ name, delta: b[state] - a[state] }));
  shifts.sort((one, other) => Math.abs(other.delta) - Math.abs(one.delta));
  const least = LEAST * Math.abs(shifts[0].delta);
  const shown = shifts.slice(0, PARTS).filter(({ delta }) => delta !== 0 && Math.abs(delta) >= least);
  if (shown.length === 0) return [];
  return [shown.map(({ name, delta }) => `${name} ${signed(delta, measure)}`).join(", ")];
}

export function sides({ a, b }: CallChange, measure: CallMeasure): string {
  const [left, right] = [a, b].map((side) => (side ? format(side[measure].mean, measure) : "-"));
  return left === right ? left : `${left} → ${right}`;
}

export function share({ shifts }: CallChange, measure: CallMeasure): string {
  const { ratio } = shifts[measure];
  return ratio === undefined ? "" : ` (${percent(ratio)})`;
}

function nameOf({ name, path }: CallChange, naming: Naming): string {
  return printable(path ? shownPath(path, naming) : naming(name));
}

function shownPath(path: readonly string[], naming: Naming): string {
  return path.map((step) => namedStep(step, naming)).join(" > ");
}

function format(value: number, measure: CallMeasure): string {
  if (measure !== "calls") return formatDuration(value);
  return Number.isInteger(value) ? formatCount(value) : String(Number(value.toFixed(1)));
}

function signed(delta: number, measure: CallMeasure): string {
  return `${delta > 0 ? "+" : ""}${format(delta, measure)}`;
}

function percent(ratio: number | undefined): string {
  if (ratio === undefined) return "";
  return `${ratio > 0 ? "+" : ""}${(ratio * 100).toFixed(1)}%`;
}

/** One object; times in nanoseconds. */
export function* callDiffJson(report: CallDiffReport, a: readonly string[], b: readonly string[]): Generator<string> {
  const { diff, costs, notices } = report;
  const head = {
    ...{ a, b, by: diff.measure, runs: diff.runs, tested: diff.tested, runs_needed: RUNS_NEEDED, left_out: diff.small },
    tracing_max_ns_per_call: costsJson(costs),
    not_judged: report.notJudged ?? null,
    statements: notices,
  };
  yield `${jsonText(head, undefined, 2).slice(0, -2)}`;
  for (const [name, list] of [
    ["changes", diff.changes.map((change) => record(change))],
    ["exceeded", report.exceeded.map(({ change, measure }) => ({ measure, ...record(change) }))],
  ] as const) {
    yield `,\n  "${name}": [`;
    for (const [index, one] of list.entries()) yield `${index > 0 ? "," : ""}\n    ${jsonText(one)}`;
    yield "\n  ]";
  }
  yield "\n}\n";
}

function record(change: CallChange): Record<string, unknown> {
  const { name, path, a, b, shifts, parts } = change;
  const measures = callMeasures.map((measure) => {
    const unit = measure === "calls" ? "" : "_ns";
    const side = (of: CallChange["a"]) =>
      of ? { mean: ns(of[measure].mean), min: ns(of[measure].min), max: ns(of[measure].max) } : null;
    const { delta, ratio = null, p = null, significant } = shifts[measure];
    return [`${measure}${unit}`, { a: side(a), b: side(b), delta: ns(delta), ratio, p, significant }];
  });
  return {
    function: name,
    ...(path ? { path } : {}),
    calls_changed: callsChanged(change),
    ...Object.fromEntries(measures),
    ...(parts === undefined ? {} : { states: partsJson(parts.total), self_states: partsJson(parts.self) }),
  };
}

/** `{"lock_ns": {"a": 12, "b": 23, "delta": 11}}`, means over runs, without states that neither side has. */
function partsJson({ a, b }: Parts): Record<string, unknown> {
  return Object.fromEntries(
    STATES.flatMap((name, state) => {
      const [before, after] = [a[state], b[state]];
      if (before === 0 && after === 0) return [];
      return [[`${name}_ns`, { a: ns(before), b: ns(after), delta: ns(after - before) }]];
    }),
  );
}
