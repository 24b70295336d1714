/** Rule ProcessorStarvation: goroutines that were ready while a P was idle. */
import {
  EventKind,
  GoState,
  MetricName,
  ProcState,
  RangeName,
  ResourceKind,
  type TraceEvent,
} from "../../exectrace/index.js";
import { goroutineOf, nameOf, plainGroups, repeated } from "../groups.js";
import { others, worstOf } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

export const processorStarvation = defineRule({
  name: "ProcessorStarvation",
  title: "Idle P while goroutines were ready",
  measures:
    "For every time a goroutine was ready: for how much of that time a P was idle, with the world not stopped. It " +
    "counts if this recurs and takes a share of the trace. Goroutines of the runtime and those without any known " +
    "stack do not count.",
  thresholds: {
    warn: { value: 10e6, unit: "ns", meaning: "time ready with an idle P" },
    error: { value: 100e6, unit: "ns", meaning: "time ready with an idle P" },
    times: { value: 3, unit: "count", meaning: "minimum number of such times" },
    share: { value: 0.1, unit: "ratio", meaning: "such time, as a share of the trace" },
  },
  reason:
    "Waking a thread takes about 50 µs on a machine with a free processor, and about 3 to 10 ms on one whose " +
    "processors are shared. A limit of the system (`cpu.max`) stops all threads for tens of milliseconds, again and " +
    "again.",
  why: "There was work and a P for it, but no thread ran it: the program is slower than its processors would allow.",
  suggestion:
    "The system did not run the program's threads: check the CPU limit (throttling) and the load of the machine, and set GOMAXPROCS to what the program really gets",
  actions: [
    "In a container, look at `nr_throttled` in `cpu.stat`; raise the limit, or lower `GOMAXPROCS` to it (Go 1.25 does so by default).",
    "Look at the load of the machine: other processes that compete for the processors.",
    "Look for goroutines that call `runtime.LockOSThread`: when they are ready, only their own thread may run them.",
  ],
  caveats: [
    "A goroutine that is locked to a thread can be ready without any other thread being allowed to run it.",
    "Waking a thread takes some 50 µs on any system, more on virtual machines; thresholds far below 10 ms will show that.",
  ],
  start(watch, limits) {
    const groups = plainGroups();
    /** Idle Ps, and the number of them below GOMAXPROCS; the others do not exist. */
    const idle = new Set<number>();
    let idlePs = 0;
    let stopped = 0;
    /** Time up to `since` with an idle P and the world not stopped. */
    let spare = 0;
    let since = 0;
    /** By slot: since when a goroutine has been ready, and the value of `spare` then. */
    const ready: ({ time: number; spare: number; stack: number; cut: boolean } | undefined)[] = [];
    const advance = (now: number) => {
      if (idlePs > 0 && stopped === 0) spare += now - since;
      since = now;
    };
    const recount = () => {
      idlePs = 0;
      for (const id of idle) if (id < watch.procs) idlePs++;
    };
    watch.onEvent(EventKind.Metric, (e) => {
      if (e.name !== MetricName.gomaxprocs) return;
      advance(e.time);
      recount();
    });
    watch.onRangeBegin(RangeName.stopTheWorld, () => {
      advance(watch.now);
      stopped++;
    });
    watch.onRange(RangeName.stopTheWorld, () => {
      advance(watch.now);
      stopped--;
    });
    watch.onEvent(EventKind.StateTransition, (e: TraceEvent) => {
      if (e.resource !== ResourceKind.Proc || e.from === e.to) return;
      advance(e.time);
      if (e.to === ProcState.Idle) idle.add(e.id);
      else idle.delete(e.id);
      recount();
    });
    watch.onTransition((e, g) => {
      if (e.from === GoState.Runnable) {
        const begin = ready[g.slot];
        ready[g.slot] = undefined;
        if (!begin || isBackground(g) || g.startFunction === "") return;
        advance(e.time);
        const value = spare - begin.spare;
        if (value < limits.warn) return;
        const duration = e.time - begin.time;
        const { time, stack, cut } = begin;
        const at = { time, duration, ...goroutineOf(g), stack, userFrame: null, atLeast: cut };
        groups.add("", value, () => at).cover(e.time - value, e.time);
      } else if (e.to === GoState.Runnable && !isBackground(g)) {
        advance(e.time);
        const cut = e.from === GoState.Undetermined;
        ready[g.slot] = { time: cut ? 0 : e.time, spare: cut ? 0 : spare, stack: e.transitionStack, cut };
      }
    });
    return () =>
      groups.drafts(
        "ns",
        limits,
        (group) =>
          `${nameOf(group.occurrence)} was ready to run for ${worstOf(group)} while a P was idle${others(group, "")}`,
        (group) => repeated(group, limits, watch.now),
      );
  },
});
