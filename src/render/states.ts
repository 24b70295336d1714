/** States of calls: columns in tables and trees for people, fields in JSON and CSV. */
import { formatDuration } from "../base/units.js";
import type { ReasonSums, Reasons, StateSums } from "../callstats/index.js";
import { type Blamed, STATES, type StateColumns } from "../calltree/index.js";

/** A state in less than this share of all times, or of a line's own time, is not shown. */
const SHARE = 0.01;

/** Sums of some rows by state. */
export function sumStates(rows: Iterable<readonly number[]>): number[] {
  const sums = STATES.map(() => 0);
  for (const row of rows) for (const [state, time] of row.entries()) sums[state] += time;
  return sums;
}

/** The sum of each column. */
export function sumColumns(columns: StateColumns): number[] {
  return columns.map((column) => column?.reduce((sum, time) => sum + time, 0) ?? 0);
}

/**
 * The states that make up a share of some times worth a column, as indices into STATES.
 * @param asked states that are worth one with any time
 */
export function statesThatMatter(sums: readonly number[], asked: readonly number[] = []): number[] {
  const whole = sums.reduce((sum, time) => sum + time, 0);
  const matters = (time: number, state: number) => time >= SHARE * whole || asked.includes(state);
  return STATES.flatMap((_, state) => (sums[state] > 0 && matters(sums[state], state) ? [state] : []));
}

/** The states that make up a tenth of a time. @param times by index into STATES */
export function mainStates(times: readonly number[]): number[] {
  const whole = times.reduce((sum, time) => sum + time, 0);
  return times.flatMap((time, state) => (time > 0 && time >= 0.1 * whole ? [state] : []));
}

/** A time in a state; empty where it hardly matters to the whole. */
export function stateCell(time: number, whole: number): string {
  return time > 0 && time >= SHARE * whole ? formatDuration(time) : "";
}

/** Times by state as an object, `{"running_ns": 12, "lock_ns": 3}`, without zeros. @param times whole nanoseconds */
export function statesJson(times: readonly number[]): Record<string, number> {
  return Object.fromEntries(
    times.flatMap((time, state) => (time === 0 ? [] : [[`${STATES[state]}_ns`, time] as const])),
  );
}

/**
 * Self and total times that have a reason, by state: `{"reasons": {"channel": {"chan receive": 12}}, "self_reasons": …}`.
 * @param stopped how long the world was stopped meanwhile, nanoseconds
 */
export function reasonsJson({ self, total }: Partial<ReasonSums>, stopped = 0): Record<string, unknown> {
  const fields = (reasons: Reasons) =>
    Object.fromEntries(
      [...reasons]
        .sort(([a], [b]) => a - b)
        .map(([state, times]) => [
          STATES[state],
          Object.fromEntries([...times].map(([reason, time]) => [reason, Math.round(time)])),
        ]),
    );
  const known = (reasons: Reasons | undefined) => reasons !== undefined && reasons.size > 0;
  return {
    ...(known(total) ? { reasons: fields(total!) } : {}),
    ...(known(self) ? { self_reasons: fields(self!) } : {}),
    ...(Math.round(stopped) === 0 ? {} : { stop_the_world_ns: Math.round(stopped) }),
  };
}

/** What JSON says of a wait and who is to blame, after the name of who waited. @param culprit its name or path */
export function blamedJson(
  { state, reason, starts, via, cause, time, longest, waits }: Omit<Blamed, "waiter" | "culprit">,
  culprit: unknown,
): Record<string, unknown> {
  return {
    state: STATES[state],
    ...(reason === "" ? {} : { reason }),
    ...(starts ? { before_first_call: true } : {}),
    ended_by: culprit ?? null,
    ...(via === "" ? {} : { through: via.split(", ") }),
    ...(cause === "" ? {} : { cause }),
    ...(waits === 0 ? {} : { waits }),
    total_ns: Math.round(time),
    ...(waits === 0 ? {} : { longest_ns: Math.round(longest) }),
  };
}

/** Times by state as columns: `running_ns` and so on of the total, `self_running_ns` of the self time. */
export function stateFields({ self, total }: StateSums): Record<string, number> {
  const fields = (prefix: string, times: readonly number[]) =>
    STATES.map((name, state) => [`${prefix}${name}_ns`, times[state]] as const);
  return Object.fromEntries([...fields("", total), ...fields("self_", self)]);
}
