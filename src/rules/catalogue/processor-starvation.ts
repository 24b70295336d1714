/** ProcessorStarvation: a P that stood idle while a goroutine was ready to run. */
import {
  EventKind,
  GoState,
  MetricName,
  NONE,
  ProcState,
  RangeName,
  ResourceKind,
  type TraceEvent,
} from "../../exectrace/index.js";
import { nameOf, plainGroups } from "../groups.js";
import { others, worstOf } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

export const processorStarvation = defineRule({
  name: "ProcessorStarvation",
  title: "Idle P while goroutines were ready",
  measures:
    "For every stretch in which a P was idle: how much of it there was a runnable goroutine, with the world not stopped. " +
    "Goroutines of the runtime do not count, nor does a P that has nothing to do.",
  thresholds: {
    warn: { value: 10e6, unit: "ns", meaning: "time with a ready goroutine within one idle stretch of a P" },
    error: { value: 100e6, unit: "ns", meaning: "time with a ready goroutine within one idle stretch of a P" },
  },
  why: "There was work and a P for it, but no thread came to run it: the program is slower than its processors allow.",
  suggestion:
    "The system did not run the program's threads: check the CPU limit (throttling) and the load of the machine, and set GOMAXPROCS to what the program really gets",
  actions: [
    "In a container look at `nr_throttled` in `cpu.stat`; raise the limit, or lower `GOMAXPROCS` to it (Go 1.25 does so itself).",
    "Look at the load of the machine: other processes that compete for the processors.",
    "Look for goroutines with `runtime.LockOSThread`: they are ready, but only their own thread may run them.",
  ],
  caveats: [
    "A goroutine that is locked to a thread can be ready while no other P may take it.",
    "Waking a thread takes some 50 µs on any system, more on virtual machines; thresholds far below 10 ms will show that.",
  ],
  start(watch, limits) {
    const groups = plainGroups();
    /** Number of goroutines of the program that are ready; by slot, whether one is counted. */
    let runnable = 0;
    const counted: boolean[] = [];
    let stopped = 0;
    /** Time so far with a runnable goroutine and the world not stopped; up to `since`, then it may count on. */
    let starved = 0;
    let since = 0;
    let ready = NONE;
    let readyStack = 0;
    const idle = new Map<number, { begin: number; starved: number; cut: boolean }>();
    const advance = (now: number) => {
      if (runnable > 0 && stopped === 0) starved += now - since;
      since = now;
    };
    // Ps beyond GOMAXPROCS do not exist; what comes back begins anew.
    let procs = 0;
    watch.onEvent(EventKind.Metric, (e) => {
      if (e.name !== MetricName.gomaxprocs) return;
      advance(e.time);
      const least = Math.min(procs, e.value);
      for (const id of idle.keys()) if (id >= least && procs > 0) idle.set(id, { begin: e.time, starved, cut: false });
      procs = e.value;
    });
    const close = (proc: number, end: number, cutEnd: boolean) => {
      const stretch = idle.get(proc);
      if (!stretch) return;
      idle.delete(proc);
      const value = starved - stretch.starved;
      if (value < limits.warn || proc >= watch.procs) return;
      const g = watch.goroutine(ready);
      groups.add("", value, () => ({
        time: stretch.begin,
        duration: end - stretch.begin,
        proc,
        goroutine: ready === NONE ? undefined : ready,
        goroutineFunction: g?.startFunction || undefined,
        stack: readyStack,
        site: null,
        atLeast: stretch.cut || cutEnd,
      }));
    };
    watch.onRangeBegin(RangeName.stopTheWorld, () => {
      advance(watch.now);
      stopped++;
    });
    watch.onRange(RangeName.stopTheWorld, () => {
      advance(watch.now);
      stopped--;
    });
    const proc = (e: TraceEvent) => {
      if (e.to === ProcState.Idle) {
        advance(e.time);
        const cut = e.from === ProcState.Undetermined;
        idle.set(e.id, { begin: cut ? 0 : e.time, starved: cut ? 0 : starved, cut });
      } else {
        advance(e.time);
        close(e.id, e.time, false);
      }
    };
    watch.onEvent(EventKind.StateTransition, (e) => {
      if (e.resource === ResourceKind.Proc && e.from !== e.to) proc(e);
    });
    watch.onTransition((e, g) => {
      if (e.from === GoState.Runnable && counted[g.slot]) {
        advance(e.time);
        runnable--;
        counted[g.slot] = false;
      } else if (e.to === GoState.Runnable && !isBackground(g)) {
        advance(e.time);
        if (runnable === 0) [ready, readyStack] = [e.id, e.transitionStack];
        runnable++;
        counted[g.slot] = true;
      }
    });
    return () => {
      advance(watch.now);
      for (const proc of [...idle.keys()]) close(proc, watch.now, true);
      return groups.drafts("ns", limits, (group) => {
        const { proc, goroutine } = group.occurrence;
        const who = goroutine === undefined ? "a goroutine" : nameOf(group.occurrence);
        return `P ${proc} was idle while ${who} was ready to run, for ${worstOf(group)}${others(group, "")}`;
      });
    };
  },
});
