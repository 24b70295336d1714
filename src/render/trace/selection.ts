/** Tables for one task, goroutine or request of an execution trace: where its time went, and its critical path. */

import type { Breakdown, CriticalPath, TaskRecord, TasksOfType, TraceSummary } from "../../analyses/index.js";
import { printable } from "../../base/printable.js";
import { formatCount, formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import { type ColumnStyle, columns } from "../columns.js";
import { functionName, givenName, siteOf } from "./stack.js";

/**
 * Yields what comes before the tables of the selection: its extent, time breakdown, critical path and similar tasks.
 */
export function* selectionTables(summary: TraceSummary, top: number, style: ColumnStyle): Generator<string> {
  const { begin, end, goroutines, ofType } = summary.selection!;
  const span = `${formatDuration(begin)} to ${formatDuration(end)} (${formatDuration(end - begin)})`;
  yield `selected: ${span}, ${formatNumberOf(goroutines.length, "goroutine")}${listed(goroutines)}\n`;
  for (const task of summary.selected) yield* taskTables(task, top, style);
  if (summary.selected.length === 0) {
    const [group] = summary.goroutines;
    if (group && summary.goroutines.length === 1) yield* breakdownTable("Where the time went", group.breakdown, style);
  }
  if (summary.criticalPath) yield* pathTable(summary.criticalPath, top, style);
  if (ofType && ofType.count > 1) yield* ofTypeTable(ofType, top, style);
}

/** All tasks of the type, with the flag that selects each. */
function* ofTypeTable({ count, longest }: TasksOfType, top: number, style: ColumnStyle): Generator<string> {
  yield `\n${style.paint("bold", "Tasks of this type")}${style.paint("dim", `  ${formatCount(count)}, longest first`)}\n`;
  const rows = longest.slice(0, top).map(({ id, begin, end, cut, goroutines }) => ({
    cells: [
      `${cut ? "≥" : ""}${formatDuration(end - begin)}`,
      formatDuration(begin),
      formatCount(goroutines),
      `--task ${id}`,
    ],
  }));
  const list = [
    { heading: "DURATION", kind: "number" },
    { heading: "BEGIN", kind: "number" },
    { heading: "GOROUTINES", kind: "number" },
    { heading: "SHOW", kind: "name" },
  ] as const;
  yield* columns(list, rows, style);
  if (count > top) yield `${style.paint("dim", `${formatCount(count - top)} more`)}\n`;
}

function listed(goroutines: readonly number[]): string {
  const shown = goroutines.slice(0, 8).join(", ");
  return goroutines.length === 0 ? "" : `: ${shown}${goroutines.length > 8 ? ", …" : ""}`;
}

function* taskTables(task: TaskRecord, top: number, style: ColumnStyle): Generator<string> {
  const { paint } = style;
  const cut = task.cutBegin ? " (began before)" : task.cutEnd ? " (had not ended)" : "";
  const name = task.cutBegin && task.type === "" ? "" : ` ${printable(givenName(task.type))}`;
  const title = `Task ${task.id}${name}`;
  const facts = `${formatDuration(task.end - task.begin)} from ${formatDuration(task.begin)}${cut}, ${formatNumberOf(task.goroutines.length, "goroutine")}`;
  yield* breakdownTable(`${title}: ${facts}`, task.breakdown, style);
  for (const [heading, list] of [
    ["REGION", task.regions],
    ["CHILD TASK", task.children],
  ] as const) {
    if (list.length === 0) continue;
    const rows = list
      .slice(0, top)
      .map(({ type, count, total }) => ({ cells: [formatCount(count), formatDuration(total), givenName(type)] }));
    yield "\n";
    yield* columns(
      [
        { heading: "COUNT", kind: "number" },
        { heading: "TOTAL", kind: "number" },
        { heading, kind: "name" },
      ],
      rows,
      style,
    );
  }
  if (task.logs.length === 0) return;
  yield `\n${paint("dim", "LOG")}\n`;
  for (const log of task.logs.slice(0, top)) {
    yield `${formatDuration(log.time - task.begin)}  ${log.category ? `${printable(log.category)}: ` : ""}${printable(log.message)}\n`;
  }
}

function* breakdownTable(title: string, breakdown: Breakdown, style: ColumnStyle): Generator<string> {
  const parts: [string, number][] = [
    ["running", breakdown.running],
    ["assisting the collector", breakdown.gcAssist],
    ["runnable, waiting for a P", breakdown.runnable],
    ["in syscalls", breakdown.syscall],
    ["in syscalls without a P", breakdown.syscallBlocked],
    ...Object.entries(breakdown.waiting).map(([reason, ns]): [string, number] => [
      `waiting: ${reason || "(not known)"}`,
      ns,
    ]),
  ];
  const rows = parts
    .filter(([, ns]) => ns > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([part, ns]) => ({ cells: [formatDuration(ns), formatPercent(ns, breakdown.total), part] }));
  yield `\n${style.paint("bold", title)}\n`;
  const list = [
    { heading: "TIME", kind: "number" },
    { heading: "SHARE", kind: "number" },
    { heading: "OF ALL GOROUTINES IN IT", kind: "name" },
  ] as const;
  yield* columns(list, rows, style);
}

function* pathTable(path: CriticalPath, top: number, style: ColumnStyle): Generator<string> {
  const length = path.end - path.begin;
  const steps = formatNumberOf(path.omitted + path.steps.length, "step");
  yield `\n${style.paint("bold", "Critical path")}${style.paint("dim", `  ${formatDuration(length)}, ${steps}`)}\n`;
  const parts = partRows(path);
  const rows = parts.slice(0, top).map(({ total, count, texts }) => ({
    cells: [formatDuration(total), formatPercent(total, length), formatCount(count), ...texts],
  }));
  const list = [
    { heading: "TIME", kind: "number" },
    { heading: "SHARE", kind: "number" },
    { heading: "STEPS", kind: "number" },
    { heading: "DOING", kind: "name" },
    { heading: "GOROUTINE OF", kind: "name" },
    { heading: "WHERE", kind: "name" },
  ] as const;
  yield* columns(list, rows, style);
  if (parts.length > top) yield `${style.paint("dim", `${formatCount(parts.length - top)} more`)}\n`;
}

interface PartRow {
  total: number;
  count: number;
  readonly texts: readonly string[];
}

/** The rows of a path's parts, largest first; parts with the same texts share a row. */
function partRows({ parts }: CriticalPath): PartRow[] {
  const rows = new Map<string, PartRow>();
  for (const { activity, reason, stack, function: start, total, count } of parts) {
    const doing = activity === "running" || activity === "syscall" ? activity : `${activity}: ${reason || "?"}`;
    const texts = [doing, functionName(start), siteOf(stack)];
    const key = texts.join("\0");
    const row = rows.get(key);
    if (row) {
      row.total += total;
      row.count += count;
    } else rows.set(key, { total, count, texts });
  }
  return [...rows.values()].sort((a, b) => b.total - a.total);
}
