/** What followed processes do now, as lines of a terminal. */
import { fullNames, type Naming } from "../../base/names.js";
import { baseName } from "../../base/place.js";
import { printable } from "../../base/printable.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import type { FunctionNow, ProcessNow, Snapshot } from "../../follow/index.js";
import { type ColumnStyle, name, number } from "../columns.js";
import { fitting } from "../numbers/responsive-columns.js";
import { painter, truncateEnd } from "../style.js";

/** What functions are sorted by; numbers largest first. */
export const TOP_SORTS = ["self", "total", "calls", "p99", "max", "panics", "name"] as const;
export type TopSort = (typeof TOP_SORTS)[number];

export interface ScreenOptions {
  readonly colour: boolean;
  readonly width: number | undefined;
  readonly widthOf: ColumnStyle["widthOf"];
  /** Lines in all; undefined for all there are. */
  readonly height?: number;
  readonly naming?: Naming;
  readonly sort: TopSort;
}

/** The most lines for processes and for calls in flight, as shares of a terminal's height. */
const HEAD_SHARE = 0.2;
const IN_FLIGHT_SHARE = 0.4;

/** The screen: processes, calls in flight, functions; each line without its line feed. */
export function screenLines(snapshot: Snapshot, options: ScreenOptions): string[] {
  const { colour, height = Number.POSITIVE_INFINITY } = options;
  const style: ColumnStyle = { ...options, paint: painter(colour) };
  const head = headLines(snapshot, Math.max(1, Math.floor(height * HEAD_SHARE)), style);
  const functions = sorted(snapshot.functions, options.sort);
  const most = Math.max(3, Math.floor(height * IN_FLIGHT_SHARE));
  const open = inFlightLines(snapshot, most, options, style);
  const room = height - head.length - open.length - 3;
  const shown = functions.slice(0, Math.max(1, room));
  const left = functions.length - shown.length;
  return [
    ...head,
    "",
    ...open,
    snapshot.grows ? style.paint("cyan", `since the reset, ${formatDuration(snapshot.window)}`) : "",
    ...functionLines(shown, snapshot.window, options, style),
    ...(left > 0 ? [style.paint("dim", `and ${formatNumberOf(left, "more function")}`)] : []),
  ];
}

/** The processes, those with most events first if there are more than `most` lines. */
function headLines(snapshot: Snapshot, most: number, style: ColumnStyle): string[] {
  const { processes } = snapshot;
  if (processes.length === 0) return ["no traced process"];
  if (processes.length <= most) return processes.map((process) => processLine(process, snapshot, style));
  const shown = [...processes].sort((a, b) => b.events - a.events).slice(0, Math.max(1, most - 1));
  const rest = formatNumberOf(processes.length - shown.length, "more process", "more processes");
  return [...shown.map((process) => processLine(process, snapshot, style)), style.paint("dim", `and ${rest}`)];
}

function processLine(process: ProcessNow, { window }: Snapshot, style: ColumnStyle): string {
  const { pid, executable, age, events, hooks, written, hasEnded, isPaused, problem } = process;
  const facts = [
    `${baseName(executable)} (${pid})`,
    ...(isPaused ? ["tracing is off"] : []),
    ...(problem === undefined ? [] : [problem]),
    `${hasEnded ? "ended after" : "up"} ${formatDuration(age)}`,
    `${perSecond(events, window)} events/s`,
    ...(hooks === undefined ? [] : [`hooks ${formatPercent(hooks, window)} of a core`]),
    formatBytes(written),
  ];
  return style.paint("bold", cut(facts.join(" · "), style));
}

function inFlightLines(
  { inFlight: list, processes, goroutines }: Snapshot,
  most: number,
  { naming = fullNames }: ScreenOptions,
  style: ColumnStyle,
): string[] {
  const open = goroutines.reduce((sum, { count }) => sum + count, 0);
  const starts = goroutines.map(({ function: of, count }) => `${naming(of)} ×${formatCount(count)}`).join(", ");
  const title = `${formatNumberOf(open, "goroutine")} with open calls: ${starts}`;
  const returning = list.filter(({ returns }) => returns);
  const hasStates = list.some(({ state }) => state !== undefined);
  const columns = [
    ...["AGE", "GOROUTINES", "OLDEST"].map(number),
    ...(hasStates ? [name("STATE")] : []),
    ...(processes.length > 1 ? [number("PROCESS")] : []),
    name("IN FLIGHT"),
  ];
  const rows = (returning.length > 0 ? returning : list)
    .slice(0, most)
    .map(({ age, count, goroutine, state, pid, path }) => ({
      cells: [
        formatDuration(age),
        formatCount(count),
        String(goroutine),
        ...(hasStates ? [state ?? ""] : []),
        ...(processes.length > 1 ? [String(pid)] : []),
        path.map(naming).join(" > "),
      ],
    }));
  const table = rows.length === 0 ? [] : [...fitting(columns, rows, style).lines].map((line) => line.trimEnd());
  const left = returning.length - rows.length;
  return [
    cut(open === 0 ? "no open calls" : title, style),
    ...table,
    ...(left > 0 ? [style.paint("dim", `and ${formatNumberOf(left, "more path")}`)] : []),
  ];
}

function functionLines(
  functions: readonly FunctionNow[],
  window: number,
  { naming = fullNames }: ScreenOptions,
  style: ColumnStyle,
): string[] {
  const time = (value: number | undefined) => (value === undefined ? "" : formatDuration(value));
  const hasWaits = functions.some(({ waits }) => waits !== undefined);
  const hasPanics = functions.some(({ panics }) => panics > 0);
  const columns = [
    ...["CALLS/s", "SELF/s", "TOTAL/s"].map(number),
    ...(hasWaits ? [number("WAITS/s"), name("MOSTLY")] : []),
    { ...number("P50"), dispensable: 1 },
    { ...number("P99"), ...(hasWaits ? { dispensable: 3 } : {}) },
    { ...number("MAX"), dispensable: 2 },
    ...(hasPanics ? [number("PANICS/s")] : []),
    name("FUNCTION"),
  ];
  const rate = 1e9 / window;
  const rows = functions.map((one) => ({
    cells: [
      perSecond(one.calls, window),
      formatDuration(Math.max(0, one.self * rate)),
      formatDuration(Math.max(0, one.total * rate)),
      ...(hasWaits ? waitCells(one) : []),
      time(one.p50),
      time(one.p99),
      time(one.max),
      ...(hasPanics ? [perSecond(one.panics, window)] : []),
      naming(one.name),
    ],
  }));
  return [...fitting(columns, rows, style).lines].map((line) => line.trimEnd());
}

/** How long a function's own calls wait, and for what most. */
function waitCells({ waits }: FunctionNow): string[] {
  const parts = [...(waits ?? [])].sort(([, a], [, b]) => b - a);
  if (parts.length === 0) return ["", ""];
  return [formatDuration(parts.reduce((sum, [, time]) => sum + time, 0)), parts[0][0]];
}

function sorted(functions: readonly FunctionNow[], by: TopSort): readonly FunctionNow[] {
  if (by === "name") return [...functions].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...functions].sort((a, b) => (b[by] ?? 0) - (a[by] ?? 0));
}

/** How often a second, with a fraction where it is small. */
function perSecond(count: number, window: number): string {
  const rate = (count * 1e9) / window;
  return rate === 0 || rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1);
}

function cut(text: string, { width, widthOf }: Pick<ColumnStyle, "width" | "widthOf">): string {
  const line = printable(text);
  return width === undefined ? line : truncateEnd(line, width, widthOf);
}
