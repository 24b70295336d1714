/** The summary of an execution trace as aligned tables. */

import type { Breakdown, GoroutineGroup, TraceSummary } from "../../analyses/index.js";
import type { Distribution } from "../../base/histogram.js";
import { printable } from "../../base/printable.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import { type Column, type ColumnStyle, columns, name, number } from "../columns.js";
import { partText } from "../part.js";
import { type Measure, painter } from "../style.js";
import { triggerLines } from "../triggers.js";
import { selectionTables } from "./selection.js";
import { functionName, givenName, siteOf } from "./stack.js";

export interface SummaryStyle {
  readonly colour: boolean;
  /** Columns of the terminal; undefined to cut nothing. */
  readonly width: number | undefined;
  readonly widthOf: Measure;
  /** The most rows of a table. */
  readonly top: number;
}

const MAX_NOTES = 5;

type Rows = Parameters<typeof columns>[1];

/** The file, for the first lines of the report. */
export interface TraceFile {
  readonly path: string;
  /** What is missing from a truncated file. */
  readonly warning: string | undefined;
  /** The part of the trace that the summary covers; times count from its start. */
  readonly part?: { readonly from: number; readonly to: number } | undefined;
}

/** All non-empty tables. */
export function* summaryTables(file: TraceFile, summary: TraceSummary, options: SummaryStyle): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour) };
  const { paint } = style;
  yield `${paint("bold", printable(file.path))}: ${printable(headline(summary))}\n`;
  if (file.part) yield `${partText(file.part)}; times count from its begin\n`;
  if (file.warning) yield `${paint("yellow", "note")}: ${printable(file.warning)}\n`;
  yield* triggerLines(summary.triggers, paint);
  for (const note of misuseNotes(summary)) yield `${paint("yellow", "note")}: ${printable(note)}\n`;
  if (summary.selection) yield* selectionTables(summary, options.top, style);
  const section = function* (title: string, list: readonly Column[], rows: Rows, more = "") {
    if (rows.length === 0) return;
    yield `\n${paint("bold", title)}${more ? paint("dim", `  ${more}`) : ""}\n`;
    yield* columns(list, rows.slice(0, options.top), style);
    if (rows.length > options.top) yield `${paint("dim", `${formatCount(rows.length - options.top)} more`)}\n`;
  };
  const own = summary.goroutines.filter((group) => !group.system);
  yield* section("Goroutines by start function", GROUPS, own.map(groupRow));
  const { sites, count, total } = summary.blocking;
  const more = `${formatDuration(total)} at ${formatNumberOf(count, "place")}`;
  yield* section("Where goroutines wait", SITES, siteRows(sites.slice(0, options.top)), more);
  yield* section("Blocked, by reason", REASONS, reasonRows(own));
  const { scheduling } = summary;
  const latencies = scheduling.byReason.map(({ reason, latency }) => ({
    cells: [...distributionCells(latency), reason || "(not known)"],
  }));
  const preempted = formatNumberOf(scheduling.preemptions, "preemption");
  yield* section("Waiting for a P", [...DISTRIBUTION, name("AFTER")], latencies, preempted);
  if (summary.selection) return;
  yield* section("Tasks", [...DISTRIBUTION, number("CUT"), name("TYPE")], summary.tasks.map(typeRow));
  yield* section("Regions", [...DISTRIBUTION, number("CUT"), name("TYPE")], summary.regions.map(typeRow));
  const logs = summary.logs.map((log) => ({ cells: [formatCount(log.count), log.category || "(none)"] }));
  yield* section("Logs", [number("COUNT"), name("CATEGORY")], logs);
  yield `\n${paint("bold", "Ps")}\n${procLines(summary)}`;
  const pauses = summary.gc.pauses.map((pause) => ({
    cells: [...distributionCells(pause.pauses), pause.gc ? `GC: ${pause.reason}` : pause.reason],
    notes: pause.gc ? [] : [siteOf(pause.longest.stack)],
  }));
  yield* section("Stop-the-world pauses", [...DISTRIBUTION, name("REASON")], pauses);
  yield `\n${paint("bold", "Garbage collector and heap")}\n${gcLines(summary)}`;
}

const DISTRIBUTION = ["COUNT", "TOTAL", "MEAN", "P50", "P99", "MAX"].map(number);
const GROUPS = [
  ...["COUNT", "TOTAL", "RUNNING", "RUNNABLE", "BLOCKED", "SYSCALL", "ASSIST", "P50", "P99", "MAX"].map(number),
  name("FUNCTION"),
];
const REASONS = [number("TOTAL"), number("SHARE"), name("REASON")];
const SITES = [...["TOTAL", "WAITS", "WAITERS", "MEAN", "MAX"].map(number), name("REASON"), name("WHERE")];

/** `1.2s, Go 1.26, GOMAXPROCS 8, 12,345 events, 42 goroutines`. */
function headline({ duration, goVersion, procs, events, goroutineCount }: TraceSummary): string {
  const parts = [formatDuration(duration), `Go ${goVersion}`];
  if (procs.gomaxprocs > 0) parts.push(`GOMAXPROCS ${procs.gomaxprocs}`);
  parts.push(formatNumberOf(events, "event"), formatNumberOf(goroutineCount, "goroutine"));
  return parts.join(", ");
}

/** Count, total, mean, median, 99th percentile, largest: durations. */
function distributionCells({ count, total, mean, p50, p99, max }: Distribution): string[] {
  return [formatCount(count), ...[total, mean, p50, p99, max].map(formatDuration)];
}

function waitingOf(breakdown: Breakdown): number {
  return Object.values(breakdown.waiting).reduce((sum, ns) => sum + ns, 0);
}

function groupRow(group: GoroutineGroup) {
  const { breakdown, lifetime } = group;
  const { total, running, runnable, gcAssist } = breakdown;
  const syscall = breakdown.syscall + breakdown.syscallBlocked;
  const times = [
    total,
    running,
    runnable,
    waitingOf(breakdown),
    syscall,
    gcAssist,
    lifetime.p50,
    lifetime.p99,
    lifetime.max,
  ];
  return { cells: [formatCount(group.count), ...times.map(formatDuration), functionName(group.function)] };
}

function typeRow({ type, durations, cut }: { type: string | undefined; durations: Distribution; cut: number }) {
  const shown = type === undefined ? "(began before)" : givenName(type);
  return { cells: [...distributionCells(durations), cut === 0 ? "" : formatCount(cut), shown] };
}

/** What the program's goroutines wait for, with the share of all waiting, which includes syscalls. */
function reasonRows(groups: readonly GoroutineGroup[]): Rows {
  const sums = new Map<string, number>();
  for (const { breakdown } of groups) {
    const syscall = breakdown.syscall + breakdown.syscallBlocked;
    for (const [reason, ns] of [...Object.entries(breakdown.waiting), ["syscall", syscall] as const])
      sums.set(reason, (sums.get(reason) ?? 0) + ns);
  }
  const total = [...sums.values()].reduce((sum, ns) => sum + ns, 0);
  return [...sums]
    .filter(([, ns]) => ns > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([reason, ns]) => ({ cells: [formatDuration(ns), formatPercent(ns, total), reason || "(not known)"] }));
}

/** Notes on regions that break the rules of runtime/trace, and on what is therefore not counted. */
function* misuseNotes({ regionMisuses }: TraceSummary): Generator<string> {
  for (const { region, goroutine, how, count } of regionMisuses.slice(0, MAX_NOTES)) {
    const times = count > 1 ? `, ${formatCount(count)} times` : "";
    yield how === "order"
      ? `region ${JSON.stringify(region)} of goroutine ${goroutine} ended before one that began within it${times}`
      : `region ${JSON.stringify(region)} ended on goroutine ${goroutine}, where it had not begun${times}: how long it took is not counted`;
  }
  const more = regionMisuses.length - MAX_NOTES;
  if (more > 0) yield `${formatCount(more)} more notes on regions that ended in a wrong order or on another goroutine`;
}

function siteRows(sites: TraceSummary["blocking"]["sites"]): Rows {
  return sites.map((site) => {
    const { waits, waiters, longest, releasers } = site;
    const max = `${longest.atLeast ? "≥" : ""}${formatDuration(waits.max)}`;
    const [first] = releasers;
    return {
      cells: [
        formatDuration(waits.total),
        formatCount(waits.count),
        formatCount(waiters),
        formatDuration(waits.mean),
        max,
        site.reason || "(not known)",
        siteOf(site.stack),
      ],
      notes:
        first?.function || first?.stack.length
          ? [
              `released by ${functionName(first.function)}: ${siteOf(first.stack)} (${formatPercent(first.total, waits.total)})`,
            ]
          : [],
    };
  });
}

function procLines({ procs }: TraceSummary): string {
  const share = (ns: number) => formatPercent(ns, procs.capacity);
  const idle = Math.max(0, procs.capacity - procs.running - procs.system - procs.syscall);
  const all = `${share(procs.running)} ran the program, ${share(procs.system)} the runtime, ${share(procs.syscall)} in syscalls, ${share(idle)} idle\n`;
  const total = procs.concurrency.reduce((sum, ns) => sum + ns, 0);
  const shares = procs.concurrency.map((ns, n) => [n, ns] as const).filter(([, ns]) => ns > 0);
  const busy = shares.slice(0, 17).map(([n, ns]) => `${n}: ${formatPercent(ns, total)}`);
  return `${all}time by number of busy Ps: ${busy.join(", ")}\n`;
}

function gcLines({ gc, heap, duration }: TraceSummary): string {
  const { cycles, assists, sweeps, mutator } = gc;
  const lines: string[] = [];
  const marked = formatDuration(cycles.total);
  lines.push(
    cycles.count === 0
      ? "no collections"
      : `${formatNumberOf(cycles.count, "collection")}: marking ${marked} (${formatPercent(cycles.total, duration)} of the time), p50 ${formatDuration(cycles.p50)}, longest ${formatDuration(cycles.max)}`,
  );
  if (assists.ranges.count + assists.waits.count > 0) {
    const [first] = assists.byFunction;
    const most = first ? `, most in ${functionName(first.function)}` : "";
    lines.push(
      `${formatNumberOf(assists.ranges.count, "mark assist")}: ${formatDuration(assists.ranges.total)}, longest ${formatDuration(assists.ranges.max)}; ${formatNumberOf(assists.waits.count, "wait")} in them: ${formatDuration(assists.waits.total)}${most}`,
    );
  }
  if (sweeps.ranges.count > 0) {
    lines.push(
      `${formatNumberOf(sweeps.ranges.count, "sweep")} by allocating goroutines: ${formatDuration(sweeps.ranges.total)}, ${formatBytes(sweeps.reclaimed)} of ${formatBytes(sweeps.swept)} reclaimed`,
    );
  }
  if (mutator.mean < 1) {
    const shown = mutator.minimum.filter(({ window }) => [1e5, 1e6, 1e7, 1e8].includes(window) && window < duration);
    const least = shown.map((one) => `${formatDuration(one.window)} ${formatPercent(one.utilization, 1)}`);
    lines.push(
      `left to the program: ${formatPercent(mutator.mean, 1)}; at least, in any window of ${least.join(", ")}`,
    );
  }
  if (heap.max > 0) {
    const { afterGc } = heap;
    const after =
      afterGc.count > 1
        ? `; after collections ${formatBytes(afterGc.first)} → ${formatBytes(afterGc.last)} (${afterGc.slope < 0 ? "-" : "+"}${formatBytes(Math.round(Math.abs(afterGc.slope)))}/s)`
        : "";
    lines.push(`heap ${formatBytes(heap.first)} → ${formatBytes(heap.last)}, largest ${formatBytes(heap.max)}${after}`);
  }
  return `${lines.join("\n")}\n`;
}
