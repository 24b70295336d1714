/** Tracks mark assists from begin to end, with the time that the goroutine marked and waited in them. */
import { Activity } from "../analyses/index.js";
import { RangeName } from "../exectrace/index.js";
import { goroutineOf } from "./groups.js";
import type { Occurrence, Watch } from "./rule.js";

/** Reason of a wait in an assist that finds nothing to mark. */
const WAIT = "GC mark assist wait for work";

/** One assist. Times in nanoseconds. */
export interface Assist {
  readonly goroutine: number;
  /** Stack at its begin; 0 if that was before the trace. */
  readonly stack: number;
  readonly begin: number;
  readonly end: number;
  /** Whether the trace's edge cut it. */
  readonly cut: boolean;
  /** Time running in it, that is, marking. */
  readonly marked: number;
  /** Time waiting for work. The rest of `end - begin` is time in which the goroutine was preempted. */
  readonly waited: number;
}

interface Open {
  /** Time up to here is accounted for. */
  since: number;
  marked: number;
  waited: number;
}

/** Calls `f` for every assist at its end. Memory: one record for each goroutine in an assist. */
export function onAssist(watch: Watch, f: (assist: Assist) => void): void {
  const open = new Map<number, Open>();
  watch.onRangeBegin(RangeName.gcMarkAssist, (r) => open.set(r.id, { since: r.begin, marked: 0, waited: 0 }));
  watch.onInterval(Activity.Running, (i) => {
    const assist = open.size > 0 ? open.get(i.goroutine) : undefined;
    if (!assist) return;
    assist.marked += i.end - Math.max(i.begin, assist.since);
    assist.since = i.end;
  });
  watch.onInterval(Activity.Runnable, (i) => {
    const assist = open.size > 0 ? open.get(i.goroutine) : undefined;
    if (assist) assist.since = i.end;
  });
  watch.onInterval(Activity.Waiting, (i) => {
    const assist = open.size > 0 ? open.get(i.goroutine) : undefined;
    if (!assist) return;
    if (i.reason === WAIT) assist.waited += i.end - Math.max(i.begin, assist.since);
    assist.since = i.end;
  });
  watch.onRange(RangeName.gcMarkAssist, (r) => {
    const assist = open.get(r.id);
    if (!assist) return;
    open.delete(r.id);
    // A goroutine ends its assist while it runs, so the rest is marking. When the trace ends first, its state is
    // unknown.
    const rest = r.cutEnd ? 0 : r.end - assist.since;
    const { stack, begin, end } = r;
    const cut = r.cutBegin || r.cutEnd;
    f({ goroutine: r.id, stack, begin, end, cut, marked: assist.marked + rest, waited: assist.waited });
  });
}

/** An assist as an occurrence of a rule. */
export function assistOccurrence(watch: Watch, { goroutine, stack, begin, end, cut }: Assist): Occurrence {
  const g = watch.goroutine(goroutine);
  return { time: begin, duration: end - begin, goroutine, ...(g && goroutineOf(g)), stack, atLeast: cut };
}
