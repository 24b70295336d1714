/** Folds the steps of a critical path into few lines. */
import type { PathStep } from "../../callstats/index.js";
import { STATES } from "../../calltree/index.js";

/** The most lines, and the least share of the path that a line must have. */
const LINES = 10;
const SHARE = 0.0001;

/** Steps that are one line: of one goroutine, in one call. */
export interface Line {
  readonly goid: number;
  readonly begin: number;
  end: number;
  /** The step that took the longest, for the names. */
  main: PathStep;
  /** By index into STATES. */
  readonly states: number[];
}

/**
 * Merges steps of one goroutine in one call, and then keeps the longest. A shorter one is added to the line before it if that
 * is of the same goroutine; else it is left, so that the times of the lines and of what is left add up.
 */
export function foldedLines(steps: readonly PathStep[]): { lines: Line[]; left: { count: number; time: number } } {
  const joined: Line[] = [];
  for (const step of steps) join(joined, lineOf(step));
  const whole = joined.reduce((sum, line) => sum + lengthOf(line), 0);
  const longest = [...joined].sort((a, b) => lengthOf(b) - lengthOf(a)).slice(0, LINES);
  const kept = new Set(longest.filter((line, rank) => rank === 0 || lengthOf(line) >= SHARE * whole));
  const lines: Line[] = [];
  const left = { count: 0, time: 0 };
  for (const line of joined) {
    const last = lines.at(-1);
    if (kept.has(line)) join(lines, line);
    else if (last?.goid === line.goid && last.end === line.begin) absorb(last, line);
    else {
      left.count++;
      left.time += lengthOf(line);
    }
  }
  return { lines, left };
}

function lengthOf({ begin, end }: Line): number {
  return end - begin;
}

function lineOf(step: PathStep): Line {
  const states = STATES.map(() => 0);
  states[step.state] = step.end - step.begin;
  return { goid: step.goid, begin: step.begin, end: step.end, main: step, states };
}

/** Adds a line, or makes the last one longer if it is of the same goroutine and call. */
function join(lines: Line[], line: Line): void {
  const last = lines.at(-1);
  if (last?.goid === line.goid && isSameCall(last.main, line.main) && last.end === line.begin) absorb(last, line);
  else lines.push(line);
}

function absorb(into: Line, line: Line): void {
  const longer = line.main.end - line.main.begin > into.main.end - into.main.begin;
  if (longer) into.main = line.main;
  into.end = line.end;
  for (const [state, time] of line.states.entries()) into.states[state] += time;
}

function isSameCall({ call: a }: PathStep, { call: b }: PathStep): boolean {
  return a?.func === b?.func && a?.number === b?.number;
}
