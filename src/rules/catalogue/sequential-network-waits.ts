/** SequentialNetworkWaits: one goroutine calls other services one after another. */
import { Activity, type GoroutineInfo, type Interval } from "../../analyses/index.js";
import { formatDuration, formatNumberOf } from "../../base/units.js";
import type { Frame } from "../../exectrace/index.js";
import { frameKey, Group, Groups, goroutineOf, nameOf } from "../groups.js";
import { Calls } from "../network.js";
import { lasted, others } from "../phrases.js";
import { defineRule, isBackground } from "../rule.js";

/** Waits of one goroutine that follow each other closely. */
interface Sequence {
  waits: number;
  total: number;
  begin: number;
  end: number;
  cut: boolean;
  longest: number;
  stack: number;
  /** Frames that all waits have in common, outermost first. */
  common: readonly Frame[];
}

class Sequences extends Group {
  /** Of the worst one. */
  waits = 0;
  longest = 0;
}

export const sequentialNetworkWaits = defineRule({
  name: "SequentialNetworkWaits",
  title: "Network calls one after another",
  measures:
    "How long a goroutine waited for the network in a row: waits of at least `leastWait` that follow each other with less " +
    "time between them than they took, by the innermost function that all of them have in common. The waits of callers of " +
    "net/http and gRPC count; servers that wait for the next client or request do not.",
  thresholds: {
    warn: { value: 50e6, unit: "ns", meaning: "waiting time of one sequence" },
    error: { value: 500e6, unit: "ns", meaning: "waiting time of one sequence" },
    waits: { value: 3, unit: "count", meaning: "waits that make a sequence" },
    leastWait: { value: 1e6, unit: "ns", meaning: "a wait that counts" },
  },
  why: "Latencies of calls one after another add up; of calls at the same time only the slowest counts. Nothing in the program is busy, so no CPU profile shows it.",
  suggestion:
    "Make calls that do not need each other's results at the same time (errgroup), batch them, or cache; then look at why the backend is slow",
  actions: [
    "Make independent calls concurrently with `errgroup`, with a limit.",
    "Batch: one query for all keys in place of one for each (the N+1 queries of an ORM look exactly like this).",
    "Measure the backend: if a single wait is long, no concurrency here will help it.",
    "Reuse connections: a wait in `getConn` is a connection being made.",
  ],
  caveats: [
    "Calls that need each other's results cannot be concurrent.",
    "A goroutine that serves a connection with a protocol of its own waits for its client in just this way; turn the rule off for such programs.",
    "Waits of less than a millisecond are not counted.",
  ],
  start(watch, limits) {
    const calls = new Calls(watch.stacks);
    const groups = new Groups((key) => new Sequences(key));
    const open = new Map<number, Sequence>();
    const isOwn = (frame: Frame) => watch.sites.isOwn(frame);

    const close = (sequence: Sequence, g: GoroutineInfo) => {
      if (sequence.waits < limits.waits || sequence.total < limits.warn) return;
      const site = sequence.common.findLast(isOwn);
      if (!site) return;
      const { total, begin, end, stack, cut } = sequence;
      const occurrence = { time: begin, duration: end - begin, ...goroutineOf(g), stack, site, atLeast: cut };
      const group = groups.add(frameKey(site), total, () => occurrence);
      if (group.worst === total) [group.waits, group.longest] = [sequence.waits, sequence.longest];
    };
    const extend = (sequence: Sequence, i: Interval): boolean => {
      if (i.begin - sequence.end > sequence.total) return false;
      const common = commonPart(sequence.common, watch.stacks.frames(i.stack));
      if (!common.some(isOwn)) return false;
      const duration = i.end - i.begin;
      sequence.waits++;
      sequence.total += duration;
      sequence.end = i.end;
      sequence.cut ||= i.cutEnd;
      sequence.common = common;
      if (duration > sequence.longest) [sequence.longest, sequence.stack] = [duration, i.stack];
      return true;
    };
    watch.onInterval(Activity.Waiting, (i, g) => {
      const duration = i.end - i.begin;
      if (duration < limits.leastWait || isBackground(g) || !calls.isWait(i.stack, i.reason)) return;
      const sequence = open.get(g.id);
      if (sequence && extend(sequence, i)) return;
      if (sequence) close(sequence, g);
      const { begin, end, stack } = i;
      const common = watch.stacks.frames(stack).toReversed();
      const cut = i.cutBegin || i.cutEnd;
      open.set(g.id, { waits: 1, total: duration, begin, end, cut, longest: duration, stack, common });
    });
    watch.onGoroutineEnd((g) => {
      const sequence = open.get(g.id);
      if (sequence) close(sequence, g);
      open.delete(g.id);
    });
    return () =>
      groups.drafts("ns", limits, (group) => {
        const { occurrence, waits, longest, worst } = group;
        return (
          `${nameOf(occurrence)} waited for the network ${formatNumberOf(waits, "time")} in a row, ` +
          `${lasted(worst, occurrence.atLeast)} of ${formatDuration(occurrence.duration)}, ${formatDuration(longest)} the longest${others(group)}`
        );
      });
  },
});

/** The frames from the outermost on that a stack (leaf first) shares with a list (outermost first), by function. */
function commonPart(known: readonly Frame[], stack: readonly Frame[]): readonly Frame[] {
  let n = 0;
  while (n < known.length && n < stack.length && known[n]!.function === stack[stack.length - 1 - n]!.function) n++;
  return n === known.length ? known : known.slice(0, n);
}
