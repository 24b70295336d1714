/** Numbers by function as a table, as JSON, as CSV. */
import { jsonText, printable } from "../base/printable.js";
import { formatCount, formatDuration } from "../base/units.js";
import { EXACT_CALLS, type FunctionStats, type HookCost, type Neighbour } from "../callstats/index.js";
import type { Column, ColumnStyle } from "./columns.js";
import { type FittingColumn, fitting, remarks } from "./fit.js";
import { DISTORTED, hookLine } from "./hooks.js";
import { type Measure, painter } from "./style.js";

/** What is shown. */
export interface StatsReport {
  /** In the order to show. */
  readonly rows: readonly FunctionStats[];
  /** All functions, before `top` was applied. */
  readonly functions: number;
  /** Callers and callees, where they were asked for. */
  readonly neighbours: readonly NeighbourTable[];
  readonly hooks: readonly (HookCost | undefined)[];
  readonly corrected: boolean;
  /** What else a view must say. */
  readonly statements: readonly string[];
}

/** Who calls some functions, or what they call. */
export interface NeighbourTable {
  readonly kind: "callers" | "callees";
  /** The functions, as they were asked for. */
  readonly of: string;
  readonly rows: readonly Neighbour[];
  /** All rows, before `top` was applied. */
  readonly count: number;
}

export interface StatsStyle {
  readonly colour: boolean;
  /** Columns; undefined where nothing should be cut. */
  readonly width: number | undefined;
  readonly widthOf: Measure;
}

const ERROR = "0.8 %";
const SPREAD = ["min", "mean", "p50", "p90", "p99", "max", "stddev"] as const;
/** Which columns go first where there is no room. */
const DISPENSABLE: Readonly<Record<(typeof SPREAD)[number], number>> = {
  stddev: 7,
  min: 6,
  p90: 5,
  p50: 4,
  p99: 3,
  max: 2,
  mean: 1,
};

/** The table, the tables of neighbours, and what to know about them. */
export function* statsTable(report: StatsReport, options: StatsStyle): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour) };
  const { rows, functions, neighbours, corrected, hooks } = report;
  const notes: string[] = [];
  if (rows.length > 0) {
    const { lines, dropped } = fitting(columnsOf(rows), rows.map(cellsOf(rows)), style);
    yield* lines;
    if (functions > rows.length) yield `${style.paint("dim", `${formatCount(functions - rows.length)} more`)}\n`;
    notes.push(
      "TOTAL: recursion counts once; MIN to STDDEV: single calls",
      `percentiles are off by at most ${ERROR}, of up to ${EXACT_CALLS} calls exact`,
    );
    if (dropped.length > 0) notes.push(`no room for ${dropped.join(", ")}: use a wider terminal or --format csv`);
    if (rows.some(({ distorted }) => distorted)) notes.push(DISTORTED);
  } else if (neighbours.length === 0) yield "no call that was asked for\n";
  for (const [index, table] of neighbours.entries()) {
    if (index > 0 || rows.length > 0) yield "\n";
    yield* neighbourTable(table, style);
  }
  const hook = hookLine(hooks, corrected);
  if (hook !== undefined) notes.push(hook);
  const lines = [...notes, ...report.statements];
  yield remarks(lines, style);
}

function columnsOf(rows: readonly FunctionStats[]): FittingColumn[] {
  return [
    ...["CALLS", "TOTAL", "SELF"].map(number),
    ...SPREAD.map((one) => ({ ...number(one.toUpperCase()), dispensable: DISPENSABLE[one] })),
    ...endings(rows).map((one) => number(one.toUpperCase())),
    { heading: "FUNCTION", kind: "name" },
  ];
}

function cellsOf(rows: readonly FunctionStats[]): (row: FunctionStats) => { cells: string[] } {
  const shown = endings(rows);
  return (row) => ({
    cells: [
      formatCount(row.calls),
      formatDuration(row.total),
      `${row.distorted ? "~" : ""}${formatDuration(row.self)}`,
      ...SPREAD.map((one) => formatDuration(row[one])),
      ...shown.map((one) => (row[one] === 0 ? "" : formatCount(row[one]))),
      row.name,
    ],
  });
}

/** Panics have columns where there are any. */
function endings(rows: readonly FunctionStats[]): readonly ("panics" | "recovered")[] {
  return (["panics", "recovered"] as const).filter((one) => rows.some((row) => row[one] > 0));
}

function number(heading: string): Column {
  return { heading, kind: "number" };
}

function* neighbourTable({ kind, of, rows, count }: NeighbourTable, style: ColumnStyle): Generator<string> {
  const title = printable(kind === "callers" ? `Callers of ${of}` : `What ${of} calls`);
  yield `${style.paint("bold", title)}\n`;
  if (rows.length === 0) {
    yield kind === "callers" ? "it was not called\n" : "no traced function\n";
    return;
  }
  const heading = kind === "callers" ? "CALLER" : "CALLEE";
  const list: FittingColumn[] = [...["CALLS", "TOTAL", "SELF"].map(number), { heading, kind: "name" }];
  const cells = rows.map(({ name, spawned, calls, total, self }) => ({
    cells: [
      formatCount(calls),
      formatDuration(total),
      formatDuration(self),
      name === undefined ? "(no traced caller)" : `${name}${spawned ? " (its go statement)" : ""}`,
    ],
  }));
  yield* fitting(list, cells, style).lines;
  if (count > rows.length) yield `${style.paint("dim", `${formatCount(count - rows.length)} more`)}\n`;
}

/** Times in nanoseconds, with one decimal: means of many calls are finer than a clock. */
export function ns(time: number): number {
  return Math.round(time * 10) / 10;
}

/** A row under the names of JSON and CSV. */
function record(row: FunctionStats): Record<string, string | number | boolean> {
  const spread = Object.fromEntries(SPREAD.map((one) => [`${one}_ns`, ns(row[one])]));
  return {
    function: row.name,
    file: row.file,
    line: row.line,
    calls: row.calls,
    total_ns: ns(row.total),
    self_ns: ns(row.self),
    ...spread,
    panics: row.panics,
    recovered: row.recovered,
    goexits: row.goexits,
    not_returned: row.running,
    measured_total_ns: ns(row.measured.total),
    measured_self_ns: ns(row.measured.self),
    distorted: row.distorted,
  };
}

/** One object; times in nanoseconds. */
export function* statsJson({
  rows,
  functions,
  neighbours,
  hooks,
  corrected,
  statements,
}: StatsReport): Generator<string> {
  const head = {
    hook: hooks.map((cost) => (cost === undefined ? null : { inner_ns: ns(cost.inner), outer_ns: ns(cost.outer) })),
    hook_subtracted: corrected && hooks.some((cost) => cost !== undefined),
    percentile_error: 1 / 128,
    statements,
    functions_in_all: functions,
  };
  yield `${jsonText(head, undefined, 2).slice(0, -2)},\n  "functions": [`;
  for (const [index, row] of rows.entries()) yield `${index > 0 ? "," : ""}\n    ${jsonText(record(row))}`;
  yield `\n  ]`;
  for (const table of neighbours) {
    const list = table.rows.map(({ name, spawned, calls, total, self }) => ({
      function: name ?? null,
      spawned,
      calls,
      total_ns: ns(total),
      self_ns: ns(self),
    }));
    yield `,\n  "${table.kind}": ${jsonText({ of: table.of, rows: list })}`;
  }
  yield "\n}\n";
}

/** A heading and a line for each function; times in nanoseconds. */
export function* statsCsv({ rows }: Pick<StatsReport, "rows">): Generator<string> {
  const names = Object.keys(record(EMPTY));
  yield `${names.join(",")}\n`;
  for (const row of rows) yield `${Object.values(record(row)).map(csvCell).join(",")}\n`;
}

const EMPTY: FunctionStats = {
  ...{ name: "", file: "", line: 0, calls: 0, total: 0, self: 0, panics: 0, goexits: 0, recovered: 0, running: 0 },
  ...{ min: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0, stddev: 0 },
  ...{ measured: { total: 0, self: 0 }, distorted: false },
};

/** RFC 4180. */
function csvCell(value: string | number | boolean): string {
  const text = printable(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
