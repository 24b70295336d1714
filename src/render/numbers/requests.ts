/** Requests as a table or as JSON: numbers by root function, what the slow ones have more of, and the slowest. */
import { fullNames } from "../../base/names.js";
import { jsonText } from "../../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import type { Requests, RootStats } from "../../callstats/index.js";
import { STATES } from "../../calltree/index.js";
import { type ColumnStyle, name, number } from "../columns.js";
import { statesJson } from "../states.js";
import { painter } from "../style.js";
import { type CallsReport, callLines, callRecord, taskName } from "./calls.js";
import { type FittingColumn, fitting, remarks } from "./responsive-columns.js";
import { ns, type StatsStyle } from "./stats.js";

export interface RequestsReport extends Omit<CallsReport, "listing" | "of"> {
  readonly requests: Requests;
}

const SPREAD = ["p50", "p95", "p99", "max"] as const;

/** A difference of states below this share of the whole difference is not shown. */
const SHARE = 0.1;

/** The table of root functions, and the slowest requests below. */
export function* requestsTable(report: RequestsReport, options: StatsStyle): Generator<string> {
  const style: ColumnStyle = { ...options, paint: painter(options.colour) };
  const { requests, notices } = report;
  const { naming = fullNames } = options;
  const isCompared = requests.roots.some(({ slow }) => slow !== undefined);
  const list: FittingColumn[] = [
    ...["REQUESTS", ...SPREAD.map((one) => one.toUpperCase())].map(number),
    ...(isCompared ? [name("THE SLOW HAVE MORE")] : []),
    name("FUNCTION"),
  ];
  const rows = requests.roots.map((root) => ({
    cells: [
      formatCount(root.count),
      ...SPREAD.map((one) => formatDuration(root[one])),
      ...(isCompared ? [differenceOf(root)] : []),
      requests.kind === "tasks" ? taskName(root.name) : naming(root.name),
    ],
  }));
  yield* fitting(list, rows, style).lines;
  if (requests.slowest.length > 0) {
    yield `\n${style.paint("bold", `The slowest of ${formatNumberOf(requests.count, "request")}`)}\n`;
    yield* callLines(requests.slowest, report, options);
  }
  const legends = report.trees === undefined ? [] : yield* report.trees;
  const lines = [
    ...(requests.slowest.some(({ handler }) => handler !== undefined) ? [DISPATCHED] : []),
    ...(isCompared ? ["THE SLOW HAVE MORE: the slowest tenth against the others, mean time in each state"] : []),
    ...(requests.guessed ? [requests.kind === "callbacks" ? CALLBACKS : GUESSED] : []),
    ...(requests.kind === "tasks" ? [TASKS] : []),
    ...legends,
    ...notices,
  ];
  yield remarks(lines, style);
}

/** Lines about requests that may be missing. */
export function unkeptLines(requests: Requests, naming: StatsStyle["naming"] = fullNames): string[] {
  const { unkept, endless = 0 } = requests;
  const open = `${formatNumberOf(endless, "call")} open from the ring's beginning to its end`;
  const lines = endless === 0 ? [] : [`not taken for requests, as loops of servers look the same: ${open}`];
  if (unkept === undefined) return lines;
  const { unsplit, slowest, guesses } = unkept;
  return [
    ...lines,
    ...(guesses === 0
      ? []
      : [`not known: who started ${formatNumberOf(guesses, "goroutine")}; calls on them may be requests, or not`]),
    ...(unsplit.length === 0
      ? []
      : [`not told apart by handler: requests of ${unsplit.map(naming).join(", ")}; with --save FILE they are`]),
    ...(slowest === undefined
      ? []
      : [`of the slowest requests, ${formatCount(slowest)} were kept; with --save FILE all are`]),
  ];
}

const DISPATCHED = "handlers behind middleware: times are those of the whole request, with the middleware";

const GUESSED =
  "requests are guessed: calls on goroutines that untraced code started (in a ring, also on others from before it); record with --states to know, or name them with --root";

const CALLBACKS = "requests are guessed: calls on goroutines of modules that are not traced; name them with --root";

const TASKS =
  "tasks of runtime/trace: states are those of the goroutine that began them; below a task, the call in which it began";

/** What the slowest tenth spend more time on than the others, largest first. */
function differenceOf({ slow, usual }: RootStats): string {
  if (slow === undefined || usual === undefined) return "";
  const more = slow.map((time, state) => ({ state, time: time - usual[state] })).filter(({ time }) => time > 0);
  const whole = more.reduce((sum, { time }) => sum + time, 0);
  return more
    .filter(({ time }) => time >= SHARE * whole)
    .sort((a, b) => b.time - a.time)
    .map(({ state, time }) => `${STATES[state]} +${formatDuration(time)}`)
    .join(", ");
}

/** One object: the root functions and the slowest requests; times in nanoseconds. */
export function* requestsJson(report: RequestsReport): Generator<string> {
  const { requests, notices } = report;
  const states = (times: readonly number[] | undefined) => times && statesJson(times.map(Math.round));
  const roots = requests.roots.map((root) => ({
    [requests.kind === "tasks" ? "task" : "function"]: root.name,
    requests: root.count,
    ...Object.fromEntries((["min", "mean", ...SPREAD] as const).map((one) => [`${one}_ns`, ns(root[one])])),
    ...(root.slow === undefined ? {} : { slow_states: states(root.slow), usual_states: states(root.usual) }),
  }));
  const head = { requests: requests.count, guessed: requests.guessed, statements: notices, roots };
  const slowest = requests.slowest.map((call) => callRecord(call, report));
  yield `${jsonText({ ...head, slowest }, undefined, 2)}\n`;
}

/** The names that the table shows. */
export function namesOf({ requests }: RequestsReport): string[] {
  return [
    ...requests.roots.map(({ name }) => name),
    ...requests.slowest.flatMap(({ path, handler = path }) => handler),
  ];
}
