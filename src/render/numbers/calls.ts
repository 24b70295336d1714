/** A list of single calls as a table, JSON or NDJSON. */

import { formatClock } from "../../base/moment.js";
import { fullNames, shortName } from "../../base/names.js";
import { jsonText, printable } from "../../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import {
  type CallRecord,
  type CallWaits,
  type Choice,
  type HookCost,
  type Listing,
  namedStep,
} from "../../callstats/index.js";
import { partName, STATES } from "../../calltree/index.js";
import { type ColumnStyle, name, number } from "../columns.js";
import { mainStates, reasonsJson, stateCell, statesJson, statesThatMatter, sumStates } from "../states.js";
import { painter } from "../style.js";
import { tracingLine } from "../tracing.js";
import { fitting, remarks } from "./responsive-columns.js";
import { ns, type StatsStyle } from "./stats.js";

export interface CallsReport {
  readonly listing: Listing;
  /** The function pattern as the user wrote it. */
  readonly of: string;
  /** Titles of the processes; undefined if there is only one. */
  readonly titles: readonly string[] | undefined;
  /** By process, the most that tracing adds to a call; undefined if unknown. */
  readonly costs: readonly (HookCost | undefined)[];
  /** What is known of the waits of a call. */
  readonly waitsOf?: (call: CallRecord) => CallWaits | undefined;
  /** The command that shows a call; undefined where the traces cannot be named. */
  readonly commandOf?: ((call: CallRecord) => string | undefined) | undefined;
  /** The trees of the calls, below the table; its result are the legends of the marks in it. */
  readonly trees?: Generator<string, readonly string[]> | undefined;
  /** Further fields of JSON for a call. */
  readonly fieldsOf?: ((call: CallRecord) => Record<string, unknown>) | undefined;
  readonly notices: readonly string[];
}

const ENDS: Readonly<Record<CallRecord["end"], string>> = {
  return: "returned",
  panic: "panic",
  goexit: "goexit",
  running: "not returned",
  recovered: "recovered",
};

/** The table: one line per call, with its callers on the line below. */
export function* callsTable(report: CallsReport, options: StatsStyle): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour), notesAt: 4 };
  const { listing, of, costs } = report;
  const { records } = listing;
  yield `${style.paint("bold", printable(headline(listing, of)))}\n`;
  if (records.length > 0) {
    yield "\n";
    yield* callLines(records, report, options, listing.by);
  }
  const legends = report.trees === undefined ? [] : yield* report.trees;
  const tracing = tracingLine(costs);
  const lines = [
    `START: since the start of the process; ${records.some(isDated) ? "AT: local time; " : ""}below a call, what called it`,
    ...(tracing === undefined ? [] : [tracing]),
    ...legends,
    ...report.notices,
  ];
  yield remarks(lines, style);
}

/** The lines of single calls: a heading, and for each call its callers on the line below. @param by states to show in any case */
export function* callLines(
  records: readonly CallRecord[],
  { titles, waitsOf, commandOf, trees }: Pick<CallsReport, "titles" | "waitsOf" | "commandOf" | "trees">,
  options: StatsStyle,
  by?: readonly number[],
): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour), notesAt: 4 };
  const { naming = fullNames } = options;
  const totals = records.flatMap(({ states }) => (states === undefined ? [] : [states.total]));
  // What makes up much of one call is worth a column, whatever the other calls did.
  const states = statesThatMatter(sumStates(totals), [...(by ?? []), ...totals.flatMap(mainStates)]);
  const tests = records.some(({ test }) => test !== undefined);
  const dated = records.some(isDated);
  const stopped = records.map((record) => stateCell(waitsOf?.(record)?.stopped ?? 0, record.duration));
  const withStops = stopped.some((cell) => cell !== "");
  const list = [
    number("START"),
    ...(dated ? [{ ...number("AT"), dispensable: 4 }] : []),
    ...["DURATION", "SELF"].map(number),
    ...states.map((state) => number(STATES[state].toUpperCase())),
    ...(withStops ? [number("WORLD STOPPED")] : []),
    number("GOROUTINE"),
    { ...name("END"), dispensable: 1 },
    ...(titles ? [{ ...name("PROCESS"), dispensable: 2 }] : []),
    ...(tests ? [{ ...name("TEST"), dispensable: 3 }] : []),
    name("FUNCTION"),
  ];
  const rows = records.map((record, index) => ({
    cells: [
      `${record.isCut ? "≤" : ""}${formatDuration(record.start)}`,
      ...(dated ? [formatClock(record.wall)] : []),
      `${record.isCut ? "≥" : ""}${formatDuration(record.duration)}`,
      formatDuration(record.self),
      ...states.map((state) => stateCell(record.states?.total[state] ?? 0, record.duration)),
      ...(withStops ? [stopped[index]] : []),
      record.goroutine === 0 ? "?" : String(record.goroutine),
      ENDS[record.end],
      ...(titles ? [`${titles[record.process]} (${record.pid})`] : []),
      ...(tests ? [shortName(record.test ?? "")] : []),
      record.task === undefined ? naming(record.handler?.at(-1) ?? record.function.name) : taskName(record.task),
    ],
    notes:
      callersOf(record).length > 0
        ? [
            callersOf(record)
              .map((step) => namedStep(step, naming))
              .join(" > "),
          ]
        : [],
    command: trees === undefined ? commandOf?.(record) : undefined,
  }));
  yield* fitting(list, rows, style).lines;
}

/** Whether the trace knows the time of day at which a call began. */
function isDated({ wall, start }: CallRecord): boolean {
  return wall > start;
}

function callersOf({ path, handler = path, task }: CallRecord): readonly string[] {
  return task === undefined ? handler.slice(0, -1) : path;
}

/** A task as text shows it among functions. */
export function taskName(type: string): string {
  return `task ${type}`;
}

function headline({ choice, by, calls, records }: Listing, of: string): string {
  const all = `${formatNumberOf(calls, "call")} of ${of}`;
  if (choice.kind === "nth") {
    return records.length === 0 ? `no call number ${formatCount(choice.count)}: ${all}` : `${nth(choice)} of ${all}`;
  }
  if (by !== undefined) {
    const first = records.length === calls ? all : `${formatCount(records.length)} of ${all}`;
    return `${first}, those with most time in ${partName(by)} first`;
  }
  if (records.length === calls) return choice.kind === "slowest" ? `${all}, slowest first` : `${all}, by start`;
  return `${choice.kind} ${formatCount(records.length)} of ${all}`;
}

function nth({ count }: Choice): string {
  return `number ${formatCount(count)}`;
}

/** A call with the field names of JSON. */
export function callRecord(
  call: CallRecord,
  { costs, waitsOf, fieldsOf }: Pick<CallsReport, "costs" | "waitsOf" | "fieldsOf">,
): Record<string, unknown> {
  const {
    function: of,
    path,
    handler,
    goroutine,
    id,
    process,
    pid,
    test,
    start,
    wall,
    duration,
    self,
    end,
    calls,
    states,
    task,
  } = call;
  const cost = costs[process];
  const waits = waitsOf?.(call);
  return {
    ...(task === undefined ? {} : { task }),
    function: task === undefined || of.name !== "" ? of.name : null,
    file: of.file,
    line: of.line,
    path,
    ...(handler === undefined ? {} : { handler: handler.at(-1), handler_path: handler }),
    id: id ?? null,
    goroutine: goroutine === 0 ? null : goroutine,
    pid,
    ...(test === undefined ? {} : { test }),
    start_ns: Math.round(start),
    start_unix_ns: Math.round(wall),
    duration_ns: Math.round(duration),
    self_ns: Math.round(self),
    ...(states === undefined ? {} : { states: statesJson(states.total) }),
    ...(states === undefined || task !== undefined ? {} : { self_states: statesJson(states.self) }),
    ...reasonsJson({ total: waits?.reasons }, waits?.stopped),
    tracing_max_ns: cost ? ns(Math.min(Math.round(duration), cost.inner + calls * (cost.inner + cost.outer))) : null,
    calls_beneath: calls,
    end: end === "running" ? "not returned" : end,
    ...(call.isCut ? { began_earlier: true } : {}),
    ...fieldsOf?.(call),
  };
}

/** One object with all calls. */
export function* callsJson(report: CallsReport): Generator<string> {
  const { listing, notices } = report;
  const head = {
    choice: listing.choice.kind,
    ...(listing.by === undefined ? {} : { by: listing.by.map((state) => STATES[state]) }),
    calls_in_all: listing.calls,
    statements: notices,
  };
  yield `${jsonText(head, undefined, 2).slice(0, -2)},\n  "calls": [`;
  for (const [index, call] of listing.records.entries()) {
    yield `${index > 0 ? "," : ""}\n    ${jsonText(callRecord(call, report))}`;
  }
  yield "\n  ]\n}\n";
}

/** One object per line. */
export function* callsNdjson(report: CallsReport): Generator<string> {
  for (const call of report.listing.records) yield `${jsonText(callRecord(call, report))}\n`;
}
