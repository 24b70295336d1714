/** Statistics by function as a table, JSON or CSV. */
import { fullNames, type Naming } from "../../base/names.js";
import { jsonText, printable } from "../../base/printable.js";
import { formatCount, formatDuration } from "../../base/units.js";
import {
  EXACT_CALLS,
  type FunctionReasons,
  type FunctionStats,
  type FunctionWaits,
  type HookCost,
  type Neighbour,
} from "../../callstats/index.js";
import { isDistorted, STATES } from "../../calltree/index.js";
import { type ColumnStyle, number } from "../columns.js";
import { blamedJson, reasonsJson, stateCell, stateFields, statesJson, statesThatMatter, sumStates } from "../states.js";
import { type Measure, painter } from "../style.js";
import { DISTORTED, DISTORTED_LEGEND, tracingLine } from "../tracing.js";
import { IDLE } from "../tree/label.js";
import { type FittingColumn, fitting, remarks } from "./responsive-columns.js";

/** The input of all formats here. */
export interface StatsReport {
  /** In display order. */
  readonly rows: readonly FunctionStats[];
  /** The states whose time decides the order, which get a column; undefined for another order. */
  readonly by?: readonly number[] | undefined;
  /** Rows of functions that only wait for work, which get a mark. */
  readonly idle?: ReadonlySet<FunctionStats>;
  /** Number of functions before `top` was applied. */
  readonly functions: number;
  /** Callers and callees, if requested. */
  readonly neighbours: readonly NeighbourTable[];
  /** By process, the most that tracing adds to a call; undefined if unknown. */
  readonly costs: readonly (HookCost | undefined)[];
  /** Who made whom wait; undefined without an execution trace. */
  readonly waits?: readonly FunctionWaits[] | undefined;
  /** Why they waited, by function. */
  readonly reasons?: ReadonlyMap<string, FunctionReasons>;
  /** Further lines to print below the tables. */
  readonly notices: readonly string[];
}

/** The callers or the callees of some functions. */
export interface NeighbourTable {
  readonly kind: "callers" | "callees";
  /** The function pattern as the user wrote it. */
  readonly of: string;
  readonly rows: readonly Neighbour[];
  /** Number of rows before `top` was applied. */
  readonly count: number;
}

export interface StatsStyle {
  readonly colour: boolean;
  /** Columns of the terminal; undefined to cut nothing. */
  readonly width: number | undefined;
  readonly widthOf: Measure;
  /** How to show function names; full names by default. */
  readonly naming?: Naming;
}

const ERROR = "0.8 %";
const SPREAD = ["min", "mean", "p50", "p90", "p95", "p99", "max", "stddev"] as const;
/** Columns with larger numbers are dropped first on a narrow terminal. */
const DISPENSABLE: Readonly<Record<(typeof SPREAD)[number], number>> = {
  stddev: 8,
  min: 7,
  p90: 6,
  p95: 5,
  p50: 4,
  p99: 3,
  max: 2,
  mean: 1,
};

/** The table of functions, the tables of neighbours, and remarks. */
export function* statsTable(report: StatsReport, options: StatsStyle): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour) };
  const { rows, functions, neighbours, costs } = report;
  const states = statesOf(report);
  const notes: string[] = [];
  if (rows.length > 0) {
    const { lines, dropped } = fitting(
      columnsOf(rows, states),
      rows.map(cellsOf(rows, states, options.naming ?? fullNames, report.idle)),
      style,
    );
    yield* lines;
    if (functions > rows.length) yield `${style.paint("dim", `${formatCount(functions - rows.length)} more`)}\n`;
    notes.push(
      "TOTAL: recursion counts once; MIN to STDDEV: single calls",
      `percentiles are off by at most ${ERROR}, of up to ${EXACT_CALLS} calls exact`,
    );
    if (dropped.length > 0) notes.push(`no room for ${dropped.join(", ")}: use a wider terminal or --format csv`);
    if (rows.some((row) => mark(row, "total") || mark(row, "self"))) notes.push(DISTORTED_LEGEND);
  } else if (neighbours.length === 0) yield "no call that was asked for\n";
  for (const [index, table] of neighbours.entries()) {
    if (index > 0 || rows.length > 0) yield "\n";
    yield* neighbourTable(table, style, options.naming ?? fullNames);
  }
  const tracing = tracingLine(costs);
  if (tracing !== undefined) notes.push(tracing);
  const lines = [...notes, ...report.notices];
  yield remarks(lines, style);
}

function columnsOf(rows: readonly FunctionStats[], states: readonly number[]): FittingColumn[] {
  return [
    ...["CALLS", "TOTAL", "SELF"].map(number),
    ...states.map((state) => number(STATES[state].toUpperCase())),
    ...SPREAD.map((one) => ({ ...number(one.toUpperCase()), dispensable: DISPENSABLE[one] })),
    ...endings(rows).map((one) => number(one.toUpperCase())),
    { heading: "FUNCTION", kind: "name" },
  ];
}

function cellsOf(
  rows: readonly FunctionStats[],
  states: readonly number[],
  naming: Naming,
  idle: StatsReport["idle"],
): (row: FunctionStats) => { cells: string[] } {
  const shown = endings(rows);
  return (row) => ({
    cells: [
      formatCount(row.calls),
      `${mark(row, "total")}${formatDuration(row.total)}`,
      `${mark(row, "self")}${formatDuration(row.self)}`,
      ...states.map((state) => stateCell(row.states?.total[state] ?? 0, row.total)),
      ...SPREAD.map((one) => formatDuration(row[one])),
      ...shown.map((one) => (row[one] === 0 ? "" : formatCount(row[one]))),
      `${naming(row.name)}${idle?.has(row) ? ` ${IDLE}` : ""}`,
    ],
  });
}

function mark({ tracing, ...row }: FunctionStats, time: "total" | "self"): string {
  return tracing !== undefined && isDistorted(row[time], tracing[time]) ? DISTORTED : "";
}

/** The states of the self times that have a column, as indices into STATES. */
function statesOf({ rows, by }: StatsReport): number[] {
  return statesThatMatter(sumStates(rows.flatMap(({ states }) => (states === undefined ? [] : [states.self]))), by);
}

/** The columns for panics, if there are any. */
function endings(rows: readonly FunctionStats[]): readonly ("panics" | "recovered")[] {
  return (["panics", "recovered"] as const).filter((one) => rows.some((row) => row[one] > 0));
}

function* neighbourTable(
  { kind, of, rows, count }: NeighbourTable,
  style: ColumnStyle,
  naming: Naming,
): Generator<string> {
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
      name === undefined ? "(no traced caller)" : `${naming(name)}${spawned ? " (its go statement)" : ""}`,
    ],
  }));
  yield* fitting(list, cells, style).lines;
  if (count > rows.length) yield `${style.paint("dim", `${formatCount(count - rows.length)} more`)}\n`;
}

/** Nanoseconds with one decimal, which only means need: times themselves are whole numbers. */
export function ns(time: number): number {
  return Math.round(time * 10) / 10;
}

/** By process, the most that tracing adds to a call; null if unknown. */
export function costsJson(costs: readonly (HookCost | undefined)[]): (number | null)[] {
  return costs.map((cost) => (cost === undefined ? null : ns(cost.inner + cost.outer)));
}

/** A row with the field names of JSON and CSV, but for the states. */
function record(row: FunctionStats): Record<string, string | number | null> {
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
    total_tracing_max_ns: row.tracing ? ns(row.tracing.total) : null,
    self_tracing_max_ns: row.tracing ? ns(row.tracing.self) : null,
  };
}

/** One object; times in nanoseconds. */
export function* statsJson(report: StatsReport): Generator<string> {
  const { rows, functions, neighbours, costs, notices, waits } = report;
  const head = {
    tracing_max_ns_per_call: costsJson(costs),
    percentile_error: 1 / 128,
    statements: notices,
    functions_in_all: functions,
  };
  yield `${jsonText(head, undefined, 2).slice(0, -2)},\n  "functions": [`;
  for (const [index, row] of rows.entries()) {
    const states = row.states && { states: statesJson(row.states.total), self_states: statesJson(row.states.self) };
    const why = report.reasons?.get(row.name);
    const reasons = reasonsJson(why ?? {}, why?.stopped);
    yield `${index > 0 ? "," : ""}\n    ${jsonText({ ...record(row), ...states, ...reasons })}`;
  }
  yield `\n  ]`;
  if (waits !== undefined) {
    const list = waits.map((one) => jsonText({ function: one.waiter ?? null, ...blamedJson(one, one.culprit) }));
    yield `,\n  "waits": [${list.map((row) => `\n    ${row}`).join(",")}\n  ]`;
  }
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

/** A heading and one line per function; times in nanoseconds. */
export function* statsCsv({ rows }: Pick<StatsReport, "rows">): Generator<string> {
  const withStates = rows.some(({ states }) => states !== undefined);
  const fields = (row: FunctionStats) => ({
    ...record(row),
    ...(withStates ? stateFields(row.states ?? NO_STATES) : {}),
  });
  yield `${Object.keys(fields(EMPTY)).join(",")}\n`;
  for (const row of rows) yield `${Object.values(fields(row)).map(csvCell).join(",")}\n`;
}

const NO_STATES = { self: [], total: [] };

const EMPTY: FunctionStats = {
  ...{ name: "", file: "", line: 0, calls: 0, total: 0, self: 0, panics: 0, goexits: 0, recovered: 0, running: 0 },
  ...{ min: 0, mean: 0, p50: 0, p90: 0, p95: 0, p99: 0, max: 0, stddev: 0 },
  tracing: undefined,
  states: undefined,
};

/** RFC 4180. */
function csvCell(value: string | number | null | undefined): string {
  const text = printable(String(value ?? ""));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
