/** The critical path of a call as lines and as JSON. */
import { fullNames, type Naming } from "../../base/names.js";
import { formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import type { CriticalPath, PathStep } from "../../callstats/index.js";
import { type CallForest, formatCallId, STATES } from "../../calltree/index.js";
import { type ColumnStyle, columns, name, number } from "../columns.js";
import { mainStates, statesJson, statesThatMatter } from "../states.js";
import { foldedLines, type Line } from "./critical-fold.js";

export interface CriticalPathStyle extends ColumnStyle {
  readonly naming?: Naming;
}

/** A heading, a table of steps in the order of time, and remarks. */
export function* criticalPathLines(
  forest: CallForest,
  path: CriticalPath,
  style: CriticalPathStyle,
): Generator<string> {
  const { paint } = style;
  const { family, steps } = path;
  const whole = family.end - family.start;
  const places = new Places(forest, path, style.naming ?? fullNames);
  const { lines, left } = foldedLines(steps);
  const hasWaits = lines.some(({ main }) => main.keeps >= 0);
  const rows = lines.map((line) => ({
    cells: [
      `+${formatDuration(line.begin - family.start)}`,
      formatDuration(line.end - line.begin),
      `${line.goid}${line.main.isOwn ? "" : "*"}`,
      statesOf(line.states),
      ...(hasWaits ? [line.main.keeps < 0 ? "" : STATES[line.main.keeps]] : []),
      places.of(line),
    ],
  }));
  yield `${paint("bold", `Critical path, ${formatDuration(whole)}`)}: ${partsOf(sumOf(steps), whole)}\n`;
  const waits = hasWaits ? [name("WAIT")] : [];
  yield* columns([...["AT", "TIME", "GOROUTINE"].map(number), name("STATE"), ...waits, name("IN")], rows, style);
  if (left.count > 0) {
    yield `${paint("dim", `and ${formatNumberOf(left.count, "shorter step")}, ${formatDuration(left.time)} in all`)}\n`;
  }
  if (lines.some(({ main }) => !main.isOwn)) {
    yield `${paint("dim", "*: a goroutine that this call did not start; WAIT: the wait in which it kept the call")}\n`;
  }
}

function sumOf(steps: readonly PathStep[]): number[] {
  const sums = STATES.map(() => 0);
  for (const { begin, end, state } of steps) sums[state] += end - begin;
  return sums;
}

/** The states that matter, most time first: `runnable, running`. */
function statesOf(times: readonly number[]): string {
  return mainStates(times)
    .sort((a, b) => times[b] - times[a])
    .map((state) => STATES[state])
    .join(", ");
}

/** `network 228ms (99.5%), running 1.20ms (0.5%)`. */
function partsOf(times: readonly number[], whole: number): string {
  return statesThatMatter(times)
    .sort((a, b) => times[b] - times[a])
    .map((state) => `${STATES[state]} ${formatDuration(times[state])} (${formatPercent(times[state], whole)})`)
    .join(", ");
}

/** What goroutines were in, as text. */
class Places {
  constructor(
    private readonly forest: CallForest,
    private readonly path: CriticalPath,
    private readonly naming: Naming,
  ) {}

  /** `store.Get`; in another call `store.Get, in 41.7 api.report`; in untraced code `http.readLoop, for client.Do`. */
  of({ main }: Line): string {
    const { call, goid, isOwn } = main;
    if (call === undefined) return this.untraced(main);
    if (isOwn) return this.name(call.func);
    const { process } = this.path.family.id;
    const id = formatCallId(this.forest, { process, goid, number: call.number });
    const outermost = `${id} ${this.name(call.outermost)}`;
    return call.outermost === call.func ? outermost : `${this.name(call.func)}, in ${outermost}`;
  }

  private untraced({ startFunction, place, end }: PathStep): string {
    const started = startFunction || place;
    const what = started === "" ? "untraced code" : this.naming(started);
    const next = this.path.steps.find(({ begin, call }) => begin >= end && call !== undefined);
    return next?.call === undefined ? what : `${what}, for ${this.name(next.call.func)}`;
  }

  private name(func: number): string {
    return this.naming(this.forest.functions[func].name);
  }
}

/**
 * `critical_path`: the steps with all that is known of them; times in nanoseconds, `begin_ns` since the beginning of the call.
 * `started`: the goroutines that the call started, and their times by state.
 */
export function criticalPathJson(
  forest: CallForest,
  { family, steps }: CriticalPath,
  started: readonly number[],
): Record<string, unknown> {
  let at = 0;
  const path = steps.map((step) => {
    // Rounded at their boundaries, so that they still add up.
    const begin = at;
    at = Math.round(step.end - family.start);
    return {
      begin_ns: begin,
      duration_ns: at - begin,
      goroutine: step.goid,
      of_call: step.isOwn,
      state: STATES[step.state],
      ...(step.keeps < 0 ? {} : { keeps_in: STATES[step.keeps] }),
      ...(step.reason === "" ? {} : { reason: step.reason }),
      ...callJson(forest, family.id.process, step),
      ...(step.startFunction === "" ? {} : { start_function: step.startFunction }),
      link: step.link,
    };
  });
  const goroutines = family.members.length - 1;
  return { critical_path: path, started: { goroutines, states: statesJson(started.map(Math.round)) } };
}

function callJson(forest: CallForest, process: number, { goid, call }: PathStep): Record<string, unknown> {
  if (call === undefined) return { function: null };
  return {
    function: forest.functions[call.func].name,
    outermost: forest.functions[call.outermost].name,
    outermost_id: formatCallId(forest, { process, goid, number: call.number }),
  };
}

/** How long the goroutines that a call started ran and waited, in one line; "" if it started none. */
export function startedLine({ members, end }: CriticalPath["family"], times: readonly number[]): string {
  const count = members.length - 1;
  const later = members.filter(({ to }) => to > end).length;
  if (count === 0) return "";
  const whole = times.reduce((sum, time) => sum + time, 0);
  return `it started ${formatNumberOf(count, "goroutine")}: ${partsOf(times, whole)}${count > 1 ? " in all" : ""}${later > 0 ? `; ${formatNumberOf(later, "goroutine")} went on after its end` : ""}`;
}
