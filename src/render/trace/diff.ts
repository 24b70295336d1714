/** A comparison of execution traces as a table. */

import type { Change, DiffMeasure, TraceDiff } from "../../analyses/index.js";
import { RUNS_NEEDED } from "../../base/evidence.js";
import { printable } from "../../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import { type Column, type ColumnStyle, columns, number } from "../columns.js";
import { type Measure, painter } from "../style.js";
import { givenName } from "./stack.js";

export interface DiffStyle {
  readonly colour: boolean;
  /** Columns of the terminal; undefined to cut nothing. */
  readonly width: number | undefined;
  readonly widthOf: Measure;
  readonly top: number;
}

/** The table of changes, remarks on their significance, and the exceeded threshold. @param failed changes beyond it */
export function* diffTable(diff: TraceDiff, failed: readonly Change[], options: DiffStyle): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour) };
  const { measure, runs, tested, changes } = diff;
  const shown = changes.slice(0, options.top);
  const list: Column[] = [
    { heading: "KIND", kind: "name" },
    ...[`A ${measure.toUpperCase()}`, "B", "DELTA", "CHANGE"].map(number),
    ...(tested ? [number("P")] : []),
    ...(["count", "p50", "p99"] as const).filter((one) => one !== measure).map((one) => number(one.toUpperCase())),
    { heading: "NAME", kind: "name" },
  ];
  if (shown.length === 0)
    yield "nothing to compare: the traces share no tasks, regions or goroutines that took long enough\n";
  else
    yield* columns(
      list,
      shown.map((change) => ({ cells: row(change, diff) })),
      style,
    );
  if (changes.length > shown.length)
    yield `${style.paint("dim", `${formatCount(changes.length - shown.length)} more`)}\n`;
  const test = tested
    ? "P: Mann-Whitney U test; ~ is no significant change (p ≥ 0.05)"
    : `too few runs to tell chance from change: it takes ${RUNS_NEEDED} a side (--a, --b)`;
  yield `\nA: ${formatNumberOf(runs.a, "run")}, B: ${formatNumberOf(runs.b, "run")}; ${test}\n`;
  for (const change of failed) {
    yield `${style.paint("red", "exceeded")}: ${change.kind} ${printable(nameOf(change))}: ${measure} ${percent(change.ratio)}\n`;
  }
}

function row(change: Change, { measure, tested }: TraceDiff): string[] {
  const { kind, a, b, delta, ratio, p, significant } = change;
  const value = (side: Change["a"], of: DiffMeasure) => (side ? format(side[of], of) : "-");
  const sides = (of: DiffMeasure) => {
    const [left, right] = [value(a, of), value(b, of)];
    return left === right ? left : `${left} → ${right}`;
  };
  const others = (["count", "p50", "p99"] as const).filter((one) => one !== measure);
  const changed = !a ? "new" : !b ? "gone" : tested && !significant ? "~" : percent(ratio);
  return [
    kind,
    value(a, measure),
    value(b, measure),
    `${delta > 0 ? "+" : ""}${format(delta, measure)}`,
    changed,
    ...(tested ? [p === undefined ? "" : p.toFixed(3)] : []),
    ...others.map(sides),
    nameOf(change),
  ];
}

function nameOf({ kind, name }: Change): string {
  return kind === "task" || kind === "region" ? givenName(name) : name || "(not known)";
}

function format(value: number, measure: DiffMeasure): string {
  return measure === "count" ? String(Number(value.toFixed(1))) : formatDuration(value);
}

function percent(ratio: number | undefined): string {
  if (ratio === undefined) return "";
  return `${ratio > 0 ? "+" : ""}${(ratio * 100).toFixed(1)}%`;
}
