/** Compares the states of functions with what testdata/states/waits measured. */

/** What that program prints for each function that waits, nanoseconds; see the type of the same name there. */
export interface Wait {
  readonly function: string;
  readonly state: string;
  readonly calls: number;
  readonly least: number;
  readonly most: number;
  readonly inner: number;
  readonly outer: number;
}

/** A function of `gotrace stats --format json`. */
export interface FunctionOfStats {
  readonly function: string;
  readonly calls: number;
  readonly total_ns: number;
  readonly self_ns: number;
  readonly states: Readonly<Record<string, number>>;
  readonly self_states: Readonly<Record<string, number>>;
}

/** What every call may have besides its wait: it runs, and the runtime may make it collect. */
const usual = ["running", "runnable", "gc", "syscall"];

/** What is outside of the bounds by more than 5 % and by more than 1 ms; or does not add up, or is missing, at all. */
export function differences(waits: readonly Wait[], functions: readonly FunctionOfStats[]): string[] {
  const found: string[] = [];
  for (const { function: name, state, calls, least, most, inner, outer } of waits) {
    const its = functions.find((one) => one.function === name);
    if (its === undefined) {
      found.push(`${name} is missing`);
      continue;
    }
    const within = (what: string, value: number, from: number, to: number) => {
      const tolerance = Math.max(1e6, 0.05 * value);
      if (!(value >= from - tolerance && value <= to + tolerance)) {
        found.push(`${name}: ${what} ${value}, not ${from} to ${to}: ${JSON.stringify(its)}`);
      }
    };
    const part = its.states[`${state}_ns`] ?? 0;
    const others = Object.entries(its.states).filter(([key]) => ![state, ...usual].includes(key.slice(0, -3)));
    const sum = (times: Iterable<number>) => [...times].reduce((a, b) => a + b, 0);
    within(state, part, least, most);
    within("total", its.total_ns, inner, outer);
    within("other states", sum(others.map(([, time]) => time)), 0, 0);
    // Of a recursive function all calls count, but only the time of the outermost.
    if (its.calls < calls) found.push(`${name}: ${its.calls} calls, not ${calls}`);
    if (sum(Object.values(its.states)) !== its.total_ns) found.push(`${name}: its states are not its total time`);
    if (sum(Object.values(its.self_states)) !== its.self_ns) found.push(`${name}: its states are not its self time`);
  }
  return found;
}
