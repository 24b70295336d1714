/** Conditions on a part of the time of single calls, such as `db.Query.lock > 10ms`, and the calls that meet them. */
import { parseComparison } from "../base/comparison.js";
import { matching } from "../base/names.js";
import { parseQuantity } from "../base/quantity.js";
import {
  type CallForest,
  type CallStates,
  type CallVisitor,
  Ending,
  type Goroutine,
  State,
  timeIn,
} from "../calltree/index.js";
import type { NamePattern } from "./match.js";
import { spentIn } from "./meter.js";
import { readingsOf } from "./reading.js";

/** A condition on single calls. */
export interface PartCondition {
  readonly text: string;
  readonly functions: NamePattern;
  /** Indices into STATES. */
  readonly states: readonly number[];
  /** Nanoseconds; the time in these states has to be longer. */
  readonly limit: number;
}

/** Reads a condition in the language of assertions; undefined if it is not on a part of the time of some functions' calls. */
export function partCondition(source: string): PartCondition | undefined {
  const comparison = parseComparison(source);
  if (comparison === undefined) return undefined;
  const readings = readingsOf(comparison.subject);
  if ("word" in readings || readings.length !== 1) return undefined;
  const [{ functions, states, measure }] = readings;
  const limit = parseQuantity(comparison.value, "ns");
  if (functions === undefined || states === undefined || measure !== "total" || limit === undefined) return undefined;
  return { text: source.trim(), functions, states, limit };
}

/** Whether a condition is known to hold for a call: it may be unknown in which state too much of its time was spent. */
type Held = "held" | "unknown" | "not";

/** A call that took longer than a condition says. Times are nanoseconds. */
export interface PartCall {
  readonly condition: PartCondition;
  readonly held: Held;
  /** Index into the functions of the forest. */
  readonly func: number;
  readonly goroutine: number;
  /** Of the call on its goroutine. */
  readonly number: number;
  readonly took: number;
  /** What of it was spent in the states of the condition. */
  readonly spent: number;
  /** What of it was spent in unknown states. */
  readonly unknown: number;
}

const RANKS: Readonly<Record<Held, number>> = { held: 2, unknown: 1, not: 0 };

/** Times of a call that was the reason for a snapshot, and of the snapshot's end, differ by no more, nanoseconds. */
const SAME = 10_000;

/** Which calls of one process meet conditions. */
export class PartWatch implements CallVisitor {
  /** The calls that took long enough and whose states say whether a condition holds. */
  looked = 0;
  /** Of these calls, and of the last one if its states are unknown, the one that meets its condition most clearly. */
  best: PartCall | undefined;
  private readonly conditions: readonly { readonly condition: PartCondition; readonly isAbout: readonly boolean[] }[];
  private readonly func: ArrayLike<number>;
  private goroutine = 0;
  private isHere = false;

  /**
   * @param process index into the processes of the forest
   * @param last the end of the call that was the reason for the snapshot, nanoseconds since the start of the process
   * @param fresh nanoseconds: calls that ended that long before it, or later, are looked at; 0 for that call alone
   */
  constructor(
    { functions, processes }: CallForest,
    private readonly process: number,
    conditions: readonly PartCondition[],
    private readonly last: number,
    private readonly fresh: number,
  ) {
    const names = functions.map(({ name }) => name);
    this.func = processes[process].tree.func;
    this.conditions = conditions.map((condition) => ({
      condition,
      isAbout: matching(names, (name) => condition.functions.matches(name)),
    }));
  }

  begin({ process, goid }: Goroutine): void {
    this.isHere = process === this.process;
    this.goroutine = goid;
  }

  exit(
    node: number,
    start: number,
    end: number,
    _self: number,
    how: Ending,
    _calls: number,
    states: CallStates | undefined,
    number: number,
  ): void {
    const isLast = end > this.last - SAME;
    if (!this.isHere || how === Ending.running || (!isLast && end <= this.last - this.fresh + SAME)) return;
    const [func, took] = [this.func[node], end - start];
    let isLooked = false;
    for (const { condition, isAbout } of this.conditions) {
      if (!isAbout[func] || took <= condition.limit) continue;
      const spent = spentIn(condition.states, states?.total, took);
      const unknown = states === undefined ? took : timeIn([State.unknown], states.total);
      const held = spent > condition.limit ? "held" : spent + unknown > condition.limit ? "unknown" : "not";
      if (held === "unknown" && !isLast) continue;
      isLooked = true;
      this.offer({ condition, held, func, goroutine: this.goroutine, number, took, spent, unknown });
    }
    if (isLooked) this.looked++;
  }

  private offer(call: PartCall): void {
    const { best } = this;
    const more = best === undefined ? 1 : RANKS[call.held] - RANKS[best.held] || call.spent - best.spent;
    if (more > 0) this.best = call;
  }
}
