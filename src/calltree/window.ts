/** The part of the time to show, when it is given on the wall clock: what that is in each process. */
import { ExitCode, UserError } from "../base/errors.js";
import { formatDate, formatSpan, isMoment, type Moment, sinceBegin } from "../base/moment.js";
import { formatDuration } from "../base/units.js";
import type { OpenedProcess, ProcessTrace } from "../calltrace/index.js";

/** A bound of a window: nanoseconds since the start of each process, or a moment, which is the same for all of them. */
export type Bound = number | Moment;

/** The window of one process: nanoseconds since its start. */
export interface Window {
  readonly from?: number;
  readonly to?: number;
  /** Where the trace of a ring begins to be complete; `from` is not before it. */
  readonly reach?: number;
}

/** From when to when a process reaches. */
export interface Reaching extends Pick<ProcessTrace, "reach"> {
  /** Nanoseconds since 1970. */
  readonly startWall: number;
  /** When it ended or was last seen alive, nanoseconds since its start. */
  readonly lastSeen: number;
}

/** From when to when processes reach, nanoseconds since 1970. */
interface Reach {
  readonly begin: bigint;
  readonly end: bigint;
}

/**
 * What the bounds are in each process. A time of day means its first occurrence within the processes, and that of `to`
 * its first occurrence after `from`.
 * @throws UserError if `to` is before `from`, or a bound needs the wall clock and a process does not have it
 */
export function windowsOf(
  { from, to }: { readonly from?: Bound; readonly to?: Bound },
  traces: readonly Reaching[],
): Window[] {
  const bounds = { from, to };
  for (const [name, bound] of Object.entries(bounds)) {
    if (isMoment(bound) && traces.some(({ startWall }) => startWall <= 0)) throw withoutClock(name);
  }
  const ends = traces.map(({ lastSeen }) => lastSeen);
  const reach = reachOf(traces, ends);
  const begin = dateOf(from, reach);
  const end = dateOf(to, begin === undefined || begin < reach.begin ? reach : { ...reach, begin });
  if (begin !== undefined && end !== undefined && end < begin) throw reversed(begin, end);
  const windows = traces.map(({ startWall }) => {
    const since = (bound: Bound | undefined, date: bigint | undefined) =>
      date === undefined ? (bound as number | undefined) : Number(date - BigInt(startWall));
    const window = { from: since(from, begin), to: since(to, end) };
    return {
      ...(window.from === undefined ? {} : { from: window.from }),
      ...(window.to === undefined ? {} : { to: window.to }),
    };
  });
  const isBefore = ({ to }: Window, reach?: number) => to !== undefined && reach !== undefined && to < reach;
  if (traces.length > 0 && windows.every((window, index) => isBefore(window, traces[index].reach))) {
    throw overwritten(traces);
  }
  return windows.map((window, index) => withinReach(window, traces[index].reach));
}

/** All of the time, of a trace that has it. */
const ALWAYS: Window = {};

/** The part of a window to which a trace reaches back. */
export function withinReach({ from, to }: Window, reach: number | undefined): Window {
  if (reach === undefined && from === undefined && to === undefined) return ALWAYS;
  if (reach === undefined) return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const first = Math.max(reach, from ?? reach);
  return { reach, from: first, ...(to === undefined ? {} : { to: Math.max(first, to) }) };
}

/**
 * Refuses a window on the wall clock that does not meet any process.
 * @param windows by process, as {@link windowsOf} returns them
 * @param ends when the last event of each process was, nanoseconds since its start
 * @throws UserError that says from when to when the processes reach
 */
export function requireReach(
  { from, to }: { readonly from?: Bound; readonly to?: Bound },
  windows: readonly Window[],
  traces: readonly Pick<Reaching, "startWall" | "reach">[],
  ends: readonly number[],
): void {
  if (traces.length === 0) return;
  const reach = reachOf(traces, ends);
  const date = (ns: number | undefined) => BigInt(traces[0].startWall) + BigInt(Math.round(ns ?? 0));
  const [{ from: first, to: last }] = windows;
  if (isMoment(from) && date(first) > reach.end)
    throw outside(`--from ${formatDate(date(first))} is after`, "end", reach);
  if (isMoment(to) && date(last) < reach.begin)
    throw outside(`--to ${formatDate(date(last))} is before`, "start", reach);
}

/** When a process ended or was last seen alive, as its header tells: nanoseconds since its start. */
export function lastSeen({ info, header: { numbers } }: OpenedProcess): number {
  const { pairANano, pairBNano, startNano } = numbers;
  const pair = pairANano > pairBNano ? pairANano : pairBNano;
  return Math.max(0, info.end ?? info.now ?? info.stop?.at ?? Number(pair - startNano));
}

/** A moment as nanoseconds since 1970; undefined for other bounds. */
function dateOf(bound: Bound | undefined, { begin, end }: Reach): bigint | undefined {
  return isMoment(bound) ? begin + BigInt(Math.round(sinceBegin(bound, begin, end)!)) : undefined;
}

function reachOf(traces: readonly Pick<Reaching, "startWall" | "reach">[], ends: readonly number[]): Reach {
  const starts = traces.map(({ startWall }) => BigInt(startWall));
  const first = starts.map((start, index) => start + BigInt(Math.round(traces[index].reach ?? 0)));
  const last = starts.map((start, index) => start + BigInt(Math.round(ends[index])));
  return {
    begin: first.reduce((a, b) => (a < b ? a : b), first[0] ?? 0n),
    end: last.reduce((a, b) => (a > b ? a : b), last[0] ?? 0n),
  };
}

function outside(what: string, side: "start" | "end", { begin, end }: Reach): UserError {
  return new UserError(
    `${what} the ${side} of the trace`,
    `it reaches from ${formatSpan(begin, end)}, local time`,
    ExitCode.usage,
  );
}

function reversed(from: bigint, to: bigint): UserError {
  return new UserError(
    `--to (${formatDate(to)}) is before --from (${formatDate(from)})`,
    "times without a zone are local",
    ExitCode.usage,
  );
}

function overwritten(traces: readonly Pick<Reaching, "reach">[]): UserError {
  const first = Math.min(...traces.map(({ reach = 0 }) => reach));
  return new UserError(
    "the time before --to was overwritten",
    `the trace is a ring that begins ${formatDuration(first)} after the start of the process`,
    ExitCode.usage,
  );
}

function withoutClock(name: string): UserError {
  return new UserError(
    `--${name}: the trace does not record the time of day`,
    `use a duration since the start of the process, such as --${name} 1.5s`,
    ExitCode.usage,
  );
}
